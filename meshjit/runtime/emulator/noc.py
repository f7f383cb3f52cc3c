"""The NoC as cores see it: command buffers, transfers, multicast, atomic increment, counters.

Facts: ISA documentation, pages NoC/MemoryMap, NoC/Counters, NoC/Atomics, NoC/Coordinates. A transfer happens when its
command is written, so its counters are up at once; kernels may not rely on that, and do not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from meshjit.runtime.emulator.compiled import compiled
from meshjit.runtime.emulator.ethernet import firmware_sees
from meshjit.runtime.emulator.faults import (
    E_NOC_ALIGNMENT,
    E_NOC_COMMAND,
    E_NOC_COORDINATE,
    E_NOC_LENGTH,
    E_NOC_RANGE,
    E_NOC_UNWRITTEN,
    E_REGISTER,
    fault,
)
from meshjit.runtime.emulator.overlay import Int
from meshjit.runtime.emulator.races import READS, REMOTE, WRITES, acquire, arrive, bulk_read, signal, transfer
from meshjit.runtime.emulator.records import bytes_at
from meshjit.runtime.emulator.registers import BAD, OK, WAIT, tile_load, tile_store
from meshjit.runtime.emulator.state import (
    BLACKHOLE,
    BY_NOC,
    DRAM_BYTES,
    DRAM_GRANULE,
    L1_GRANULE,
    Q_CORE,
    Q_NOC,
    Q_NUMBER,
    QUEUE,
    STRICT,
    WAIT_NOC,
    WORKERS,
    Chip,
)
from meshjit.runtime.emulator.tensix_state import Stack

NOC_BASE = 0xFFB20000
#: Words of a command buffer that both chips have at the same place.
TARGET, TARGET_MID, TARGET_HI, RETURN, RETURN_MID, RETURN_HI, TAG, CTRL, LENGTH = 0, 1, 2, 3, 4, 5, 6, 7, 8
#: Per chip: stride of the command buffers, word of AT_DATA, of CMD_CTRL, of the node id, largest packet, alignment
#: of DRAM reads (bytes - 1).
STRIDE, DATA, COMMAND, NODE, PACKET, DRAM_MASK = range(6)
LAYOUT = np.array([[0x400, 9, 10, 11, 8192, 31], [0x800, 10, 16, 17, 16384, 63]], np.int64)
#: Words of a command buffer that exist, per chip.
KNOWN = np.zeros((2, 32), np.uint8)
KNOWN[0, [0, 1, 3, 4, 6, 7, 8, 9, 10]] = 1
KNOWN[1, [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 16]] = 1
#: Counters that the emulator keeps, by index (NoC/Counters).
ATOMIC_RESPONSES, WRITE_ACKS, READ_RESPONSES, READS_SENT = 0, 1, 2, 5
ATOMICS_SENT, POSTED_ATOMICS, WRITES_SENT, POSTED_WRITES, OUTSTANDING = 6, 7, 10, 11, 16
COUNTED = np.zeros(64, np.uint8)
COUNTED[[0, 1, 2, 5, 6, 7, 10, 11, *range(16, 32)]] = 1
#: Bits of CTRL.
ATOMIC, WRITE, BYTE_ENABLE, INLINE, RESPONSE, MULTICAST, INCLUDE_SELF = 1, 2, 4, 8, 16, 32, 1 << 17
#: What CTRL may hold: the above, linked (bit 6), a virtual channel (7, 13-15) and a reserved path (8).
CTRL_KNOWN = 0x3F | 1 << 6 | 1 << 7 | 1 << 8 | 7 << 13 | INCLUDE_SELF
#: An atomic increment of a whole word; the low two bits choose the word of the 16 bytes.
INCREMENT = 0x107C
MMIO_START = 0xFFB00000


@compiled
def mark_l1(chip: Chip, w: Int, start: Int, size: Int) -> None:
    """Note that bytes of L1 were written."""
    for i in range(start // L1_GRANULE, (start + size - 1) // L1_GRANULE + 1):
        chip.l1_written[w, i] = 1


@compiled
def mark_dram(chip: Chip, bank: Int, start: Int, size: Int) -> None:
    """Note that bytes of a bank were written."""
    flags = bytes_at(chip.dram_written[bank], chip.facts[DRAM_BYTES] // DRAM_GRANULE)
    for i in range(start // DRAM_GRANULE, (start + size - 1) // DRAM_GRANULE + 1):
        flags[i] = 1


@compiled
def first_unwritten(chip: Chip, place: Int, start: Int, size: Int) -> Int:
    """The first byte address of a range that nothing has written, or -1."""
    if chip.facts[STRICT] == 0:
        return -1
    if place >= 0:
        for i in range(start // L1_GRANULE, (start + size - 1) // L1_GRANULE + 1):
            if chip.l1_written[place, i] == 0:
                return max(i * L1_GRANULE, start)
        return -1
    flags = bytes_at(chip.dram_written[-2 - place], chip.facts[DRAM_BYTES] // DRAM_GRANULE)
    for i in range(start // DRAM_GRANULE, (start + size - 1) // DRAM_GRANULE + 1):
        if flags[i] == 0:
            return max(i * DRAM_GRANULE, start)
    return -1


@compiled
def in_memory(chip: Chip, place: Int, start: Int, size: Int) -> bool:
    """Whether a range lies in the memory at a place."""
    limit = chip.l1_bytes[place] if place >= 0 else chip.facts[DRAM_BYTES]
    return start + size <= limit


@compiled
def memory(chip: Chip, place: Int, at: Int, size: Int) -> NDArray[np.uint8]:
    """Bytes of the memory at a place. The range is checked before."""
    if place >= 0:
        return chip.l1_words[place].view(np.uint8)[at : at + size]
    return bytes_at(chip.dram[-2 - place] + at, size)


@compiled
def copy(chip: Chip, source: Int, source_at: Int, target: Int, target_at: Int, size: Int) -> None:
    """Copy bytes between the memories at two places and mark them written. Ranges are checked before."""
    data = memory(chip, source, source_at, size)
    memory(chip, target, target_at, size)[:] = data
    if target >= 0:
        mark_l1(chip, target, target_at, size)
    else:
        mark_dram(chip, -2 - target, target_at, size)


@compiled
def store_word(chip: Chip, w: Int, agent: Int, at: Int, value: Int) -> None:
    """Write a word to L1 and mark it written; the firmware of an Ethernet tile may act on it."""
    before = np.int64(chip.l1_words[w, at >> 2])
    chip.l1_words[w, at >> 2] = value
    chip.l1_written[w, at // L1_GRANULE] = 1
    if w >= chip.facts[WORKERS]:
        firmware_sees(chip, w, agent, at, before)


@compiled
def coordinate(chip: Chip, regs: NDArray[np.uint32], middle: Int) -> Int:
    """The coordinate bits of an address in a command buffer: x | y << 6, and the start corner above for multicast."""
    if chip.facts[BLACKHOLE]:
        return np.int64(regs[middle + 1]) & 0xFFFFFF
    return np.int64(regs[middle]) >> 4 & 0xFFFFFF


@compiled
def place_of(chip: Chip, w: Int, core: Int, noc: Int, where: Int) -> Int:
    """What answers at a coordinate; a fault and -1 when nothing does."""
    place = chip.place[noc, where & 0xFFF]
    if place == -1 or where > 0xFFF:
        fault(chip, E_NOC_COORDINATE, w, core, 0, where)
        return -1
    return place


@compiled
def read(chip: Chip, w: Int, core: Int, noc: Int, regs: NDArray[np.uint32], size: Int) -> Int:
    """A read request: memory or one register elsewhere, to this tile's L1."""
    source = place_of(chip, w, core, noc, coordinate(chip, regs, TARGET_MID))
    target = place_of(chip, w, core, noc, coordinate(chip, regs, RETURN_MID))
    if source == -1 or target == -1:
        return BAD
    source_at, target_at = np.int64(regs[TARGET]), np.int64(regs[RETURN])
    agent, pc = READS + 2 * core + noc, chip.pc[w, core]
    if target != w or not in_memory(chip, w, target_at, size):
        fault(chip, E_NOC_RANGE, w, core, target_at, size)
        return BAD
    if source >= 0 and source_at >= MMIO_START:
        if size != 4 or (source_at | target_at) & 3:
            fault(chip, E_NOC_ALIGNMENT, w, core, source_at, target_at)
            return BAD
        status, value = tile_load(chip, source, core if source == w else BY_NOC, source_at)
        if status != OK:
            return status
        if not arrive(chip, w, agent, target_at, 4, pc):
            return BAD
        chip.l1_words[w, target_at >> 2] = value
        mark_l1(chip, w, target_at, 4)
    else:
        mask = 15 if source >= 0 else LAYOUT[chip.facts[BLACKHOLE], DRAM_MASK]
        if (source_at ^ target_at) & mask:
            fault(chip, E_NOC_ALIGNMENT, w, core, source_at, target_at)
            return BAD
        if not in_memory(chip, source, source_at, size):
            fault(chip, E_NOC_RANGE, w, core, source_at, size)
            return BAD
        missing = first_unwritten(chip, source, source_at, size)
        if missing >= 0:
            fault(chip, E_NOC_UNWRITTEN, w, core, missing, source)
            return BAD
        by = agent if source == w else REMOTE
        if chip.facts[STRICT] and source >= 0 and not bulk_read(chip, source, by, source_at, size, pc):
            return BAD
        if not arrive(chip, w, agent, target_at, size, pc):
            return BAD
        copy(chip, source, source_at, w, target_at, size)
    chip.noc_counters[w, noc, READS_SENT] += 1
    chip.noc_counters[w, noc, READ_RESPONSES] += 1
    chip.noc_bytes[w, core, noc, 0] += size
    return OK


@compiled
def deliver(
    chip: Chip, stack: Stack, w: Int, core: Int, agent: Int, source_at: Int, target: Int, target_at: Int, size: Int
) -> Int:
    """Write bytes of this tile's L1 to memory, or one word to a register, at a place."""
    if target >= 0 and target_at >= MMIO_START:
        if size != 4 or (source_at | target_at) & 3:
            fault(chip, E_NOC_ALIGNMENT, w, core, source_at, target_at)
            return BAD
        value = np.int64(chip.l1_words[w, source_at >> 2])
        return tile_store(chip, stack[target], target, core if target == w else -1, target_at, value)
    if (source_at ^ target_at) & 15:
        fault(chip, E_NOC_ALIGNMENT, w, core, source_at, target_at)
        return BAD
    if not in_memory(chip, target, target_at, size):
        fault(chip, E_NOC_RANGE, w, core, target_at, size)
        return BAD
    by = agent if target == w else REMOTE
    if target >= 0 and not arrive(chip, target, by, target_at, size, chip.pc[w, core]):
        return BAD
    if target >= chip.facts[WORKERS] and size == 4 and target_at & 3 == 0:
        store_word(chip, target, by, target_at, np.int64(chip.l1_words[w, source_at >> 2]))
    else:
        copy(chip, w, source_at, target, target_at, size)
    return OK


@compiled
def acknowledge(chip: Chip, w: Int, noc: Int, ctrl: Int, receivers: Int) -> None:
    """Count a write request and its acknowledgements."""
    if ctrl & RESPONSE:
        chip.noc_counters[w, noc, WRITES_SENT] += 1
        chip.noc_counters[w, noc, WRITE_ACKS] += receivers
    else:
        chip.noc_counters[w, noc, POSTED_WRITES] += 1


@compiled
def write(chip: Chip, stack: Stack, w: Int, core: Int, noc: Int, regs: NDArray[np.uint32], size: Int) -> Int:
    """A write request from this tile's L1 to one place, or to every worker of a rectangle."""
    ctrl = np.int64(regs[CTRL])
    source_at, target_at = np.int64(regs[TARGET]), np.int64(regs[RETURN])
    if not in_memory(chip, w, source_at, size):
        fault(chip, E_NOC_RANGE, w, core, source_at, size)
        return BAD
    if place_of(chip, w, core, noc, coordinate(chip, regs, TARGET_MID)) != w:
        fault(chip, E_NOC_COORDINATE, w, core, source_at, coordinate(chip, regs, TARGET_MID))
        return BAD
    missing = first_unwritten(chip, w, source_at, size)
    if missing >= 0:
        fault(chip, E_NOC_UNWRITTEN, w, core, missing, w)
        return BAD
    agent = WRITES + 2 * core + noc
    if chip.facts[STRICT]:
        if not bulk_read(chip, w, agent, source_at, size, chip.pc[w, core]):
            return BAD
        if size == 4:
            signal(chip, w, agent)
    where = coordinate(chip, regs, RETURN_MID)
    receivers = 0
    if ctrl & MULTICAST:
        first, last = where >> 12, where & 0xFFF
        if noc == 1 and not chip.facts[BLACKHOLE]:
            first, last = last, first
        x0, x1, y0, y1 = first & 63, last & 63, first >> 6, last >> 6
        if noc == 1 and not chip.facts[BLACKHOLE]:
            x0, x1, y0, y1 = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
        for y in range(y0, y1 + 1):
            for x in range(x0, x1 + 1):
                target = chip.place[noc, x | y << 6]
                if target < 0 or target >= chip.facts[WORKERS] or (target == w and not ctrl & INCLUDE_SELF):
                    continue
                if deliver(chip, stack, w, core, agent, source_at, target, target_at, size) != OK:
                    return BAD
                receivers += 1
        if receivers == 0:
            fault(chip, E_NOC_COORDINATE, w, core, target_at, where)
            return BAD
    else:
        target = place_of(chip, w, core, noc, where)
        if target == -1 or deliver(chip, stack, w, core, agent, source_at, target, target_at, size) != OK:
            return BAD
        receivers = 1
    acknowledge(chip, w, noc, ctrl, receivers)
    chip.noc_bytes[w, core, noc, 1] += size * receivers
    return OK


@compiled
def store_inline(chip: Chip, stack: Stack, w: Int, core: Int, noc: Int, regs: NDArray[np.uint32]) -> Int:
    """A write of the one word in AT_DATA to a register, or (Wormhole) to L1 at the byte enables' offset."""
    target = place_of(chip, w, core, noc, coordinate(chip, regs, TARGET_MID))
    if target == -1:
        return BAD
    agent = WRITES + 2 * core + noc
    if chip.facts[STRICT]:
        signal(chip, w, agent)
    at, value = np.int64(regs[TARGET]), np.int64(regs[LAYOUT[chip.facts[BLACKHOLE], DATA]])
    if target >= 0 and at >= MMIO_START:
        if at & 3:
            fault(chip, E_NOC_ALIGNMENT, w, core, at, at)
            return BAD
        if tile_store(chip, stack[target], target, core if target == w else -1, at, value) != OK:
            return BAD
    else:
        # Blackhole's L1 does not take inline writes safely (ISA documentation, NoC/MemoryMap).
        if target < 0 or chip.facts[BLACKHOLE] or np.int64(regs[LENGTH]) != 15 << (at & 15) or at & 3:
            fault(chip, E_NOC_COMMAND, w, core, at, np.int64(regs[CTRL]))
            return BAD
        if not in_memory(chip, target, at, 4):
            fault(chip, E_NOC_RANGE, w, core, at, 4)
            return BAD
        by = agent if target == w else REMOTE
        if not arrive(chip, target, by, at, 4, chip.pc[w, core]):
            return BAD
        store_word(chip, target, by, at, value)
    acknowledge(chip, w, noc, np.int64(regs[CTRL]), 1)
    chip.noc_bytes[w, core, noc, 1] += 4
    return OK


@compiled
def increment(chip: Chip, w: Int, core: Int, noc: Int, regs: NDArray[np.uint32]) -> Int:
    """An atomic increment of a word of L1; the old value goes to the return address in this tile's L1."""
    length = np.int64(regs[LENGTH])
    if length & ~3 != INCREMENT:
        fault(chip, E_NOC_COMMAND, w, core, length, np.int64(regs[CTRL]))
        return BAD
    target = place_of(chip, w, core, noc, coordinate(chip, regs, TARGET_MID))
    back = place_of(chip, w, core, noc, coordinate(chip, regs, RETURN_MID))
    if target == -1 or back == -1:
        return BAD
    at, back_at = np.int64(regs[TARGET]), np.int64(regs[RETURN])
    if target < 0 or back != w or not in_memory(chip, target, at, 4) or not in_memory(chip, w, back_at, 4):
        fault(chip, E_NOC_RANGE, w, core, at, 4)
        return BAD
    if at & 3 or back_at & 3 or (at >> 2) & 3 != length & 3:
        fault(chip, E_NOC_ALIGNMENT, w, core, at, back_at)
        return BAD
    missing = first_unwritten(chip, target, at, 4)
    if missing >= 0:
        fault(chip, E_NOC_UNWRITTEN, w, core, missing, target)
        return BAD
    agent, pc = WRITES + 2 * core + noc, chip.pc[w, core]
    if chip.facts[STRICT]:
        signal(chip, w, agent)
    by = agent if target == w else REMOTE
    if not arrive(chip, target, by, at, 4, pc):
        return BAD
    old = np.int64(chip.l1_words[target, at >> 2])
    add = np.int64(regs[LAYOUT[chip.facts[BLACKHOLE], DATA]])
    store_word(chip, target, by, at, (old + add) & 0xFFFFFFFF)
    chip.noc_bytes[w, core, noc, 1] += 4
    if np.int64(regs[CTRL]) & RESPONSE:
        if not arrive(chip, w, agent, back_at, 4, pc):
            return BAD
        chip.l1_words[w, back_at >> 2] = old
        mark_l1(chip, w, back_at, 4)
        chip.noc_counters[w, noc, ATOMICS_SENT] += 1
        chip.noc_counters[w, noc, ATOMIC_RESPONSES] += 1
    else:
        chip.noc_counters[w, noc, POSTED_ATOMICS] += 1
    return OK


@compiled
def carry_out(chip: Chip, stack: Stack, w: Int, core: Int, noc: Int, regs: NDArray[np.uint32]) -> Int:
    """Carry out what a command buffer's registers say."""
    ctrl, size = np.int64(regs[CTRL]), np.int64(regs[LENGTH])
    kind = ctrl & 3
    one_of_many = ctrl & MULTICAST and (kind != WRITE or ctrl & INLINE)
    if ctrl & ~CTRL_KNOWN or kind == 3 or ctrl & BYTE_ENABLE or one_of_many or np.int64(regs[TAG]) & ~(15 << 10):
        fault(chip, E_NOC_COMMAND, w, core, np.int64(regs[TAG]), ctrl)
        return BAD
    if kind == ATOMIC:
        return increment(chip, w, core, noc, regs)
    if kind == WRITE and ctrl & INLINE:
        return store_inline(chip, stack, w, core, noc, regs)
    if size < 1 or size > LAYOUT[chip.facts[BLACKHOLE], PACKET]:
        fault(chip, E_NOC_LENGTH, w, core, np.int64(regs[TARGET]), size)
        return BAD
    if kind == WRITE:
        return write(chip, stack, w, core, noc, regs, size)
    return read(chip, w, core, noc, regs, size)


@compiled
def begin(chip: Chip, w: Int, core: Int, noc: Int, buffer: Int) -> None:
    """A core gives a command: from here on the transfer is an agent of its own."""
    if chip.facts[STRICT]:
        kind = np.int64(chip.noc_regs[w, noc, buffer, CTRL]) & 3
        transfer(chip, w, core, (READS if kind == 0 else WRITES) + 2 * core + noc)


@compiled
def under_way(chip: Chip, w: Int, core: Int, noc: Int, read: Int | bool) -> bool:
    """Whether reads, or writes, of a core by a NoC are still queued."""
    for i in range(QUEUE):
        entry = chip.queue[w, i]
        reads = np.int64(chip.queue_regs[w, i, CTRL]) & 3 == 0
        if entry[Q_NUMBER] and entry[Q_CORE] == core and entry[Q_NOC] == noc and reads == read:
            return True
    return False


@compiled
def niu_store(chip: Chip, w: Int, core: Int, address: Int, value: Int) -> Int:
    """A core stores to a NoC register. WAIT for a command, which the scheduler carries out."""
    noc, offset = (address - NOC_BASE) >> 16, address & 0xFFFF
    layout = LAYOUT[chip.facts[BLACKHOLE]]
    buffer, word = offset // layout[STRIDE], (offset % layout[STRIDE]) >> 2
    if buffer < 4 and word < 32 and KNOWN[chip.facts[BLACKHOLE], word]:
        if word == layout[COMMAND]:
            if value != 1:
                fault(chip, E_REGISTER, w, core, address, value)
                return BAD
            chip.waits[w, core, 0] = WAIT_NOC
            chip.waits[w, core, 1] = noc << 2 | buffer
            return WAIT
        chip.noc_regs[w, noc, buffer, word] = value
        return OK
    if 0x100 <= offset <= 0x110:
        chip.noc_config[w, noc, (offset - 0x100) >> 2] = value
        return OK
    fault(chip, E_REGISTER, w, core, address, value)
    return BAD


@compiled
def niu_load(chip: Chip, w: Int, core: Int, address: Int) -> tuple[Int, Int]:
    """A core loads from a NoC register. A command register reads 0: every command is done at once."""
    noc, offset = (address - NOC_BASE) >> 16, address & 0xFFFF
    layout = LAYOUT[chip.facts[BLACKHOLE]]
    buffer, word = offset // layout[STRIDE], (offset % layout[STRIDE]) >> 2
    if buffer < 4 and word < 32:
        if word == layout[NODE]:
            return OK, chip.node[w, noc]
        if KNOWN[chip.facts[BLACKHOLE], word]:
            return OK, np.int64(chip.noc_regs[w, noc, buffer, word])
    if 0x100 <= offset <= 0x110:
        return OK, np.int64(chip.noc_config[w, noc, (offset - 0x100) >> 2])
    if 0x200 <= offset < 0x300 and COUNTED[(offset - 0x200) >> 2]:
        if chip.facts[STRICT]:
            read = (offset - 0x200) >> 2 == READ_RESPONSES
            if not under_way(chip, w, core, noc, read):
                acquire(chip.clock[w, core], chip.clock[w, (READS if read else WRITES) + 2 * core + noc])
        return OK, np.int64(chip.noc_counters[w, noc, (offset - 0x200) >> 2])
    fault(chip, E_REGISTER, w, core, address, 0)
    return BAD, 0
