"""Reductions, softmax and norms on cards against NumPy in float64."""

from __future__ import annotations

import numpy as np
import pytest
from card_run import CHIPS, TOLERANCE, check, fused, plain, random, single

from meshjit.ir.ops import create, elementwise, reduce
from meshjit.ir.types import BF16, F32, I32

pytestmark = pytest.mark.parametrize("chip", CHIPS)
DTYPES = pytest.mark.parametrize("dtype", [BF16, F32], ids=str)


@DTYPES
@pytest.mark.parametrize("op", [reduce.SUM, reduce.MAX, reduce.MIN], ids=str)
@pytest.mark.parametrize("keepdims", [True, False])
@pytest.mark.parametrize(
    ("shape", "axes"),
    [
        ((40, 70), (1,)), ((40, 70), (0,)), ((40, 70), (0, 1)), ((3, 33, 64), (0,)), ((3, 33, 65), (0, 2)),
        ((5, 33, 40), (2,)), ((5, 33, 40), (1,)), ((70,), (0,)),
    ],
)  # fmt: skip
def test_reduce(chip, shape, axes, keepdims, op, dtype):
    type = plain(dtype, *shape)
    graph = single(lambda b, x: b.add(op, [x], {"axes": axes, "keepdims": keepdims}), type)
    check(graph, [random(type, 1)], chip, 2 * TOLERANCE[dtype])


@pytest.mark.parametrize("op", [reduce.SUM, reduce.MAX, reduce.MIN], ids=str)
@pytest.mark.parametrize(
    ("shape", "axes"), [((40, 70), (1,)), ((40, 70), (0,)), ((64, 64), (0, 1)), ((3, 33, 40), (0, 2))]
)
def test_integers_reduce_over_the_whole_range(chip, shape, axes, op):
    """Sums wrap as NumPy's do."""
    type = plain(I32, *shape)
    x = np.random.default_rng(3).integers(-(2**31), 2**31, shape).astype(np.int32)
    check(single(lambda b, p: b.add(op, [p], {"axes": axes, "keepdims": False}), type), [x], chip, 0.0)
    check(single(lambda b, p: b.add(op, [p], {"axes": axes, "keepdims": False}), type), [-abs(x)], chip, 0.0)


@DTYPES
def test_fused_producer_is_masked_after_it(chip, dtype):
    types = plain(dtype, 40, 70), plain(dtype, 70)

    def build(b, x, y):
        e = b.add(elementwise.EXP, [b.add(elementwise.ADD, [x, y])])
        return b.add(reduce.SUM, [e], {"axes": (1,), "keepdims": True})

    check(fused(build, *types), [random(t, i) for i, t in enumerate(types)], chip, 2 * TOLERANCE[dtype])


@DTYPES
@pytest.mark.parametrize(("shape", "axis"), [((40, 70), 1), ((40, 70), 0), ((2, 33, 128), 2), ((3, 33, 40), 0)])
def test_softmax(chip, shape, axis, dtype):
    type = plain(dtype, *shape)
    graph = single(lambda b, x: b.add(reduce.SOFTMAX, [x], {"axis": axis}), type)
    check(graph, [random(type, 1, 3.0)], chip, 2 * TOLERANCE[dtype])


@DTYPES
@pytest.mark.parametrize("shape", [(40, 70), (2, 33, 128), (70,)])
def test_norms(chip, shape, dtype):
    x, w = plain(dtype, *shape), plain(dtype, shape[-1])
    rms = single(lambda b, p, q: b.add(reduce.RMS_NORM, [p, q], {"eps": 1e-5}), x, w)
    check(rms, [random(x, 1), random(w, 2)], chip, 2 * TOLERANCE[dtype])
    layer = single(lambda b, p, q, r: b.add(reduce.LAYER_NORM, [p, q, r], {"eps": 1e-5}), x, w, w)
    check(layer, [random(x, 1), random(w, 2), random(w, 3)], chip, 2 * TOLERANCE[dtype])


def causal(b, x, shape, fill):
    """x where its second-to-last index is at least its last, else ``fill``."""
    rank = len(shape)
    rows, columns = (
        b.add(create.IOTA, (), {"shape": shape, "dim": d, "start": 0, "step": 1, "dtype": I32}, spec=((),) * rank)
        for d in (rank - 2, rank - 1)
    )
    other = b.add(create.FULL, (), {"shape": (), "value": fill, "dtype": x.type.dtype}, spec=())
    return b.add(elementwise.WHERE, [b.add(elementwise.GE, [rows, columns]), x, other])


@DTYPES
@pytest.mark.parametrize(
    ("shape", "axes"), [((40, 70), (1,)), ((40, 70), (0,)), ((70, 40), (0, 1)), ((3, 33, 40), (0, 2))]
)
def test_reductions_make_their_indices(chip, shape, axes, dtype):
    def build(b, x):
        return b.add(reduce.SUM, [causal(b, x, shape, 0.5)], {"axes": axes, "keepdims": True})

    type = plain(dtype, *shape)
    check(fused(build, type), [random(type, 1)], chip, 2 * TOLERANCE[dtype])


@DTYPES
@pytest.mark.parametrize(("shape", "axis"), [((70, 70), 1), ((70, 40), 0), ((2, 33, 64), 2)])
def test_softmax_of_causal_scores_is_one_kernel(chip, shape, axis, dtype):
    def build(b, x):
        return b.add(reduce.SOFTMAX, [causal(b, x, shape, -1e9)], {"axis": axis})

    type = plain(dtype, *shape)
    check(fused(build, type), [random(type, 1, 3.0)], chip, 2 * TOLERANCE[dtype])


@DTYPES
def test_norms_of_what_is_computed(chip, dtype):
    x, w = plain(dtype, 40, 70), plain(dtype, 70)

    def rms(b, p, q, r):
        return b.add(reduce.RMS_NORM, [b.add(elementwise.ADD, [p, q]), r], {"eps": 1e-5})

    def layer(b, r, p, s, q):
        return b.add(reduce.LAYER_NORM, [b.add(elementwise.MUL, [p, q]), r, s], {"eps": 1e-5})

    values = [random(t, i) for i, t in enumerate((x, x, w, w))]
    check(fused(rms, x, x, w), values[:3], chip, 2 * TOLERANCE[dtype])
    check(fused(layer, w, x, w, x), [values[2], values[0], values[3], values[1]], chip, 2 * TOLERANCE[dtype])


@pytest.mark.parametrize(("shape", "axis"), [((0, 5), 1), ((0, 5), 0), ((2, 0, 5), 2)])
def test_empty_arrays_reduce(chip, shape, axis):
    """No rows, or rows of nothing, whose sum is 0."""
    type = plain(F32, *shape)
    graph = single(lambda b, x: b.add(reduce.SUM, [x], {"axes": (axis,), "keepdims": False}), type)
    check(graph, [np.zeros(shape, np.float32)], chip, 0.0)


def test_a_row_larger_than_l1_is_streamed(chip):
    """32 x 50,000: 3.2 MB of tiles, where a core has 1.4."""
    type = plain(BF16, 32, 50_000)
    graph = single(lambda b, x: b.add(reduce.SOFTMAX, [x], {"axis": 1}), type)
    check(graph, [random(type, 1, 3.0)], chip, 2 * TOLERANCE[BF16])
