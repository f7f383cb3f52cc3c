"""Small executables for runtime tests, made of collectives alone, so that every target can run them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from meshjit.ir.program import BufferSpec, Collective, CoreRange, Executable, Kernel, Program, Role, RunProgram
from meshjit.ir.types import F32, DType, TensorType
from meshjit.runtime import MeshDevice, layouts

N = 64


def tensor(shape: tuple[int, ...], *axes: str | None, dtype: DType = F32) -> TensorType:
    spec = tuple((a,) if a else () for a in axes) + ((),) * (len(shape) - len(axes))
    return TensorType(dtype, shape, spec)


def buffer(mesh: MeshDevice, name: str, type: TensorType, kind: str, offset: int | None = None) -> BufferSpec:
    size = layouts.storage_bytes(type.dtype, mesh.layout, type.local_shape(mesh.mesh))
    return BufferSpec(name, type, size, kind, mesh.layout, type.varies, offset)  # type: ignore[arg-type]


def footprint(mesh: MeshDevice, spec: BufferSpec) -> int:
    page = layouts.page_bytes(spec.type.dtype, spec.layout, spec.type.local_shape(mesh.mesh))
    size = mesh.engine.target.footprint(spec.size_bytes, page)
    unit = mesh.engine.target.alignment_bytes
    return -(-size // unit) * unit


def all_reduce(mesh: MeshDevice, axis: str, type: TensorType, source: int, destination: int) -> Collective:
    local = type.local_shape(mesh.mesh)
    groups = mesh.mesh.groups([axis])
    return Collective("all_reduce", groups, type.dtype, local, local, source, destination, label=f"sum over {axis}")


def all_gather(mesh: MeshDevice, axis: str, type: TensorType, source: int, destination: int) -> Collective:
    """Gather dim 0, which ``axis`` shards."""
    local = type.local_shape(mesh.mesh)
    whole = (type.shape[0], *local[1:])
    groups = mesh.mesh.groups([axis])
    return Collective("all_gather", groups, type.dtype, local, whole, source, destination, label=f"gather {axis}")


def doubled(mesh: MeshDevice, n: int = N) -> Executable:
    """``double(x: f32[n@tp]) -> f32[n]``: the sum over dp (twice x, on two rows), gathered over tp."""
    x, y = tensor((n,), "tp"), tensor((n,))
    buffers = (buffer(mesh, "x", x, "input"), buffer(mesh, "y", y, "output"), buffer(mesh, "t", x, "temp", 0))
    commands = (all_reduce(mesh, "dp", x, 0, 2), all_gather(mesh, "tp", x, 2, 1))
    return Executable("double", mesh.mesh, mesh.target, buffers, commands, (0,), (1,), footprint(mesh, buffers[2]))


def updated(mesh: MeshDevice) -> Executable:
    """``update(cache: f32[64@tp]) -> cache``: four times the cache, in its own buffer (on two rows)."""
    x = tensor((N,), "tp")
    buffers = (buffer(mesh, "cache", x, "input"), buffer(mesh, "t", x, "temp", 0))
    commands = (all_reduce(mesh, "dp", x, 0, 1), all_reduce(mesh, "dp", x, 1, 0))
    return Executable("update", mesh.mesh, mesh.target, buffers, commands, (0,), (0,), footprint(mesh, buffers[1]))


def same_type(mesh: MeshDevice) -> Executable:
    """``twice(x: f32[64]) -> f32[64]``: an output can be the next argument."""
    x = tensor((N,))
    buffers = (buffer(mesh, "x", x, "input"), buffer(mesh, "y", x, "output"))
    return Executable("twice", mesh.mesh, mesh.target, buffers, (all_reduce(mesh, "dp", x, 0, 1),), (0,), (1,), 0)


def passed_through(mesh: MeshDevice) -> Executable:
    """``keep(x, s) -> (x, twice s, twice s, c)``: a returned argument, one result twice, and a constant."""
    x = tensor((N,))
    c = np.arange(N, dtype=np.float32)
    buffers = (
        buffer(mesh, "x", x, "input"),
        buffer(mesh, "s", x, "input"),
        buffer(mesh, "d", x, "output"),
        buffer(mesh, "c", x, "constant"),
    )
    commands = (all_reduce(mesh, "dp", x, 1, 2),)
    return Executable(
        "keep", mesh.mesh, mesh.target, buffers, commands, (0, 1), (0, 2, 2, 3), 0, constants=((3, c),)
    )  # fmt: skip


def two_inputs(mesh: MeshDevice) -> Executable:
    """``second(cache, x: f32[64@tp]) -> (cache, f32[64@tp])``: cache doubled in place, x doubled."""
    t = tensor((N,), "tp")
    buffers = (
        buffer(mesh, "cache", t, "input"),
        buffer(mesh, "x", t, "input"),
        buffer(mesh, "y", t, "output"),
        buffer(mesh, "t", t, "temp", 0),
    )
    commands = (
        all_reduce(mesh, "dp", t, 0, 3),
        all_reduce(mesh, "dp", t, 1, 2),
        all_gather_copy(mesh, t, 3, 0),
    )
    return Executable(
        "second", mesh.mesh, mesh.target, buffers, commands, (0, 1), (0, 2), footprint(mesh, buffers[3])
    )  # fmt: skip


def all_gather_copy(mesh: MeshDevice, type: TensorType, source: int, destination: int) -> Collective:
    """A copy: the gather of groups of one device."""
    local = type.local_shape(mesh.mesh)
    groups = tuple((d,) for d in range(mesh.size))
    return Collective("all_gather", groups, type.dtype, local, local, source, destination, label="copy")


def python_program(name: str, num_buffers: int, target: str = "cpu") -> Program:
    """A program that only the null target can stand for."""
    kernel = Kernel(name, Role.NATIVE, b"", "", "none", CoreRange((0, 0), (0, 0)))
    return Program(name, target, (kernel,), (((0, 0), ()),), num_buffers)


def add_kernel(device: int, buffers: Sequence[bytes]) -> bytes:
    """The sum of all operands, as float32."""
    del device
    return sum(np.frombuffer(b, np.float32) for b in buffers[:-1]).tobytes()  # type: ignore[union-attr]


KERNELS: dict[str, Callable[[int, Sequence[bytes]], bytes]] = {"add": add_kernel}


def added(mesh: MeshDevice) -> Executable:
    """``add(a, b: f32[64@tp]) -> f32[64@tp]``, by the Python kernel of the null target."""
    t = tensor((N,), "tp")
    buffers = tuple(buffer(mesh, n, t, k) for n, k in (("a", "input"), ("b", "input"), ("y", "output")))
    run = RunProgram(python_program("add", 3), (0, 1, 2), tuple(range(mesh.size)), label="add")
    return Executable("add", mesh.mesh, mesh.target, buffers, (run,), (0, 1), (2,), 0)


def same_type_donated(mesh: MeshDevice) -> Executable:
    """``quadruple(x: f32[64]) -> x``: in place."""
    x = tensor((N,))
    buffers = (buffer(mesh, "x", x, "input"), buffer(mesh, "t", x, "temp", 0))
    commands = (all_reduce(mesh, "dp", x, 0, 1), all_reduce(mesh, "dp", x, 1, 0))
    return Executable("quadruple", mesh.mesh, mesh.target, buffers, commands, (0,), (0,), footprint(mesh, buffers[1]))
