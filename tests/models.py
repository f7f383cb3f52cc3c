"""Small models with their usual shardings, for golden texts and counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import meshjit as mj
from meshjit import P
from meshjit.stages import Lowered


@dataclass(frozen=True)
class Model:
    """A function, the shapes of its arguments and their shardings (Megatron's: columns first, rows second)."""

    function: Callable[..., Any]
    shapes: tuple[tuple[int, ...], ...]
    shardings: tuple[Any, ...]

    def arrays(self, seed: int = 0) -> list[np.ndarray]:
        rng = np.random.default_rng(seed)
        return [(rng.standard_normal(s) * 0.3).astype(np.float32) for s in self.shapes]

    def lower(self, mesh: mj.MeshDevice) -> Lowered:
        return mj.compile(self.function, mesh=mesh, in_shardings=self.shardings).lower(*self.arrays())


def mlp(x, w1, w2):
    """Falcon's feed-forward part."""
    return mj.nn.gelu(x @ w1) @ w2


def attention(x, wq, wk, wv, wo):
    """Causal attention; heads are a dim of the weights, (features, heads, head size)."""
    q, k, v = (project(x, w) for w in (wq, wk, wv))
    mixed = mj.nn.scaled_dot_product_attention(q, k, v, is_causal=True)
    heads, seq, size = mixed.shape[-3:]
    return mixed.swapaxes(-2, -3).reshape(x.shape[0], seq, heads * size) @ wo.reshape(heads * size, -1)


def project(x, w):
    """(batch, seq, features) by (features, heads, size) to (batch, heads, seq, size)."""
    features, heads, size = w.shape
    return (x @ w.reshape(features, heads * size)).reshape(*x.shape[:2], heads, size).swapaxes(1, 2)


def swiglu(x, gate, up, down):
    """The feed-forward part of Llama."""
    return (mj.nn.silu(x @ gate) * (x @ up)) @ down


def block(x, n1, wq, wk, wv, wo, n2, gate, up, down):
    """A Llama block: attention and SwiGLU, each behind a norm and added to the stream."""
    x = x + attention(mj.nn.rms_norm(x, n1), wq, wk, wv, wo)
    return x + swiglu(mj.nn.rms_norm(x, n2), gate, up, down)


_HEADS = (P(None, "tp", None),) * 3
MODELS = {
    "mlp": Model(mlp, ((8, 16), (16, 64), (64, 16)), (P("dp", None), P(None, "tp"), P("tp", None))),
    "attention": Model(
        attention, ((2, 6, 16), *((16, 4, 8),) * 3, (4, 8, 16)), (P("dp"), *_HEADS, P("tp", None, None))
    ),
    "block": Model(
        block,
        ((2, 6, 16), (16,), *((16, 4, 8),) * 3, (4, 8, 16), (16,), (16, 32), (16, 32), (32, 16)),
        (P("dp"), P(), *_HEADS, P("tp", None, None), P(), P(None, "tp"), P(None, "tp"), P("tp", None)),
    ),
}
