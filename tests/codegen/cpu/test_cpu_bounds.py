"""Kernels of the CPU mesh write their result's bytes and no others."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest

import meshjit as mj
from meshjit import nn
from meshjit.codegen.backends import backend_of
from meshjit.ir.program import RunProgram
from meshjit.runtime.devices.base import Region

GUARD = 4096
FILL = 0xAB

FUNCTIONS: dict[str, Callable[..., object]] = {
    "column chain": lambda x: nn.rsqrt(x[:, :1] * 2 + 1),
    "row sums": lambda x: (x * x).sum(axis=1, keepdims=True),
    "column sums": lambda x: x.sum(axis=0),
    "softmax": lambda x: nn.softmax(x),
    "layer norm": lambda x: nn.layer_norm(x),
    "transpose": lambda x: x.T,
    "matmul": lambda x: x @ x.reshape(8, -1),
    "transposed matmul": lambda x: x @ x.T,
    "compare": lambda x: x > 0,
    "slice": lambda x: x[1:, 2:],
    "pad": lambda x: np.pad(x, 1),
}


@pytest.mark.parametrize("dtype", [np.float32, ml_dtypes.bfloat16], ids=["f32", "bf16"])
@pytest.mark.parametrize("rows", [1, 5, 31, 32, 33])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_writes_stay_inside_the_result(name: str, rows: int, dtype: type) -> None:
    with mj.open_mesh((1,), ("tp",), target="cpu") as mesh:
        graph = mj.compile(FUNCTIONS[name], mesh=mesh).lower(np.ones((rows, 8), dtype)).stages["fused"]
        target = mesh.engine.target
        for node in graph.nodes:
            values = [*dict.fromkeys(node.operands), node]
            sizes = [v.type.local_bytes(graph.mesh) for v in values]
            regions = [Region((i + 1) << 20, size, 64) for i, size in enumerate(sizes)]
            place = regions[-1].address
            around = Region(place - GUARD, 2 * GUARD + sizes[-1], 64)
            target.write(0, around, memoryview(bytes([FILL]) * around.size_bytes))
            program = backend_of("cpu").lower(node, graph.mesh)
            loaded = target.load([RunProgram(program, tuple(range(len(regions))), (0,))], regions, frozenset())
            target.submit(loaded, {}, 10.0)
            target.wait(10.0)
            found = np.frombuffer(target.read(0, around), np.uint8)
            assert (found[:GUARD] == FILL).all(), f"{node!r} writes before its result"
            assert (found[GUARD + sizes[-1] :] == FILL).all(), f"{node!r} writes behind its result"


def test_reads_stay_within_the_margin_behind_a_transposed_operand() -> None:
    program = Path(__file__).with_name("read_behind.py")
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"exit {done.returncode}: {done.stderr}"
