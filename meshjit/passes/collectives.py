"""Rewrite collectives: fewer of them, and smaller ones.

- The sum of two all_reduces over the same axes is one all_reduce of the sum: pending reductions sink past ops that are
  linear in all operands.
- An all_reduce that only feeds slices along its own axis is a reduce_scatter.

Before::

    mesh (tp=2) stage local
    func f(%x: f32[4,8@tp], %y: f32[4,8@tp]) {
      %0 = sum(%x) {axes=[1], keepdims=false} : f32[4]{+tp}
      %1 = all_reduce(%0) {axes=["tp"], op="sum"} : f32[4]
      %2 = sum(%y) {axes=[1], keepdims=false} : f32[4]{+tp}
      %3 = all_reduce(%2) {axes=["tp"], op="sum"} : f32[4]
      %4 = add(%1, %3) : f32[4]
      %5 = local_slice(%4) {dim=0, axes=["tp"]} : f32[4@tp]
      return %5
    }

After::

    mesh (tp=2) stage local
    func f(%x: f32[4,8@tp], %y: f32[4,8@tp]) {
      %0 = sum(%x) {axes=[1], keepdims=false} : f32[4]{+tp}
      %1 = sum(%y) {axes=[1], keepdims=false} : f32[4]{+tp}
      %2 = add(%0, %1) : f32[4]{+tp}
      %3 = reduce_scatter(%2) {dim=0, axes=["tp"], op="sum"} : f32[4@tp]
      return %3
    }
"""

from __future__ import annotations

from meshjit.ir.graph import Builder, Graph, Node, rewrite
from meshjit.ir.opdef import Attrs, attrs_of
from meshjit.ir.ops.sharding import ALL_REDUCE, LOCAL_SLICE, REDUCE_SCATTER
from meshjit.passes.dce import dce


def sink_all_reduce(graph: Graph) -> Graph:
    """Move all_reduces past ops that are linear in all operands, where that leaves fewer of them."""
    uses = graph.uses()
    single = {n for n in graph.nodes if n.op is ALL_REDUCE and len(uses[n]) == 1 and n not in graph.outputs}
    sunk: set[Node] = set()  # all_reduces this sweep made; they can sink on when they have one use

    def visit(builder: Builder, node: Node, operands: tuple[Node, ...]) -> Node:
        movable = [
            o.op is ALL_REDUCE and (old in single or (o in sunk and len(uses[old]) == 1 and old not in graph.outputs))
            for old, o in zip(node.operands, operands, strict=True)
        ]
        if node.op.linear == "all" and len(operands) > 1 and all(movable) and _alike(operands):
            pending = builder.add(node.op, [o.operands[0] for o in operands], node.attrs, node.location)
            reduced = builder.add(ALL_REDUCE, [pending], operands[0].attrs, operands[0].location)
            sunk.add(reduced)
            return reduced
        return builder.copy(node, operands)

    return dce(rewrite(graph, visit))


def _alike(operands: tuple[Node, ...]) -> bool:
    def key(attrs: Attrs) -> tuple[object, object]:
        return attrs["axes"], attrs["op"]

    return operands[0].attrs["op"] == "sum" and len({key(o.attrs) for o in operands}) == 1


def form_reduce_scatter(graph: Graph) -> Graph:
    """Turn an all_reduce whose every use is the same slice along its axis into a reduce_scatter."""
    uses = graph.uses()

    def visit(builder: Builder, node: Node, operands: tuple[Node, ...]) -> Node:
        source = operands[0] if operands else None
        if (
            node.op is LOCAL_SLICE
            and source is not None
            and source.op is ALL_REDUCE
            and source.attrs["axes"] == node.attrs["axes"]
            and len(uses[node.operands[0]]) == 1
            and node.operands[0] not in graph.outputs
        ):
            attrs = attrs_of(
                dim=node.attrs["dim"],
                axes=node.attrs["axes"],
                op=source.attrs["op"],
                **{k: v for k, v in source.attrs.items() if k == "reason"},
            )
            return builder.add(REDUCE_SCATTER, source.operands, attrs, node.location)
        return builder.copy(node, operands)

    return dce(rewrite(graph, visit))


def rewrite_collectives(graph: Graph) -> Graph:
    """Both rewrites, sinking first: it makes the all_reduces that scatter."""
    return form_reduce_scatter(sink_all_reduce(graph))
