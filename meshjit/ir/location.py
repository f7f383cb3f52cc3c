"""Where in the user's source a node comes from."""

from __future__ import annotations

import itertools
import linecache
from dataclasses import dataclass
from pathlib import PurePath
from types import FrameType


@dataclass(frozen=True)
class Location:
    """A place in a source file: 1-based lines, 0-based UTF-8 byte columns as CPython reports them (-1: unknown)."""

    file: str
    line: int
    column: int = -1
    end_line: int = -1
    end_column: int = -1
    function: str = ""

    @property
    def short(self) -> str:
        """``mlp.py:9``, as IR text shows it."""
        return f"{PurePath(self.file).name}:{self.line}"

    def snippet(self) -> str:
        """The source line with a caret under the expression, or only the file and line when the text is gone."""
        head = f'  File "{self.file}", line {self.line}' + (f", in {self.function}" if self.function else "")
        text = linecache.getline(self.file, self.line).rstrip("\n")
        if not text.strip():
            return head
        stripped = text.lstrip()
        lines = [head, f"    {stripped}"]
        if self.column >= 0:
            cut = len(text) - len(stripped)
            raw = text.encode()
            start = len(raw[: self.column].decode(errors="replace")) - cut
            last = self.end_column if self.end_line == self.line else len(raw)
            stop = len(raw[:last].decode(errors="replace")) - cut
            lines.append("    " + " " * start + "^" * max(1, stop - start))
        return "\n".join(lines)


def frame_location(frame: FrameType, instruction: int | None = None) -> Location:
    """Where a frame is executing (or the bytecode offset ``instruction``), to the column."""
    code = frame.f_code
    at = frame.f_lasti if instruction is None else instruction
    positions = next(itertools.islice(code.co_positions(), at // 2, None), (None,) * 4)
    line, end_line, column, end_column = (-1 if p is None else p for p in positions)
    return Location(
        code.co_filename,
        line if line > 0 else frame.f_lineno,
        column,
        end_line,
        end_column,
        "" if code.co_name == "<module>" else code.co_name,
    )
