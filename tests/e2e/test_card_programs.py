"""Whole programs, byte for byte: emulated cards compute what the official simulator computes, on one chip and two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from models import MODELS

import meshjit as mj
from meshjit import P, config

pytestmark = [
    pytest.mark.ttsim,
    pytest.mark.skipif(config.load().ttsim_dir is None, reason="needs MESHJIT_TTSIM"),
]


@dataclass(frozen=True)
class Whole:
    """A function, the shapes of its arguments, and their shardings over ("dp", "tp")."""

    function: Callable[..., Any]
    shapes: tuple[tuple[int, ...], ...]
    shardings: tuple[P, ...]


def norms(x, w1, b1, w2, w3):
    """Norms, a softmax and a residual, each on what the one before gave."""
    y = mj.nn.layer_norm(x, w1, b1)
    z = mj.nn.softmax(mj.nn.rms_norm(x + y, w2) * 0.5, axis=-1)
    return mj.nn.layer_norm(z @ w3 + y, w1, b1).sum(axis=0) - z.max()


PROGRAMS = {
    "mlp": Whole(MODELS["mlp"].function, ((64, 96), (96, 160), (160, 70)), MODELS["mlp"].shardings),
    "attention": Whole(
        MODELS["attention"].function, ((2, 40, 64), *((64, 4, 32),) * 3, (4, 32, 64)), MODELS["attention"].shardings
    ),
    "block": Whole(
        MODELS["block"].function,
        ((1, 33, 64), (64,), *((64, 2, 32),) * 3, (2, 32, 64), (64,), (64, 96), (64, 96), (96, 64)),
        MODELS["block"].shardings,
    ),
    "norms": Whole(norms, ((45, 70), (70,), (70,), (70,), (70, 70)), (P(), P(), P(), P(), P(None, "tp"))),
}
#: Folder below MESHJIT_TTSIM, and number of chips.
SYSTEMS = {"wh": ("wormhole", 1), "wh_x2": ("wormhole", 2), "bh": ("blackhole", 1), "bh_x2": ("blackhole", 2)}


def run(program: Whole, arrays: list[np.ndarray], chips: int, target: str) -> np.ndarray:
    """The program's result on a mesh of ``chips`` devices."""
    with mj.open_mesh((1, chips), ("dp", "tp"), target=target, timeout_s=300) as mesh:
        function = mj.compile(program.function, mesh=mesh, in_shardings=program.shardings, out_shardings=P())
        return np.asarray(function(*arrays))


@pytest.mark.parametrize("dtype", [mj.bfloat16, np.float32], ids=["bf16", "f32"])
@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("name", PROGRAMS)
def test_emulator_and_simulator_agree_on_every_byte(name: str, system: str, dtype: Any) -> None:
    arch, chips = SYSTEMS[system]
    program = PROGRAMS[name]
    rng = np.random.default_rng(len(name))
    arrays = [(rng.standard_normal(s) * 0.3).astype(dtype) for s in program.shapes]
    emulated = run(program, arrays, chips, f"emulator:{arch}")
    simulated = run(program, arrays, chips, f"ttsim:{config.load().ttsim_dir}/{system}")
    assert np.isfinite(emulated.astype(np.float64)).all()
    assert emulated.tobytes() == simulated.tobytes()
