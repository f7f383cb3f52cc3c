"""What each value's sharding should be, judged from what the user said: the first half of propagation."""

from __future__ import annotations

from collections.abc import Sequence

from meshjit.ir.graph import Graph, Node
from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import Factors
from meshjit.ir.ops.sharding import PIN, text_spec
from meshjit.ir.types import Spec

#: A sharding under construction: None where nothing is known of a dim.
Partial = list[tuple[str, ...] | None]


class Wishes:
    """Shardings spread along factors, forward then backward, until nothing changes. What is known first stays."""

    def __init__(self, graph: Graph) -> None:
        self.mesh: Mesh = graph.mesh
        self.known: dict[Node, Partial] = {}
        for value in graph.values():
            fixed = value.type.spec
            if value.op is PIN:
                fixed = text_spec(value.attrs["spec"])
            self.known[value] = list(fixed) if fixed is not None else [None] * value.type.rank
        rules = [(node, self._factors(node)) for node in graph.nodes]
        changed = True
        while changed:
            changed = False
            for node, factors in (*rules, *reversed(rules)):
                changed |= self._spread(node, factors)

    def spec(self, value: Node) -> Spec:
        """The wish; dims nobody said anything about are unsharded."""
        return tuple(axes or () for axes in self.known[value])

    def _factors(self, node: Node) -> Factors:
        if node.op.factor_rule is None:  # a pin: every dim is itself
            dims = tuple((d,) for d in range(node.type.rank))
            return Factors((dims,), dims, node.type.shape)
        return node.op.factor_rule([o.type for o in node.operands], node.type.shape, node.attrs)

    def _spread(self, node: Node, factors: Factors) -> bool:
        sides: list[tuple[Sequence[tuple[int, ...]], Partial]] = [
            (dims, self.known[o]) for dims, o in zip(factors.operands, node.operands, strict=True)
        ]
        sides.append((factors.result, self.known[node]))
        axes_of: dict[int, tuple[str, ...]] = {}
        taken: set[str] = set()
        for dims, known in sides:
            for dim, axes in zip(dims, known, strict=True):
                if (
                    dim
                    and axes
                    and dim[0] not in axes_of
                    and not taken & set(axes)
                    and self._fits(factors, dim[0], axes)
                ):
                    axes_of[dim[0]] = axes
                    taken |= set(axes)
        changed = False
        for dims, known in sides:
            for d, dim in enumerate(dims):
                axes = axes_of.get(dim[0]) if dim else None
                used = {a for k in known if k for a in k}
                if known[d] is None and axes and not used & set(axes):
                    known[d] = axes
                    changed = True
        return changed

    def _fits(self, factors: Factors, factor: int, axes: tuple[str, ...]) -> bool:
        return factor not in factors.exact or factors.sizes[factor] % self.mesh.axes_size(axes) == 0
