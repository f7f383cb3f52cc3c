"""Every kernel family on one core, 2x2 and 8x8, for one tile, several, primes and unaligned shapes, against NumPy."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from card_run import CHIPS, TOLERANCE, check, fused, plain, random, single

from meshjit.ir.graph import Graph
from meshjit.ir.ops import elementwise, linear, reduce
from meshjit.ir.ops import shape as moves
from meshjit.ir.types import BF16, F32, DType

GRIDS = {"1": (1, 1), "2x2": (2, 2), "8x8": (8, 8)}
#: Rows and columns of the operand.
SHAPES = {"tile": (32, 32), "tiles": (96, 160), "primes": (37, 101), "unaligned": (33, 70), "many": (513, 130)}
SMALL = ("tile", "tiles", "primes", "unaligned")
#: Relative to the largest value: docs/tensix.md, Accuracy; f32 is multiplied as TF32.
MATMUL = {BF16: 8e-3, F32: 2e-3}
FIDELITY = {"lofi": 4e-2, "hifi2": 8e-3, "hifi3": 8e-3, "hifi4": 6e-3}


def chain(dtype: DType, m: int, n: int) -> Graph:
    types = [plain(dtype, m, n), plain(dtype, n), plain(dtype, m, 1)]
    return fused(
        lambda b, x, y, z: b.add(elementwise.TANH, [b.add(elementwise.MUL, [b.add(elementwise.ADD, [x, y]), z])]),
        *types,
    )


def reduction(axes: tuple[int, ...]) -> Callable[[DType, int, int], Graph]:
    def build(dtype: DType, m: int, n: int) -> Graph:
        attrs = {"axes": axes, "keepdims": False}
        return single(lambda b, x: b.add(reduce.SUM, [x], attrs), plain(dtype, m, n))

    return build


def softmax(dtype: DType, m: int, n: int) -> Graph:
    return single(lambda b, x: b.add(reduce.SOFTMAX, [x], {"axis": 1}), plain(dtype, m, n))


def layer_norm(dtype: DType, m: int, n: int) -> Graph:
    types = [plain(dtype, m, n), plain(dtype, n), plain(dtype, n)]
    return single(lambda b, x, w, c: b.add(reduce.LAYER_NORM, [x, w, c], {"eps": 1e-5}), *types)


def transpose(dtype: DType, m: int, n: int) -> Graph:
    return single(lambda b, x: b.add(moves.TRANSPOSE, [x], {"perm": (1, 0)}), plain(dtype, m, n))


def matmul(dtype: DType, m: int, n: int) -> Graph:
    types = [plain(dtype, m, n), plain(dtype, n, m), plain(dtype, m)]
    return fused(lambda b, x, y, z: b.add(elementwise.ADD, [b.add(linear.MATMUL, [x, y]), z]), *types)


KERNELS: dict[str, Callable[[DType, int, int], Graph]] = {
    "chain": chain,
    "sum_columns": reduction((1,)),
    "sum_rows": reduction((0,)),
    "sum_all": reduction((0, 1)),
    "softmax": softmax,
    "layer_norm": layer_norm,
    "transpose": transpose,
}


@pytest.mark.parametrize("chip", CHIPS)
@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("shape", SMALL)
@pytest.mark.parametrize("dtype", [BF16, F32], ids=str)
@pytest.mark.parametrize("kernel", KERNELS)
def test_kernel(kernel: str, dtype: DType, shape: str, grid: str, chip: tuple[str, str]) -> None:
    graph = KERNELS[kernel](dtype, *SHAPES[shape])
    inputs = [random(p.type, i) for i, p in enumerate(graph.params)]
    check(graph, inputs, chip, 2 * TOLERANCE[dtype], grid=GRIDS[grid])


@pytest.mark.parametrize("chip", CHIPS)
@pytest.mark.parametrize("kernel", KERNELS)
def test_kernel_on_all_64_cores(kernel: str, chip: tuple[str, str]) -> None:
    graph = KERNELS[kernel](BF16, *SHAPES["many"])
    inputs = [random(p.type, i) for i, p in enumerate(graph.params)]
    check(graph, inputs, chip, 2 * TOLERANCE[BF16], grid=GRIDS["8x8"])


@pytest.mark.parametrize("chip", CHIPS)
@pytest.mark.parametrize(("shape", "grid"), [*product(SMALL, GRIDS), ("many", "8x8")])
@pytest.mark.parametrize("dtype", [BF16, F32], ids=str)
def test_matmul(dtype: DType, shape: str, grid: str, chip: tuple[str, str]) -> None:
    graph = matmul(dtype, *SHAPES[shape])
    inputs = [random(p.type, i) for i, p in enumerate(graph.params)]
    check(graph, inputs, chip, MATMUL[dtype], grid=GRIDS[grid])


@pytest.mark.parametrize("chip", CHIPS)
@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("shape", ["tile", "tiles", "primes"])
@pytest.mark.parametrize("accumulate", ["f32", "bf16"])
@pytest.mark.parametrize("fidelity", FIDELITY)
def test_fidelity(fidelity: str, accumulate: str, shape: str, grid: str, chip: tuple[str, str]) -> None:
    m, n = SHAPES[shape]
    types = [plain(BF16, m, n), plain(BF16, n, m)]
    multiply = {"fidelity": fidelity, "accumulate": accumulate}
    graph = fused(lambda b, x, y: b.add(linear.MATMUL, [x, y]), *types, **multiply)
    inputs = [random(p.type, i) for i, p in enumerate(graph.params)]
    # Each of K/32 tiles may round the sum to bfloat16.
    tolerance = FIDELITY[fidelity] + (0.0 if accumulate == "f32" else 2.0**-8 * (1 + -(-n // 32)))
    check(graph, inputs, chip, tolerance, grid=GRIDS[grid])
