"""The corpus of mistakes: each is a class with a ``bad`` and a ``fixed`` function of an open 2x2 null mesh."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Mistake:
    """What the error must say.

    ``caret`` is the text underlined in the user's line ("" where the mistake is no line of a traced function);
    ``operands`` must each be listed; ``says`` must be in the summary or the way out.
    """

    name: str
    code: str
    caret: str
    operands: tuple[str, ...]
    says: tuple[str, ...]
    bad: Callable[[Any], object]
    fixed: Callable[[Any], object]
    file: str
    lines: range


CORPUS: list[Mistake] = []


def mistake(
    code: str, caret: str = "", operands: Sequence[str] = (), says: Sequence[str] = ()
) -> Callable[[type], type]:
    """Register a class of the corpus."""

    def register(cls: type) -> type:
        source, first = inspect.getsourcelines(cls)
        CORPUS.append(
            Mistake(
                cls.__name__,
                code,
                caret,
                tuple(operands),
                tuple(says),
                cls.__dict__["bad"],
                cls.__dict__["fixed"],
                inspect.getsourcefile(cls) or "",
                range(first, first + len(source)),
            )
        )
        return cls

    return register
