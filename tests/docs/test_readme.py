"""The README's own commands and code work, and print what it says."""

from __future__ import annotations

from pathlib import Path

import pytest
from doc_reader import ROOT, Reader, blocks, refreshed

#: They set up an environment of their own, or run this very suite.
ELSEWHERE = frozenset({"make demo", "make test", "pip install ."})


def test_readme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    reader = Reader(tmp_path, monkeypatch, skip=ELSEWHERE)
    readme = ROOT / "README.md"
    text = refreshed(readme, reader)
    if request.config.getoption("--update-golden"):
        readme.write_text(text)
    assert text == readme.read_text()
    assert sorted(reader.skipped) == sorted(ELSEWHERE)
    assert len(list((tmp_path / "stages").rglob("*.mj"))) == 5
    reader.names["mesh"].close()


def test_the_first_screen_names_both_commands() -> None:
    first = (ROOT / "README.md").read_text().splitlines()[:30]
    assert any(line.startswith("make demo") for line in first)
    assert any(line.startswith("make test") for line in first)


def test_make_has_the_targets_named() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert "\ndemo:" in makefile and "\ntest:" in makefile


def test_links_lead_somewhere() -> None:
    for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        text = path.read_text()
        for block in reversed(blocks(text)):
            text = text[: block.start] + text[block.end :]
        for link in [part.split(")")[0] for part in text.split("](")[1:]]:
            if "://" not in link and not link.startswith("#"):
                assert (path.parent / link.split("#")[0]).exists(), f"{path.name}: {link}"
