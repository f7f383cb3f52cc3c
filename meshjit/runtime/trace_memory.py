"""The memory of a trace: what it owns from load on, and what its calls bind."""

from __future__ import annotations

from dataclasses import dataclass

from meshjit.errors import UsageError
from meshjit.ir.program import BufferSpec, Executable, Layout, RunProgram
from meshjit.runtime import layouts
from meshjit.runtime.buffers import encode_array
from meshjit.runtime.devices.base import Region
from meshjit.runtime.engine import Allocation, Loaded, Request
from meshjit.runtime.mesh_device import MeshDevice
from meshjit.runtime.signature import InputSlot
from meshjit.runtime.workload import check_program


@dataclass
class OutputSlot:
    """One output, called ``label`` in messages.

    It is an input slot's buffer, or a constant, or the trace's own; ``spare`` takes the place of ``own`` when a replay
    is given ``own`` as an argument.
    """

    index: int
    spec: BufferSpec
    label: str
    memory: Request
    alias: InputSlot | None = None
    constant: Allocation | None = None
    own: Allocation | None = None
    spare: Allocation | None = None


def rebindable(executable: Executable) -> frozenset[int]:
    """The buffers whose place is bound with each call."""
    constants = {i for i, _ in executable.constants}
    return frozenset({*executable.inputs, *executable.outputs} - constants)


def check_executable(mesh: MeshDevice, executable: Executable) -> None:
    """Refuse what was not compiled for this mesh. Raises :class:`~meshjit.errors.UsageError` (MJ5012, MJ5017)."""
    if executable.mesh != mesh.mesh:
        raise UsageError(
            "MJ5017",
            f"{executable.name} was compiled for a mesh ({executable.mesh}), this one is ({mesh.mesh})",
            fix="compile it for this mesh: mj.compile(fn, mesh=mesh)",
        )
    for command in executable.commands:
        if isinstance(command, RunProgram):
            check_program(mesh, command.program)
    for index in {*executable.inputs, *executable.outputs}:
        spec = executable.buffers[index]
        size = layouts.storage_bytes(spec.type.dtype, spec.layout, spec.type.local_shape(mesh.mesh))
        if spec.kind == "temp" or spec.size_bytes != size:
            raise UsageError(
                "MJ5017",
                f"{executable.name}: buffer {index} ({spec.name}: {spec.type}) is a {spec.kind} of {spec.size_bytes} "
                f"bytes; as an argument or result it takes {size} of its own",
                fix="give arguments and results buffers of their own, of the size that their type has",
            )


class TraceMemory:
    """Allocates what a trace owns, and loads its commands. ``owned`` keeps the arena and the constants."""

    def __init__(self, mesh: MeshDevice, executable: Executable) -> None:
        self.mesh = mesh
        self.executable = executable
        self.owned: list[Allocation] = []
        self._constants: dict[int, Allocation] = {}
        self._arena = self._allocate_arena()
        for index, array in executable.constants:
            self._place_constant(index, array)

    def inputs(self, donated: frozenset[int]) -> tuple[InputSlot, ...]:
        """The input slots in the order of the arguments."""
        exe = self.executable
        return tuple(
            InputSlot(n, i, exe.buffers[i], self._request(exe.buffers[i]), n in donated, i in exe.outputs)
            for n, i in enumerate(exe.inputs)
        )

    def outputs(self, inputs: tuple[InputSlot, ...]) -> tuple[OutputSlot, ...]:
        """The output slots in the order of the results; a buffer returned twice is one slot twice."""
        by_input = {slot.index: slot for slot in inputs}
        made: dict[int, OutputSlot] = {}
        for i in self.executable.outputs:
            spec = self.executable.buffers[i]
            if i not in made:
                # Values without a name of the user's are called %0, %1, ...
                label = spec.name if spec.name.isidentifier() else f"the result of {self.executable.name}"
                made[i] = OutputSlot(i, spec, label, self._request(spec), by_input.get(i), self._constants.get(i))
        return tuple(made[i] for i in self.executable.outputs)

    def load(self) -> Loaded:
        """Load the commands; buffers that calls bind stand at a place that is never used."""
        regions = [self._region(i, spec) for i, spec in enumerate(self.executable.buffers)]
        return self.mesh.engine.load(self.executable.commands, regions, rebindable(self.executable))

    def _request(self, spec: BufferSpec) -> Request:
        name = f"{self.executable.name}: {spec.kind} {spec.name}: {spec.type}"
        return self.mesh.engine.request(spec.size_bytes, _page_bytes(spec), spec.varies, name)

    def _region(self, index: int, spec: BufferSpec) -> Region:
        if index in self._constants:
            return self._constants[index].region
        address = self.mesh.engine.target.base_address
        if spec.kind == "temp" and self._arena is not None:
            address = self._arena.region.address + (spec.offset_bytes or 0)
        return Region(address, spec.size_bytes, _page_bytes(spec), spec.varies)

    def _allocate_arena(self) -> Allocation | None:
        exe = self.executable
        if not exe.arena_bytes:
            return None
        # The plan's offsets count address space, so the arena is one page whatever the target's pages are.
        size = exe.arena_bytes
        wanted = Request(size, size, exe.mesh.axes, f"{exe.name}: temporaries", footprint=size)
        arena = self.mesh.engine.allocate(wanted)
        self.owned.append(arena)
        return arena

    def _place_constant(self, index: int, array: layouts.Array) -> None:
        spec = self.executable.buffers[index]
        allocation = self.mesh.engine.allocate(self._request(spec))
        allocation.shared = True
        data = encode_array(array, spec.type, spec.layout, self.mesh, spec.name)
        self.mesh.engine.write(allocation.region, data)
        self.owned.append(allocation)
        self._constants[index] = allocation


def _page_bytes(spec: BufferSpec) -> int:
    if spec.layout is Layout.TILE:
        return layouts.page_bytes(spec.type.dtype, spec.layout, spec.type.shape)
    return max(spec.size_bytes, 1)
