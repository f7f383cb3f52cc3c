"""What ``compile`` lets a user choose for the matmuls of cards, and what other targets make of it."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

import meshjit as mj
from meshjit.errors import IRError
from meshjit.ir.parser import parse
from meshjit.ir.verify import verify

#: Relative Frobenius errors: see docs/tensix.md, "Accuracy"; sums of 512 products in bf16 lose more.
ERRORS = {("lofi", "f32"): 4e-2, ("hifi2", "f32"): 6e-3, ("hifi4", "f32"): 2.5e-3, ("hifi4", "bf16"): 3e-2}


def operands() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    x, w = rng.standard_normal((64, 512)), rng.standard_normal((512, 96))
    return x.astype(ml_dtypes.bfloat16), w.astype(ml_dtypes.bfloat16)


def product(x, w):
    return x @ w


def error(got: np.ndarray, x: np.ndarray, w: np.ndarray) -> float:
    want = x.astype(np.float64) @ w.astype(np.float64)
    return float(np.linalg.norm(np.asarray(got).astype(np.float64) - want) / np.linalg.norm(want))


@pytest.mark.parametrize("target", ["emulator:wormhole", "emulator:blackhole"])
def test_each_choice_is_as_exact_as_it_says(target):
    x, w = operands()
    errors: dict[tuple[str, str], float] = {}
    with mj.open_mesh((1,), ("tp",), target=target) as mesh:
        for fidelity, accumulate in ERRORS:
            f = mj.compile(product, mesh=mesh, fidelity=fidelity, accumulate=accumulate)
            assert f'fidelity="{fidelity}"' in f.lower(x, w).as_text("planned")
            errors[fidelity, accumulate] = error(f(x, w), x, w)
        usual = error(mj.compile(product, mesh=mesh)(x, w), x, w)
    assert {k: e <= ERRORS[k] for k, e in errors.items()} == dict.fromkeys(ERRORS, True), errors
    assert errors["lofi", "f32"] > errors["hifi2", "f32"] > errors["hifi4", "f32"]
    assert errors["hifi4", "bf16"] > errors["hifi4", "f32"]
    assert usual == errors["hifi2", "f32"]


def test_f32_is_summed_in_f32_whatever_bf16_is_summed_in():
    x, w = (a.astype(np.float32) for a in operands())
    with mj.open_mesh((1,), ("tp",), target="emulator:wormhole") as mesh:
        exact = np.asarray(mj.compile(product, mesh=mesh)(x, w))
        assert np.array_equal(np.asarray(mj.compile(product, mesh=mesh, accumulate="bf16")(x, w)), exact)


def test_the_cpu_mesh_multiplies_exactly_whatever_was_chosen():
    x, w = operands()
    with mj.open_mesh((1,), ("tp",), target="cpu") as mesh:
        exact = np.asarray(mj.compile(product, mesh=mesh)(x, w))
        rough = mj.compile(product, mesh=mesh, fidelity="lofi", accumulate="bf16")
        assert "fidelity" not in rough.lower(x, w).as_text("planned")
        assert np.array_equal(np.asarray(rough(x, w)), exact)


def test_the_text_carries_the_choice_and_the_verifier_reads_it():
    x, w = operands()
    with mj.open_mesh((1,), ("tp",), target="emulator:wormhole") as mesh:
        f = mj.compile(product, mesh=mesh, fidelity="hifi3", accumulate="bf16")
        text = f.lower(x, w).as_text("fused")
    assert str(parse(text)) == text
    with pytest.raises(IRError, match="fidelity is one of 'lofi'"):
        verify(parse(text.replace("hifi3", "hifi9")), after="parse")
    with pytest.raises(IRError, match="accumulate is one of 'f32'"):
        verify(parse(text.replace('accumulate="bf16"', 'accumulate="i32"')), after="parse")
