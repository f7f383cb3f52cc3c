"""Tile: the block of a matmul's result that one core computes at a time, and the depth of K it takes in one step.

``tile=[rows, columns, depth]`` counts elements of the shards. Blocks divide rows evenly, so that no core gets a sliver,
and leave each core several of them. What of a block is in registers at a time is the code generator's choice.

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

from math import prod

from meshjit.ir.graph import Builder, Graph, Node, rewrite
from meshjit.ir.machine import Blocks, Machine
from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import FUSED, attrs_of
from meshjit.ir.ops.structure import FUSION

#: Blocks of columns that a matmul has at least, where it is wide enough: several cores share one row of blocks.
_SHARES = 4
#: Widths of blocks are multiples of this where they can be: a multiple of all vector widths.
_COLUMN_STEP = 64


def tile(graph: Graph, machine: Machine) -> Graph:
    """Fused to fused, with a tile on each matmul, if the machine says what its fast memory holds."""
    blocks = machine.blocks
    if blocks is None:
        return graph

    def visit(builder: Builder, node: Node, operands: tuple[Node, ...]) -> Node:
        if node.op is not FUSION or node.body is None:
            return builder.copy(node, operands)
        product = next((n for n in node.body.nodes if n.op.kernel == "matmul"), None)
        if product is None:
            return builder.copy(node, operands)
        attrs = attrs_of(**{**node.attrs, "tile": choose(product, graph.mesh, blocks)})
        return builder.add(FUSION, operands, attrs, node.location, body=node.body)

    return rewrite(graph, visit, FUSED)


def choose(product: Node, mesh: Mesh, blocks: Blocks) -> tuple[int, int, int]:
    """(rows, columns, depth) of a matmul's blocks. Batch dims that the second operand lacks count as rows."""
    left, right = (o.type.local_shape(mesh) for o in product.operands)
    shape = product.type.local_shape(mesh)
    lead = prod(shape[:-2]) if prod(right[:-2]) == 1 else 1
    m, n, k = max(1, lead * shape[-2]), max(1, shape[-1]), max(1, left[-1])
    # So few rows that nothing of the second operand is read twice: it streams through, as deep and wide as it comes.
    stretch = 1 if m > blocks.few_rows else blocks.stretch
    rows = -(-m // -(-m // blocks.rows))
    share = n // _SHARES // _COLUMN_STEP * _COLUMN_STEP
    columns = min(max(share, min(n, _COLUMN_STEP)), blocks.columns * min(stretch, 4))
    depth = blocks.depth_bytes // product.operands[0].type.dtype.size_bytes * stretch
    return rows, columns, min(k, depth)
