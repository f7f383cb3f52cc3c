"""Programs as data: what code generation hands to the runtime.

A :class:`Program` is the code of one kernel launch on one device: binaries per core role, circular buffers and the
layout of its arguments. A :class:`RunProgram` command binds a program to buffers on some devices, a
:class:`Collective` command moves data between devices. An :class:`Executable` is the ordered list of commands of one
compiled function with the buffers they use. Nothing here holds a pointer or a handle, so all of it can be printed,
hashed, cached and replayed by a process that has no compiler.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

import numpy as np

from meshjit.ir.mesh import Mesh
from meshjit.ir.types import DType, TensorType


class Role(StrEnum):
    """The processor that runs a kernel: one of a Tensix tile's five RISC-V cores, or the host's CPU."""

    BRISC = "brisc"
    NCRISC = "ncrisc"
    TRISC0 = "trisc0"
    TRISC1 = "trisc1"
    TRISC2 = "trisc2"
    NATIVE = "native"


@dataclass(frozen=True)
class CoreRange:
    """An inclusive rectangle of logical worker cores, ``(x, y)`` from ``start`` to ``end``."""

    start: tuple[int, int]
    end: tuple[int, int]

    def __iter__(self):
        """Yield every ``(x, y)`` of the rectangle, row by row."""
        for y in range(self.start[1], self.end[1] + 1):
            for x in range(self.start[0], self.end[0] + 1):
                yield (x, y)

    def __len__(self) -> int:
        return (self.end[0] - self.start[0] + 1) * (self.end[1] - self.start[1] + 1)

    def __contains__(self, core: object) -> bool:
        if not (isinstance(core, tuple) and len(core) == 2):
            return False
        x, y = core
        return self.start[0] <= x <= self.end[0] and self.start[1] <= y <= self.end[1]


@dataclass(frozen=True)
class BufferAddress:
    """An argument word: the device address of the launch's ``index``-th buffer plus ``offset_bytes``."""

    index: int
    offset_bytes: int = 0


@dataclass(frozen=True)
class PerDevice:
    """An argument word whose value depends on the device: ``values[linear device index]``."""

    values: tuple[int, ...]


#: One argument word: a constant, a buffer's address (known at load) or a value per device.
Word = int | BufferAddress | PerDevice


@dataclass(frozen=True)
class Kernel:
    """The code of one role of a program.

    ``binary`` is a flat RV32 image (cards) or an ELF object that defines ``name`` (native). ``source`` is the rendered
    LLVM IR it was built from, ``template`` the template's file name below ``kernel_templates/``. ``marked`` is the
    text as it was rendered, with marks of the template lines it is from, for reports only (empty: without them).
    """

    name: str
    role: Role
    binary: bytes = field(repr=False)
    source: str = field(repr=False)
    template: str
    cores: CoreRange = CoreRange((0, 0), (0, 0))
    marked: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True)
class CircularBuffer:
    """A ring of ``num_pages`` pages of ``page_bytes`` bytes in L1 at ``address``, on each core of a program."""

    index: int
    address: int
    page_bytes: int
    num_pages: int
    dtype: DType


@dataclass(frozen=True)
class Area:
    """Bytes of L1 that the RISC-V cores of a program use besides its circular buffers, on each core of a program."""

    name: str
    address: int
    size_bytes: int


@dataclass(frozen=True)
class Program:
    """One kernel launch on one device.

    ``arguments`` maps each core (cards) or the single task list (native, key ``(0, 0)``) to its argument words.
    ``config`` is the table of (configuration register index, value) pairs that BRISC plays before the Tensix threads
    start; it is empty for native programs. ``num_tasks`` is the number of independent tasks of a native kernel: the
    kernel is called once for each task index, from any thread, in any order. ``num_buffers`` is how many buffers the
    launch binds; the last one is the output.
    """

    name: str
    target: str
    kernels: tuple[Kernel, ...]
    arguments: tuple[tuple[tuple[int, int], tuple[Word, ...]], ...]
    num_buffers: int
    circular_buffers: tuple[CircularBuffer, ...] = ()
    config: tuple[tuple[int, int], ...] = ()
    num_tasks: int = 1
    areas: tuple[Area, ...] = ()


class Layout(StrEnum):
    """The order of a shard's elements in device memory: row-major, or 32x32 tiles of four 16x16 faces."""

    ROW = "row"
    TILE = "tile"


BufferKind = Literal["input", "output", "temp", "constant"]


@dataclass(frozen=True)
class BufferSpec:
    """A buffer of an executable: the same size and address on every device.

    ``size_bytes`` is per device, padding included. ``varies`` names the mesh axes over which its content differs
    between devices: a target may keep one copy for devices that differ only along other axes. ``offset_bytes`` is the
    place of a temporary inside the executable's arena (None for what the caller owns).
    """

    name: str
    type: TensorType
    size_bytes: int
    kind: BufferKind
    layout: Layout = Layout.ROW
    varies: tuple[str, ...] = ()
    offset_bytes: int | None = None


@dataclass(frozen=True)
class RunProgram:
    """Run a program on each of ``devices`` (linear indices), bound to ``buffers`` (indices of the executable)."""

    program: Program
    buffers: tuple[int, ...]
    devices: tuple[int, ...]
    label: str = ""


CollectiveKind = Literal["all_gather", "all_reduce", "reduce_scatter", "all_to_all"]


@dataclass(frozen=True)
class Collective:
    """Exchange shards inside each group of devices.

    ``groups`` lists, per group, the linear device indices in the order in which their shards are concatenated.
    ``in_shape`` and ``out_shape`` are local shapes. With n devices in a group:

    - ``all_gather``: the output is the concatenation of all inputs along ``dim``, cut to ``out_shape``;
    - ``all_reduce``: the output is the elementwise ``op`` over all inputs;
    - ``reduce_scatter``: the elementwise ``op``, zero-padded along ``dim`` to n equal parts; device i keeps part i;
    - ``all_to_all``: each input, zero-padded along ``split_dim``, is cut into n parts; device i receives part i of
      each device, concatenated along ``dim`` and cut to ``out_shape``.
    """

    kind: CollectiveKind
    groups: tuple[tuple[int, ...], ...]
    dtype: DType
    in_shape: tuple[int, ...]
    out_shape: tuple[int, ...]
    source: int
    destination: int
    dim: int = 0
    split_dim: int = 0
    op: Literal["sum", "max", "min"] = "sum"
    label: str = ""


Command = RunProgram | Collective


@dataclass(frozen=True)
class Executable:
    """One compiled function: buffers, and the commands that compute the outputs from the inputs.

    ``inputs`` and ``outputs`` index ``buffers`` in the order of the function's leaves. An output may be an input's
    buffer (a donated or a returned argument). ``arena_bytes`` is the temporaries' memory per device.
    ``constants`` holds global arrays to place once, keyed by buffer index.
    """

    name: str
    mesh: Mesh
    target: str
    buffers: tuple[BufferSpec, ...]
    commands: tuple[Command, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    arena_bytes: int
    constants: tuple[tuple[int, np.ndarray], ...] = ()
