"""Natural loops of a kernel's control flow, and the order in which to look at blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from meshjit.codegen.tensix.check.machine import Image
from meshjit.codegen.tensix.check.report import refuse


@dataclass(frozen=True, eq=False)
class Loop:
    """A loop: the block through which it is entered, its blocks, and those of them that run in every round."""

    head: int
    blocks: frozenset[int]
    always: frozenset[int]


class Loops:
    """The loops of an image by their heads; ``after`` is where each block may go on.

    Raises :class:`~meshjit.errors.CodegenError` (MJ4147) for a loop that can be entered in two places.
    """

    def __init__(self, image: Image, after: Sequence[Sequence[int]]) -> None:
        self.order = _order(after)
        self.by_head: dict[int, Loop] = {}
        position = {number: i for i, number in enumerate(self.order)}
        before: list[list[int]] = [[] for _ in after]
        for number in self.order:
            for a in after[number]:
                before[a].append(number)
        dominators = _dominators(self.order, before)
        latches: dict[int, list[int]] = {}
        for number in self.order:
            for a in after[number]:
                if position[a] <= position[number]:
                    if not dominators[number] >> a & 1:
                        what = "a loop that can be entered in two places"
                        raise refuse(image, "MJ4147", image.blocks[a].start, what, "BabyRISCV/README.md")
                    latches.setdefault(a, []).append(number)
        for head, ends in latches.items():
            inside, todo = {head}, list(ends)
            while todo:
                number = todo.pop()
                if number not in inside:
                    inside.add(number)
                    todo += before[number]
            common = -1
            for number in ends:
                common &= dominators[number]
            self.by_head[head] = Loop(head, frozenset(inside), frozenset(n for n in inside if common >> n & 1))

    def around(self, number: int) -> list[Loop]:
        """The loops that a block is in, the outermost first."""
        return sorted((x for x in self.by_head.values() if number in x.blocks), key=lambda x: -len(x.blocks))


def _order(after: Sequence[Sequence[int]]) -> list[int]:
    """Blocks that can be reached, each after all that come before it but for loops (reverse post-order)."""
    out: list[int] = []
    seen = {0}
    todo = [(0, iter(after[0]))]
    while todo:
        number, rest = todo[-1]
        for a in rest:
            if a not in seen:
                seen.add(a)
                todo.append((a, iter(after[a])))
                break
        else:
            out.append(number)
            todo.pop()
    return out[::-1]


def _dominators(order: Sequence[int], before: Sequence[Sequence[int]]) -> dict[int, int]:
    """For each block, the blocks that every path to it passes, as bits."""
    out = dict.fromkeys(order, -1)
    out[order[0]] = 1 << order[0]
    changed = True
    while changed:
        changed = False
        for number in order[1:]:
            common = -1
            for b in before[number]:
                common &= out[b]
            common |= 1 << number
            if common != out[number]:
                out[number], changed = common, True
    return out
