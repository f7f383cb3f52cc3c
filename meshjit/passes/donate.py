"""Donated arguments: which results may take an argument's memory.

A result takes the place of a donated argument of the same type when nothing reads the argument after the result is
written; the kernel that writes it may itself read the argument only element by element.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from meshjit.ir.graph import Graph, Node


def reuse_donated(graph: Graph, owners: Mapping[Node, Node], donated: Collection[int]) -> dict[Node, Node]:
    """Outputs (as the owners of their memory) to the donated parameters whose memory they take.

    ``donated`` lists positions of parameters; each serves one output at most, in the order of the outputs.
    """
    order = {n: i for i, n in enumerate(graph.nodes)}
    reads: dict[Node, list[Node]] = {p: [] for p in graph.params}
    for node in graph.nodes:
        for operand in node.operands:
            owner = owners[operand]
            if owner in reads:
                reads[owner].append(node)
    free = [graph.params[i] for i in donated]
    taken: dict[Node, Node] = {}
    for output in dict.fromkeys(owners[o] for o in graph.outputs):
        if output not in order:
            continue
        for param in free:
            if param.type == output.type and all(
                order[r] < order[output] or (r is output and _in_place(output)) for r in reads[param]
            ):
                taken[output] = param
                free.remove(param)
                break
    return taken


def _in_place(node: Node) -> bool:
    """Whether each element of the result depends on no operand's element but the one at its own place."""
    members = node.body.nodes if node.body else (node,)
    return all(m.op.kernel in ("elementwise", "create") for m in members)
