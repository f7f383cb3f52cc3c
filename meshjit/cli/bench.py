"""``meshjit bench``: the demo's MLP on the CPU mesh against NumPy's two matmuls, in one run."""

from __future__ import annotations

import argparse
import json

import numpy as np

from meshjit import nn
from meshjit.cli import falcon
from meshjit.cli.main import BadInputError
from meshjit.ir.types import BF16
from meshjit.runtime.mesh_device import open_mesh


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--mesh", metavar="2x4", default="2x4", help="devices along dp and tp")
    parser.add_argument("--dtype", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--small", action="store_true", help="a small model in place of Falcon-7B's")
    parser.add_argument("--repeats", type=int, default=9, help="timed steps of each (default: 9)")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Measure and print; the ratio is what counts, machines differ."""
    try:
        shape = tuple(int(n) for n in options.mesh.split("x"))
        if len(shape) != 2 or min(shape) < 1:
            raise ValueError
    except ValueError:
        raise BadInputError(
            "MJ7101", f"--mesh {options.mesh!r}: the model is sharded over two axes", fix="write --mesh 2x4"
        ) from None
    size = falcon.SMALL if options.small else falcon.FALCON_7B
    dtype = np.float32 if options.dtype == "float32" else BF16.numpy
    with open_mesh(shape, ("dp", "tp"), target="cpu") as mesh:
        model = falcon.build(mesh, size, dtype)
        x = mesh.put(model.host[0], falcon.SHARDINGS[0])
        ours = falcon.median_s(lambda: model.step(x), options.repeats)
    wide = [a.astype(np.float32) for a in model.host]
    matmuls = falcon.median_s(lambda: (wide[0] @ wide[1]) @ wide[3], options.repeats)
    whole = falcon.median_s(
        lambda: nn.gelu(wide[0] @ wide[1] + wide[2]) @ wide[3] + wide[4], max(1, options.repeats // 3)
    )
    result = {
        "model": str(size), "dtype": options.dtype, "mesh": options.mesh, "capture_s": model.capture_s, "step_s": ours,
        "numpy_two_matmuls_f32_s": matmuls, "numpy_whole_f32_s": whole, "ratio_to_two_matmuls": ours / matmuls,
    }  # fmt: skip
    if options.json:
        print(json.dumps(result))
        return 0
    print(f"MLP of {size}, {options.dtype}, CPU mesh {options.mesh}: captured in {model.capture_s * 1e3:.0f} ms")
    print(f"  replay                       {ours * 1e3:9.2f} ms")
    print(f"  NumPy's two matmuls, float32 {matmuls * 1e3:9.2f} ms   (replay / matmuls = {ours / matmuls:.2f})")
    print(f"  NumPy's whole MLP, float32   {whole * 1e3:9.2f} ms   (replay / whole   = {ours / whole:.2f})")
    return 0
