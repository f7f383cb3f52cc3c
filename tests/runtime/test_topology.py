from __future__ import annotations

import json

import networkx as nx
import pytest

from meshjit.arch import BLACKHOLE, WORMHOLE, Arch
from meshjit.ir.mesh import Mesh
from meshjit.runtime import open_mesh
from meshjit.runtime.topology import Topology, ethernet_links, grid

T3000 = Topology.of("wormhole", Mesh((2, 4), ("dp", "tp")))


def test_a_t3000_has_forty_directed_links():
    assert T3000.num_links * 2 == 40
    assert T3000.links(0, 1) == T3000.links(0, 4) == 2 and T3000.links(0, 5) == T3000.links(0, 3) == 0


def test_an_n300_is_a_pair():
    n300 = Topology.of("wormhole", Mesh((1, 2), ("dp", "tp")))
    assert n300.num_links == 2
    assert [(p.axis, p.kind, p.links) for p in n300.axis_paths()] == [("dp", "single", 0), ("tp", "line", 2)]


def test_cables_join_neighbours_along_each_axis():
    tile = WORMHOLE.ethernet
    assert ethernet_links(Mesh((1, 2), ("dp", "tp")), WORMHOLE) == (
        ((0, tile[8]), (1, tile[0])),
        ((0, tile[9]), (1, tile[1])),
    )
    t3000 = ethernet_links(T3000.mesh, WORMHOLE)
    assert len(t3000) == T3000.num_links
    assert ((1, tile[10]), (5, tile[2])) in t3000 and ((2, tile[8]), (3, tile[0])) in t3000


@pytest.mark.parametrize("arch", [WORMHOLE, BLACKHOLE], ids=lambda arch: arch.name)
@pytest.mark.parametrize("shape", [(1,), (4,), (2, 4), (3, 3), (2, 2, 3), (2, 2, 2, 2, 2)])
def test_no_tile_has_two_cables(arch: Arch, shape: tuple[int, ...]):
    mesh = Mesh(shape, tuple("abcde"[: len(shape)]))
    for closed in (False, True):
        ports = [port for link in ethernet_links(mesh, arch, closed=closed) for port in link]
        assert len(set(ports)) == len(ports)
    if len(shape) <= 3:
        assert 2 * len(ethernet_links(mesh, arch)) == sum(2 * 2 for _ in grid(mesh).edges)
    ring = ethernet_links(Mesh((4,), ("tp",)), arch, closed=True)
    assert ((3, arch.ethernet[8]), (0, arch.ethernet[0])) in ring and len(ring) == 8


def test_host_memory_closes_every_axis():
    cpu = Topology.of("cpu", Mesh((2, 4), ("dp", "tp")))
    assert [(p.kind, p.size) for p in cpu.axis_paths()] == [("line", 2), ("ring", 4)]
    assert [p.kind for p in T3000.axis_paths()] == ["line", "line"]


def test_rings_and_lines_that_exist_are_found():
    ring = T3000.ring(range(8))
    assert ring is not None and sorted(ring) == list(range(8))
    assert all(T3000.links(a, b) for a, b in zip(ring, (*ring[1:], ring[0]), strict=True))
    assert T3000.ring([0, 1, 2, 3]) is None and T3000.ring([0, 1, 5, 4]) is not None
    assert T3000.line([3, 1, 2, 0]) == (0, 1, 2, 3)
    assert T3000.line([0, 2]) is None and T3000.ring([0, 1]) is None


def test_an_axis_without_links_says_so():
    graph: nx.Graph = grid(Mesh((1, 3), ("a", "b")))
    graph.remove_edge(1, 2)
    cut = Topology("wormhole", Mesh((1, 3), ("a", "b")), graph)
    assert cut.axis_path("b").kind == "none"
    assert "b: 3 devices, not linked one to the next" in cut.describe()


def test_the_drawing_shows_boxes_and_links():
    expected = """\
wormhole mesh (dp=2, tp=4): 8 devices, 20 links
      tp=0    tp=1    tp=2    tp=3
     ┌────┐  ┌────┐  ┌────┐  ┌────┐
dp=0 │ 0  │══│ 1  │══│ 2  │══│ 3  │
     └────┘  └────┘  └────┘  └────┘
       ║       ║       ║       ║
     ┌────┐  ┌────┐  ┌────┐  ┌────┐
dp=1 │ 4  │══│ 5  │══│ 6  │══│ 7  │
     └────┘  └────┘  └────┘  └────┘

dp: line of 2 devices, 2 links between neighbours
tp: line of 4 devices, 2 links between neighbours"""
    assert T3000.describe() == expected


@pytest.mark.parametrize(("shape", "axes"), [((1,), ("a",)), ((3,), ("a",)), ((2, 2, 2), ("a", "b", "c"))])
def test_meshes_of_any_rank_are_drawn(shape, axes):
    text = Topology.of("cpu", Mesh(shape, axes)).describe()
    size = Mesh(shape, axes).size
    assert all(f"│ {d}  │" in text for d in range(size)) and not any(line.endswith(" ") for line in text.split("\n"))
    assert text.count("┌────┐") == size


def test_the_topology_is_plain_data():
    data = json.loads(json.dumps(T3000.as_dict()))
    assert data["axes"] == {"dp": 2, "tp": 4} and len(data["links"]) == 10
    assert data["devices"][5] == {"id": 5, "coordinate": [1, 1]}


def test_a_mesh_describes_itself():
    with open_mesh((1, 2), target="null", arch="wormhole") as mesh:
        assert mesh.describe().startswith("wormhole mesh (dp=1, tp=2): 2 devices, 2 links")
