"""Code blocks of a Markdown file, run as a reader would run them."""

from __future__ import annotations

import ast
import contextlib
import io
import linecache
import os
import re
import runpy
import shlex
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from meshjit.cli.main import main

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass
class Block:
    """A fenced block; ``start`` and ``end`` are where its content lies in the file."""

    language: str
    text: str
    start: int
    end: int


def blocks(text: str) -> list[Block]:
    """All fenced blocks in order."""
    return [Block(m[1], m[2], m.start(2), m.end(2)) for m in _FENCE.finditer(text)]


class Reader:
    """Follows a document: Python blocks share one namespace, commands run in a folder that holds the examples."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, *, skip: frozenset[str] = frozenset()) -> None:
        self.folder = folder
        self.monkeypatch = monkeypatch
        self.skip = skip
        self.skipped: list[str] = []
        self.names: dict[str, Any] = {"__name__": "model"}
        (folder / "examples").symlink_to(ROOT / "examples")
        monkeypatch.chdir(folder)

    def run(self, block: Block) -> str:
        """What the block prints."""
        return self.python(block.text) if block.language == "python" else self.shell(block.text)

    def python(self, text: str) -> str:
        """Run Python as the file model.py, so that messages can show its lines."""
        path = self.folder / "model.py"
        path.write_text(text)
        linecache.clearcache()
        with captured() as out:
            exec(compile(text, str(path), "exec"), self.names)
        return out.getvalue().replace(str(self.folder) + os.sep, "")

    def shell(self, text: str) -> str:
        """Run the lines of a shell block; each is one command, known to :meth:`command`."""
        out = ""
        for line in text.splitlines():
            words = shlex.split(line, comments=True)
            if words:
                out += self.command(line, words)
        return out

    def command(self, line: str, words: list[str]) -> str:
        """One command line; unknown commands fail, so that no line of a document goes untested by accident."""
        if " ".join(words) in self.skip:
            self.skipped.append(" ".join(words))
            return ""
        target, pattern, after = None, "", 0
        if "|" in words:
            at = words.index("|")
            grep, option, count, pattern = words[at + 1 :]
            assert (grep, option) == ("grep", "-A"), line
            words, after = words[:at], int(count)
        if ">" in words:
            at = words.index(">")
            words, target = words[:at], words[at + 1]
        with captured() as out, self.monkeypatch.context() as patch:
            while "=" in words[0]:
                name, value = words.pop(0).split("=")
                patch.setenv(name, value)
            if words[0] == "meshjit":
                assert main(words[1:]) == 0, f"{line}\n{out.getvalue()}"
            elif words[0] == "python" and words[1].endswith(".py"):
                runpy.run_path(words[1], run_name="__main__")
            else:
                pytest.fail(f"no way to test {line!r}")
        if target:
            (self.folder / target).write_text(out.getvalue())
            return ""
        lines = out.getvalue().splitlines(keepends=True)
        first = next(i for i, text in enumerate(lines) if pattern in text)
        return "".join(lines[first : first + after + 1] if pattern else lines)


@contextlib.contextmanager
def captured() -> Iterator[io.StringIO]:
    """Standard output, in a buffer."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        yield out


def refreshed(path: Path, reader: Reader) -> str:
    """The document with every ```text block replaced by what the block before it prints, when run."""
    text = path.read_text()
    out, at, printed = "", 0, ""
    for block in blocks(text):
        if block.language in ("python", "sh"):
            printed = reader.run(block)
        elif block.language == "text":
            out += text[at : block.start] + "".join(line.rstrip() + "\n" for line in printed.rstrip().splitlines())
            at = block.end
    return out + text[at:]


#: `<!-- quote PATH:NAME -->` a definition of a Python file; `<!-- quote PATH FIRST ... LAST -->` its lines from the one
#: that holds FIRST to the next that is LAST. The fenced block that follows is that text.
_QUOTE = re.compile(
    r"^(?P<indent> *)(?P<head><!-- quote (?P<path>[\w./]+)(?::(?P<name>[\w.]+))?"
    r"(?: (?P<first>[^\n]+?) \.\.\. (?P<last>[^\n]+?))? -->\n *```\w*\n)(?P<body>.*?)(?P<tail>^ *```$)",
    re.MULTILINE | re.DOTALL,
)


def requoted(text: str) -> str:
    """The document with every quotation taken from the sources anew."""

    def replacement(match: re.Match[str]) -> str:
        source = (ROOT / match["path"]).read_text()
        body = definition(source, match["name"]) if match["name"] else between(source, match["first"], match["last"])
        quoted = textwrap.indent(textwrap.dedent(body).rstrip("\n"), match["indent"])
        return match["indent"] + match["head"] + quoted + "\n" + match["tail"]

    out, count = _QUOTE.subn(replacement, text)
    assert count == text.count("<!-- quote "), "a quotation is not written as it should be"
    return out


def definition(source: str, name: str) -> str:
    """The lines of a function, class, method or module-level assignment."""
    nodes: list[ast.stmt] = ast.parse(source).body
    found: ast.stmt | None = None
    for part in name.split("."):
        found = next((n for n in nodes if part in _names(n)), None)
        assert found is not None, f"nothing is called {name}"
        nodes = getattr(found, "body", [])
    assert found is not None
    lines = source.splitlines(keepends=True)
    decorators = getattr(found, "decorator_list", [])
    start = min([found.lineno, *(d.lineno for d in decorators)])
    return "".join(lines[start - 1 : found.end_lineno])


def _names(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.AnnAssign):
        return [ast.unparse(node.target)]
    return [ast.unparse(t) for t in node.targets] if isinstance(node, ast.Assign) else []


def between(source: str, first: str, last: str) -> str:
    """The lines from the first that holds ``first`` to the next that is ``last``, but for indentation."""
    lines = source.splitlines(keepends=True)
    start = next((i for i, line in enumerate(lines) if first in line), None)
    assert start is not None, f"no line holds {first!r}"
    end = next((i for i, line in enumerate(lines[start:], start) if last == line.strip()), None)
    assert end is not None, f"no line after {first!r} is {last!r}"
    return "".join(lines[start : end + 1])


def with_table(text: str, name: str, table: str) -> str:
    """The document with the content between `<!-- generated NAME -->` and `<!-- end -->` replaced."""
    start = text.index(f"<!-- generated {name} -->\n") + len(f"<!-- generated {name} -->\n")
    end = text.index("<!-- end -->", start)
    return text[:start] + "\n" + table.strip("\n") + "\n\n" + text[end:]
