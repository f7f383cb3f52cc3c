"""Ops without operands: constants and index sequences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from meshjit.errors import DTypeError, ShapeError
from meshjit.ir.opdef import Array, Attrs, EvalContext, Factors, OpDef
from meshjit.ir.ops.shape import ints
from meshjit.ir.types import DType, TensorType


def _shape(types: Sequence[TensorType], attrs: Attrs) -> tuple[DType, tuple[int, ...]]:
    dtype = attrs["dtype"]
    if not isinstance(dtype, DType):
        raise DTypeError("MJ2002", f"{dtype!r} is no dtype", fix="use f32, bf16, i32 or bool")
    shape = ints(attrs, "shape")
    if any(n < 0 for n in shape):
        raise ShapeError("MJ2007", f"negative dim in shape {shape}", fix="use dims of 0 or more")
    return dtype, shape


def _factors(types: Sequence[TensorType], shape: tuple[int, ...], attrs: Attrs) -> Factors:
    return Factors((), tuple((d,) for d in range(len(shape))), shape)


def _full(ctx: EvalContext) -> Array:
    return np.full(ctx.shape, ctx.attrs["value"], _compute_dtype(ctx))


def _compute_dtype(ctx: EvalContext) -> np.dtype:
    return np.dtype(ctx.wide) if ctx.type.dtype.kind == "float" else ctx.type.dtype.numpy


def _iota(ctx: EvalContext) -> Array:
    dim = ctx.attrs["dim"]
    assert isinstance(dim, int)
    index = ctx.origin[dim] + np.arange(ctx.shape[dim])
    start, step = ctx.attrs["start"], ctx.attrs["step"]
    assert isinstance(start, (int, float)) and isinstance(step, (int, float))
    values = np.asarray(start + index * step)
    column = values.astype(_compute_dtype(ctx)).reshape([-1 if d == dim else 1 for d in range(len(ctx.shape))])
    return np.broadcast_to(column, ctx.shape)


#: Every element is ``value``.
FULL = OpDef(
    "full",
    kernel="create",
    arity=(0, 0),
    attrs=("shape", "value", "dtype"),
    shape_rule=_shape,
    factor_rule=_factors,
    reference=_full,
    elementwise=True,
)

#: ``start + i * step``, where i is the global index along ``dim``.
IOTA = OpDef(
    "iota",
    kernel="create",
    arity=(0, 0),
    attrs=("shape", "dim", "start", "step", "dtype"),
    shape_rule=_shape,
    factor_rule=_factors,
    reference=_iota,
    elementwise=True,
)

CREATION: tuple[OpDef, ...] = (FULL, IOTA)
