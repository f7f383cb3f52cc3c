"""Run one node on the CPU mesh and compare with its NumPy meaning."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from meshjit.codegen.cpu.lower import lower
from meshjit.ir.evaluate import evaluate, split
from meshjit.ir.graph import Builder, Graph, Node
from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import LOCAL
from meshjit.ir.program import RunProgram
from meshjit.runtime.devices.base import Region
from meshjit.runtime.devices.cpu import CpuTarget
from meshjit.toolchain.llvm import Machine


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
    operands = list(node.operands)
    regions: list[Region] = []
    address = 0
    graph = Graph("f", mesh, (), (), (), LOCAL)
    for value in [*operands, node]:
        size = value.type.local_bytes(mesh)
        regions.append(Region(address, size, 64, value.type.varies))
        address += -(-max(size, 1) // 64) * 64 + 64
    for operand, array, region in zip(operands, inputs, regions, strict=False):
        for device in range(mesh.size):
            block = split(array, operand.type, graph, device, 77)
            target.write(device, region, memoryview(np.ascontiguousarray(block).reshape(-1).view(np.uint8)))
    command = RunProgram(program, tuple(range(len(regions))), tuple(range(mesh.size)))
    loaded = target.load([command], regions, frozenset())
    target.submit(loaded, {}, 60.0)
    shape = node.type.local_shape(mesh)
    return [
        np.frombuffer(target.read(d, regions[-1]), node.type.dtype.numpy).reshape(shape) for d in range(mesh.size)
    ]


def single(build, *types, mesh: Mesh = Mesh((1,), ("tp",))) -> Graph:
    """A one-node graph: ``build(builder, *params)`` adds the node."""
    builder = Builder(mesh, LOCAL)
    params = [builder.param(f"x{i}", t) for i, t in enumerate(types)]
    node = build(builder, *params)
    return builder.graph("f", [node])


def expected(graph: Graph, inputs: Sequence[np.ndarray]) -> np.ndarray:
    """The graph's value in exact arithmetic, as float64 (or its integer dtype)."""
    return evaluate(graph, inputs, exact=True)[0]
