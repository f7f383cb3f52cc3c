"""Copies that exchange the contiguous dim, tile by tile in registers."""

from __future__ import annotations

import math
from dataclasses import dataclass

from meshjit.codegen.cpu.launch import Launch, build
from meshjit.codegen.cpu.nest import TASK_ELEMENTS, Nest, collapse
from meshjit.ir.program import Program
from meshjit.toolchain.llvm import Machine

#: Dims shorter than this leave most of a tile empty: a gather does as well.
_SHORTEST = 8


@dataclass(frozen=True)
class Transpose:
    """A source contiguous along a dim of ``across`` elements, a destination contiguous along one of ``along``.

    ``source_stride`` is the source's stride along the latter, ``destination_stride`` the destination's along the
    former, in elements of ``size`` bytes. ``outer`` lists (extent, source stride, destination stride) of the other
    dims, fastest first. Tiles are ``tile`` x ``tile``.
    """

    size: int
    tile: int
    across: int
    along: int
    source_stride: int
    destination_stride: int
    outer: tuple[tuple[int, int, int], ...]
    tile_rows: int
    units: int
    per_task: int


def transposition(nest: Nest, size: int, machine: Machine) -> Transpose | None:
    """The nest (a plain copy) as a transposition of tiles, or None where its inner dim is contiguous or too short."""
    nest = collapse(nest)
    (read,) = nest.reads
    last = len(nest.extents) - 1
    contiguous = [d for d in range(last) if read.strides[d] == 1]
    if not contiguous or read.strides[last] in (0, 1) or read.offset or nest.write.offset:
        return None
    d = contiguous[0]
    if min(nest.extents[d], nest.extents[last]) < _SHORTEST:
        return None
    # What registers hold. Larger tiles of small elements would fill cache lines, and take LLVM far too long.
    tile = 16 if machine.registers == 32 else 8
    outer = tuple((nest.extents[i], read.strides[i], nest.write.strides[i]) for i in reversed(range(last)) if i != d)
    tile_rows = -(-nest.extents[d] // tile)
    units = tile_rows * math.prod(e for e, _, _ in outer)
    return Transpose(
        size=size,
        tile=tile,
        across=nest.extents[d],
        along=nest.extents[last],
        source_stride=read.strides[last],
        destination_stride=nest.write.strides[d],
        outer=outer,
        tile_rows=tile_rows,
        units=units,
        per_task=max(1, min(units, TASK_ELEMENTS // (tile * nest.extents[last]))),
    )


def transpose(launch: Launch, plan: Transpose) -> Program:
    """The program of a planned transposition of the launch's one operand."""
    tasks = -(-plan.units // plan.per_task)
    return build(launch, "transpose", "cpu/transpose.ll.j2", launch.buffers(), tasks, t=plan)
