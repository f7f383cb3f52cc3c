"""Common subexpressions: nodes with equal op, operands, attributes and type become one.

Before::

    mesh (dp=2) stage traced
    func f(%x: f32[4]?) {
      %0 = exp(%x) : f32[4]?
      %1 = exp(%x) : f32[4]?
      %2 = add(%0, %1) : f32[4]?
      return %2
    }

After::

    mesh (dp=2) stage traced
    func f(%x: f32[4]?) {
      %0 = exp(%x) : f32[4]?
      %1 = add(%0, %0) : f32[4]?
      return %1
    }
"""

from __future__ import annotations

from typing import Any

from meshjit.ir.graph import Builder, Graph, Node, rewrite


def cse(graph: Graph) -> Graph:
    """Merge equal nodes; of two, the first stays. Reasons do not count as a difference."""
    seen: dict[Any, Node] = {}

    def visit(builder: Builder, node: Node, operands: tuple[Node, ...]) -> Node:
        if node.body is not None:
            return builder.copy(node, operands)
        ids = [id(o) for o in operands]
        if node.op.commutative:
            ids.sort()
        attrs = tuple((k, type(v), repr(v)) for k, v in node.attrs.items() if k != "reason")
        key = (node.op.name, tuple(ids), attrs, node.type)
        if key not in seen:
            seen[key] = builder.copy(node, operands)
        return seen[key]

    return rewrite(graph, visit)
