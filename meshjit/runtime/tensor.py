"""MeshTensor: an array that lives on a mesh."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from meshjit.errors import DeviceError
from meshjit.ir.program import Layout
from meshjit.ir.spec import PartitionSpec
from meshjit.ir.types import TensorType
from meshjit.runtime import layouts, sharding
from meshjit.runtime.buffers import MeshBuffer, decode_blocks
from meshjit.runtime.caller import call_site
from meshjit.runtime.coordinates import MeshCoordinate
from meshjit.runtime.devices.base import Region
from meshjit.runtime.engine import Allocation

if TYPE_CHECKING:
    from meshjit.runtime.mesh_device import MeshDevice


@dataclass(frozen=True)
class Shard:
    """What one device holds of a tensor: its coordinate, the part of the global array it is, and the data, unpadded."""

    coordinate: MeshCoordinate
    device: int
    index: tuple[slice, ...]
    data: layouts.Array


class MeshTensor:
    """An array on a mesh: immutable, in device memory, sharded as its type says.

    ``np.asarray(tensor)`` and :meth:`numpy` compose it into one array. Its memory goes back when it is collected or
    deleted. A call that was given it as a donated argument consumes it. ``valid`` is asked before each read: outputs of
    a replay end with the trace's next replay.
    """

    __slots__ = ("__weakref__", "_argument", "_gone", "layout", "mesh", "name", "owner", "region", "type", "valid")

    def __init__(
        self, mesh: MeshDevice, type: TensorType, layout: Layout, allocation: Allocation, name: str,
        valid: Callable[[], None] | None = None,
    ) -> None:  # fmt: skip
        if type.pending is not None:
            raise DeviceError(
                "MJ5018",
                f"{name}: {type} has a reduction pending over {list(type.pending.axes)} and cannot leave a program",
                fix="let the program end with the all_reduce: give the output a sharding, out_shardings=P(...)",
            )
        self.mesh = mesh
        self.type = type
        self.layout = layout
        self.name = name
        #: Where the shards are; meaningful only while the tensor is live.
        self.region: Region = allocation.region
        #: What keeps the memory; None once the tensor is gone.
        self.owner: Allocation | None = allocation
        self._gone = ""
        self._argument = ""
        self.valid = valid

    @property
    def shape(self) -> tuple[int, ...]:
        """The global shape."""
        return self.type.shape

    @property
    def ndim(self) -> int:
        """The number of dims."""
        return len(self.type.shape)

    @property
    def size(self) -> int:
        """The number of elements of the whole array."""
        return int(np.prod(self.type.shape, dtype=np.int64))

    @property
    def nbytes(self) -> int:
        """Bytes of the whole array on the host."""
        return self.size * self.dtype.itemsize

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """The NumPy dtype (ml_dtypes' bfloat16 included)."""
        return self.type.dtype.numpy

    @property
    def sharding(self) -> PartitionSpec:
        """The mesh axes of each dim."""
        return PartitionSpec.from_spec(self.type.dims_spec)

    @property
    def is_live(self) -> bool:
        """Whether the tensor can still be used."""
        if self.owner is None or self.mesh.is_closed:
            return False
        try:
            self.check_live()
        except DeviceError:
            return False
        return True

    @property
    def allocation(self) -> Allocation:
        """The owner of the memory. Raises :class:`~meshjit.errors.DeviceError` once the tensor cannot be used."""
        self.check_live()
        assert self.owner is not None
        return self.owner

    @property
    def buffer(self) -> MeshBuffer:
        """The tensor's memory as a buffer, for use in a MeshWorkload."""
        return MeshBuffer(self.mesh, self.allocation, self.name, self.type, self.layout)

    @property
    def shards(self) -> list[Shard]:
        """What each device holds, in the order of the mesh, without padding."""
        grid = self.mesh.mesh
        blocks = self._read("MeshTensor.shards", tuple(range(grid.size)))
        local = self.type.local_shape(grid)
        out: list[Shard] = []
        for device, data in blocks.items():
            block = layouts.decode(data, local, self.type.dtype, self.layout)
            valid = tuple(slice(0, n) for n in self.type.valid_shape(grid, device))
            index = sharding.shard_slices(self.type, grid, device)
            out.append(Shard(MeshCoordinate(*grid.coordinate(device)), device, index, block[valid]))
        return out

    def numpy(self) -> layouts.Array:
        """The whole array, composed on the host. A copy that nothing changes later.

        Raises :class:`~meshjit.errors.DeviceError` when the tensor was deleted or donated (MJ5003), was the output of a
        replay that has been followed by another (MJ5004), or its mesh is closed (MJ5002).
        """
        grid = self.mesh.mesh
        blocks = self._read("MeshTensor.numpy()", sharding.holders(self.type, grid))
        return decode_blocks(blocks, self.type, self.layout, self.mesh)

    def block_until_ready(self, timeout_s: float | None = None) -> MeshTensor:
        """Wait until what computes the tensor has run, and return it.

        Raises :class:`~meshjit.errors.DeviceTimeoutError` after ``timeout_s`` seconds (default: the mesh's).
        """
        self.mesh.check_open("MeshTensor.block_until_ready()")
        self.check_live()
        self.mesh.engine.wait(timeout_s=timeout_s)
        return self

    def delete(self) -> None:
        """Give the memory back now; later uses are errors. Deleting twice is harmless."""
        self.consume_at("MeshTensor.delete()" + call_site())

    def consume_at(self, call: str, argument: str = "") -> None:
        """Take the memory away; later uses are errors that name ``call``, which took it as donated ``argument``."""
        if self.owner is not None:
            self._gone = call
            self._argument = argument
            self.owner = None

    def check_live(self) -> None:
        """Raise :class:`~meshjit.errors.DeviceError` (MJ5003, MJ5004) when the tensor can no longer be used."""
        if self.owner is None:
            raise self._gone_error()
        if self.valid is not None:
            self.valid()

    def _read(self, call: str, devices: tuple[int, ...]) -> dict[int, bytes]:
        self.mesh.check_open(call)
        # Holds the memory while it is read, whatever other threads delete.
        allocation = self.owner
        if allocation is None:
            raise self._gone_error()
        return self.mesh.engine.read(allocation.region, devices, self.check_live)

    def _gone_error(self) -> DeviceError:
        fix = "keep a copy before: host = np.asarray(tensor)"
        if self._argument:
            fix = "use the result of the call in its place, keep a copy before, host = np.asarray(tensor), or leave "
            fix += f"{self._argument!r} out of donate_argnames"
        return DeviceError(
            "MJ5003", f"{self.name} is gone: {self._gone}", operands=[f"{self.name}: {self.type}"], fix=fix
        )

    def __array__(self, dtype: object = None, copy: bool | None = None) -> layouts.Array:
        if copy is False:
            raise ValueError("a MeshTensor lies on devices: np.asarray(tensor, copy=False) cannot be had")
        array = self.numpy()
        return array if dtype is None else array.astype(dtype)  # type: ignore[no-matching-overload]  # any dtype-like

    def __len__(self) -> int:
        if not self.type.shape:
            raise TypeError("len() of a tensor without dims")
        return self.type.shape[0]

    def __repr__(self) -> str:
        state = "" if self.owner is not None else f", gone: {self._gone}"
        return f"MeshTensor({self.name}: {self.type} on {self.mesh.target}{state})"
