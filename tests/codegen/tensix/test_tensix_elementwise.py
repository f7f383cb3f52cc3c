"""Elementwise kernels on cards against NumPy in float64."""

from __future__ import annotations

import numpy as np
import pytest
from card_run import CHIPS, ONE, TOLERANCE, check, fused, plain, random, run_node, single

from meshjit.ir.mesh import Mesh
from meshjit.ir.ops import create, elementwise, sharding
from meshjit.ir.types import BF16, BOOL, F32, I32, TensorType

pytestmark = pytest.mark.parametrize("chip", CHIPS)

UNARY = {
    "neg": elementwise.NEG, "abs": elementwise.ABS, "exp": elementwise.EXP, "log": elementwise.LOG,
    "sqrt": elementwise.SQRT, "rsqrt": elementwise.RSQRT, "reciprocal": elementwise.RECIPROCAL,
    "tanh": elementwise.TANH, "sigmoid": elementwise.SIGMOID, "erf": elementwise.ERF, "relu": elementwise.RELU,
    "silu": elementwise.SILU,
}  # fmt: skip
BINARY = {
    "add": elementwise.ADD, "sub": elementwise.SUB, "mul": elementwise.MUL, "div": elementwise.DIV,
    "maximum": elementwise.MAXIMUM, "minimum": elementwise.MINIMUM,
}  # fmt: skip
COMPARE = (elementwise.EQ, elementwise.NE, elementwise.LT, elementwise.LE, elementwise.GT, elementwise.GE)
POSITIVE = {"log", "sqrt", "rsqrt", "div"}


@pytest.mark.parametrize("dtype", [BF16, F32], ids=str)
@pytest.mark.parametrize("name", UNARY)
def test_unary(chip, name, dtype):
    type = plain(dtype, 33, 70)
    graph = single(lambda b, x: b.add(UNARY[name], [x]), type)
    check(graph, [random(type, scale=3, positive=name in POSITIVE)], chip, 2 * TOLERANCE[dtype], relative=True)


@pytest.mark.parametrize("approximate", ["tanh", "none"])
@pytest.mark.parametrize("dtype", [BF16, F32], ids=str)
def test_gelu(chip, approximate, dtype):
    type = plain(dtype, 33, 70)
    graph = single(lambda b, x: b.add(elementwise.GELU, [x], {"approximate": approximate}), type)
    check(graph, [random(type, scale=3)], chip, TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", [BF16, F32], ids=str)
@pytest.mark.parametrize("name", BINARY)
def test_binary(chip, name, dtype):
    type = plain(dtype, 31, 65)
    graph = single(lambda b, x, y: b.add(BINARY[name], [x, y]), type, type)
    inputs = [random(type, 1), random(type, 2, positive=name in POSITIVE)]
    sums = dtype == BF16 and name in ("add", "sub")  # 11 bits, then rounded: 5/8 of the last place
    check(graph, inputs, chip, (1.25 if sums else 1) * TOLERANCE[dtype], relative=name != "div" or dtype == F32)


@pytest.mark.parametrize("exponent", [2.0, 3.0, 7.0, -1.0, 0.5, 1.7])
@pytest.mark.parametrize("dtype", [BF16, F32], ids=str)
def test_power_with_a_constant(chip, exponent, dtype):
    type = plain(dtype, 33, 40)

    def build(b, x):
        y = b.add(create.FULL, (), {"shape": (), "value": exponent, "dtype": dtype}, spec=())
        return b.add(elementwise.POW, [x, y])

    x = random(type, 2, positive=exponent in (0.5, 1.7))
    check(fused(build, type), [x], chip, 8 * TOLERANCE[dtype], relative=True)


def test_power_of_negative_numbers(chip):
    type = plain(F32, 32, 32)
    x, y = random(type, 1), np.round(random(type, 2, 3.0))
    x[0, 0], y[0, 0] = 0.0, 0.0
    check(single(lambda b, p, q: b.add(elementwise.POW, [p, q]), type, type), [x, y], chip, 2e-5, relative=True)
    y[1:] = 0.5
    got = run_node(single(lambda b, p, q: b.add(elementwise.POW, [p, q]), type, type).nodes[0], ONE, [x, y], chip)[0]
    assert np.array_equal(np.isnan(got[1:]), x[1:] < 0)


@pytest.mark.parametrize("op", [elementwise.ADD, elementwise.SUB, elementwise.MUL], ids=str)
def test_float32_arithmetic_is_exact(chip, op):
    type = plain(F32, 32, 64)
    graph = single(lambda b, x, y: b.add(op, [x, y]), type, type)
    x, y = random(type, 3, 1e3), random(type, 4, 1e-2)
    fn = {"add": np.add, "sub": np.subtract, "mul": np.multiply}[op.name]
    assert np.array_equal(run_node(graph.nodes[0], graph.mesh, [x, y], chip)[0], fn(x, y))


@pytest.mark.parametrize("dtype", [BF16, F32, I32], ids=str)
@pytest.mark.parametrize("op", COMPARE, ids=str)
def test_compare_and_where(chip, op, dtype):
    type = plain(dtype, 40, 33)
    x, y = random(type, 5), random(type, 6)
    y = np.where(random(plain(BOOL, 40, 33), 7), x, y)

    def build(b, p, q):
        return b.add(elementwise.WHERE, [b.add(op, [p, q]), p, q])

    check(fused(build, type, type), [x, y], chip, 0.0)
    check(single(lambda b, p, q: b.add(op, [p, q]), type, type), [x, y], chip, 0.0)


@pytest.mark.parametrize(
    "op",
    [
        *(elementwise.ADD, elementwise.SUB, elementwise.MUL, elementwise.MAXIMUM, elementwise.MINIMUM, *COMPARE),
        *(elementwise.BITWISE_AND, elementwise.BITWISE_OR, elementwise.BITWISE_XOR),
    ],
    ids=str,
)
def test_integers_of_the_whole_range(chip, op):
    type = plain(I32, 64, 64)
    bits = np.random.default_rng(11).integers(-(2**31), 2**31, (2, 64, 64)).astype(np.int32)
    bits[1, :8] = bits[0, :8]
    bits[:, 8:12] = np.random.default_rng(12).choice([-(2**31), 2**31 - 1, -1, 0, 1, 2048, -2048], (2, 4, 64))
    check(single(lambda b, x, y: b.add(op, [x, y]), type, type), [bits[0], bits[1]], chip, 0.0)


@pytest.mark.parametrize("op", [elementwise.LOGICAL_AND, elementwise.LOGICAL_OR, elementwise.LOGICAL_XOR], ids=str)
def test_logical(chip, op):
    type = plain(BOOL, 40, 33)
    graph = fused(lambda b, x, y: b.add(elementwise.LOGICAL_NOT, [b.add(op, [x, y])]), type, type)
    check(graph, [random(type, 8), random(type, 9)], chip, 0.0)


@pytest.mark.parametrize("before", [BF16, F32, I32, BOOL], ids=str)
@pytest.mark.parametrize("after", [BF16, F32, I32, BOOL], ids=str)
def test_cast(chip, before, after):
    type = plain(before, 33, 40)
    graph = single(lambda b, x: b.add(elementwise.CAST, [x], {"dtype": after}), type)
    x = random(type, 10, 20.0)
    want = x.astype(np.float32).astype(after.numpy) if after.kind == "float" else None
    if want is None:
        check(graph, [x], chip, 0.0)
    else:
        assert np.array_equal(run_node(graph.nodes[0], graph.mesh, [x], chip)[0], want)


@pytest.mark.parametrize(
    ("shape", "other"),
    [
        ((33, 70), (70,)), ((33, 70), (33, 1)), ((33, 70), (1, 1)), ((33, 70), ()), ((2, 3, 33, 40), (3, 1, 40)),
        ((2, 3, 33, 40), (2, 1, 33, 1)), ((70,), ()), ((4, 1, 64), (1, 33, 1)), ((1, 1), (5, 7)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("dtype", [BF16, F32], ids=str)
def test_broadcast(chip, shape, other, dtype):
    types = plain(dtype, *shape), plain(dtype, *other)
    graph = single(lambda b, x, y: b.add(elementwise.ADD, [x, y]), *types)
    check(graph, [random(t, i) for i, t in enumerate(types)], chip, TOLERANCE[dtype])


def test_long_chain_with_mixed_dtypes_spills(chip):
    types = (plain(F32, 40, 40), plain(F32, 40), plain(BF16, 40, 1), plain(F32, 40, 40))

    def build(b, x, y, z, w):
        z = b.add(elementwise.CAST, [z], {"dtype": F32})
        parts = [b.add(elementwise.SIGMOID, [v]) for v in (x, w, b.add(elementwise.ADD, [x, y]))]
        total = b.add(elementwise.MUL, [b.add(elementwise.ADD, parts[:2]), parts[2]])
        tail = b.add(elementwise.TANH, [b.add(elementwise.SUB, [total, z])])
        return b.add(elementwise.MAXIMUM, [b.add(elementwise.MUL, [tail, parts[0]]), b.add(elementwise.DIV, [w, y])])

    inputs = [random(t, i + 20, positive=i == 1) for i, t in enumerate(types)]
    check(fused(build, *types), inputs, chip, TOLERANCE[F32])


@pytest.mark.parametrize("dtype", [BF16, F32, I32], ids=str)
@pytest.mark.parametrize(("shape", "dim"), [((33, 70), 0), ((33, 70), 1), ((3, 33, 40), 0), ((70,), 0)])
def test_iota(chip, dtype, shape, dim):
    attrs = {"shape": shape, "dim": dim, "start": 3, "step": 2, "dtype": dtype}
    graph = single(lambda b: b.add(create.IOTA, (), attrs, spec=((),) * len(shape)))
    check(graph, [], chip, TOLERANCE[BF16] if dtype == BF16 else 0.0)


@pytest.mark.parametrize(("dtype", "value"), [(BF16, 1.5), (F32, 0.1), (I32, -7), (BOOL, True)], ids=str)
def test_full(chip, dtype, value):
    attrs = {"shape": (40, 33), "value": value, "dtype": dtype}
    check(single(lambda b: b.add(create.FULL, (), attrs, spec=((), ()))), [], chip, 1e-7)


@pytest.mark.parametrize("shape", [(0, 5), (3, 0), (0,)])
def test_empty_arrays(chip, shape):
    type = plain(F32, *shape)
    graph = single(lambda b, x, y: b.add(elementwise.ADD, [x, y]), type, type)
    check(graph, [np.zeros(shape, np.float32)] * 2, chip, 0.0)


def test_mask_hides_what_lies_beyond_the_end(chip):
    mesh = Mesh((2,), ("tp",))
    type = TensorType(F32, (45, 33), (("tp",), ()))
    graph = single(lambda b, x: b.add(sharding.MASK, [x], {"value": -1.0}), type, mesh=mesh)
    blocks = run_node(graph.nodes[0], mesh, [random(type, 30)], chip)
    assert np.array_equal(np.concatenate(blocks), np.pad(random(type, 30), [(0, 1), (0, 0)], constant_values=-1))
