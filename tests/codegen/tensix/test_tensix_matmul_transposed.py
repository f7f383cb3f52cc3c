"""Matmuls that read an operand transposed in place, against NumPy in float64."""

from __future__ import annotations

import numpy as np
import pytest
from card_run import CHIPS, ONE, check, fused, plain, random, run_node, single
from test_tensix_matmul import LARGEST

from meshjit.ir.ops import elementwise, linear
from meshjit.ir.ops import shape as shapes
from meshjit.ir.types import BF16, F32

pytestmark = pytest.mark.parametrize("chip", CHIPS)


def turned(g, y):
    """The last two dims exchanged."""
    rank = y.type.rank
    return g.add(shapes.TRANSPOSE, [y], {"perm": (*range(rank - 2), rank - 1, rank - 2)})


@pytest.mark.parametrize("dtype", [BF16, F32], ids=str)
@pytest.mark.parametrize("epilogue", [False, True], ids=["", "bias"])
@pytest.mark.parametrize(
    ("left", "right"),
    [((32, 32), (32, 32)), ((37, 70), (101, 70)), ((300, 300), (300, 300)), ((3, 128, 64), (3, 40, 64))],
)
def test_transposed_second_operand(chip, dtype, epilogue, left, right):
    a, b, bias = plain(dtype, *left), plain(dtype, *right), plain(dtype, right[-2])

    def build(g, x, y, *z):
        p = g.add(linear.MATMUL, [x, turned(g, y)])
        return g.add(elementwise.RELU, [g.add(elementwise.ADD, [p, z[0]])]) if z else p

    types = [a, b, bias] if epilogue else [a, b]
    check(fused(build, *types), [random(t, i) for i, t in enumerate(types)], chip, LARGEST[dtype])


@pytest.mark.parametrize("first", [False, True], ids=["x @ x.T", "x.T @ x"])
def test_an_operand_times_its_own_transposition(chip, first):
    a = plain(BF16, 70, 100)
    graph = fused(lambda g, x: g.add(linear.MATMUL, [turned(g, x), x] if first else [x, turned(g, x)]), a)
    check(graph, [random(a, 1)], chip, LARGEST[BF16])


@pytest.mark.parametrize("dtype", [BF16, F32], ids=str)
@pytest.mark.parametrize("epilogue", [False, True], ids=["", "bias"])
@pytest.mark.parametrize("both", [False, True], ids=["first", "both"])
@pytest.mark.parametrize(
    ("k", "m", "n"), [((32,), 32, 32), ((70,), 37, 101), ((33,), 1, 31), ((300,), 300, 300), ((3, 64), 128, 40)]
)
def test_transposed_first_operand(chip, dtype, epilogue, both, k, m, n):
    right = (*k[:-1], n, k[-1]) if both else (*k, n)
    types = [plain(dtype, *k, m), plain(dtype, *right), *([plain(dtype, n)] if epilogue else [])]

    def build(g, x, y, *z):
        p = g.add(linear.MATMUL, [turned(g, x), turned(g, y) if both else y])
        return g.add(elementwise.RELU, [g.add(elementwise.ADD, [p, z[0]])]) if z else p

    check(fused(build, *types), [random(t, i) for i, t in enumerate(types)], chip, LARGEST[dtype])


@pytest.mark.parametrize("fidelity", ["lofi", "hifi2", "hifi3", "hifi4"])
@pytest.mark.parametrize("accumulate", ["f32", "bf16"])
@pytest.mark.parametrize("grid", [(1, 1), (2, 2), (8, 8)], ids=str)
def test_transposed_first_operand_on_grids(chip, fidelity, accumulate, grid):
    a, b = plain(BF16, 200, 170), plain(BF16, 200, 130)
    graph = fused(
        lambda g, x, y: g.add(linear.MATMUL, [turned(g, x), y]), a, b, fidelity=fidelity, accumulate=accumulate
    )
    tolerance = {"lofi": 4e-2, "hifi2": 8e-3, "hifi3": 4e-3, "hifi4": 4e-3}[fidelity]
    tolerance = max(tolerance, 1.6e-2) if accumulate == "bf16" else tolerance
    check(graph, [random(a, 1), random(b, 2)], chip, tolerance, grid=grid)


@pytest.mark.parametrize("dtype", [BF16, F32], ids=str)
def test_a_transposed_batch_times_one_matrix(chip, dtype):
    a, b = plain(dtype, 3, 33, 40), plain(dtype, 33, 70)
    graph = fused(lambda g, x, y: g.add(linear.MATMUL, [turned(g, x), y]), a, b)
    check(graph, [random(a, 1), random(b, 2)], chip, LARGEST[dtype])


@pytest.mark.parametrize("dtype", [BF16, F32], ids=str)
@pytest.mark.parametrize("both", [False, True], ids=["first", "both"])
def test_with_one_phase_the_bytes_are_those_of_a_product_of_transposed_matrices(chip, dtype, both):
    """With more phases they may differ: sums of the same products are rounded in another order."""
    a, b = plain(dtype, 70, 100), plain(dtype, 70, 130)
    x, y = random(a, 1), random(b, 2)
    w = plain(dtype, 130, 70) if both else b
    one = fused(lambda g, x, y: g.add(linear.MATMUL, [x, y]), plain(dtype, 100, 70), b, fidelity="lofi")
    other = fused(
        lambda g, x, y: g.add(linear.MATMUL, [turned(g, x), turned(g, y) if both else y]), a, w, fidelity="lofi"
    )
    (first,) = run_node(one.nodes[0], ONE, [np.ascontiguousarray(x.T), y], chip)
    (second,) = run_node(other.nodes[0], ONE, [x, np.ascontiguousarray(y.T) if both else y], chip)
    assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize("dtype", [BF16, F32], ids=str)
def test_transposed_in_the_unpacker_or_before_the_bytes_are_the_same(chip, dtype):
    a, b, w = plain(dtype, 70, 100), plain(dtype, 100, 130), plain(dtype, 130, 100)
    x, y = random(a, 1), random(b, 2)
    one = single(lambda g, x, y: g.add(linear.MATMUL, [x, y]), a, b)
    other = fused(lambda g, x, y: g.add(linear.MATMUL, [x, turned(g, y)]), a, w)
    (first,) = run_node(one.nodes[0], ONE, [x, y], chip)
    (second,) = run_node(other.nodes[0], ONE, [x, np.ascontiguousarray(y.T)], chip)
    assert first.tobytes() == second.tobytes()
