"""The writer of reductions whose result lies otherwise in memory than the reduced tiles: element by element."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from meshjit.arch import TILE_DIM, num_tiles, row_major, tile_grid
from meshjit.codegen.tensix.grid import split
from meshjit.codegen.tensix.hw import Cb
from meshjit.ir.program import Area, CoreRange

#: A cell holds one element on its way out; its low address bits are those of the element's place.
_CELL_BYTES = 16


@dataclass(frozen=True)
class Writer:
    """``parameters`` of the template writer_scatter, the output's ``stride`` in elements for each outer dim, the
    ``areas`` that it uses in L1, and how many ``pages`` the cores fill up with zeros; None when the result's elements
    fill its pages."""

    parameters: Mapping[str, object]
    stride: tuple[int, ...]
    areas: tuple[Area, ...]
    pages: int | None

    def fill(self, cores: CoreRange) -> list[tuple[int, ...]]:
        """The words of ``fill_args`` for each core: the first page that it fills up, and how many."""
        if self.pages is None:
            return [()] * len(cores)
        return [(share.start, share.count) for share in split(self.pages, cores)]


def same_tiles(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    """Whether arrays of these shapes lie in memory alike: the same last two dims, the same elements before them."""
    pad_a, pad_b = (1, 1, *a), (1, 1, *b)
    return pad_a[-2:] == pad_b[-2:] and math.prod(a[:-2]) == math.prod(b[:-2])


def plan(
    kept: tuple[int, ...], out_shape: tuple[int, ...], outer: Sequence[int], last: Cb, size: int, fill_arg: int
) -> Writer:
    """The writer for a result of ``out_shape``, computed as ``kept`` (reduced dims of size 1) in a walk over the dims
    ``outer``. Its cells lie behind the circular buffer ``last``; an element has ``size`` bytes."""
    step = row_major(kept)
    rank = len(kept)
    stride = tuple(step[d] * (TILE_DIM if d >= rank - 2 else 1) for d in outer)

    def dim(d: int) -> tuple[int, int, int]:
        return kept[d], step[d], outer.index(d) if d in outer else -1

    _, tile_rows, tile_columns = tile_grid(out_shape)
    rows, columns = (1, 1, *out_shape)[-2:]
    full = rows % TILE_DIM == 0 and columns % TILE_DIM == 0
    cells = Area("cells", last.address + last.page_bytes * last.pages, _CELL_BYTES * TILE_DIM * TILE_DIM)
    zeros = Area("zeros", cells.address + cells.size_bytes, 256 * size + _CELL_BYTES)
    parameters: dict[str, object] = {
        "rows": dim(rank - 2),
        "columns": dim(rank - 1),
        "shape": (rows, columns, tile_rows, tile_columns),
        "size": size,
        "cells": cells.address,
        "zeros": zeros.address,
        "fill_args": None if full else (fill_arg, fill_arg + 1),
    }
    return Writer(parameters, stride, (cells,) if full else (cells, zeros), None if full else num_tiles(out_shape))
