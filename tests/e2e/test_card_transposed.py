"""A transposed operand of a matmul costs cards no kernel of its own."""

from __future__ import annotations

import re

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


@pytest.mark.parametrize("target", ["emulator:wormhole", "emulator:blackhole"])
def test_gradients_of_weights_run_one_kernel_each(target):
    """Every device has 33 rows of the batch: K ends inside a tile."""
    rng = np.random.default_rng(1)
    x, g, h = (rng.standard_normal(s).astype(np.float32) for s in ((66, 40), (66, 90), (66, 70)))

    def gradients(x, g, h):
        turned = x.T
        return turned @ g, turned @ h

    with mj.open_mesh((2,), ("dp",), target=target) as mesh:
        f = mj.compile(gradients, mesh=mesh, in_shardings=P("dp", None), out_shardings=P())
        assert kernels(f.lower(x, g, h)) == ["transpose_matmul"] * 2
        fused = f.lower(x, g, h).as_text("fused")
        assert len(re.findall(r"= transpose\(%a\d\) {perm=\[1,0\]}.*\n *%\d = matmul\(%0, ", fused)) == 2
        for got, other in zip(f(x, g, h), (g, h), strict=True):
            want = x.T.astype(np.float64) @ other.astype(np.float64)
            assert np.abs(np.asarray(got) - want).max() < 2e-3 * np.abs(want).max()
