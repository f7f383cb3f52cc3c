"""Shape and sharding rules that several ops share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from meshjit.errors import DTypeError, ShapeError
from meshjit.ir.opdef import Attrs, FactorRule, Factors, ReduceOp
from meshjit.ir.types import BOOL, DType, TensorType


def broadcast_shapes(shapes: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """The shape that NumPy's broadcasting gives.

    Raises :class:`~meshjit.errors.ShapeError` where two dims differ and neither is 1.
    """
    rank = max((len(s) for s in shapes), default=0)
    out: list[int] = []
    for d in range(-rank, 0):
        sizes = {s[d] for s in shapes if len(s) >= -d} - {1}
        if len(sizes) > 1:
            text = " and ".join(f"({', '.join(map(str, s))})" for s in shapes)
            a, b = sorted(sizes)[:2]
            raise ShapeError(
                "MJ2001",
                f"shapes {text} do not broadcast: dim {d} is {a} in one and {b} in the other",
                fix="make the dims equal, or 1 in one operand: x.reshape(...) or np.expand_dims(x, axis)",
            )
        out.append(sizes.pop() if sizes else 1)
    return tuple(out)


def same_dtype(types: Sequence[TensorType]) -> DType:
    """The operands' common dtype. Raises :class:`~meshjit.errors.DTypeError` when they differ."""
    first = types[0].dtype
    if any(t.dtype != first for t in types):
        names = ", ".join(str(t.dtype) for t in types)
        raise DTypeError(
            "MJ2003", f"operands have different dtypes: {names}", fix=f"convert them: x.astype({str(first)!r})"
        )
    return first


def require_kind(types: Sequence[TensorType], kinds: Sequence[str], what: str) -> None:
    """Refuse operands whose dtype is not of one of ``kinds`` ("float", "int", "bool")."""
    for t in types:
        if t.dtype.kind not in kinds:
            want = "float32" if "float" in kinds else "bool" if "bool" in kinds else "int32"
            raise DTypeError(
                "MJ2003",
                f"{what} takes {' or '.join(kinds)} operands, got {t.dtype}",
                fix=f"convert it first: x.astype('{want}')",
            )


def normal_axes(axes: Sequence[int], rank: int) -> tuple[int, ...]:
    """Axes counted from 0, sorted. Raises :class:`~meshjit.errors.ShapeError` when out of range or repeated."""
    out: list[int] = []
    for axis in axes:
        if not -rank <= axis < rank:
            span = f"{-rank} to {rank - 1}" if rank else "none: it is a scalar"
            raise ShapeError(
                "MJ2004",
                f"axis {axis} is out of range for an array of {rank} dims",
                fix=f"valid axes are {span}",
            )
        out.append(axis % rank)
    if len(set(out)) != len(out):
        raise ShapeError("MJ2004", f"axes {tuple(axes)} name a dim twice", fix="name each dim once")
    return tuple(sorted(out))


def elementwise_shape(kinds: Sequence[str], result: DType | None = None):
    """A shape rule: broadcast operands of one dtype, of the given kinds; the result has it too, or ``result``."""

    def rule(types: Sequence[TensorType], attrs: Attrs) -> tuple[DType, tuple[int, ...]]:
        require_kind(types, kinds, "this op")
        return result or same_dtype(types), broadcast_shapes([t.shape for t in types])

    return rule


def comparison_shape(types: Sequence[TensorType], attrs: Attrs) -> tuple[DType, tuple[int, ...]]:
    """Broadcast operands of one dtype; the result is bool."""
    same_dtype(types)
    return BOOL, broadcast_shapes([t.shape for t in types])


def elementwise_factors(types: Sequence[TensorType], shape: tuple[int, ...], attrs: Attrs) -> Factors:
    """One factor per result dim; an operand's dim of size 1 that is broadcast has none."""
    rank = len(shape)
    operands = tuple(
        tuple((rank - t.rank + d,) if t.shape[d] == shape[rank - t.rank + d] else () for d in range(t.rank))
        for t in types
    )
    return Factors(operands, tuple((d,) for d in range(rank)), shape)


def dims_factors(kept: Sequence[int | None], operand: TensorType, shape: tuple[int, ...]) -> Factors:
    """One operand whose dim ``d`` becomes result dim ``kept[d]``, or must stay whole where that is None."""
    result: list[tuple[int, ...]] = [()] * len(shape)
    for d, to in enumerate(kept):
        if to is not None:
            result[to] = (d,)
    return Factors((tuple((d,) if to is not None else () for d, to in enumerate(kept)),), tuple(result), operand.shape)


def reduced_factors(op: ReduceOp) -> FactorRule:
    """The factors of a reduction over ``attrs["axes"]``."""

    def rule(types: Sequence[TensorType], shape: tuple[int, ...], attrs: Attrs) -> Factors:
        (t,) = types
        axes = attrs["axes"]
        assert isinstance(axes, tuple)
        keep = bool(attrs["keepdims"])
        result: list[tuple[int, ...]] = []
        for d in range(t.rank):
            if d not in axes:
                result.append((d,))
            elif keep:
                result.append(())
        reduced: Mapping[int, ReduceOp] = {d: op for d in range(t.rank) if d in axes}
        return Factors((tuple((d,) for d in range(t.rank)),), tuple(result), t.shape, reduced)

    return rule
