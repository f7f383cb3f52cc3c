"""Every mistake of the corpus: its code, the user's line with a caret, the operands, and a way out that works."""

from __future__ import annotations

import re

import corpus_ir  # noqa: F401  # these register their mistakes
import corpus_shapes  # noqa: F401
import corpus_shardings  # noqa: F401
import corpus_usage  # noqa: F401
import corpus_values  # noqa: F401
import pytest
from mistakes import CORPUS, Mistake

import meshjit as mj


def test_size() -> None:
    assert len(CORPUS) >= 45


@pytest.mark.parametrize("case", CORPUS, ids=lambda c: f"{c.file.rsplit('corpus_', 1)[1][:-3]}-{c.name}")
def test_mistake(case: Mistake, mesh: mj.MeshDevice) -> None:
    with pytest.raises(mj.MeshJitError) as caught:
        case.bad(mesh)
    error = caught.value
    text = str(error)
    assert error.code == case.code, text
    assert text.startswith(f"{case.code}: ")
    if case.caret:
        head, source, carets = error.where.splitlines()[:3]
        assert underlined(source, carets) == case.caret, text
        if "line" in head and "column" not in head:
            match = re.fullmatch(r'  File "(.*)", line (\d+)(, in \S+)?', head)
            assert match and match[1] == case.file and int(match[2]) in case.lines, text
    for operand in case.operands:
        assert any(operand in line for line in error.operands), text
    for words in case.says:
        assert words in text, text
    assert error.fix, "no way out"
    assert len(error.summary) < 200 and "\n" not in error.summary


def underlined(source: str, carets: str) -> str:
    start = carets.index("^")
    return source[start : start + carets.count("^")]


@pytest.mark.parametrize("case", CORPUS, ids=lambda c: f"{c.file.rsplit('corpus_', 1)[1][:-3]}-{c.name}")
def test_way_out(case: Mistake, mesh: mj.MeshDevice) -> None:
    case.fixed(mesh)
