"""What passes know of a target: numbers, as data."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from meshjit.ir.graph import Node
from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import Attrs
from meshjit.ir.program import Layout
from meshjit.ir.types import BOOL, TensorType

TILE = 32


#: How many passes a card makes over each product, each with other bits of the mantissas (ISA documentation, MVMUL).
FIDELITIES = ("lofi", "hifi2", "hifi3", "hifi4")
#: The dtypes in which a card sums the products of bf16 operands.
ACCUMULATORS = ("f32", "bf16")

#: How a target wants a fused matmul tiled: the attributes that its code generator obeys.
Tiling = Callable[[Node, Mesh], Attrs]


@dataclass(frozen=True)
class Machine:
    """One device of a target.

    ``memory_bytes`` is what a device holds; ``banks`` over how many DRAM banks a buffer's pages are spread (1: memory
    is flat); ``alignment_bytes`` what every address is a multiple of. ``grid`` is the worker grid (columns, rows).
    ``flops`` (per second), ``memory_bandwidth`` and ``link_bandwidth`` (bytes per second), ``link_latency_s`` feed the
    cost estimate; where they come from stands where they are set. ``tiling`` is asked for the tile of every
    fused matmul (None: the code generator takes any). ``transposed_operands`` are those that its matmul kernels read
    transposed, so that no kernel has to transpose them first. ``matmul``
    holds what the user chose for all matmuls, see ``FIDELITIES`` and ``ACCUMULATORS``.
    """

    arch: str
    layout: Layout
    memory_bytes: int
    alignment_bytes: int
    banks: int = 1
    grid: tuple[int, int] = (1, 1)
    flops: float = 1e11
    memory_bandwidth: float = 1e10
    link_bandwidth: float = 1e10
    link_latency_s: float = 1e-6
    tiling: Tiling | None = None
    transposed_operands: frozenset[int] = frozenset()
    matmul: tuple[tuple[str, str], ...] = ()

    def page_bytes(self, type: TensorType) -> int:
        """Bytes of a page: one 32x32 tile on cards, the alignment elsewhere. Cards store bools as bf16."""
        if self.layout is Layout.TILE:
            return TILE * TILE * (2 if type.dtype == BOOL else type.dtype.size_bytes)
        return self.alignment_bytes

    def size_bytes(self, type: TensorType, mesh: Mesh) -> int:
        """Bytes of a value on one device, layout padding included."""
        shape = type.local_shape(mesh)
        if self.layout is Layout.ROW:
            return max(1, math.prod(shape)) * type.dtype.size_bytes
        rows, columns = (1, 1, *shape)[-2:]
        tiles = math.prod(shape[:-2]) * -(-rows // TILE) * -(-columns // TILE)
        return max(1, tiles) * self.page_bytes(type)

    def footprint_bytes(self, type: TensorType, mesh: Mesh) -> int:
        """How much of the address space a value takes: the share of one bank, aligned."""
        pages = -(-self.size_bytes(type, mesh) // self.page_bytes(type))
        size = -(-pages // self.banks) * self.page_bytes(type)
        return -(-size // self.alignment_bytes) * self.alignment_bytes
