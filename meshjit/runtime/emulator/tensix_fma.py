"""The vector unit's multiply-add, bit by bit: neither chip rounds as IEEE 754 says.

Both flush denormals and cut the product to 27 bits with a sticky bit before they add. Facts: ISA documentation, page
SFPMAD, and the floating-point models published with the simulator.
"""

from __future__ import annotations

from meshjit.runtime.emulator.compiled import compiled, inlined
from meshjit.runtime.emulator.tensix_bits import choose, count_leading_zeros
from meshjit.runtime.emulator.tensix_state import LANES, RESULT, Tensix


@inlined
def _shift_sticky(value: int, by: int) -> int:
    """``value >> by``, with bit 0 set when bits were lost, unless nothing is left."""
    by = min(by, 41)
    shifted = value >> by
    return shifted | int((shifted != 0) & (shifted << by != value))


@inlined
def _finite(x: int, y: int, z: int, blackhole: int) -> int:
    """x * y + z on float32 bits, where operands and product are finite: no branches, so that LLVM makes vectors of it.

    On Blackhole results too small keep their sign, on Wormhole they are 0.
    """
    xe, ye, ze = x >> 23 & 255, y >> 23 & 255, z >> 23 & 255
    xm = (x & 0x7FFFFF | 0x800000) * int(xe != 0)
    ym = (y & 0x7FFFFF | 0x800000) * int(ye != 0)
    zm = (z & 0x7FFFFF | 0x800000) * int(ze != 0) << 3
    p_sign, z_sign = (x ^ y) & 0x80000000, z & 0x80000000
    m, pe = xm * ym << 3, min(xe + ye - 127, 255)
    some = -int((m != 0) & (pe >= 0))
    pm, pe = (m >> 23 | int(m & 0x7FFFFF != 0)) & some, pe & some
    e = max(pe, ze)
    pm = _shift_sticky(pm, e - pe)
    zm = _shift_sticky(zm, e - ze)
    sign = choose(pm >= zm, p_sign, z_sign)
    m = abs(pm + choose(p_sign == z_sign, zm, -zm))
    none = m == 0
    n = 37 - count_leading_zeros(m | 1)
    e += n
    infinite, nothing = e >= 255, none | ((e < 0) & (blackhole == 0))
    n += int(e <= 0) & blackhole
    e = max(e, 0)
    lost = int((m & (1 | n & -blackhole) != 0) & (n > 0))
    m = m << 26 >> (26 + n) | lost
    r = (e << 23) + (m >> 3 & 0x7FFFFF)
    r += int((m & 7) + (r & 1) > 4)
    r = choose(infinite, 0x7F800000, r)
    least = choose(none, z_sign & p_sign, sign) & -blackhole
    return choose(nothing | (r >> 23 == 0), least, sign | r)


@compiled
def _invalid_product(x: int, y: int) -> bool:
    """x or y NaN, or infinity times zero (denormals count as zero)."""
    xe, ye = x >> 23 & 255, y >> 23 & 255
    if xe == 255 and (x & 0x7FFFFF or ye == 0):
        return True
    return ye == 255 and (y & 0x7FFFFF != 0 or xe == 0)


@compiled
def _special(x: int, y: int, z: int, blackhole: int) -> int:
    """x * y + z where an operand or the product is not finite. Wormhole's NaNs keep some bits of the sum."""
    xe, ye, ze = x >> 23 & 255, y >> 23 & 255, z >> 23 & 255
    p_sign, z_sign = (x ^ y) & 0x80000000, z & 0x80000000
    z_nan = ze == 255 and z & 0x7FFFFF != 0
    invalid = _invalid_product(x, y)
    p_infinite = xe == 255 or ye == 255 or (xe + ye >= 382 and not blackhole)
    opposite = ze == 255 and not z_nan and p_infinite and z_sign != p_sign
    if invalid or z_nan or opposite:
        if blackhole:
            return 0x7FC00000
        sign = p_sign if invalid or opposite else z_sign
        return sign | 0x7F800001 | _finite(x, y, z, 0) & 0x7FFFFFFF
    return z if ze == 255 else p_sign | 0x7F800000


@compiled
def multiply_add_lanes(t: Tensix, a: int, b: int, c: int, flip_a: int, flip_c: int) -> None:
    """LReg a * b + c into RESULT, on float32 bits; ``flip_a`` and ``flip_c`` are XORed to the bits of a and c."""
    xs, ys, zs, out, blackhole = t.lreg[a], t.lreg[b], t.lreg[c], t.lreg[RESULT], t.chip[0]
    special = 0
    for lane in range(t.chip[LANES]):
        x, y, z = xs[lane] ^ flip_a, ys[lane], zs[lane] ^ flip_c
        xe, ye, ze = x >> 23 & 255, y >> 23 & 255, z >> 23 & 255
        special |= int((xe == 255) | (ye == 255) | (ze == 255) | (xe + ye >= 382)) << lane
        out[lane] = _finite(x, y, z, blackhole)
    for lane in range(32 if special else 0):
        if special >> lane & 1:
            out[lane] = _special(xs[lane] ^ flip_a, ys[lane], zs[lane] ^ flip_c, blackhole)
