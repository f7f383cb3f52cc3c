"""``@meshjit.compile``: from a Python function to programs that replay on a mesh."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import optree

from meshjit import config
from meshjit.codegen.backends import machine_of
from meshjit.errors import MeshJitError, UsageError
from meshjit.frontend import guards
from meshjit.frontend.arguments import Call, Parameters
from meshjit.frontend.tracer import current_tracer, user_location, where
from meshjit.frontend.tracing import Trace, trace_function
from meshjit.ir.graph import located
from meshjit.ir.machine import ACCUMULATORS, FIDELITIES, Machine
from meshjit.ir.mesh import Mesh
from meshjit.ir.program import Executable, Layout
from meshjit.runtime.mesh_device import MeshDevice, current_mesh
from meshjit.runtime.tensor import MeshTensor
from meshjit.runtime.trace import MeshTrace
from meshjit.stages import Compiled, Lowered, Traced

#: Who chooses the shardings that nobody said: propagation, or the planner.
STRATEGIES = ("propagate", "auto")
#: What ``compile`` lets a user choose for the matmuls of cards.
Fidelity = Literal["lofi", "hifi2", "hifi3", "hifi4"]
Accumulator = Literal["f32", "bf16"]


@dataclass(frozen=True)
class Options:
    """What ``compile`` was told."""

    in_shardings: Any = None
    out_shardings: Any = None
    strategy: str = "propagate"
    fidelity: str | None = None
    accumulate: str | None = None


@dataclass
class Variant:
    """A compiled variant: one signature on one mesh. ``reason`` says why it was compiled."""

    mesh: MeshDevice
    call: Call
    compiled: Compiled
    guards: tuple[guards.Guard, ...]
    reason: str
    _runner: MeshTrace | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def runner(self) -> MeshTrace:
        """What calls run. It is loaded by the first call: a function that is only captured needs no memory for it."""
        if self._runner is None:
            with self._lock:
                if self._runner is None:
                    self._runner = MeshTrace.from_executable(
                        self.mesh, self.compiled.executable, donated=self.call.donated, own=False
                    )
        return self._runner


class FunctionTrace(MeshTrace):
    """A captured function that takes its arguments, and gives its results, as the Python function does."""

    def __init__(self, mesh: MeshDevice, executable: Executable, loaded: Any, **memory: Any) -> None:
        super().__init__(mesh, executable, loaded, **memory)
        self._signature: tuple[Parameters, Call, Trace] | None = None

    def takes(self, parameters: Parameters, call: Call, trace: Trace) -> None:
        """Set what the arguments and results look like."""
        self._signature = (parameters, call, trace)

    def replay(self, *args: Any, blocking: bool = False, timeout_s: float | None = None, **kwargs: Any) -> Any:  # type: ignore[override]  # results as the function's tree
        """Run on these arguments. The results are the trace's own, valid until its next replay.

        Raises what :meth:`MeshTrace.replay` raises, and UsageError (MJ1009) for arguments of another structure.
        """
        assert self._signature is not None, "capture sets the signature before it hands the trace out"
        parameters, captured, trace = self._signature
        call = parameters.bind(args, kwargs)
        _same_structure(captured, call, self.name)
        leaves = _all_leaves(call, trace)
        results = super().replay(*leaves, blocking=blocking, timeout_s=timeout_s)
        return optree.tree_unflatten(trace.out_tree, list(results))


class CompiledFunction:
    """What ``@meshjit.compile`` makes of a function: call it, or take its stages apart.

    Every combination of argument shapes, dtypes, shardings, structure, static values and mesh is compiled once, when
    first seen. ``reasons`` lists why each variant was compiled.
    """

    def __init__(
        self, function: Callable[..., Any], mesh: MeshDevice | None, options: Options, static: Sequence[str],
        donated: Sequence[str],
    ) -> None:  # fmt: skip
        functools.update_wrapper(self, function)
        self.__name__ = str(getattr(function, "__name__", "f"))
        self.function = function
        self.options = options
        self._declared = user_location()
        try:
            self.parameters = Parameters(function, static, donated)
        except MeshJitError as error:
            raise located(error, self._declared, ()) from None
        self.mesh = mesh
        self._variants: dict[Any, list[Variant]] = {}
        self._lock = threading.Lock()
        self.reasons: list[str] = []

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run on these arguments; returns fresh results, which later calls never change."""
        if current_tracer() is not None:
            return self.function(*args, **kwargs)
        call = self._bind(args, kwargs)
        variant = self._variant(call)
        results = variant.runner.run(*_all_leaves(call, variant.compiled.lowered.trace))
        return optree.tree_unflatten(variant.compiled.lowered.trace.out_tree, list(results))

    def trace(self, *args: Any, **kwargs: Any) -> Traced:
        """Record the function on arguments like these, without compiling it."""
        mesh = self._device()
        trace = self._traced(self._bind(args, kwargs), mesh.mesh)
        return Traced(trace, self._machine(mesh), mesh.arch, self.options.strategy)

    def lower(self, *args: Any, **kwargs: Any) -> Lowered:
        """Trace, and run all passes."""
        return self.trace(*args, **kwargs).lower()

    def capture(self, *args: Any, **kwargs: Any) -> FunctionTrace:
        """Compile for arguments like these and load the result, with buffers of its own, ready to replay."""
        call = self._bind(args, kwargs)
        variant = self._variant(call)
        executable = variant.compiled.executable
        traced = variant.compiled.lowered.trace
        on_mesh = [i for i, leaf in enumerate(_all_leaves(call, traced)) if isinstance(leaf, MeshTensor)]
        trace = FunctionTrace.from_executable(variant.mesh, executable, donated=call.donated, on_mesh=on_mesh)
        trace = cast(FunctionTrace, trace)
        trace.takes(self.parameters, call, traced)
        return trace

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        raise UsageError(
            "MJ1010",
            f"{self.__name__} is a method; compiled functions take arrays, not self",
            fix="compile a function of the arrays: step = mj.compile(lambda x, params: ...), or mark a plain function",
        )

    def __repr__(self) -> str:
        return f"<compiled {self.__name__}: {sum(map(len, self._variants.values()))} variants>"

    # Variants

    def _bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call:
        """The call, taken apart; what does not fit is blamed on the caller's line."""
        try:
            return self.parameters.bind(args, kwargs)
        except MeshJitError as error:
            raise located(error, user_location(), ()) from None

    def _device(self) -> MeshDevice:
        mesh = self.mesh or current_mesh()
        if mesh is None:
            raise UsageError(
                "MJ1005",
                f"no mesh is open for {self.__name__}",
                fix='open one, mesh = mj.open_mesh((1,), ("tp",), target="cpu"), and call it in `with mesh:`',
            )
        mesh.check_open(f"calling {self.__name__}")
        return mesh

    def _variant(self, call: Call) -> Variant:
        mesh = self._device()
        key = (mesh, call.key)
        variant, why = self._find(key)
        if variant is not None:
            return variant
        with self._lock:
            variant, why = self._find(key)  # another thread may have compiled it meanwhile
            if variant is not None:
                return variant
            reason = why or self._reason(call, mesh)
            variant = self._compile(call, mesh, reason)
            self._variants.setdefault(key, []).insert(0, variant)
            self.reasons.append(reason)
            return variant

    def _find(self, key: Any) -> tuple[Variant | None, str | None]:
        """The variant of a signature whose guards hold, or why the newest one's do not."""
        first = None
        for variant in self._variants.get(key, ()):
            why = guards.changed(variant.guards)
            if why is None:
                return variant, None
            first = first or why
        return None, first

    def _reason(self, call: Call, mesh: MeshDevice) -> str:
        """Why no variant fits, against the one compiled last."""
        last = next((v for variants in reversed(list(self._variants.values())) for v in variants), None)
        if last is None:
            return "the first call"
        if last.mesh is not mesh:
            return f"another mesh: {mesh!r}"
        if last.call.static != call.static:
            old, new = dict(last.call.static), dict(call.static)
            name = next(n for n in new if new[n] != old.get(n))
            return f"the static argument {name} is {new[name]!r}, was {old.get(name)!r}"
        if last.call.tree != call.tree:
            return "the arguments have another structure"
        for old_leaf, leaf in zip(last.call.described, call.described, strict=True):
            if old_leaf != leaf:
                return f"argument {leaf.path} is {leaf.type}, was {old_leaf.type}"
        return "other arguments"

    def _traced(self, call: Call, mesh: Mesh) -> Trace:
        try:
            specs = self.parameters.shardings(call, self.options.in_shardings)
            return trace_function(self.parameters, call, mesh, specs, self.options.out_shardings)
        except MeshJitError as error:
            if error.where:
                raise
            raise located(error, self._declared, ()) from None  # a sharding that `compile` was told

    def _compile(self, call: Call, mesh: MeshDevice, reason: str) -> Variant:
        seen = guards.collect(self.function)
        trace = self._traced(call, mesh.mesh)
        compiled = Traced(trace, self._machine(mesh), mesh.arch, self.options.strategy).lower().compile()
        dump(compiled)
        return Variant(mesh, call, compiled, seen, reason)

    def _machine(self, mesh: MeshDevice) -> Machine:
        """What passes know of the devices, and what the options say of their matmuls: only cards have a choice."""
        machine = machine_for(mesh)
        if machine.layout is not Layout.TILE:
            return machine
        options = {"fidelity": self.options.fidelity, "accumulate": self.options.accumulate}
        return replace(machine, matmul=tuple((k, v) for k, v in options.items() if v is not None))


def machine_for(mesh: MeshDevice) -> Machine:
    """What passes know of an open mesh's devices."""
    target = mesh.engine.target
    machine = machine_of(target.arch)
    return replace(machine, memory_bytes=target.capacity_bytes * machine.banks)


def _all_leaves(call: Call, trace: Trace) -> list[Any]:
    """The call's arrays, then those the function captured from outside and that may change."""
    first = len(call.leaves)
    captured = [
        a if isinstance(a, MeshTensor) else np.asarray(a).astype(t.dtype.numpy, copy=False)
        for i, (a, t) in enumerate(zip(trace.captured, trace.captured_types, strict=True), first)
        if i not in trace.constants
    ]
    return [*call.leaves, *captured]


def _same_structure(captured: Call, call: Call, name: str) -> None:
    if captured.tree != call.tree or captured.static != call.static:
        what = "static arguments" if captured.tree == call.tree else "argument structure"
        raise UsageError(
            "MJ1009",
            f"the trace of {name} was captured with another {what}",
            operands=[f"captured: {captured.tree} {dict(captured.static)}", f"got: {call.tree} {dict(call.static)}"],
            fix="pass arguments of the captured structure, or capture again with these",
        )


def dump(compiled: Compiled) -> None:
    """Write every stage into ``MESHJIT_DUMP``, when that is set."""
    root = config.load().dump_dir
    if root is None:
        return
    folder = Path(root) / compiled.executable.name
    folder.mkdir(parents=True, exist_ok=True)
    for number, (stage, graph) in enumerate(compiled.lowered.stages.items()):
        (folder / f"{number}_{stage}.mj").write_text(str(graph))
    for name, kernel in compiled.kernels.items():
        (folder / f"{name}.ll").write_text(kernel.source)
        (folder / f"{name}.asm").write_text(compiled.disassembly(name))


def compile(
    fn: Callable[..., Any] | None = None,
    *,
    mesh: MeshDevice | None = None,
    in_shardings: Any = None,
    out_shardings: Any = None,
    strategy: str = "propagate",
    fidelity: Fidelity | None = None,
    accumulate: Accumulator | None = None,
    static_argnames: str | Sequence[str] = (),
    donate_argnames: str | Sequence[str] = (),
) -> Any:
    """Compile a function of arrays for a mesh; works as a decorator, with or without options.

    ``mesh`` may be left out inside ``with mesh:``. ``in_shardings`` gives ``P(...)`` per argument, or a tree of them
    that is a prefix of the argument's; None leaves a choice to the compiler. ``out_shardings`` does so for the results.
    ``strategy`` "propagate" keeps what is said and derives the rest; "auto" lets a planner choose what is not said, by
    estimated time, under the devices' memory. Arguments in ``static_argnames`` are Python values that select a variant;
    the memory of those in ``donate_argnames`` may be used for results.

    Cards multiply in passes over parts of the mantissas: ``fidelity`` "lofi" makes one, "hifi2" to "hifi4" as many as
    they say, of which four multiply all bits of bf16 (default: "hifi2" for bf16, "hifi4" for f32, which is cut to
    TF32). ``accumulate`` "bf16" sums the products of bf16 operands in bf16 rather than f32, which leaves room for
    larger blocks. Other targets multiply exactly and sum in f32.

    Raises :class:`~meshjit.errors.UsageError` for options that do not fit the function (MJ1003, MJ1006).
    """
    options = Options(in_shardings, out_shardings, strategy, fidelity, accumulate)
    for name, value, known in (
        ("strategy", strategy, STRATEGIES),
        ("fidelity", fidelity or FIDELITIES[0], FIDELITIES),
        ("accumulator", accumulate or ACCUMULATORS[0], ACCUMULATORS),
    ):
        if value not in known:
            raise UsageError(
                "MJ1003", f"no {name} is called {value!r}", where=where(), fix=f"use one of {', '.join(known)}"
            )

    def wrap(function: Callable[..., Any]) -> CompiledFunction:
        return CompiledFunction(function, mesh, options, static_argnames, donate_argnames)

    return wrap if fn is None else wrap(fn)


__all__ = ["CompiledFunction", "FunctionTrace", "compile"]
