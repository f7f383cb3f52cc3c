"""The vector unit's multiply-add, bit by bit: neither chip rounds as IEEE 754 says.

Both flush denormals and cut the product to 27 bits with a sticky bit before they add. Facts: ISA documentation, page
SFPMAD, and the floating-point models published with the simulator.
"""

from __future__ import annotations

from meshjit.runtime.emulator.compiled import compiled
from meshjit.runtime.emulator.tensix_bits import count_leading_zeros


@compiled
def _shift_sticky(value: int, by: int) -> int:
    """``value >> by``, with bit 0 set when bits were lost, unless nothing is left."""
    if by > 40:
        return 0
    shifted = value >> by
    if shifted and shifted << by != value:
        shifted |= 1
    return shifted


@compiled
def _product(x: int, y: int) -> tuple[int, int]:
    """Magnitude (27 bits or fewer) and biased exponent of x * y."""
    xe, ye = x >> 23 & 255, y >> 23 & 255
    xm = (x & 0x7FFFFF | 0x800000) if xe else 0
    ym = (y & 0x7FFFFF | 0x800000) if ye else 0
    m = xm * ym << 3
    return m >> 23 | (1 if m & 0x7FFFFF else 0), xe + ye - 127


@compiled
def _invalid_product(x: int, y: int) -> bool:
    """x or y NaN, or infinity times zero (denormals count as zero)."""
    xe, ye = x >> 23 & 255, y >> 23 & 255
    if xe == 255 and (x & 0x7FFFFF or ye == 0):
        return True
    return ye == 255 and (y & 0x7FFFFF != 0 or xe == 0)


@compiled
def _special_wormhole(x: int, y: int, z: int, exponent: int) -> tuple[bool, int]:
    """(finished, bits) when an operand or the product is not finite; unfinished NaNs go on with ``bits``."""
    xe, ye, ze = x >> 23 & 255, y >> 23 & 255, z >> 23 & 255
    p_sign, z_sign = (x ^ y) & 0x80000000, z & 0x80000000
    p_infinite = xe == 255 or ye == 255 or exponent >= 255
    z_infinite = ze == 255 and z & 0x7FFFFF == 0
    if _invalid_product(x, y) or (z_infinite and p_infinite and z_sign != p_sign):
        return False, p_sign | 0x7F800001
    if ze == 255 and z & 0x7FFFFF:
        return False, z_sign | 0x7F800001
    if ze == 255:
        return True, z
    return True, p_sign | 0x7F800000


@compiled
def fma_wormhole(x: int, y: int, z: int) -> int:
    """x * y + z on float32 bits. NaN results keep some bits of the sum."""
    ze = z >> 23 & 255
    zm = (z & 0x7FFFFF | 0x800000) << 3 if ze else 0
    p_sign, z_sign = (x ^ y) & 0x80000000, z & 0x80000000
    pm, pe = _product(x, y)
    nan = 0
    if x >> 23 & 255 == 255 or y >> 23 & 255 == 255 or pe >= 255 or ze == 255:
        finished, nan = _special_wormhole(x, y, z, pe)
        if finished:
            return nan
        pe = min(pe, 255)
    if pm == 0 or pe < 0:
        if nan == 0:
            return z if zm else 0
        pm, pe = 0, 0
    e = max(pe, ze)
    pm = _shift_sticky(pm, e - pe)
    zm = _shift_sticky(zm, e - ze)
    sign = p_sign if pm >= zm else z_sign
    m = pm + zm if p_sign == z_sign else abs(pm - zm)
    if m == 0:
        return nan
    n = 37 - count_leading_zeros(m)
    e += n
    if e >= 255:
        return nan if nan else sign | 0x7F800000
    if e < 0:
        return nan
    m = m << -n if n <= 0 else m >> n | m & 1
    r = (e << 23) + (m >> 3 & 0x7FFFFF)
    r += 1 if (m & 7) + (r & 1) > 4 else 0
    if r >> 23 == 0:
        return nan
    return (nan if nan else sign) | r


@compiled
def fma_blackhole(x: int, y: int, z: int) -> int:
    """x * y + z on float32 bits; NaN is 0x7FC00000."""
    xe, ye, ze = x >> 23 & 255, y >> 23 & 255, z >> 23 & 255
    zm = (z & 0x7FFFFF | 0x800000) << 3 if ze else 0
    p_sign, z_sign = (x ^ y) & 0x80000000, z & 0x80000000
    pm, pe = _product(x, y)
    if xe == 255 or ye == 255 or pe >= 255 or ze == 255:
        if _invalid_product(x, y) or (ze == 255 and z & 0x7FFFFF):
            return 0x7FC00000
        if ze == 255 and (xe == 255 or ye == 255) and z_sign != p_sign:
            return 0x7FC00000
        return z if ze == 255 else p_sign | 0x7F800000
    if pm == 0 or pe < 0:
        return z if zm else z_sign & p_sign
    e = max(pe, ze)
    pm = _shift_sticky(pm, e - pe)
    zm = _shift_sticky(zm, e - ze)
    sign = p_sign if pm >= zm else z_sign
    m = pm + zm if p_sign == z_sign else abs(pm - zm)
    if m == 0:
        return z_sign & p_sign
    n = 37 - count_leading_zeros(m)
    e += n
    if e >= 255:
        return sign | 0x7F800000
    if e <= 0:
        n += 1
        e = 0
    m = m << -n if n <= 0 else m >> n | (1 if m & (n | 1) else 0)
    r = (e << 23) + (m >> 3 & 0x7FFFFF)
    r += 1 if (m & 7) + (r & 1) > 4 else 0
    return sign | (r if r >> 23 else 0)
