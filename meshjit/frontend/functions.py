"""NumPy's functions on traced arrays: each records nodes. :mod:`meshjit.frontend.numpy` dispatches to these."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from meshjit.errors import DTypeError, MeshJitError, ShapeError, TraceError
from meshjit.frontend.tracer import Traced, Tracer, current_tracer, user_location, where
from meshjit.ir.graph import describe, located
from meshjit.ir.opdef import OpDef
from meshjit.ir.ops import create, elementwise, linear, reduce, shape
from meshjit.ir.ops.rules import normal_axes
from meshjit.ir.types import BOOL, F32, I32, DType, dtype_of

Axis = int | Sequence[int] | None


def tracer_of(*values: object) -> Tracer:
    """The tracer of the first traced value, or the current one."""
    for value in values:
        if isinstance(value, Traced):
            return value.tracer
    tracer = current_tracer()
    if tracer is None:
        raise TraceError("MJ2102", "no trace is under way", where=where(), fix="call it inside a compiled function")
    return tracer


def to_dtype(value: object) -> DType:
    """The IR dtype of a dtype-like. Raises DTypeError at the user's line."""
    try:
        return dtype_of(value)
    except MeshJitError as error:
        raise located(error, user_location(), ()) from None


def axes_of(x: Traced, axis: Axis) -> tuple[int, ...]:
    """Axes counted from 0, sorted; None means all. Raises ShapeError at the user's line."""
    if axis is None:
        return tuple(range(x.ndim))
    try:
        return normal_axes([axis] if isinstance(axis, (int, np.integer)) else list(axis), x.ndim)
    except MeshJitError as error:
        raise located(error, user_location(), [x.node]) from None


def unary(op: OpDef, x: object, *, to_float: bool = True, **attrs: Any) -> Traced:
    """An elementwise op of one operand; ints become floats where the op needs them."""
    tracer = tracer_of(x)
    value = tracer.lift(x)
    if to_float and value.node.type.dtype.kind != "float":
        value = tracer.cast(value, F32)
    return tracer.emit(op, [value], weak=value.weak, **attrs)


def binary(op: OpDef, a: object, b: object, *, at_least: DType | None = None) -> Traced:
    """An elementwise op of two operands, promoted to one dtype."""
    tracer = tracer_of(a, b)
    x, y = tracer.promote([a, b], at_least=at_least)
    return tracer.emit(op, [x, y], weak=x.weak and y.weak)


def arithmetic(op: OpDef, a: object, b: object) -> Traced:
    """As :func:`binary`; on bools the sum is "or" and the product "and", as in NumPy.

    Raises :class:`~meshjit.errors.DTypeError` (MJ2003) for a difference of bools.
    """
    tracer = tracer_of(a, b)
    x, y = tracer.promote([a, b])
    if x.node.type.dtype == BOOL:
        if op not in _ON_BOOLS:
            raise DTypeError(
                "MJ2003",
                f"{op.name} takes numbers, got bools",
                where=where(),
                operands=[describe(x.node), describe(y.node)],
                fix="use x ^ y, or convert first: x.astype('int32')",
            )
        op = _ON_BOOLS[op]
    return tracer.emit(op, [x, y], weak=x.weak and y.weak)


#: What arithmetic means on bools.
_ON_BOOLS = {
    elementwise.ADD: elementwise.LOGICAL_OR,
    elementwise.MAXIMUM: elementwise.LOGICAL_OR,
    elementwise.MUL: elementwise.LOGICAL_AND,
    elementwise.MINIMUM: elementwise.LOGICAL_AND,
}


def power(a: object, b: object) -> Traced:
    """``a ** b``; small whole powers become products."""
    if isinstance(b, (int, float)) and not isinstance(b, bool) and float(b) in (1.0, 2.0, 3.0, 0.5, -0.5, -1.0):
        tracer = tracer_of(a)
        x = tracer.lift(a)
        if float(b) in (0.5, -0.5, -1.0):
            if x.node.type.dtype.kind == "int" and b == -1:
                raise TraceError(
                    "MJ2003",
                    "integers to negative powers are not integers",
                    where=where(),
                    operands=[describe(x.node)],
                    fix="convert first: x.astype('float32') ** -1",
                )
            op = {0.5: elementwise.SQRT, -0.5: elementwise.RSQRT, -1.0: elementwise.RECIPROCAL}[float(b)]
            return unary(op, x)
        if isinstance(b, float) and x.node.type.dtype.kind != "float":
            x = tracer.cast(x, F32)
        out = x
        for _ in range(int(b) - 1):
            out = arithmetic(elementwise.MUL, out, x)
        return out
    return binary(elementwise.POW, a, b, at_least=F32)


def logical(op: OpDef, a: object, b: object) -> Traced:
    """A logical op: numbers count as true where they are not zero."""
    tracer = tracer_of(a, b)
    return tracer.emit(op, [to_bool(tracer.lift(a)), to_bool(tracer.lift(b))])


def bitwise(on_ints: OpDef, on_bools: OpDef, a: object, b: object) -> Traced:
    """An op on the bits of integers; on bools the logical op, as in NumPy.

    Raises :class:`~meshjit.errors.DTypeError` (MJ2003) for floats.
    """
    tracer = tracer_of(a, b)
    x, y = tracer.promote([a, b])
    if x.node.type.dtype.kind == "float":
        raise DTypeError(
            "MJ2003",
            f"{on_ints.name} takes integers or bools, got {x.node.type.dtype}",
            where=where(),
            operands=[describe(x.node), describe(y.node)],
            fix="compare first, (x > 0) & (y > 0), or convert: x.astype('int32')",
        )
    return tracer.emit(on_bools if x.node.type.dtype == BOOL else on_ints, [x, y], weak=x.weak and y.weak)


def invert(a: object) -> Traced:
    """Every bit of an integer changed; "not" of bools."""
    x = tracer_of(a).lift(a)
    if x.node.type.dtype == BOOL:
        return x.tracer.emit(elementwise.LOGICAL_NOT, [x])
    return bitwise(elementwise.BITWISE_XOR, elementwise.LOGICAL_XOR, x, -1)


def any_(a: object, axis: Axis = None, keepdims: bool = False) -> Traced:
    """Whether an element over dims is not zero."""
    return to_bool(reduction(reduce.SUM, to_bool(tracer_of(a).lift(a)), axis, keepdims))


def all_(a: object, axis: Axis = None, keepdims: bool = False) -> Traced:
    """Whether every element over dims is not zero."""
    return invert(any_(invert(to_bool(tracer_of(a).lift(a))), axis, keepdims))


def to_bool(x: Traced) -> Traced:
    """``x != 0``."""
    return x if x.node.type.dtype == BOOL else x.tracer.cast(x, BOOL)


def where_(condition: object, x: object = None, y: object = None) -> Traced:
    """Elements of ``x`` where the condition holds, else of ``y``.

    Raises :class:`~meshjit.errors.TraceError` (MJ2104) without ``x`` and ``y``: how many elements hold is data.
    """
    tracer = tracer_of(condition, x, y)
    if x is None or y is None:
        raise TraceError(
            "MJ2104",
            "where(condition) gives as many indices as elements hold, which is not known while the function is traced",
            where=where(),
            operands=[describe(tracer.lift(condition).node)],
            fix="choose per element with np.where(condition, a, b), or count with np.sum(condition.astype(np.int32))",
        )
    a, b = tracer.promote([x, y])
    return tracer.emit(elementwise.WHERE, [to_bool(tracer.lift(condition)), a, b], weak=a.weak and b.weak)


def clip(a: object, a_min: object = None, a_max: object = None, *, min: object = None, max: object = None) -> Traced:
    """``a`` limited to an interval; either bound may be None."""
    low = min if a_min is None else a_min
    high = max if a_max is None else a_max
    out = tracer_of(a, low, high).lift(a)
    if low is not None:
        out = arithmetic(elementwise.MAXIMUM, out, low)
    return out if high is None else arithmetic(elementwise.MINIMUM, out, high)


def matmul(a: object, b: object) -> Traced:
    """The matrix product; operands of one dim are a row (first) or a column (second), as in NumPy."""
    tracer = tracer_of(a, b)
    x, y = tracer.promote([a, b], at_least=F32)
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


def reshape(x: object, dims: int | Sequence[int]) -> Traced:
    """The same elements in another shape; one dim may be -1."""
    tracer = tracer_of(x)
    value = tracer.lift(x)
    new = [int(dims)] if isinstance(dims, (int, np.integer)) else [int(n) for n in dims]
    if new.count(-1) == 1:
        rest = math.prod(n for n in new if n != -1)
        total = math.prod(value.shape)
        new[new.index(-1)] = total // rest if rest and total % rest == 0 else -1
    if -1 in new:
        raise ShapeError(
            "MJ2007",
            f"cannot work out the dim that is -1 when reshaping {value.shape} to {tuple(new)}",
            where=where(),
            operands=[describe(value.node)],
            fix=f"choose dims whose product divides {math.prod(value.shape)}, with at most one -1",
        )
    return value if tuple(new) == value.shape else tracer.emit(shape.RESHAPE, [value], shape=tuple(new))


def transpose(x: object, axes: Sequence[int] | None = None) -> Traced:
    """The dims in another order; reversed by default."""
    tracer = tracer_of(x)
    value = tracer.lift(x)
    if axes is None:
        perm = tuple(reversed(range(value.ndim)))
    else:
        perm = tuple(int(a) + value.ndim if -value.ndim <= a < 0 else int(a) for a in axes)
    if perm == tuple(range(value.ndim)):
        return value
    return tracer.emit(shape.TRANSPOSE, [value], perm=perm)


def broadcast_to(x: object, dims: int | Sequence[int]) -> Traced:
    """``x`` repeated along new dims and dims of size 1."""
    tracer = tracer_of(x)
    value = tracer.lift(x)
    new = (int(dims),) if isinstance(dims, (int, np.integer)) else tuple(int(n) for n in dims)
    return value if new == value.shape else tracer.emit(shape.BROADCAST_TO, [value], shape=new)


def expand_dims(x: object, axis: int | Sequence[int]) -> Traced:
    """``x`` with new dims of size 1 at the given places of the result."""
    value = tracer_of(x).lift(x)
    places = [axis] if isinstance(axis, (int, np.integer)) else list(axis)
    rank = value.ndim + len(places)
    try:
        at = normal_axes(places, rank)
    except MeshJitError as error:
        raise located(error, user_location(), [value.node]) from None
    dims = iter(value.shape)
    return reshape(value, [1 if d in at else next(dims) for d in range(rank)])


def squeeze(x: object, axis: Axis = None) -> Traced:
    """``x`` without its dims of size 1 (or those named)."""
    value = tracer_of(x).lift(x)
    at = [d for d in range(value.ndim) if value.shape[d] == 1] if axis is None else axes_of(value, axis)
    wrong = [d for d in at if value.shape[d] != 1]
    if wrong:
        raise ShapeError(
            "MJ2004",
            f"cannot squeeze dim {wrong[0]}: it has {value.shape[wrong[0]]} elements",
            where=where(),
            operands=[describe(value.node)],
            fix="squeeze only dims of size 1, or take one element: x[:, 0]",
        )
    return reshape(value, [n for d, n in enumerate(value.shape) if d not in at])


def concat(arrays: Sequence[object], axis: int | None = 0) -> Traced:
    """Arrays joined along a dim; axis None flattens them first."""
    tracer = tracer_of(*arrays)
    values = tracer.promote(arrays)
    if axis is None:
        values, axis = [reshape(v, (-1,)) for v in values], 0
    (at,) = axes_of(values[0], axis)
    return values[0] if len(values) == 1 else tracer.emit(shape.CONCAT, values, axis=at)


def stack(arrays: Sequence[object], axis: int = 0) -> Traced:
    """Arrays of one shape joined along a new dim."""
    tracer = tracer_of(*arrays)
    values = tracer.promote(arrays)
    for v in values[1:]:
        if v.shape != values[0].shape:
            raise ShapeError(
                "MJ2009",
                f"cannot stack arrays of shapes {values[0].shape} and {v.shape}",
                where=where(),
                operands=[describe(values[0].node), describe(v.node)],
                fix="give all arrays one shape",
            )
    return concat([expand_dims(v, axis) for v in values], axis)


def split(x: object, parts: int | Sequence[int], axis: int = 0) -> list[Traced]:
    """``x`` cut into equal parts, or at the given indices."""
    value = tracer_of(x).lift(x)
    (at,) = axes_of(value, axis)
    n = value.shape[at]
    if isinstance(parts, (int, np.integer)):
        if parts < 1 or n % parts:
            raise ShapeError(
                "MJ2009",
                f"cannot split a dim of {n} into {parts} equal parts",
                where=where(),
                operands=[describe(value.node)],
                fix=f"give the indices at which to cut, for example np.split(x, [{n // 2}], axis={at})",
            )
        cuts = [n // int(parts) * i for i in range(1, int(parts))]
    else:
        cuts = [min(max(int(c) + (n if c < 0 else 0), 0), n) for c in parts]
    bounds = [0, *cuts, n]
    return [_range(value, at, a, max(b - a, 0)) for a, b in pairwise(bounds)]


def _range(value: Traced, axis: int, start: int, size: int) -> Traced:
    starts = [0] * value.ndim
    sizes = list(value.shape)
    starts[axis], sizes[axis] = start, size
    return slice_(value, starts, sizes, [1] * value.ndim)


def slice_(value: Traced, start: Sequence[int], size: Sequence[int], step: Sequence[int]) -> Traced:
    """Elements ``start + i * step`` for i below ``size``, per dim."""
    if tuple(size) == value.shape and not any(start) and set(step) <= {1}:
        return value
    return value.tracer.emit(shape.SLICE, [value], start=tuple(start), size=tuple(size), step=tuple(step))


def flip(x: object, axis: Axis = None) -> Traced:
    """``x`` with the order of elements reversed along dims."""
    value = tracer_of(x).lift(x)
    at = axes_of(value, axis)
    start = [value.shape[d] - 1 if d in at else 0 for d in range(value.ndim)]
    return slice_(value, start, value.shape, [-1 if d in at else 1 for d in range(value.ndim)])


def pad(x: object, pad_width: Any, mode: str = "constant", *, constant_values: float = 0) -> Traced:
    """``x`` with a border of a constant."""
    value = tracer_of(x).lift(x)
    if mode != "constant":
        raise TraceError(
            "MJ2104",
            f"pad mode {mode!r} is not there",
            where=where(),
            operands=[describe(value.node)],
            fix="use mode='constant'",
        )
    widths = np.broadcast_to(np.asarray(pad_width, dtype=int), (value.ndim, 2)).tolist()
    if not any(a or b for a, b in widths):
        return value
    kind = value.node.type.dtype.kind
    fill = {"bool": bool, "int": int, "float": float}[kind](constant_values)
    low, high = tuple(w[0] for w in widths), tuple(w[1] for w in widths)
    return value.tracer.emit(shape.PAD, [value], low=low, high=high, value=fill)


def full(dims: int | Sequence[int], value: object, dtype: object = None) -> Traced:
    """An array of one value."""
    tracer = tracer_of(value)
    new = (int(dims),) if isinstance(dims, (int, np.integer)) else tuple(int(n) for n in dims)
    scalar = tracer.lift(value)
    to = to_dtype(dtype) if dtype is not None else scalar.node.type.dtype
    scalar = tracer.cast(scalar, to)
    if scalar.node.op is create.FULL:
        return tracer.emit(create.FULL, shape=new, value=scalar.node.attrs["value"], dtype=to)
    return broadcast_to(scalar, new)


def arange(start: float, stop: float | None = None, step: float = 1, dtype: object = None) -> Traced:
    """``start, start + step, ...`` below ``stop``."""
    if stop is None:
        start, stop = 0, start
    size = max(0, math.ceil((stop - start) / step))
    to = (
        to_dtype(dtype)
        if dtype is not None
        else (I32 if all(isinstance(v, (int, np.integer)) for v in (start, stop, step)) else F32)
    )
    number = float if to.kind == "float" else int
    return tracer_of().emit(create.IOTA, shape=(size,), dim=0, start=number(start), step=number(step), dtype=to)


def triangle(x: object, k: int, lower: bool) -> Traced:
    """``x`` with zeros above (or below) its ``k``-th diagonal."""
    tracer = tracer_of(x)
    value = tracer.lift(x)
    if value.ndim < 2:
        raise ShapeError(
            "MJ2005", "tril and triu take matrices", where=where(), operands=[describe(value.node)],
            fix="give an array of two or more dims",
        )  # fmt: skip
    rows, columns = value.shape[-2:]
    row = tracer.emit(create.IOTA, shape=(rows, 1), dim=0, start=int(k), step=1, dtype=I32)
    column = tracer.emit(create.IOTA, shape=(1, columns), dim=1, start=0, step=1, dtype=I32)
    keep = tracer.emit(elementwise.GE if lower else elementwise.LE, [row, column])
    return where_(keep, value, tracer.constant(0, value.node.type.dtype))
