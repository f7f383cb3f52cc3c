"""Integers on the vector unit: 32 bits in two's complement, which wrap as in NumPy."""

from __future__ import annotations

from meshjit.codegen.tensix.sfpu import ONE, ZERO, Builder, V, bits

_PIECE = 11  # bits of a factor's piece: products of two are exact in float32, and so is the sum of three
_BIAS = 2.0**23  # added to a whole number below 2**23 it leaves the number in the mantissa bits


def int_to_float(b: Builder, x: V) -> V:
    """A two's complement integer as a float, rounded to nearest even."""
    y = b.with_sign_of(b.to_float(b.int_abs(x)), x)
    lowest = b.int_sub(x, b.const_bits(0x80000000))  # its magnitude is no int32
    return b.select(lowest, 6, b.const(-(2.0**31)), y)


def float_to_int(b: Builder, x: V) -> V:
    """x truncated to int32, saturating; NaN gives 0. The mantissa is shifted by the exponent."""
    by = b.int_sub(b.exponent(x), b.const_bits(127 + 23))
    mantissa = b.mantissa(x)
    y = b.copy(b.shift_by(mantissa, by))
    small = b.int_sub(b.exponent(x), b.const_bits(127))
    b.begin_if(small, 0)
    b.assign(y, ZERO)
    b.end_if()
    negative = b.int_sub(ZERO, y)
    b.begin_if(x, 0)
    b.assign(y, negative)
    b.end_if()
    large = b.int_sub(b.exponent(x), b.const_bits(127 + 31))
    limit = b.select(x, 0, b.const_bits(0x80000000), b.const_bits(0x7FFFFFFF))
    b.begin_if(large, 4)
    b.assign(y, limit)
    b.end_if()
    nan = b.int_sub(b.const_bits(0x7F800000), b.abs_bits(x))
    b.begin_if(nan, 0)
    b.assign(y, ZERO)
    b.end_if()
    return y


def _below(b: Builder, x: V, y: V) -> V:
    """A value that is negative where x < y: the difference, or x where the signs differ (it may overflow there)."""
    d = b.int_sub(x, y)
    signs = b.bit_xor(x, y)
    b.begin_if(signs, 0)
    b.assign(d, x)
    b.end_if()
    return d


def less(b: Builder, x: V, y: V) -> V:
    """1.0 where x < y."""
    return b.select(_below(b, x, y), 0, ONE, ZERO)


def greater_equal(b: Builder, x: V, y: V) -> V:
    """1.0 where x >= y."""
    return b.select(_below(b, x, y), 4, ONE, ZERO)


def equal(b: Builder, x: V, y: V) -> V:
    """1.0 where the bits are equal."""
    return b.select(b.int_sub(x, y), 6, ONE, ZERO)


def not_equal(b: Builder, x: V, y: V) -> V:
    """1.0 where the bits differ."""
    return b.select(b.int_sub(x, y), 2, ONE, ZERO)


def maximum(b: Builder, x: V, y: V) -> V:
    """The larger of two integers."""
    return b.select(_below(b, x, y), 0, y, x)


def minimum(b: Builder, x: V, y: V) -> V:
    """The smaller of two integers."""
    return b.select(_below(b, x, y), 0, x, y)


def sortable(b: Builder, x: V) -> V:
    """x so that the order of sign and magnitude (SFPSWAP's) is the integers' own; its own inverse."""
    y = b.copy(x)
    b.begin_if(y, 0)
    b.change("SFPXOR", y, {"c": b.const_bits(0x7FFFFFFF)})
    b.end_if()
    return y


def _pieces(b: Builder, x: V) -> tuple[V, V, V]:
    """x as three whole numbers in float32: 11, 11 and the highest 10 bits."""
    low = b.const_bits((1 << _PIECE) - 1)
    middle = b.bit_and(b.shift(x, -_PIECE), low)
    return b.to_float(b.bit_and(x, low)), b.to_float(middle), b.to_float(b.shift(x, -2 * _PIECE))


def _whole(b: Builder, biased: V) -> V:
    """The whole number below 2**23 to which 2**23 was added, as an integer."""
    return b.int_sub(biased, b.const_bits(bits(_BIAS)))


def multiply(b: Builder, x: V, y: V) -> V:
    """The low 32 bits of the product, from six products of 11-bit pieces."""
    x0, x1, x2 = _pieces(b, x)
    y0, y1, y2 = _pieces(b, y)
    bias = b.const(_BIAS)
    high = _whole(b, b.mad(x0, y2, b.mad(x1, y1, b.mad(x2, y0, bias))))
    middle = _whole(b, b.mad(x0, y1, b.mad(x1, y0, bias)))
    low = _whole(b, b.mad(x0, y0, bias))
    return b.int_add(b.int_add(b.shift(high, 2 * _PIECE), b.shift(middle, _PIECE)), low)
