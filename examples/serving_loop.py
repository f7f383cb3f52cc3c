"""A serving loop: weights stay on the mesh, one capture, then a replay per request.

python examples/serving_loop.py
"""

import time

import numpy as np
from rich.progress import track

import meshjit as mj
from meshjit import P

TOKENS, HIDDEN, INNER, REQUESTS = 32, 512, 2048, 200


def layer(x, params):
    """x + MLP(norm(x)), with the parameters in a dict."""
    h = mj.nn.rms_norm(x, params["norm"])
    return x + mj.nn.gelu(h @ params["up"]) @ params["down"]


def main() -> None:
    """Load, capture, serve."""
    rng = np.random.default_rng(0)
    with mj.open_mesh((2, 2), ("dp", "tp"), target="cpu") as mesh:
        # Weights go to the devices once. What is replayed uses them in place.
        params = {
            "norm": mesh.put(np.ones(HIDDEN, np.float32)),
            "up": mesh.put(rng.standard_normal((HIDDEN, INNER), np.float32) / HIDDEN**0.5, P(None, "tp")),
            "down": mesh.put(rng.standard_normal((INNER, HIDDEN), np.float32) / INNER**0.5, P("tp", None)),
        }
        request = rng.standard_normal((TOKENS, HIDDEN), np.float32)

        start = time.perf_counter()
        trace = mj.compile(layer, mesh=mesh, in_shardings=(P("dp", None), None)).capture(request, params)
        print(f"captured {trace.name} in {(time.perf_counter() - start) * 1e3:.0f} ms: {len(trace.commands)} commands")
        for command in trace.commands:
            print(f"  {command.label}")

        # A replay binds addresses, submits and waits: it never traces, compiles or allocates.
        times = []
        checksum = 0.0
        for _ in track(range(REQUESTS), description="serving"):
            request += np.float32(0.001)
            start = time.perf_counter()
            y = trace.replay(request, params, blocking=True)
            times.append(time.perf_counter() - start)
            checksum += float(np.asarray(y)[0, 0])  # read before the next replay: it writes into the same buffer

        host = {name: np.asarray(w) for name, w in params.items()}
        difference = np.abs(np.asarray(y) - layer(request, host)).max()
        median, slow = np.percentile(times, [50, 99]) * 1e3
        print(f"{REQUESTS} requests of {TOKENS} tokens: median {median:.2f} ms, 99 % within {slow:.2f} ms")
        print(f"largest difference of the last result from NumPy: {difference:.1e} (checksum {checksum:.3f})")

        try:
            stale = y
            trace.replay(request, params)
            np.asarray(stale)
        except mj.MeshJitError as error:
            print(f"\nAn output that a later replay wrote over cannot be read by mistake:\n{error}")
        trace.release()


if __name__ == "__main__":
    main()
