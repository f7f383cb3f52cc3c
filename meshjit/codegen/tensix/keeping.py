"""What a row kernel keeps in L1 from one phase to the next: which operands, in how many pages, and who waits and pops.

A kept operand is read in the first phase that has it. That phase waits for one page more at each tile and pops none,
the phases between neither wait nor pop, and the last one pops each page when it has been unpacked: the next row comes
in behind it. All but the last find a tile at its distance from the ring's pointer, so a ring holds whole rows: a row
is contiguous.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from meshjit.arch import Arch
from meshjit.codegen.tensix.grid import fits

#: Pages of an operand that streams.
_STREAMED = 2


@dataclass(frozen=True)
class Take:
    """How a phase takes an operand's tiles: whether it waits for each, and whether it pops each (else they stay)."""

    operand: int
    waits: bool = True
    pops: bool = True


@dataclass(frozen=True)
class Keeping:
    """The pages of each operand's ring; for each phase what it reads from DRAM (or makes) and what it takes."""

    pages: tuple[int, ...]
    reads: tuple[tuple[int, ...], ...]
    takes: tuple[tuple[Take, ...], ...]


def plan(
    arch: Arch,
    page_bytes: Sequence[int],
    others: Sequence[tuple[int, int]],
    phases: Sequence[Sequence[int]],
    made: Collection[int],
    tiles: int,
) -> Keeping:
    """Keep what several of ``phases`` (lists of operands) take: two rows of ``tiles`` when L1 holds them, else one,
    else none. Operand i has pages of ``page_bytes[i]``; those that are ``made`` cost no reading and are not kept.
    ``others`` are (page bytes, pages) of the kernel's other circular buffers.
    """
    users = [[p for p, phase in enumerate(phases) if i in phase] for i in range(len(page_bytes))]
    several = {i for i, mine in enumerate(users) if len(mine) > 1 and i not in made}

    def rings(rows: int) -> tuple[int, ...]:
        return tuple(rows * tiles if rows and i in several else _STREAMED for i in range(len(page_bytes)))

    rows = next((n for n in (2, 1) if fits(arch, [*zip(page_bytes, rings(n), strict=True), *others])), 0)
    kept = several if rows and tiles else set[int]()

    def take(operand: int, phase: int) -> Take:
        if operand not in kept:
            return Take(operand)
        return Take(operand, waits=phase == users[operand][0], pops=phase == users[operand][-1])

    takes = tuple(tuple(take(i, p) for i in phase) for p, phase in enumerate(phases))
    reads = tuple(tuple(t.operand for t in phase if t.waits) for phase in takes)
    return Keeping(rings(rows if kept else 0), reads, takes)
