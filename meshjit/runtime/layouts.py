"""How a shard's elements lie in device memory: row-major, or tiles of faces.

TILE layout: an array of shape ``(..., r, c)`` is ``prod(...) x ceil(r/32) x ceil(c/32)`` tiles in row-major order. A
tile is four 16x16 faces (top left, top right, bottom left, bottom right), each row-major. Rank 1 counts as ``(1, c)``,
rank 0 as ``(1, 1)``; what lies beyond the array's end is zero. Source: tt-isa-documentation and TT-NN's "Tensor layout"
page.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from meshjit.arch import FACE_DIM as FACE
from meshjit.arch import TILE_DIM as TILE
from meshjit.ir.program import Layout
from meshjit.ir.types import BF16, BOOL, DType, dtype_of

Array = NDArray[np.generic]


def stored_dtype(dtype: DType, layout: Layout) -> DType:
    """The dtype that memory holds: cards keep bool as bf16 0.0 and 1.0."""
    return BF16 if dtype is BOOL and layout is Layout.TILE else dtype


def matrix_shape(shape: Sequence[int]) -> tuple[int, int, int]:
    """``(leading, rows, columns)`` of a shape, as tiles see it."""
    dims = (1, 1, *shape)
    return math.prod(dims[:-2]), dims[-2], dims[-1]


def tile_grid(shape: Sequence[int]) -> tuple[int, int, int]:
    """The number of tiles along ``(leading, rows, columns)``."""
    leading, rows, columns = matrix_shape(shape)
    return leading, -(-rows // TILE), -(-columns // TILE)


def page_bytes(dtype: DType, layout: Layout, shape: Sequence[int]) -> int:
    """Bytes of a page: one tile (bf16 2048, f32 and i32 4096), or the whole shard in row-major order."""
    if layout is Layout.TILE:
        return TILE * TILE * stored_dtype(dtype, layout).size_bytes
    return max(1, math.prod(shape)) * dtype.size_bytes


def storage_bytes(dtype: DType, layout: Layout, shape: Sequence[int]) -> int:
    """Bytes a shard of local ``shape`` takes on its device, tile padding included; an empty one takes one unit."""
    if layout is Layout.TILE:
        return max(1, math.prod(tile_grid(shape))) * page_bytes(dtype, layout, shape)
    return max(1, math.prod(shape)) * dtype.size_bytes


def tilize(array: Array) -> bytes:
    """A local shard as tiles; bool becomes bf16."""
    stored = stored_dtype(dtype_of(array.dtype), Layout.TILE).numpy
    leading, rows, columns = matrix_shape(array.shape)
    _, tr, tc = tile_grid(array.shape)
    padded = np.zeros((leading, tr * TILE, tc * TILE), stored)
    padded[:, :rows, :columns] = array.reshape(leading, rows, columns).astype(stored, copy=False)
    faces = padded.reshape(leading, tr, 2, FACE, tc, 2, FACE)
    return faces.transpose(0, 1, 4, 2, 5, 3, 6).tobytes()


def untilize(data: bytes | bytearray | memoryview, shape: Sequence[int], dtype: DType) -> Array:
    """The array of ``shape`` that :func:`tilize` wrote."""
    leading, rows, columns = matrix_shape(shape)
    _, tr, tc = tile_grid(shape)
    stored = np.frombuffer(data, stored_dtype(dtype, Layout.TILE).numpy, leading * tr * tc * TILE * TILE)
    faces = stored.reshape(leading, tr, tc, 2, 2, FACE, FACE).transpose(0, 1, 3, 5, 2, 4, 6)
    whole = faces.reshape(leading, tr * TILE, tc * TILE)[:, :rows, :columns]
    return whole.astype(dtype.numpy).reshape(tuple(shape))


def encode(array: Array, layout: Layout) -> memoryview:
    """A local shard as a device's memory holds it; no copy is made of a contiguous row-major one."""
    if layout is Layout.TILE:
        return memoryview(tilize(array))
    # Views as bytes: memoryview knows no bfloat16.
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def decode(data: bytes | bytearray | memoryview, shape: Sequence[int], dtype: DType, layout: Layout) -> Array:
    """The local shard that :func:`encode` wrote; row-major data is viewed, not copied."""
    if layout is Layout.TILE:
        return untilize(data, shape, dtype)
    return np.frombuffer(data, dtype.numpy, math.prod(shape)).reshape(tuple(shape))
