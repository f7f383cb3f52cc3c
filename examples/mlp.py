"""A two-layer MLP on a mesh: the decorator, the shardings, and what the compiler makes of them.

python examples/mlp.py
"""

import numpy as np

import meshjit as mj
from meshjit import P

# Eight devices, two along "dp" (data) and four along "tp" (tensor). target="cpu" needs no card.
mesh = mj.open_mesh((2, 4), ("dp", "tp"), target="cpu")


# Tokens over "dp"; the first weight by columns and the second by rows over "tp", so that each device
# computes with its part of the weights, and one all_reduce adds the parts up.
@mj.compile(mesh=mesh, in_shardings=(P("dp", None), P(None, "tp"), P("tp", None)), out_shardings=P("dp", None))
def mlp(x, w1, w2):
    """Hidden states (tokens, features) through both weights."""
    return mj.nn.gelu(x @ w1) @ w2


def main() -> None:
    """Run it, compare with NumPy, and show where things went."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((128, 256), np.float32)
    w1 = rng.standard_normal((256, 1024), np.float32) / 16
    w2 = rng.standard_normal((1024, 256), np.float32) / 32

    y = mlp(x, w1, w2)  # traces, compiles and captures; the next call with such arguments replays

    print(mesh.describe())
    print(y)
    for shard in y.shards[:5]:
        print(
            f"  device {shard.device} at {shard.coordinate} holds rows {shard.index[0].start} to {shard.index[0].stop}"
        )
    print("  ...")

    print("\nWhat each device does:")
    print(mlp.lower(x, w1, w2).as_text("local"))

    # Undecorated, the same function computes with NumPy: here in float64.
    reference = mlp.function(*(a.astype(np.float64) for a in (x, w1, w2)))
    print(f"largest difference from NumPy in float64: {np.abs(np.asarray(y) - reference).max():.1e}")
    mesh.close()


if __name__ == "__main__":
    main()
