"""The mathematics of the vector unit: each function of the IR as SFPU code, in float32.

Accuracy is measured by benchmarks/card_accuracy.py and stated in docs/accuracy.md.
"""

from __future__ import annotations

import math

from meshjit.codegen.tensix.sfpu import MINUS_ONE, ONE, ZERO, Builder, V

_MAGIC = 12582912.0  # 1.5 * 2**23: adding it rounds to an integer in the low mantissa bits
_LN2_HIGH = 0.69140625  # ln 2 cut to 8 bits, so that k * _LN2_HIGH is exact
_LN2_LOW = math.log(2.0) - _LN2_HIGH
_INF = math.inf
_NAN = math.nan
_INFINITY = 0x7F800000  # its bits


#: e**r = 1 + r + r**2 q(r) on [-0.3475, 0.3475], highest power first; relative error 2**-28.
_EXP = (1.381422187e-3, 8.368898669e-3, 4.166840572e-2, 1.666651913e-1, 4.999999335e-1)


def _power_of_e(b: Builder, x: V, rest: V | None = None) -> V:
    """e**(x + rest) for x in [-87.5, 89]: x = k ln 2 + r, a polynomial in r, and k added to the exponent.

    A result that would be denormal has exponent 0, one above the largest number an exponent of all ones.
    """
    t = b.mad(x, b.const(math.log2(math.e)), b.const(_MAGIC))
    k = b.addi(t, -_MAGIC)
    r = b.mad(k, b.const(-_LN2_LOW), b.mad(k, b.const(-_LN2_HIGH), x))
    r = r if rest is None else b.add(r, rest)
    p = b.mad(b.horner(r, _EXP), r, ONE)
    return b.int_add(b.mad(p, r, ONE), b.shift(t, 23))


def _keep_nan(b: Builder, x: V, y: V) -> V:
    """y, or x where that is NaN."""
    y = b.copy(y)
    b.begin_if_nan(b.abs_bits(x))
    b.assign(y, x)
    b.end_if()
    return y


def exp(b: Builder, x: V) -> V:
    """e**x. Above 88.7228 inf, below -87.3365 zero (results that would be denormal are flushed).

    In bfloat16 a NaN whose sign bit is set gives zero, as minus infinity does.
    """
    if b.fast:
        return _fast_exp(b, x)
    y = _power_of_e(b, b.minimum(b.maximum(x, b.const(-87.5)), b.const(89.0)))
    return _keep_nan(b, x, b.mul(b.minimum(y, b.const(_INF)), ONE))  # a product flushes what is denormal


#: 2**f - 1 on [-0.5, 0.5] is f (c1 + f (c2 + f c3)); relative error of the power 2**-12.9. Constants of 11 bits are
#: one instruction.
_EXP2 = (0.054962158203125, 0.2423095703125, 0.693359375)


def _exp2_parts(b: Builder, t: V, f: V) -> V:
    """2**(k + f) to 12 bits, where k is the integer in the low mantissa bits of t."""
    return b.int_add(b.mad(b.horner(f, _EXP2), f, ONE), b.shift(t, 23))


def _fast_exp2(b: Builder, v: V) -> V:
    """2**v to 12 bits for v in [-127, 127]; what would be denormal has exponent 0."""
    t = b.add(v, b.const(_MAGIC))
    return _exp2_parts(b, t, b.add(v, b.mad(t, MINUS_ONE, b.const(_MAGIC))))


def _fast_power_of_e(b: Builder, x: V) -> V:
    """e**x to 11 bits for x in [-87.5, 89]."""
    scale = b.const(math.log2(math.e))
    t = b.mad(x, scale, b.const(_MAGIC))
    return _exp2_parts(b, t, b.mad(x, scale, b.mad(t, MINUS_ONE, b.const(_MAGIC))))


def _fast_exp(b: Builder, x: V) -> V:
    """e**x to 11 bits: above 88.7 an exponent of all ones, which packs as inf, below -87.4 zero."""
    return _fast_power_of_e(b, b.minimum(b.maximum(x, b.const(-87.5)), b.const(89.0)))


def _plain_reciprocal(b: Builder, x: V) -> V:
    """1 / x for x between 2**-125 and 2**125 of either sign: the exponent trick, then Newton steps."""
    y = b.int_sub(b.const_bits(0x7EF311C7), x)
    minus = b.neg(x)
    for _ in range(2 if b.fast else 3):
        y = b.mad(y, b.mad(minus, y, ONE), y)
    return y


def _significand(b: Builder, x: V) -> V:
    """|x| scaled into [1, 2); infinity gives 1."""
    return b.with_exponent(b.abs_bits(x), 127)


def _inverse_specials(b: Builder, x: V, e: V, y: V) -> V:
    """|y|, an inverse, with the sign of x: inf for zero and denormals (``e``, x's exponent, is 0), zero for inf, NaN
    for NaN."""
    y = b.copy(y)
    b.begin_if(e, 6)
    b.assign_bf16(y, _INF)
    b.end_if()
    left = b.int_sub(b.const_bits(_INFINITY), b.abs_bits(x))
    b.begin_if(left, 6)
    b.assign(y, ZERO)
    b.end_if()
    b.begin_if(left, 0)
    b.assign(y, x)
    b.end_if()
    return b.with_sign_of(y, x)


def reciprocal(b: Builder, x: V) -> V:
    """1 / x. Zero and denormals give inf, inf gives zero, with the sign of x."""
    e = b.exponent(x)
    y = _plain_reciprocal(b, _significand(b, x))
    return _inverse_specials(b, x, e, b.mul(y, b.with_exponent_of(ONE, b.int_sub(b.const_bits(254), e))))


def divide(b: Builder, x: V, y: V) -> V:
    """x / y: x times the inverse significand, scaled before and after it by half of y's exponent, so that nothing
    overflows or vanishes that should not."""
    e = b.exponent(y)
    scale = b.int_sub(b.const_bits(254 + 127), e)
    first = b.shift(scale, -1)
    q = b.mul(x, b.with_exponent_of(ONE, first))
    q = b.mul(q, _inverse_specials(b, y, e, _plain_reciprocal(b, _significand(b, y))))
    return b.mul(q, b.with_exponent_of(ONE, b.int_sub(scale, first)))


def _inverse_root(b: Builder, x: V) -> V:
    """x ** -0.5 for positive finite x: the exponent trick (Lomont, 2003), then Newton steps. No product in them leaves
    the range: y is between 2**-64 and 2**63."""
    y = b.int_sub(b.const_bits(0x5F3759DF), b.shift(x, -1))
    for _ in range(2 if b.fast else 3):
        square = b.mul(b.mul(x, y), y)
        y = b.mul(y, b.mad(square, b.const(-0.5), b.const(1.5)))
    return y


def _root_specials(b: Builder, x: V, y: V, zero: float, infinite: float) -> V:
    e = b.exponent(x)
    y = b.copy(y)
    left = b.int_sub(b.const_bits(_INFINITY), b.abs_bits(x))
    b.begin_if(left, 6)
    b.assign_bf16(y, infinite)
    b.end_if()
    b.begin_if(x, 0)
    b.assign_bf16(y, _NAN)
    b.end_if()
    b.begin_if(e, 6)
    b.assign_bf16(y, zero)
    b.end_if()
    b.begin_if(left, 0)
    b.assign(y, x)
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
#: The same to 13 bits.
_FAST_LOG = (1.732499959e-1, -2.646124720e-1, 3.356733266e-1)


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
    if b.fast:
        p = b.mad(b.mad(b.horner(f, _FAST_LOG), f, b.const(-0.5)), z, f)
        y = b.mad(e, b.const(math.log(2.0)), p)
    else:
        p = b.mul(b.mul(b.horner(f, _LOG), f), z)
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


#: tanh to 12 bits on [0, 3.6], erf to 13 on [0, 2.25]: beyond, bfloat16 rounds to 1. Fitted to the relative error.
_FAST_TANH_P, _FAST_TANH_Q = (8.473604696e-2, 9.997784082e-1), (6.932371386e-3, 4.167623004e-1, 1.0)
_FAST_ERF_P = (2.174460687e-2, 3.347623984e-1, 1.128248833)
_FAST_ERF_Q = (1.340924008e-1, 6.279970938e-1, 1.0)


def _odd_rational(b: Builder, x: V, limit: float, p: tuple[float, ...], q: tuple[float, ...]) -> V:
    """x P(x**2) / Q(x**2) with x clamped to +-limit. The quotient comes first: its product with x cannot vanish."""
    c = b.minimum(b.maximum(x, b.const(-limit)), b.const(limit))
    z = b.mul(c, c)
    ratio = b.mul(b.horner(z, p), _plain_reciprocal(b, b.horner(z, q)))
    return b.mul(ratio, c)


def tanh(b: Builder, x: V) -> V:
    """The hyperbolic tangent by a rational of degree 13/6 (the float32 approximation that Eigen publishes)."""
    if b.fast:
        return _keep_nan(b, x, _odd_rational(b, x, 3.6, _FAST_TANH_P, _FAST_TANH_Q))
    y = b.copy(_odd_rational(b, x, 9.0, _TANH_P, _TANH_Q))
    beyond = b.addi(b.abs_bits(x), -9.0)  # where the rational leaves 1 again
    b.begin_if(beyond, 4)
    b.assign(y, ONE)
    b.end_if()
    return _keep_nan(b, x, b.with_sign_of(y, x))


def erf(b: Builder, x: V) -> V:
    """The error function by a rational of degree 13/8 (the float32 approximation that Eigen publishes)."""
    if b.fast:
        return _keep_nan(b, x, _odd_rational(b, x, 2.25, _FAST_ERF_P, _FAST_ERF_Q))
    return _keep_nan(b, x, _odd_rational(b, x, 4.0, _ERF_P, _ERF_Q))


def sigmoid(b: Builder, x: V) -> V:
    """1 / (1 + e**-x): with z = e**-|x| it is 1 / (1 + z), or z / (1 + z) for a negative x, which overflows nowhere."""
    z = _decay(b, b.maximum(b.minus_abs(x), b.const(-87.5)))
    r = _plain_reciprocal(b, b.add(z, ONE))
    return _keep_nan(b, x, b.select(x, 0, b.mul(z, r), r))


def _decay(b: Builder, x: V) -> V:
    """e**x for x in [-87.5, 0]."""
    return _fast_power_of_e(b, x) if b.fast else _power_of_e(b, x)


def silu(b: Builder, x: V) -> V:
    """x / (1 + e**-x)."""
    return b.mul(x, sigmoid(b, x))


def _fast_sigmoid(b: Builder, v: V) -> V:
    """1 / (1 + 2**v) to 10 bits; v is taken into [-126, 126], so that neither the power nor its reciprocal leaves the
    range."""
    v = b.minimum(b.maximum(v, b.const(-126.0)), b.const(126.0))
    return _plain_reciprocal(b, b.addi(_fast_exp2(b, v), 1.0))


def gelu_tanh(b: Builder, x: V) -> V:
    """GELU's tanh form, written as x * sigmoid(2 u), which cancels nothing."""
    z = b.mul(x, x)
    if b.fast:
        scale = -2 * math.sqrt(2 / math.pi) * math.log2(math.e)
        v = b.mad(z, b.const(scale * 0.044715), b.const(scale))
        return b.mul(x, _fast_sigmoid(b, b.mul(v, x)))
    u = b.mad(z, b.const(2 * math.sqrt(2 / math.pi) * 0.044715), b.const(2 * math.sqrt(2 / math.pi)))
    return b.mul(x, sigmoid(b, b.mul(u, x)))


#: The normal distribution's tail to 24 bits: Phi(-a) = e**(-a**2 / 2) t P(t) with t = 1 / (1 + c a), a in [0, 13.3].
_TAIL_SCALE = 0.35
_TAIL = (
    -2.911505291e-2, 1.438185806e-1, -2.553913092e-1, 1.587968488e-1, -2.284358084e-2,
    1.053921927e-1, 1.198630825e-1, 1.398575621e-1, 1.396216604e-1,
)  # fmt: skip
#: And to 11: log2 Phi(-a) = -1 + a P(a) for a in [0, 12.98]. Fitted to GELU's error in bfloat16; the first five
#: coefficients are one instruction each.
_FAST_TAIL = (
    3.4226104617e-8, -2.0712614059e-6, 5.4121017456e-5, -8.0871582031e-4, 7.7705383301e-3,
    -5.184138807e-2, -4.611815358e-1, -1.150179844,
)  # fmt: skip
#: Between the a where log2 Phi(-a) is -126.5 and -127: from there on the power comes out with exponent 0.
_FAST_TAIL_END = 12.984375


def gelu_erf(b: Builder, x: V) -> V:
    """x Phi(x) as max(x, 0) - a Phi(-a) with a = |x|, which cancels nothing."""
    if b.fast:
        a = b.minimum(b.abs_bits(x), b.const(_FAST_TAIL_END))
        tail = _fast_exp2(b, b.mad(b.horner(a, _FAST_TAIL), a, MINUS_ONE))
        return b.sub(b.maximum(x, ZERO), b.mul(tail, a))
    a = b.minimum(b.abs_bits(x), b.const(13.1875))  # beyond, a Phi(-a) is flushed
    t = _plain_reciprocal(b, b.mad(a, b.const(_TAIL_SCALE), ONE))
    tail = b.mul(b.mul(b.horner(t, _TAIL), t), a)
    half = b.muli(a, -0.5)
    square = b.mul(half, a)
    rest = b.mad(half, a, b.neg(square))  # what rounding took from the exponent
    y = b.sub(b.maximum(x, ZERO), b.mul(tail, _power_of_e(b, square, rest)))
    return _keep_nan(b, x, y)


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
