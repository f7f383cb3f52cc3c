"""Plan memory: a place in the arena for every temporary, so that values that live at the same time do not overlap.

Outputs get buffers of their own, and parameters are the caller's. A reshape in row-major memory is no work: its value
is its operand's bytes.

Before::

    mesh (tp=2) stage fused
    func f(%x: f32[16]) {
      %0 = exp(%x) : f32[16]
      %1 = neg(%0) : f32[16]
      %2 = exp(%1) : f32[16]
      return %2
    }

After::

    mesh (tp=2) stage planned
    func f(%x: f32[16]) {
      %0 = exp(%x) : f32[16] at 0+64
      %1 = neg(%0) : f32[16] at 64+64
      %2 = exp(%1) : f32[16]
      return %2
    }
"""

from __future__ import annotations

from dataclasses import replace

from meshjit.errors import OutOfMemoryError
from meshjit.ir.graph import Allocation, Builder, Graph, Node, describe, rewrite
from meshjit.ir.machine import Machine
from meshjit.ir.opdef import PLANNED
from meshjit.ir.ops.shape import RESHAPE
from meshjit.ir.program import Layout


def plan(graph: Graph, machine: Machine) -> Graph:
    """Fused to planned.

    Raises :class:`~meshjit.errors.OutOfMemoryError` (MJ4001) when arguments, results and temporaries exceed a device.
    """
    owners = storage_owners(graph, machine)
    last = _last_uses(graph, owners)
    outputs = {owners[o] for o in graph.outputs}
    live: dict[Node, Allocation] = {}
    placed: dict[Node, Allocation] = {}
    peak = 0
    for i, node in enumerate(graph.nodes):
        if owners[node] is node and node not in outputs:
            size = machine.footprint_bytes(node.type, graph.mesh)
            offset = _first_fit(list(live.values()), size)
            live[node] = placed[node] = Allocation(offset, size)
            peak = max(peak, offset + size)
        for owner in [o for o in live if last[o] <= i]:
            del live[owner]
    _check_fits(graph, machine, peak)

    def visit(builder: Builder, node: Node, operands: tuple[Node, ...]) -> Node:
        new = builder.copy(node, operands)
        builder.nodes[-1] = replace(new, allocation=placed.get(owners[node]))
        return builder.nodes[-1]

    return rewrite(graph, visit, PLANNED)


def storage_owners(graph: Graph, machine: Machine) -> dict[Node, Node]:
    """For each value the one whose bytes it is: itself, or what a free reshape reads."""
    owners: dict[Node, Node] = {p: p for p in graph.params}
    # An output must not be an argument's buffer, nor share one with another output.
    taken = {*graph.params, *graph.outputs}
    for node in graph.nodes:
        free = node.op is RESHAPE and machine.layout is Layout.ROW
        source = owners[node.operands[0]] if free else node
        if not free or (node in graph.outputs and source in taken):
            source = node
        if node in graph.outputs:
            taken.add(source)
        owners[node] = source
    return owners


def arena_bytes(graph: Graph) -> int:
    """Bytes of address space that a planned graph's temporaries take."""
    return max((n.allocation.offset + n.allocation.size for n in graph.nodes if n.allocation), default=0)


def _last_uses(graph: Graph, owners: dict[Node, Node]) -> dict[Node, int]:
    last: dict[Node, int] = {}
    for i, node in enumerate(graph.nodes):
        last[owners[node]] = i
        for operand in node.operands:
            last[owners[operand]] = i
    return last


def _first_fit(live: list[Allocation], size: int) -> int:
    offset = 0
    for a in sorted(live, key=lambda a: a.offset):
        if offset + size <= a.offset:
            break
        offset = max(offset, a.offset + a.size)
    return offset


def _check_fits(graph: Graph, machine: Machine, peak: int) -> None:
    kept = {v: machine.footprint_bytes(v.type, graph.mesh) for v in (*graph.params, *graph.outputs)}
    total = (sum(kept.values()) + peak) * machine.banks
    if total <= machine.memory_bytes:
        return
    largest = sorted(kept, key=lambda v: -kept[v])[:4]
    place = next((v.location for v in largest if v.location), None)
    raise OutOfMemoryError(
        "MJ4001",
        f"{graph.name} needs {total:,} bytes on each device, which has {machine.memory_bytes:,}",
        where=place.snippet() if place else "",
        operands=[f"{describe(v)}: {kept[v] * machine.banks:,} bytes a device" for v in largest],
        fix="shard the largest arguments over more mesh axes (in_shardings=), or use a larger mesh",
    )
