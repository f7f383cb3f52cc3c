"""Ops that move elements without changing them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from meshjit.errors import ShapeError
from meshjit.ir.opdef import Array, Attrs, EvalContext, Factors, OpDef
from meshjit.ir.ops.rules import broadcast_shapes, dims_factors, same_dtype
from meshjit.ir.types import DType, TensorType


def ints(attrs: Attrs, name: str) -> tuple[int, ...]:
    """An attribute that is a list of ints."""
    value = attrs[name]
    if not isinstance(value, tuple) or not all(isinstance(v, int) for v in value):
        raise ShapeError("MJ2007", f"{name} must be a list of ints, got {value!r}", fix=f"write {name}=[1,2]")
    return value  # type: ignore[return-value]  # checked above


def _reshape_shape(types: Sequence[TensorType], attrs: Attrs) -> tuple[DType, tuple[int, ...]]:
    (t,) = types
    shape = ints(attrs, "shape")
    if math.prod(shape) != math.prod(t.shape) or any(n < 0 for n in shape):
        raise ShapeError(
            "MJ2007",
            f"cannot reshape {math.prod(t.shape)} elements of shape {t.shape} into {shape} "
            f"({math.prod(shape)} elements)",
            fix="use -1 for one dim, so that it is computed: x.reshape(-1, n)",
        )
    return t.dtype, shape


def _reshape_factors(types: Sequence[TensorType], shape: tuple[int, ...], attrs: Attrs) -> Factors:
    """Dims are cut into runs of equal product; inside a run, each side's dims are products of common factors."""
    (t,) = types
    sizes: list[int] = []
    exact: set[int] = set()
    old: list[tuple[int, ...]] = [()] * t.rank
    new: list[tuple[int, ...]] = [()] * len(shape)

    def factor(n: int) -> int:
        sizes.append(n)
        return len(sizes) - 1

    i = j = 0
    while i < t.rank and j < len(shape):
        if t.shape[i] == shape[j]:
            old[i] = new[j] = (factor(shape[j]),)
            i, j = i + 1, j + 1
            continue
        a, b = [i], [j]
        pa, pb = t.shape[i], shape[j]
        while pa != pb:
            if pa < pb:
                i += 1
                a.append(i)
                pa *= t.shape[i]
            else:
                j += 1
                b.append(j)
                pb *= shape[j]
        _common_factors(t.shape, shape, a, b, old, new, factor, exact)
        i, j = i + 1, j + 1
    return Factors((tuple(old),), tuple(new), tuple(sizes), exact=frozenset(exact))


def _common_factors(
    before: tuple[int, ...], after: tuple[int, ...], a: list[int], b: list[int], old: list[tuple[int, ...]],
    new: list[tuple[int, ...]], factor: Callable[[int], int], exact: set[int],
) -> None:  # fmt: skip
    """Cut one run of dims ``a`` (before) and ``b`` (after), of equal product, into common factors, major first."""
    left = [[before[d], d] for d in a if before[d] != 1]
    right = [[after[d], d] for d in b if after[d] != 1]
    while left and right:
        n, m = left[0][0], right[0][0]
        common = math.gcd(n, m)
        if common == 1:  # no common part: what is left of this run must stay whole
            return
        if common not in (n, m):  # both sides would need a remainder: only the common major part can be sharded
            f = factor(common)
            exact.add(f)
            old[left[0][1]] += (f,)
            new[right[0][1]] += (f,)
            return
        f = factor(common)
        exact.add(f)
        old[left[0][1]] += (f,)
        new[right[0][1]] += (f,)
        left[0][0] //= common
        right[0][0] //= common
        if left[0][0] == 1:
            left.pop(0)
        if right[0][0] == 1:
            right.pop(0)


RESHAPE = OpDef(
    "reshape",
    kernel="copy",
    arity=(1, 1),
    attrs=("shape",),
    shape_rule=_reshape_shape,
    factor_rule=_reshape_factors,
    reference=lambda ctx, x: x.reshape(ctx.shape),
    linear="all",
)


def _transpose_shape(types: Sequence[TensorType], attrs: Attrs) -> tuple[DType, tuple[int, ...]]:
    (t,) = types
    perm = ints(attrs, "perm")
    if sorted(perm) != list(range(t.rank)):
        raise ShapeError(
            "MJ2004",
            f"{perm} does not order the {t.rank} dims of the array",
            fix=f"name each dim once: x.transpose({', '.join(map(str, reversed(range(t.rank))))})",
        )
    return t.dtype, tuple(t.shape[p] for p in perm)


def _transpose_factors(types: Sequence[TensorType], shape: tuple[int, ...], attrs: Attrs) -> Factors:
    perm = ints(attrs, "perm")
    return Factors((tuple((d,) for d in range(len(perm))),), tuple((p,) for p in perm), types[0].shape)


TRANSPOSE = OpDef(
    "transpose",
    kernel="copy",
    arity=(1, 1),
    attrs=("perm",),
    shape_rule=_transpose_shape,
    factor_rule=_transpose_factors,
    reference=lambda ctx, x: np.transpose(x, ctx.attrs["perm"]),
    linear="all",
)


def _broadcast_shape(types: Sequence[TensorType], attrs: Attrs) -> tuple[DType, tuple[int, ...]]:
    shape = ints(attrs, "shape")
    if broadcast_shapes([types[0].shape, shape]) != shape:
        raise ShapeError(
            "MJ2001", f"cannot broadcast {types[0].shape} to {shape}", fix="only dims of size 1 can be repeated"
        )
    return types[0].dtype, shape


def _broadcast_factors(types: Sequence[TensorType], shape: tuple[int, ...], attrs: Attrs) -> Factors:
    (t,) = types
    lead = len(shape) - t.rank
    return dims_factors([lead + d if t.shape[d] == shape[lead + d] else None for d in range(t.rank)], t, shape)


BROADCAST_TO = OpDef(
    "broadcast_to",
    kernel="copy",
    arity=(1, 1),
    attrs=("shape",),
    shape_rule=_broadcast_shape,
    factor_rule=_broadcast_factors,
    reference=lambda ctx, x: np.broadcast_to(x, ctx.shape),
    linear="all",
)


def _slice_shape(types: Sequence[TensorType], attrs: Attrs) -> tuple[DType, tuple[int, ...]]:
    (t,) = types
    start, size, step = (ints(attrs, a) for a in ("start", "size", "step"))
    if not len(start) == len(size) == len(step) == t.rank:
        raise ShapeError("MJ2008", f"a slice of {t.rank} dims needs {t.rank} entries", fix="give start, size and step")
    for d, (s, n, k) in enumerate(zip(start, size, step, strict=True)):
        if n < 0 or k == 0 or (n and not (0 <= s < t.shape[d] and 0 <= s + (n - 1) * k < t.shape[d])):
            raise ShapeError(
                "MJ2008",
                f"slice of dim {d} leaves the array: start {s}, {n} elements, step {k}, dim of {t.shape[d]}",
                fix=f"stay within 0 and {t.shape[d] - 1}",
            )
    return t.dtype, size


def _whole(t: TensorType, attrs: Attrs) -> list[bool]:
    start, size, step = (ints(attrs, a) for a in ("start", "size", "step"))
    return [start[d] == 0 and size[d] == t.shape[d] and step[d] == 1 for d in range(t.rank)]


def _slice_factors(types: Sequence[TensorType], shape: tuple[int, ...], attrs: Attrs) -> Factors:
    return dims_factors([d if w else None for d, w in enumerate(_whole(types[0], attrs))], types[0], shape)


def _slice(ctx: EvalContext, x: Array) -> Array:
    start, size, step = (ints(ctx.attrs, a) for a in ("start", "size", "step"))
    index = tuple(
        slice(None) if w else s + k * np.arange(n)
        for w, s, n, k in zip(_whole(ctx.operands[0], ctx.attrs), start, size, step, strict=True)
    )
    for d, i in enumerate(index):
        if not isinstance(i, slice):
            x = np.take(x, i, axis=d)
    return x


SLICE = OpDef(
    "slice",
    kernel="copy",
    arity=(1, 1),
    attrs=("start", "size", "step"),
    shape_rule=_slice_shape,
    factor_rule=_slice_factors,
    reference=_slice,
    linear="all",
)


def _concat_shape(types: Sequence[TensorType], attrs: Attrs) -> tuple[DType, tuple[int, ...]]:
    axis = attrs["axis"]
    first = types[0]
    if not isinstance(axis, int) or not 0 <= axis < first.rank:
        raise ShapeError("MJ2004", f"axis {axis} is out of range for {first.rank} dims", fix="count axes from 0")
    for t in types[1:]:
        if t.rank != first.rank or any(t.shape[d] != first.shape[d] for d in range(first.rank) if d != axis):
            raise ShapeError(
                "MJ2009",
                f"cannot concatenate {first.shape} and {t.shape} along dim {axis}: the other dims differ",
                fix="make all dims but the concatenated one equal",
            )
    shape = list(first.shape)
    shape[axis] = sum(t.shape[axis] for t in types)
    return same_dtype(types), tuple(shape)


def _concat_factors(types: Sequence[TensorType], shape: tuple[int, ...], attrs: Attrs) -> Factors:
    dims = tuple(() if d == attrs["axis"] else (d,) for d in range(len(shape)))
    return Factors((dims,) * len(types), dims, shape)


CONCAT = OpDef(
    "concat",
    kernel="copy",
    arity=(1, 64),
    attrs=("axis",),
    shape_rule=_concat_shape,
    factor_rule=_concat_factors,
    reference=lambda ctx, *xs: np.concatenate(xs, axis=ctx.attrs["axis"]),
    linear="all",
)


def _pad_shape(types: Sequence[TensorType], attrs: Attrs) -> tuple[DType, tuple[int, ...]]:
    (t,) = types
    low, high = ints(attrs, "low"), ints(attrs, "high")
    if not len(low) == len(high) == t.rank or min((*low, *high), default=0) < 0:
        raise ShapeError(
            "MJ2010",
            f"pad widths {low} and {high} do not fit {t.rank} dims, or are negative",
            fix="give (before, after) per dim: np.pad(x, [(0, 1)] * x.ndim)",
        )
    return t.dtype, tuple(lo + n + hi for lo, n, hi in zip(low, t.shape, high, strict=True))


def _pad_factors(types: Sequence[TensorType], shape: tuple[int, ...], attrs: Attrs) -> Factors:
    low, high = ints(attrs, "low"), ints(attrs, "high")
    kept = [d if lo == hi == 0 else None for d, (lo, hi) in enumerate(zip(low, high, strict=True))]
    return dims_factors(kept, types[0], shape)


def _pad(ctx: EvalContext, x: Array) -> Array:
    low, high = ints(ctx.attrs, "low"), ints(ctx.attrs, "high")
    shape = [lo + n + hi for lo, n, hi in zip(low, x.shape, high, strict=True)]
    out = np.full(shape, ctx.attrs["value"], x.dtype)  # np.pad takes no array without dims
    out[tuple(slice(lo, lo + n) for lo, n in zip(low, x.shape, strict=True))] = x
    return out


PAD = OpDef(
    "pad",
    kernel="copy",
    arity=(1, 1),
    attrs=("low", "high", "value"),
    shape_rule=_pad_shape,
    factor_rule=_pad_factors,
    reference=_pad,
)

SHAPE_OPS: tuple[OpDef, ...] = (RESHAPE, TRANSPOSE, BROADCAST_TO, SLICE, CONCAT, PAD)
