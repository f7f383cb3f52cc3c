"""The text of every stage of a few models, as files to read."""

from __future__ import annotations

import pytest
from checks import MESHES, cpu_mesh
from models import MODELS

from meshjit.ir.opdef import STAGES
from meshjit.ir.parser import parse


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("name", MODELS)
def test_stage_text(name: str, stage: str, golden) -> None:
    text = MODELS[name].lower(cpu_mesh(MESHES["2x4"])).as_text(stage)
    golden.check(f"ir/{name}.{stage}.mj", text)
    assert str(parse(text)) == text
