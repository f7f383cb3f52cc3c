from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

from meshjit.ir.program import Collective
from meshjit.ir.types import BF16, F32, I32
from meshjit.runtime.collectives import run_collective

GROUPS = ((0, 1, 2), (5, 4, 3))


def run(kind, inputs, out_shape, dtype=F32, **options):
    first = next(iter(inputs.values()))
    return run_collective(Collective(kind, GROUPS, dtype, first.shape, out_shape, 0, 1, **options), inputs)


def blocks(shape, dtype=np.float32):
    return {d: np.full(shape, d, dtype) + np.arange(shape[-1]).astype(dtype) * 10 for d in range(6)}


def test_all_gather_concatenates_in_the_order_of_the_group_and_cuts():
    out = run("all_gather", blocks((2, 2)), (2, 5), dim=1)
    assert out[0].tolist() == out[2].tolist() == [[0, 10, 1, 11, 2]] * 2
    assert out[3].tolist() == [[5, 15, 4, 14, 3]] * 2


@pytest.mark.parametrize(("op", "first", "second"), [("sum", 3, 12), ("max", 2, 5), ("min", 0, 3)])
def test_all_reduce(op, first, second):
    out = run("all_reduce", {d: np.array([d], np.int32) for d in range(6)}, (1,), I32, op=op)
    assert [int(out[d][0]) for d in range(6)] == [first] * 3 + [second] * 3


def test_bfloat16_is_summed_in_f32_and_rounded_once():
    # 256 + 1 rounds to 256 in bfloat16, so stepwise rounding would give 256.
    inputs = {d: np.array([256 if d in (0, 5) else 1], ml_dtypes.bfloat16) for d in range(6)}
    assert [float(v[0]) for v in run("all_reduce", inputs, (1,), BF16).values()] == [258.0] * 6


def test_reduce_scatter_pads_to_equal_parts():
    out = run("reduce_scatter", blocks((4,)), (2,))
    assert [out[d].tolist() for d in (0, 1, 2)] == [[3, 33], [63, 93], [0, 0]]
    assert [out[d].tolist() for d in (5, 4, 3)] == [[12, 42], [72, 102], [0, 0]]


def test_all_to_all_moves_the_cut_from_one_dim_to_another():
    inputs = {d: np.array([[d * 10 + c for c in range(5)]], np.float32) for d in range(6)}
    out = run("all_to_all", inputs, (3, 2), dim=0, split_dim=1)
    assert out[0].tolist() == [[0, 1], [10, 11], [20, 21]]
    assert out[2].tolist() == [[4, 0], [14, 0], [24, 0]]
    assert out[5].tolist() == [[50, 51], [40, 41], [30, 31]]


def test_all_to_all_cuts_to_the_output():
    out = run("all_to_all", blocks((2, 3)), (5, 1), dim=0, split_dim=1)
    assert out[1].tolist() == [[10], [10], [11], [11], [12]]
