"""NumPy's functions that sum, multiply and compare along dims of traced arrays."""

from __future__ import annotations

import math

from meshjit.errors import ShapeError
from meshjit.frontend.functions import Axis, arithmetic, axes_of, invert, to_bool, tracer_of, unary
from meshjit.frontend.shapes import reshape
from meshjit.frontend.tracer import Traced, where
from meshjit.ir.graph import describe
from meshjit.ir.opdef import OpDef
from meshjit.ir.ops import elementwise, linear, reduce
from meshjit.ir.types import BOOL, F32, I32


def matmul(a: object, b: object) -> Traced:
    """The matrix product; operands of one dim are a row (first) or a column (second), as in NumPy."""
    tracer = tracer_of(a, b)
    x, y = tracer.promote([a, b])
    if not x.ndim or not y.ndim:
        raise ShapeError(
            "MJ2005",
            "matmul takes arrays, not scalars",
            where=where(),
            operands=[describe(x.node), describe(y.node)],
            fix="multiply by a scalar with *",
        )
    left, right = x, y
    if x.ndim == 1:
        left = reshape(x, (1, -1))
    if y.ndim == 1:
        right = reshape(y, (-1, 1))
    out = tracer.emit(linear.MATMUL, [left, right])
    if x.ndim == 1 or y.ndim == 1:
        dims = [n for d, n in enumerate(out.shape) if not (x.ndim == 1 and d == out.ndim - 2)]
        out = reshape(out, dims[:-1] if y.ndim == 1 else dims)
    return out


def reduction(op: OpDef, x: object, axis: Axis = None, keepdims: bool = False) -> Traced:
    """A sum, max or min over dims. The sum of bools counts; their max is "any", their min "all", as in NumPy."""
    tracer = tracer_of(x)
    value = tracer.lift(x)
    axes = axes_of(value, axis)
    if op is not reduce.SUM and any(value.shape[a] == 0 for a in axes):
        raise ShapeError(
            "MJ2011",
            f"{op.name} over a dim of no elements has no result",
            where=where(),
            operands=[describe(value.node)],
            fix="reduce only dims that have elements",
        )
    if value.node.type.dtype == BOOL:
        if op is not reduce.SUM:
            return (any_ if op is reduce.MAX else all_)(value, axis, keepdims)
        value = tracer.cast(value, I32)
    return tracer.emit(op, [value], axes=axes, keepdims=bool(keepdims)) if axes else value


def any_(a: object, axis: Axis = None, keepdims: bool = False) -> Traced:
    """Whether an element over dims is not zero."""
    return to_bool(reduction(reduce.SUM, to_bool(tracer_of(a).lift(a)), axis, keepdims))


def all_(a: object, axis: Axis = None, keepdims: bool = False) -> Traced:
    """Whether every element over dims is not zero."""
    return invert(any_(invert(to_bool(tracer_of(a).lift(a))), axis, keepdims))


def mean(x: object, axis: Axis = None, keepdims: bool = False) -> Traced:
    """The arithmetic mean over dims."""
    tracer = tracer_of(x)
    value = tracer.lift(x)
    if value.node.type.dtype.kind != "float":
        value = tracer.cast(value, F32)
    count = math.prod(value.shape[a] for a in axes_of(value, axis))
    total = reduction(reduce.SUM, value, axis, keepdims)
    return arithmetic(elementwise.MUL, total, 1.0 / count if count else math.nan)


def var(x: object, axis: Axis = None, correction: float = 0, keepdims: bool = False) -> Traced:
    """The variance over dims, two passes."""
    tracer = tracer_of(x)
    value = tracer.lift(x)
    centred = arithmetic(elementwise.SUB, value, mean(value, axis, True))
    count = math.prod(value.shape[a] for a in axes_of(value, axis)) - correction
    total = reduction(reduce.SUM, arithmetic(elementwise.MUL, centred, centred), axis, keepdims)
    return arithmetic(elementwise.MUL, total, 1.0 / count if count > 0 else math.nan)


def softmax(x: object, axis: int = -1) -> Traced:
    """exp(x - max) / sum(exp(x - max)) along ``axis``."""
    tracer = tracer_of(x)
    value = tracer.lift(x)
    (at,) = axes_of(value, axis)
    return unary(reduce.SOFTMAX, value, axis=at)
