"""Dead code: nodes that no output needs go.

Before::

    mesh (dp=2) stage traced
    func f(%x: f32[4]?) {
      %0 = exp(%x) : f32[4]?
      %1 = neg(%x) : f32[4]?
      return %1
    }

After::

    mesh (dp=2) stage traced
    func f(%x: f32[4]?) {
      %0 = neg(%x) : f32[4]?
      return %0
    }
"""

from __future__ import annotations

from dataclasses import replace

from meshjit.ir.graph import Graph, Node


def dce(graph: Graph) -> Graph:
    """Drop what cannot be reached from the outputs. Parameters stay: they are the signature."""
    live: set[Node] = set(graph.outputs)
    for node in reversed(graph.nodes):
        if node in live:
            live.update(node.operands)
    return replace(graph, nodes=tuple(n for n in graph.nodes if n in live))
