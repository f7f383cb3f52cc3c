"""The graph: frozen nodes in topological order, each with its op, operands, attributes, type and source line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from meshjit.errors import MeshJitError
from meshjit.ir.location import Location
from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import NO_ATTRS, TRACED, Attrs, OpDef
from meshjit.ir.ops.structure import PARAM
from meshjit.ir.printer import print_graph
from meshjit.ir.types import Spec, TensorType


@dataclass(frozen=True)
class Allocation:
    """Where the memory plan put a value: bytes ``offset`` to ``offset + size`` of the arena, on every device."""

    offset: int
    size: int


@dataclass(frozen=True, eq=False)
class Node:
    """One value: the result of ``op`` on ``operands``. Parameters have op PARAM and a ``name``.

    Nodes compare by identity; graphs compare by their text. ``body`` is the region of a fusion, ``allocation`` the
    place that the memory plan gave the value.
    """

    op: OpDef
    operands: tuple[Node, ...]
    attrs: Attrs
    type: TensorType
    location: Location | None = None
    name: str = ""
    body: Graph | None = None
    allocation: Allocation | None = None

    def __repr__(self) -> str:
        return f"<{self.name or self.op.name}: {self.type}>"


@dataclass(frozen=True, eq=False)
class Graph:
    """A function on a mesh. ``nodes`` excludes the parameters; every operand comes before its use."""

    name: str
    mesh: Mesh
    params: tuple[Node, ...]
    nodes: tuple[Node, ...]
    outputs: tuple[Node, ...]
    stage: str = TRACED

    def __str__(self) -> str:
        return print_graph(self)

    def values(self) -> Iterator[Node]:
        """Parameters, then nodes."""
        yield from self.params
        yield from self.nodes

    def uses(self) -> dict[Node, list[Node]]:
        """The nodes that read each value, in order (a node reading a value twice is listed twice)."""
        out: dict[Node, list[Node]] = {v: [] for v in self.values()}
        for node in self.nodes:
            for operand in node.operands:
                out[operand].append(node)
        return out


class Builder:
    """Appends nodes, inferring each type; rule errors gain the user's line and the operands' types.

    In stage "traced" every result's sharding stays open, whatever is known of the operands.
    """

    def __init__(self, mesh: Mesh, stage: str = TRACED) -> None:
        self.mesh = mesh
        self.stage = stage
        self.params: list[Node] = []
        self.nodes: list[Node] = []

    def param(self, name: str, type: TensorType, location: Location | None = None) -> Node:
        """Append a parameter."""
        node = Node(PARAM, (), NO_ATTRS, type, location, name)
        self.params.append(node)
        return node

    def add(
        self,
        op: OpDef,
        operands: Sequence[Node] = (),
        attrs: Attrs = NO_ATTRS,
        location: Location | None = None,
        *,
        spec: Spec | None = None,
        body: Graph | None = None,
    ) -> Node:
        """Append a node. ``spec`` chooses the sharding of an op without operands.

        Raises ShapeError, DTypeError or ShardingError that point at ``location``.
        """
        if body is not None:
            type = body.outputs[0].type
        else:
            try:
                type = infer(op, operands, attrs, self.mesh, self.stage)
            except MeshJitError as error:
                raise located(error, location, operands) from None
        if body is None and not operands and spec is not None:
            type = type.with_spec(spec)
        return self.append(Node(op, tuple(operands), attrs, type, location, body=body))

    def append(self, node: Node) -> Node:
        """Append a node as it is."""
        self.nodes.append(node)
        return node

    def copy(self, node: Node, operands: Sequence[Node]) -> Node:
        """Append ``node`` on new operands: the node itself when nothing changed, else with its type derived anew."""
        if len(operands) == len(node.operands) and all(a is b for a, b in zip(operands, node.operands, strict=True)):
            return self.append(node)
        if node.body is not None or not operands:
            return self.append(replace(node, operands=tuple(operands)))
        new = self.add(node.op, operands, node.attrs, node.location)
        if node.allocation is not None:
            self.nodes[-1] = new = replace(new, allocation=node.allocation)
        return new

    def graph(self, name: str, outputs: Sequence[Node]) -> Graph:
        """The finished graph."""
        return Graph(name, self.mesh, tuple(self.params), tuple(self.nodes), tuple(outputs), self.stage)


def infer(op: OpDef, operands: Sequence[Node], attrs: Attrs, mesh: Mesh, stage: str) -> TensorType:
    """The type of ``op`` on ``operands`` in a stage: open in "traced", else with the sharding that follows."""
    types = [o.type.open() if stage == TRACED else o.type for o in operands]
    return op.infer(types, attrs, mesh)


Visit = Callable[[Builder, Node, tuple[Node, ...]], Node]


def rewrite(graph: Graph, visit: Visit, stage: str | None = None) -> Graph:
    """Rebuild a graph node by node: ``visit(builder, node, new operands)`` returns what replaces the node."""
    builder = Builder(graph.mesh, stage or graph.stage)
    builder.params = list(graph.params)
    new: dict[Node, Node] = {p: p for p in graph.params}
    for node in graph.nodes:
        new[node] = visit(builder, node, tuple(new[o] for o in node.operands))
    return builder.graph(graph.name, [new[o] for o in graph.outputs])


def located(error: MeshJitError, location: Location | None, operands: Sequence[Node]) -> MeshJitError:
    """The same error with the user's line and the operands' names and types, where it has none yet."""
    where = error.where or (location.snippet() if location else "")
    lines = error.operands or tuple(describe(o) for o in operands)
    return type(error)(error.code, error.summary, where=where, operands=lines, fix=error.fix)


def describe(node: Node) -> str:
    """``x: bf16[128@dp,1024]`` for a parameter, ``gelu(...) at mlp.py:9: bf16[128,4096]`` for a result."""
    place = f" at {node.location.short}" if node.location else ""
    return f"{node.name}: {node.type}" if node.name else f"{node.op.name}(...){place}: {node.type}"
