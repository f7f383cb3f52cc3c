"""Matmul kernels on cards against NumPy in float64."""

from __future__ import annotations

import numpy as np
import pytest
from card_run import CHIPS, ONE, check, fused, plain, random, single, target

from meshjit.arch import ARCHS
from meshjit.codegen.tensix import matmul
from meshjit.codegen.tensix.eltwise import Operand
from meshjit.ir.ops import create, elementwise, linear
from meshjit.ir.program import RunProgram
from meshjit.ir.types import BF16, F32
from meshjit.runtime import layouts
from meshjit.runtime.devices.base import Region

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
