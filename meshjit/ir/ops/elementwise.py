"""Elementwise ops. Operands broadcast as in NumPy; floats are computed in float32 and rounded once."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from meshjit.errors import DTypeError
from meshjit.ir.opdef import Array, Attrs, EvalContext, Linear, OpDef
from meshjit.ir.ops.rules import (
    broadcast_shapes,
    comparison_shape,
    elementwise_factors,
    elementwise_shape,
    require_kind,
    same_dtype,
)
from meshjit.ir.types import BOOL, DType, TensorType

_FLOAT = ("float",)
_NUMBER = ("float", "int")
_erf = np.frompyfunc(math.erf, 1, 1)


def _plain(fn: Callable[..., Array]) -> Callable[..., Array]:
    return lambda ctx, *arrays: fn(*arrays)


def erf(x: Array) -> Array:
    """The error function, by the C library's double-precision erf."""
    return np.asarray(_erf(x), dtype=x.dtype)


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)), without overflow on either side."""
    z = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + z), z / (1 + z)).astype(x.dtype)


def gelu(ctx: EvalContext, x: Array) -> Array:
    """x * Phi(x) (Hendrycks and Gimpel, 2016), or its tanh approximation."""
    if ctx.attrs["approximate"] == "tanh":
        return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    return 0.5 * x * (1 + erf(x / math.sqrt(2)))


def _unary(name: str, fn: Callable[..., Array], *, kinds: Sequence[str] = _FLOAT, linear: bool = False) -> OpDef:
    return OpDef(
        name,
        kernel="elementwise",
        arity=(1, 1),
        shape_rule=elementwise_shape(kinds),
        factor_rule=elementwise_factors,
        reference=_plain(fn),
        linear="all" if linear else None,
        elementwise=True,
    )


def _binary(name: str, fn: Callable[..., Array], *, linear: Linear = None, commutative: bool = False) -> OpDef:
    return OpDef(
        name,
        kernel="elementwise",
        arity=(2, 2),
        shape_rule=elementwise_shape(_NUMBER),
        factor_rule=elementwise_factors,
        reference=_plain(fn),
        linear=linear,
        elementwise=True,
        commutative=commutative,
    )


def _compare(name: str, fn: Callable[..., Array], *, commutative: bool = False) -> OpDef:
    return OpDef(
        name,
        kernel="elementwise",
        arity=(2, 2),
        shape_rule=comparison_shape,
        factor_rule=elementwise_factors,
        reference=_plain(fn),
        elementwise=True,
        commutative=commutative,
    )


def _logical(name: str, fn: Callable[..., Array], kind: str = "bool") -> OpDef:
    return OpDef(
        name,
        kernel="elementwise",
        arity=(2, 2),
        shape_rule=elementwise_shape((kind,)),
        factor_rule=elementwise_factors,
        reference=_plain(fn),
        elementwise=True,
        commutative=True,
    )


NEG = _unary("neg", np.negative, kinds=_NUMBER, linear=True)
ABS = _unary("abs", np.abs, kinds=_NUMBER)
EXP = _unary("exp", np.exp)
LOG = _unary("log", np.log)
SQRT = _unary("sqrt", np.sqrt)
RSQRT = _unary("rsqrt", lambda x: 1 / np.sqrt(x))
RECIPROCAL = _unary("reciprocal", lambda x: 1 / x)
TANH = _unary("tanh", np.tanh)
SIGMOID = _unary("sigmoid", sigmoid)
ERF = _unary("erf", erf)
RELU = _unary("relu", lambda x: np.maximum(x, 0), kinds=_NUMBER)
SILU = _unary("silu", lambda x: x * sigmoid(x))
LOGICAL_NOT = _unary("logical_not", np.logical_not, kinds=("bool",))

GELU = OpDef(
    "gelu",
    kernel="elementwise",
    arity=(1, 1),
    attrs=("approximate",),
    shape_rule=elementwise_shape(_FLOAT),
    factor_rule=elementwise_factors,
    reference=gelu,
    elementwise=True,
)

ADD = _binary("add", np.add, linear="all", commutative=True)
SUB = _binary("sub", np.subtract, linear="all")
MUL = _binary("mul", np.multiply, linear="one", commutative=True)
MAXIMUM = _binary("maximum", np.maximum, commutative=True)
MINIMUM = _binary("minimum", np.minimum, commutative=True)


def _float_binary(name: str, fn: Callable[..., Array], *, linear: Linear = None) -> OpDef:
    return OpDef(
        name,
        kernel="elementwise",
        arity=(2, 2),
        shape_rule=elementwise_shape(_FLOAT),
        factor_rule=elementwise_factors,
        reference=_plain(fn),
        linear=linear,
        elementwise=True,
    )


DIV = _float_binary("div", np.divide, linear="first")
POW = _float_binary("pow", np.power)

EQ = _compare("eq", np.equal, commutative=True)
NE = _compare("ne", np.not_equal, commutative=True)
LT = _compare("lt", np.less)
LE = _compare("le", np.less_equal)
GT = _compare("gt", np.greater)
GE = _compare("ge", np.greater_equal)

LOGICAL_AND = _logical("logical_and", np.logical_and)
LOGICAL_OR = _logical("logical_or", np.logical_or)
LOGICAL_XOR = _logical("logical_xor", np.logical_xor)
BITWISE_AND = _logical("bitwise_and", np.bitwise_and, "int")
BITWISE_OR = _logical("bitwise_or", np.bitwise_or, "int")
BITWISE_XOR = _logical("bitwise_xor", np.bitwise_xor, "int")


def _where_shape(types: Sequence[TensorType], attrs: Attrs) -> tuple[DType, tuple[int, ...]]:
    require_kind(types[:1], ("bool",), "where's condition")
    return same_dtype(types[1:]), broadcast_shapes([t.shape for t in types])


WHERE = OpDef(
    "where",
    kernel="elementwise",
    arity=(3, 3),
    shape_rule=_where_shape,
    factor_rule=elementwise_factors,
    reference=_plain(np.where),
    elementwise=True,
)


def _cast_shape(types: Sequence[TensorType], attrs: Attrs) -> tuple[DType, tuple[int, ...]]:
    dtype = attrs["dtype"]
    if not isinstance(dtype, DType):
        raise DTypeError("MJ2002", f"cast to {dtype!r}, which is no dtype", fix="use f32, bf16, i32 or bool")
    return dtype, types[0].shape


def _cast(ctx: EvalContext, x: Array) -> Array:
    dtype = ctx.type.dtype
    if dtype.kind == "float":
        return x.astype(ctx.wide) if x.dtype.kind in "bi" else x
    if dtype == BOOL:
        return x != 0
    return to_int(x)


def to_int(x: Array) -> Array:
    """Truncate to int32, saturating, NaN to 0: the one rule on all targets (C and NumPy leave these cases open)."""
    if x.dtype.kind != "f":
        return x.astype(np.int32)
    wide = np.nan_to_num(x.astype(np.float64), nan=0.0, posinf=2.0**31 - 1, neginf=-(2.0**31))
    return np.clip(np.trunc(wide), -(2.0**31), 2.0**31 - 1).astype(np.int32)


CAST = OpDef(
    "cast",
    kernel="elementwise",
    arity=(1, 1),
    attrs=("dtype",),
    shape_rule=_cast_shape,
    factor_rule=elementwise_factors,
    reference=_cast,
    linear=None,
    elementwise=True,
)

ELEMENTWISE: tuple[OpDef, ...] = (
    NEG, ABS, EXP, LOG, SQRT, RSQRT, RECIPROCAL, TANH, SIGMOID, ERF, RELU, SILU, LOGICAL_NOT, GELU,
    ADD, SUB, MUL, DIV, POW, MAXIMUM, MINIMUM,
    EQ, NE, LT, LE, GT, GE, LOGICAL_AND, LOGICAL_OR, LOGICAL_XOR, BITWISE_AND, BITWISE_OR, BITWISE_XOR,
    WHERE, CAST,
)  # fmt: skip
