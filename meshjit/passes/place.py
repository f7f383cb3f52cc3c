"""Place: choose shardings for the arguments nobody said anything about (strategy "auto").

Coordinate descent on the estimated time of the whole program: one argument after the other tries every sharding of its
dims over free mesh axes, first with all open arguments following it, then with all else kept, until no change helps.
Each trial propagates, partitions and costs the real graph, so reshards and collectives count. Shardings whose arguments
and results exceed a device's memory lose to those that fit. Larger arguments go first: they matter most.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, permutations

from meshjit.ir.graph import Graph, Node
from meshjit.ir.machine import Machine
from meshjit.ir.mesh import Mesh
from meshjit.ir.types import Spec
from meshjit.passes.collectives import rewrite_collectives
from meshjit.passes.cost import cost, peak_bytes
from meshjit.passes.fuse import fuse
from meshjit.passes.partition import partition
from meshjit.passes.propagate import propagate

#: Graphs costed at most: the descent is a heuristic, and compiling must stay a matter of seconds.
_MAX_TRIALS = 400


@dataclass(frozen=True)
class Choice:
    """What the planner chose: the graph with every parameter's sharding given, and why, by parameter name."""

    graph: Graph
    reasons: dict[str, str]


def place(graph: Graph, machine: Machine) -> Choice:
    """Choose the shardings of all open parameters of a traced graph."""
    open_params = [p for p in graph.params if p.type.is_open]
    chosen = _followed(graph, {})
    best = _score(graph, chosen, machine)
    tried = {tuple(chosen.values())}
    order = sorted(_alike(open_params), key=lambda g: -g[0].type.replicated().local_bytes(graph.mesh))
    trials = [dict.fromkeys(group, spec) for group in order for spec in _candidates(group[0], graph.mesh)]
    # First what follows from one argument's sharding alone: many must change together, such as a batch in all.
    alone = (_followed(graph, trial) for trial in trials)
    improved = True
    while improved:
        improved = False
        changed = ({**chosen, **trial} for trial in trials)
        for trial in chain(alone, changed):
            key = tuple(trial.values())
            if key in tried:
                continue
            if len(tried) >= _MAX_TRIALS:
                break
            tried.add(key)
            score = _score(graph, trial, machine)
            if score < best:
                best, chosen, improved = score, trial, len(tried) < _MAX_TRIALS
    whole = _score(graph, {p: ((),) * p.type.rank for p in open_params}, machine)
    reasons: dict[str, str] = {}
    for p in open_params:
        reasons[p.name] = f"chosen by the planner, together with {open_params[0].name}"
        if p is open_params[0]:
            reasons[p.name] = (
                f"chosen by the planner: {best[1] * 1e6:.0f} us estimated, {whole[1] * 1e6:.0f} us with all open "
                f"arguments whole; {len(tried)} placements compared"
            )
    return Choice(_with_specs(graph, chosen), reasons)


def _alike(params: list[Node]) -> list[list[Node]]:
    """Arguments of one type whose names differ only in numbers, the layers of a model, are placed alike."""
    groups: dict[object, list[Node]] = {}
    for p in params:
        groups.setdefault((re.sub(r"\d+", "#", p.name), p.type), []).append(p)
    return list(groups.values())


def _followed(graph: Graph, given: dict[Node, Spec]) -> dict[Node, Spec]:
    """Shardings of all open parameters: those given, and what propagation makes of the others."""
    placed = propagate(_with_specs(graph, given)).params
    return {p: new.type.dims_spec for p, new in zip(graph.params, placed, strict=True) if p.type.is_open}


def _candidates(param: Node, mesh: Mesh) -> Iterator[Spec]:
    """Every way to put distinct axes on distinct dims, one axis a dim, and all axes on one dim."""
    rank = param.type.rank
    yield ((),) * rank
    for count in range(1, min(rank, len(mesh.axes)) + 1):
        for axes in permutations(mesh.axes, count):
            for dims in permutations(range(rank), count):
                if list(dims) == sorted(dims):
                    spec: list[tuple[str, ...]] = [()] * rank
                    for d, axis in zip(dims, axes, strict=True):
                        spec[d] = (axis,)
                    yield tuple(spec)
    if len(mesh.axes) > 1:
        for d in range(rank):
            yield tuple(mesh.axes if i == d else () for i in range(rank))


def _score(graph: Graph, specs: dict[Node, Spec], machine: Machine) -> tuple[int, float]:
    """(bytes beyond a device's memory, estimated seconds): smaller is better, what fits always wins."""
    local = rewrite_collectives(partition(propagate(_with_specs(graph, specs))))
    fused = fuse(local, machine)
    used = sum(peak_bytes(fused, machine).values())
    return (max(0, used - machine.memory_bytes), cost(fused, machine).seconds)


def _with_specs(graph: Graph, specs: dict[Node, Spec]) -> Graph:
    """The traced graph with these parameters' shardings given; its nodes' types stay open."""
    new = {p: replace(p, type=p.type.with_spec(specs[p])) if p in specs else p for p in graph.params}
    params = tuple(new.values())
    nodes: list[Node] = []
    for node in graph.nodes:
        new[node] = replace(node, operands=tuple(new[o] for o in node.operands))
        nodes.append(new[node])
    return replace(graph, params=params, nodes=tuple(nodes), outputs=tuple(new[o] for o in graph.outputs))
