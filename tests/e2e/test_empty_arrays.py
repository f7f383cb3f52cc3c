"""Arrays of no elements, and sums of none."""

from __future__ import annotations

import numpy as np
import pytest

import meshjit as mj
from meshjit.ir.program import RunProgram

SHAPES = [
    ((0, 5), (5, 3)),
    ((4, 5), (5, 0)),
    ((0, 4, 5), (5, 3)),
    ((2, 0, 5), (5, 3)),
    ((40, 0), (0, 33)),
    ((0, 0), (0, 0)),
]


def model(x, w):
    y = np.swapaxes(x, -1, -2)
    more = np.concatenate([x, np.ones((*x.shape[:-2], 3, x.shape[-1]), np.float32)], -2)
    return more, x @ w, np.maximum(np.swapaxes(y, -1, -2) @ w + 1, 0), (x * 2).sum(-1), np.concatenate([x, x]).sum()


@pytest.mark.parametrize("target", ["cpu", "emulator:wormhole", "emulator:blackhole"])
@pytest.mark.parametrize(("a", "b"), SHAPES, ids=str)
def test_products_and_sums_of_nothing(target: str, a: tuple[int, ...], b: tuple[int, ...]) -> None:
    x, w = np.ones(a, np.float32), np.ones(b, np.float32)
    with mj.open_mesh((2,), ("tp",), target=target) as mesh:
        for got, want in zip(mj.compile(model, mesh=mesh)(x, w), model(x, w), strict=True):
            assert got.shape == want.shape
            np.testing.assert_array_equal(np.asarray(got), want)


def test_what_has_no_elements_is_not_computed() -> None:
    with mj.open_mesh((1,), ("tp",), target="emulator:wormhole") as mesh:
        f = mj.compile(lambda x, w: x @ w + 1, mesh=mesh)
        executable = f.lower(np.ones((4, 0), np.float32), np.ones((0, 3), np.float32)).compile().executable
        assert [c.program.name for c in executable.commands if isinstance(c, RunProgram)] == ["add"]
