"""The vector unit: LRegs of 32 lanes, lane flags, loads and stores of Dst.

ISA documentation, pages VectorUnit, LReg, and one page an instruction (SFPLOAD to SFPSHFT2). A lane does an instruction
when its flag is set or flags are off: results are computed on all lanes, into LReg RESULT, and kept on active ones.
"""

from __future__ import annotations

from meshjit.runtime.emulator.compiled import compiled
from meshjit.runtime.emulator.tensix_bits import as_int, choose, plain_halves, swap_halves, wide_row
from meshjit.runtime.emulator.tensix_counters import dst_row, fail, step_counters
from meshjit.runtime.emulator.tensix_fma import multiply_add_lanes
from meshjit.runtime.emulator.tensix_lane import (
    compute,
    fill_lanes,
    keep_lanes,
    lanes_with,
    modelled,
    order,
    shift,
)
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
    LANES,
    OTHER,
    RESULT,
    Tensix,
)

_ALL = 0xFFFFFFFF
#: What LReg 9 and 10 hold: 0 and 1.0.
_ZERO, _ONE = 9, 10


@compiled
def active_lanes(t: Tensix) -> int:
    """The lanes that do an instruction, as bits."""
    return t.lanes[CC] if t.lanes[CC_ENABLE] else _ALL


@compiled
def _transfer_mode(t: Tensix, mode: int) -> int:
    """SFPLOAD's and SFPSTORE's mode 0 stands for one that depends on the configuration. -1 after an error."""
    if mode == 0:
        alu = as_int(t.config[CONFIG[t.chip[0], C_ALU]])
        if alu >> 30 & 1:
            return 3
        if alu >> 21 & 15 in (0, 5, 6, 7, 9):
            return 2
        fail(t.error, E_FORMAT, alu >> 21 & 15)
        return -1
    if mode not in (2, 3, 4, 6, 12, 14, 15):
        fail(t.error, E_FIELD, mode)
        return -1
    return mode


@compiled
def transfer(t: Tensix, thread: int, word: int, opcode: int) -> int:
    """SFPLOAD (0x70) and SFPSTORE (0x72): even or odd columns of 4 rows of Dst."""
    register, mode = word >> 20 & 15, _transfer_mode(t, word >> 16 & 15)
    if mode < 0:
        return 2
    if register > 11:
        return fail(t.error, E_REGISTER, register)
    row = dst_row(t, thread, word & 0x3FF)
    if row & 1 or word & 1:
        return fail(t.error, E_ROW, row)
    first, odd = row & ~3, row >> 1 & 1
    if mode == 3 or mode == 4 or mode == 12:
        first = wide_row(first)
    if opcode == 0x72:
        _store(t, first, odd, register, mode)
    elif register < 8:
        _load(t, first, odd, register, mode)
        keep_lanes(t, RESULT, register, active_lanes(t))
    step = word >> 13 & 7 if t.chip[0] else word >> 14 & 3
    return step_counters(t, thread, step, False)


@compiled
def _load(t: Tensix, first: int, odd: int, register: int, mode: int) -> None:
    """Dst to RESULT, from rows ``first`` to ``first`` + 3 and, of 32 bits, the rows 8 below."""
    dst, out, old = t.dst, t.lreg[RESULT], t.lreg[register]
    if mode == 3 or mode == 4 or mode == 12:
        for lane in range(t.chip[LANES]):
            row, column = first + (lane >> 3), 2 * (lane & 7) + odd
            out[lane] = dst[row, column] << 16 | swap_halves(dst[row + 8, column])
    else:
        for lane in range(t.chip[LANES]):
            out[lane] = dst[first + (lane >> 3), 2 * (lane & 7) + odd] << 16
    for i in range(4):
        if t.dst_valid[first + i] == 0:
            out[8 * i : 8 * i + 8] = 0
    if mode == 12 and t.chip[0] == 0:
        for lane in range(t.chip[LANES]):
            if out[lane] & 0x80000000:
                out[lane] = -(out[lane] & 0x7FFFFFFF) & _ALL
    elif mode == 6 or mode > 12:
        for lane in range(t.chip[LANES]):
            value = swap_halves(out[lane] >> 16)
            if mode == 14:
                value |= old[lane] & 0xFFFF0000
            elif mode == 15:
                value = value << 16 | old[lane] & 0xFFFF
            out[lane] = value


@compiled
def _store(t: Tensix, first: int, odd: int, register: int, mode: int) -> None:
    """An LReg's active lanes to Dst, as :func:`_load` reads it; modes 2 and 3 flush denormals."""
    dst, source, out = t.dst, t.lreg[register], t.lreg[RESULT]
    mask = active_lanes(t)
    flush = int(mode == 2 or mode == 3)
    for lane in range(t.chip[LANES]):
        value = source[lane]
        out[lane] = value & (0x80000000 | -(1 - flush | int(value & 0x7F800000 != 0)))
    if mode == 3 or mode == 4 or mode == 12:
        if mode == 12 and t.chip[0] == 0:
            for lane in range(t.chip[LANES]):
                if out[lane] & 0x80000000:
                    out[lane] = 0x80000000 | (-out[lane] & _ALL)
        for lane in range(t.chip[LANES]):
            row, column = first + (lane >> 3), 2 * (lane & 7) + odd
            active, value = mask >> lane & 1, out[lane]
            dst[row, column] = choose(active, value >> 16, dst[row, column])
            dst[row + 8, column] = choose(active, plain_halves(value & 0xFFFF), dst[row + 8, column])
    else:
        if mode != 2:
            for lane in range(t.chip[LANES]):
                out[lane] = plain_halves(out[lane] >> 16 if mode == 15 else out[lane] & 0xFFFF) << 16
        for lane in range(t.chip[LANES]):
            row, column = first + (lane >> 3), 2 * (lane & 7) + odd
            dst[row, column] = choose(mask >> lane & 1, out[lane] >> 16, dst[row, column])
    for i in range(4):
        if mask >> (8 * i) & 0xFF:
            t.dst_valid[first + i] = 1


@compiled
def load_immediate(t: Tensix, word: int) -> int:
    """SFPLOADI."""
    register, mode, value = word >> 20 & 15, word >> 16 & 15, word & 0xFFFF
    if register > 7:
        return fail(t.error, E_REGISTER, register)
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
        return fail(t.error, E_FIELD, mode)
    mask, row = active_lanes(t), t.lreg[register]
    for lane in range(t.chip[LANES]):
        row[lane] = choose(mask >> lane & 1, row[lane] & keep | value, row[lane])
    return 0


@compiled
def multiply_add(t: Tensix, word: int, opcode: int) -> int:
    """SFPMAD, SFPADD, SFPMUL, SFPMULI, SFPADDI."""
    mode, d = word & 15, word >> 4 & 15
    a, b, c = word >> 16 & 15, word >> 12 & 15, word >> 8 & 15
    three = opcode >= 0x84
    if mode > (3 if t.chip[0] and three else 0) or (opcode == 0x86 and mode > 1) or (three and word >> 20 & 15):
        return fail(t.error, E_FIELD, mode)
    if d > 7:
        return fail(t.error, E_REGISTER, d)
    if (opcode == 0x85 and a != _ONE and b != _ONE) or (opcode == 0x86 and c != _ZERO):
        return fail(t.error, E_FIELD, a << 8 | b << 4 | c)
    if not three:
        a = fill_lanes(t, (word >> 8 & 0xFFFF) << 16)
        b, c = (d, _ZERO) if opcode == 0x74 else (_ONE, d)
    multiply_add_lanes(t, a, b, c, 0x80000000 if mode & 1 else 0, 0x80000000 if mode & 2 else 0)
    keep_lanes(t, RESULT, d, active_lanes(t))
    return 0


@compiled
def one_operand(t: Tensix, word: int, opcode: int) -> int:
    """Instructions that compute LReg d from LReg c and the old d, and may set lane flags."""
    mode, d, c, immediate = word & 15, word >> 4 & 15, word >> 8 & 15, word >> 12 & 0xFFF
    if not modelled(t.chip[0], opcode, mode, immediate) or (opcode == 0x7B and (d or not t.lanes[CC_ENABLE])):
        return fail(t.error, E_FIELD, word & 0xFFFFFF)
    if d > 7:
        return fail(t.error, E_REGISTER, d)
    mask = _ALL if opcode == 0x7C and mode == 2 else active_lanes(t)
    if opcode != 0x7B:
        compute(t, opcode, mode, c, d, immediate)
    bits, flip = _flag(opcode, mode)
    if bits:
        found = lanes_with(t, RESULT if opcode in (0x77, 0x79, 0x96, 0x97) else c, bits) ^ (_ALL if flip else 0)
        t.lanes[CC] = t.lanes[CC] & ~mask | found & mask
    if not (opcode == 0x7B or (bits and opcode >= 0x96)):
        keep_lanes(t, RESULT, d, mask)
    return 0


@compiled
def _flag(opcode: int, mode: int) -> tuple[int, int]:
    """Which bits of the result, or of LReg c (SFPSETCC, SFPLZ), set a lane's flag, none for no flags; or reset it."""
    if opcode == 0x77:  # SFPEXEXP
        return (0x80000000 if mode & 2 else 0), mode >> 3
    if opcode == 0x79:  # SFPIADD
        return (0 if mode & 4 and not mode & 8 else 0x80000000), mode >> 3
    if opcode == 0x7B:  # SFPSETCC
        return (_ALL if mode & 2 else 0x80000000), mode >> 2
    if opcode == 0x81:  # SFPLZ
        return (_ALL if mode & 2 else 0), 0
    if opcode >= 0x96:  # SFPLE, SFPGT
        return (1 if mode == 1 else 0), 0
    return 0, 0


@compiled
def flags(t: Tensix, word: int, opcode: int) -> int:
    """SFPENCC, SFPPUSHC, SFPPOPC, SFPCOMPC."""
    lanes = t.lanes
    mode, depth = word & 15, lanes[CC_DEPTH]
    if word >> 4 & 15 or (opcode != 0x8A and mode):
        return fail(t.error, E_FIELD, word & 0xFFFFFF)
    if opcode == 0x8A:
        if mode == 10:
            lanes[CC] = _ALL if word >> 13 & 1 else 0
            lanes[CC_ENABLE] = word >> 12 & 1
        elif mode == 0 and word >> 12 & 0xFFF == 0:
            lanes[CC] = _ALL
        else:
            return fail(t.error, E_FIELD, mode)
    elif opcode == 0x87:
        if depth >= FLAG_STACK_DEPTH:
            return fail(t.error, E_FLAG_STACK, depth)
        lanes[CC_STACK + 2 * depth] = lanes[CC]
        lanes[CC_STACK + 2 * depth + 1] = lanes[CC_ENABLE]
        lanes[CC_DEPTH] = depth + 1
    elif opcode == 0x88:
        if depth == 0:
            return fail(t.error, E_FLAG_STACK, depth)
        lanes[CC] = lanes[CC_STACK + 2 * depth - 2]
        lanes[CC_ENABLE] = lanes[CC_STACK + 2 * depth - 1]
        lanes[CC_DEPTH] = depth - 1
    else:
        if not lanes[CC_ENABLE] or (depth and not lanes[CC_STACK + 2 * depth - 1]):
            return fail(t.error, E_LANES, lanes[CC])
        lanes[CC] = (lanes[CC_STACK + 2 * depth - 2] if depth else _ALL) & ~lanes[CC]
    return 0


@compiled
def swap(t: Tensix, word: int) -> int:
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
        return fail(t.error, E_FIELD, mode)
    if d > 11 or word >> 12 & 0xFFF:
        return fail(t.error, E_REGISTER, d)
    mask = active_lanes(t)
    order(t, c, d, mode, smaller)
    if c < 8:
        keep_lanes(t, RESULT, c, mask)
    if d < 8:
        keep_lanes(t, OTHER, d, mask)
    return 0


@compiled
def transpose(t: Tensix) -> int:
    """SFPTRANSP: lane row i of LReg j with lane row j of LReg i, in LRegs 0 to 3 and 4 to 7."""
    mask, lreg = active_lanes(t), t.lreg
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
def shift_lanes(t: Tensix, word: int) -> int:
    """SFPSHFT2: lanes moved right inside each 8 (3 round, 4 filling 0, Blackhole), or a shift by LReg c (5)."""
    mode, d, c, immediate = word & 15, word >> 4 & 15, word >> 8 & 15, word >> 12 & 0xFFF
    if not (mode in (3, 5) or (mode == 4 and t.chip[0])) or immediate > (15 if mode == 5 else 0):
        return fail(t.error, E_FIELD, word & 0xFFFFFF)
    if d > 7:
        return fail(t.error, E_REGISTER, d)
    if mode == 5:
        shift(t, immediate, c, 0)
    else:
        source, out = t.lreg[c], t.lreg[RESULT]
        for lane in range(1, 32):
            out[lane] = source[lane - 1]
        for lane in range(0, 32, 8):
            out[lane] = source[lane + 7] if mode == 3 else 0
    keep_lanes(t, RESULT, d, active_lanes(t))
    return 0


@compiled
def configure(t: Tensix, word: int) -> int:
    """SFPCONFIG: LReg 11 to 14, or the lane configuration (only 0)."""
    mode, d, immediate = word & 15, word >> 4 & 15, word >> 8 & 0xFFFF
    lreg = t.lreg
    if active_lanes(t) != _ALL:
        return fail(t.error, E_LANES, active_lanes(t))
    value = lreg[0, 0]
    if mode == 0:
        for lane in range(1, 32):
            if lreg[0, lane] != value:
                return fail(t.error, E_LANES, 1 << lane)
    if mode > 1 or (mode == 0 and immediate) or not (d in (11, 15) or (d in (12, 13, 14) and mode == 0)):
        return fail(t.error, E_FIELD, word & 0xFFFFFF)
    if d == 15:
        if (immediate if mode else value) != 0:
            return fail(t.error, E_FIELD, word & 0xFFFFFF)
        t.lanes[LANE_CONFIG] = 0
        return 0
    if mode and immediate:
        return fail(t.error, E_FIELD, word & 0xFFFFFF)
    lreg[d, :] = 0xBF800000 if mode else value
    return 0


@compiled
def vector(t: Tensix, thread: int, word: int, opcode: int) -> int:
    """All instructions of the unit."""
    if 0x84 <= opcode <= 0x86 or opcode == 0x74 or opcode == 0x75:
        return multiply_add(t, word, opcode)
    if opcode == 0x71:
        return load_immediate(t, word)
    if opcode == 0x8F:
        return 0
    if opcode == 0x70 or opcode == 0x72:
        return transfer(t, thread, word, opcode)
    if opcode == 0x92:
        return swap(t, word)
    if 0x76 <= opcode <= 0x83 or opcode in (0x89, 0x8D, 0x8E, 0x90, 0x96, 0x97):
        return one_operand(t, word, opcode)
    if opcode in (0x87, 0x88, 0x8A, 0x8B):
        return flags(t, word, opcode)
    if opcode == 0x8C:
        return transpose(t)
    if opcode == 0x94:
        return shift_lanes(t, word)
    if opcode == 0x91:
        return configure(t, word)
    return fail(t.error, E_OPCODE, opcode)
