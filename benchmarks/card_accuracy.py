"""Errors of the cards' functions in units of the last place, against NumPy in float64, over the whole domain.

Run ``python benchmarks/card_accuracy.py [--chip wormhole|blackhole] [--step N]``. Every function runs on the
emulator, which holds the same bits as the official simulator: bfloat16 on all 65,536 inputs, float32 on every N-th bit
pattern (4096 by default, a million inputs). Printed, not asserted; tests/codegen/tensix hold docs/accuracy.md to it.

What is measured: the distance to the exact result in units of the last place of that result (2**-7 of its binade in
bfloat16, 2**-23 in float32), so that correct rounding is 0.5. Denormals are zero on cards: a denormal input counts as
zero, and a result below the smallest normal number may be zero (for x times a probability, below 2**-118: the
probability is zero earlier). Inputs whose exact result is no finite number, or larger than the largest, are counted
apart: what comes out must be that infinity (of any sign at a zero), or NaN (infinity in bfloat16, as the packer writes
NaN).
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from meshjit.arch import ARCHS, num_tiles, tile_bytes
from meshjit.codegen.tensix import eltwise, fpu
from meshjit.codegen.tensix.eltwise import EltwiseSpec, Operand
from meshjit.codegen.tensix.expression import Expression, Step
from meshjit.ir.mesh import Mesh
from meshjit.ir.program import RunProgram
from meshjit.ir.types import BF16, F32, DType
from meshjit.runtime import layouts
from meshjit.runtime.devices.base import Region
from meshjit.runtime.devices.card import CardTarget, open_emulator

Array = np.ndarray[Any, np.dtype[Any]]
_erf = np.frompyfunc(math.erf, 1, 1)
_erfc = np.frompyfunc(math.erfc, 1, 1)


def erf(x: Array) -> Array:
    return np.asarray(_erf(x), np.float64)


def sigmoid(x: Array) -> Array:
    return np.where(x >= 0, 1 / (1 + np.exp(-np.abs(x))), np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x))))


def gelu(x: Array) -> Array:
    """x Phi(x) by the complementary error function, which cancels nothing."""
    half = 0.5 * np.asarray(_erfc(-x / math.sqrt(2)), np.float64)
    return x * half


def gelu_tanh(x: Array) -> Array:
    """x sigmoid(2 u), the same function as 0.5 x (1 + tanh u)."""
    half = sigmoid(2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
    return x * half


def silu(x: Array) -> Array:
    return x * sigmoid(x)


#: The unary functions and what they mean. 1 / x and x ** -0.5 of a zero keep its sign, as in NumPy.
FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "reciprocal": lambda x: 1 / x,
    "tanh": np.tanh,
    "sigmoid": sigmoid,
    "erf": erf,
    "silu": silu,
    "gelu": gelu,
    "gelu_tanh": gelu_tanh,
}
#: Functions of two operands, on random pairs.
PAIRS: dict[str, Callable[[Array, Array], Array]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "pow": lambda x, y: np.power(x, y),
}


#: Every how many-th float32 is measured.
STEP = 4096
#: Below this a result may be zero.
TINY: dict[str, float] = {"silu": 2.0**-118, "gelu": 2.0**-118, "gelu_tanh": 2.0**-118}


@dataclass(frozen=True)
class Error:
    """The errors of one function: the largest and the mean in units of the last place, where the largest is, the share
    of results that are correctly rounded, how many results without a finite value are wrong, and the first of these
    inputs."""

    largest: float
    at: float
    mean: float
    exact: float
    wrong: int
    wrong_at: tuple[float, ...]
    words: int


def run(card: CardTarget, expression: Expression, inputs: list[Array], dtype: DType) -> tuple[Array, int]:
    """The expression on inputs of one shape, and the words of its vector program (0: the matrix unit does all)."""
    shape = inputs[0].shape
    spec = EltwiseSpec("accuracy", expression, (Operand(shape, dtype),) * len(inputs), shape, dtype)
    program = eltwise.build(spec, ARCHS[card.arch])
    page = tile_bytes(dtype.size_bytes)
    regions: list[Region] = []
    address = card.base_address
    for _ in range(len(inputs) + 1):
        size = num_tiles(shape) * page
        regions.append(Region(address, size, page))
        address += -(-card.footprint(size, page) // 4096) * 4096
    for data, region in zip(inputs, regions, strict=False):
        card.write(0, region, layouts.encode(data, card.layout))
    loaded = card.load([RunProgram(program, tuple(range(len(regions))), (0,))], regions, frozenset())
    card.submit(loaded, {}, 600.0)
    out = layouts.decode(card.read(0, regions[-1]), shape, dtype, card.layout)
    cut = fpu.split(expression, [dtype == BF16] * len(inputs), [""] * len(inputs))
    slots = range(cut.expression.inputs)
    return out, len(eltwise.sfpu_program(ARCHS[card.arch], cut.expression, slots, dtype).lines)


def patterns(dtype: DType, step: int = STEP) -> Array:
    """All bfloat16 values, or every ``step``-th float32 (from an odd start, so that low bits vary) and the edges."""
    if dtype == BF16:
        return np.arange(1 << 16, dtype=np.uint16).view(BF16.numpy).reshape(256, 256)
    bits = np.arange(0, 1 << 32, step, dtype=np.uint64)
    bits += np.random.default_rng(0).integers(0, step, bits.size).astype(np.uint64)
    values = bits.astype(np.uint32)
    values[:256] = np.arange(0x7F7FFF80, 0x7F800080)  # around infinity
    values[256:512] = np.arange(0xFF7FFF80, 0xFF800080)
    values[512:768] = np.arange(0x007FFF80, 0x00800080)  # around the smallest normal number
    values[768:1024] = np.arange(0x3F7FFF80, 0x3F800080)  # around 1
    values[1024:1026] = (0, 0x80000000)
    values[1026:1282] = np.arange(0x42B17180, 0x42B17280)  # where exp overflows
    values[1282:1538] = np.arange(0xC2AEAC00, 0xC2AEAD00)  # where exp underflows
    return values.view(np.float32).reshape(-1, 1024)


def pairs(name: str, dtype: DType, seed: int = 1) -> list[Array]:
    """Two arrays of 65,536 random values: any bits; for pow, positive bases and exponents that keep it finite."""
    rng = np.random.default_rng(seed)
    if name == "pow":
        x = np.exp(rng.uniform(-20, 20, (256, 256)))
        y = rng.uniform(-4, 4, (256, 256))
        return [v.astype(dtype.numpy) for v in (x, y)]
    bits = rng.integers(0, 1 << 32, (2, 256, 256), dtype=np.uint64).astype(np.uint32)
    if dtype == BF16:
        return list((bits >> 16).astype(np.uint16).view(BF16.numpy))
    return list(bits.view(np.float32))


def flushed(x: Array) -> Array:
    """The values in float64, denormals as zeros of their sign."""
    wide = x.astype(np.float64)
    return np.where(np.abs(wide) < 2.0**-126, np.copysign(0.0, wide), wide)


def errors(name: str, got: Array, want: Array, inputs: list[Array], dtype: DType, words: int) -> Error:
    """Compare results with exact ones."""
    smallest = TINY.get(name, 2.0**-126)
    bits = 8 if dtype == BF16 else 24
    most = float(2.0**128 - 2.0 ** (128 - bits - 1))  # from here on rounding gives infinity
    got = got.astype(np.float64)
    finite = np.isfinite(want) & (np.abs(want) < most) & np.all([np.isfinite(i) for i in inputs], axis=0)
    with np.errstate(all="ignore"):
        size = np.exp2(np.floor(np.log2(np.maximum(np.abs(want), 2.0**-126))) - (bits - 1))
        error = np.abs(got - want) / size
    error = np.where(finite & (np.abs(want) <= smallest) & (np.abs(got) <= smallest), 0.0, error)
    error = np.where(finite, np.where(np.isfinite(got), error, np.inf), 0.0)
    limit = np.where(np.isnan(want), np.nan, np.where(np.abs(want) >= most, np.copysign(np.inf, want), want))
    if dtype == BF16:
        right = np.where(np.isnan(limit), np.isinf(got), got == limit)
    else:
        right = np.where(np.isnan(limit), np.isnan(got), got == limit)
    zero = np.any([np.abs(i.astype(np.float64)) < 2.0**-126 for i in inputs], axis=0)
    right |= zero & (np.abs(got) == np.abs(limit))
    if name in TINY:  # NaN by its formula, zero in the limit
        right |= np.isneginf(inputs[0]) & (got == 0)
    near = np.isfinite(limit) & (np.abs(got - limit) <= 2 * size)
    wrong = ~finite & ~right & ~near
    at = np.unravel_index(error.argmax(), error.shape)
    return Error(
        float(error.max()), float(inputs[0][at]), float(error[finite].mean()), float((error[finite] <= 0.5).mean()),
        int(wrong.sum()), tuple(float(v) for v in inputs[0][wrong][:4]), words,
    )  # fmt: skip


def measure(card: CardTarget, name: str, dtype: DType, step: int, every: int = 1) -> Error:
    """The errors of one function, or of every n-th row of its inputs."""
    if name in FUNCTIONS:
        inputs, steps = [patterns(dtype, step)[::every]], (Step(name, (0,)),)
    else:
        inputs, steps = pairs(name, dtype), (Step(name, (0, 1)),)
    got, words = run(card, Expression(len(inputs), steps), inputs, dtype)
    with np.errstate(all="ignore"):
        wide = [flushed(i) for i in inputs]
        want = FUNCTIONS[name](wide[0]) if name in FUNCTIONS else PAIRS[name](*wide)
    return errors(name, got, want, inputs, dtype, words)


def rows(chip: str, step: int, dtypes: tuple[DType, ...] = (BF16, F32)) -> Iterator[tuple[str, DType, Error]]:
    """Every function's errors on one chip."""
    card = open_emulator(Mesh((1,), ("tp",)), chip)
    for dtype in dtypes:
        for name in (*FUNCTIONS, *PAIRS):
            with np.errstate(all="ignore"):
                yield name, dtype, measure(card, name, dtype, step)
    card.close()


def line(name: str, dtype: DType, e: Error) -> str:
    """A row of the table in docs/accuracy.md."""
    share = f"{100 * e.exact:.2f}"
    return f"| {name} | {dtype} | {e.largest:.3g} | {e.at:.6g} | {e.mean:.3f} | {share} | {e.wrong} | {e.words} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chip", choices=sorted(ARCHS), default="wormhole")
    parser.add_argument("--step", type=int, default=STEP)
    arguments = parser.parse_args()
    for name, dtype, e in rows(arguments.chip, arguments.step):
        print(line(name, dtype, e), f"{e.wrong_at or ''}", flush=True)


if __name__ == "__main__":
    main()
