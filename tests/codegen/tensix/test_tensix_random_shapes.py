"""Random shapes, permutations, slices, axes and batches on emulated cards: how tiles are walked must not show."""

from __future__ import annotations

import math

import numpy as np
import pytest
from card_run import TOLERANCE, check, plain, random, run_node, single
from hypothesis import given, settings
from hypothesis import strategies as st
from test_tensix_random import CARDS, broadcastable

from meshjit.ir.opdef import Attr
from meshjit.ir.ops import OPS
from meshjit.ir.types import BF16, BOOL, F32, I32, DType

DIMS = st.sampled_from([1, 1, 2, 3, 5, 31, 32, 33, 40, 64, 70])
SHAPES = st.lists(DIMS, min_size=1, max_size=4).map(tuple).filter(lambda s: math.prod(s) <= 10_000)
#: What products lose of their operands' mantissas: of float32 the matrix unit reads 11 and 10 bits of 24, of bfloat16
#: 7 (HiFi2) and all 8.
LOST = {F32: 2.0**-10 + 2.0**-9, BF16: 2.0**-7}
#: What a product loses beside the largest of its group of 8, to whose exponent it is aligned: half of the last of its
#: 12 bits, in each of the four fidelity phases.
ALIGNED = 2.0**-11 * (1 + 2.0**-5) * (1 + 2.0**-7)
#: Rounding of the sum and of the result.
UNIT = {F32: 2.0**-20, BF16: 2.0**-7}
EXAMPLES = settings(max_examples=15)


@st.composite
def reshaped(draw: st.DrawFn, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Another shape of as many elements: rather one that merges or splits dims."""
    dims = list(shape)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(dims) - 1))
        if draw(st.booleans()) and at:
            dims[at - 1 : at + 1] = [dims[at - 1] * dims[at]]
        else:
            factor = draw(st.sampled_from([n for n in range(1, dims[at] + 1) if dims[at] % n == 0]))
            dims[at : at + 1] = [factor, dims[at] // factor]
    return tuple(dims)


@st.composite
def one_slice(draw: st.DrawFn, n: int) -> tuple[int, int, int]:
    """(start, size, step) within a dim of ``n``: rather at tiles' edges."""
    step = draw(st.sampled_from([1, 1, 1, 2, -1]))
    start = draw(st.sampled_from(sorted({0, min(32, n - 1), n - 1, n // 2})))
    most = (n - 1 - start) // step + 1 if step > 0 else start // -step + 1
    return start, draw(st.sampled_from(sorted({1, most, min(32, most)}))), step


@CARDS
@pytest.mark.parametrize("name", ["reshape", "transpose", "slice", "pad", "concat", "broadcast_to"])
@EXAMPLES
@given(st.data(), SHAPES, st.sampled_from([F32, BF16, BOOL]))
def test_moves(chip: tuple[str, str], name: str, data: st.DataObject, shape: tuple[int, ...], dtype: DType) -> None:
    rank = len(shape)
    shapes = [shape]
    attrs: dict[str, Attr]
    if name == "reshape":
        attrs = {"shape": data.draw(reshaped(shape))}
    elif name == "transpose":
        attrs = {"perm": tuple(data.draw(st.permutations(range(rank))))}
    elif name == "slice":
        cuts = [data.draw(one_slice(n)) for n in shape]
        attrs = {key: tuple(c[i] for c in cuts) for i, key in enumerate(("start", "size", "step"))}
    elif name == "pad":
        low, high = (tuple(data.draw(st.sampled_from([0, 0, 1, 32])) for _ in shape) for _ in range(2))
        attrs = {"low": low, "high": high, "value": True if dtype == BOOL else 1}
    elif name == "broadcast_to":
        shapes = [tuple(1 if data.draw(st.booleans()) else n for n in shape)]
        attrs = {"shape": (*data.draw(st.lists(st.sampled_from([1, 2, 3]), max_size=1)), *shape)}
    else:
        axis = data.draw(st.integers(0, rank - 1))
        attrs = {"axis": axis}
        shapes += [(*shape[:axis], data.draw(DIMS), *shape[axis + 1 :]) for _ in range(data.draw(st.integers(1, 2)))]
    graph = single(lambda b, *xs: b.add(OPS[name], xs, attrs), *(plain(dtype, *s) for s in shapes))
    check(graph, [random(p.type, i) for i, p in enumerate(graph.params)], chip, 0.0)


@CARDS
@EXAMPLES
@given(st.data(), SHAPES, st.sampled_from([F32, BF16, I32]))
def test_reductions(chip: tuple[str, str], data: st.DataObject, shape: tuple[int, ...], dtype: DType) -> None:
    axes = tuple(sorted(data.draw(st.sets(st.integers(0, len(shape) - 1), min_size=1))))
    attrs = {"axes": axes, "keepdims": data.draw(st.booleans())}
    op = OPS[data.draw(st.sampled_from(["sum", "max", "min"]))]
    graph = single(lambda b, x: b.add(op, [x], attrs), plain(dtype, *shape))
    check(graph, [random(graph.params[0].type)], chip, 4 * TOLERANCE[dtype] if dtype in TOLERANCE else 0.0)


@CARDS
@EXAMPLES
@given(st.data(), SHAPES, st.sampled_from([F32, BF16]))
def test_softmax(chip: tuple[str, str], data: st.DataObject, shape: tuple[int, ...], dtype: DType) -> None:
    axis = data.draw(st.integers(0, len(shape) - 1))
    graph = single(lambda b, x: b.add(OPS["softmax"], [x], {"axis": axis}), plain(dtype, *shape))
    check(graph, [random(graph.params[0].type)], chip, 2 * TOLERANCE[dtype])


def beside_larger(a: np.ndarray, b: np.ndarray) -> np.ndarray | float:
    """The largest product of each group of 8, once for every other in the group."""
    total: np.ndarray | float = 0.0
    for first in range(0, a.shape[-1], 8):
        x, y = np.abs(a[..., first : first + 8]), np.abs(b[..., first : first + 8, :])
        largest = (x[..., :, :, None] * y[..., None, :, :]).max(axis=-2)
        total = total + largest * (x.shape[-1] - 1)
    return total


@CARDS
@EXAMPLES
@given(st.data(), st.lists(st.sampled_from([1, 2, 3]), max_size=2).map(tuple), DIMS, DIMS, DIMS)
def test_matmuls(chip: tuple[str, str], data: st.DataObject, batch: tuple[int, ...], m: int, k: int, n: int) -> None:
    dtype = data.draw(st.sampled_from([F32, BF16]))
    shapes = [(*data.draw(broadcastable(batch)), m, k), (*data.draw(broadcastable(batch)), k, n)]
    graph = single(lambda b, x, y: b.add(OPS["matmul"], [x, y]), *(plain(dtype, *s) for s in shapes))
    inputs = [random(p.type, i) for i, p in enumerate(graph.params)]
    got = run_node(graph.nodes[0], graph.mesh, inputs, chip)[0].astype(np.float64)
    a, b = (x.astype(np.float64) for x in inputs)
    limit = LOST[dtype] * (np.abs(a) @ np.abs(b)) + ALIGNED * beside_larger(a, b) + UNIT[dtype] * np.abs(a @ b)
    assert (np.abs(got - a @ b) <= limit).all(), (np.abs(got - a @ b) / limit).max()
