"""A compiled function on emulated chips, one launch at a time: what ``meshjit emu`` shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from meshjit.arch import ARCHS
from meshjit.cli.places import places
from meshjit.errors import DeviceError
from meshjit.ir.evaluate import split
from meshjit.ir.opdef import Array
from meshjit.ir.program import Kernel, Program, RunProgram
from meshjit.ir.types import TensorType
from meshjit.runtime import layouts
from meshjit.runtime.devices.base import Region
from meshjit.runtime.devices.card import CardTarget
from meshjit.runtime.emulator import EmulatedMesh, Step, WorkerCounters
from meshjit.stages import Compiled

#: How inputs are filled.
FILLS = ("random", "zeros", "ones")
_PAGE = 4096


@dataclass(frozen=True)
class Watch:
    """What to single-step: ``steps`` of one unit of a worker in launch ``launch``, after ``skip`` instructions."""

    launch: int
    device: int
    core: tuple[int, int] | None
    unit: str
    steps: int
    skip: int


@dataclass(frozen=True)
class Launched:
    """One launch: its number among the function's commands, what every worker did, and the steps watched."""

    number: int
    label: str
    program: Program
    workers: tuple[WorkerCounters, ...]
    steps: tuple[Step, ...] | None
    core: tuple[int, int]

    @property
    def name(self) -> str:
        """The name that ``dump`` gives its kernels, without the role."""
        return f"{self.number}_{self.program.name}"

    def kernel(self, role: str) -> Kernel | None:
        """The kernel of a role."""
        return next((k for k in self.program.kernels if k.role.value == role), None)


def fill(type: TensorType, how: str, rng: np.random.Generator) -> Array:
    """A global array of a type: zeros, ones, or normal values (small integers, coin tosses)."""
    if how == "ones":
        return np.ones(type.shape, type.dtype.numpy)
    if how == "zeros":
        return np.zeros(type.shape, type.dtype.numpy)
    if type.dtype.kind == "bool":
        return rng.random(type.shape) < 0.5
    if type.dtype.kind == "int":
        return rng.integers(-4, 5, type.shape).astype(type.dtype.numpy)
    return rng.standard_normal(type.shape).astype(type.dtype.numpy)


def _regions(compiled: Compiled, card: CardTarget) -> list[Region]:
    """Where the executable's buffers lie: one after the other, temporaries in an arena behind them."""
    regions: dict[int, Region] = {}
    executable = compiled.executable
    address, mesh = card.base_address, executable.mesh
    for i, spec in enumerate(executable.buffers):
        if spec.kind != "temp":
            page = layouts.page_bytes(spec.type.dtype, spec.layout, spec.type.local_shape(mesh))
            regions[i] = Region(address, spec.size_bytes, page, spec.varies)
            address += -(-card.footprint(spec.size_bytes, page) // _PAGE) * _PAGE
    for i, spec in enumerate(executable.buffers):
        if spec.kind == "temp":
            page = layouts.page_bytes(spec.type.dtype, spec.layout, spec.type.local_shape(mesh))
            regions[i] = Region(address + (spec.offset_bytes or 0), spec.size_bytes, page, spec.varies)
    return [regions[i] for i in range(len(executable.buffers))]


def launches(
    compiled: Compiled, emulated: EmulatedMesh, *, how: str, seed: int, watch: Watch | None, timeout_s: float
) -> Iterator[Launched]:
    """Run the commands in order on ``emulated``, inputs filled; yields each launch when it has run.

    Raises what :meth:`EmulatedMesh.run` does.
    """
    executable, graph = compiled.executable, compiled.lowered.stages["planned"]
    card = CardTarget("emulator", executable.mesh, ARCHS[executable.target], emulated)
    regions = _regions(compiled, card)
    constants, rng = dict(executable.constants), np.random.default_rng(seed)
    for i, (spec, region) in enumerate(zip(executable.buffers, regions, strict=True)):
        if spec.kind in ("input", "constant"):
            array = constants[i] if i in constants else fill(spec.type, how, rng)
            for device in range(executable.mesh.size):
                block = split(array, spec.type, graph, device)
                card.write(device, region, memoryview(layouts.encode(block, spec.layout)))
    for number, command in enumerate(executable.commands):
        before = {(c.chip, c.core): c for c in emulated.counters()}
        steps: list[Step] | None = None
        core = (0, 0)
        if isinstance(command, RunProgram):
            core = emulated.arch.worker(command.program.arguments[0][0])
            if watch is not None and watch.launch == number:
                core = watch.core or core
                steps = emulated.follow(watch.device, core, watch.unit, watch.steps, skip=watch.skip)
        try:
            card.submit(card.load([command], regions, frozenset()), {}, timeout_s)
        except DeviceError as error:
            if not isinstance(command, RunProgram):
                raise
            found = places("\n".join((error.summary, *error.operands)), command.program)
            operands = [*error.operands, *found]
            raise type(error)(error.code, error.summary, operands=operands, fix=error.fix) from error
        if isinstance(command, RunProgram):
            after = emulated.counters()
            known = [c.since(before[c.chip, c.core]) if (c.chip, c.core) in before else c for c in after]
            cores = {emulated.arch.worker(c) for c, _ in command.program.arguments}
            ran = tuple(c for c in known if c.core in cores and c.chip in command.devices)
            watched = None if steps is None else tuple(steps)
            yield Launched(number, command.label or command.program.name, command.program, ran, watched, core)


def programs(compiled: Compiled) -> Sequence[tuple[int, str]]:
    """(number, name) of every launch of a function."""
    commands = enumerate(compiled.executable.commands)
    return [(i, f"{i}_{c.program.name}") for i, c in commands if isinstance(c, RunProgram)]
