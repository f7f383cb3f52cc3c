"""MeshWorkload: which program runs where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from meshjit.errors import UsageError
from meshjit.ir.program import Collective, Command, Program, RunProgram
from meshjit.runtime.buffers import MeshBuffer
from meshjit.runtime.coordinates import MeshCoordinateRange
from meshjit.runtime.engine import Loaded
from meshjit.runtime.mesh_device import MeshDevice


@dataclass(frozen=True)
class Launch:
    """A program on a range of devices, bound to buffers; the last one is its output."""

    devices: MeshCoordinateRange
    program: Program
    buffers: tuple[MeshBuffer, ...]


class MeshWorkload:
    """Programs on ranges of coordinates: one program on all devices, or a different one on each range.

    Launches run in the order in which they were added.
    """

    def __init__(self, name: str = "workload") -> None:
        self.name = name
        self.launches: tuple[Launch, ...] = ()
        self._loaded: tuple[MeshDevice, Loaded] | None = None

    def add_program(self, devices: MeshCoordinateRange, program: Program, buffers: Sequence[MeshBuffer] = ()) -> None:
        """Run ``program`` on ``devices``, bound to ``buffers``.

        Raises :class:`~meshjit.errors.UsageError` (MJ5012) when the program binds another number of buffers.
        """
        if len(buffers) != program.num_buffers:
            raise UsageError(
                "MJ5012",
                f"program {program.name!r} binds {program.num_buffers} buffers, got {len(buffers)}",
                operands=[repr(b) for b in buffers],
                fix="pass the operands in order and the output last: "
                "workload.add_program(range, program, buffers=[x, y, out])",
            )
        self.launches += (Launch(devices, program, tuple(buffers)),)
        self._loaded = None

    def load(self, mesh: MeshDevice) -> Loaded:
        """The workload, ready to run on ``mesh``; loaded once."""
        buffers, commands = self.commands(mesh)
        if self._loaded is None or self._loaded[0] is not mesh:
            regions = [b.region for b in buffers]
            self._loaded = (mesh, mesh.engine.load(commands, regions, frozenset()))
        return self._loaded[1]

    def commands(self, mesh: MeshDevice) -> tuple[list[MeshBuffer], list[Command]]:
        """The buffers and the commands that name them by index.

        Raises :class:`~meshjit.errors.UsageError` for a range outside the mesh (MJ5016), a program for other devices
        (MJ5012) or a buffer of another mesh (MJ5009), and :class:`~meshjit.errors.DeviceError` (MJ5003) for a released
        buffer.
        """
        book = BufferBook(mesh)
        return book.buffers, self.record(book)

    def record(self, book: BufferBook) -> list[Command]:
        """The commands, their buffers numbered in ``book``; raises as :meth:`commands`."""
        return [_command(book.mesh, launch, book) for launch in self.launches]


class BufferBook:
    """Numbers the buffers that commands use, each once."""

    def __init__(self, mesh: MeshDevice) -> None:
        self.mesh = mesh
        self.buffers: list[MeshBuffer] = []
        self._index: dict[int, int] = {}

    def index(self, buffer: MeshBuffer) -> int:
        """The number of a buffer, known by its memory."""
        if buffer.mesh is not self.mesh:
            raise UsageError(
                "MJ5009",
                f"{buffer.name} lies on another mesh",
                operands=[repr(buffer), repr(self.mesh)],
                fix="allocate it on this mesh: MeshBuffer.replicated(mesh, size_bytes)",
            )
        # By the address: two handles may show one memory.
        address = buffer.address
        if address not in self._index:
            self._index[address] = len(self.buffers)
            self.buffers.append(buffer)
        return self._index[address]


def check_program(mesh: MeshDevice, program: Program) -> None:
    """Refuse programs built for other devices. Raises :class:`~meshjit.errors.UsageError` (MJ5012)."""
    if program.target != mesh.arch:
        raise UsageError(
            "MJ5012",
            f"program {program.name!r} is built for {program.target}, the mesh runs {mesh.arch}",
            operands=[repr(mesh)],
            fix="compile for the mesh that runs it: mj.compile(fn, mesh=mesh)",
        )


def _command(mesh: MeshDevice, launch: Launch, book: BufferBook) -> Command:
    check_program(mesh, launch.program)
    whole = MeshCoordinateRange.whole(mesh.shape)
    corners = (launch.devices.start, launch.devices.end)
    if any(c not in whole for c in corners):
        raise UsageError(
            "MJ5016",
            f"{launch.devices} reaches outside the mesh of {mesh.shape}",
            fix="run on all devices: MeshCoordinateRange.whole(mesh.shape)",
        )
    devices = tuple(mesh.mesh.device(tuple(c)) for c in launch.devices)
    return RunProgram(
        launch.program, tuple(book.index(b) for b in launch.buffers), devices, label=launch.program.name
    )  # fmt: skip


def bind_collective(collective: Collective, source: MeshBuffer, destination: MeshBuffer, book: BufferBook) -> Command:
    """The collective between two buffers."""
    return Collective(
        kind=collective.kind, groups=collective.groups, dtype=collective.dtype, in_shape=collective.in_shape,
        out_shape=collective.out_shape, source=book.index(source), destination=book.index(destination),
        dim=collective.dim, split_dim=collective.split_dim, op=collective.op, label=collective.label,
    )  # fmt: skip
