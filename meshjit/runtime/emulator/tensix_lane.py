"""What vector instructions compute, on 32 lanes, whether they are active or not, from LReg c and the old LReg d.

Results go to LReg RESULT. Loops have no branches, so that LLVM makes vectors of them; what kernels use seldom is
computed lane by lane. ISA documentation, one page an instruction.
"""

from __future__ import annotations

from meshjit.runtime.emulator.compiled import compiled
from meshjit.runtime.emulator.tensix_bits import choose, count_leading_zeros, total_order
from meshjit.runtime.emulator.tensix_state import LANES, OTHER, RESULT, Tensix

_ALL = 0xFFFFFFFF


@compiled
def signed(value: int) -> int:
    """Two's complement of 32 bits as a signed integer."""
    return (value ^ 0x80000000) - 0x80000000


@compiled
def keep_lanes(t: Tensix, row: int, register: int, mask: int) -> None:
    """Move RESULT or OTHER to an LReg on the lanes of ``mask``."""
    source, target = t.lreg[row], t.lreg[register]
    for lane in range(t.chip[LANES]):
        target[lane] = choose(mask >> lane & 1, source[lane], target[lane])


@compiled
def fill_lanes(t: Tensix, value: int) -> int:
    """Make OTHER a constant; returns OTHER."""
    row = t.lreg[OTHER]
    for lane in range(t.chip[LANES]):
        row[lane] = value & _ALL
    return OTHER


@compiled
def lanes_with(t: Tensix, register: int, bits: int) -> int:
    """The lanes, as bits, where an LReg has any of some bits."""
    row, found = t.lreg[register], 0
    for lane in range(t.chip[LANES]):
        found |= int(row[lane] & bits != 0) << lane
    return found


@compiled
def _mix(t: Tensix, c: int, d: int, keep: int, shift: int, take: int, flip: int) -> None:
    """Bits ``keep`` of c, bits ``take`` of d shifted left, ``flip`` XORed."""
    source, old, out = t.lreg[c], t.lreg[d], t.lreg[RESULT]
    for lane in range(t.chip[LANES]):
        out[lane] = source[lane] & keep ^ old[lane] << shift & take ^ flip


@compiled
def _logic(t: Tensix, c: int, d: int, one: int, both: int) -> None:
    """Bits of c and d: ``one`` of those that are set in one of them, ``both`` of those set in both."""
    source, old, out = t.lreg[c], t.lreg[d], t.lreg[RESULT]
    for lane in range(t.chip[LANES]):
        out[lane] = (source[lane] ^ old[lane]) & one | source[lane] & old[lane] & both


@compiled
def _add(t: Tensix, a: int, b: int, factor: int) -> None:
    """a + factor * b."""
    xs, ys, out = t.lreg[a], t.lreg[b], t.lreg[RESULT]
    for lane in range(t.chip[LANES]):
        out[lane] = xs[lane] + factor * ys[lane] & _ALL


@compiled
def shift(t: Tensix, register: int, amounts: int, arithmetic: int) -> None:
    """An LReg shifted left by another, or right where that is negative; ``arithmetic`` (0 or 1) repeats the sign."""
    values, counts, out = t.lreg[register], t.lreg[amounts], t.lreg[RESULT]
    for lane in range(t.chip[LANES]):
        by, value = signed(counts[lane]), values[lane]
        right = choose(arithmetic, signed(value), value) >> (-by & 31)
        out[lane] = choose(by >= 0, value << (by & 31), right) & _ALL


@compiled
def order(t: Tensix, c: int, d: int, mode: int, smaller: int) -> None:
    """SFPSWAP: RESULT is the new c, OTHER the new d, which gets the smaller value on the lanes ``smaller``; always
    swapped in mode 0."""
    xs, ys, first, second = t.lreg[c], t.lreg[d], t.lreg[RESULT], t.lreg[OTHER]
    always = int(mode == 0)
    for lane in range(t.chip[LANES]):
        x, y = xs[lane], ys[lane]
        less = int(total_order(x) < total_order(y))
        exchange = always | int(less == smaller >> lane & 1)
        first[lane] = choose(exchange, y, x)
        second[lane] = choose(exchange, x, y)


@compiled
def _rounded(mode: int, source: int) -> int:
    """SFPSTOCHRND of one lane with nearest rounding: to bf16 (mode 1), or to an integer of 8 or 16 bits."""
    exponent = source >> 23 & 255
    if mode == 1:
        if exponent == 0:
            return 0
        if exponent == 255:
            return source & 0xFF800000
        return (source & 0xFFFF0000) + (0x10000 if source & 0x8000 else 0) & _ALL
    most = 65535 if mode == 6 else (32767 if mode == 7 else (255 if mode == 2 else 127))
    sign = source & 0x80000000 if mode & 1 else 0
    exponent -= 127
    if exponent < -1:
        return 0
    if exponent >= 16:
        return sign | most
    magnitude = source & 0x7FFFFF | 0x800000
    magnitude = magnitude << exponent if exponent >= 0 else magnitude >> -exponent
    magnitude = (magnitude >> 23) + (1 if magnitude & 0x7FFFFF >= 0x400000 else 0)
    magnitude = min(magnitude, most)
    return sign | magnitude if magnitude else 0


@compiled
def _cast(mode: int, source: int) -> int:
    """SFPCAST of one lane: sign and magnitude to float, or (mode 3, Blackhole) two's complement and back."""
    sign = source & 0x80000000
    if mode == 3:
        return sign | ((-source if sign else source) & _ALL)
    magnitude = source & 0x7FFFFFFF
    if magnitude == 0:
        return sign
    zeros = count_leading_zeros(magnitude) - 32
    magnitude = magnitude << zeros & _ALL
    bits = sign | ((157 - zeros) << 23) + (magnitude >> 8)
    if magnitude & 0x80 and magnitude & 0x17F:
        bits += 1
    return bits


@compiled
def _one_lane(opcode: int, mode: int, immediate: int, source: int, old: int) -> int:
    """SFPDIVP2, SFPEXEXP, SFPABS, SFPLZ, SFPSTOCHRND, SFPCAST, SFPLE and SFPGT of one lane."""
    if opcode == 0x76:
        e = source >> 23 & 255
        if e != 255 or not mode:
            e = (e + immediate if mode else immediate) & 255
        return source & 0x807FFFFF | e << 23
    if opcode == 0x77:
        return ((source >> 23 & 255) - (0 if mode & 1 else 127)) & _ALL
    if opcode == 0x7D:
        if mode:
            return source & 0x7FFFFFFF if source <= 0xFF800000 else source
        return -source & _ALL if source & 0x80000000 else source
    if opcode == 0x81:
        return count_leading_zeros(source & (0x7FFFFFFF if mode & 4 else _ALL)) - 32
    if opcode == 0x8E:
        return _rounded(mode, source)
    if opcode == 0x90:
        return _cast(mode, source)
    result = total_order(old) <= total_order(source)
    return _ALL if result == (opcode == 0x96) else 0


@compiled
def compute(t: Tensix, opcode: int, mode: int, c: int, d: int, immediate: int) -> None:
    """What an instruction of one operand and the old d computes."""
    if opcode == 0x7A:  # SFPSHFT
        by = fill_lanes(t, signed(immediate << 20) >> 20) if mode & 1 else c
        shift(t, c if t.chip[0] and mode & 4 else d, by, mode >> 1 & 1)
    elif opcode == 0x79:  # SFPIADD
        if mode & 1:
            _add(t, c, fill_lanes(t, signed(immediate << 20) >> 20), 1)
        else:
            _add(t, c, d, -1 if mode & 2 else 1)
    elif opcode == 0x7C:  # SFPMOV
        _mix(t, c, d, _ALL, 0, 0, 0x80000000 if mode == 1 else 0)
    elif opcode == 0x80:  # SFPNOT
        _mix(t, c, d, _ALL, 0, 0, _ALL)
    elif opcode == 0x78:  # SFPEXMAN
        _mix(t, c, d, 0x7FFFFF, 0, 0, 0 if mode else 0x800000)
    elif opcode == 0x82:  # SFPSETEXP
        take = 0 if mode == 1 else 0x7F800000
        _mix(t, c, d, 0x807FFFFF, 0 if mode else 23, take, immediate << 23)
    elif opcode == 0x83:  # SFPSETMAN
        _mix(t, c, d, 0xFF800000, 0, 0 if mode else 0x7FFFFF, immediate << 11)
    elif opcode == 0x89:  # SFPSETSGN
        _mix(t, c, d, 0x7FFFFFFF, 0, 0 if mode else 0x80000000, immediate << 31)
    elif opcode == 0x7E:  # SFPAND
        _logic(t, c, d, 0, _ALL)
    elif opcode == 0x7F or opcode == 0x8D:  # SFPOR, SFPXOR
        _logic(t, c, d, _ALL, _ALL if opcode == 0x7F else 0)
    else:
        source, old, out = t.lreg[c], t.lreg[d], t.lreg[RESULT]
        for lane in range(t.chip[LANES]):
            out[lane] = _one_lane(opcode, mode, immediate, source[lane], old[lane])


@compiled
def modelled(chip: int, opcode: int, mode: int, immediate: int) -> bool:
    """Whether :func:`compute` and the flags know an instruction's fields."""
    if opcode == 0x76:
        return mode <= 1 and (immediate < 0x80 or immediate >= 0xF80)
    if opcode == 0x79:
        return mode <= 10 and mode & 3 != 3
    if opcode == 0x7A:
        if chip:
            return (mode <= 3 or mode in (5, 7)) and (mode & 1 != 0 or immediate == 0)
        return mode <= 1 and (mode != 0 or immediate == 0)
    if opcode == 0x82:
        return mode <= 2 and immediate <= 255 and (mode == 1 or immediate == 0)
    if opcode == 0x89:
        return mode <= 1 and immediate <= 1 and (mode != 0 or immediate == 0)
    if opcode == 0x8E:
        return mode in (1, 2, 3, 6, 7) and immediate & 0xFF0 == 0
    if immediate:
        return False
    if opcode == 0x77:
        return mode <= 2 or mode == 10
    if opcode == 0x7B:
        return mode in (0, 2, 4, 6)
    if opcode == 0x7C:
        return mode <= 2
    if opcode == 0x81:
        return mode in (0, 2, 4)
    if opcode == 0x90:
        return mode == 0 or (chip != 0 and mode == 3)
    if opcode in (0x7E, 0x7F, 0x80, 0x8D):
        return mode == 0
    if opcode in (0x96, 0x97):
        return chip != 0 and mode in (1, 8)
    return mode <= 1  # SFPEXMAN, SFPABS, SFPSETMAN
