"""State of one emulated chip: arrays over its workers, so that compiled code reaches every tile of the chip.

Facts: ISA documentation (TensixTile/BabyRISCV/README, NoC/MemoryMap, NoC/Coordinates, DRAMTile) and the register lists
published with the official simulator.
"""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.typing import NDArray

from meshjit.arch import ARCHS, Arch
from meshjit.runtime.emulator.overlay import OVERLAY_WORDS, STREAMS
from meshjit.runtime.emulator.records import record, record_type, sparse

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
#: Agents whose accesses to a tile's L1 may race (:mod:`meshjit.runtime.emulator.races`), and some to spare.
AGENTS = 32
#: How many NoCs a chip has.
NOCS = 2

#: ``Chip.ended``: why a core's last slice of instructions ended.
BUDGET, SPINNING, BLOCKED, FAULTED = range(4)
#: ``Chip.waits``: what a blocked core waits for.
WAIT_FIFO, WAIT_SYNC, WAIT_MOP = 1, 2, 3
#: ... or that the scheduler has to carry out its NoC command (the other word of ``Chip.waits``: NoC << 2 | buffer).
WAIT_NOC = 4

#: Indices into ``Chip.facts``.
BLACKHOLE, L1_BYTES, DRAM_BYTES, STRICT, CLOCK, WORKERS, DELAYS, TILES = range(8)
#: NoC commands of a tile that may be under way (:mod:`meshjit.runtime.emulator.delays`), and what each entry holds.
QUEUE = 16
Q_NUMBER, Q_CORE, Q_NOC, Q_PC = range(4)
#: Transmit queues of an Ethernet tile (Wormhole has two), packets that one holds, and what each packet holds.
TX_QUEUES = 3
PACKETS = 16
P_COMMAND, P_START, P_SIZE, P_TARGET, P_VALUE, P_PC = range(6)
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
_WORMHOLE_SIZE = (10, 12)


class Chip:
    """One chip, as a record (:mod:`meshjit.runtime.emulator.records`) that :func:`new_chip` makes.

    ``w`` is a tile: a worker's index in ``Arch.workers``, then an Ethernet tile's in ``Arch.ethernet``, whose cores are
    the first ones. ``c`` is a core's index in ``ROLES``, ``n`` a NoC, ``b`` a bank. The same type serves both chips, so
    there may be more rows than tiles or banks.

    ``l1_words`` is L1, ``l1_bytes`` its size. ``dram`` and ``dram_written`` are the addresses, in this process, of
    banks and their bitmaps. The latter and ``l1_written`` have one byte per granule, non-zero once anything in it was
    written.
    ``place`` maps (n, x | y << 6) to a tile (>= 0), to bank b as -2 - b, or to -1.
    ``linked`` tells Ethernet tiles with a link. ``tx_regs`` are registers of transmit queues, ``packets`` rings of what
    they still have to send, from ``packet_ends``' first number up to its second. ``erisc_pc`` are their reset PCs.
    ``held`` is the unit of a worker (core, or CORES + thread) that gets no turns because it is stepped by hand, or -1.
    ``noc_bytes`` counts, by (w, c, n), bytes read and written.
    ``queue`` has NoC commands under way, ``queue_regs`` their registers, ``issued`` how many there were.
    The rest is for :mod:`meshjit.runtime.emulator.races`: ``clock`` by (w, agent), what is left at counters and
    semaphores, the first race, and each granule's last write and two reads with their PC or instruction.
    """

    facts: NDArray[np.int64]
    place: NDArray[np.int64]
    node: NDArray[np.int64]
    dram: NDArray[np.int64]
    dram_written: NDArray[np.int64]
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
    queue: NDArray[np.int64]
    queue_regs: NDArray[np.uint32]
    issued: NDArray[np.int64]
    clock: NDArray[np.int64]
    released: NDArray[np.int64]
    posted: NDArray[np.int64]
    race: NDArray[np.int64]
    l1_bytes: NDArray[np.int64]
    linked: NDArray[np.uint8]
    tx_regs: NDArray[np.uint32]
    packets: NDArray[np.int64]
    packet_ends: NDArray[np.int64]
    erisc_pc: NDArray[np.int64]
    l1_written: NDArray[np.uint8]
    l1_words: NDArray[np.uint32]
    wrote: NDArray[np.int64]
    wrote_at: NDArray[np.uint32]
    seen: NDArray[np.int64]
    seen_at: NDArray[np.uint32]


_W = max(len(arch.workers) + len(arch.ethernet) for arch in ARCHS.values())
_BANKS = max(len(arch.dram_banks) for arch in ARCHS.values())
_L1 = max(arch.l1_bytes for arch in ARCHS.values())
_LOCAL = max(max(arch.stack.values()) for arch in ARCHS.values()) - LOCAL_BASE
_CHIP = record_type(
    {
        "facts": (np.int64, (8,)),
        "place": (np.int64, (NOCS, 64 * 64)),
        "node": (np.int64, (_W, NOCS)),
        "dram": (np.int64, (_BANKS,)),
        "dram_written": (np.int64, (_BANKS,)),
        "local": (np.uint8, (_W, CORES, _LOCAL)),
        "local_bytes": (np.int64, (CORES,)),
        "overlay": (np.uint32, (_W, OVERLAY_WORDS)),
        "regs": (np.uint32, (_W, CORES, 32)),
        "pc": (np.int64, (_W, CORES)),
        "running": (np.uint8, (_W, CORES)),
        "held": (np.int64, (_W,)),
        "ended": (np.uint8, (_W, CORES)),
        "waits": (np.int64, (_W, CORES, 2)),
        "snapshot": (np.uint32, (_W, CORES, 32)),
        "debug": (np.uint32, (_W, 0x400)),
        "noc_regs": (np.uint32, (_W, NOCS, 4, 32)),
        "noc_config": (np.uint32, (_W, NOCS, 8)),
        "noc_counters": (np.uint32, (_W, NOCS, 64)),
        "noc_bytes": (np.int64, (_W, CORES, NOCS, 2)),
        "instructions": (np.int64, (_W, CORES)),
        "activity": (np.int64, (1,)),
        "fault": (np.int64, (8,)),
        "queue": (np.int64, (_W, QUEUE, 4)),
        "queue_regs": (np.uint32, (_W, QUEUE, 32)),
        "issued": (np.int64, (_W,)),
        "clock": (np.int64, (_W, AGENTS, AGENTS)),
        "released": (np.int64, (_W, 2 * STREAMS, AGENTS)),
        "posted": (np.int64, (_W, 8, AGENTS)),
        "race": (np.int64, (8,)),
        "l1_bytes": (np.int64, (_W,)),
        "linked": (np.uint8, (_W,)),
        "tx_regs": (np.uint32, (_W, TX_QUEUES, 32)),
        "packets": (np.int64, (_W, TX_QUEUES, PACKETS, 6)),
        "packet_ends": (np.int64, (_W, TX_QUEUES, 2)),
        "erisc_pc": (np.int64, (_W, 2)),
        "l1_written": (np.uint8, (_W, _L1 // L1_GRANULE)),
        "l1_words": (np.uint32, (_W, _L1 // 4)),
        "wrote": (np.int64, (_W, _L1 // L1_GRANULE)),
        "wrote_at": (np.uint32, (_W, _L1 // L1_GRANULE)),
        "seen": (np.int64, (_W, _L1 // L1_GRANULE, 2)),
        "seen_at": (np.uint32, (_W, _L1 // L1_GRANULE, 2)),
    }
)


#: DRAM banks, and the bitmaps of what is written there.
Dram = tuple[NDArray[np.uint8], NDArray[np.uint8]]


def new_chip(arch: Arch, *, strict: bool, delays: bool = False) -> tuple[Chip, Dram]:
    """A chip after power-on: all cores in reset, all memory zero and, when ``strict``, known to be unwritten.

    With ``delays``, NoC transfers take their time.

    Returns the chip, and its DRAM banks and their bitmaps, which must be kept as long as it.
    """
    workers, banks = len(arch.workers), len(arch.dram_banks)
    tiles = workers + len(arch.ethernet)
    bank_bytes = arch.dram_base + arch.dram_bank_bytes
    byte = np.dtype(np.uint8)
    dram = sparse(banks * bank_bytes, byte).reshape(banks, bank_bytes)
    written = sparse(dram.size // DRAM_GRANULE, byte).reshape(banks, bank_bytes // DRAM_GRANULE)
    chip = cast(Chip, record(sparse(1, _CHIP), 0))
    chip.facts[:] = [arch.is_blackhole, arch.l1_bytes, bank_bytes, strict, 0, workers, delays, tiles]
    chip.l1_bytes[:workers] = arch.l1_bytes
    chip.l1_bytes[workers:tiles] = arch.ethernet_l1_bytes
    chip.place[:] = _places(arch)
    chip.node[:tiles] = [_node_words(arch, xy) for xy in (*arch.workers, *ethernet_places(arch))]
    chip.dram[:banks] = [bank.ctypes.data for bank in dram]
    chip.dram_written[:banks] = [flags.ctypes.data for flags in written]
    chip.local_bytes[:] = [arch.stack[role] - LOCAL_BASE for role in ROLES]
    chip.held[:] = -1
    chip.clock[:tiles, range(AGENTS), range(AGENTS)] = 1
    chip.debug[:, (arch.soft_reset & 0xFFF) >> 2] = arch.reset_all
    if not strict:
        chip.l1_written[:tiles] = 1
    return chip, (dram, written)


def _places(arch: Arch) -> NDArray[np.int64]:
    """What answers at each coordinate of each NoC. Wormhole's NoC 1 counts from the opposite corner."""
    table = np.full((NOCS, 64 * 64), -1, np.int64)
    found = {xy: i for i, xy in enumerate((*arch.workers, *arch.ethernet))}
    found.update({xy: len(arch.workers) + i for i, xy in enumerate(ethernet_places(arch))})
    endpoints = [[xy] for xy in arch.dram_banks] if arch.is_blackhole else WORMHOLE_DRAM
    for bank, places in enumerate(endpoints):
        found.update(dict.fromkeys(places, -2 - bank))
    for (x, y), what in found.items():
        table[0, x | y << 6] = what
        x1, y1 = (x, y) if arch.is_blackhole else (_WORMHOLE_SIZE[0] - 1 - x, _WORMHOLE_SIZE[1] - 1 - y)
        table[1, x1 | y1 << 6] = what
    return table


def ethernet_places(arch: Arch) -> tuple[tuple[int, int], ...]:
    """Where each Ethernet tile lies on NoC 0, without translation (the SoC descriptors published with ttnn)."""
    if not arch.is_blackhole:
        return arch.ethernet
    return tuple((1 + i // 2 if i % 2 == 0 else 16 - i // 2, 1) for i in range(len(arch.ethernet)))


def _node_words(arch: Arch, xy: tuple[int, int]) -> list[int]:
    """The node id registers of a tile's two NIUs (ISA documentation, NoC/MemoryMap, NOC_NODE_ID)."""
    width, height = (17, 12) if arch.is_blackhole else _WORMHOLE_SIZE
    size = width << 12 | height << 19
    x, y = xy
    return [x | y << 6 | size | 1 << 28, (width - 1 - x) | (height - 1 - y) << 6 | size]
