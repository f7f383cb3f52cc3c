"""The same function on CPU devices and on emulated Wormhole and Blackhole cards.

Emulated cards execute the RISC-V binaries that a real card gets: five cores on every Tensix tile, with their matrix and
vector units, circular buffers, NoC and DRAM. An emulator's time is no card's time.

python examples/emulated_card.py
"""

import time

import ml_dtypes
import numpy as np

import meshjit as mj
from meshjit import P


def classify(x, w1, w2):
    """Class probabilities (rows, classes) of x (rows, features)."""
    return mj.nn.softmax(mj.nn.gelu(x @ w1) @ w2)


def main() -> None:
    """Run on each target and compare with NumPy in float64."""
    rng = np.random.default_rng(0)
    shapes = ((64, 64), (64, 128), (128, 64))
    arrays = [(rng.standard_normal(s) / s[0] ** 0.5).astype(ml_dtypes.bfloat16) for s in shapes]
    reference = classify(*(a.astype(np.float64) for a in arrays))
    for target in ("cpu", "emulator:wormhole", "emulator:blackhole"):
        # On its first use on a machine the emulator itself is compiled, which takes minutes of the first replay.
        with mj.open_mesh((2, 2), ("dp", "tp"), target=target, timeout_s=900) as mesh:
            compiled = mj.compile(classify, mesh=mesh, in_shardings=(P("dp", None), P(None, "tp"), P("tp", None)))
            trace = compiled.capture(*arrays)
            built = compiled.lower(*arrays).compile()
            start = time.perf_counter()
            y = trace.replay(*arrays, blocking=True)
            taken = time.perf_counter() - start
            error = np.abs(np.asarray(y).astype(np.float64) - reference).max()
            size = sum(len(k.binary) for k in built.kernels.values())
            print(
                f"{target:19} {len(trace.commands)} commands, {len(built.kernels):2} kernels of {size:6,} bytes, "
                f"one replay {taken * 1e3:8.2f} ms, largest error {error:.1e}"
            )
    name, listing = built.kernel_text("trisc1")
    lines = listing.splitlines()
    first = next(i for i, line in enumerate(lines) if "MVMUL" in line)
    print(f"\nThe matrix instructions of {name} on Blackhole:", *lines[first : first + 16], sep="\n  ")


if __name__ == "__main__":
    main()
