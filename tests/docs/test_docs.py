"""What the documents quote, list and show is what the sources say."""

from __future__ import annotations

from pathlib import Path

import pytest
from doc_reader import ROOT, Reader, blocks, definition, refreshed, requoted, with_table

from meshjit.cli.codes import AREAS, CODES
from meshjit.ir import parser
from meshjit.ir.opdef import STAGES, OpDef
from meshjit.ir.ops import OPS
from meshjit.passes import PIPELINE

DOCS = ROOT / "docs"


def settle(path: Path, text: str, request: pytest.FixtureRequest) -> None:
    """Compare a document with what it should be, or write it."""
    if request.config.getoption("--update-golden"):
        path.write_text(text)
    assert path.read_text() == text, f"{path.name} is out of date; run pytest --update-golden and read the difference"


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.md")), ids=lambda p: p.stem)
def test_quotations(path: Path, request: pytest.FixtureRequest) -> None:
    text = requoted(path.read_text())
    settle(path, text, request)
    if path.stem.startswith("add_"):
        assert text.count("<!-- quote ") >= 3


@pytest.mark.parametrize("path", sorted(DOCS.glob("add_*.md")), ids=lambda p: p.stem)
def test_commands_of_the_guides_work(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader(tmp_path, monkeypatch)
    shell = [b for b in blocks(path.read_text()) if b.language == "sh"]
    assert shell
    for block in shell:
        reader.run(block)


def test_architecture_shows_real_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    path = DOCS / "architecture.md"
    reader = Reader(tmp_path, monkeypatch)
    settle(path, refreshed(path, reader), request)


def test_ir_lists_grammar_ops_and_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    path = DOCS / "ir.md"
    text = with_table(refreshed(path, Reader(tmp_path, monkeypatch)), "ops", ops_table())
    text = with_table(text, "passes", passes_table())
    grammar = (parser.__doc__ or "").split("::\n\n")[1].split("\n\n")[0]
    text = with_table(text, "grammar", "```text\n" + definition_block(grammar) + "```")
    settle(path, text, request)


def test_errors_lists_every_code(request: pytest.FixtureRequest) -> None:
    lines = [
        "# Error codes",
        "",
        "Every error of meshjit carries one of these codes, your line with a caret where there is one, the operands",
        "with their types and shardings, and a way out. `meshjit explain CODE` prints the entry of one code.",
        "This page is generated from `meshjit/cli/codes.py`.",
    ]
    for area, title in AREAS.items():
        codes = {c: text for c, text in CODES.items() if int(c[2]) == area}
        if codes:
            lines += ["", f"## MJ{area}xxx. {title}", "", "| code | meaning |", "|---|---|"]
            lines += [f"| {c} | {text.replace('|', chr(92) + '|')} |" for c, text in codes.items()]
    settle(DOCS / "errors.md", "\n".join(lines) + "\n", request)


def definition_block(text: str) -> str:
    """An indented block of a docstring, without its indentation."""
    return "".join(line[4:] + "\n" for line in text.splitlines())


def ops_table() -> str:
    """One row per op: operands, attributes, stages, kernel family, how a pending sum passes."""
    rows = ["| op | operands | attributes | stages | kernel | pending sum |", "|---|---|---|---|---|---|"]
    for op in OPS.values():
        attrs = ", ".join(f"`{a}`" for a in op.attrs)
        rows.append(f"| `{op.name}` | {_arity(op)} | {attrs} | {_stages(op)} | {op.kernel} | {op.linear or ''} |")
    return "\n".join(rows)


def _arity(op: OpDef) -> str:
    low, high = op.arity
    return str(low) if low == high else f"{low} to {high}"


def _stages(op: OpDef) -> str:
    return "all" if op.stages == frozenset(STAGES) else ", ".join(s for s in STAGES if s in op.stages)


def passes_table() -> str:
    """The pipeline, in order."""
    rows = ["| pass | reads stage | completes | why here |", "|---|---|---|---|"]
    rows += [f"| `{s.name}` | {s.takes or 'any'} | {s.gives} | {s.reason} |" for s in PIPELINE]
    return "\n".join(rows)


def test_a_definition_is_found_whole() -> None:
    source = "A = (\n    1,\n)\n\n\nclass B:\n    @property\n    def c(self) -> int:\n        return 1\n"
    assert definition(source, "A") == "A = (\n    1,\n)\n"
    assert definition(source, "B.c") == "    @property\n    def c(self) -> int:\n        return 1\n"
