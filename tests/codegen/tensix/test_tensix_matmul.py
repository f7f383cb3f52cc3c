"""Matmul kernels on cards against NumPy in float64."""

from __future__ import annotations

import numpy as np
import pytest
from card_run import CHIPS, ONE, check, fused, plain, random, single, target

from meshjit.arch import ARCHS
from meshjit.codegen.tensix import matmul
from meshjit.codegen.tensix.eltwise import Operand
from meshjit.codegen.tensix.matmul_blocks import Plan
from meshjit.ir.ops import create, elementwise, linear
from meshjit.ir.program import RunProgram
from meshjit.ir.types import BF16, F32, DType
from meshjit.runtime import layouts
from meshjit.runtime.devices.base import Region
from meshjit.runtime.devices.card import CardTarget

pytestmark = pytest.mark.parametrize("chip", CHIPS)

#: Relative Frobenius errors that the fidelities are held to: mantissa bits of SrcB 7, 11; of the result in bf16 8.
FROBENIUS = {"lofi": 4e-2, "hifi2": 6e-3, "hifi4": 2.5e-3}
#: Largest error relative to the largest value; f32 is multiplied as TF32.
LARGEST = {BF16: 8e-3, F32: 2e-3}


@pytest.mark.parametrize("dtype", [BF16, F32], ids=str)
@pytest.mark.parametrize(
    "shape", [(32, 32, 32), (64, 96, 128), (1, 33, 31), (37, 70, 101), (256, 64, 33), (33, 40, 300)]
)
def test_shapes(chip, shape, dtype):
    m, k, n = shape
    a, b = plain(dtype, m, k), plain(dtype, k, n)
    graph = single(lambda g, x, y: g.add(linear.MATMUL, [x, y]), a, b)
    check(graph, [random(a, 1), random(b, 2)], chip, LARGEST[dtype])


@pytest.mark.parametrize(
    ("left", "right"), [((3, 40, 64), (3, 64, 33)), ((3, 40, 64), (64, 33)), ((2, 1, 40, 33), (3, 33, 40))]
)
def test_batches(chip, left, right):
    a, b = plain(BF16, *left), plain(BF16, *right)
    graph = single(lambda g, x, y: g.add(linear.MATMUL, [x, y]), a, b)
    check(graph, [random(a, 1), random(b, 2)], chip, LARGEST[BF16])


@pytest.mark.parametrize("activation", ["relu", "gelu", "silu"])
@pytest.mark.parametrize("dtype", [BF16, F32], ids=str)
def test_bias_and_activation(chip, activation, dtype):
    a, b, bias = plain(dtype, 40, 64), plain(dtype, 64, 100), plain(dtype, 100)

    def build(g, x, y, z):
        s = g.add(elementwise.ADD, [g.add(linear.MATMUL, [x, y]), z])
        if activation == "gelu":
            return g.add(elementwise.GELU, [s], {"approximate": "tanh"})
        return g.add({"relu": elementwise.RELU, "silu": elementwise.SILU}[activation], [s])

    check(fused(build, a, b, bias), [random(a, 1), random(b, 2, 0.125), random(bias, 3)], chip, LARGEST[dtype])


def test_residual_scale_and_square_operand(chip):
    a, b, r = plain(BF16, 64, 64), plain(BF16, 64, 64), plain(BF16, 64, 1)

    def build(g, x, y, z):
        half = g.add(create.FULL, (), {"shape": (), "value": 0.5, "dtype": BF16}, spec=())
        s = g.add(elementwise.MUL, [g.add(linear.MATMUL, [x, y]), half])
        return g.add(elementwise.ADD, [g.add(elementwise.ADD, [s, x]), z])

    check(fused(build, a, b, r), [random(a, 1), random(b, 2), random(r, 3)], chip, LARGEST[BF16])


@pytest.mark.parametrize("fp32_accumulate", [True, False])
@pytest.mark.parametrize("fidelity", ["lofi", "hifi2", "hifi4"])
def test_fidelity(chip, fidelity, fp32_accumulate):
    card = target(*chip, ONE)
    m, k, n = 64, 96, 128
    spec = matmul.MatmulSpec(
        "mm", Operand((m, k), BF16), Operand((k, n), BF16), BF16, fidelity=fidelity, fp32_accumulate=fp32_accumulate
    )
    program = matmul.build(spec, ARCHS[card.arch])
    a, b = random(plain(BF16, m, k), 1), random(plain(BF16, k, n), 2)
    sizes = [layouts.storage_bytes(BF16, card.layout, s) for s in ((m, k), (k, n), (m, n))]
    regions = [Region(card.base_address + i * 0x10000, size, 2048) for i, size in enumerate(sizes)]
    card.write(0, regions[0], memoryview(layouts.tilize(a)))
    card.write(0, regions[1], memoryview(layouts.tilize(b)))
    card.submit(card.load([RunProgram(program, (0, 1, 2), (0,))], regions, frozenset()), {}, 60.0)
    got = layouts.untilize(card.read(0, regions[2]), (m, n), BF16).astype(np.float64)
    want = a.astype(np.float64) @ b.astype(np.float64)
    limit = FROBENIUS[fidelity] if fp32_accumulate else max(FROBENIUS[fidelity], 8e-3)
    assert np.linalg.norm(got - want) / np.linalg.norm(want) < limit


#: Ways to cut 7 x 4 x 11 tiles: alone and shared, either operand kept, steps of K that end short, whole and half Dst.
PLANS = [
    Plan(1, 1, 1, halves=1),
    Plan(2, 2, 3),
    Plan(1, 2, 2, keep="a"),
    Plan(3, 1, 2, keep="b", halves=1),
    Plan(2, 2, 2, "ab"),
    Plan(1, 1, 4, "ab"),
    Plan(2, 4, 2, "ab", "a", halves=1),
    Plan(2, 1, 3, "ab", "b", depth=3),
    Plan(4, 1, 4, "a"),
    Plan(2, 2, 3, "a", "a"),
    Plan(2, 2, 1, "b", "b"),
]


def run_plan(
    card: CardTarget, cut: Plan | None, dtype: DType, batch: int = 1, times: int = 1, *, a_transposed: bool = False
) -> tuple[bytes, float]:
    """The result's bytes after ``times`` launches of one program, and its largest error relative to its largest
    value."""
    m, k, n = 200, 100, 330
    left, right = ((batch, m, k), (batch, k, n)) if batch > 1 else ((m, k), (k, n))
    fidelity = "hifi4" if dtype == F32 else "hifi2"
    spec = matmul.MatmulSpec(
        "mm", Operand(left, dtype), Operand(right, dtype), dtype, fidelity=fidelity, a_transposed=a_transposed
    )
    program = matmul.build(spec, ARCHS[card.arch], cut)
    a, b = random(plain(dtype, *left), 1), random(plain(dtype, *right), 2)
    stored = np.ascontiguousarray(a.swapaxes(-1, -2)) if a_transposed else a
    regions: list[Region] = []
    for i, shape in enumerate((stored.shape, right, spec.shape)):
        size = layouts.storage_bytes(dtype, card.layout, shape)
        regions.append(Region(card.base_address + i * 0x100000, size, layouts.page_bytes(dtype, card.layout, shape)))
    card.write(0, regions[0], layouts.encode(stored, card.layout))
    card.write(0, regions[1], layouts.encode(b, card.layout))
    loaded = card.load([RunProgram(program, (0, 1, 2), (0,))], regions, frozenset())
    for _ in range(times):
        card.submit(loaded, {}, 60.0)
    raw = bytes(card.read(0, regions[2]))
    got = layouts.decode(raw, spec.shape, dtype, card.layout).astype(np.float64)
    want = a.astype(np.float64) @ b.astype(np.float64)
    return raw, float(np.abs(got - want).max() / np.abs(want).max())


@pytest.mark.parametrize("a_transposed", [False, True], ids=["", "transposed"])
@pytest.mark.parametrize("dtype", [BF16, F32], ids=str)
def test_every_plan_gives_the_same_bytes(chip, dtype, a_transposed):
    card = target(*chip, ONE)
    results = [run_plan(card, cut, dtype, a_transposed=a_transposed) for cut in PLANS]
    assert max(error for _, error in results) < LARGEST[dtype]
    assert [raw == results[0][0] for raw, _ in results] == [True] * len(PLANS)
    # The simulator computes what the emulator computes.
    again = run_plan(target("emulator", chip[1], ONE), PLANS[0], dtype, a_transposed=a_transposed)
    assert again[0] == results[0][0]


@pytest.mark.parametrize("cut", PLANS[4:], ids=str)
def test_what_cores_share_is_ready_for_the_next_launch(chip, cut):
    card = target(*chip, ONE)
    raw, error = run_plan(card, cut, BF16, batch=2, times=3)
    assert error < LARGEST[BF16]
    assert raw == run_plan(card, PLANS[0], BF16, batch=2)[0]
