"""Reductions, and the ops that normalise over one dim."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from meshjit.errors import ShapeError
from meshjit.ir.opdef import Array, Attrs, EvalContext, Factors, OpDef, ReduceOp
from meshjit.ir.ops.rules import normal_axes, reduced_factors, require_kind, same_dtype
from meshjit.ir.types import DType, TensorType


def _reduce_shape(types: Sequence[TensorType], attrs: Attrs) -> tuple[DType, tuple[int, ...]]:
    (t,) = types
    require_kind(types, ("float", "int"), "a reduction")
    axes = attrs["axes"]
    if not isinstance(axes, tuple) or normal_axes(axes, t.rank) != axes:  # type: ignore[arg-type]  # ints by the parser
        raise ShapeError("MJ2004", f"axes {axes} are not sorted and counted from 0", fix="write axes=[0,1]")
    keep = attrs["keepdims"]
    return t.dtype, tuple(1 if d in axes else n for d, n in enumerate(t.shape) if keep or d not in axes)


def _reduction(name: ReduceOp, fn: np.ufunc) -> OpDef:
    def reference(ctx: EvalContext, x: Array) -> Array:
        axes: Any = ctx.attrs["axes"]
        return fn.reduce(x, axis=axes, keepdims=bool(ctx.attrs["keepdims"]), dtype=x.dtype)

    return OpDef(
        name,
        kernel="reduce",
        arity=(1, 1),
        attrs=("axes", "keepdims"),
        shape_rule=_reduce_shape,
        factor_rule=reduced_factors(name),
        reference=reference,
        linear="all" if name == "sum" else None,
    )


SUM = _reduction("sum", np.add)
MAX = _reduction("max", np.maximum)
MIN = _reduction("min", np.minimum)


def _softmax_shape(types: Sequence[TensorType], attrs: Attrs) -> tuple[DType, tuple[int, ...]]:
    require_kind(types, ("float",), "softmax")
    axis = attrs["axis"]
    assert isinstance(axis, int)
    if normal_axes([axis], types[0].rank) != (axis,):
        raise ShapeError("MJ2004", f"axis {axis} is not counted from 0", fix=f"write axis={axis % types[0].rank}")
    return types[0].dtype, types[0].shape


def _softmax_factors(types: Sequence[TensorType], shape: tuple[int, ...], attrs: Attrs) -> Factors:
    dims = tuple((d,) for d in range(len(shape)))
    axis = attrs["axis"]
    assert isinstance(axis, int)
    return Factors((dims,), dims, shape, whole=frozenset({axis}))


def _softmax(ctx: EvalContext, x: Array) -> Array:
    axis = ctx.attrs["axis"]
    assert isinstance(axis, int)
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


SOFTMAX = OpDef(
    "softmax",
    kernel="normalize",
    arity=(1, 1),
    attrs=("axis",),
    shape_rule=_softmax_shape,
    factor_rule=_softmax_factors,
    reference=_softmax,
)


def _norm_shape(types: Sequence[TensorType], attrs: Attrs) -> tuple[DType, tuple[int, ...]]:
    require_kind(types, ("float",), "a norm")
    x, *weights = types
    if x.rank < 1:
        raise ShapeError("MJ2004", "a norm needs at least one dim", fix="pass an array of shape (..., features)")
    for w in weights:
        if w.shape != x.shape[-1:]:
            raise ShapeError(
                "MJ2006",
                f"a norm over {x.shape[-1]} features takes weights of shape ({x.shape[-1]},), got {w.shape}",
                fix=f"reshape the weight: w.reshape({x.shape[-1]})",
            )
    return same_dtype(types), x.shape


def _norm_factors(types: Sequence[TensorType], shape: tuple[int, ...], attrs: Attrs) -> Factors:
    dims = tuple((d,) for d in range(len(shape)))
    last = len(shape) - 1
    return Factors((dims, *(((last,),),) * (len(types) - 1)), dims, shape, whole=frozenset({last}))


def _layer_norm(ctx: EvalContext, x: Array, w: Array, b: Array) -> Array:
    """(x - mean) / sqrt(var + eps) * w + b over the last dim (Ba, Kiros and Hinton, 2016)."""
    centred = x - x.mean(axis=-1, keepdims=True)
    var = (centred * centred).mean(axis=-1, keepdims=True)
    return centred / np.sqrt(var + x.dtype.type(ctx.attrs["eps"])) * w + b


def _rms_norm(ctx: EvalContext, x: Array, w: Array) -> Array:
    """x / sqrt(mean(x^2) + eps) * w over the last dim (Zhang and Sennrich, 2019)."""
    return x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + x.dtype.type(ctx.attrs["eps"])) * w


LAYER_NORM = OpDef(
    "layer_norm",
    kernel="normalize",
    arity=(3, 3),
    attrs=("eps",),
    shape_rule=_norm_shape,
    factor_rule=_norm_factors,
    reference=_layer_norm,
)

RMS_NORM = OpDef(
    "rms_norm",
    kernel="normalize",
    arity=(2, 2),
    attrs=("eps",),
    shape_rule=_norm_shape,
    factor_rule=_norm_factors,
    reference=_rms_norm,
)

REDUCTIONS: tuple[OpDef, ...] = (SUM, MAX, MIN)
NORMALIZATIONS: tuple[OpDef, ...] = (SOFTMAX, LAYER_NORM, RMS_NORM)
