"""Whole models under any shardings of arguments and results: they compile, and compute what NumPy computes."""

from __future__ import annotations

import numpy as np
import pytest
from checks import MESHES, UNIT, cpu_mesh
from hypothesis import given, settings
from hypothesis import strategies as st
from models import MODELS
from random_graphs import specs

import meshjit as mj
from meshjit import P
from meshjit.ir.types import BF16, F32


@settings(max_examples=12)
@pytest.mark.parametrize("name", MODELS)
@given(st.data())
def test_any_sharding(name: str, data: st.DataObject) -> None:
    model = MODELS[name]
    mesh = cpu_mesh(MESHES[data.draw(st.sampled_from(("1x2", "2x2", "2x4")))])
    arrays = model.arrays()
    want = model.function(*(a.astype(np.float64) for a in arrays))
    ins = tuple(P.from_spec(data.draw(specs(a.ndim, mesh.mesh))) if data.draw(st.booleans()) else None for a in arrays)
    out = P.from_spec(data.draw(specs(want.ndim, mesh.mesh))) if data.draw(st.booleans()) else None
    f = mj.compile(model.function, mesh=mesh, in_shardings=ins, out_shardings=out)
    got = f(*arrays)
    assert out is None or got.sharding == out
    # Some tens of roundings, each of a value no larger than the largest result.
    np.testing.assert_allclose(np.asarray(got), want, rtol=0, atol=64 * UNIT[F32] * np.abs(want).max())


@pytest.mark.parametrize("strategy", ["propagate", "auto"])
@pytest.mark.parametrize("name", MODELS)
def test_bfloat16(name: str, strategy: str) -> None:
    """Each value between kernels is rounded to bfloat16: the error is a few round-offs of the largest result."""
    model = MODELS[name]
    arrays = [a.astype(mj.bfloat16) for a in model.arrays()]
    want = model.function(*(a.astype(np.float64) for a in arrays))
    f = mj.compile(
        model.function,
        mesh=cpu_mesh(MESHES["2x4"]),
        in_shardings=model.shardings if strategy == "propagate" else None,
        strategy=strategy,
    )
    got = np.asarray(f(*arrays)).astype(np.float64)
    assert np.abs(got - want).max() <= 6 * UNIT[BF16] * np.abs(want).max()
    assert np.corrcoef(got.ravel(), want.ravel())[0, 1] > 0.999


def test_serving_loop() -> None:
    """Capture once, replay with new inputs; weights stay where they are."""
    model = MODELS["block"]
    mesh = cpu_mesh(MESHES["2x4"])
    x, *weights = model.arrays()
    placed = [mesh.put(w, s) for w, s in zip(weights, model.shardings[1:], strict=True)]
    f = mj.compile(model.function, mesh=mesh, in_shardings=(model.shardings[0], *[None] * len(weights)))
    trace = f.capture(x, *placed)
    for i in range(4):
        xi = x * (i + 1)
        want = model.function(xi.astype(np.float64), *(w.astype(np.float64) for w in weights))
        got = np.asarray(trace.replay(xi, *placed))
        np.testing.assert_allclose(got, want, rtol=0, atol=64 * UNIT[F32] * np.abs(want).max())
    trace.release()
