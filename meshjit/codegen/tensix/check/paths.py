"""Every path through a kernel: what holds where paths meet is what holds on all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, Self, TypeVar

from meshjit.codegen.tensix.check.machine import Image


class State(Protocol):
    """What is known at a place of the code. Joining grows: a state changes only a few times."""

    def join(self, other: Self) -> Self:
        """What is known where paths with either state meet."""
        ...


S = TypeVar("S", bound=State)


def follow(image: Image, first: S, through: Callable[[S, int], S]) -> None:
    """Take ``first`` from the kernel's start along every path; ``through`` makes of the state before a block (by its
    number) the one behind it, and raises where a rule is broken."""
    before = {0: first}
    todo = [0]
    while todo:
        number = todo.pop()
        state = through(before[number], number)
        for after in image.blocks[number].after:
            known = before.get(after)
            joined = state if known is None else known.join(state)
            if joined != known:
                before[after] = joined
                if after not in todo:
                    todo.append(after)
