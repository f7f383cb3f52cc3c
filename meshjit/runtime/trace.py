"""MeshTrace: commands captured once and replayed any number of times.

A trace is data (an :class:`~meshjit.ir.program.Executable` and a patch table) and the memory it owns: the arena of the
temporaries, constants, and buffers for inputs and outputs. The target loads it once. A replay checks the arguments,
binds their buffers and submits; nothing is traced, compiled or moved that does not have to be.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

from meshjit.errors import DeviceError, DeviceTimeoutError
from meshjit.ir.program import BufferSpec, Command, Executable
from meshjit.ir.types import BOOL, TensorType
from meshjit.runtime.buffers import MeshBuffer, encode_array
from meshjit.runtime.caller import call_site
from meshjit.runtime.devices.base import Region
from meshjit.runtime.engine import Allocation, Loaded, closed_error
from meshjit.runtime.mesh_device import MeshDevice
from meshjit.runtime.signature import InputSlot, bindable, check_count, check_tensor, donated_twice, host_input, stale
from meshjit.runtime.tensor import MeshTensor
from meshjit.runtime.trace_memory import OutputSlot, TraceMemory, check_executable, rebindable


@dataclass(frozen=True)
class Patch:
    """When the address of one of a trace's buffers is known: at load, or with each call."""

    buffer: int
    name: str
    known: Literal["load", "call"]


@dataclass
class _Call:
    """What one call has gathered.

    ``bindings`` are regions by buffer, ``keep`` holds the memory of arguments until the call has been submitted,
    ``escaping`` the memory of inputs that are outputs too, ``replayed`` that of arguments which are replay outputs.
    """

    fresh: bool
    bindings: dict[int, Region] = field(default_factory=dict[int, Region])
    keep: list[Allocation] = field(default_factory=list[Allocation])
    escaping: dict[int, Allocation] = field(default_factory=dict[int, Allocation])
    replayed: list[Allocation] = field(default_factory=list[Allocation])
    consumed: list[tuple[str, MeshTensor]] = field(default_factory=list[tuple[str, MeshTensor]])
    writes: list[tuple[InputSlot, Allocation, Any]] = field(default_factory=list[tuple[InputSlot, Allocation, Any]])


class MeshTrace:
    """A captured function on a mesh. May be called from several threads; their calls take turns.

    :meth:`replay` returns the trace's own outputs, which end with its next replay; :meth:`run` returns fresh ones.
    """

    def __init__(
        self, mesh: MeshDevice, executable: Executable, loaded: Loaded, *, inputs: Sequence[InputSlot] = (),
        outputs: Sequence[OutputSlot] = (), owned: Sequence[Allocation] = (),
    ) -> None:  # fmt: skip
        self.mesh = mesh
        self.executable = executable
        self._loaded: Loaded | None = loaded
        self._inputs = tuple(inputs)
        self._outputs = tuple(outputs)
        self._owned = list(owned)
        self._lock = threading.Lock()
        self._generation = 0
        self._released = ""

    @classmethod
    def from_executable(
        cls, mesh: MeshDevice, executable: Executable, *, donated: Collection[int] = (), own: bool = True,
        on_mesh: Collection[int] = (),
    ) -> MeshTrace:  # fmt: skip
        """Load an executable, with memory for its temporaries and constants.

        ``donated`` lists the positions of arguments whose memory a call takes over. With ``own`` the buffers of inputs
        and outputs are allocated now, so that no replay ever allocates; without, when they are first needed (a trace
        that is only :meth:`run` on tensors never needs them). ``on_mesh`` lists the positions of arguments that come as
        tensors on the mesh, which are used in place: their buffers too are only allocated for a host array.

        Raises :class:`~meshjit.errors.UsageError` when it was compiled for another mesh (MJ5017) or other devices
        (MJ5012), and :class:`~meshjit.errors.OutOfMemoryError` (MJ5001).
        """
        mesh.check_open(f"capturing {executable.name}")
        check_executable(mesh, executable)
        memory = TraceMemory(mesh, executable)
        inputs = memory.inputs(frozenset(donated))
        outputs = memory.outputs(inputs)
        trace = cls(mesh, executable, memory.load(), inputs=inputs, outputs=outputs, owned=memory.owned)
        if own:
            for slot in (s for s in inputs if s.position not in on_mesh):
                trace._own_input(slot)
            for output in outputs:
                if output.alias is None and output.constant is None:
                    trace._own_output(output)
        return trace

    @classmethod
    def from_commands(
        cls, mesh: MeshDevice, name: str, buffers: Sequence[MeshBuffer], commands: Sequence[Command]
    ) -> MeshTrace:
        """A trace of commands on buffers that exist; it keeps their memory, whoever else releases them."""
        regions, owned = [b.region for b in buffers], [b.allocation for b in buffers]
        for allocation in owned:
            allocation.shared = True
        specs = tuple(_described(b) for b in buffers)
        executable = Executable(name, mesh.mesh, mesh.target, specs, tuple(commands), (), (), 0)
        return cls(mesh, executable, mesh.engine.load(commands, regions, frozenset()), owned=owned)

    @property
    def name(self) -> str:
        """The name of the captured function."""
        return self.executable.name

    @property
    def buffers(self) -> tuple[BufferSpec, ...]:
        """The buffers that commands name by index."""
        return self.executable.buffers

    @property
    def commands(self) -> tuple[Command, ...]:
        """What is submitted, in order."""
        return self.executable.commands

    @property
    def patches(self) -> tuple[Patch, ...]:
        """The patch table: which addresses are final at load, and which are bound per call."""
        bound = rebindable(self.executable)
        return tuple(Patch(i, b.name, "call" if i in bound else "load") for i, b in enumerate(self.buffers))

    @property
    def is_released(self) -> bool:
        """Whether :meth:`release` was called."""
        return self._loaded is None

    def replay(self, *args: object, blocking: bool = False, timeout_s: float | None = None) -> tuple[MeshTensor, ...]:
        """Run on these arguments; returns the trace's own outputs, valid until its next replay.

        Tensors on the mesh are used in place, host arrays are written into the trace's input buffers. With ``blocking``
        the replay has ended on return. Raises what :meth:`run` raises.
        """
        return self._run(args, _Call(fresh=False), blocking, timeout_s)

    def run(self, *args: object, blocking: bool = False, timeout_s: float | None = None) -> tuple[MeshTensor, ...]:
        """Run on these arguments; returns fresh outputs, which later calls never change.

        Raises :class:`~meshjit.errors.UsageError` for a wrong number of arguments (MJ5007), a tensor of another mesh
        (MJ5009) or one donated twice (MJ5014), :class:`~meshjit.errors.ShapeError` for another shape, dtype or sharding
        (MJ5006), :class:`~meshjit.errors.DeviceError` for a tensor that is gone (MJ5003, MJ5004), a released trace
        (MJ5005) or a closed mesh (MJ5002), :class:`~meshjit.errors.DeviceTimeoutError` past the deadline (MJ5008).
        """
        return self._run(args, _Call(fresh=True), blocking, timeout_s)

    def release(self) -> None:
        """Give the trace's memory back. Its replay outputs end; releasing twice is harmless."""
        self._acquire(self.mesh.timeout_s)
        try:
            if self._loaded is None:
                return
            self._released = call_site()
            self._generation += 1
            self._loaded = None
            self._owned.clear()
            for slot in self._inputs:
                slot.own = None
            for output in self._outputs:
                output.own = output.spare = output.constant = None
        finally:
            self._lock.release()

    def __repr__(self) -> str:
        state = ", released" if self._loaded is None else ""
        return f"MeshTrace({self.name}, {len(self.commands)} commands on {self.mesh.target}{state})"

    # One call

    def _run(
        self, args: tuple[object, ...], call: _Call, blocking: bool, timeout_s: float | None
    ) -> tuple[MeshTensor, ...]:
        engine = self.mesh.engine
        limit = engine.timeout_s if timeout_s is None else timeout_s
        self._acquire(limit)
        try:
            if self._loaded is None or engine.closed:
                raise self._unusable()
            check_count(self.executable, args)
            seen = engine.invalidations
            self._bind_inputs(args, call)
            results = self._bind_outputs(call)
            valid = None if call.fresh else partial(self._check_generation, self._generation + 1)
            writes = [(a.region, self._encode(slot, array)) for slot, a, array in call.writes]
            check = partial(self._commit, args, call, seen)
            number = engine.submit(self._loaded, call.bindings, limit, check, writes)
        finally:
            self._lock.release()
        if blocking:
            engine.wait(number, limit)
        made = zip(self._outputs, results, strict=True)
        return tuple(MeshTensor(self.mesh, o.spec.type, o.spec.layout, a, o.label, valid) for o, a in made)

    def _commit(self, args: tuple[object, ...], call: _Call, seen: int) -> None:
        """The point of no return: nothing comes between this and the submission.

        Another thread may have donated an argument, or replayed over it, since it was checked.
        """
        engine = self.mesh.engine
        if engine.invalidations != seen:
            for arg in args:
                if isinstance(arg, MeshTensor):
                    arg.check_live()
        if call.consumed:
            site = call_site()
            for argument, tensor in call.consumed:
                tensor.consume_at(f"donated to {self.name}({argument}=...){site}", argument)
        if not call.fresh:
            # From here on reading an earlier replay's output is an error.
            self._generation += 1
        if call.consumed or not call.fresh:
            engine.invalidations += 1

    def _bind_inputs(self, args: tuple[object, ...], call: _Call) -> None:
        mesh, bindings, keep = self.mesh, call.bindings, call.keep
        for slot, arg in zip(self._inputs, args, strict=True):
            # The common case, a tensor of the type that was here before, costs a few comparisons of references.
            if (
                isinstance(arg, MeshTensor)
                and arg.type is slot.accepted
                and arg.mesh is mesh
                and arg.valid is None
                and (owner := arg.owner) is not None
                and owner.region.varies == slot.spec.varies
                and arg.layout is slot.spec.layout
            ):
                bindings[slot.index] = owner.region
                keep.append(owner)
            elif isinstance(arg, MeshTensor):
                check_tensor(slot, arg, mesh, self.executable)
                self._bind_tensor(slot, arg, args, call)
            else:
                self._bind_host(slot, host_input(slot, arg, self.executable), call)

    def _bind_tensor(self, slot: InputSlot, arg: MeshTensor, args: tuple[object, ...], call: _Call) -> None:
        """Use a tensor in place, or a copy of it where that would change other data."""
        owner = arg.allocation
        if slot.donated and sum(isinstance(a, MeshTensor) and a.owner is owner for a in args) > 1:
            raise donated_twice(slot, self.executable)
        region = bindable(slot, owner.region, self.mesh.mesh) if arg.layout is slot.spec.layout else None
        # A replay may go on in the trace's own buffer; other shared memory is not this call's to write.
        writable = not owner.shared or (owner is slot.own and not call.fresh)
        if slot.donated:
            call.consumed.append((slot.name, arg))
        if region is None or (slot.donated and not writable):
            self._bind_host(slot, arg.numpy(), call)
            return
        call.bindings[slot.index] = region
        call.keep.append(owner)
        if arg.valid is not None:
            call.replayed.append(owner)
        if slot.escapes:
            call.escaping[slot.index] = owner
            owner.shared = owner.shared or not slot.donated
        elif not slot.donated and arg.valid is None:
            slot.accepted = arg.type

    def _bind_host(self, slot: InputSlot, array: Any, call: _Call) -> None:
        """Write an array into the trace's own buffer, or into a fresh one that will be an output."""
        fresh = call.fresh and slot.escapes
        allocation = self.mesh.engine.allocate(slot.memory) if fresh else self._own_input(slot)
        call.bindings[slot.index] = allocation.region
        call.keep.append(allocation)
        call.writes.append((slot, allocation, array))
        if slot.escapes:
            call.escaping[slot.index] = allocation

    def _bind_outputs(self, call: _Call) -> list[Allocation]:
        """The memory of each output, in the order of the results."""
        made: dict[int, Allocation] = {}
        results: list[Allocation] = []
        for output in self._outputs:
            allocation = made.get(output.index)
            if allocation is None:
                allocation = made[output.index] = self._output(output, call)
            elif call.fresh:
                allocation.shared = True
            results.append(allocation)
        return results

    def _output(self, output: OutputSlot, call: _Call) -> Allocation:
        if output.alias is not None:
            return call.escaping[output.index]
        if output.constant is not None:
            return output.constant
        if call.fresh:
            allocation = self.mesh.engine.allocate(output.memory)
        else:
            if any(a is output.own for a in call.replayed):
                # The last replay's output is an argument of this one, which must not write over it.
                output.own, output.spare = output.spare, output.own
            allocation = self._own_output(output)
        call.bindings[output.index] = allocation.region
        return allocation

    def _own_input(self, slot: InputSlot) -> Allocation:
        if slot.own is None:
            slot.own = self.mesh.engine.allocate(slot.memory)
            slot.own.shared = True
        return slot.own

    def _own_output(self, output: OutputSlot) -> Allocation:
        if output.own is None:
            output.own = self.mesh.engine.allocate(output.memory)
            output.own.shared = True
        return output.own

    def _encode(self, slot: InputSlot, array: Any) -> dict[int, memoryview]:
        return encode_array(array, slot.spec.type, slot.spec.layout, self.mesh, slot.name)

    # What may go wrong

    def _check_generation(self, generation: int) -> None:
        if self._generation != generation:
            raise stale(self.executable, self._loaded is None)

    def _unusable(self) -> DeviceError:
        if self.mesh.is_closed:
            return closed_error(f"calling {self.name}")
        return DeviceError(
            "MJ5005",
            f"the trace of {self.name} was released{self._released}",
            fix="capture again, or call the function itself",
        )

    def _acquire(self, timeout_s: float) -> None:
        if not self._lock.acquire(timeout=timeout_s):
            raise DeviceTimeoutError(
                "MJ5008",
                f"{self.name}: another thread's call did not end within {timeout_s:g} s",
                fix="give waits more time, open_mesh(..., timeout_s=600), or give each thread its own capture",
            )


def _described(buffer: MeshBuffer) -> BufferSpec:
    """A buffer as data; one without a type counts as bytes."""
    type = buffer.type or TensorType(BOOL, (buffer.size_bytes,), ((),))
    return BufferSpec(buffer.name, type, buffer.size_bytes, "temp", buffer.layout, buffer.region.varies)
