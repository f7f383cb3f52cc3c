"""How one sharding becomes another: the steps, and the bytes they move.

:func:`steps` is what partition emits; :func:`moved_bytes` is what propagation compares.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import Attrs, OpDef, attrs_of
from meshjit.ir.ops.sharding import ALL_GATHER, ALL_REDUCE, ALL_TO_ALL, LOCAL_SLICE, REDUCE_SCATTER, axes_of
from meshjit.ir.types import Spec, TensorType, block_size


@dataclass(frozen=True)
class Step:
    """One collective or local slice on the way, with the type it gives."""

    op: OpDef
    attrs: Attrs
    type: TensorType


def steps(source: TensorType, spec: Spec, mesh: Mesh) -> list[Step]:
    """The collectives that turn ``source`` into sharding ``spec`` with nothing pending.

    In order: reduce_scatter where the target shards by a pending axis, all_reduce of what else is pending, slices that
    make the rest smaller, all_to_all where an axis changes dims, all_gather, then the slices that had to wait.
    """
    out: list[Step] = []
    now = source
    while now.spec != spec or now.pending:
        op, attrs = next(_next_step(now, spec, mesh))
        now = op.infer([now], attrs, mesh)
        out.append(Step(op, attrs, now))
    return out


def _next_step(now: TensorType, spec: Spec, mesh: Mesh) -> Iterator[tuple[OpDef, Attrs]]:
    dims = now.dims_spec
    if now.pending:
        for d, (have, want) in enumerate(zip(dims, spec, strict=True)):
            if want[: len(have)] == have and len(want) > len(have) and want[len(have)] in now.pending.axes:
                yield REDUCE_SCATTER, attrs_of(dim=d, axes=(want[len(have)],), op=now.pending.op)
        yield ALL_REDUCE, attrs_of(axes=now.pending.axes, op=now.pending.op)
    used = set(now.sharded_axes)
    for d, (have, want) in enumerate(zip(dims, spec, strict=True)):
        if want[: len(have)] == have and len(want) > len(have) and want[len(have)] not in used:
            yield LOCAL_SLICE, attrs_of(dim=d, axes=(want[len(have)],))
    for d, (have, want) in enumerate(zip(dims, spec, strict=True)):
        if not have or want[: len(have)] == have:
            continue
        axis = have[-1]
        for e, (there, goal) in enumerate(zip(dims, spec, strict=True)):
            if e != d and goal[: len(there)] == there and len(goal) > len(there) and goal[len(there)] == axis:
                yield ALL_TO_ALL, attrs_of(dim=d, split_dim=e, axes=(axis,))
    for d, (have, want) in enumerate(zip(dims, spec, strict=True)):
        keep = 0
        while keep < min(len(have), len(want)) and have[keep] == want[keep]:
            keep += 1
        if keep < len(have):
            axes = have[keep:]
            if block_size(now.shape[d], have[:keep], mesh) % mesh.axes_size(axes):
                axes = axes[-1:]  # blocks are not contiguous over several axes that do not divide the dim
            yield ALL_GATHER, attrs_of(dim=d, axes=axes)


def step_bytes(op: OpDef, attrs: Attrs, before: TensorType, after: TensorType, mesh: Mesh) -> int:
    """Bytes each device sends in a ring algorithm; a local slice sends none.

    Source: Thakur, Rabenseifner and Gropp, Optimization of Collective Communication Operations in MPICH (2005).
    """
    if op is LOCAL_SLICE:
        return 0
    n = mesh.axes_size(axes_of(attrs))
    if op is ALL_GATHER:
        return before.local_bytes(mesh) * (n - 1)
    if op is ALL_REDUCE:
        return math.ceil(2 * before.local_bytes(mesh) * (n - 1) / n)
    return math.ceil(before.local_bytes(mesh) * (n - 1) / n)


@lru_cache(maxsize=1 << 14)
def moved_bytes(source: TensorType, spec: Spec, mesh: Mesh) -> int:
    """Bytes each device sends to turn ``source`` into ``spec``."""
    total, now = 0, source
    for step in steps(source, spec, mesh):
        total += step_bytes(step.op, step.attrs, now, step.type, mesh)
        now = step.type
    return total
