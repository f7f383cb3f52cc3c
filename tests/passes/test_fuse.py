"""What becomes one kernel: as much as a card's core holds, and normalising ops with what they read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from meshjit.ir.evaluate import evaluate
from meshjit.ir.graph import Builder, Graph
from meshjit.ir.machine import Machine
from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import LOCAL
from meshjit.ir.ops import create, elementwise, linear, reduce
from meshjit.ir.ops import shape as shapes
from meshjit.ir.program import Layout
from meshjit.ir.types import F32, TensorType
from meshjit.passes.fuse import fuse

CPU = Machine("cpu", Layout.ROW, 1 << 30, 64)
CARD = Machine("wormhole", Layout.TILE, 1 << 30, 64)


def graph_of(build, *shapes) -> Graph:
    builder = Builder(Mesh((1,), ("tp",)), LOCAL)
    params = [builder.param(f"x{i}", TensorType(F32, s, ((),) * len(s))) for i, s in enumerate(shapes)]
    return builder.graph("f", [build(builder, *params)])


def kernels(graph: Graph) -> int:
    return len(fuse(graph, CARD).nodes)


def test_a_sum_of_eight_is_one_kernel_and_of_nine_two():
    def total(b, *xs):
        out = xs[0]
        for x in xs[1:]:
            out = b.add(elementwise.ADD, [out, x])
        return out

    assert kernels(graph_of(total, *[(4, 4)] * 8)) == 1
    assert kernels(graph_of(total, *[(4, 4)] * 9)) == 2


def test_a_product_is_kept_from_the_start_even_when_it_is_computed_last():
    def total(b, x, w, *xs):
        out = xs[0]
        for other in xs[1:]:
            out = b.add(elementwise.ADD, [out, other])
        return b.add(elementwise.ADD, [out, b.add(linear.MATMUL, [x, w])])

    assert kernels(graph_of(total, *[(4, 4)] * 9)) == 1
    assert kernels(graph_of(total, *[(4, 4)] * 10)) == 2


def test_values_that_are_kept_count():
    """Eight operands that are read again after eight functions of them."""

    def build(b, *xs):
        parts = [b.add(elementwise.EXP, [x]) for x in xs]
        products = [b.add(elementwise.MUL, [p, x]) for p, x in zip(reversed(parts), xs, strict=True)]
        out = products[0]
        for p in products[1:]:
            out = b.add(elementwise.ADD, [out, p])
        return out

    assert kernels(graph_of(build, *[(4, 4)] * 4)) == 1
    assert kernels(graph_of(build, *[(4, 4)] * 8)) > 1


def test_long_chains_are_cut():
    def build(b, x):
        for _ in range(100):
            x = b.add(elementwise.EXP, [x])
        return x

    assert kernels(graph_of(build, (4, 4))) == 2


def test_normalising_takes_its_producers_in_on_cards_alone():
    def build(b, x, y):
        index = b.add(create.IOTA, (), {"shape": (4, 5), "dim": 1, "start": 0, "step": 1, "dtype": F32}, spec=((), ()))
        return b.add(reduce.SOFTMAX, [b.add(elementwise.MUL, [b.add(elementwise.ADD, [x, y]), index])], {"axis": 1})

    graph = graph_of(build, (4, 5), (5,))
    card, cpu = fuse(graph, CARD), fuse(graph, CPU)
    assert len(card.nodes) == 1 and card.nodes[0].attrs["kind"] == "normalize"
    assert len(cpu.nodes) == 2
    assert str(fuse(graph)) == str(cpu)


def test_weights_of_a_norm_are_read_from_memory():
    def build(b, x, w):
        doubled = b.add(elementwise.ADD, [w, w])
        return b.add(reduce.RMS_NORM, [b.add(elementwise.NEG, [x]), doubled], {"eps": 1e-5})

    graph = graph_of(build, (5,), (5,))
    card = fuse(graph, CARD)
    assert [n.op.name for n in card.nodes] == ["add", "fusion"]
    values = [[1.0, 2, 3, 4, 5], [2.0, 1, 0, 1, 2]]
    inputs = [np.array(v, np.float32) for v in values]
    assert np.array_equal(evaluate(card, inputs)[0], evaluate(graph, inputs)[0])


def test_matmuls_take_in_the_transposition_of_operands_that_the_machine_reads_transposed():
    def gradients(b, x, y, z):
        turned = b.add(shapes.TRANSPOSE, [x], {"perm": (1, 0)})
        return [b.add(linear.MATMUL, [turned, other]) for other in (y, z)]

    builder = Builder(Mesh((1,), ("tp",)), LOCAL)
    params = [builder.param(f"x{i}", TensorType(F32, (5, 4), ((), ()))) for i in range(3)]
    graph = builder.graph("f", gradients(builder, *params))
    inputs = [np.random.default_rng(i).standard_normal((5, 4)).astype(np.float32) for i in range(3)]
    for operands, expected in (((), 3), ((1,), 3), ((0,), 2), ((0, 1), 2)):
        out = fuse(graph, replace(CARD, transposed_operands=frozenset(operands)))
        assert len(out.nodes) == expected, operands
        for got, want in zip(evaluate(out, inputs), evaluate(graph, inputs), strict=True):
            assert np.array_equal(got, want)
