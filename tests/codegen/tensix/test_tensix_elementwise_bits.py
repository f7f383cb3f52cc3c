"""Emulator and official simulator hold the same bytes, over random bit patterns with NaN, infinities and denormals."""

from __future__ import annotations

import numpy as np
import pytest
from card_run import CHIPS, ONE, fused, plain, run_node, single

from meshjit.ir.ops import elementwise, reduce
from meshjit.ir.types import BF16, F32, I32

PAIRS = [pytest.param(c.values[0][1], id=c.values[0][1], marks=c.marks) for c in CHIPS[2:]]
UNARY = ("EXP", "LOG", "SQRT", "RSQRT", "RECIPROCAL", "TANH", "SIGMOID", "ERF", "SILU", "NEG", "ABS", "RELU")
BINARY = ("ADD", "SUB", "MUL", "DIV", "POW", "MAXIMUM", "MINIMUM", "LT", "LE", "GT", "GE", "EQ", "NE")
SPECIAL = (
    0,
    0x80000000,
    0x7F800000,
    0xFF800000,
    0x7FC00000,
    0xFFC00000,
    0x00000001,
    0x80000001,
    0x00800000,
    0x7F7FFFFF,
)


def patterns(type, seed):
    """Random bits, a tenth of them special."""
    rng = np.random.default_rng(seed)
    bits = rng.integers(0, 1 << 32, type.shape, dtype=np.uint64).astype(np.uint32)
    bits = np.where(rng.random(type.shape) < 0.1, rng.choice(np.array(SPECIAL, np.uint32), type.shape), bits)
    if type.dtype == BF16:
        return (bits >> 16).astype(np.uint16).view(BF16.numpy)
    return bits.view(type.dtype.numpy)


def unary(name, dtype):
    type = plain(dtype, 64, 32)
    return single(lambda b, x: b.add(getattr(elementwise, name), [x]), type)


def binary(name, dtype, other=(64, 32)):
    types = plain(dtype, 64, 32), plain(dtype, *other)
    return single(lambda b, x, y: b.add(getattr(elementwise, name), [x, y]), *types)


def chain(dtype):
    def build(b, x, y, z):
        total = b.add(elementwise.ADD, [x, y])
        return b.add(elementwise.MUL, [b.add(elementwise.GELU, [total], {"approximate": "tanh"}), z])

    return fused(build, plain(dtype, 64, 32), plain(dtype, 32), plain(dtype, 64, 32))


def reduction(name, dtype, axes):
    return single(
        lambda b, x: b.add(getattr(reduce, name), [x], {"axes": axes, "keepdims": True}), plain(dtype, 64, 96)
    )


def gelu(approximate, dtype):
    return single(lambda b, x: b.add(elementwise.GELU, [x], {"approximate": approximate}), plain(dtype, 64, 32))


def normalized(name, dtype):
    """A norm, or a softmax, of a sum of two operands."""

    def build(b, x, y, w):
        total = b.add(elementwise.ADD, [x, y])
        if name == "SOFTMAX":
            return b.add(reduce.SOFTMAX, [b.add(elementwise.MUL, [total, w])], {"axis": 1})
        weights = [w, w][: 1 + (name == "LAYER_NORM")]
        return b.add(getattr(reduce, name), [total, *weights], {"eps": 1e-5})

    return fused(build, plain(dtype, 64, 96), plain(dtype, 64, 96), plain(dtype, 96))


CASES = {
    **{f"gelu_{a}_{d}": (gelu, a, d) for a in ("tanh", "none") for d in (BF16, F32)},
    **{f"{n.lower()}_{d}": (normalized, n, d) for n in ("SOFTMAX", "RMS_NORM", "LAYER_NORM") for d in (BF16, F32)},
    **{f"{n.lower()}_{d}": (unary, n, d) for n in UNARY for d in (BF16, F32)},
    **{f"{n.lower()}_{d}": (binary, n, d) for n in BINARY for d in (BF16, F32)},
    **{
        f"{n.lower()}_repeated{i}": (binary, n, BF16, s)
        for n in ("ADD", "SUB", "MUL")
        for i, s in enumerate([(32,), (64, 1), ()])
    },
    **{f"{n.lower()}_i32": (binary, n, I32) for n in ("ADD", "SUB", "MUL", "LT", "MAXIMUM", "BITWISE_OR")},
    **{f"chain_{d}": (chain, d) for d in (BF16, F32)},
    **{
        f"{n.lower()}{''.join(map(str, a))}_{d}": (reduction, n, d, a)
        for n in ("SUM", "MAX", "MIN")
        for d in (BF16, F32, I32)
        for a in ((0,), (1,), (0, 1))
    },
}


@pytest.mark.parametrize("chip", PAIRS)
@pytest.mark.parametrize("name", CASES)
def test_bytes_are_the_simulators(chip, name):
    build, *arguments = CASES[name]
    graph = build(*arguments)
    inputs = [patterns(p.type, i) for i, p in enumerate(graph.params)]
    node = graph.nodes[0]
    results = [run_node(node, ONE, inputs, (kind, chip))[0] for kind in ("emulator", "ttsim")]
    assert results[0].tobytes() == results[1].tobytes()
