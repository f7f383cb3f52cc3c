"""Graphs as text. :mod:`meshjit.ir.parser` holds the grammar and reads it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshjit.ir.opdef import Attr, Attrs
from meshjit.ir.types import DType

if TYPE_CHECKING:
    from meshjit.ir.graph import Graph, Node


def print_graph(graph: Graph) -> str:
    """The graph's text: the mesh and stage, then the function, one node a line, names %0, %1 ... in order."""
    lines = [f"mesh ({graph.mesh}) stage {graph.stage}", f"func {graph.name}({_params(graph)}) {{"]
    names = {p: f"%{p.name}" for p in graph.params}
    _block(graph, names, "  ", lines)
    lines.append("}")
    return "\n".join(lines) + "\n"


def print_node(node: Node, names: dict[Node, str]) -> str:
    """One node's line, without indentation; operands that have no name yet print as ``%?``."""
    operands = ", ".join(names.get(o, "%?") for o in node.operands)
    text = f"{names.get(node, '%?')} = {node.op.name}({operands}){print_attrs(node.attrs)} : {node.type}"
    if node.allocation:
        text += f" at {node.allocation.offset}+{node.allocation.size}"
    return text


def print_attrs(attrs: Attrs) -> str:
    """`` {axis=1}``, or nothing."""
    return " {" + ", ".join(f"{k}={print_attr(v)}" for k, v in attrs.items()) + "}" if attrs else ""


def print_attr(value: Attr) -> str:
    """An attribute's value as the parser reads it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, DType):
        return value.name
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    if isinstance(value, tuple):
        return "[" + ",".join(print_attr(v) for v in value) + "]"
    return repr(value)


def _params(graph: Graph) -> str:
    return ", ".join(f"%{p.name}: {p.type}" for p in graph.params)


def _block(graph: Graph, names: dict[Node, str], indent: str, lines: list[str]) -> None:
    comments: list[tuple[int, str]] = []
    for i, node in enumerate(graph.nodes):
        names[node] = f"%{i}"
        text = indent + print_node(node, names)
        place = node.location.short if node.location else ""
        if node.body:
            text += f" = ({_params(node.body)}) {{"
        if place:
            comments.append((len(lines), place))
        lines.append(text)
        if node.body:
            inner = {p: f"%{p.name}" for p in node.body.params}
            _block(node.body, inner, indent + "  ", lines)
            lines.append(indent + "}")
    lines.append(f"{indent}return {', '.join(names[o] for o in graph.outputs)}".rstrip())
    column = max((len(lines[i]) for i, _ in comments if len(lines[i]) <= 100), default=0)
    for i, place in comments:
        lines[i] = f"{lines[i]:<{column}}  // {place}"
