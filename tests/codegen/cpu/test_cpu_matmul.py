"""Matrix multiplication with its epilogues on the CPU mesh against NumPy in float64."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import cast

import numpy as np
import pytest
from cpu_run import TOLERANCE, check, plain, run_node, sample, single

from meshjit.codegen.backends import machine_of
from meshjit.codegen.cpu.lower import lower
from meshjit.codegen.cpu.matmul import blocking
from meshjit.codegen.cpu.tiling import tiling
from meshjit.errors import CodegenError
from meshjit.ir.graph import Builder, Graph
from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import FUSED, attrs_of
from meshjit.ir.ops import OPS
from meshjit.ir.types import BF16, F32, DType
from meshjit.passes.fuse import fuse
from meshjit.toolchain import llvm

ONE = Mesh((1,), ("tp",))
SIZES = [
    *((1, 1, 1), (1, 33, 70), (3, 5, 7), (6, 64, 64), (7, 64, 65), (31, 32, 33), (64, 301, 200), (33, 1025, 97)),
    *((200, 70, 500), (2, 257, 129), (5, 2500, 100), (400, 300, 70), (13, 17, 1)),
]


def product(dtype: DType, *shapes: tuple[int, ...]) -> Graph:
    return single(lambda b, *p: b.add(OPS["matmul"], p), *(plain(dtype, s) for s in shapes))


@pytest.mark.parametrize("dtype", (F32, BF16), ids=str)
@pytest.mark.parametrize("m,k,n", SIZES)
def test_sizes(m: int, k: int, n: int, dtype: DType) -> None:
    rng = np.random.default_rng(m * k + n)
    arrays = [sample(rng, dtype, (m, k)), sample(rng, dtype, (k, n))]
    check(product(dtype, (m, k), (k, n)), arrays, TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", (F32, BF16), ids=str)
@pytest.mark.parametrize(
    "a,b",
    [
        ((3, 4, 5, 6), (6, 7)),
        ((3, 1, 5, 6), (4, 6, 7)),
        ((5, 6), (2, 3, 6, 7)),
        ((2, 1, 20, 6), (2, 3, 6, 70)),
        ((2, 9, 40), (1, 40, 33)),
    ],
    ids=str,
)
def test_batches_broadcast(a: tuple[int, ...], b: tuple[int, ...], dtype: DType) -> None:
    rng = np.random.default_rng(0)
    check(product(dtype, a, b), [sample(rng, dtype, a), sample(rng, dtype, b)], TOLERANCE[dtype])


def test_rows_of_a_batch_join_where_b_is_shared() -> None:
    a, b = plain(F32, (4, 32, 48)), plain(F32, (48, 80))
    joined = lower(product(F32, a.shape, b.shape).nodes[0], ONE)
    flat = lower(product(F32, (128, 48), b.shape).nodes[0], ONE)
    assert joined.kernels[0].source == flat.kernels[0].source


def test_an_empty_sum_is_zero_and_an_empty_result_has_no_tasks() -> None:
    check(product(F32, (4, 0), (0, 3)), [np.ones((4, 0), np.float32), np.ones((0, 3), np.float32)], 0.0)
    assert lower(product(F32, (0, 4), (4, 3)).nodes[0], ONE).num_tasks == 0


@pytest.mark.parametrize("dtype", (F32, BF16), ids=str)
@pytest.mark.parametrize("shape", [(9, 40, 70), (4, 40, 64), (2, 9, 40, 33)], ids=str)
def test_bias_activation_and_residual_in_one_kernel(shape: tuple[int, ...], dtype: DType) -> None:
    *batch, m, k, n = shape
    rng = np.random.default_rng(0)
    shapes = [(*batch, m, k), (k, n), (n,), (*batch, m, n), (m, 1)]
    arrays = [sample(rng, dtype, s) for s in shapes]
    body = Builder(ONE, FUSED)
    x, w, bias, residual, scale = (body.param(f"a{i}", plain(dtype, s)) for i, s in enumerate(shapes))
    value = body.add(OPS["add"], [body.add(OPS["matmul"], [x, w]), bias])
    value = body.add(OPS["gelu"], [value], attrs_of(approximate="tanh"))
    value = body.add(OPS["mul"], [body.add(OPS["add"], [value, residual]), scale])
    region = body.graph("body", [value])
    graph = single(
        lambda b, *p: b.add(OPS["fusion"], p, attrs_of(kind="matmul"), body=region), *(plain(dtype, s) for s in shapes)
    )
    check(graph, arrays, TOLERANCE[dtype])


def test_an_operand_may_be_its_own_residual() -> None:
    """x @ w + x: one buffer is both a factor and an epilogue operand."""
    rng = np.random.default_rng(0)
    body = Builder(ONE, FUSED)
    x, w = (body.param(n, plain(F32, (20, 20))) for n in "xw")
    region = body.graph("body", [body.add(OPS["add"], [body.add(OPS["matmul"], [x, w]), x])])
    graph = single(
        lambda b, *p: b.add(OPS["fusion"], p, attrs_of(kind="matmul"), body=region),
        *(plain(F32, (20, 20)),) * 2,
    )
    check(graph, [sample(rng, F32, (20, 20)) for _ in range(2)], TOLERANCE[F32])


def test_blocks_cover_the_result_and_fit_the_registers() -> None:
    machine = llvm.machine(
        "znver4", dict.fromkeys(("avx2", "fma", "avx512f", "avx512bw", "avx512vl", "avx512dq"), True)
    )
    for m in (1, 2, 5, 6, 7, 64, 191, 192, 193, 1000):
        for n in (1, 16, 47, 48, 64, 4544, 18176):
            fused = tiled(F32, ((m, 4544), (4544, n)), (1, 1, 1)).nodes[0]
            g = blocking(m, n, 4544, "f32", machine, cast("tuple[int, int, int]", tiling(fused, ONE)["tile"]))
            assert g.m_blocks * g.mb >= m > (g.m_blocks - 1) * g.mb
            assert g.n_blocks * g.nb >= n > (g.n_blocks - 1) * g.nb
            assert g.mr * g.nv <= 24 and (g.mr == 1 or g.mr * g.nv + min(g.nv, g.mr) + 1 <= machine.registers)
            assert g.mb % g.mr == 0 or g.m_blocks == 1
            assert g.stack_bytes <= 768 * 1024, dataclasses.asdict(g)


def tiled(dtype: DType, shapes: Sequence[tuple[int, ...]], tile: tuple[int, int, int]) -> Graph:
    """A matmul in a fusion that says how it is tiled."""
    region = product(dtype, *shapes)
    attrs = attrs_of(kind="matmul", tile=tile)
    return single(lambda b, *p: b.add(OPS["fusion"], p, attrs, body=region), *(plain(dtype, s) for s in shapes))


@pytest.mark.parametrize("dtype", (F32, BF16), ids=str)
@pytest.mark.parametrize("tile", [(1, 1, 1), (5, 70, 3), (64, 64, 65), (33, 300, 1000)], ids=str)
def test_any_tile_gives_the_product(tile: tuple[int, int, int], dtype: DType) -> None:
    rng = np.random.default_rng(0)
    shapes = ((70, 131), (131, 150))
    check(tiled(dtype, shapes, tile), [sample(rng, dtype, s) for s in shapes], TOLERANCE[dtype])


def test_the_tile_sets_the_number_of_tasks() -> None:
    shapes = ((768, 64), (64, 3072))
    tasks = [lower(tiled(F32, shapes, t).nodes[0], ONE).num_tasks for t in ((192, 768, 64), (192, 1536, 64))]
    assert tasks == [16, 8]


def test_a_tile_beyond_the_stack_is_refused() -> None:
    with pytest.raises(CodegenError, match="MJ4207"):
        lower(tiled(F32, ((4096, 64), (64, 4096)), (4096, 4096, 64)).nodes[0], ONE)


@pytest.mark.parametrize("dtype", (F32, BF16), ids=str)
@pytest.mark.parametrize("m,k,n", [*SIZES, (40, 513, 65), (40, 255, 15)])
def test_a_transposed_operand_is_read_as_it_lies(m: int, k: int, n: int, dtype: DType) -> None:
    check(
        transposed(dtype, (m, k), (n, k)),
        [sample(np.random.default_rng(m), dtype, s) for s in ((m, k), (n, k))],
        TOLERANCE[dtype],
    )


@pytest.mark.parametrize("a,b", [((3, 4, 5, 6), (7, 6)), ((3, 1, 5, 6), (4, 7, 6)), ((2, 9, 40), (2, 33, 40))], ids=str)
def test_batches_of_a_transposed_operand(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    check(transposed(F32, a, b), [sample(rng, F32, a), sample(rng, F32, b)], TOLERANCE[F32])


def transposed(dtype: DType, a: tuple[int, ...], b: tuple[int, ...]) -> Graph:
    """a @ swapaxes(b, -1, -2) in one kernel."""
    rank = len(b)
    graph = single(
        lambda g, x, w: g.add(
            OPS["matmul"], [x, g.add(OPS["transpose"], [w], attrs_of(perm=(*range(rank - 2), rank - 1, rank - 2)))]
        ),
        plain(dtype, a),
        plain(dtype, b),
    )
    fused = fuse(graph, machine_of("cpu"))
    assert len(fused.nodes) == 1
    return fused


def test_what_lies_behind_a_transposed_operand_of_odd_depth_does_not_count() -> None:
    """The last bfloat16 of a row pairs with what follows it, here NaN, which a zero would not silence."""
    rng = np.random.default_rng(0)
    x, w = sample(rng, BF16, (40, 33)), sample(rng, BF16, (20, 33))
    w[1:, 0] = np.nan
    want = x.astype(np.float64) @ w.T.astype(np.float64)
    graph = transposed(BF16, (40, 33), (20, 33))
    arrays = dict(zip(graph.params, (x, w), strict=True))
    (got,) = run_node(graph.nodes[0], ONE, [arrays[o] for o in graph.nodes[0].operands])
    assert np.isnan(want[:, 1:]).all() and np.isnan(got[:, 1:].astype(np.float32)).all()
    np.testing.assert_allclose(got[:, 0].astype(np.float64), want[:, 0], rtol=2**-7, atol=1e-2)
