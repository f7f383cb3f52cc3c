"""What a graph costs on each device: floating-point operations, bytes of memory and of links, and a time estimate."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from meshjit.ir.graph import Graph, Node
from meshjit.ir.machine import Machine
from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import FUSED, PLANNED
from meshjit.ir.ops.linear import MATMUL
from meshjit.passes.plan import storage_owners
from meshjit.passes.reshard import step_bytes


@dataclass(frozen=True)
class Cost:
    """Per device. ``collectives`` counts them by kind; ``seconds`` is a roofline estimate, each command by itself."""

    kernels: int
    collectives: Mapping[str, int]
    flops: int
    memory_bytes: int
    link_bytes: int
    seconds: float

    def __str__(self) -> str:
        kinds = ", ".join(f"{n} {k}" for k, n in sorted(self.collectives.items())) or "no collectives"
        plural = "" if self.kernels == 1 else "s"
        return (
            f"{self.kernels} kernel{plural}, {kinds}; per device {_scaled(self.flops, _FLOP)}, "
            f"{_scaled(self.memory_bytes, _BYTES)} read and written, {_scaled(self.link_bytes, _BYTES)} over links; "
            f"estimate {_scaled(self.seconds * 1e6, _TIME)}"
        )


_FLOP = ("FLOP", "kFLOP", "MFLOP", "GFLOP", "TFLOP", "PFLOP")
_BYTES = ("B", "kB", "MB", "GB", "TB")
_TIME = ("us", "ms", "s")


def _scaled(amount: float, units: tuple[str, ...]) -> str:
    """Three digits in the unit, each a thousand of the one before, that keeps the number below a thousand."""
    for unit in units[:-1]:
        if amount < 999.5:
            return f"{amount:.3g} {unit}"
        amount /= 1000
    return f"{amount:.3g} {units[-1]}"


def cost(graph: Graph, machine: Machine) -> Cost:
    """The cost of a per-device graph (stage local, fused or planned). Reshapes that move nothing are no kernels."""
    owners = storage_owners(graph, machine)
    kinds: Counter[str] = Counter()
    kernels = flops = memory = links = 0
    seconds = 0.0
    for node in graph.nodes:
        if node.op.kernel == "collective":
            moved = step_bytes(node.op, node.attrs, node.operands[0].type, node.type, graph.mesh)
            kinds[node.op.name] += 1
            links += moved
            seconds += machine.link_latency_s + moved / machine.link_bandwidth
            continue
        if owners[node] is not node:
            continue
        kernels += 1
        work, touched = _work(node, graph.mesh)
        flops += work
        memory += touched
        seconds += max(work / machine.flops, touched / machine.memory_bandwidth)
    return Cost(kernels, dict(kinds), flops, memory, links, seconds)


def _work(node: Node, mesh: Mesh) -> tuple[int, int]:
    """(floating-point operations, bytes read and written) of one kernel on one device."""
    members = node.body.nodes if node.body else (node,)
    flops = 0
    for member in members:
        size = math.prod(member.type.local_shape(mesh))
        if member.op is MATMUL:
            flops += 2 * size * member.operands[0].type.local_shape(mesh)[-1]
        elif member.op.kernel in ("elementwise", "normalize"):
            flops += size
        elif member.op.kernel == "reduce":
            flops += math.prod(member.operands[0].type.local_shape(mesh))
    touched = sum(v.type.local_bytes(mesh) for v in (*dict.fromkeys(node.operands), node))
    return flops, touched


def peak_bytes(graph: Graph, machine: Machine) -> Mapping[str, int]:
    """Bytes of each device's memory by use: arguments, results, temporaries (of a planned graph)."""
    mesh = graph.mesh
    arena = max((n.allocation.offset + n.allocation.size for n in graph.nodes if n.allocation), default=0)
    return {
        "arguments": sum(machine.size_bytes(p.type, mesh) for p in graph.params),
        "results": sum(machine.size_bytes(o.type, mesh) for o in dict.fromkeys(graph.outputs)),
        "temporaries": arena * machine.banks if graph.stage in (FUSED, PLANNED) else 0,
    }
