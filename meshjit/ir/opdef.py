"""What an op is: one declaration holds its type rule, its sharding rule, its NumPy meaning and its kernel family.

The sharding rule is a map from dims to factors (as in einsum: matmul has batch, m, k, n). A mesh axis shards a factor;
from that follow the sharding of every operand and of the result, and the pending reduction where a sharded factor is
reduced. Type inference, propagation, partition and cost all read the same rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from meshjit.errors import IRError, ShardingError
from meshjit.ir.mesh import Mesh
from meshjit.ir.types import DType, Pending, ReduceOp, Spec, TensorType

#: The value of an attribute: everything here prints and parses.
Attr = int | float | bool | str | DType | tuple[int, ...] | tuple[str, ...]
Attrs = Mapping[str, Attr]
Array = np.ndarray[Any, Any]


def attrs_of(**attrs: Attr) -> Attrs:
    """A read-only attribute map."""
    return MappingProxyType(dict(attrs))


NO_ATTRS: Attrs = attrs_of()


@dataclass(frozen=True)
class Factors:
    """A sharding rule applied to one node.

    ``operands[i][d]`` and ``result[d]`` list the factors of a dim, major first: one for an ordinary dim, several
    where a reshape merges dims, none where the dim must stay unsharded. ``reduced`` names the factors that the op sums
    (or takes the max or min of) away. Only the major factor of a dim can be sharded. A factor in ``exact`` can be
    sharded only by axes that divide its size. A factor in ``whole`` cannot be sharded at all, because each result needs
    all of it: propagation still carries shardings through it, and breaks the op into parts where it is sharded.
    """

    operands: tuple[tuple[tuple[int, ...], ...], ...]
    result: tuple[tuple[int, ...], ...]
    sizes: tuple[int, ...]
    reduced: Mapping[int, ReduceOp] = field(default_factory=lambda: MappingProxyType({}))
    exact: frozenset[int] = frozenset()
    whole: frozenset[int] = frozenset()


#: The mesh axes that shard each factor.
Assignment = Mapping[int, tuple[str, ...]]


@dataclass(frozen=True)
class EvalContext:
    """What a node's meaning may depend on besides its operands' values.

    ``shape`` is the result's shape in this evaluation: global, or one device's block. ``origin`` and
    ``operand_origins`` are the global indices of the blocks' first elements (zero in a global evaluation). Floats are
    computed in ``wide``. ``valid`` says how many elements per dim exist; the rest of the block is padding.
    """

    attrs: Attrs
    type: TensorType
    operands: tuple[TensorType, ...]
    shape: tuple[int, ...]
    origin: tuple[int, ...]
    operand_origins: tuple[tuple[int, ...], ...]
    valid: tuple[int, ...]
    wide: type[np.floating[Any]] = np.float32


ShapeRule = Callable[[Sequence[TensorType], Attrs], tuple[DType, tuple[int, ...]]]
FactorRule = Callable[[Sequence[TensorType], tuple[int, ...], Attrs], Factors]
TypeRule = Callable[[Sequence[TensorType], Attrs, Mesh], TensorType]
Reference = Callable[..., Array]
#: How a pending sum passes through an op.
Linear = Literal["all", "one", "first"] | None
Exchange = Callable[[Sequence[EvalContext], Sequence[Array]], Sequence[Array]]

TRACED, SHARDED, LOCAL, FUSED, PLANNED = STAGES = ("traced", "sharded", "local", "fused", "planned")
PER_DEVICE = frozenset({LOCAL, FUSED, PLANNED})


@dataclass(frozen=True, eq=False)
class OpDef:
    """One op.

    ``shape_rule`` gives the result's dtype and global shape; ``factor_rule`` its sharding. Ops that only move data
    between devices or change the sharding itself have a ``type_rule`` in place of both. ``reference(ctx, *arrays)`` is
    the NumPy meaning: floats arrive widened to float32 or float64. Collectives have ``exchange`` in its place, which
    maps the arrays of one group of devices. ``kernel`` names the kernel family, "" where no kernel is needed.
    ``linear`` says how a pending sum passes through: "all" (every operand pending alike), "one" (exactly one operand),
    "first" (only the first), None (not at all). ``stages`` are those that may hold the op. ``elementwise`` ops may
    be fused into chains. ``commutative`` lets cse and simplify order operands. ``arity`` is (fewest, most) operands.
    ``attrs`` are the attributes, of which the ``optional`` may be absent.
    """

    name: str
    kernel: str
    arity: tuple[int, int]
    attrs: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    shape_rule: ShapeRule | None = None
    factor_rule: FactorRule | None = None
    type_rule: TypeRule | None = None
    reference: Reference | None = None
    exchange: Exchange | None = None
    linear: Linear = None
    stages: frozenset[str] = frozenset(STAGES)
    elementwise: bool = False
    commutative: bool = False

    def __repr__(self) -> str:
        return self.name

    def infer(self, operands: Sequence[TensorType], attrs: Attrs, mesh: Mesh) -> TensorType:
        """The result's type. Open operands give an open result.

        Raises ShapeError, DTypeError or ShardingError with summary and fix; the caller adds the place and operands.
        """
        if self.type_rule is not None:
            return self.type_rule(operands, attrs, mesh)
        if self.shape_rule is None or self.factor_rule is None:
            raise IRError("MJ7002", f"op {self.name} has no type rule", fix="give its OpDef a shape and a factor rule")
        dtype, shape = self.shape_rule(operands, attrs)
        if not operands or any(t.is_open for t in operands):
            return TensorType(dtype, shape)
        factors = self.factor_rule(operands, shape, attrs)
        spec, reduced = apply_factors(self.name, factors, [t.dims_spec for t in operands], mesh)
        return TensorType(dtype, shape, spec, self._pending(operands, reduced))

    def _pending(self, operands: Sequence[TensorType], reduced: Pending | None) -> Pending | None:
        carried = {t.pending for t in operands if t.pending}
        if not carried:
            return reduced
        flags = [t.pending is not None for t in operands]
        passes = (
            (self.linear == "all" and all(flags))
            or (self.linear == "one" and sum(flags) == 1)
            or (self.linear == "first" and flags[0] and sum(flags) == 1)
        )
        pending = carried.pop()
        if not passes or carried or pending.op != "sum" or (reduced and reduced.op != "sum"):
            raise ShardingError(
                "MJ3006",
                f"{self.name} cannot take a pending reduction {pending} as operand",
                fix="reshard the operand first, so that the reduction is carried out",
            )
        return Pending(pending.axes + reduced.axes) if reduced else pending


def apply_factors(name: str, factors: Factors, specs: Sequence[Spec], mesh: Mesh) -> tuple[Spec, Pending | None]:
    """The result's sharding that follows from operand shardings, which must agree on every factor.

    Raises :class:`~meshjit.errors.ShardingError` where they do not: propagation inserts reshards so that they do.
    """
    assignment: dict[int, tuple[str, ...]] = {}
    for i, (dims, spec) in enumerate(zip(factors.operands, specs, strict=True)):
        for d, (dim, axes) in enumerate(zip(dims, spec, strict=True)):
            if axes and not dim:
                raise ShardingError(
                    "MJ3004",
                    f"{name} needs dim {d} of operand {i} whole on every device; it is sharded over {'+'.join(axes)}",
                    fix="leave that dim unsharded, or let propagation insert the reshard",
                )
            if not dim:
                continue
            major = dim[0]
            if assignment.setdefault(major, axes) != axes:
                raise ShardingError(
                    "MJ3005",
                    f"operands of {name} disagree: one dim is sharded over "
                    f"{'+'.join(assignment[major]) or 'nothing'} and over {'+'.join(axes) or 'nothing'}",
                    fix="give both operands the same sharding on that dim, or let propagation insert the reshard",
                )
    for f, axes in assignment.items():
        if axes and f in factors.whole:
            raise ShardingError(
                "MJ3004",
                f"{name} needs a dim whole on every device, but it is sharded over {'+'.join(axes)}",
                fix="leave that dim unsharded, or let propagation break the op into parts",
            )
        if axes and f in factors.exact and factors.sizes[f] % mesh.axes_size(axes):
            raise ShardingError(
                "MJ3007",
                f"{name} cannot keep {'+'.join(axes)} on a dim whose major part has {factors.sizes[f]} elements",
                fix="shard a dim that the axes divide, or leave it unsharded",
            )
    minor = {f for dims in (*factors.operands, factors.result) for dim in dims for f in dim[1:] if assignment.get(f)}
    if minor:
        axes = assignment[minor.pop()]
        raise ShardingError(
            "MJ3007",
            f"{name} cannot keep {'+'.join(axes)}: the dim it shards becomes the minor part of a merged dim",
            fix="shard the first of the merged dims, or leave them unsharded",
        )
    result = tuple(assignment.get(dim[0], ()) if dim else () for dim in factors.result)
    used = [a for axes in assignment.values() for a in axes]
    if len(set(used)) != len(used):
        raise ShardingError(
            "MJ3003",
            f"{name} would use one mesh axis for two of its dims",
            fix="use each axis on one dim at most",
        )
    kinds: set[ReduceOp] = {op for f, op in factors.reduced.items() if assignment.get(f)}
    if len(kinds) > 1:
        raise ShardingError("MJ3006", f"{name} reduces in two ways at once", fix="split the op in two")
    pending = tuple(a for f in factors.reduced for a in assignment.get(f, ()))
    return result, Pending(pending, kinds.pop()) if pending else None


def operand_spec(dims: Sequence[tuple[int, ...]], assignment: Assignment) -> Spec:
    """The sharding of an operand or result whose dims have these factors."""
    return tuple(assignment.get(dim[0], ()) if dim else () for dim in dims)
