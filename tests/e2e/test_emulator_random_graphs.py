"""Random graphs on emulated cards: however they are sharded, they compute what evaluate says.

Tolerances come from perturbed runs of evaluate, as in checks.tolerances, with what the cards' arithmetic loses at each
node (docs/tensix.md, Accuracy).
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from checks import inputs_of, run_planned
from hypothesis import given, settings
from hypothesis import strategies as st
from random_graphs import Text, graphs

import meshjit as mj
from meshjit.arch import ARCHS
from meshjit.codegen.backends import machine_of
from meshjit.errors import DeviceError
from meshjit.ir.evaluate import evaluate, global_context, store
from meshjit.ir.graph import Graph, Node
from meshjit.ir.machine import Machine
from meshjit.ir.mesh import Mesh
from meshjit.ir.parser import parse
from meshjit.ir.types import BF16, F32
from meshjit.passes import run_pipeline

MESH = Mesh((2, 2), ("dp", "tp"))
#: Half a unit in the last place of a result, twice: kernels round once, packing bf16 ties away.
ROUNDING = {F32: 2.0**-23, BF16: 2.0**-8}
#: Relative error of the functions that are no single instruction: 4 ulp of float32.
FUNCTION = 4 * 2.0**-23
#: Operands of matmul: of float32 the matrix unit reads 11 and 10 bits; of bfloat16, HiFi2 drops the first's last bit.
OPERAND = {F32: (2.0**-10, 2.0**-9), BF16: (2.0**-7, 0.0)}
#: Sums, softmax and norms, relative to the largest value: the sums' errors are those of their largest terms.
ROWS = 2.0**-20
#: Cards flush denormals.
SMALLEST = 2.0**-126


@functools.cache
def opened(chip: str) -> tuple[mj.MeshDevice, Machine]:
    """The emulated mesh of all examples, and what passes know of it."""
    mesh = mj.open_mesh(MESH.shape, MESH.axes, target=f"emulator:{chip}", timeout_s=120)
    machine = machine_of(chip)
    return mesh, replace(machine, memory_bytes=mesh.engine.target.capacity_bytes * machine.banks)


def _signs(rng: np.random.Generator, x: np.ndarray) -> np.ndarray:
    return rng.choice([-1.0, 1.0], x.shape)


def _lossy(node: Node, operands: Sequence[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """A node's value in float64, perturbed by as much as a card's kernel may be off."""
    dtype = node.type.dtype
    if node.op.kernel == "matmul":
        lost = OPERAND[dtype]
        operands = [x * (1 + e * _signs(rng, x)) for x, e in zip(operands, lost, strict=True)]
    value = store(np.asarray(node.op.reference(global_context(node), *operands)), node.type, True)
    if dtype not in ROUNDING:
        return value
    if node.op.kernel in ("reduce", "normalize", "matmul"):
        largest = max((np.abs(x).max(initial=0.0) for x in (value, *operands)), default=0.0)
        value = value + ROWS * largest * _signs(rng, value)
    return value * (1 + (ROUNDING[dtype] + FUNCTION) * _signs(rng, value))


def tolerances(graph: Graph, inputs: Sequence[np.ndarray], exact: Sequence[np.ndarray]) -> list[np.ndarray]:
    """How far each output element may be off: 16 times the largest spread of eight perturbed runs."""
    spread = [np.zeros(np.shape(e)) for e in exact]
    for seed in range(8):
        rng = np.random.default_rng(seed)
        env: dict[Node, np.ndarray] = {
            p: store(np.asarray(x), p.type, True) for p, x in zip(graph.params, inputs, strict=True)
        }
        for node in graph.nodes:
            env[node] = _lossy(node, [env[o] for o in node.operands], rng)
        for i, output in enumerate(graph.outputs):
            if exact[i].dtype.kind == "f":
                spread[i] = np.maximum(spread[i], np.nan_to_num(np.abs(env[output] - exact[i])))
    # An element may have been lucky in all runs: at least the typical error of its neighbours.
    return [16 * (np.maximum(s, np.median(s) if s.size else 0.0)) + SMALLEST for s in spread]


def check_card(text: str, seed: int, chip: str = "wormhole") -> None:
    """The emulated mesh computes what evaluate says of the traced graph."""
    graph = parse(text)
    inputs = inputs_of(graph, seed)
    mesh, machine = opened(chip)
    planned = run_pipeline(graph, machine).stages["planned"]
    try:
        got = run_planned(planned, inputs, mesh, machine)
    except DeviceError:  # the chips are in an unknown state: the next example opens new ones
        opened.cache_clear()
        raise
    with np.errstate(all="ignore"):
        exact = evaluate(graph, inputs, exact=True)
        limits = tolerances(graph, inputs, exact)
    for i, (a, b, limit) in enumerate(zip(got, exact, limits, strict=True)):
        assert a.shape == b.shape
        if b.dtype.kind != "f":
            np.testing.assert_array_equal(a, b, err_msg=f"output {i}")
            continue
        x = a.astype(np.float64)
        np.testing.assert_array_equal(np.isnan(x), np.isnan(b), err_msg=f"output {i}: NaN elsewhere")
        error = np.where(np.isfinite(b), np.abs(x - b), 0.0)
        worst = np.unravel_index((error - limit).argmax(), error.shape) if error.size else ()
        assert (error <= limit).all(), f"output {i}: {x[worst]} is not {b[worst]} within {limit[worst]:.3g}"


CHIPS = pytest.mark.parametrize("chip", ARCHS)


@CHIPS
@settings(max_examples=30)
@given(graphs(meshes=(MESH,), most_nodes=8), st.integers(0, 3))
def test_emulated_cards_compute_what_evaluate_says(chip: str, text: Text, seed: int) -> None:
    check_card(text, seed, chip)


@CHIPS
@settings(max_examples=10)
@given(graphs(meshes=(MESH,), most_nodes=6, sizes=(1, 3, 31, 32, 33, 40, 65), most_elements=5000), st.integers(0, 3))
def test_values_of_several_tiles(chip: str, text: Text, seed: int) -> None:
    check_card(text, seed, chip)
