"""The inputs of a captured function, and what a call may pass for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from meshjit.errors import DeviceError, ShapeError, UsageError
from meshjit.ir.mesh import Mesh
from meshjit.ir.program import BufferSpec, Executable
from meshjit.ir.spec import PartitionSpec
from meshjit.ir.types import Spec, TensorType
from meshjit.runtime.devices.base import Region
from meshjit.runtime.engine import Allocation, Request
from meshjit.runtime.mesh_device import host_array
from meshjit.runtime.tensor import MeshTensor

if TYPE_CHECKING:
    from meshjit.runtime.mesh_device import MeshDevice


@dataclass
class InputSlot:
    """One input of a captured function.

    ``position`` is its place among the arguments, ``index`` that among the executable's buffers. ``escapes`` says that
    an output is this very buffer. ``own`` is the buffer that host arrays are written into, ``accepted`` the type object
    that was found to match last: checking the next tensor of that type is one comparison of references.
    """

    position: int
    index: int
    spec: BufferSpec
    memory: Request
    donated: bool
    escapes: bool
    own: Allocation | None = None
    accepted: TensorType | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """The argument's name."""
        return self.spec.name


def signature_text(executable: Executable) -> str:
    """``mlp(x: bf16[128@dp,1024], ...)``."""
    parts = [f"{executable.buffers[i].name}: {executable.buffers[i].type}" for i in executable.inputs]
    return f"{executable.name}({', '.join(parts)})"


def check_count(executable: Executable, args: Sequence[object]) -> None:
    """Refuse a wrong number of arguments. Raises :class:`~meshjit.errors.UsageError` (MJ5007)."""
    if len(args) != len(executable.inputs):
        names = ", ".join(executable.buffers[i].name for i in executable.inputs)
        raise UsageError(
            "MJ5007",
            f"{executable.name} was captured with {len(executable.inputs)} arguments, got {len(args)}",
            operands=[signature_text(executable)],
            fix=f"pass all of them: replay({names})",
        )


def same_placement(a: Spec, b: Spec, mesh: Mesh) -> bool:
    """Whether two shardings put the same data on each device: axes of one device do not count."""
    return _real(a, mesh) == _real(b, mesh)


def same_axes(a: Sequence[str], b: Sequence[str], mesh: Mesh) -> bool:
    """Whether content that varies over ``a`` is kept as content that varies over ``b`` is."""
    return {x for x in a if mesh.axis_size(x) > 1} == {x for x in b if mesh.axis_size(x) > 1}


def check_tensor(slot: InputSlot, arg: MeshTensor, mesh: MeshDevice, executable: Executable) -> None:
    """Refuse a tensor that the captured function cannot use.

    Raises :class:`~meshjit.errors.DeviceError` for one that is gone (MJ5003, MJ5004),
    :class:`~meshjit.errors.UsageError` for one of another mesh (MJ5009), :class:`~meshjit.errors.ShapeError` for
    another shape, dtype or sharding (MJ5006).
    """
    if arg.mesh is not mesh:
        raise UsageError(
            "MJ5009",
            f"{executable.name}: argument {slot.name} lies on another mesh",
            operands=[repr(arg), repr(mesh)],
            fix=f"place it on this one: mesh.put(np.asarray(x), {PartitionSpec.from_spec(slot.spec.type.dims_spec)!r})",
        )
    arg.check_live()
    want, got = slot.spec.type, arg.type
    same = got.dtype is want.dtype and got.shape == want.shape
    if not same or not same_placement(got.dims_spec, want.dims_spec, mesh.mesh):
        raise mismatch(slot, str(got), executable)


def host_input(slot: InputSlot, arg: object, executable: Executable) -> np.ndarray[Any, np.dtype[Any]]:
    """The array to write for a host argument. Raises :class:`~meshjit.errors.ShapeError` (MJ5006)."""
    want = slot.spec.type
    if isinstance(arg, bool | int | float) and not want.shape:
        # A Python number has no dtype of its own.
        return np.asarray(arg, want.dtype.numpy)
    array = host_array(arg)
    if array.shape != want.shape or array.dtype != want.dtype.numpy:
        raise mismatch(slot, f"{array.dtype}[{','.join(map(str, array.shape))}]", executable)
    return array


def mismatch(slot: InputSlot, got: str, executable: Executable) -> ShapeError:
    """The error of an argument that is not what was captured."""
    want = slot.spec.type
    spec = PartitionSpec.from_spec(want.dims_spec)
    dtype = want.dtype.numpy
    return ShapeError(
        "MJ5006",
        f"{executable.name}: argument {slot.name} is {got}, captured was {want}",
        operands=[signature_text(executable)],
        fix=f"pass what was captured, mesh.put({slot.name}, {spec!r}, dtype='{dtype}'), "
        f"or capture again for the new arguments",
    )


def donated_twice(slot: InputSlot, executable: Executable) -> UsageError:
    """The error of a donated tensor that is also another argument of the same call."""
    return UsageError(
        "MJ5014",
        f"{executable.name}: argument {slot.name} is donated and is passed twice",
        operands=[f"{slot.name}: {slot.spec.type}"],
        fix=f"pass a copy for the other argument: mesh.put(np.asarray({slot.name}), "
        f"{PartitionSpec.from_spec(slot.spec.type.dims_spec)!r})",
    )


def bindable(slot: InputSlot, region: Region, mesh: Mesh) -> Region | None:
    """The region to bind for a tensor used in place, or None when it must be copied."""
    if region.varies == slot.spec.varies:
        return region
    if same_axes(region.varies, slot.spec.varies, mesh):
        return replace(region, varies=slot.spec.varies)
    return None


def stale(executable: Executable, released: bool) -> DeviceError:
    """The error of reading an output of an earlier replay."""
    name = executable.name
    if released:
        summary = f"this output of {name} went with its trace, which was released"
        fix = "read it before trace.release(): host = np.asarray(y)"
    else:
        summary = f"this output of {name} was overwritten by a later replay"
        fix = "read it before the next replay, host = np.asarray(y), or call the function, which returns fresh outputs"
    return DeviceError("MJ5004", summary, fix=fix)


def _real(spec: Spec, mesh: Mesh) -> Spec:
    return tuple(tuple(a for a in axes if mesh.axis_size(a) > 1) for axes in spec)
