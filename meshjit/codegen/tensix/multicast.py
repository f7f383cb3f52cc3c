"""Groups of cores that read the same tiles: who reads them from DRAM, and which rectangles the others form.

Only Tensix tiles may receive a multicast (ISA documentation, NoC/README), and the columns and rows of workers have gaps
in NoC coordinates (DRAM, Ethernet, management tiles, fused-off rows), so a group is cut into rectangles without gaps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from meshjit.arch import Arch
from meshjit.ir.program import CoreRange

#: Rectangles that one group may need: two runs of columns times two runs of rows.
MAX_RECTANGLES = 4
#: Argument words of a group, see kernel_templates/tensix/multicast.ll.j2.
GROUP_WORDS = 4 + MAX_RECTANGLES


@dataclass(frozen=True)
class GroupRecord:
    """An operand's group as templates see it: prefix of names, first argument, addresses of its two words."""

    key: str
    arg: int
    free: int
    valid: int


def runs(values: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """The first and last of each run of consecutive numbers.

    >>> runs((1, 2, 3, 4, 6, 7))
    ((1, 4), (6, 7))
    """
    out: list[tuple[int, int]] = []
    for value in sorted(set(values)):
        if out and out[-1][1] == value - 1:
            out[-1] = out[-1][0], value
        else:
            out.append((value, value))
    return tuple(out)


def rectangles(arch: Arch, cores: CoreRange, sender: tuple[int, int]) -> tuple[int, ...] | None:
    """The coordinate words of the rectangles that reach all ``cores`` but the sender, or None when they are too many.

    A word is (first corner << 12 | last corner), as multicasts on NoC 0 take it.
    """
    places = [arch.worker(core) for core in cores]
    home = arch.worker(sender)
    words: list[int] = []
    for x0, x1 in runs([x for x, _ in places]):
        for y0, y1 in runs([y for _, y in places]):
            inside = sum(x0 <= x <= x1 and y0 <= y <= y1 for x, y in places)
            if inside != (x1 - x0 + 1) * (y1 - y0 + 1):
                return None
            if places_only(home, (x0, y0), (x1, y1)):
                continue
            first, last = x0 | y0 << 6, x1 | y1 << 6
            words.append((first << 12 | last) << arch.noc.coordinate_shift)
    return tuple(words) if len(words) <= MAX_RECTANGLES else None


def places_only(home: tuple[int, int], first: tuple[int, int], last: tuple[int, int]) -> bool:
    """Whether a rectangle holds the sender alone."""
    return first == last == home


def group_words(arch: Arch, cores: CoreRange, sender: tuple[int, int], core: tuple[int, int]) -> tuple[int, ...]:
    """What ``core`` is told about its group: role, the sender's coordinate, receivers, rectangles."""
    words = rectangles(arch, cores, sender)
    assert words is not None, "a group that cannot be reached was planned"
    role = 1 if core == sender else 2
    home = arch.coordinate_word(arch.worker(sender))
    return (role, home, len(cores) - 1, len(words), *words, *(0,) * (MAX_RECTANGLES - len(words)))
