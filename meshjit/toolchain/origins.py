"""Which template line each line of a rendered text comes from.

A Jinja2 extension puts marks into what templates write: before the text of a line, where it is from; around a call of a
macro and around a call block, where the call is. Marks travel with the text through macros, ``caller()`` and captured
blocks, so that :func:`origins` finds for every line the calls that led to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import pairwise

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

#: Where a line is from: (template, line from 1) of every call that led to it, outermost first, then its own.
Origin = tuple[tuple[str, int], ...]

#: A call begins, a call ends, a line's own text; the first and last are followed by ``template:line`` and ``_STOP``.
_CALL, _RETURN, _HERE, _STOP = "\x01", "\x02", "\x03", "\x04"
_MARK = re.compile(f"{_RETURN}|[{_CALL}{_HERE}][^{_STOP}]*{_STOP}")


class Marks(Extension):
    """Marks what templates write; the environment's templates then render to marked texts."""

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """The template's tokens with marks between them, as data."""
        name = stream.name or ""
        marked = 0
        for tokens in _tags(stream):
            first, last = tokens[0], tokens[-1]
            if first.type == "data":
                text, marked = _data(first, name, marked)
                yield Token(first.lineno, "data", text)
                continue
            verb = tokens[1].value if first.type == "block_begin" and len(tokens) > 2 else ""
            calls = verb == "call" or (first.type == "variable_begin" and _has_call(tokens))
            if calls:
                yield Token(first.lineno, "data", _mark(_CALL, name, first.lineno))
            yield from tokens
            if verb == "endcall" or (calls and verb != "call"):
                yield Token(last.lineno, "data", _RETURN)
            marked = 0 if verb else marked


def _data(token: Token, name: str, marked: int) -> tuple[str, int]:
    """Text with a mark before each line that has none yet, and the last line that has one."""
    pieces = token.value.split("\n")
    for i, piece in enumerate(pieces):
        line = token.lineno + i
        if line != marked and piece.strip():
            pieces[i] = _mark(_HERE, name, line) + piece
            marked = line
    return "\n".join(pieces), marked


def _mark(kind: str, name: str, line: int) -> str:
    return f"{kind}{name}:{line}{_STOP}"


@cache
def _place(mark: str) -> tuple[str, int]:
    name, _, line = mark[1:-1].rpartition(":")
    return name, int(line)


def _tags(stream: TokenStream) -> Iterator[list[Token]]:
    """The stream in pieces: a data token, or the tokens of one tag."""
    tag: list[Token] = []
    for token in stream:
        tag.append(token)
        if token.type in ("data", "variable_end", "block_end"):
            yield tag
            tag = []


def _has_call(tokens: list[Token]) -> bool:
    return any(a.type == "name" and b.type == "lparen" for a, b in pairwise(tokens))


def without_marks(marked: str) -> str:
    """A marked text as the template wrote it."""
    return _MARK.sub("", marked)


def compact(marked: str) -> str:
    """A marked text without its marks and its empty lines."""
    return "\n".join([line for line in without_marks(marked).split("\n") if line.strip()]) + "\n"


def shown(origin: Origin) -> str:
    """Where a line is from, as text: ``lib.ll.j2:253 < math_tiles.ll.j2:22``. What a macro of another template writes
    is followed by the last line of the kernel's own template that led there."""
    own = [place for place in origin if place[0] == origin[0][0]]  # a kernel's outermost line is its own
    places = dict.fromkeys((*origin[-1:], *own[-1:]))
    return " < ".join(f"{template.rsplit('/', 1)[-1]}:{line}" for template, line in places)


@lru_cache(maxsize=64)
def origins(marked: str) -> tuple[Origin, ...]:
    """Where each line of a marked text's :func:`compact` text is from."""
    stack: list[tuple[str, int]] = []
    out: list[Origin] = []
    for line in marked.split("\n"):
        origin: Origin | None = None
        for mark in _MARK.findall(line):
            if mark == _RETURN:
                stack.pop()
            elif mark[0] == _CALL:
                stack.append(_place(mark))
            elif origin is None:
                origin = (*stack, _place(mark))
        if without_marks(line).strip():
            out.append(origin or tuple(stack))
    return tuple(out)
