"""MeshBuffer: memory at the same address on every device of a mesh."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from meshjit.errors import DeviceError, ShapeError
from meshjit.ir.program import Layout
from meshjit.ir.types import TensorType
from meshjit.runtime import layouts, sharding
from meshjit.runtime.caller import call_site
from meshjit.runtime.devices.base import Region
from meshjit.runtime.engine import Allocation

if TYPE_CHECKING:
    from meshjit.runtime.mesh_device import MeshDevice

#: What a buffer is written from: bytes for every device alike, bytes per device, or an array for a typed buffer.
Data = bytes | bytearray | memoryview | layouts.Array | Sequence[bytes]


class MeshBuffer:
    """Memory of ``size_bytes`` on every device, at one address: replicated, or sharded over mesh axes.

    Make one with :meth:`replicated`, :meth:`sharded` or :meth:`typed`. The memory goes back when the buffer is
    released or collected; a trace that was captured with it keeps it alive.
    """

    def __init__(
        self, mesh: MeshDevice, allocation: Allocation, name: str, type: TensorType | None, layout: Layout
    ) -> None:
        self.mesh = mesh
        self.name = name
        self.type = type
        self.layout = layout
        self._allocation: Allocation | None = allocation
        self._gone = ""

    @classmethod
    def replicated(
        cls, mesh: MeshDevice, size_bytes: int, *, name: str = "buffer", page_bytes: int | None = None
    ) -> MeshBuffer:
        """A buffer that holds the same bytes on every device."""
        wanted = mesh.engine.request(size_bytes, page_bytes or max(size_bytes, 1), (), name)
        return cls(mesh, mesh.engine.allocate(wanted), name, None, Layout.ROW)

    @classmethod
    def sharded(
        cls, mesh: MeshDevice, size_bytes: int, axes: Sequence[str] | None = None, *, name: str = "buffer",
        page_bytes: int | None = None,
    ) -> MeshBuffer:  # fmt: skip
        """A buffer of ``size_bytes`` per device whose content differs along ``axes`` (default: all of the mesh's)."""
        varies = tuple(axes) if axes is not None else mesh.mesh.axes
        wanted = mesh.engine.request(size_bytes, page_bytes or max(size_bytes, 1), varies, name)
        return cls(mesh, mesh.engine.allocate(wanted), name, None, Layout.ROW)

    @classmethod
    def typed(
        cls, mesh: MeshDevice, type: TensorType, *, layout: Layout | None = None, name: str = "tensor",
        varies: tuple[str, ...] | None = None,
    ) -> MeshBuffer:  # fmt: skip
        """A buffer for the shards of a tensor, in the target's layout unless told otherwise."""
        kept = layout or mesh.layout
        local = type.local_shape(mesh.mesh)
        wanted = mesh.engine.request(
            layouts.storage_bytes(type.dtype, kept, local),
            layouts.page_bytes(type.dtype, kept, local),
            type.varies if varies is None else varies,
            f"{name}: {type}",
        )
        return cls(mesh, mesh.engine.allocate(wanted), name, type, kept)

    @property
    def allocation(self) -> Allocation:
        """The owner of the memory. Raises :class:`~meshjit.errors.DeviceError` (MJ5003) after :meth:`release`."""
        if self._allocation is None:
            raise self.gone_error()
        return self._allocation

    @property
    def region(self) -> Region:
        """Where the memory is."""
        return self.allocation.region

    @property
    def address(self) -> int:
        """The address, the same on every device."""
        return self.region.address

    @property
    def size_bytes(self) -> int:
        """Bytes per device, padding included."""
        return self.region.size_bytes

    @property
    def is_allocated(self) -> bool:
        """Whether the buffer still has its memory."""
        return self._allocation is not None and not self.mesh.is_closed

    def release(self) -> None:
        """Give the memory back; releasing twice is harmless."""
        self.consume("MeshBuffer.release()")

    def consume(self, call: str) -> None:
        """Take the memory away; later uses are errors that name ``call`` and where it stood."""
        if self._allocation is not None:
            self._gone = call + call_site()
            self._allocation = None

    def check_live(self) -> None:
        """Raise :class:`~meshjit.errors.DeviceError` (MJ5003) when the memory is gone."""
        if self._allocation is None:
            raise self.gone_error()

    def gone_error(self) -> DeviceError:
        """The error of using this buffer after its memory went."""
        what = f"{self.name}: {self.type}" if self.type is not None else self.name
        fix = "release it after its last use, or read it before: data = queue.enqueue_read(buffer)"
        return DeviceError("MJ5003", f"{self.name} is gone: {self._gone}", operands=[what], fix=fix)

    # Bytes on the way to and from devices

    def encode(self, data: Data) -> dict[int, memoryview]:
        """``data`` as bytes by device. Raises :class:`~meshjit.errors.ShapeError` (MJ5010) when it does not fit."""
        if isinstance(data, np.ndarray) and self.type is not None:
            return encode_array(data, self.type, self.layout, self.mesh, self.name)
        if isinstance(data, np.ndarray | bytes | bytearray | memoryview):
            view = layouts.encode(data, Layout.ROW) if isinstance(data, np.ndarray) else memoryview(data).cast("B")
            views = dict.fromkeys(range(self.mesh.size), view)
        else:
            views = {d: memoryview(v).cast("B") for d, v in enumerate(data)}
            if len(views) != self.mesh.size:
                raise ShapeError(
                    "MJ5010",
                    f"{self.name}: bytes for {len(views)} devices, the mesh has {self.mesh.size}",
                    fix="give one bytes object per device, or one for all",
                )
        for device, view in views.items():
            self.check_size(view, device)
        return views

    def check_size(self, view: memoryview, device: int) -> None:
        """Refuse bytes that do not fit. Raises :class:`~meshjit.errors.ShapeError` (MJ5010)."""
        if view.nbytes > self.size_bytes:
            raise ShapeError(
                "MJ5010",
                f"{view.nbytes} bytes for device {device} do not fit {self.name}, which has {self.size_bytes}",
                fix=f"make the buffer larger: MeshBuffer.replicated(mesh, {view.nbytes})",
            )

    def decode(self, blocks: Mapping[int, bytes]) -> layouts.Array:
        """The array that the bytes of :meth:`readers` are; the buffer is typed."""
        if self.type is None:
            raise ValueError(f"{self.name} has no type")
        return decode_blocks(blocks, self.type, self.layout, self.mesh)

    def readers(self) -> tuple[int, ...]:
        """The devices to read for the whole content."""
        if self.type is None:
            return tuple(range(self.mesh.size))
        return sharding.holders(self.type, self.mesh.mesh)

    def __repr__(self) -> str:
        if self._allocation is None:
            return f"MeshBuffer({self.name!r}, gone: {self._gone})"
        what = "" if self.type is None else f", {self.type}"
        return f"MeshBuffer({self.name!r}, {self.size_bytes} bytes at {self.address:#x}{what})"


def encode_array(
    array: layouts.Array, type: TensorType, layout: Layout, mesh: MeshDevice, name: str
) -> dict[int, memoryview]:
    """The bytes of every device's shard. Raises :class:`~meshjit.errors.ShapeError` (MJ5010) when types differ."""
    if array.shape != type.shape or array.dtype != type.dtype.numpy:
        raise ShapeError(
            "MJ5010",
            f"{name}: an array of {array.dtype}{list(array.shape)} for a buffer of {type}",
            fix=f"write array.astype('{type.dtype.numpy}').reshape({type.shape})",
        )
    grid = mesh.mesh
    first = {d: layouts.encode(sharding.shard(array, type, grid, d), layout) for d in sharding.holders(type, grid)}
    # Every device is written; a target that keeps one copy for devices with the same bytes skips the others.
    return {d: first[grid.representative(d, type.varies)] for d in range(grid.size)}


def decode_blocks(blocks: Mapping[int, bytes], type: TensorType, layout: Layout, mesh: MeshDevice) -> layouts.Array:
    """One array out of the bytes of the shards."""
    local = type.local_shape(mesh.mesh)
    arrays = {d: layouts.decode(data, local, type.dtype, layout) for d, data in blocks.items()}
    return sharding.compose(arrays, type, mesh.mesh)
