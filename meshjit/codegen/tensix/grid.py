"""Splitting work over a rectangle of cores, and laying out circular buffers in L1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from meshjit.arch import L1, MAX_CIRCULAR_BUFFERS, Arch
from meshjit.codegen.tensix.hw import Cb, circular_buffer
from meshjit.errors import CodegenError
from meshjit.ir.program import CoreRange


@dataclass(frozen=True)
class Share:
    """What one core does: ``count`` consecutive items from ``start``."""

    core: tuple[int, int]
    start: int
    count: int


def rectangle(items: int, grid: tuple[int, int]) -> CoreRange:
    """The smallest rectangle of full rows (or one short row) with a core for each item, within the grid."""
    columns, rows = grid
    if items <= columns:
        return CoreRange((0, 0), (max(items, 1) - 1, 0))
    return CoreRange((0, 0), (columns - 1, min(rows, -(-items // columns)) - 1))


def split(items: int, cores: CoreRange) -> tuple[Share, ...]:
    """Consecutive shares that differ by one item at most."""
    n = len(cores)
    base, extra = divmod(items, n)
    shares: list[Share] = []
    start = 0
    for i, core in enumerate(cores):
        count = base + (i < extra)
        shares.append(Share(core, start, count))
        start += count
    return tuple(shares)


def fits(arch: Arch, sizes: Sequence[tuple[int, int]]) -> bool:
    """Whether L1 holds circular buffers of (page bytes, pages) each."""
    return sum(page_bytes * pages for page_bytes, pages in sizes) <= arch.l1_data_bytes


def buffers(arch: Arch, sizes: Sequence[tuple[int, int]], label: Sequence[str]) -> tuple[Cb, ...]:
    """Circular buffers of (page bytes, pages) each, one after the other.

    Raises :class:`~meshjit.errors.CodegenError`: MJ4120 when there are too many, MJ4121 when they do not fit in L1,
    naming the largest.
    """
    if len(sizes) > MAX_CIRCULAR_BUFFERS:
        raise CodegenError(
            "MJ4120",
            f"a fused node of {len(sizes) - 1} operands; a kernel has {MAX_CIRCULAR_BUFFERS} circular buffers",
            fix="split the fused node: fuse fewer operations",
        )
    out: list[Cb] = []
    address = L1.data
    for i, (page_bytes, pages) in enumerate(sizes):
        out.append(circular_buffer(arch, i, address, page_bytes, pages))
        address += page_bytes * pages
    if not fits(arch, sizes):
        worst = max(range(len(sizes)), key=lambda i: sizes[i][0] * sizes[i][1])
        raise CodegenError(
            "MJ4121",
            f"circular buffers need {address - L1.data} bytes, a core has {arch.l1_data_bytes}",
            operands=[f"{label[worst]}: {sizes[worst][1]} pages of {sizes[worst][0]} bytes"],
            fix="split the fused node, or shard the tensor further",
        )
    return tuple(out)
