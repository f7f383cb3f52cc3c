"""Run one node on the CPU mesh, and compare with its NumPy meaning."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from meshjit.codegen.cpu.lower import lower
from meshjit.ir.evaluate import evaluate, join, split
from meshjit.ir.graph import Builder, Graph, Node
from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import LOCAL
from meshjit.ir.program import RunProgram
from meshjit.ir.types import BF16, BOOL, F32, I32, DType, TensorType
from meshjit.runtime.devices.base import Region
from meshjit.runtime.devices.cpu import CpuTarget
from meshjit.toolchain.llvm import Machine

ONE = Mesh((1,), ("tp",))
#: What lies beyond the end of a dim on a device: nothing that a result may depend on.
PADDING = {"float": np.nan, "int": 77, "bool": True}


def run_node(
    node: Node,
    mesh: Mesh,
    inputs: Sequence[np.ndarray],
    target: CpuTarget | None = None,
    machine: Machine | None = None,
) -> list[np.ndarray]:
    """The blocks that the devices hold after computing ``node`` on blocks of global ``inputs`` (one per operand)."""
    target = target or CpuTarget(mesh, 1 << 28)
    program = lower(node, mesh, machine)
    by_operand = dict(zip(node.operands, inputs, strict=True))
    operands = list(by_operand)
    regions: list[Region] = []
    address = 0
    graph = Graph("f", mesh, (), (), (), LOCAL)
    for value in [*operands, node]:
        size = value.type.local_bytes(mesh)
        regions.append(Region(address, size, 64, value.type.varies))
        address += -(-max(size, 1) // 64) * 64 + 64
    for operand, region in zip(operands, regions, strict=False):
        for device in range(mesh.size):
            block = split(by_operand[operand], operand.type, graph, device, PADDING[operand.type.dtype.kind])
            target.write(device, region, memoryview(np.ascontiguousarray(block).reshape(-1).view(np.uint8)))
    command = RunProgram(program, tuple(range(len(regions))), tuple(range(mesh.size)))
    loaded = target.load([command], regions, frozenset())
    target.submit(loaded, {}, 60.0)
    shape = node.type.local_shape(mesh)
    return [np.frombuffer(target.read(d, regions[-1]), node.type.dtype.numpy).reshape(shape) for d in range(mesh.size)]


def single(build, *types, mesh: Mesh = ONE) -> Graph:
    """A one-node graph: ``build(builder, *params)`` adds the node."""
    builder = Builder(mesh, LOCAL)
    params = [builder.param(f"x{i}", t) for i, t in enumerate(types)]
    node = build(builder, *params)
    return builder.graph("f", [node])


def expected(graph: Graph, inputs: Sequence[np.ndarray]) -> np.ndarray:
    """The graph's value in exact arithmetic, as float64 (or its integer dtype)."""
    return evaluate(graph, inputs, exact=True)[0]


def plain(dtype: DType, shape: Sequence[int]) -> TensorType:
    """A type that is whole on every device."""
    return TensorType(dtype, tuple(shape), ((),) * len(shape))


def check(graph: Graph, inputs: Sequence[np.ndarray], tolerance: float, machine: Machine | None = None) -> None:
    """Run the graph's node on the CPU mesh; its value is the one NumPy gives in float64, within ``tolerance``.

    The tolerance is relative to the largest value, as rounding errors of sums are.
    """
    (node,) = graph.nodes
    mesh = graph.mesh
    values = dict(zip(graph.params, inputs, strict=True))
    blocks = run_node(node, mesh, [values[o] for o in node.operands], machine=machine)
    got, want = join(blocks, node.type, graph), expected(graph, inputs)
    assert got.shape == want.shape
    if node.type.dtype.kind != "float":
        np.testing.assert_array_equal(got, want)
        return
    finite = np.abs(want[np.isfinite(want)])
    scale = max(1.0, float(finite.max())) if finite.size else 1.0
    np.testing.assert_allclose(got.astype(np.float64), want, rtol=tolerance, atol=tolerance * scale)


#: Relative rounding of a result of this dtype, with room for the error of the operation itself.
TOLERANCE = {F32: 2e-6, BF16: 2.0**-8, I32: 0.0, BOOL: 0.0}


def sample(rng: np.random.Generator, dtype: DType, shape: Sequence[int], low: float = -3.0) -> np.ndarray:
    """Values of any dtype; floats are at least ``low``."""
    if dtype == BOOL:
        return rng.integers(0, 2, shape).astype(bool)
    if dtype == I32:
        return rng.integers(-50, 50, shape).astype(np.int32)
    return rng.uniform(low, 3.0, shape).astype(dtype.numpy)
