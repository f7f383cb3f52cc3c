"""The stages of a compiled function, after JAX's names: traced, lowered, compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from meshjit.codegen.backends import backend_of
from meshjit.codegen.executable import build_executable
from meshjit.errors import UsageError
from meshjit.frontend.tracing import Trace
from meshjit.ir.graph import Graph
from meshjit.ir.machine import Machine
from meshjit.ir.program import Executable, Kernel, RunProgram
from meshjit.passes import run_pipeline
from meshjit.passes.cost import Cost, cost, peak_bytes
from meshjit.passes.donate import reuse_donated
from meshjit.passes.explain import Explanation, explain
from meshjit.passes.plan import arena_bytes, storage_owners


@dataclass(frozen=True)
class Traced:
    """A recorded function. ``graph`` is the IR of stage "traced"."""

    trace: Trace
    machine: Machine
    arch: str
    strategy: str = "propagate"

    @property
    def graph(self) -> Graph:
        """The graph, as recorded."""
        return self.trace.graph

    def as_text(self) -> str:
        """The graph as text."""
        return str(self.graph)

    def lower(self) -> Lowered:
        """Run all passes.

        Raises ShardingError for contradictory pins, OutOfMemoryError when it does not fit the devices.
        """
        lowering = run_pipeline(self.graph, self.machine, strategy=self.strategy)
        return Lowered(self.trace, self.machine, self.arch, lowering.stages, lowering.choices)


@dataclass(frozen=True)
class Lowered:
    """A function after all passes; ``stages`` maps stage names, in order, to graphs, ``choices`` arguments to why
    the planner placed them so."""

    trace: Trace
    machine: Machine
    arch: str
    stages: Mapping[str, Graph]
    choices: Mapping[str, str]

    def as_text(self, stage: str = "local") -> str:
        """The graph of a stage as text: traced, sharded, local, fused or planned; "ll" and "asm" give the kernels.

        Raises :class:`~meshjit.errors.UsageError` (MJ1003) for another name.
        """
        if stage in ("ll", "asm"):
            return self.compile().as_text(stage)
        if stage not in self.stages:
            raise UsageError(
                "MJ1003", f"no stage is called {stage!r}", fix=f"use one of {', '.join(self.stages)}, ll, asm"
            )
        return str(self.stages[stage])

    def cost(self) -> Cost:
        """Kernels, collectives, operations and bytes per device, and a time estimate."""
        return cost(self.stages["fused"], self.machine)

    def memory(self) -> Mapping[str, int]:
        """Bytes of each device's memory: arguments, results, temporaries."""
        return peak_bytes(self.stages["planned"], self.machine)

    def explain(self) -> Explanation:
        """Why arguments lie where they do, and why each collective is there."""
        return explain(self.stages, self.choices)

    def compile(self) -> Compiled:
        """Build the kernels.

        Raises :class:`~meshjit.errors.CodegenError` for a node that the target has no kernel for.
        """
        planned = self.stages["planned"]
        constants = {
            i: np.asarray(a).astype(t.dtype.numpy, copy=False)
            for i, (a, t) in enumerate(
                zip(self.trace.captured, self.trace.captured_types, strict=True),
                len(planned.params) - len(self.trace.captured),
            )
            if i in self.trace.constants
        }
        owners = storage_owners(planned, self.machine)
        executable = build_executable(
            planned,
            owners,
            reuse_donated(planned, owners, self.trace.donated),
            arena_bytes(planned),
            self.machine,
            backend_of(self.arch).lower,
            constants,
        )
        return Compiled(self, executable)


@dataclass(frozen=True)
class Compiled:
    """A function whose kernels are built; ``executable`` is all that a runtime needs."""

    lowered: Lowered
    executable: Executable

    @cached_property
    def kernels(self) -> Mapping[str, Kernel]:
        """The kernels by name: the command's number, the program and the processor that runs it."""
        out: dict[str, Kernel] = {}
        for i, command in enumerate(self.executable.commands):
            if isinstance(command, RunProgram):
                for kernel in command.program.kernels:
                    out[f"{i}_{command.program.name}_{kernel.role.value}"] = kernel
        return out

    def kernel_text(self, role: str) -> tuple[str, str]:
        """The name and the disassembly of the first kernel of a role ("native", "trisc1", ...)."""
        name = next(n for n, k in self.kernels.items() if k.role.value == role)
        return name, self.disassembly(name)

    def disassembly(self, name: str) -> str:
        """The instructions of a kernel, one a line."""
        return backend_of(self.lowered.arch).disassemble(self.kernels[name])

    def as_text(self, stage: str) -> str:
        """All kernels as rendered LLVM IR ("ll") or disassembled ("asm"); any other stage as the lowered function."""
        if stage == "ll":
            return "\n".join(f"; ---- {name} ({k.template})\n{k.source}" for name, k in self.kernels.items())
        if stage == "asm":
            return "\n".join(f"; ---- {n} ({k.template})\n{self.disassembly(n)}" for n, k in self.kernels.items())
        return self.lowered.as_text(stage)
