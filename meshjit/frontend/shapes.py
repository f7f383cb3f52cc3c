"""NumPy's functions that move elements of traced arrays about, or make new ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from meshjit.errors import MeshJitError, ShapeError, TraceError
from meshjit.frontend.functions import Axis, axes_of, to_dtype, tracer_of, where_
from meshjit.frontend.tracer import Traced, user_location, where
from meshjit.ir.graph import describe, located
from meshjit.ir.ops import create, elementwise, shape
from meshjit.ir.ops.rules import normal_axes
from meshjit.ir.types import F32, I32


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
