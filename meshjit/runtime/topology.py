"""The physical link graph of a mesh, the rings and lines in it, and its drawing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import TYPE_CHECKING, Literal

from meshjit.arch import Arch
from meshjit.ir.mesh import Mesh

if TYPE_CHECKING:
    import networkx as nx

    Graph = nx.Graph[int]

#: Links between two neighbours of a grid, where the driver does not say. N300 and T3000 boards have two Ethernet links
#: per pair (0:8-1:0 and 0:9-1:1; 40 directed links on the ten pairs of a 2x4). Blackhole cards pair two links per port.
LINKS = {"wormhole": 2, "blackhole": 2}

#: Targets whose devices share host memory: every axis closes to a ring.
CLOSED = ("cpu", "null")

#: Paths through larger groups are only looked for along the axes.
SEARCH_LIMIT = 16

#: A chip's Ethernet tile (device, NoC 0 coordinate), and two of them that a cable joins, in both directions.
Port = tuple[int, tuple[int, int]]
Link = tuple[Port, Port]
#: The first Ethernet channel to the next device along the last axis; from the device before it is channel 0 (an n300's
#: two chips). Each axis further out takes the next channels.
_FORWARD = 8

PathKind = Literal["single", "line", "ring", "none"]


@dataclass(frozen=True)
class AxisPath:
    """How the devices along one mesh axis are linked: each to the next (line), the last to the first too (ring)."""

    axis: str
    size: int
    kind: PathKind
    links: int


@dataclass(frozen=True)
class Topology:
    """Devices and links of a mesh. ``graph`` has a node per linear device index and edges with a ``links`` count."""

    arch: str
    mesh: Mesh
    graph: Graph

    @classmethod
    def of(cls, arch: str, mesh: Mesh) -> Topology:
        """The graph that a mesh of this kind has: a grid of chips as on a T3000, or a torus in host memory."""
        return cls(arch, mesh, grid(mesh, links=LINKS.get(arch, 1), closed=arch in CLOSED))

    def links(self, a: int, b: int) -> int:
        """The number of links between two devices."""
        return int(self.graph.edges[a, b]["links"]) if self.graph.has_edge(a, b) else 0

    @property
    def num_links(self) -> int:
        """Links of the whole mesh, each counted once."""
        return sum(self.links(a, b) for a, b in self.graph.edges)

    def axis_path(self, axis: str) -> AxisPath:
        """What every group of devices along ``axis`` has: a ring, a line or neither."""
        groups = self.mesh.groups([axis])
        size = self.mesh.axis_size(axis)
        if size == 1:
            return AxisPath(axis, size, "single", 0)
        steps = [self.links(a, b) for group in groups for a, b in pairwise(group)]
        wraps = [self.links(group[-1], group[0]) for group in groups]
        if not all(steps):
            return AxisPath(axis, size, "none", 0)
        if size > 2 and all(wraps):
            return AxisPath(axis, size, "ring", min(steps + wraps))
        return AxisPath(axis, size, "line", min(steps))

    def axis_paths(self) -> tuple[AxisPath, ...]:
        """:meth:`axis_path` of every axis."""
        return tuple(self.axis_path(a) for a in self.mesh.axes)

    def ring(self, devices: Iterable[int]) -> tuple[int, ...] | None:
        """An order of ``devices`` in which each is linked to the next and the last to the first, or None."""
        return self._path(sorted(devices), closed=True)

    def line(self, devices: Iterable[int]) -> tuple[int, ...] | None:
        """An order of ``devices`` in which each is linked to the next, or None."""
        return self._path(sorted(devices), closed=False)

    def _path(self, devices: Sequence[int], *, closed: bool) -> tuple[int, ...] | None:
        if len(devices) < (3 if closed else 1) or len(devices) > SEARCH_LIMIT:
            return None
        for first in devices if not closed else devices[:1]:
            found = self._extend([first], frozenset(devices) - {first}, closed=closed)
            if found is not None:
                return found
        return None

    def _extend(self, path: list[int], left: frozenset[int], *, closed: bool) -> tuple[int, ...] | None:
        if not left:
            return tuple(path) if not closed or self.graph.has_edge(path[-1], path[0]) else None
        for nxt in sorted(left & set(self.graph.neighbors(path[-1]))):
            found = self._extend([*path, nxt], left - {nxt}, closed=closed)
            if found is not None:
                return found
        return None

    def as_dict(self) -> dict[str, object]:
        """The topology as plain data, for ``--json``."""
        return {
            "arch": self.arch,
            "axes": dict(zip(self.mesh.axes, self.mesh.shape, strict=True)),
            "devices": [{"id": d, "coordinate": list(self.mesh.coordinate(d))} for d in range(self.mesh.size)],
            "links": [{"a": a, "b": b, "links": self.links(a, b)} for a, b in sorted(self.graph.edges)],
            "paths": [{"axis": p.axis, "size": p.size, "kind": p.kind, "links": p.links} for p in self.axis_paths()],
        }

    def describe(self) -> str:
        """A drawing of the mesh: a box per device, a stroke per link, and what each axis is."""
        shape, axes = self.mesh.shape, self.mesh.axes
        lines = [
            f"{self.arch} mesh ({self.mesh}): {_count(self.mesh.size, 'device')}, {_count(self.num_links, 'link')}"
        ]
        for outer in product(*(range(n) for n in shape[:-2])):
            if outer:
                lines += ["", ", ".join(f"{a}={i}" for a, i in zip(axes, outer, strict=False))]
            lines += self._draw_plane(outer)
        lines.append("")
        lines += [f"{p.axis}: {_path_text(p)}" for p in self.axis_paths()]
        return "\n".join(lines)

    def _draw_plane(self, outer: tuple[int, ...]) -> list[str]:
        """One two-dimensional slice of the mesh."""
        inner = self.mesh.shape[len(outer) :]
        rows, columns = (1, *inner)[-2:]
        names = self.mesh.axes[len(outer) :]
        at = [
            [self.mesh.device((*outer, *((r, c) if len(inner) == 2 else (c,)))) for c in range(columns)]
            for r in range(rows)
        ]
        labels = [f"{names[0]}={r}" if len(inner) == 2 else "" for r in range(rows)]
        margin = max(len(s) for s in labels)
        out = [" " * (margin + 1) + "".join(f"{f'{names[-1]}={c}':^6}  " for c in range(columns)).rstrip()]
        for r, row in enumerate(at):
            out += self._draw_row(row, labels[r], margin)
            if r + 1 < rows:
                strokes = "".join(f"{_vertical(self.links(a, b)):^6}  " for a, b in zip(row, at[r + 1], strict=True))
                out.append((" " * (margin + 1) + strokes).rstrip())
        return out

    def _draw_row(self, row: Sequence[int], label: str, margin: int) -> list[str]:
        tops, middles, bottoms = "", "", ""
        for i, device in enumerate(row):
            right = _horizontal(self.links(device, row[i + 1])) if i + 1 < len(row) else "  "
            tops += "┌────┐  "
            middles += f"│{device:^4}│{right}"
            bottoms += "└────┘  "
        pad = " " * (margin + 1)
        return [pad + tops.rstrip(), f"{label:>{margin}} {middles.rstrip()}", pad + bottoms.rstrip()]


def grid(mesh: Mesh, *, links: int = 1, closed: bool = False) -> Graph:
    """Neighbours along each axis linked ``links`` times; ``closed`` joins the ends of axes longer than two."""
    import networkx as nx  # noqa: PLC0415  # a large package, which only those who look at links need

    graph: Graph = nx.Graph()
    for device in range(mesh.size):
        graph.add_node(device, coordinate=mesh.coordinate(device))
    for axis in mesh.axes:
        for group in mesh.groups([axis]):
            for a, b in _neighbours(group, closed):
                graph.add_edge(a, b, links=links)
    return graph


def ethernet_links(mesh: Mesh, arch: Arch, *, closed: bool = False) -> tuple[Link, ...]:
    """The cables of a mesh of chips: neighbours along each axis joined as an n300's are, by channels 8 and 9 of the one
    and 0 and 1 of the other, 2 more for each axis further out; ``closed`` makes rings of axes longer than two.

    An axis for which a chip has no Ethernet tiles left has no cables: Wormhole has enough for four axes, Blackhole for
    three.
    """
    out: list[Link] = []
    axes = [axis for axis in reversed(mesh.axes) if mesh.axis_size(axis) > 1]
    for i, axis in enumerate(axes):
        for n in range(LINKS[arch.name] * i, LINKS[arch.name] * (i + 1)):
            if _FORWARD + n < len(arch.ethernet):
                there, back = arch.ethernet[_FORWARD + n], arch.ethernet[n]
                pairs = [pair for group in mesh.groups([axis]) for pair in _neighbours(group, closed)]
                out += [((a, there), (b, back)) for a, b in pairs]
    return tuple(out)


def _neighbours(group: Sequence[int], closed: bool) -> list[tuple[int, int]]:
    """The pairs of devices that follow one another, of a ``closed`` group of three or more also its ends."""
    pairs = list(pairwise(group))
    return [*pairs, (group[-1], group[0])] if closed and len(group) > 2 else pairs


def _horizontal(links: int) -> str:
    return "  " if not links else "──" if links == 1 else "══"


def _vertical(links: int) -> str:
    return " " if not links else "│" if links == 1 else "║"


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" + ("" if n == 1 else "s")


def _path_text(path: AxisPath) -> str:
    if path.kind == "single":
        return "one device"
    if path.kind == "none":
        return f"{path.size} devices, not linked one to the next"
    return f"{path.kind} of {path.size} devices, {_count(path.links, 'link')} between neighbours"
