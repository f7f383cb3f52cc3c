"""Cutting an array into the blocks that devices hold, and putting blocks together again."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from meshjit.ir.mesh import Mesh
from meshjit.ir.types import TensorType
from meshjit.runtime.layouts import Array


def shard_slices(type: TensorType, mesh: Mesh, device: int) -> tuple[slice, ...]:
    """The part of the global array that ``device`` holds, without padding."""
    starts, sizes = type.origin(mesh, device), type.valid_shape(mesh, device)
    # A block that lies beyond the end is empty, and so is its slice.
    return tuple(slice(s, s + n) if n else slice(0, 0) for s, n in zip(starts, sizes, strict=True))


def holders(type: TensorType, mesh: Mesh) -> tuple[int, ...]:
    """The devices that together hold every shard once: those that stand for their likes."""
    return tuple(d for d in range(mesh.size) if mesh.representative(d, type.varies) == d)


def shard(array: Array, type: TensorType, mesh: Mesh, device: int) -> Array:
    """The block of ``array`` that ``device`` holds, zero-padded to the local shape; a view where nothing is padded."""
    block = array[shard_slices(type, mesh, device)]
    local = type.local_shape(mesh)
    if block.shape == local:
        return block
    padded = np.zeros(local, array.dtype)
    padded[tuple(slice(0, n) for n in block.shape)] = block
    return padded


def shards(array: Array, type: TensorType, mesh: Mesh) -> dict[int, Array]:
    """The block of every device; devices that hold the same one share the array object."""
    first = {d: shard(array, type, mesh, d) for d in holders(type, mesh)}
    return {d: first[mesh.representative(d, type.varies)] for d in range(mesh.size)}


def compose(blocks: Mapping[int, Array], type: TensorType, mesh: Mesh) -> Array:
    """One array out of the blocks of :func:`holders`, without padding."""
    out = np.empty(type.shape, type.dtype.numpy)
    for device in holders(type, mesh):
        valid = tuple(slice(0, n) for n in type.valid_shape(mesh, device))
        out[shard_slices(type, mesh, device)] = blocks[device][valid]
    return out
