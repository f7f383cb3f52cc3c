"""The mathematics of the vector unit: each function of the IR as SFPU code, in float32.

Accuracy is measured by tests/codegen/tensix/test_functions.py and stated in docs/tensix.md.
"""

from __future__ import annotations

import math

from meshjit.codegen.tensix.sfpu import MINUS_ONE, ONE, ZERO, Builder, V

_MAGIC = 12582912.0  # 1.5 * 2**23: adding it rounds to an integer in the low mantissa bits
_LN2_HIGH = 0.69140625  # ln 2 cut to 8 bits, so that k * _LN2_HIGH is exact
_LN2_LOW = math.log(2.0) - _LN2_HIGH
_INF = math.inf
_NAN = math.nan


def exp(b: Builder, x: V) -> V:
    """e**x: x = k ln 2 + r, a polynomial in r of degree 6 (Taylor), and k added to the exponent.

    Above 88.7228 inf, below -87.3365 zero (results that would be denormal are flushed); NaN gives inf.
    """
    if b.fast:
        return _fast_exp(b, x)
    t = b.mad(x, b.const(math.log2(math.e)), b.const(_MAGIC))
    k = b.addi(t, -_MAGIC)
    r = b.mad(k, b.const(-_LN2_HIGH), x)
    r = b.mad(k, b.const(-_LN2_LOW), r)
    p = b.addi(b.muli(r, 1 / 720), 1 / 120)
    for c in (1 / 24, 1 / 6, 0.5, 1.0, 1.0):
        p = b.mad(p, r, b.const(c))
    y = b.int_add(p, b.shift(t, 23))
    over = b.addi(x, -88.5)  # bf16 holds 88.5; the exact limit follows below
    over = b.sub(over, b.const(88.72284 - 88.5))
    y = b.copy(y)
    b.begin_if(over, 4)
    b.assign_bf16(y, _INF)
    b.end_if()
    under = b.add(x, b.const(87.33654))
    b.begin_if(under, 0)
    b.assign(y, ZERO)
    b.end_if()
    return y


#: 2**f - 1 on [-0.5, 0.5] is f (c1 + f (c2 + f c3)); relative error of the power below 2**-12.
_EXP2 = (0.0556640625, 0.2412109375, 0.69314718)


def _exp2_parts(b: Builder, t: V, f: V) -> V:
    """2**(k + f) to 11 bits, where k is the integer in the low mantissa bits of t."""
    p = b.mad(f, b.const(_EXP2[0]), b.const(_EXP2[1]))
    p = b.mad(p, f, b.const(_EXP2[2]))
    p = b.mad(p, f, ONE)
    return b.int_add(p, b.shift(t, 23))


def _fast_exp2(b: Builder, v: V) -> V:
    """2**v to 11 bits; v is taken into [-126, 126], so that neither the power nor its reciprocal leaves the range."""
    v = b.minimum(b.maximum(v, b.const(-126.0)), b.const(126.0))
    t = b.add(v, b.const(_MAGIC))
    return _exp2_parts(b, t, b.add(v, b.mad(t, MINUS_ONE, b.const(_MAGIC))))


def _fast_exp(b: Builder, x: V) -> V:
    """e**x to 11 bits: above 88.7 an exponent of all ones, which packs as inf, below -87.4 zero."""
    x = b.minimum(b.maximum(x, b.const(-87.5)), b.const(89.0))
    scale = b.const(math.log2(math.e))
    t = b.mad(x, scale, b.const(_MAGIC))
    return _exp2_parts(b, t, b.mad(x, scale, b.mad(t, MINUS_ONE, b.const(_MAGIC))))


def _fast_reciprocal(b: Builder, x: V) -> V:
    """1 / x to 11 bits for finite x: the exponent trick, then two Newton steps. Zero gives inf."""
    y = b.int_sub(b.const_bits(0x7EF311C7), x)
    minus = b.neg(x)
    for _ in range(2):
        y = b.mad(y, b.mad(minus, y, ONE), y)
    return y


def _newton_reciprocal(b: Builder, a: V) -> V:
    """1 / a for a in [1, 2): a line, then three Newton steps (relative error below 2**-23)."""
    y = b.mad(a, b.const(-0.470703125), b.const(1.4140625))
    minus = b.neg(a)
    for _ in range(3):
        e = b.mad(minus, y, ONE)
        y = b.mad(y, e, y)
    return y


def reciprocal(b: Builder, x: V) -> V:
    """1 / x. Zero and denormals give inf, inf and NaN give zero, with the sign of x."""
    e = b.exponent(x)
    a = b.with_exponent(b.abs(x), 127)
    y = _newton_reciprocal(b, a)
    scale = b.with_exponent_of(ONE, b.int_sub(b.const_bits(254), e))
    y = b.copy(b.mul(y, scale))
    b.begin_if(e, 6)
    b.assign_bf16(y, _INF)
    b.end_if()
    top = b.int_sub(e, b.const_bits(255))
    b.begin_if(top, 6)
    b.assign(y, ZERO)
    b.end_if()
    return b.with_sign_of(y, x)


def divide(b: Builder, x: V, y: V) -> V:
    """x / y as x times the reciprocal: within 2 ulp."""
    return b.mul(x, reciprocal(b, y))


def _inverse_root(b: Builder, x: V) -> V:
    """x ** -0.5 for positive finite x: the exponent trick (Lomont, 2003), then three Newton steps."""
    y = b.int_sub(b.const_bits(0x5F3759DF), b.shift(x, -1))
    minus_half = b.muli(x, -0.5)
    for _ in range(3):
        t = b.mul(y, y)
        t = b.mad(minus_half, t, b.const(1.5))
        y = b.mul(y, t)
    return y


def _root_specials(b: Builder, x: V, y: V, zero: float, infinite: float) -> V:
    e = b.exponent(x)
    y = b.copy(y)
    top = b.int_sub(e, b.const_bits(255))
    b.begin_if(top, 6)
    b.assign_bf16(y, infinite)
    b.end_if()
    b.begin_if(x, 0)
    b.assign_bf16(y, _NAN)
    b.end_if()
    b.begin_if(e, 6)
    b.assign_bf16(y, zero)
    b.end_if()
    return y


def rsqrt(b: Builder, x: V) -> V:
    """1 / sqrt(x): zero gives inf, inf zero, a negative number NaN."""
    return _root_specials(b, x, _inverse_root(b, x), _INF, 0.0)


def sqrt(b: Builder, x: V) -> V:
    """The square root: a negative number gives NaN."""
    y = b.mul(x, _inverse_root(b, x))
    return _root_specials(b, x, y, 0.0, _INF)


_LOG = (
    7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
    -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
)  # fmt: skip


def log(b: Builder, x: V) -> V:
    """The natural logarithm, with the polynomial of Cephes' logf. Zero gives -inf, a negative number NaN."""
    e = b.to_float(b.exponent(x))
    e = b.addi(e, -127.0)
    m = b.with_exponent(b.abs(x), 127)
    above = b.sub(m, b.const(math.sqrt(2.0)))
    half = b.with_exponent(m, 126)
    more = b.addi(e, 1.0)
    e, m = b.copy(e), b.copy(m)
    b.begin_if(above, 4)
    b.assign(m, half)
    b.assign(e, more)
    b.end_if()
    f = b.addi(m, -1.0)
    z = b.mul(f, f)
    p = b.horner(f, _LOG)
    p = b.mul(b.mul(p, f), z)
    p = b.mad(e, b.const(-2.12194440e-4), p)
    p = b.mad(z, b.const(-0.5), p)
    y = b.mad(e, b.const(0.693359375), b.add(f, p))
    top = b.int_sub(b.exponent(x), b.const_bits(255))
    y = b.copy(y)
    b.begin_if(top, 6)
    b.assign(y, x)
    b.end_if()
    b.begin_if(x, 0)
    b.assign_bf16(y, _NAN)
    b.end_if()
    bottom = b.exponent(x)
    b.begin_if(bottom, 6)
    b.assign_bf16(y, -_INF)
    b.end_if()
    return y


_TANH_P = (
    -2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11, 5.12229709037114e-08,
    1.48572235717979e-05, 6.37261928875436e-04, 4.89352455891786e-03,
)  # fmt: skip
_TANH_Q = (1.19825839466702e-06, 1.18534705686654e-04, 2.26843463243900e-03, 4.89352518554385e-03)
_ERF_P = (
    -2.72614225801306e-10, 2.77068142495902e-08, -2.10102402082508e-06, -5.69250639462346e-05,
    -7.34990630326855e-04, -2.95459980854025e-03, -1.60960333262415e-02,
)  # fmt: skip
_ERF_Q = (
    -1.45660718464996e-05, -2.13374055278905e-04, -1.68282697438203e-03, -7.37332916720468e-03, -1.42647390514189e-02,
)  # fmt: skip


def _odd_rational(b: Builder, x: V, limit: float, p: tuple[float, ...], q: tuple[float, ...]) -> V:
    """x P(x**2) / Q(x**2) with x clamped to +-limit."""
    x = b.minimum(b.maximum(x, b.const(-limit)), b.const(limit))
    z = b.mul(x, x)
    top = b.mul(b.horner(z, p), x)
    return b.mul(top, reciprocal(b, b.horner(z, q)))


def tanh(b: Builder, x: V) -> V:
    """The hyperbolic tangent by a rational of degree 13/6 (the float32 approximation that Eigen publishes)."""
    return _odd_rational(b, x, 7.90531110763549805, _TANH_P, _TANH_Q)


def erf(b: Builder, x: V) -> V:
    """The error function by a rational of degree 13/8 (the float32 approximation that Eigen publishes)."""
    return _odd_rational(b, x, 4.0, _ERF_P, _ERF_Q)


def _fast_sigmoid(b: Builder, v: V) -> V:
    """1 / (1 + 2**v) to 10 bits."""
    return _fast_reciprocal(b, b.addi(_fast_exp2(b, v), 1.0))


def _logistic_denominator(b: Builder, x: V) -> V:
    """1 + e**-x."""
    return b.addi(exp(b, b.neg(x)), 1.0)


def sigmoid(b: Builder, x: V) -> V:
    """1 / (1 + e**-x)."""
    if b.fast:
        return _fast_sigmoid(b, b.mul(x, b.const(-math.log2(math.e))))
    return reciprocal(b, _logistic_denominator(b, x))


def silu(b: Builder, x: V) -> V:
    """x / (1 + e**-x)."""
    return b.mul(x, sigmoid(b, x))


def gelu_tanh(b: Builder, x: V) -> V:
    """GELU's tanh form, written as x * sigmoid(2 u), which cancels nothing."""
    z = b.mul(x, x)
    if b.fast:
        scale = -2 * math.sqrt(2 / math.pi) * math.log2(math.e)
        v = b.mad(z, b.const(scale * 0.044715), b.const(scale))
        return b.mul(x, _fast_sigmoid(b, b.mul(v, x)))
    u = b.mad(z, b.const(2 * math.sqrt(2 / math.pi) * 0.044715), b.const(2 * math.sqrt(2 / math.pi)))
    return b.mul(x, sigmoid(b, b.mul(u, x)))


def gelu_erf(b: Builder, x: V) -> V:
    """0.5 x (1 + erf(x / sqrt 2))."""
    y = erf(b, b.mul(x, b.const(math.sqrt(0.5))))
    return b.mul(b.muli(x, 0.5), b.addi(y, 1.0))


def relu(b: Builder, x: V) -> V:
    """max(x, 0)."""
    return b.maximum(x, ZERO)


def power(b: Builder, x: V, y: V) -> V:
    """x ** y as e ** (y log |x|); a negative x needs an integer y below 2**22, whose parity gives the sign."""
    size = exp(b, b.mul(y, log(b, b.abs(x))))
    t = b.add(y, b.const(_MAGIC))
    sign = b.shift(t, 31)  # the integer's lowest bit
    signed = b.copy(b.int_add(size, sign))
    rest = b.sub(y, b.addi(t, -_MAGIC))
    b.begin_if(rest, 2)
    b.assign_bf16(signed, _NAN)
    b.end_if()
    result = b.select(x, 0, signed, size)
    return b.select(b.abs(y), 6, ONE, result)


def integer_power(b: Builder, x: V, n: int) -> V:
    """x ** n for n >= 1 by repeated squaring."""
    result: V | None = None
    while n:
        if n & 1:
            result = x if result is None else b.mul(result, x)
        n >>= 1
        if n:
            x = b.mul(x, x)
    assert result is not None
    return result


def less(b: Builder, x: V, y: V) -> V:
    """1.0 where x < y, else 0.0."""
    difference = b.sub(x, y)
    return b.select(difference, 0, ONE, ZERO)


def greater_equal(b: Builder, x: V, y: V) -> V:
    """1.0 where x >= y, else 0.0."""
    difference = b.sub(x, y)
    return b.select(difference, 4, ONE, ZERO)


def equal(b: Builder, x: V, y: V) -> V:
    """1.0 where x == y, else 0.0."""
    return b.select(b.sub(x, y), 6, ONE, ZERO)


def not_equal(b: Builder, x: V, y: V) -> V:
    """1.0 where x != y, else 0.0."""
    return b.select(b.sub(x, y), 2, ONE, ZERO)


def choose(b: Builder, condition: V, x: V, y: V) -> V:
    """x where the condition (1.0 or 0.0) holds, else y."""
    return b.select(condition, 2, x, y)


def round_bf16(b: Builder, x: V) -> V:
    """x rounded to bfloat16, ties to even, kept as float32. (The packer and SFPSTOCHRND round ties up.)"""
    odd = b.bit_and(b.shift(x, -16), b.const_bits(1))
    y = b.int_add(b.int_add(x, b.const_bits(0x7FFF)), odd)
    return b.shift(b.shift(y, -16), 16)


def nonzero(b: Builder, x: V) -> V:
    """1.0 where a float is not zero."""
    return b.select(b.abs(x), 2, ONE, ZERO)
