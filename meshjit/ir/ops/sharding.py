"""Ops about the mesh: pins and reshards before partition; collectives, local slices and masks after it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from meshjit.errors import ShardingError
from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import PER_DEVICE, SHARDED, TRACED, Array, Attrs, EvalContext, Exchange, OpDef, TypeRule
from meshjit.ir.types import Pending, Spec, TensorType, block_size, check_spec


def spec_text(spec: Spec) -> tuple[str, ...]:
    """A sharding as an attribute: one entry per dim, axes joined by "+", "-" for none."""
    return tuple("+".join(axes) or "-" for axes in spec)


def text_spec(text: object) -> Spec:
    """The inverse of :func:`spec_text`."""
    if not isinstance(text, tuple):
        raise ShardingError("MJ3002", f"{text!r} is no sharding", fix='write spec=["dp","-"]')
    return tuple(() if entry in ("-", "") else tuple(str(entry).split("+")) for entry in text)


def axes_of(attrs: Attrs) -> tuple[str, ...]:
    """The ``axes`` attribute."""
    axes = attrs["axes"]
    if not isinstance(axes, tuple):
        raise ShardingError("MJ3001", f"axes {axes!r} is no list", fix='write axes=["tp"]')
    return tuple(str(a) for a in axes)


def _pin_type(types: Sequence[TensorType], attrs: Attrs, mesh: Mesh) -> TensorType:
    (t,) = types
    check_spec(t.with_spec(text_spec(attrs["spec"])), mesh)
    return t if t.is_open else t.with_spec(text_spec(attrs["spec"]))


def _reshard_type(types: Sequence[TensorType], attrs: Attrs, mesh: Mesh) -> TensorType:
    (t,) = types
    result = t.with_spec(text_spec(attrs["spec"]))
    check_spec(result, mesh)
    return result


def _identity(ctx: EvalContext, x: Array) -> Array:
    return x


#: The user wants this sharding here. ``by`` is "with_sharding" or "out_shardings".
PIN = OpDef(
    "pin", kernel="", arity=(1, 1), attrs=("spec", "by"), type_rule=_pin_type, reference=_identity,
    stages=frozenset({TRACED}),
)  # fmt: skip

#: Change the sharding, and carry out a pending reduction. ``reason`` says why it is here.
RESHARD = OpDef(
    "reshard", kernel="", arity=(1, 1), attrs=("spec", "reason"), optional=("reason",),
    type_rule=_reshard_type, reference=_identity, stages=frozenset({SHARDED}),
)  # fmt: skip


def _dim(attrs: Attrs, name: str, t: TensorType) -> int:
    dim = attrs[name]
    if not isinstance(dim, int) or not 0 <= dim < t.rank:
        raise ShardingError("MJ3008", f"{name}={dim!r} is no dim of {t}", fix="count dims from 0")
    return dim


def _moved(t: TensorType, mesh: Mesh, add: dict[int, tuple[str, ...]], drop: dict[int, tuple[str, ...]]) -> TensorType:
    """``t`` with axes dropped from the end of some dims and added to the end of others."""
    spec = list(t.dims_spec)
    for d, axes in drop.items():
        if spec[d][len(spec[d]) - len(axes) :] != axes:
            raise ShardingError(
                "MJ3008",
                f"dim {d} of {t} is not sharded innermost over {'+'.join(axes)}",
                fix="name the axes as the type does, innermost last",
            )
        spec[d] = spec[d][: len(spec[d]) - len(axes)]
    for d, axes in add.items():
        spec[d] = (*spec[d], *axes)
    result = t.with_spec(tuple(spec), t.pending)
    check_spec(result, mesh)
    for d, axes in (add | drop).items():
        whole = block_size(t.shape[d], spec[d][: len(spec[d]) - len(add.get(d, ()))], mesh)
        if len(axes) > 1 and whole % mesh.axes_size(axes):
            raise ShardingError(
                "MJ3008",
                f"{'+'.join(axes)} do not divide dim {d} of {t}, so one exchange cannot move them together",
                fix="move one axis at a time",
            )
    return result


def _resolved(t: TensorType, attrs: Attrs) -> TensorType:
    """``t`` without the pending reduction over ``axes``."""
    axes = axes_of(attrs)
    if t.pending is None or t.pending.op != attrs["op"] or not set(axes) <= set(t.pending.axes):
        raise ShardingError(
            "MJ3008", f"{t} has no pending {attrs['op']} over {'+'.join(axes)}", fix="reduce what the type says"
        )
    left = tuple(a for a in t.pending.axes if a not in axes)
    return t.with_spec(t.spec, Pending(left, t.pending.op) if left else None)


def _all_gather_type(types: Sequence[TensorType], attrs: Attrs, mesh: Mesh) -> TensorType:
    (t,) = types
    return _moved(t, mesh, {}, {_dim(attrs, "dim", t): axes_of(attrs)})


def _all_reduce_type(types: Sequence[TensorType], attrs: Attrs, mesh: Mesh) -> TensorType:
    return _resolved(types[0], attrs)


def _reduce_scatter_type(types: Sequence[TensorType], attrs: Attrs, mesh: Mesh) -> TensorType:
    t = _resolved(types[0], attrs)
    return _moved(t, mesh, {_dim(attrs, "dim", t): axes_of(attrs)}, {})


def _all_to_all_type(types: Sequence[TensorType], attrs: Attrs, mesh: Mesh) -> TensorType:
    (t,) = types
    axes = axes_of(attrs)
    return _moved(t, mesh, {_dim(attrs, "split_dim", t): axes}, {_dim(attrs, "dim", t): axes})


def _local_slice_type(types: Sequence[TensorType], attrs: Attrs, mesh: Mesh) -> TensorType:
    (t,) = types
    return _moved(t, mesh, {_dim(attrs, "dim", t): axes_of(attrs)}, {})


_UFUNC = {"sum": np.add, "max": np.maximum, "min": np.minimum}


def _cut(x: Array, dim: int, size: int) -> Array:
    return x[(slice(None),) * dim + (slice(0, size),)]


def _parts(x: Array, dim: int, n: int) -> list[Array]:
    """``x`` zero-padded along ``dim`` and cut into ``n`` equal parts."""
    size = -(-x.shape[dim] // n)
    widths = [(0, size * n - x.shape[dim] if d == dim else 0) for d in range(x.ndim)]
    return np.split(np.pad(x, widths), n, axis=dim)


def _gather(ctxs: Sequence[EvalContext], xs: Sequence[Array]) -> Sequence[Array]:
    dim = int(ctxs[0].attrs["dim"])  # type: ignore[arg-type]  # an int by the type rule
    whole = _cut(np.concatenate(xs, axis=dim), dim, ctxs[0].shape[dim])
    return [whole] * len(xs)


def _reduce(ctxs: Sequence[EvalContext], xs: Sequence[Array]) -> Sequence[Array]:
    total = _UFUNC[str(ctxs[0].attrs["op"])].reduce(np.stack(xs), axis=0)
    return [total] * len(xs)


def _scatter(ctxs: Sequence[EvalContext], xs: Sequence[Array]) -> Sequence[Array]:
    return _parts(_reduce(ctxs, xs)[0], int(ctxs[0].attrs["dim"]), len(xs))  # type: ignore[arg-type]  # as above


def _to_all(ctxs: Sequence[EvalContext], xs: Sequence[Array]) -> Sequence[Array]:
    dim, split = int(ctxs[0].attrs["dim"]), int(ctxs[0].attrs["split_dim"])  # type: ignore[arg-type]  # as above
    parts = [_parts(x, split, len(xs)) for x in xs]
    return [_cut(np.concatenate([p[i] for p in parts], axis=dim), dim, ctxs[0].shape[dim]) for i in range(len(xs))]


def _collective(name: str, attrs: tuple[str, ...], type_rule: TypeRule, exchange: Exchange) -> OpDef:
    return OpDef(
        name, kernel="collective", arity=(1, 1), attrs=attrs, optional=("reason",), type_rule=type_rule,
        exchange=exchange, stages=PER_DEVICE,
    )  # fmt: skip


#: Concatenate the shards of ``dim`` along ``axes``, its innermost ones.
ALL_GATHER = _collective("all_gather", ("dim", "axes", "reason"), _all_gather_type, _gather)
#: Carry out a pending reduction; every device gets the result.
ALL_REDUCE = _collective("all_reduce", ("axes", "op", "reason"), _all_reduce_type, _reduce)
#: Carry out a pending reduction; each device keeps its block of ``dim``.
REDUCE_SCATTER = _collective("reduce_scatter", ("dim", "axes", "op", "reason"), _reduce_scatter_type, _scatter)
#: Move ``axes`` from ``dim`` to ``split_dim``.
ALL_TO_ALL = _collective("all_to_all", ("dim", "split_dim", "axes", "reason"), _all_to_all_type, _to_all)


def _local_slice(ctx: EvalContext, x: Array) -> Array:
    dim = int(ctx.attrs["dim"])  # type: ignore[arg-type]  # an int by the type rule
    start = ctx.origin[dim] - ctx.operand_origins[0][dim]
    size = ctx.shape[dim]
    part = x[(slice(None),) * dim + (slice(start, start + size),)]
    return np.pad(part, [(0, size - part.shape[dim] if d == dim else 0) for d in range(x.ndim)])


#: Keep this device's block of ``dim``: moves nothing between devices.
LOCAL_SLICE = OpDef(
    "local_slice",
    kernel="copy",
    arity=(1, 1),
    attrs=("dim", "axes", "reason"),
    optional=("reason",),
    type_rule=_local_slice_type,
    reference=_local_slice,
    linear="all",
    stages=PER_DEVICE,
)


def _mask(ctx: EvalContext, x: Array) -> Array:
    keep = np.ones((), bool)
    for d, (size, valid) in enumerate(zip(ctx.shape, ctx.valid, strict=True)):
        inside = np.arange(size) < valid
        keep = keep & inside.reshape([-1 if i == d else 1 for i in range(x.ndim)])
    return np.where(keep, x, np.asarray(ctx.attrs["value"], x.dtype))


def _mask_type(types: Sequence[TensorType], attrs: Attrs, mesh: Mesh) -> TensorType:
    return types[0]


#: Replace padding (elements beyond a dim's end) by ``value``.
MASK = OpDef(
    "mask",
    kernel="elementwise",
    arity=(1, 1),
    attrs=("value",),
    type_rule=_mask_type,
    reference=_mask,
    stages=PER_DEVICE,
    elementwise=True,
)

MESH_OPS: tuple[OpDef, ...] = (PIN, RESHARD, ALL_GATHER, ALL_REDUCE, REDUCE_SCATTER, ALL_TO_ALL, LOCAL_SLICE, MASK)
