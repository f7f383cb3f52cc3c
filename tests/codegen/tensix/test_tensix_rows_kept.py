"""What several phases of a row kernel read stays in L1: two rows of it, one, or none, as L1 has room."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from card_run import CHIPS, ONE, TOLERANCE, check, cut, fused, plain, random, run_node, single, target

from meshjit.arch import ARCHS, L1, WORMHOLE
from meshjit.codegen.tensix.keeping import Take, plan
from meshjit.codegen.tensix.lower import lower
from meshjit.ir.graph import Graph
from meshjit.ir.ops import create, elementwise, reduce
from meshjit.ir.types import BF16, F32, I32

DTYPES = pytest.mark.parametrize("dtype", [BF16, F32], ids=str)
ROWS = pytest.mark.parametrize("rows", [2, 1, 0], ids=["two", "one", "streamed"])


def softmax(axis):
    return lambda b, x: b.add(reduce.SOFTMAX, [x], {"axis": axis})


def of_sum(b, x, y, row, column):
    total = b.add(elementwise.ADD, [b.add(elementwise.ADD, [x, y]), b.add(elementwise.MUL, [row, column])])
    return b.add(reduce.SOFTMAX, [total], {"axis": 1})


def widened(b, x, y):
    return b.add(
        reduce.SOFTMAX, [b.add(elementwise.ADD, [b.add(elementwise.CAST, [x], {"dtype": F32}), y])], {"axis": 1}
    )


def causal(b, x):
    shape = x.type.shape
    rows, columns = (
        b.add(create.IOTA, (), {"shape": shape, "dim": d, "start": 0, "step": 1, "dtype": I32}, spec=((), ()))
        for d in (0, 1)
    )
    low = b.add(create.FULL, (), {"shape": (), "value": -1e9, "dtype": x.type.dtype}, spec=())
    return b.add(
        reduce.SOFTMAX, [b.add(elementwise.WHERE, [b.add(elementwise.GE, [rows, columns]), x, low])], {"axis": 1}
    )


def layer_norm(b, x, w, c):
    return b.add(reduce.LAYER_NORM, [x, w, c], {"eps": 1e-5})


def rms_norm_of_product(b, x, y, w):
    return b.add(reduce.RMS_NORM, [b.add(elementwise.MUL, [x, y]), w], {"eps": 1e-5})


def graph_of(case: str, dtype) -> tuple[Graph, int, int]:
    """A kernel whose one core has several rows, the tiles of a row and how many operands its phases share."""
    wide, tall, row = plain(dtype, 130, 100), plain(dtype, 100, 130), plain(dtype, 100)
    return {
        "softmax": (single(softmax(1), wide), 4, 1),
        "softmax of full tiles": (single(softmax(1), plain(dtype, 96, 96)), 3, 1),
        "softmax over rows": (single(softmax(0), tall), 4, 1),
        "layer_norm": (single(layer_norm, wide, row, row), 4, 1),
        "rms_norm of a product": (fused(rms_norm_of_product, wide, wide, row), 4, 2),
        "softmax of a sum": (fused(of_sum, wide, wide, row, plain(dtype, 130, 1)), 4, 4),
        "softmax of two dtypes": (fused(widened, plain(BF16, 130, 100), plain(F32, 130, 100)), 4, 2),
        "softmax of causal scores": (fused(causal, wide), 4, 1),
    }[case]


CASES = (
    "softmax", "softmax of full tiles", "softmax over rows", "layer_norm", "rms_norm of a product", "softmax of a sum",
    "softmax of two dtypes", "softmax of causal scores",
)  # fmt: skip


def room(graph: Graph, chip: str, rows: int, tiles: int, kept: int) -> int:
    """Bytes of L1 that are enough for ``rows`` rows of what is kept, and one byte too few for another."""
    (node,) = graph.nodes
    arch = cut(ARCHS[chip], (1, 1))
    pages: list[int] = []
    for want in range(2, rows - 1, -1):
        program = lower(node, graph.mesh, arch)
        pages = [cb.num_pages for cb in program.circular_buffers]
        assert pages.count(want * tiles) >= kept if want else max(pages) <= 4, pages
        if want > rows:
            used = sum(cb.num_pages * cb.page_bytes for cb in program.circular_buffers)
            arch = replace(arch, l1_bytes=L1.data + used - 1)
    return arch.l1_bytes


@DTYPES
@ROWS
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("chip", CHIPS)
def test_rows_that_stay_and_rows_that_stream(chip, case, rows, dtype):
    graph, tiles, kept = graph_of(case, dtype)
    inputs = [random(p.type, i, 2.0) for i, p in enumerate(graph.params)]
    tolerance = 2 * TOLERANCE[graph.nodes[0].type.dtype]
    check(graph, inputs, chip, tolerance, grid=(1, 1), l1_bytes=room(graph, chip[1], rows, tiles, kept))


@ROWS
@pytest.mark.parametrize("case", ["softmax", "layer_norm"])
@pytest.mark.parametrize("chip", CHIPS[:2])
def test_bytes_read_from_dram(chip, case, rows):
    """Each page once when rows stay, else once in each of three phases; a norm's weights once for each row of tiles."""
    graph, tiles, kept = graph_of(case, BF16)
    inputs = [random(p.type, i) for i, p in enumerate(graph.params)]
    mesh = target(*chip, ONE)._transport

    def read() -> int:
        return sum(worker.noc["ncrisc"][0][0] for worker in mesh.counters())

    before = read()
    l1_bytes = room(graph, chip[1], rows, tiles, kept)
    run_node(graph.nodes[0], graph.mesh, inputs, chip, grid=(1, 1), l1_bytes=l1_bytes)
    weights = 2 if case == "layer_norm" else 0
    assert read() - before == 2048 * 5 * tiles * ((1 if rows else 3) + weights)


@pytest.mark.parametrize("chip", CHIPS)
def test_a_long_row_that_fits_once(chip):
    """64 x 12,800: 400 tiles of 2,048 bytes a row, where a core has 1.4 MB."""
    type = plain(BF16, 64, 12_800)
    graph = single(softmax(1), type)
    (node,) = graph.nodes
    assert lower(node, ONE, cut(ARCHS[chip[1]], (1, 1))).circular_buffers[0].num_pages == 400
    check(graph, [random(type, 1, 3.0)], chip, 2 * TOLERANCE[BF16], grid=(1, 1))


def test_plan_of_three_phases():
    """Operand 0 is used by all, 1 by the last two, 2 by the last alone, 3 is made."""
    arch = replace(WORMHOLE, l1_bytes=L1.data + 100)
    phases = ((0, 3), (0, 1, 3), (0, 1, 2, 3))
    kept = plan(arch, (1, 1, 1, 1), ((1, 2),), phases, {3}, 10)
    assert kept.pages == (20, 20, 2, 2)
    assert kept.reads == ((0, 3), (1, 3), (2, 3))
    assert kept.takes == (
        (Take(0, pops=False), Take(3)),
        (Take(0, waits=False, pops=False), Take(1, pops=False), Take(3)),
        (Take(0, waits=False), Take(1, waits=False), Take(2), Take(3)),
    )


def test_plan_as_l1_has_room():
    phases = ((0,), (0,))

    def pages(room: int, tiles: int = 10) -> tuple[int, ...]:
        return plan(replace(WORMHOLE, l1_bytes=L1.data + room), (1,), ((1, 2),), phases, (), tiles).pages

    assert [pages(n) for n in (22, 21, 12, 11)] == [(20,), (10,), (10,), (2,)]
    assert pages(100, tiles=1) == (2,)
    streamed = plan(replace(WORMHOLE, l1_bytes=L1.data), (1,), (), phases, (), 10)
    assert streamed.reads == phases
    assert streamed.takes == ((Take(0),), (Take(0),))


def test_reductions_have_one_phase_and_keep_nothing():
    kept = plan(WORMHOLE, (2048, 2048), (), ((0, 1),), (), 10)
    assert kept.pages == (2, 2)
    assert kept.takes == ((Take(0), Take(1)),)


@pytest.mark.parametrize("chip", CHIPS[:2])
def test_no_rows(chip):
    type = plain(F32, 0, 70)
    (node,) = single(softmax(1), type).nodes
    (got,) = run_node(node, ONE, [np.zeros(type.shape, np.float32)], chip)
    assert got.shape == type.shape
