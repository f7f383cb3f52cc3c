"""The table of error codes agrees with the sources."""

from __future__ import annotations

import re
from pathlib import Path

from meshjit.cli.codes import AREAS, CODES

PACKAGE = Path(__file__).parents[2] / "meshjit"


def used_codes() -> dict[str, list[str]]:
    """Every code that a source of the package raises, with the files that do."""
    out: dict[str, list[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.name != "codes.py":
            for code in re.findall(r"\"(MJ\d{4})\"", path.read_text()):
                out.setdefault(code, []).append(path.relative_to(PACKAGE).as_posix())
    return out


def test_every_code_in_the_sources_is_explained() -> None:
    assert {c: files for c, files in used_codes().items() if c not in CODES} == {}


def test_every_explained_code_is_raised_somewhere() -> None:
    assert sorted(set(CODES) - set(used_codes())) == []


def test_codes_are_sorted_sentences_of_a_known_area() -> None:
    assert list(CODES) == sorted(CODES)
    for code, text in CODES.items():
        assert int(code[2]) in AREAS
        assert text[0].isupper() or text.startswith(("in_shardings", "mj.", "static_argnames", "evaluate()")), code
        assert text.endswith(".") and "  " not in text, code
