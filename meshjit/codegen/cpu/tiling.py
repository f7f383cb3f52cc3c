"""The blocks of a matmul on a CPU device: what its caches hold."""

from __future__ import annotations

from math import prod

from meshjit.ir.graph import Node
from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import Attrs, attrs_of
from meshjit.ir.ops.shape import TRANSPOSE

#: A block's rows, their accumulators and 256 KiB of packed columns share a second-level cache of 1 MiB.
ROWS, COLUMNS, DEPTH_BYTES = 192, 256, 1024
#: With so few rows the second operand is read once and in order: its blocks may be as many times as deep and wide.
FEW_ROWS, STRETCH = 6, 8
#: Blocks of columns that a matmul has at least, where it is wide enough: several threads share one row of blocks.
_SHARES = 4
#: Widths of blocks are multiples of this where they can be: a multiple of all vector widths.
_COLUMN_STEP = 64


def tiling(node: Node, mesh: Mesh) -> Attrs:
    """The ``tile`` of a fused matmul. Blocks divide the rows evenly, so that no thread gets a sliver.

    Batch dims that the second operand lacks count as rows.
    """
    assert node.body is not None
    product = next(n for n in node.body.nodes if n.op.kernel == "matmul")
    left, right = (o.type.local_shape(mesh) for o in product.operands)
    shape = product.type.local_shape(mesh)
    lead = prod(shape[:-2]) if prod(right[:-2]) == 1 else 1
    m, n, k = max(1, lead * shape[-2]), max(1, shape[-1]), max(1, left[-1])
    packed = m > FEW_ROWS or product.operands[1].op is TRANSPOSE
    stretch = 1 if packed else STRETCH
    rows = -(-m // -(-m // ROWS))
    share = n // _SHARES // _COLUMN_STEP * _COLUMN_STEP
    columns = min(max(share, min(n, _COLUMN_STEP)), COLUMNS * min(stretch, 4))
    depth = DEPTH_BYTES // product.operands[0].type.dtype.size_bytes * stretch
    return attrs_of(tile=(rows, columns, min(k, depth)))
