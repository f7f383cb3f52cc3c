"""Reductions and normalisations on the CPU mesh against NumPy in float64."""

from __future__ import annotations

import numpy as np
import pytest
from cpu_run import TOLERANCE, check, plain, run_node, sample, single

from meshjit.ir.graph import Builder
from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import FUSED, attrs_of
from meshjit.ir.ops import OPS
from meshjit.ir.types import BF16, F32, I32, DType

ONE = Mesh((1,), ("tp",))
AXES = [
    *(((40,), (0,)), ((7, 33), (0,)), ((7, 33), (1,)), ((7, 33), (0, 1)), ((5, 70, 67), (0, 2)), ((5, 70, 67), (1,))),
    *(((5, 70, 67), (1, 2)), ((5, 70, 67), (0, 1)), ((3, 1, 5), (1,)), ((4, 1), (0,)), ((2, 3, 4, 5), (0, 2))),
    *(((3, 40_000), (1,)), ((300, 200), (0,))),
]


@pytest.mark.parametrize("dtype", (F32, BF16, I32), ids=str)
@pytest.mark.parametrize("shape,axes", AXES, ids=str)
@pytest.mark.parametrize("name", ("sum", "max", "min"))
def test_reduction(name: str, shape: tuple[int, ...], axes: tuple[int, ...], dtype: DType) -> None:
    x = sample(np.random.default_rng(0), dtype, shape)
    keep = len(axes) == 1
    graph = single(lambda b, p: b.add(OPS[name], [p], attrs_of(axes=axes, keepdims=keep)), plain(dtype, shape))
    check(graph, [x], TOLERANCE[dtype] * (4 if name == "sum" else 1))


@pytest.mark.parametrize("axis", (0, 1))
def test_reduction_with_a_prologue(axis: int) -> None:
    rng = np.random.default_rng(0)
    body = Builder(ONE, FUSED)
    x, y = body.param("x", plain(F32, (21, 50))), body.param("y", plain(F32, (50,)))
    squared = body.add(OPS["mul"], [body.add(OPS["add"], [x, y]), x])
    region = body.graph("body", [body.add(OPS["sum"], [squared], attrs_of(axes=(axis,), keepdims=False))])
    graph = single(
        lambda b, *p: b.add(OPS["fusion"], p, attrs_of(kind="reduce"), body=region),
        plain(F32, (21, 50)),
        plain(F32, (50,)),
    )
    check(graph, [sample(rng, F32, (21, 50)), sample(rng, F32, (50,))], 4 * TOLERANCE[F32])


def test_nan_and_empty_reductions() -> None:
    x = np.array([[1, np.nan, 3], [4, 5, -np.inf]], np.float32)
    for name in ("max", "min", "sum"):
        attrs = attrs_of(axes=(1,), keepdims=False)
        check(single(lambda b, p, n=name, a=attrs: b.add(OPS[n], [p], a), plain(F32, x.shape)), [x], 0.0)
    empty = np.zeros((3, 0), np.float32)
    attrs = attrs_of(axes=(1,), keepdims=False)
    check(single(lambda b, p: b.add(OPS["sum"], [p], attrs), plain(F32, empty.shape)), [empty], 0.0)


SHAPES = [(1, 1), (4, 32), (3, 33), (5, 7), (2, 3, 1000)]


@pytest.mark.parametrize("dtype", (F32, BF16), ids=str)
@pytest.mark.parametrize(
    "shape,axis",
    [(s, a) for s in SHAPES for a in range(len(s))] + [((3, 20, 40), 1), ((2, 9, 300), 1), ((2, 9, 256), 1)],
    ids=str,
)
def test_softmax(shape: tuple[int, ...], axis: int, dtype: DType) -> None:
    x = sample(np.random.default_rng(0), dtype, shape)
    check(
        single(lambda b, p: b.add(OPS["softmax"], [p], attrs_of(axis=axis)), plain(dtype, shape)), [x], TOLERANCE[dtype]
    )


def test_softmax_of_masked_and_huge_values() -> None:
    x = np.array([[0, -np.inf, 0, -np.inf], [3e38, -3e38, 3e38, 0], [-1e30, -1e30, -np.inf, -np.inf]], np.float32)
    check(single(lambda b, p: b.add(OPS["softmax"], [p], attrs_of(axis=1)), plain(F32, x.shape)), [x], 1e-7)
    columns = np.ascontiguousarray(x.T)
    check(single(lambda b, p: b.add(OPS["softmax"], [p], attrs_of(axis=0)), plain(F32, columns.shape)), [columns], 1e-7)


@pytest.mark.parametrize("dtype", (F32, BF16), ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_norms(shape: tuple[int, ...], dtype: DType) -> None:
    rng = np.random.default_rng(0)
    for name, weights in (("layer_norm", 2), ("rms_norm", 1)):
        shapes = [shape] + [shape[-1:]] * weights
        graph = single(lambda b, *p, n=name: b.add(OPS[n], p, attrs_of(eps=1e-5)), *(plain(dtype, s) for s in shapes))
        check(graph, [sample(rng, dtype, s) for s in shapes], 2 * TOLERANCE[dtype])


def test_layer_norm_far_from_zero() -> None:
    """The variance is taken of centred values: an offset of 1000 does not drown it."""
    x = (np.random.default_rng(0).standard_normal((4, 512)) + 1000).astype(np.float32)
    one, zero = np.ones(512, np.float32), np.zeros(512, np.float32)
    graph = single(
        lambda b, *p: b.add(OPS["layer_norm"], p, attrs_of(eps=1e-5)), plain(F32, x.shape), *(plain(F32, (512,)),) * 2
    )
    check(graph, [x, one, zero], 2e-4)


@pytest.mark.parametrize("axes", ((0,), (1,), (0, 1)), ids=str)
def test_padding_is_masked_inside_a_reduction(axes: tuple[int, ...]) -> None:
    """5 over 2 and 21 over 4 leave padding that holds NaN; each device sums what exists of its block."""
    mesh = Mesh((2, 4), ("dp", "tp"))
    type = plain(F32, (5, 21)).with_spec((("dp",), ("tp",)))
    x = sample(np.random.default_rng(0), F32, (5, 21))
    body = Builder(mesh, FUSED)
    masked = body.add(OPS["mask"], [body.param("x", type)], attrs_of(value=0.0))
    region = body.graph("body", [body.add(OPS["sum"], [masked], attrs_of(axes=axes, keepdims=False))])
    graph = single(lambda b, p: b.add(OPS["fusion"], [p], attrs_of(kind="reduce"), body=region), type, mesh=mesh)
    (node,) = graph.nodes
    for device, block in enumerate(run_node(node, mesh, [x])):
        own = x[
            tuple(
                slice(o, o + v) for o, v in zip(type.origin(mesh, device), type.valid_shape(mesh, device), strict=True)
            )
        ]
        np.testing.assert_allclose(
            block[tuple(slice(0, n) for n in own.sum(axis=axes).shape)], own.sum(axis=axes), rtol=1e-5, atol=1e-6
        )


@pytest.mark.parametrize(
    "shape,axes",
    [((70_000, 3), (0, 1)), ((9_000, 4, 3), (0, 2)), ((9_000, 40), (0,)), ((9_000, 70), (0,)), ((2, 99_000), (1,))],
)
def test_long_sums_keep_their_precision(shape: tuple[int, ...], axes: tuple[int, ...]) -> None:
    """Equal terms round the same way at every step: the errors of one chain of additions would add up."""
    x = np.full(shape, 0.1, np.float32)
    graph = single(lambda b, p: b.add(OPS["sum"], [p], attrs_of(axes=axes, keepdims=False)), plain(F32, x.shape))
    check(graph, [x], 5e-6)
