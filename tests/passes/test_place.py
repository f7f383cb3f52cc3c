"""What the planner of strategy "auto" finds."""

from __future__ import annotations

import numpy as np

import meshjit as mj


def test_a_batch_is_found_though_all_arguments_must_change_together() -> None:
    with mj.open_mesh((2, 4), ("dp", "tp"), target="null") as mesh:
        f = mj.compile(
            lambda q, k, v: mj.nn.scaled_dot_product_attention(q, k, v, is_causal=True), mesh=mesh, strategy="auto"
        )
        lowered = f.lower(*(np.ones((8, 64, 64), np.float32),) * 3)
    assert [str(p.type) for p in lowered.stages["sharded"].params] == ["f32[8@dp+tp,64,64]"] * 3
    assert not lowered.cost().collectives
    assert str(lowered.explain()).count("placements compared") == 1
