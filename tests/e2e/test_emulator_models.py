"""Whole functions on emulated Wormhole cards, compiled as a user would, against evaluate in float64."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import ml_dtypes
import numpy as np
import pytest

import meshjit as mj
from meshjit import P, nn

#: Largest error over the largest value. Products of float32 are computed from operands truncated to TF32, 2**-10 each:
#: two chained products of two operands. bfloat16 rounds by 2**-9, here at most ten times in a row.
TOLERANCE = {"float32": 4 * 2**-10, "bfloat16": 10 * 2**-9}

MODELS: dict[str, Callable[..., object]] = {
    "mlp": lambda x, y: nn.gelu(x @ y.T) @ y,
    "attention": lambda x, y: nn.scaled_dot_product_attention(x, y, x, is_causal=True),
    "norms": lambda x, y: nn.layer_norm(x, y[0], y[1]) + nn.rms_norm(y, x[0]),
    "select": lambda x, y: np.where((x > y) & (x > 0), np.exp(x * 0.25), np.tanh(y)),
    "reduce": lambda x, y: (x - x.mean(axis=1, keepdims=True)).max(axis=0) + y.sum(axis=0) * 0.1,
    "move": lambda x, y: np.concatenate([x.T, np.pad(y, ((0, 1), (0, 0))).T[:, 1:]], axis=1)[::2],
    "batched": lambda x, y: np.stack([x, y]) @ np.stack([y.T, x.T]),
    "triangle": lambda x, y: np.tril(x) + np.triu(y, 1) + mj.numpy.arange(x.shape[1]),
}


@pytest.fixture(scope="module")
def mesh() -> Iterator[mj.MeshDevice]:
    with mj.open_mesh((2, 2), ("dp", "tp"), target="emulator:wormhole", timeout_s=120) as opened:
        yield opened


@pytest.mark.parametrize("spec", [P(), P("dp", None), P(None, "tp"), P("tp", "dp")], ids=str)
@pytest.mark.parametrize("dtype", [np.float32, ml_dtypes.bfloat16], ids=["f32", "bf16"])
@pytest.mark.parametrize("name", MODELS)
def test_emulated_cards_compute_what_evaluate_says(mesh: mj.MeshDevice, name: str, dtype: type, spec: P) -> None:
    rng = np.random.default_rng(7)
    args = [rng.standard_normal((33, 47)).astype(dtype) for _ in range(2)]
    function = mj.compile(MODELS[name], mesh=mesh, in_shardings=spec)
    got = np.asarray(function(*args)).astype(np.float64)
    lowered = function.lower(*args)
    captured = [np.asarray(c) for c in lowered.trace.captured]
    (want,) = mj.evaluate(lowered.stages["traced"], [*args, *captured], exact=True)
    error = np.abs(got - want).max() / max(1.0, np.abs(want).max())
    assert got.shape == want.shape
    assert error <= TOLERANCE[np.dtype(dtype).name]
