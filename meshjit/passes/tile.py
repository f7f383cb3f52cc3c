"""Tile: the block of a matmul's result that one core computes at a time, and the depth of K it takes in one step.

``tile=[rows, columns, depth]`` counts elements of the shards. The machine's ``tiling`` makes the choice, and may add how
cores share what they read; the code generator obeys what stands in the text. What of a block is in registers at a time
is its own affair.

Before::

    mesh (tp=2) stage fused
    func f(%x: f32[400,1000], %w: f32[1000,4544@tp]) {
      %0 = fusion(%x, %w) {kind="matmul"} : f32[400,4544@tp] = (%a0: f32[400,1000], %a1: f32[1000,4544@tp]) {
        %0 = matmul(%a0, %a1) : f32[400,4544@tp]
        return %0
      }
      return %0
    }

After::

    mesh (tp=2) stage fused
    func f(%x: f32[400,1000], %w: f32[1000,4544@tp]) {
      %0 = fusion(%x, %w) {kind="matmul", tile=[134,256,256]} : f32[400,4544@tp] = (%a0: f32[400,1000], %a1: f32[1000,4544@tp]) {
        %0 = matmul(%a0, %a1) : f32[400,4544@tp]
        return %0
      }
      return %0
    }
"""  # noqa: E501  # the IR prints a node on one line

from __future__ import annotations

from dataclasses import replace

from meshjit.ir.graph import Builder, Graph, Node, rewrite
from meshjit.ir.machine import Machine
from meshjit.ir.opdef import FUSED, attrs_of
from meshjit.ir.ops.structure import FUSION


def tile(graph: Graph, machine: Machine) -> Graph:
    """Fused to fused, with a tile on each matmul."""
    tiling = machine.tiling
    if tiling is None and not machine.matmul:
        return graph

    def visit(builder: Builder, node: Node, operands: tuple[Node, ...]) -> Node:
        if node.op is not FUSION or node.body is None or all(n.op.kernel != "matmul" for n in node.body.nodes):
            return builder.copy(node, operands)
        chosen = replace(node, attrs=attrs_of(**{**node.attrs, **dict(machine.matmul)}))
        attrs = attrs_of(**{**chosen.attrs, **(tiling(chosen, graph.mesh) if tiling else {})})
        return builder.add(FUSION, operands, attrs, node.location, body=node.body)

    return rewrite(graph, visit, FUSED)
