"""How many kernels and collectives models take, and the bytes they move: what tensor parallelism promises."""

from __future__ import annotations

import numpy as np
import pytest
from checks import MESHES, check_cpu, cpu_mesh, tolerances
from models import MODELS

from meshjit.ir.evaluate import evaluate
from meshjit.ir.program import Collective, RunProgram

#: all_reduces, kernels, and bytes each device sends.
EXPECTED = {"mlp": (1, 2, 384), "attention": (1, 13, 576), "block": (2, 20, 1152)}


@pytest.mark.parametrize("name", MODELS)
def test_commands(name: str) -> None:
    lowered = MODELS[name].lower(cpu_mesh(MESHES["2x4"]))
    all_reduces, kernels, link_bytes = EXPECTED[name]
    cost = lowered.cost()
    assert cost.collectives == {"all_reduce": all_reduces}
    assert (cost.kernels, cost.link_bytes) == (kernels, link_bytes)
    commands = lowered.compile().executable.commands
    assert sum(isinstance(c, RunProgram) for c in commands) == kernels
    assert sum(isinstance(c, Collective) for c in commands) == all_reduces


@pytest.mark.parametrize("name", MODELS)
def test_only_activations_move(name: str) -> None:
    """Every collective is an all_reduce of a (batch, features) activation over tp: 2 * 3/4 of its local bytes."""
    lowered = MODELS[name].lower(cpu_mesh(MESHES["2x4"]))
    x = MODELS[name].shapes[0]
    block_bytes = int(np.prod(x)) // 2 * 4
    assert lowered.cost().link_bytes == EXPECTED[name][0] * 2 * block_bytes * 3 // 4


@pytest.mark.parametrize("name", MODELS)
def test_models_compute_what_numpy_does(name: str) -> None:
    model = MODELS[name]
    lowered = model.lower(cpu_mesh(MESHES["2x4"]))
    arrays = model.arrays(1)
    want = model.function(*(a.astype(np.float64) for a in arrays))
    (got,) = evaluate(lowered.stages["planned"], arrays, exact=True)
    np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-12)
    check_cpu(lowered.stages, arrays, tolerances(lowered.stages["traced"], arrays))
