"""Give every output a value of its own: arguments that are returned, and values returned twice, are copied.

A caller may keep, donate or drop each result without regard to the others or to its arguments.

Before::

    mesh (tp=2) stage local
    func f(%x: f32[4@tp]) {
      %0 = exp(%x) : f32[4@tp]
      return %x, %0, %0
    }

After::

    mesh (tp=2) stage local
    func f(%x: f32[4@tp]) {
      %0 = exp(%x) : f32[4@tp]
      %1 = reshape(%x) {shape=[4]} : f32[4@tp]
      %2 = reshape(%0) {shape=[4]} : f32[4@tp]
      return %1, %0, %2
    }
"""

from __future__ import annotations

from meshjit.ir.graph import Builder, Graph, Node
from meshjit.ir.opdef import attrs_of
from meshjit.ir.ops.shape import RESHAPE


def own_outputs(graph: Graph) -> Graph:
    """Append the copies."""
    builder = Builder(graph.mesh, graph.stage)
    builder.params, builder.nodes = list(graph.params), list(graph.nodes)
    outputs: list[Node] = []
    for output in graph.outputs:
        if output in graph.params or output in outputs:
            output = builder.add(RESHAPE, [output], attrs_of(shape=output.type.shape), output.location)
        outputs.append(output)
    return builder.graph(graph.name, outputs)
