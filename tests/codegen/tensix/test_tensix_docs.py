"""docs/tensix.md shows real output."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "tests" / "docs"))

from doc_reader import Reader, refreshed, requoted  # noqa: E402  # helpers of the other documents' tests


def test_tensix_page_is_up_to_date(tmp_path, monkeypatch, request):
    path = ROOT / "docs" / "tensix.md"
    text = requoted(refreshed(path, Reader(tmp_path, monkeypatch)))
    if request.config.getoption("--update-golden"):
        path.write_text(text)
    assert path.read_text() == text, "docs/tensix.md is out of date: run pytest --update-golden and read the difference"
