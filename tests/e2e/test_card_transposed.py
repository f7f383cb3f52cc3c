"""A transposed second operand costs cards no kernel of its own."""

from __future__ import annotations

import numpy as np
import pytest

import meshjit as mj
from meshjit import P
from meshjit.ir.program import RunProgram


def kernels(lowered) -> list[str]:
    return [c.program.name for c in lowered.compile().executable.commands if isinstance(c, RunProgram)]


@pytest.mark.parametrize("target", ["emulator:wormhole", "emulator:blackhole"])
def test_linear_layers_with_weights_by_row_run_one_kernel_each(target):
    rng = np.random.default_rng(1)
    x, w, b = (rng.standard_normal(s).astype(np.float32) for s in ((40, 70), (90, 70), (90,)))
    with mj.open_mesh((2,), ("tp",), target=target) as mesh:
        f = mj.compile(lambda x, w, b: mj.nn.relu(x @ w.T + b), mesh=mesh, in_shardings=(P(), P("tp", None), P("tp")))
        assert kernels(f.lower(x, w, b)) == ["transpose_matmul_add_relu"]
        want = np.maximum(x.astype(np.float64) @ w.T.astype(np.float64) + b, 0)
        assert np.abs(np.asarray(f(x, w, b)) - want).max() < 2e-3 * np.abs(want).max()


def test_a_transposed_first_operand_is_transposed_before():
    rng = np.random.default_rng(1)
    x, w = (rng.standard_normal(s).astype(np.float32) for s in ((70, 40), (70, 90)))
    with mj.open_mesh((1,), ("tp",), target="emulator:wormhole") as mesh:
        f = mj.compile(lambda x, w: x.T @ w, mesh=mesh)
        assert kernels(f.lower(x, w)) == ["transpose", "matmul"]
        want = x.T.astype(np.float64) @ w.astype(np.float64)
        assert np.abs(np.asarray(f(x, w)) - want).max() < 2e-3 * np.abs(want).max()
