"""A transformer block over a (2, 4) mesh: rms_norm, attention, rms_norm, SwiGLU, in the shardings of Megatron-LM.

Sequences lie over "dp", heads and inner features over "tp" (Shoeybi et al., 2019; SwiGLU: Shazeer, 2020).

python examples/transformer_block.py
"""

from dataclasses import dataclass

import numpy as np

import meshjit as mj
from meshjit import P

BATCH, SEQUENCE, HEADS, FEATURES, INNER = 4, 32, 8, 16, 256
HIDDEN = HEADS * FEATURES


@dataclass
class Block:
    """Parameters of one block, as arrays; or one sharding for each."""

    norm1: object
    wq: object
    wk: object
    wv: object
    wo: object
    norm2: object
    gate: object
    up: object
    down: object


SHARDINGS = Block(
    norm1=P(), wq=P(None, "tp"), wk=P(None, "tp"), wv=P(None, "tp"), wo=P("tp", None),
    norm2=P(), gate=P(None, "tp"), up=P(None, "tp"), down=P("tp", None),
)  # fmt: skip


def heads(x):
    """(batch, sequence, hidden) to (batch, heads, sequence, features)."""
    return x.reshape(BATCH, SEQUENCE, HEADS, FEATURES).transpose(0, 2, 1, 3)


def block(x, p: Block, cos, sin):
    """One block: x is (batch, sequence, hidden), cos and sin are (sequence, features)."""
    h = mj.nn.rms_norm(x, p.norm1)
    q, k, v = (heads(h @ w) for w in (p.wq, p.wk, p.wv))
    a = mj.nn.scaled_dot_product_attention(mj.nn.rope(q, cos, sin), mj.nn.rope(k, cos, sin), v, is_causal=True)
    x = x + a.transpose(0, 2, 1, 3).reshape(BATCH, SEQUENCE, HIDDEN) @ p.wo
    h = mj.nn.rms_norm(x, p.norm2)
    return x + (mj.nn.silu(h @ p.gate) * (h @ p.up)) @ p.down


def parameters(rng):
    """Random parameters that keep activations near one."""

    def normal(rows, columns):
        return rng.standard_normal((rows, columns), np.float32) / np.float32(rows**0.5)

    ones = np.ones(HIDDEN, np.float32)
    qkvo = [normal(HIDDEN, HIDDEN) for _ in range(4)]
    return Block(ones, *qkvo, ones, normal(HIDDEN, INNER), normal(HIDDEN, INNER), normal(INNER, HIDDEN))


def rotations():
    """Cosines and sines of the rotary embedding, float32 (sequence, features)."""
    frequencies = 10000.0 ** (-np.arange(0, FEATURES, 2) / FEATURES)
    angles = np.outer(np.arange(SEQUENCE), np.concatenate([frequencies, frequencies]))
    return np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)


def main() -> None:
    """Compile, run, explain, compare."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((BATCH, SEQUENCE, HIDDEN), np.float32)
    params, (cos, sin) = parameters(rng), rotations()
    with mj.open_mesh((2, 4), ("dp", "tp"), target="cpu") as mesh:
        compiled = mj.compile(
            block, mesh=mesh, in_shardings=(P("dp", None, None), SHARDINGS, P(), P()), out_shardings=P("dp", None, None)
        )
        y = np.asarray(compiled(x, params, cos, sin))
        lowered = compiled.lower(x, params, cos, sin)
    print(lowered.explain())
    print(lowered.cost())

    wide = Block(*(np.asarray(a, np.float64) for a in vars(params).values()))
    reference = block(x.astype(np.float64), wide, cos.astype(np.float64), sin.astype(np.float64))
    correlation = np.corrcoef(y.ravel(), reference.ravel())[0, 1]
    error = np.abs(y - reference).max()
    print(f"against NumPy in float64: Pearson correlation {correlation:.7f}, largest error {error:.1e}")


if __name__ == "__main__":
    main()
