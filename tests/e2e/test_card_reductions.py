"""What a reduction leaves in memory can be read by whatever comes next."""

from __future__ import annotations

import numpy as np
import pytest

import meshjit as mj

SHAPES = [((7, 2), 1), ((33, 40), 1), ((32, 64), 1), ((3, 5, 7), 1), ((3, 5, 7), 2), ((40, 3, 33), 2), ((64, 2, 64), 1)]


@pytest.mark.parametrize("chip", ["wormhole", "blackhole"])
@pytest.mark.parametrize(("shape", "axis"), SHAPES, ids=str)
def test_results_of_reductions_are_read(chip: str, shape: tuple[int, ...], axis: int) -> None:
    def f(x):
        top = x.max(axis)
        return top, top + 1, (x == np.expand_dims(top, axis)).any(axis), x.sum(axis).sum()

    x = np.random.default_rng(0).integers(-99, 99, shape).astype(np.float32)
    with mj.open_mesh((1,), ("tp",), target=f"emulator:{chip}") as mesh:
        for got, want in zip(mj.compile(f, mesh=mesh)(x), f(x), strict=True):
            np.testing.assert_array_equal(np.asarray(got), want)
