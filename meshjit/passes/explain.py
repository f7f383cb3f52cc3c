"""Why a program is what it is: the placement of every argument, every collective with its cause and cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from meshjit.ir.graph import Graph, Node
from meshjit.ir.ops.sharding import LOCAL_SLICE
from meshjit.passes.propagate import partition_spec
from meshjit.passes.reshard import step_bytes


@dataclass(frozen=True)
class Placement:
    """An argument or result: its type as placed, and why."""

    name: str
    type: str
    reason: str


@dataclass(frozen=True)
class Movement:
    """A collective (or a local slice): where it comes from, why it is there, and bytes each device sends."""

    op: str
    axes: str
    type: str
    location: str
    reason: str
    bytes: int


@dataclass(frozen=True)
class Explanation:
    """The answer of ``explain()``. ``str()`` gives the text, ``as_dict()`` plain data."""

    name: str
    placements: tuple[Placement, ...]
    movements: tuple[Movement, ...]

    def as_dict(self) -> dict[str, object]:
        """Dicts and lists only."""
        return asdict(self)

    def __str__(self) -> str:
        lines = [f"{self.name}: placements"]
        width = max((len(p.name) + len(p.type) for p in self.placements), default=0) + 2
        for p in self.placements:
            lines.append(f"  {p.name + ': ' + p.type:<{width}}  {p.reason}")
        lines.append(f"{self.name}: data movement between devices" + ("" if self.movements else ": none"))
        for m in self.movements:
            place = f" at {m.location}" if m.location else ""
            lines.append(f"  {m.op} over {m.axes}{place} -> {m.type}, {m.bytes:,} bytes a device")
            lines.append(f"      because {m.reason or 'partition needs it'}")
        return "\n".join(lines) + "\n"


def explain(stages: Mapping[str, Graph], choices: Mapping[str, str]) -> Explanation:
    """Explain a lowered function from its stages "traced", "sharded" and "local", and what the planner chose."""
    traced, sharded, local = stages["traced"], stages["sharded"], stages["local"]
    placements = [
        Placement(p.name, str(p.type), choices.get(p.name) or _why(t, p))
        for t, p in zip(traced.params, sharded.params, strict=True)
    ]
    for i, output in enumerate(local.outputs):
        placements.append(Placement(f"result {i}", str(output.type), _result_reason(output)))
    return Explanation(local.name, tuple(placements), tuple(_movements(local)))


def _why(traced: Node, placed: Node) -> str:
    if traced.type.spec is not None:
        return f"given: {partition_spec(placed.type.dims_spec)}"
    if placed.type.sharded_axes:
        return "follows from the shardings of what it meets"
    return "nothing said, and nothing it meets is sharded along its dims: whole on every device"


def _result_reason(output: Node) -> str:
    reason = output.attrs.get("reason", "")
    return str(reason) or f"as {output.op.name} leaves it"


def _movements(graph: Graph) -> Iterator[Movement]:
    for node in graph.nodes:
        if node.op.kernel != "collective" and node.op is not LOCAL_SLICE:
            continue
        axes = node.attrs["axes"]
        assert isinstance(axes, tuple)
        source = node.operands[0].type
        yield Movement(
            node.op.name,
            "+".join(map(str, axes)),
            str(node.type),
            node.location.short if node.location else "",
            str(node.attrs.get("reason", "")),
            step_bytes(node.op, node.attrs, source, node.type, graph.mesh),
        )
