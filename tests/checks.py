"""Checks that tests share: run a graph through the passes, on the CPU mesh, and compare what it computes.

The seeded faults of test_seeded_faults.py are caught by these very functions.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from meshjit.codegen.backends import backend_of, machine_of
from meshjit.codegen.executable import build_executable
from meshjit.ir.evaluate import evaluate, global_context, store
from meshjit.ir.graph import Graph, Node
from meshjit.ir.machine import Machine
from meshjit.ir.mesh import Mesh
from meshjit.ir.parser import parse
from meshjit.ir.types import BF16, BOOL, F32, I32, DType, TensorType
from meshjit.passes import PIPELINE, run_pass
from meshjit.passes.plan import arena_bytes, storage_owners
from meshjit.runtime.devices import cpu_stream
from meshjit.runtime.mesh_device import MeshDevice, open_mesh
from meshjit.runtime.trace import MeshTrace

#: Unit round-off: half the distance from 1 to the next number.
UNIT = {F32: 2.0**-24, BF16: 2.0**-8}

MESHES = {
    "1x1": Mesh((1, 1), ("dp", "tp")),
    "1x2": Mesh((1, 2), ("dp", "tp")),
    "2x2": Mesh((2, 2), ("dp", "tp")),
    "2x4": Mesh((2, 4), ("dp", "tp")),
}

#: A CPU device with more than enough memory.
MACHINE = replace(machine_of("cpu"), memory_bytes=1 << 32)


def random_array(type: TensorType, rng: np.random.Generator) -> np.ndarray:
    """Inputs of a parameter: normal floats, small ints, coin flips."""
    if type.dtype == BOOL:
        return rng.random(type.shape) < 0.5
    if type.dtype == I32:
        return rng.integers(-9, 10, type.shape).astype(np.int32)
    return rng.standard_normal(type.shape).astype(type.dtype.numpy)


def inputs_of(graph: Graph, seed: int = 0) -> list[np.ndarray]:
    """Random inputs, one per parameter."""
    rng = np.random.default_rng(seed)
    return [random_array(p.type, rng) for p in graph.params]


def assert_same(got: Sequence[np.ndarray], want: Sequence[np.ndarray], what: str) -> None:
    """Both computed in float64: equal up to the order of additions."""
    assert len(got) == len(want)
    for i, (a, b) in enumerate(zip(got, want, strict=True)):
        assert a.shape == b.shape, f"{what}: output {i} has shape {a.shape}, not {b.shape}"
        assert a.dtype == b.dtype, f"{what}: output {i} has dtype {a.dtype}, not {b.dtype}"
        if a.dtype.kind == "f":
            scale = np.abs(b[np.isfinite(b)]).max(initial=1.0)
            np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-11 * scale, err_msg=f"{what}: output {i}")
        else:
            np.testing.assert_array_equal(a, b, err_msg=f"{what}: output {i}")


def check_round_trip(graph: Graph) -> None:
    """Parsing the printed graph gives the graph."""
    text = str(graph)
    assert str(parse(text)) == text


def check_passes(graph: Graph, inputs: Sequence[np.ndarray], machine: Machine = MACHINE) -> dict[str, Graph]:
    """Every pass keeps what the graph computes, and every graph on the way prints and parses.

    The graphs from partition on run per device, so this also compares sharded with unsharded.
    """
    want = evaluate(graph, inputs, exact=True)
    check_round_trip(graph)
    stages = {graph.stage: graph}
    for step in PIPELINE[_first_step(graph.stage) :]:
        graph = run_pass(step, graph, machine)
        check_round_trip(graph)
        assert_same(evaluate(graph, inputs, exact=True), want, f"after {step.name}")
        if step.gives:
            stages[step.gives] = graph
    check_plan(graph, machine)
    return stages


def check_plan(planned: Graph, machine: Machine) -> None:
    """Values that live at the same time lie apart, and results have memory of their own."""
    owners = storage_owners(planned, machine)
    uses: dict[Node, list[int]] = {}
    for i, node in enumerate(planned.nodes):
        for value in (node, *node.operands):
            uses.setdefault(owners[value], []).append(i)
    placed = [(n, n.allocation) for n in planned.nodes if n.allocation and owners[n] is n]
    for i, (a, x) in enumerate(placed):
        assert x.size >= machine.size_bytes(a.type, planned.mesh) // machine.banks
        for b, y in placed[i + 1 :]:
            apart = x.offset + x.size <= y.offset or y.offset + y.size <= x.offset
            assert apart or max(uses[a]) < min(uses[b]) or max(uses[b]) < min(uses[a]), f"{a} and {b} share memory"
    results = [owners[o] for o in planned.outputs]
    assert len(set(results)) == len(results), "two results share memory"
    assert not any(r in planned.params or r.allocation for r in results), "a result lies in memory that is not its own"


def _first_step(stage: str) -> int:
    """Where in the pipeline a graph of a stage enters."""
    return next(i for i, step in enumerate(PIPELINE) if step.takes == stage) if stage != "traced" else 0


def noisy_evaluate(graph: Graph, inputs: Sequence[np.ndarray], seed: int) -> list[np.ndarray]:
    """Outputs of a global graph in float64, each value perturbed by its dtype's round-off.

    Monte Carlo arithmetic (Parker, 1997): the spread over runs estimates the rounding error of the result.
    """
    rng = np.random.default_rng(seed)

    def round_off(x: np.ndarray, dtype: DType) -> np.ndarray:
        return x * (1 + UNIT[dtype] * rng.choice([-1.0, 1.0], x.shape)) if dtype in UNIT else x

    env: dict[Node, np.ndarray] = {}
    with np.errstate(all="ignore"):
        for param, x in zip(graph.params, inputs, strict=True):
            dtype = param.type.dtype
            env[param] = round_off(store(np.asarray(x), param.type, True), F32 if dtype.kind == "float" else dtype)
        for node in graph.nodes:
            value = node.op.reference(global_context(node), *[env[o] for o in node.operands])
            env[node] = round_off(store(np.asarray(value), node.type, True), node.type.dtype)
    return [env[o] for o in graph.outputs]


def tolerances(graph: Graph, inputs: Sequence[np.ndarray]) -> list[np.ndarray]:
    """How far each output element of a traced graph may be off: 32 times the spread of perturbed runs."""
    with np.errstate(all="ignore"):
        exact = evaluate(graph, inputs, exact=True)
        spread = [np.zeros(np.shape(e)) for e in exact]
        for seed in range(3):
            for i, noisy in enumerate(noisy_evaluate(graph, inputs, seed)):
                if exact[i].dtype.kind == "f":
                    spread[i] = np.maximum(spread[i], np.nan_to_num(np.abs(noisy - exact[i])))
        out = []
        for e, s in zip(exact, spread, strict=True):
            scale = np.abs(e[np.isfinite(e)]).max(initial=0.0) if e.dtype.kind == "f" else 0.0
            # An element may have been lucky: at least the typical error of its neighbours.
            out.append(32 * (np.maximum(s, np.median(s) if s.size else 0.0) + UNIT[F32] * scale))
        return out


def run_planned(
    planned: Graph, inputs: Sequence[np.ndarray], mesh: MeshDevice, machine: Machine = MACHINE
) -> list[np.ndarray]:
    """Build a planned graph for an open mesh and run it there; ``machine`` describes its devices."""
    executable = build_executable(
        planned, storage_owners(planned, machine), {}, arena_bytes(planned), machine, backend_of(machine.arch).lower, {}
    )
    trace = MeshTrace.from_executable(mesh, executable, own=False)
    try:
        return [np.asarray(y) for y in trace.run(*inputs)]
    finally:
        trace.release()


@contextlib.contextmanager
def jobs_reversed() -> Iterator[None]:
    """CPU meshes run the jobs of each phase in reverse: nothing may depend on their order."""
    merge = cpu_stream.merge

    def reverse(*args: Any) -> list[cpu_stream.Phase]:
        return [replace(phase, jobs=phase.jobs[::-1]) for phase in merge(*args)]

    cpu_stream.merge = reverse
    try:
        yield
    finally:
        cpu_stream.merge = merge


@functools.cache
def cpu_mesh(mesh: Mesh) -> MeshDevice:
    """An open CPU mesh, shared by the tests of a process."""
    return open_mesh(mesh.shape, mesh.axes, target="cpu", timeout_s=60)


def check_cpu(
    stages: Mapping[str, Graph], inputs: Sequence[np.ndarray], tolerance: Sequence[np.ndarray] | None = None
) -> None:
    """The CPU mesh computes what evaluate says of the same planned graph, up to rounding."""
    planned = stages["planned"]
    got = run_planned(planned, inputs, cpu_mesh(planned.mesh))
    want = evaluate(planned, inputs)
    limits = tolerances(stages["traced"], inputs) if tolerance is None else tolerance
    assert len(got) == len(want)
    for i, (a, b, limit) in enumerate(zip(got, want, limits, strict=True)):
        assert a.dtype == b.dtype and a.shape == b.shape, f"output {i}: {a.dtype}{a.shape}, not {b.dtype}{b.shape}"
        if a.dtype.kind in "bi":
            np.testing.assert_array_equal(a, b, err_msg=f"output {i}")
            continue
        x, y = a.astype(np.float64), b.astype(np.float64)
        np.testing.assert_array_equal(np.isfinite(x), np.isfinite(y), err_msg=f"output {i}: not finite elsewhere")
        np.testing.assert_array_equal(np.isnan(x), np.isnan(y), err_msg=f"output {i}: NaN elsewhere")
        ok = np.isfinite(y)
        error = np.abs(x - y)[ok]
        allowed = np.broadcast_to(limit, y.shape)[ok]
        worst = error - allowed
        assert (worst <= 0).all(), (
            f"output {i}: off by {error[worst.argmax()]:g}, allowed {allowed[worst.argmax()]:g} "
            f"(value {y[ok][worst.argmax()]:g})"
        )
