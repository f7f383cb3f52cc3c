"""The verifier, run after every pass: structure, types derived anew, and which ops a stage may hold."""

from __future__ import annotations

from meshjit.errors import IRError, MeshJitError
from meshjit.ir.graph import Graph, Node, infer
from meshjit.ir.machine import ACCUMULATORS, FIDELITIES
from meshjit.ir.opdef import FUSED, TRACED
from meshjit.ir.ops.structure import FUSION, PARAM
from meshjit.ir.printer import print_node
from meshjit.ir.types import check_spec

#: What a tiled fusion may say beside its tile.
_TILING = {
    "multicast": ("a", "b", "ab"), "keep": ("a", "b"), "halves": (1, 2),
    "fidelity": FIDELITIES, "accumulate": ACCUMULATORS,
}  # fmt: skip


def verify(graph: Graph, *, after: str = "", region: bool = False) -> None:
    """Check a graph.

    Raises :class:`~meshjit.errors.IRError` (MJ7002) that names the pass ``after`` which it was found and shows the
    lines around the node. The body of a fusion (``region``) may give a pending reduction, a function may not.
    """
    seen: set[Node] = set()
    names = {p: f"%{p.name}" for p in graph.params}
    for i, node in enumerate(graph.nodes):
        names[node] = f"%{i}"

    def refuse(node: Node | None, message: str) -> IRError:
        lines: list[str] = []
        if node in graph.nodes:
            at = graph.nodes.index(node)
            for j in range(max(0, at - 2), min(len(graph.nodes), at + 3)):
                lines.append(("  > " if j == at else "    ") + print_node(graph.nodes[j], names))
        where = "\n".join(lines)
        blame = f"after {after}: " if after else ""
        return IRError(
            "MJ7002", blame + message, where=where, fix="this is a fault of the pass named, not of the model"
        )

    for param in graph.params:
        if param.op is not PARAM or not param.name:
            raise refuse(param, f"{param!r} is no parameter")
        if param in seen:
            raise refuse(param, f"parameter %{param.name} is listed twice")
        seen.add(param)
    if len({p.name for p in graph.params}) != len(graph.params):
        raise refuse(None, "two parameters have one name")
    for value in graph.values():
        try:
            check_spec(value.type, graph.mesh)
        except MeshJitError as error:
            raise refuse(value, error.summary) from error
        if graph.stage != TRACED and value.type.is_open:
            raise refuse(value, f"the type {value.type} is open, which stage {graph.stage} does not allow")
    for node in graph.nodes:
        for operand in node.operands:
            if operand not in seen:
                raise refuse(node, f"operand {operand!r} is not defined before this node")
        if node in seen:
            raise refuse(node, "the node is listed twice")
        seen.add(node)
        problem = _check_node(node, graph)
        if problem:
            raise refuse(node, problem)
    for output in graph.outputs:
        if output not in seen:
            raise refuse(None, f"output {output!r} is not defined")
        if graph.stage != TRACED and output.type.pending and not region:
            raise refuse(output, f"the function returns a pending reduction: {output.type}")


def _check_node(node: Node, graph: Graph) -> str:
    op = node.op
    if op is PARAM:
        return "a parameter stands among the nodes"
    if graph.stage not in op.stages:
        return f"stage {graph.stage} may not hold {op.name}"
    if not op.arity[0] <= len(node.operands) <= op.arity[1]:
        return f"{op.name} takes {op.arity[0]} to {op.arity[1]} operands, got {len(node.operands)}"
    unknown = [a for a in node.attrs if a not in op.attrs]
    if unknown:
        return f"{op.name} has no attribute {unknown[0]!r}"
    if op is FUSION:
        return _check_fusion(node, graph)
    if node.body is not None:
        return f"{op.name} has a body"
    try:
        type = infer(op, node.operands, node.attrs, graph.mesh, graph.stage)
    except MeshJitError as error:
        return error.summary
    if not node.operands:
        type = type.with_spec(node.type.spec, node.type.pending)
        if node.type.pending:
            return f"{op.name} has no operands, so nothing can be pending"
    return "" if type == node.type else f"the type says {node.type}, the op's rules give {type}"


def _check_tiling(node: Node) -> str:
    tile = node.attrs.get("tile", (1, 1, 1))
    if not (isinstance(tile, tuple) and len(tile) == 3 and all(isinstance(t, int) and t > 0 for t in tile)):
        return f"a tile is rows, columns and depth, not {tile}"
    for name, allowed in _TILING.items():
        if node.attrs.get(name, allowed[0]) not in allowed:
            return f"{name} is one of {', '.join(map(repr, allowed))}, not {node.attrs[name]!r}"
    return ""


def _check_fusion(node: Node, graph: Graph) -> str:
    body = node.body
    if body is None or len(body.outputs) != 1:
        return "a fusion needs a body with one output"
    if [p.type for p in body.params] != [o.type for o in node.operands]:
        return "the body's parameters do not match the operands"
    if body.outputs[0].type != node.type:
        return f"the body gives {body.outputs[0].type}, the type says {node.type}"
    if any(n.op is FUSION for n in body.nodes):
        return "a fusion holds a fusion"
    problem = _check_tiling(node)
    if problem:
        return problem
    verify(
        Graph(body.name, graph.mesh, body.params, body.nodes, body.outputs, FUSED),
        after="the body of a fusion",
        region=True,
    )
    return ""
