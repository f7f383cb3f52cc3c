"""Schedule: the order of the commands. Of all nodes whose operands are ready, the one that frees the most memory runs
next; of equals, the first as written.

Before::

    mesh (tp=2) stage fused
    func f(%x: f32[4,8]) {
      %0 = exp(%x) : f32[4,8]
      %1 = neg(%x) : f32[4,8]
      %2 = sum(%0) {axes=[0,1], keepdims=false} : f32[]
      %3 = sum(%1) {axes=[0,1], keepdims=false} : f32[]
      return %2, %3
    }

After::

    mesh (tp=2) stage fused
    func f(%x: f32[4,8]) {
      %0 = exp(%x) : f32[4,8]
      %1 = sum(%0) {axes=[0,1], keepdims=false} : f32[]
      %2 = neg(%x) : f32[4,8]
      %3 = sum(%2) {axes=[0,1], keepdims=false} : f32[]
      return %1, %3
    }
"""

from __future__ import annotations

import heapq
from dataclasses import replace

from meshjit.ir.graph import Graph, Node


def schedule(graph: Graph) -> Graph:
    """Reorder the nodes; operands still come before uses."""
    index = {n: i for i, n in enumerate(graph.nodes)}
    uses = graph.uses()
    waiting = {n: len({o for o in n.operands if o in index}) for n in graph.nodes}
    remaining = {v: len(set(u)) for v, u in uses.items()}
    outputs = set(graph.outputs)

    def gain(node: Node) -> int:
        freed = sum(
            o.type.local_bytes(graph.mesh)
            for o in set(node.operands)
            if o in index and remaining[o] == 1 and o not in outputs
        )
        return freed - node.type.local_bytes(graph.mesh)

    heap = [(-gain(n), i, n) for n, i in index.items() if not waiting[n]]
    heapq.heapify(heap)
    done: list[Node] = []
    finished: set[Node] = set()
    while heap:
        priority, i, node = heapq.heappop(heap)
        if node in finished:
            continue
        if priority != -gain(node):  # its operands' other users ran since: rank it anew
            heapq.heappush(heap, (-gain(node), i, node))
            continue
        finished.add(node)
        done.append(node)
        for operand in set(node.operands):
            remaining[operand] -= 1
        for user in set(uses[node]):
            waiting[user] -= 1
            if not waiting[user]:
                heapq.heappush(heap, (-gain(user), index[user], user))
    return replace(graph, nodes=tuple(done))
