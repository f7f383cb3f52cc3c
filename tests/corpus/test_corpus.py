"""Emulator and kernels are held to the corpus, to the bit; so is the simulator, where it is."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path

import pytest
from corpus.cases import cases, ops_of
from corpus.runner import Triple, load, node_of, open_chip, run

from meshjit import config
from meshjit.arch import ARCHS
from meshjit.ir.mesh import Mesh
from meshjit.ir.ops import OPS
from meshjit.runtime.devices.card import CardTarget

_TRIPLES = load()
_BY_CHIP = [pytest.param(t, chip, id=f"{chip}-{t.name}") for chip in ARCHS for t in _TRIPLES]
_simulator = pytest.mark.skipif(config.load().ttsim_dir is None, reason="needs MESHJIT_TTSIM")


@pytest.mark.parametrize(("triple", "chip"), _BY_CHIP)
def test_emulator(triple: Triple, chip: str) -> None:
    card = open_chip("emulator", chip, node_of(triple.text)[1])
    assert run(triple, chip, card) == triple.digests[chip], f"{triple.name} on {chip}: bytes differ (DRAM, L1)"
    card.close()


@pytest.mark.parametrize(("triple", "chip"), _BY_CHIP[::11])
def test_emulator_with_adversarial_turns(triple: Triple, chip: str) -> None:
    """What lies in DRAM and L1 does not depend on timing."""
    for seed in range(3):
        card = open_chip("emulator", chip, node_of(triple.text)[1], seed=seed)
        assert run(triple, chip, card) == triple.digests[chip], f"{triple.name} on {chip}, seed {seed}"
        card.close()


@functools.cache
def _simulator_of(chip: str, mesh: Mesh) -> CardTarget:
    return open_chip("ttsim", chip, mesh)


@pytest.mark.ttsim
@_simulator
@pytest.mark.parametrize(("triple", "chip"), _BY_CHIP)
def test_simulator(triple: Triple, chip: str) -> None:
    assert run(triple, chip, _simulator_of(chip, node_of(triple.text)[1])) == triple.digests[chip]


def test_corpus_is_what_the_cases_say() -> None:
    """Regenerate after a change of the cases: tests/corpus/regenerate.py."""
    assert [(t.name, t.text, t.grid, t.data, t.seed) for t in _TRIPLES] == [
        (t.name, t.text, t.grid, t.data, t.seed) for t in cases()
    ]
    assert len({t.name for t in _TRIPLES}) == len(_TRIPLES)


def test_corpus_has_every_op_that_has_a_card_kernel() -> None:
    used = {op for t in _TRIPLES for op in ops_of(t.text)}
    kernels = {name for name, op in OPS.items() if op.kernel not in ("", "none", "collective")}
    assert kernels - used == set()
    assert len(_BY_CHIP) >= 300


def test_regeneration_refuses_without_the_simulator(tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "MESHJIT_TTSIM"}
    command = [sys.executable, str(Path(__file__).parent / "regenerate.py")]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 1
    assert "MESHJIT_TTSIM" in result.stderr
