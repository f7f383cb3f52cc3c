"""Elementwise ops. Operands broadcast as in NumPy; floats are computed in float32 and rounded once."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from meshjit.errors import DTypeError
from meshjit.ir.opdef import Array, Attrs, EvalContext, Linear, OpDef, ShapeRule
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
_INT = ("int",)
_BOOL = ("bool",)
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


def _op(name: str, arity: int, shape_rule: ShapeRule, reference: Callable[..., Array], **options: Any) -> OpDef:
    return OpDef(
        name,
        kernel="elementwise",
        arity=(arity, arity),
        shape_rule=shape_rule,
        factor_rule=elementwise_factors,
        reference=reference,
        elementwise=True,
        **options,
    )


def _unary(name: str, fn: Callable[..., Array], *, kinds: Sequence[str] = _FLOAT, linear: Linear = None) -> OpDef:
    return _op(name, 1, elementwise_shape(kinds), _plain(fn), linear=linear)


def _binary(
    name: str,
    fn: Callable[..., Array],
    *,
    kinds: Sequence[str] = _NUMBER,
    linear: Linear = None,
    commutative: bool = False,
) -> OpDef:
    return _op(name, 2, elementwise_shape(kinds), _plain(fn), linear=linear, commutative=commutative)


def _compare(name: str, fn: Callable[..., Array], *, commutative: bool = False) -> OpDef:
    return _op(name, 2, comparison_shape, _plain(fn), commutative=commutative)


NEG = _unary("neg", np.negative, kinds=_NUMBER, linear="all")
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
LOGICAL_NOT = _unary("logical_not", np.logical_not, kinds=_BOOL)

GELU = _op("gelu", 1, elementwise_shape(_FLOAT), gelu, attrs=("approximate",))

ADD = _binary("add", np.add, linear="all", commutative=True)
SUB = _binary("sub", np.subtract, linear="all")
MUL = _binary("mul", np.multiply, linear="one", commutative=True)
MAXIMUM = _binary("maximum", np.maximum, commutative=True)
MINIMUM = _binary("minimum", np.minimum, commutative=True)
DIV = _binary("div", np.divide, kinds=_FLOAT, linear="first")
POW = _binary("pow", np.power, kinds=_FLOAT)

EQ = _compare("eq", np.equal, commutative=True)
NE = _compare("ne", np.not_equal, commutative=True)
LT = _compare("lt", np.less)
LE = _compare("le", np.less_equal)
GT = _compare("gt", np.greater)
GE = _compare("ge", np.greater_equal)

LOGICAL_AND = _binary("logical_and", np.logical_and, kinds=_BOOL, commutative=True)
LOGICAL_OR = _binary("logical_or", np.logical_or, kinds=_BOOL, commutative=True)
LOGICAL_XOR = _binary("logical_xor", np.logical_xor, kinds=_BOOL, commutative=True)
BITWISE_AND = _binary("bitwise_and", np.bitwise_and, kinds=_INT, commutative=True)
BITWISE_OR = _binary("bitwise_or", np.bitwise_or, kinds=_INT, commutative=True)
BITWISE_XOR = _binary("bitwise_xor", np.bitwise_xor, kinds=_INT, commutative=True)


def _where_shape(types: Sequence[TensorType], attrs: Attrs) -> tuple[DType, tuple[int, ...]]:
    require_kind(types[:1], ("bool",), "where's condition")
    return same_dtype(types[1:]), broadcast_shapes([t.shape for t in types])


WHERE = _op("where", 3, _where_shape, _plain(np.where))


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


CAST = _op("cast", 1, _cast_shape, _cast, attrs=("dtype",))

ELEMENTWISE: tuple[OpDef, ...] = (
    NEG, ABS, EXP, LOG, SQRT, RSQRT, RECIPROCAL, TANH, SIGMOID, ERF, RELU, SILU, LOGICAL_NOT, GELU,
    ADD, SUB, MUL, DIV, POW, MAXIMUM, MINIMUM,
    EQ, NE, LT, LE, GT, GE, LOGICAL_AND, LOGICAL_OR, LOGICAL_XOR, BITWISE_AND, BITWISE_OR, BITWISE_XOR,
    WHERE, CAST,
)  # fmt: skip
