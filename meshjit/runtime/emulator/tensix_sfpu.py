"""The vector unit: LRegs of 32 lanes, lane flags, loads and stores of Dst.

ISA documentation, pages VectorUnit, LReg, and one page an instruction (SFPLOAD to SFPSHFT2). A lane does an instruction
when its flag is set or flags are off.
"""

from __future__ import annotations

from meshjit.runtime.emulator.compiled import compiled
from meshjit.runtime.emulator.tensix_bits import (
    as_int,
    count_leading_zeros,
    plain_halves,
    read_wide,
    swap_halves,
    total_order,
    wide_row,
)
from meshjit.runtime.emulator.tensix_counters import dst_row, fail, step_counters
from meshjit.runtime.emulator.tensix_fma import fma_blackhole, fma_wormhole
from meshjit.runtime.emulator.tensix_lane import cast, exponents_and_signs, integer, modelled, rounded, signed
from meshjit.runtime.emulator.tensix_state import (
    C_ALU,
    CC,
    CC_DEPTH,
    CC_ENABLE,
    CC_STACK,
    CONFIG,
    E_FIELD,
    E_FLAG_STACK,
    E_FORMAT,
    E_LANES,
    E_OPCODE,
    E_REGISTER,
    E_ROW,
    FLAG_STACK_DEPTH,
    LANE_CONFIG,
    Bytes,
    Halves,
    Ints,
    Words,
)

_ALL = 0xFFFFFFFF


@compiled
def active_lanes(lanes: Ints) -> int:
    """The lanes that do an instruction, as bits."""
    return lanes[CC] if lanes[CC_ENABLE] else _ALL


@compiled
def _transfer_mode(config: Words, chip: Ints, error: Ints, mode: int) -> int:
    """SFPLOAD's and SFPSTORE's mode 0 stands for one that depends on the configuration. -1 after an error."""
    if mode:
        return mode
    alu = as_int(config[CONFIG[chip[0], C_ALU]])
    if alu >> 30 & 1:
        return 3
    if alu >> 21 & 15 in (0, 5, 6, 7, 9):
        return 2
    fail(error, E_FORMAT, alu >> 21 & 15)
    return -1


@compiled
def load(
    chip: Ints,
    config: Words,
    thread_config: Ints,
    rwc: Ints,
    dst: Halves,
    dst_valid: Bytes,
    lreg: Ints,
    lanes: Ints,
    error: Ints,
    thread: int,
    word: int,
) -> int:
    """SFPLOAD: even or odd columns of 4 rows."""
    register = word >> 20 & 15
    mode = _transfer_mode(config, chip, error, word >> 16 & 15)
    if mode < 0:
        return 2
    if register > 11:
        return fail(error, E_REGISTER, register)
    if mode not in (2, 3, 4, 6, 12, 14, 15):
        return fail(error, E_FIELD, mode)
    row = dst_row(chip, thread_config, rwc, thread, word & 0x3FF)
    if row & 1 or word & 1:
        return fail(error, E_ROW, row)
    mask = active_lanes(lanes)
    base, odd = row & ~3, row >> 1 & 1
    for lane in range(32):
        if register > 7 or not mask >> lane & 1:
            continue
        at, column = base + (lane >> 3), 2 * (lane & 7) + odd
        old = lreg[register, lane]
        if mode in (3, 4, 12):
            value = read_wide(dst, dst_valid, at, column)
            if mode == 12 and chip[0] == 0 and value & 0x80000000:
                value = -(value & 0x7FFFFFFF)
        else:
            value = dst[at, column] if dst_valid[at] else 0
            if mode == 2:
                value <<= 16
            else:
                value = swap_halves(value)
                if mode == 14:
                    value |= old & 0xFFFF0000
                elif mode == 15:
                    value = value << 16 | old & 0xFFFF
        lreg[register, lane] = value & _ALL
    step = word >> 13 & 7 if chip[0] else word >> 14 & 3
    return step_counters(chip, thread_config, rwc, error, thread, step, False)


@compiled
def store(
    chip: Ints,
    config: Words,
    thread_config: Ints,
    rwc: Ints,
    dst: Halves,
    dst_valid: Bytes,
    lreg: Ints,
    lanes: Ints,
    error: Ints,
    thread: int,
    word: int,
) -> int:
    """SFPSTORE: the inverse of SFPLOAD; modes 2 and 3 flush denormals."""
    register = word >> 20 & 15
    mode = _transfer_mode(config, chip, error, word >> 16 & 15)
    if mode < 0:
        return 2
    if register > 11:
        return fail(error, E_REGISTER, register)
    if mode not in (2, 3, 4, 6, 12, 14, 15):
        return fail(error, E_FIELD, mode)
    row = dst_row(chip, thread_config, rwc, thread, word & 0x3FF)
    if row & 1 or word & 1:
        return fail(error, E_ROW, row)
    mask = active_lanes(lanes)
    base, odd = row & ~3, row >> 1 & 1
    for lane in range(32):
        if not mask >> lane & 1:
            continue
        at, column = base + (lane >> 3), 2 * (lane & 7) + odd
        value = lreg[register, lane]
        if mode in (2, 3) and not value & 0x7F800000:
            value &= 0x80000000
        if mode in (3, 4, 12):
            if mode == 12 and chip[0] == 0 and value & 0x80000000:
                value = 0x80000000 | (-value & 0xFFFFFFFF)
            at = wide_row(at)
            dst[at, column] = value >> 16
            dst[at + 8, column] = plain_halves(value & 0xFFFF)
        elif mode == 2:
            dst[at, column] = value >> 16
        else:
            dst[at, column] = plain_halves(value >> 16 if mode == 15 else value & 0xFFFF)
        dst_valid[at] = 1
    step = word >> 13 & 7 if chip[0] else word >> 14 & 3
    return step_counters(chip, thread_config, rwc, error, thread, step, False)


@compiled
def load_immediate(lreg: Ints, lanes: Ints, error: Ints, word: int) -> int:
    """SFPLOADI."""
    register, mode, value = word >> 20 & 15, word >> 16 & 15, word & 0xFFFF
    if register > 7:
        return fail(error, E_REGISTER, register)
    keep = 0
    if mode in (0, 8):
        keep = 0xFFFF if mode else 0
        value <<= 16
    elif mode == 1:
        value = (value & 0x8000) << 16 | ((value & 0x7FFF) + (112 << 10)) << 13
    elif mode == 4:
        value |= 0xFFFF0000 if value & 0x8000 else 0
    elif mode == 10:
        keep = 0xFFFF0000
    elif mode != 2:
        return fail(error, E_FIELD, mode)
    mask = active_lanes(lanes)
    for lane in range(32):
        if mask >> lane & 1:
            lreg[register, lane] = lreg[register, lane] & keep | value
    return 0


@compiled
def multiply_add(lreg: Ints, lanes: Ints, chip: Ints, error: Ints, word: int, opcode: int) -> int:
    """SFPMAD, SFPADD, SFPMUL, SFPMULI, SFPADDI."""
    mode, d = word & 15, word >> 4 & 15
    blackhole = chip[0] == 1
    a, b, c = word >> 16 & 15, word >> 12 & 15, word >> 8 & 15
    three = opcode >= 0x84
    if mode > (3 if blackhole and three else 0) or (opcode == 0x86 and mode > 1) or (three and word >> 20 & 15):
        return fail(error, E_FIELD, mode)
    if d > 7:
        return fail(error, E_REGISTER, d)
    if (opcode == 0x85 and a != 10 and b != 10) or (opcode == 0x86 and c != 9):
        return fail(error, E_FIELD, a << 8 | b << 4 | c)
    immediate = (word >> 8 & 0xFFFF) << 16
    mask = active_lanes(lanes)
    flip_x = 0x80000000 if mode & 1 else 0
    flip_z = 0x80000000 if mode & 2 else 0
    for lane in range(32):
        if not mask >> lane & 1:
            continue
        if opcode == 0x74:
            x, y, z = immediate, lreg[d, lane], 0
        elif opcode == 0x75:
            x, y, z = immediate, 0x3F800000, lreg[d, lane]
        else:
            x, y, z = lreg[a, lane] ^ flip_x, lreg[b, lane], lreg[c, lane] ^ flip_z
            if opcode == 0x86:
                z = 0
        lreg[d, lane] = fma_blackhole(x, y, z) if blackhole else fma_wormhole(x, y, z)
    return 0


@compiled
def unary(lreg: Ints, lanes: Ints, chip: Ints, error: Ints, word: int, opcode: int) -> int:
    """Instructions that compute a lane from LReg c and the old LReg d, and leave flags alone."""
    mode, d, c = word & 15, word >> 4 & 15, word >> 8 & 15
    if not modelled(chip[0], opcode, mode, word):
        return fail(error, E_FIELD, word & 0xFFFFFF)
    if d > 7:
        return fail(error, E_REGISTER, d)
    immediate = word >> 12 & 0xFFF
    mask = _ALL if opcode == 0x7C and mode == 2 else active_lanes(lanes)
    for lane in range(32):
        if not mask >> lane & 1:
            continue
        source, old = lreg[c, lane], lreg[d, lane]
        if opcode in (0x76, 0x78, 0x7D, 0x82, 0x83, 0x89):
            value = exponents_and_signs(opcode, mode, immediate, source, old)
        elif opcode == 0x90:
            value = cast(mode, source)
        elif opcode == 0x8E:
            value = rounded(mode, source)
        else:
            value = integer(opcode, mode, immediate, source, old, chip[0])
        lreg[d, lane] = value
    return 0


@compiled
def flagging(lreg: Ints, lanes: Ints, chip: Ints, error: Ints, word: int, opcode: int) -> int:
    """Instructions that may set lane flags: SFPEXEXP, SFPIADD, SFPSETCC, SFPLZ, SFPLE, SFPGT."""
    mode, d, c, immediate = word & 15, word >> 4 & 15, word >> 8 & 15, word >> 12 & 0xFFF
    bad = d > 7
    if opcode == 0x77:
        bad = bad or immediate or not (mode <= 2 or mode == 10)
    elif opcode == 0x79:
        bad = bad or mode > 10 or mode & 3 == 3
    elif opcode == 0x7B:
        bad = d or immediate or mode & 1 or mode > 6 or not lanes[CC_ENABLE]
    elif opcode == 0x81:
        bad = bad or immediate or mode not in (0, 2, 4)
    else:
        bad = bad or immediate or mode not in (1, 8) or chip[0] == 0
    if bad:
        return fail(error, E_FIELD, word & 0xFFFFFF)
    mask = active_lanes(lanes)
    flags = lanes[CC]
    for lane in range(32):
        if not mask >> lane & 1:
            continue
        source, old = lreg[c, lane], lreg[d, lane]
        flag = flags >> lane & 1
        value = old
        if opcode == 0x77:
            value = ((source >> 23 & 255) - (0 if mode & 1 else 127)) & _ALL
            if mode & 2:
                flag = value >> 31 ^ mode >> 3
        elif opcode == 0x79:
            if mode & 1:
                value = (source + (signed(immediate << 20) >> 20)) & _ALL
            else:
                value = (source - old if mode & 2 else source + old) & _ALL
            if mode & 8:
                flag = value >> 31 ^ 1
            elif not mode & 4:
                flag = value >> 31
        elif opcode == 0x7B:
            condition = min(source, 1) if mode & 2 else source >> 31
            flag = condition ^ mode >> 2
        elif opcode == 0x81:
            source &= 0x7FFFFFFF if mode & 4 else _ALL
            value = count_leading_zeros(source) - 32
            if mode & 2:
                flag = 1 if source else 0
        else:
            result = total_order(old) <= total_order(source)
            if opcode == 0x97:
                result = not result
            if mode == 1:
                flag = 1 if result else 0
            else:
                value = _ALL if result else 0
        if opcode != 0x7B:
            lreg[d, lane] = value
        flags = flags & ~(1 << lane) | flag << lane
    lanes[CC] = flags
    return 0


@compiled
def flags(lanes: Ints, error: Ints, word: int, opcode: int) -> int:
    """SFPENCC, SFPPUSHC, SFPPOPC, SFPCOMPC."""
    mode, depth = word & 15, lanes[CC_DEPTH]
    if word >> 4 & 15 or (opcode != 0x8A and mode):
        return fail(error, E_FIELD, word & 0xFFFFFF)
    if opcode == 0x8A:
        if mode == 10:
            lanes[CC] = _ALL if word >> 13 & 1 else 0
            lanes[CC_ENABLE] = word >> 12 & 1
        elif mode == 0 and word >> 12 & 0xFFF == 0:
            lanes[CC] = _ALL
        else:
            return fail(error, E_FIELD, mode)
    elif opcode == 0x87:
        if depth >= FLAG_STACK_DEPTH:
            return fail(error, E_FLAG_STACK, depth)
        lanes[CC_STACK + 2 * depth] = lanes[CC]
        lanes[CC_STACK + 2 * depth + 1] = lanes[CC_ENABLE]
        lanes[CC_DEPTH] = depth + 1
    elif opcode == 0x88:
        if depth == 0:
            return fail(error, E_FLAG_STACK, depth)
        lanes[CC] = lanes[CC_STACK + 2 * depth - 2]
        lanes[CC_ENABLE] = lanes[CC_STACK + 2 * depth - 1]
        lanes[CC_DEPTH] = depth - 1
    else:
        if not lanes[CC_ENABLE] or (depth and not lanes[CC_STACK + 2 * depth - 1]):
            return fail(error, E_LANES, lanes[CC])
        lanes[CC] = (lanes[CC_STACK + 2 * depth - 2] if depth else _ALL) & ~lanes[CC]
    return 0


@compiled
def swap(lreg: Ints, lanes: Ints, error: Ints, word: int) -> int:
    """SFPSWAP: swap, or sort so that d (on some lanes) gets the smaller or the larger."""
    mode, d, c = word & 15, word >> 4 & 15, word >> 8 & 15
    if mode == 2:
        smaller = 0x0000FFFF
    elif mode == 3:
        smaller = 0x00FF00FF
    elif mode == 9:
        smaller = 0
    elif mode < 2:
        smaller = _ALL
    else:
        return fail(error, E_FIELD, mode)
    if d > 11 or word >> 12 & 0xFFF:
        return fail(error, E_REGISTER, d)
    mask = active_lanes(lanes)
    for lane in range(32):
        if not mask >> lane & 1:
            continue
        x, y = lreg[c, lane], lreg[d, lane]
        exchange = True
        if mode:
            less = total_order(x) < total_order(y)
            exchange = less if smaller >> lane & 1 else not less
        if exchange:
            if c < 8:
                lreg[c, lane] = y
            if d < 8:
                lreg[d, lane] = x
    return 0


@compiled
def transpose(lreg: Ints, lanes: Ints) -> int:
    """SFPTRANSP: lane row i of LReg j with lane row j of LReg i, in LRegs 0 to 3 and 4 to 7."""
    mask = active_lanes(lanes)
    for base in (0, 4):
        for column in range(8):
            for i in range(4):
                for j in range(i):
                    ij, ji = lreg[base + i, 8 * j + column], lreg[base + j, 8 * i + column]
                    if mask >> (8 * j + column) & 1:
                        lreg[base + i, 8 * j + column] = ji
                    if mask >> (8 * i + column) & 1:
                        lreg[base + j, 8 * i + column] = ij
    return 0


@compiled
def shift_lanes(lreg: Ints, lanes: Ints, chip: Ints, error: Ints, word: int) -> int:
    """SFPSHFT2: lanes moved right inside each 8 (3 round, 4 filling 0, Blackhole), or a shift by LReg c (5)."""
    mode, d, c, immediate = word & 15, word >> 4 & 15, word >> 8 & 15, word >> 12 & 0xFFF
    if not (mode in (3, 5) or (mode == 4 and chip[0])) or immediate > (15 if mode == 5 else 0):
        return fail(error, E_FIELD, word & 0xFFFFFF)
    if d > 7:
        return fail(error, E_REGISTER, d)
    mask = active_lanes(lanes)
    if mode == 5:
        for lane in range(32):
            if mask >> lane & 1:
                by, value = signed(lreg[c, lane]), lreg[immediate, lane]
                lreg[d, lane] = value << (by & 31) & _ALL if by >= 0 else value >> (-by & 31)
        return 0
    for group in range(4):
        last = lreg[c, 8 * group + 7]
        for i in range(7, -1, -1):
            lane = 8 * group + i
            into_first = last if mode == 3 else 0
            value = lreg[c, lane - 1] if i else into_first
            if mask >> lane & 1:
                lreg[d, lane] = value
    return 0


@compiled
def configure(lreg: Ints, lanes: Ints, error: Ints, word: int) -> int:
    """SFPCONFIG: LReg 11 to 14, or the lane configuration (only 0)."""
    mode, d, immediate = word & 15, word >> 4 & 15, word >> 8 & 0xFFFF
    if active_lanes(lanes) != _ALL:
        return fail(error, E_LANES, active_lanes(lanes))
    value = lreg[0, 0]
    if mode == 0:
        for lane in range(1, 32):
            if lreg[0, lane] != value:
                return fail(error, E_LANES, 1 << lane)
    if mode > 1 or (mode == 0 and immediate) or not (d in (11, 15) or (d in (12, 13, 14) and mode == 0)):
        return fail(error, E_FIELD, word & 0xFFFFFF)
    if d == 15:
        if (immediate if mode else value) != 0:
            return fail(error, E_FIELD, word & 0xFFFFFF)
        lanes[LANE_CONFIG] = 0
        return 0
    if mode and immediate:
        return fail(error, E_FIELD, word & 0xFFFFFF)
    lreg[d, :] = 0xBF800000 if mode else value
    return 0


@compiled
def vector(lreg: Ints, lanes: Ints, chip: Ints, error: Ints, word: int, opcode: int) -> int:
    """All instructions of the unit that touch neither Dst nor counters."""
    if opcode in (0x84, 0x85, 0x86, 0x74, 0x75):
        return multiply_add(lreg, lanes, chip, error, word, opcode)
    if opcode == 0x71:
        return load_immediate(lreg, lanes, error, word)
    if opcode in (0x77, 0x79, 0x7B, 0x81, 0x96, 0x97):
        return flagging(lreg, lanes, chip, error, word, opcode)
    if opcode in (0x76, 0x78, 0x7A, 0x7C, 0x7D, 0x7E, 0x7F, 0x80, 0x82, 0x83, 0x89, 0x8D, 0x8E, 0x90):
        return unary(lreg, lanes, chip, error, word, opcode)
    if opcode in (0x87, 0x88, 0x8A, 0x8B):
        return flags(lanes, error, word, opcode)
    if opcode == 0x92:
        return swap(lreg, lanes, error, word)
    if opcode == 0x8C:
        return transpose(lreg, lanes)
    if opcode == 0x94:
        return shift_lanes(lreg, lanes, chip, error, word)
    if opcode == 0x91:
        return configure(lreg, lanes, error, word)
    if opcode == 0x8F:
        return 0
    return fail(error, E_OPCODE, opcode)
