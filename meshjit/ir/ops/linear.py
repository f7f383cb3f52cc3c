"""Matrix multiplication."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from meshjit.errors import ShapeError
from meshjit.ir.opdef import Array, Attrs, EvalContext, Factors, OpDef
from meshjit.ir.ops.rules import broadcast_shapes, require_kind, same_dtype
from meshjit.ir.types import DType, TensorType


def _shape(types: Sequence[TensorType], attrs: Attrs) -> tuple[DType, tuple[int, ...]]:
    a, b = types
    require_kind(types, ("float",), "matmul")
    if a.rank < 2 or b.rank < 2:
        raise ShapeError(
            "MJ2005", f"matmul takes matrices, got {a.rank} and {b.rank} dims", fix="add a dim: x.reshape(1, -1)"
        )
    if a.shape[-1] != b.shape[-2]:
        raise ShapeError(
            "MJ2005",
            f"matmul cannot contract {a.shape[-1]} (last dim of the first operand) with {b.shape[-2]} "
            "(second-to-last dim of the second)",
            fix="transpose the second: x @ w.T"
            if a.shape[-1] == b.shape[-1]
            else f"the second operand needs {a.shape[-1]} rows",
        )
    batch = broadcast_shapes([a.shape[:-2], b.shape[:-2]])
    return same_dtype(types), (*batch, a.shape[-2], b.shape[-1])


def _factors(types: Sequence[TensorType], shape: tuple[int, ...], attrs: Attrs) -> Factors:
    """Factors: the batch dims, then m, n (the result's last two) and k."""
    rank = len(shape)
    k = rank

    def batch(t: TensorType) -> tuple[tuple[int, ...], ...]:
        lead = rank - t.rank
        return tuple((lead + d,) if t.shape[d] == shape[lead + d] else () for d in range(t.rank - 2))

    a, b = types
    return Factors(
        ((*batch(a), (rank - 2,), (k,)), (*batch(b), (k,), (rank - 1,))),
        tuple((d,) for d in range(rank)),
        (*shape, a.shape[-1]),
        {k: "sum"},
    )


def _reference(ctx: EvalContext, a: Array, b: Array) -> Array:
    return np.matmul(a, b)


MATMUL = OpDef(
    "matmul",
    kernel="matmul",
    arity=(2, 2),
    shape_rule=_shape,
    factor_rule=_factors,
    reference=_reference,
    linear="one",
)

LINEAR: tuple[OpDef, ...] = (MATMUL,)
