"""MeshDevice: an open mesh of devices of one kind."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import numpy as np

from meshjit import config
from meshjit.errors import MeshJitError, UsageError
from meshjit.ir.graph import located
from meshjit.ir.mesh import Mesh, default_axes
from meshjit.ir.program import Layout
from meshjit.ir.spec import PartitionSpec
from meshjit.ir.types import TensorType, dtype_of
from meshjit.runtime import layouts
from meshjit.runtime.allocator import Block
from meshjit.runtime.buffers import MeshBuffer, encode_array
from meshjit.runtime.caller import call_location
from meshjit.runtime.coordinates import MeshShape
from meshjit.runtime.devices import registry
from meshjit.runtime.devices.base import Target
from meshjit.runtime.engine import Engine, closed_error
from meshjit.runtime.tensor import MeshTensor
from meshjit.runtime.topology import Topology

_current: ContextVar[tuple[MeshDevice, ...]] = ContextVar("meshjit_current_mesh", default=())


@dataclass(frozen=True)
class MemoryUse:
    """Memory of each device, in bytes: all of it, what is in use, the most that ever was, the largest gap, and by whom.

    ``blocks`` count address space: on cards, the bytes in one DRAM bank.
    """

    capacity_bytes: int
    live_bytes: int
    peak_bytes: int
    largest_gap_bytes: int
    blocks: tuple[Block, ...]


def open_mesh(
    shape: int | Sequence[int], axes: str | Sequence[str] | None = None, *, target: str = "auto",
    timeout_s: float | None = None, **options: Any,
) -> MeshDevice:  # fmt: skip
    """Open a mesh of devices: ``open_mesh((2, 4), ("dp", "tp"), target="cpu")``.

    ``axes`` names the axes (default: ("tp",), ("dp", "tp"), ...). ``target`` is "cpu", "emulator:wormhole",
    "emulator:blackhole", "card", "ttsim:PATH", "null" or "auto": cards if this machine has any, else cpu. ``timeout_s``
    bounds every wait in seconds (default: ``MESHJIT_TIMEOUT``). ``options`` go to the target.

    Raises :class:`~meshjit.errors.UsageError` (MJ1001 for shape and axes, MJ5013 for the target) and
    :class:`~meshjit.errors.EnvironmentMissingError` when the devices are not there.
    """
    dims = (shape,) if isinstance(shape, int) else tuple(int(n) for n in shape)
    names = default_axes(len(dims)) if axes is None else (axes,) if isinstance(axes, str) else tuple(axes)
    mesh = Mesh(dims, names)
    limit = config.load().timeout_s if timeout_s is None else timeout_s
    if not limit > 0:
        raise UsageError("MJ5008", f"a deadline of {limit} seconds", fix="give seconds: open_mesh(..., timeout_s=60)")
    return MeshDevice(registry.open_target(target, mesh, options), timeout_s=limit)


class MeshDevice:
    """A mesh of devices with one memory plan and one order of commands.

    Used as a context manager it is the mesh of ``mj.compile`` calls that name none, in this thread, and is closed at
    the end of the outermost block. Every wait ends after ``timeout_s`` seconds.
    """

    def __init__(self, target: Target, *, timeout_s: float) -> None:
        self.engine = Engine(target, timeout_s)
        self.mesh: Mesh = target.mesh
        self.timeout_s = timeout_s
        self._entered = 0
        # One object per type, so that a trace knows the type of its next argument by identity.
        self._types: dict[TensorType, TensorType] = {}

    @property
    def shape(self) -> MeshShape:
        """Devices along each axis."""
        return MeshShape(*self.mesh.shape)

    @property
    def axes(self) -> tuple[str, ...]:
        """The names of the axes."""
        return self.mesh.axes

    @property
    def size(self) -> int:
        """The number of devices."""
        return self.mesh.size

    @property
    def target(self) -> str:
        """The kind of device, as :func:`open_mesh` takes it."""
        return self.engine.target.name

    @property
    def arch(self) -> str:
        """What programs must be built for: "cpu", "wormhole", "blackhole"."""
        return self.engine.target.arch

    @property
    def layout(self) -> Layout:
        """The order of elements in the devices' memory."""
        return self.engine.target.layout

    @cached_property
    def topology(self) -> Topology:
        """The link graph."""
        return Topology.of(self.target if self.arch == "cpu" else self.arch, self.mesh)

    @property
    def is_closed(self) -> bool:
        """Whether :meth:`close` was called."""
        return self.engine.closed

    def put(
        self, array: object, spec: PartitionSpec | None = None, dtype: object = None, *, name: str = "tensor"
    ) -> MeshTensor:
        """Place an array on the mesh, sharded by ``spec`` (default: whole on every device).

        ``array`` is anything with ``__array__`` or DLPack, or a MeshTensor; ``dtype`` converts it first. ``name``
        appears in messages. Raises :class:`~meshjit.errors.DTypeError` (MJ2002) for element types that no target has,
        :class:`~meshjit.errors.ShardingError` (MJ3001, MJ3002, MJ3003) for a spec that does not fit, and
        :class:`~meshjit.errors.OutOfMemoryError` (MJ5001).
        """
        try:
            return self._put(array, spec, dtype, name)
        except MeshJitError as error:
            raise located(error, call_location(), ()) from None

    def _put(self, array: object, spec: PartitionSpec | None, dtype: object, name: str) -> MeshTensor:
        self.check_open("MeshDevice.put()")
        host = host_array(array)
        kind = dtype_of(dtype if dtype is not None else host.dtype)
        wanted = (spec if spec is not None else PartitionSpec()).to_spec(
            host.ndim, self.mesh, shape=host.shape, dtype=kind, name=name
        )
        type = TensorType(kind, host.shape, wanted)
        type = self._types.setdefault(type, type)
        buffer = MeshBuffer.typed(self, type, name=name)
        data = encode_array(host.astype(kind.numpy, copy=False), type, buffer.layout, self, name)
        self.engine.write(buffer.region, data)
        return MeshTensor(self, type, buffer.layout, buffer.allocation, name)

    def memory(self) -> MemoryUse:
        """What is in use on each device, once all that can be given back was."""
        self.engine.settle()
        a = self.engine.allocator
        sizes = (a.capacity_bytes, a.live_bytes, a.peak_bytes, a.largest_gap_bytes)
        return MemoryUse(*(n * a.banks for n in sizes), blocks=a.blocks())

    def synchronize(self, timeout_s: float | None = None) -> None:
        """Wait until everything submitted has run. Raises :class:`~meshjit.errors.DeviceTimeoutError` on expiry."""
        self.engine.wait(timeout_s=timeout_s)

    def describe(self) -> str:
        """A drawing of the mesh and its links."""
        return self.topology.describe()

    def close(self) -> None:
        """Release the devices. Everything on this mesh is unusable afterwards; closing twice is harmless."""
        self.engine.close()

    def check_open(self, call: str) -> None:
        """Raise :class:`~meshjit.errors.DeviceError` (MJ5002) when the mesh is closed."""
        if self.engine.closed:
            raise closed_error(call)

    def __enter__(self) -> MeshDevice:
        self.check_open("entering the mesh")
        self._entered += 1
        _current.set((*_current.get(), self))
        return self

    def __exit__(self, *exc: object) -> None:
        stack = list(_current.get())
        if self in stack:
            # The innermost block of this mesh ends.
            del stack[len(stack) - 1 - stack[::-1].index(self)]
            _current.set(tuple(stack))
        self._entered -= 1
        if self._entered == 0:
            self.close()

    def __repr__(self) -> str:
        return f"MeshDevice({self.mesh}; {self.target}{', closed' if self.is_closed else ''})"


def current_mesh() -> MeshDevice | None:
    """The mesh of the innermost ``with mesh:`` block around this code in this thread, or None."""
    stack = _current.get()
    return stack[-1] if stack else None


def host_array(value: object) -> layouts.Array:
    """A host array of anything with ``__array__`` or DLPack, a number or nested lists."""
    if isinstance(value, np.ndarray):
        return cast("layouts.Array", value)
    if hasattr(value, "__dlpack__") and not hasattr(value, "__array__"):
        return np.from_dlpack(cast(Any, value))
    return np.asarray(value)
