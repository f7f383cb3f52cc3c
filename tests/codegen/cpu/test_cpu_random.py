"""Random shapes, broadcasts, permutations, slices and axes: how dims are merged, cut and walked must not show."""

from __future__ import annotations

import numpy as np
from cpu_run import TOLERANCE, check, plain, run_node, sample, single
from hypothesis import given
from hypothesis import strategies as st

from meshjit.ir.evaluate import evaluate
from meshjit.ir.graph import Builder
from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import FUSED, Attr, attrs_of
from meshjit.ir.ops import OPS
from meshjit.ir.types import BF16, BOOL, F32, I32

ONE = Mesh((1,), ("tp",))
DIMS = st.sampled_from([1, 1, 2, 3, 5, 8, 16, 17, 33])
SHAPES = st.lists(DIMS, min_size=0, max_size=4).map(tuple).filter(lambda s: np.prod(s, dtype=int) <= 20_000)
DTYPES = st.sampled_from([F32, BF16, I32])
RNG = np.random.default_rng(0)


@st.composite
def broadcastable(draw: st.DrawFn, shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape that broadcasts to ``shape``."""
    dims = tuple(draw(st.sampled_from([n, n, 1])) for n in shape)
    return dims[draw(st.integers(0, len(dims))) :]


@given(st.data(), SHAPES, DTYPES)
def test_chains_broadcast(data: st.DataObject, shape: tuple[int, ...], dtype) -> None:
    shapes = [shape, *(data.draw(broadcastable(shape)) for _ in range(3))]
    shapes = [shapes[i] for i in data.draw(st.permutations(range(4)))]
    body = Builder(ONE, FUSED)
    a, b, c, d = (body.param(f"a{i}", plain(dtype, s)) for i, s in enumerate(shapes))
    value = body.add(OPS["maximum"], [body.add(OPS["add"], [a, b]), body.add(OPS["mul"], [c, d])])
    region = body.graph("body", [value])
    graph = single(
        lambda g, *p: g.add(OPS["fusion"], p, attrs_of(kind="elementwise"), body=region),
        *(plain(dtype, s) for s in shapes),
    )
    check(graph, [sample(RNG, dtype, s) for s in shapes], TOLERANCE[dtype])


@given(st.data(), SHAPES, DTYPES, st.sampled_from(["sum", "max", "min"]), st.booleans())
def test_reductions_over_any_dims(data: st.DataObject, shape: tuple[int, ...], dtype, name: str, keep: bool) -> None:
    axes = tuple(sorted(data.draw(st.sets(st.integers(0, max(0, len(shape) - 1))))))
    attrs = attrs_of(axes=tuple(a for a in axes if a < len(shape)), keepdims=keep)
    graph = single(lambda g, p: g.add(OPS[name], [p], attrs), plain(dtype, shape))
    check(graph, [sample(RNG, dtype, shape)], 4 * TOLERANCE[dtype])


@given(st.data(), SHAPES, st.sampled_from([F32, BF16, BOOL]))
def test_moves(data: st.DataObject, shape: tuple[int, ...], dtype) -> None:
    name = data.draw(st.sampled_from(["transpose", "slice", "pad", "concat", "broadcast_to"]))
    rank = len(shape)
    count = 1
    attrs: dict[str, Attr]
    if name == "transpose":
        attrs = {"perm": tuple(data.draw(st.permutations(range(rank))))}
    elif name == "slice":
        cuts = [data.draw(one_slice(n)) for n in shape]
        attrs = {key: tuple(c[i] for c in cuts) for i, key in enumerate(("start", "size", "step"))}
    elif name == "pad":
        low, high = (tuple(data.draw(st.integers(0, 3)) for _ in shape) for _ in range(2))
        attrs = {"low": low, "high": high, "value": True if dtype == BOOL else 1}
    elif name == "broadcast_to" or not rank:
        name = "broadcast_to"
        attrs = {"shape": (*data.draw(st.lists(DIMS, max_size=1)), *shape)}
    else:
        attrs, count = {"axis": data.draw(st.integers(0, rank - 1))}, data.draw(st.integers(1, 3))
    arrays = [sample(RNG, dtype, shape) for _ in range(count)]
    graph = single(lambda g, *p: g.add(OPS[name], p, attrs_of(**attrs)), *(plain(dtype, shape) for _ in arrays))
    (node,) = graph.nodes
    np.testing.assert_array_equal(run_node(node, ONE, arrays)[0], evaluate(graph, arrays)[0])


@st.composite
def one_slice(draw: st.DrawFn, n: int) -> tuple[int, int, int]:
    """(start, size, step) within a dim of ``n``."""
    step = draw(st.sampled_from([1, 1, 2, 3, -1, -2]))
    start = draw(st.integers(0, n - 1))
    most = (n - 1 - start) // step + 1 if step > 0 else start // -step + 1
    return start, draw(st.integers(0, most)), step


@given(
    st.lists(st.sampled_from([1, 2, 3]), max_size=2).map(tuple),
    st.integers(1, 40),
    st.integers(0, 70),
    st.integers(1, 150),
    st.sampled_from([F32, BF16]),
    st.data(),
)
def test_matmuls(batch: tuple[int, ...], m: int, k: int, n: int, dtype, data: st.DataObject) -> None:
    a = (*data.draw(broadcastable(batch)), m, k)
    b = (*data.draw(broadcastable(batch)), k, n)
    graph = single(lambda g, *p: g.add(OPS["matmul"], p), plain(dtype, a), plain(dtype, b))
    check(graph, [sample(RNG, dtype, a), sample(RNG, dtype, b)], 2 * TOLERANCE[dtype])
