"""State of one emulated chip: arrays over its workers, so that compiled code reaches every tile of the chip.

Facts: ISA documentation (TensixTile/BabyRISCV/README, NoC/MemoryMap, NoC/Coordinates, DRAMTile) and the register lists
published with the official simulator.
"""

from __future__ import annotations

import mmap
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from meshjit.arch import Arch
from meshjit.runtime.emulator.overlay import OVERLAY_WORDS

#: Cores of a Tensix tile, in the order of all per-core arrays. Tensix thread i belongs to TRISC i.
ROLES = ("brisc", "ncrisc", "trisc0", "trisc1", "trisc2")
BRISC, NCRISC, TRISC0 = 0, 1, 2
CORES = len(ROLES)
#: Who accesses a register when no core of the tile does: the NoC, or the host through it.
BY_NOC = -1

LOCAL_BASE = 0xFFB00000
#: Granules of the bitmaps of written memory, in bytes.
L1_GRANULE = 16
DRAM_GRANULE = 32
#: How many NoCs a chip has.
NOCS = 2

#: ``Chip.ended``: why a core's last slice of instructions ended.
BUDGET, SPINNING, BLOCKED, FAULTED = range(4)
#: ``Chip.waits``: what a blocked core waits for.
WAIT_FIFO, WAIT_SYNC, WAIT_MOP = 1, 2, 3
#: ... or that the scheduler has to carry out its NoC command (the other word of ``Chip.waits``: NoC << 2 | buffer).
WAIT_NOC = 4

#: Indices into ``Chip.facts``.
BLACKHOLE, L1_BYTES, DRAM_BYTES, STRICT, CLOCK = range(5)
#: Indices into ``Chip.fault``.
F_CODE, F_WORKER, F_CORE, F_PC, F_ADDRESS, F_VALUE = range(6)

#: Every NoC 0 coordinate through which a DRAM bank answers, by bank (ISA documentation, NoC/Coordinates). Blackhole's
#: banks are reached by the translated coordinates that the chip table lists.
WORMHOLE_DRAM = (
    ((0, 0), (0, 1), (0, 11)),
    ((0, 5), (0, 6), (0, 7)),
    ((5, 0), (5, 1), (5, 11)),
    ((5, 2), (5, 9), (5, 10)),
    ((5, 3), (5, 4), (5, 8)),
    ((5, 5), (5, 6), (5, 7)),
)
#: Linux's flag, by its number on x86-64 and AArch64: Python names it only from 3.12 on.
_MAP_NORESERVE = 0x4000
_WORMHOLE_SIZE = (10, 12)


class Chip(NamedTuple):
    """One chip. ``w`` is a worker's index in ``Arch.workers``, ``c`` a core's in ``ROLES``, ``n`` a NoC, ``b`` a bank.

    ``l1_words`` is ``l1`` seen as words. ``l1_written`` and ``dram_written`` have one byte per granule, non-zero once
    anything in it was written. ``place`` maps (n, x | y << 6) to a worker (>= 0), to bank b as -2 - b, or to -1.
    ``held`` is the unit of a worker (core, or CORES + thread) that gets no turns because it is stepped by hand, or -1.
    ``noc_bytes`` counts, by (w, c, n), bytes read and written.
    """

    facts: NDArray[np.int64]
    place: NDArray[np.int64]
    node: NDArray[np.int64]
    l1: NDArray[np.uint8]
    l1_words: NDArray[np.uint32]
    l1_written: NDArray[np.uint8]
    dram: NDArray[np.uint8]
    dram_written: NDArray[np.uint8]
    local: NDArray[np.uint8]
    local_bytes: NDArray[np.int64]
    overlay: NDArray[np.uint32]
    regs: NDArray[np.uint32]
    pc: NDArray[np.int64]
    running: NDArray[np.uint8]
    held: NDArray[np.int64]
    ended: NDArray[np.uint8]
    waits: NDArray[np.int64]
    snapshot: NDArray[np.uint32]
    debug: NDArray[np.uint32]
    noc_regs: NDArray[np.uint32]
    noc_config: NDArray[np.uint32]
    noc_counters: NDArray[np.uint32]
    noc_bytes: NDArray[np.int64]
    instructions: NDArray[np.int64]
    activity: NDArray[np.int64]
    fault: NDArray[np.int64]


def _sparse(rows: int, columns: int) -> NDArray[np.uint8]:
    """Zeros that take memory only where they are written, however large the array is."""
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _MAP_NORESERVE
    memory = mmap.mmap(-1, rows * columns, flags=flags)
    return np.frombuffer(memory, np.uint8).reshape(rows, columns)


def new_chip(arch: Arch, *, strict: bool) -> Chip:
    """A chip after power-on: all cores in reset, all memory zero and, when ``strict``, known to be unwritten."""
    workers, banks = len(arch.workers), len(arch.dram_banks)
    bank_bytes = arch.dram_base + arch.dram_bank_bytes
    l1 = _sparse(workers, arch.l1_bytes)
    local = max(arch.stack.values()) - LOCAL_BASE
    chip = Chip(
        facts=np.array([arch.is_blackhole, arch.l1_bytes, bank_bytes, strict, 0], np.int64),
        place=_places(arch),
        node=np.array([_node_words(arch, xy) for xy in arch.workers], np.int64),
        l1=l1,
        l1_words=l1.view(np.uint32),
        l1_written=_sparse(workers, arch.l1_bytes // L1_GRANULE),
        dram=_sparse(banks, bank_bytes),
        dram_written=_sparse(banks, bank_bytes // DRAM_GRANULE),
        local=np.zeros((workers, CORES, local), np.uint8),
        local_bytes=np.array([arch.stack[role] - LOCAL_BASE for role in ROLES], np.int64),
        overlay=np.zeros((workers, OVERLAY_WORDS), np.uint32),
        regs=np.zeros((workers, CORES, 32), np.uint32),
        pc=np.zeros((workers, CORES), np.int64),
        running=np.zeros((workers, CORES), np.uint8),
        held=np.full(workers, -1, np.int64),
        ended=np.zeros((workers, CORES), np.uint8),
        waits=np.zeros((workers, CORES, 2), np.int64),
        snapshot=np.zeros((workers, CORES, 32), np.uint32),
        debug=np.zeros((workers, 0x400), np.uint32),
        noc_regs=np.zeros((workers, NOCS, 4, 32), np.uint32),
        noc_config=np.zeros((workers, NOCS, 8), np.uint32),
        noc_counters=np.zeros((workers, NOCS, 64), np.uint32),
        noc_bytes=np.zeros((workers, CORES, NOCS, 2), np.int64),
        instructions=np.zeros((workers, CORES), np.int64),
        activity=np.zeros(1, np.int64),
        fault=np.zeros(8, np.int64),
    )
    chip.debug[:, (arch.soft_reset & 0xFFF) >> 2] = arch.reset_all
    if not strict:
        chip.l1_written[:] = 1
    return chip


def _places(arch: Arch) -> NDArray[np.int64]:
    """What answers at each coordinate of each NoC. Wormhole's NoC 1 counts from the opposite corner."""
    table = np.full((NOCS, 64 * 64), -1, np.int64)
    found = {xy: i for i, xy in enumerate(arch.workers)}
    endpoints = [[xy] for xy in arch.dram_banks] if arch.is_blackhole else WORMHOLE_DRAM
    for bank, places in enumerate(endpoints):
        found.update(dict.fromkeys(places, -2 - bank))
    for (x, y), what in found.items():
        table[0, x | y << 6] = what
        x1, y1 = (x, y) if arch.is_blackhole else (_WORMHOLE_SIZE[0] - 1 - x, _WORMHOLE_SIZE[1] - 1 - y)
        table[1, x1 | y1 << 6] = what
    return table


def _node_words(arch: Arch, xy: tuple[int, int]) -> list[int]:
    """The node id registers of a worker's two NIUs (ISA documentation, NoC/MemoryMap, NOC_NODE_ID)."""
    width, height = (17, 12) if arch.is_blackhole else _WORMHOLE_SIZE
    size = width << 12 | height << 19
    x, y = xy
    return [x | y << 6 | size | 1 << 28, (width - 1 - x) | (height - 1 - y) << 6 | size]
