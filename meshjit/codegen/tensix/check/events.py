"""What kernels tell each other: the events of a kernel, and what those of words and other cores say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from meshjit.arch import HEADER_NODE, L1, Arch
from meshjit.codegen.tensix.check.machine import Image
from meshjit.codegen.tensix.check.words import Word

# Events: (kind, index, amount, word).
RESERVE, PUSH, WAIT, POP, POST, GET, ABOVE, BELOW, INIT, VALID, NEED, HAND = range(12)
# Of words of L1, and between cores: the index is that of a Remote.
SET, AWAIT, ADD, TELL, CAST = range(12, 17)
Event = tuple[int, int, int, int]
#: NoC 0 coordinates.
Place = tuple[int, int]

#: Instructions that wait for a source register: 1 SrcA, 2 SrcB (MatrixUnit.md).
SOURCES = {
    "MVMUL": 3, "ELWADD": 3, "ELWSUB": 3, "ELWMUL": 3, "GAPOOL": 3, "GMPOOL": 3, "MOVA2D": 1, "MOVB2D": 2,
    "TRNSPSRCB": 2,
}  # fmt: skip


class Remote(NamedTuple):
    """What happens to words or pages of L1, on this core or (``cores``) on others.

    SET and AWAIT: the word at ``first`` is, or becomes, ``value`` more than the kernel last said of it (0 at first).
    ADD: it grows by ``value``. TELL: it becomes what it is here. CAST: bytes ``first`` to ``end`` are written.
    ``place`` is the address of the argument that names the cores, 0 when they do not depend on one.
    """

    first: int
    end: int
    value: int = 0
    cores: tuple[Place, ...] = ()
    place: int = 0


@dataclass(frozen=True)
class Trace:
    """What one kernel tells the others: its events, and each that is different once; what those of words and other
    cores say; the circular buffers it has a side of (True: producer); and the NoC registers it has for itself: request
    initiators and counters."""

    image: Image
    events: Sequence[Event]
    distinct: Sequence[Event]
    remote: Sequence[Remote]
    sides: Mapping[int, bool]
    registers: frozenset[int]


class Range(NamedTuple):
    """Bytes ``first`` to ``end`` (exclusive) of L1."""

    first: int
    end: int

    def overlaps(self, other: Range) -> bool:
        """Whether the two share a byte."""
        return self.first < other.end and other.first < self.end


def receivers(arch: Arch, words: Mapping[int, int], word: int, *, multicast: bool) -> tuple[Place, ...]:
    """The cores that a coordinate word of NoC 0 names; a multicast to a rectangle leaves out the sender."""
    word >>= arch.noc.coordinate_shift
    (x0, y0), (x1, y1) = _coordinate(word >> 12), _coordinate(word)
    if not multicast:
        return ((x1, y1),)
    here = _coordinate(words[L1.arguments + 4 * HEADER_NODE] >> arch.noc.coordinate_shift)
    return tuple((x, y) for y in range(y0, y1 + 1) for x in range(x0, x1 + 1) if (x, y) != here)


def _coordinate(word: int) -> Place:
    return word & 63, word >> 6 & 63


def source_use(word: Word) -> tuple[int, int]:
    """The source registers that an instruction waits for, and those that it hands back (1 SrcA, 2 SrcB)."""
    return SOURCES.get(word.name, 0), word.get("clear")
