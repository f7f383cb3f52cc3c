"""From a planned graph to an executable: one command per node, buffers for what they read and write."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from meshjit.ir.graph import Graph, Node
from meshjit.ir.machine import Machine
from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import Array
from meshjit.ir.ops.sharding import axes_of
from meshjit.ir.program import BufferKind, BufferSpec, Collective, Command, Executable, Program, RunProgram

#: Builds the program of one node for a target.
Lower = Callable[[Node, Mesh], Program]


def build_executable(
    graph: Graph, owners: Mapping[Node, Node], reuse: Mapping[Node, Node], arena_bytes: int, machine: Machine,
    lower: Lower, constants: Mapping[int, Array],
) -> Executable:  # fmt: skip
    """Lower a planned graph.

    ``owners`` maps each value to the one whose memory it is, ``reuse`` results to donated parameters whose memory they
    take. ``constants`` holds, by position, parameters that are always the same array.

    Raises :class:`~meshjit.errors.CodegenError` for a node without a kernel.
    """
    mesh = graph.mesh
    # A result that is another value's memory read in another shape: its buffer has the result's type.
    outputs = {owners[o]: o.type for o in graph.outputs}
    buffers: list[BufferSpec] = []
    index: dict[Node, int] = {}

    def add(value: Node, kind: BufferKind, name: str) -> None:
        index[value] = len(buffers)
        offset = value.allocation.offset if kind == "temp" and value.allocation else None
        type = outputs.get(value, value.type)
        size = machine.size_bytes(type, mesh)
        buffers.append(BufferSpec(name, type, size, kind, machine.layout, type.varies, offset))

    for i, param in enumerate(graph.params):
        add(param, "constant" if i in constants else "input", param.name)
    commands: list[Command] = []
    for i, node in enumerate(graph.nodes):
        if owners[node] is not node:
            continue  # its operand's memory read in another shape: no work
        if node in reuse:
            index[node] = index[reuse[node]]
        else:
            add(node, "output" if node in outputs else "temp", f"%{i}")
        label = f"%{i} {node.op.name}" + (f" ({node.location.short})" if node.location else "")
        sources = [index[owners[o]] for o in dict.fromkeys(node.operands)]
        if node.op.kernel == "collective":
            commands.append(_collective(node, mesh, sources[0], index[node], label))
        else:
            program = lower(node, mesh)
            commands.append(RunProgram(program, (*sources, index[node]), tuple(range(mesh.size)), label))
    return Executable(
        name=graph.name,
        mesh=mesh,
        target=machine.arch,
        buffers=tuple(buffers),
        commands=tuple(commands),
        inputs=tuple(i for i in range(len(graph.params)) if i not in constants),
        outputs=tuple(index[owners[o]] for o in graph.outputs),
        arena_bytes=arena_bytes,
        constants=tuple((i, np.asarray(a)) for i, a in constants.items()),
    )


def _collective(node: Node, mesh: Mesh, source: int, destination: int, label: str) -> Collective:
    attrs = node.attrs
    return Collective(
        kind=node.op.name,  # type: ignore[arg-type]  # the collectives' ops carry the commands' names
        groups=mesh.groups(axes_of(attrs)),
        dtype=node.type.dtype,
        in_shape=node.operands[0].type.local_shape(mesh),
        out_shape=node.type.local_shape(mesh),
        source=source,
        destination=destination,
        dim=attrs.get("dim", 0),  # type: ignore[arg-type]  # an int by the type rule
        split_dim=attrs.get("split_dim", 0),  # type: ignore[arg-type]  # likewise
        op=attrs.get("op", "sum"),  # type: ignore[arg-type]  # sum, max or min by the type rule
        label=label,
    )
