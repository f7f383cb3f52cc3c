"""Propagate: choose the sharding of every value from what the user said, and insert reshards where operands disagree.

Given shardings of arguments, outputs and pinned values win. The rest follows from them along the ops' factors, forward
and backward. Then each node gets the placement of its factors that moves the fewest bytes; what does not fit it is
resharded, with the reason.

Before::

    mesh (tp=2) stage traced
    func f(%x: f32[4,8], %w: f32[8@tp,6]) {
      %0 = matmul(%x, %w) : f32[4,6]?
      return %0
    }

After::

    mesh (tp=2) stage sharded
    func f(%x: f32[4,8], %w: f32[8@tp,6]) {
      %0 = reshard(%x) {spec=["-","tp"], reason="matmul wants dim 1 over tp (0 bytes, not 96)"} : f32[4,8@tp]
      %1 = matmul(%0, %w) : f32[4,6]{+tp}
      %2 = reshard(%1) {spec=["-","-"], reason="matmul reduces over a dim sharded over tp"} : f32[4,6]
      return %2
    }
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from meshjit.errors import ShardingError
from meshjit.ir.graph import Builder, Graph, Node
from meshjit.ir.location import Location
from meshjit.ir.opdef import SHARDED, Assignment, Attrs, Factors, OpDef, apply_factors, attrs_of, operand_spec
from meshjit.ir.ops.sharding import PIN, RESHARD, spec_text, text_spec
from meshjit.ir.ops.structure import PARAM
from meshjit.ir.types import Spec, TensorType
from meshjit.passes.decompose import PARTS
from meshjit.passes.reshard import moved_bytes
from meshjit.passes.wishes import Wishes

_MAX_CANDIDATES = 256


def propagate(graph: Graph) -> Graph:
    """Traced to sharded."""
    wishes = Wishes(graph)
    return _Placer(graph, wishes).run()


def partition_spec(spec: Spec) -> str:
    """A sharding as the user writes it: ``P("dp", None)``."""
    entries = ["None" if not a else repr(a[0]) if len(a) == 1 else repr(a) for a in spec]
    return f"P({', '.join(entries)})".replace("'", '"')


class _Placer:
    """Rebuilds the graph with every type's sharding chosen."""

    def __init__(self, graph: Graph, wishes: Wishes) -> None:
        self.graph = graph
        self.mesh = graph.mesh
        self.wishes = wishes
        self.builder = Builder(graph.mesh, SHARDED)
        self.resharded: dict[tuple[Node, Spec], Node] = {}

    def run(self) -> Graph:
        new: dict[Node, Node] = {}
        for param in self.graph.params:
            new[param] = replace(param, type=param.type.with_spec(self.wishes.spec(param)))
            self.builder.params.append(new[param])
        for node in self.graph.nodes:
            operands = [new[o] for o in node.operands]
            if node.op is PIN:
                spec = text_spec(node.attrs["spec"])
                new[node] = self.reshard(operands[0], spec, _pin_reason(node), node.location)
            else:
                new[node] = self.place(node.op, operands, node.attrs, node.location, self.wishes.spec(node), node)
        return self.builder.graph(self.graph.name, [new[o] for o in self.graph.outputs])

    def reshard(self, value: Node, spec: Spec, reason: str, location: Location | None) -> Node:
        """``value`` with sharding ``spec`` and nothing pending."""
        if value.type.spec == spec and value.type.pending is None:
            return value
        key = (value, spec)
        if key not in self.resharded and _is_created(value):  # nothing to move: each device makes what it needs
            self.resharded[key] = self.builder.add(value.op, (), value.attrs, value.location, spec=spec)
        if key not in self.resharded:
            attrs = attrs_of(spec=spec_text(spec), reason=reason)
            self.resharded[key] = self.builder.add(RESHARD, [value], attrs, location)
        return self.resharded[key]

    def place(
        self, op: OpDef, operands: Sequence[Node], attrs: Attrs, location: Location | None, wish: Spec,
        node: Node | None = None,
    ) -> Node:  # fmt: skip
        """Append ``op`` on operands resharded as its cheapest placement needs; nothing of the result is pending."""
        if not operands:
            return self.builder.add(op, (), attrs, location, spec=wish)
        types = [o.type.open() for o in operands]
        result = op.infer(types, attrs, self.mesh)
        assert op.factor_rule is not None
        factors = op.factor_rule(types, result.shape, attrs)
        if node is not None and op in PARTS and self._splits_whole(factors, operands):
            return self._in_parts(node, operands, location)
        assignment = self._choose(factors, operands, result, wish)
        placed = [
            self.reshard(o, want, self._reason(op, o, want, i, factors, operands), location)
            for i, o in enumerate(operands)
            for want in [operand_spec(factors.operands[i], assignment)]
        ]
        out = self.builder.add(op, placed, attrs, location)
        if out.type.pending is None:
            return out
        spec = _compatible(wish, out.type)
        reason = f"{op.name} reduces over a dim sharded over {'+'.join(out.type.pending.axes)}"
        return self.reshard(out, spec, reason, location)

    def _splits_whole(self, factors: Factors, operands: Sequence[Node]) -> bool:
        dims = zip(factors.operands[0], operands[0].type.dims_spec, strict=True)
        return any(axes and dim and dim[0] in factors.whole for dim, axes in dims)

    def _in_parts(self, node: Node, operands: Sequence[Node], location: Location | None) -> Node:
        whole = operands[0]

        def emit(op: OpDef, operands: Sequence[Node], **attrs: Any) -> Node:
            frozen = attrs_of(**attrs)
            result = op.infer([o.type.open() for o in operands], frozen, self.mesh)
            wish = ((),) * result.rank
            if result.rank == whole.type.rank:
                wish = tuple(
                    axes if n == m else ()
                    for n, m, axes in zip(result.shape, whole.type.shape, whole.type.dims_spec, strict=True)
                )
            return self.place(op, operands, frozen, location, wish)

        return PARTS[node.op](emit, node, operands)

    def _choose(self, factors: Factors, operands: Sequence[Node], result: TensorType, wish: Spec) -> Assignment:
        """The assignment of axes to factors that moves the fewest bytes; of equals, the one that shards most."""
        best: tuple[tuple[int, int], Assignment] | None = None
        for assignment in self._candidates(factors, operands, wish):
            specs = [operand_spec(dims, assignment) for dims in factors.operands]
            try:
                spec, pending = apply_factors("", factors, specs, self.mesh)
            except ShardingError:
                continue  # not a valid placement: another candidate is
            moved = [o for o in zip(operands, specs, strict=True) if not _is_created(o[0])]
            cost = sum(moved_bytes(o.type, s, self.mesh) for o, s in moved)
            out = result.with_spec(spec, pending)
            target = _compatible(wish, out)
            cost += moved_bytes(out, target, self.mesh)
            shards = self.mesh.axes_size([a for axes in assignment.values() for a in axes])
            rank = (cost, -shards)
            if best is None or rank < best[0]:
                best = (rank, assignment)
        assert best is not None, "the unsharded placement is always valid"
        return best[1]

    def _candidates(self, factors: Factors, operands: Sequence[Node], wish: Spec) -> Iterator[Assignment]:
        options: list[list[tuple[str, ...]]] = [[()] for _ in factors.sizes]

        def propose(dims: Sequence[tuple[int, ...]], spec: Spec) -> None:
            for dim, axes in zip(dims, spec, strict=True):
                if not dim or dim[0] in factors.whole:
                    continue
                for size in range(1, len(axes) + 1):  # the outer axes alone leave the inner ones to another dim
                    if axes[:size] not in options[dim[0]]:
                        options[dim[0]].insert(0, axes[:size])

        propose(factors.result, wish)
        for dims, operand in zip(factors.operands, operands, strict=True):
            propose(dims, operand.type.dims_spec)
        count = 0
        for choice in product(*options):
            count += 1
            if count > _MAX_CANDIDATES:
                break
            yield dict(enumerate(choice))
        if count > _MAX_CANDIDATES:
            yield {f: () for f in range(len(options))}

    def _reason(
        self, op: OpDef, value: Node, want: Spec, index: int, factors: Factors, operands: Sequence[Node]
    ) -> str:
        """Why operand ``index`` is resharded, and what the obvious alternative would have moved."""
        for d, (have, need) in enumerate(zip(value.type.dims_spec, want, strict=True)):
            if have == need:
                continue
            dim = factors.operands[index][d]
            if not dim or dim[0] in factors.whole:
                return f"{op.name} needs dim {d} whole, it is sharded over {'+'.join(have)}"
            text = f"over {'+'.join(need)}" if need else "whole"
            moved = moved_bytes(value.type, want, self.mesh)
            other = sum(moved_bytes(o.type, ((),) * o.type.rank, self.mesh) for o in operands if o is not value or need)
            return f"{op.name} wants dim {d} {text} ({moved:,} bytes, not {other:,})"
        return f"{op.name} needs the pending reduction carried out"


def _compatible(wish: Spec, type: TensorType) -> Spec:
    """The sharding to resolve a pending value to: the wish where it keeps or refines what the type has."""
    if type.pending is None:
        return type.dims_spec
    out: list[tuple[str, ...]] = []
    free = set(type.pending.axes)
    for have, want in zip(type.dims_spec, wish, strict=True):
        extends = want[: len(have)] == have and set(want[len(have) :]) <= free
        out.append(want if extends else have)
        free -= set(out[-1])
    return tuple(out)


def _is_created(value: Node) -> bool:
    return not value.operands and value.op is not PARAM


def _pin_reason(node: Node) -> str:
    spec = partition_spec(text_spec(node.attrs["spec"]))
    return f"{node.attrs['by']} says {spec}"
