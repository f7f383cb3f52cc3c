"""The part of a kernel that decides what it tells others: everything else is left out before the kernel is followed.

What counts are the instructions that reach others (``effects``: pushes, counters, NoC commands) and the loops that
wait for them. A backward slice keeps what those need: values they use and the branches they depend on. Loops that only
move data inside L1 vanish.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from meshjit.codegen.tensix.check.machine import Image
from meshjit.codegen.tensix.check.report import refuse
from meshjit.codegen.tensix.check.values import Access


@dataclass(frozen=True)
class Touch:
    """L1 that loads or stores touch: the word of one of them, a register or word of local memory (0 for none), the
    bytes from its value on, and whether they are stored to."""

    at: int
    place: int
    first: int
    end: int
    store: bool


@dataclass(frozen=True)
class Region:
    """A loop of which only matters what it touches in L1: its first block, all of them, the block after it, its loads
    and stores of L1, and what these touch together."""

    head: int
    blocks: frozenset[int]
    after: int
    words: frozenset[int]
    touches: tuple[Touch, ...]


@dataclass(frozen=True)
class Slice:
    """The needed words of an image, and those of them whose results are; the blocks that wait, each with the word of
    the load that it repeats; where each block goes on, branches that are not needed skipped; and regions by first
    block."""

    needed: frozenset[int]
    valued: frozenset[int]
    polls: dict[int, int]
    after: list[tuple[int, ...]]
    regions: Mapping[int, Region]


#: Bits of registers in a set of places; places in local memory follow.
_FIRST_SLOT = 32


class Places:
    """Registers and words of local memory, numbered."""

    def __init__(self, image: Image, accesses: dict[int, Access]) -> None:
        self.image = image
        self.accesses = accesses
        self._slots: dict[int, int] = {}
        #: The places that each instruction reads and writes, as bits.
        self.reads = [self.read(at) for at in range(len(image.code))]
        self.writes = [self.written(at) for at in range(len(image.code))]

    def slot(self, at: int) -> int | None:
        """The place of the local memory word that the instruction at ``at`` loads or stores, None if it does not."""
        access = self.accesses.get(at)
        if access is None or access.region != "local":
            return None
        if access.address is None or self.image.code[at].size != 4:
            raise refuse(self.image, "MJ4147", at, "local memory at an address that varies", "BabyRISCV/README.md")
        return self._slots.setdefault(access.address, _FIRST_SLOT + len(self._slots))

    def written(self, at: int) -> int:
        """The place an instruction writes, as a bit (0 for none)."""
        instr = self.image.code[at]
        if instr.kind == "store":
            slot = self.slot(at)
            return 0 if slot is None else 1 << slot
        return 1 << instr.d if instr.d > 0 else 0

    def read(self, at: int) -> int:
        """The places an instruction reads, as bits."""
        instr = self.image.code[at]
        bits = (1 << instr.a if instr.a > 0 else 0) | (1 << instr.b if instr.b > 0 else 0)
        if instr.kind in ("load", "store"):
            slot = self.slot(at)
            if slot is not None:  # its address is known
                return 1 << slot if instr.kind == "load" else 1 << instr.b if instr.b > 0 else 0
        return bits


def polls(image: Image, accesses: dict[int, Access]) -> dict[int, int]:
    """Blocks that repeat until what they load from outside has changed: block number to the word of that load."""
    out: dict[int, int] = {}
    for number, block in enumerate(image.blocks):
        if number not in block.after or image.code[block.end - 1].kind != "branch":
            continue
        outside = [a for a in image.reach(number) if a in accesses and accesses[a].region != "local"]
        stores = [a for a in image.reach(number) if image.code[a].kind in ("store", "tensix")]
        if len(outside) == 1 and not stores:
            out[number] = outside[0]
    return out


def _post_dominators(after: list[tuple[int, ...]]) -> list[int]:
    """For each block, the blocks that every path from it to the end passes, as bits."""
    count = len(after)
    every = (1 << count) - 1
    out = [every] * count
    changed = True
    while changed:
        changed = False
        for number in range(count - 1, -1, -1):
            following = every
            for a in after[number]:
                following &= out[a]
            new = (following if after[number] else 0) | 1 << number
            if new != out[number]:
                out[number] = new
                changed = True
    return out


def ends_equal(image: Image, number: int) -> tuple[int, int] | None:
    """Two registers that are equal after a waiting block, the first being compared with the second: compilers use one
    for the other."""
    block = image.blocks[number]
    branch = image.code[block.end - 1]
    repeats = block.after.index(number)
    if (branch.op, repeats) in (("bne", 1), ("beq", 0)) and branch.a > 0:
        return branch.a, branch.b
    return None


class _Slicer:
    def __init__(
        self,
        image: Image,
        places: Places,
        effects: frozenset[int],
        touched: frozenset[int],
        regions: Mapping[int, Region],
        known: Slice | None,
    ) -> None:
        self.image = image
        self.polls = polls(image, places.accesses)
        self.regions = regions
        self.valued: set[int] = set(known.valued) if known is not None else set()
        # A wait ends; the loop to itself at a kernel's end has no successor.
        self.after = [tuple(a for a in block.after if a != n or (n not in self.polls and len(block.after) > 1))
                      for n, block in enumerate(image.blocks)]  # fmt: skip
        self.graph = [block.after for block in image.blocks]
        for region in regions.values():
            for number in region.blocks:
                self.after[number] = self.graph[number] = (region.after,) if number == region.head else ()
        self.before: list[list[int]] = [[] for _ in self.graph]
        for number, after in enumerate(self.graph):
            for a in after:
                self.before[a].append(number)
        self.dominators = _post_dominators(self.after)
        self.reads, self.writes = places.reads[:], places.writes
        for at in touched:  # of a store that only touches L1, the value does not matter
            self.reads[at] = 1 << image.code[at].a if image.code[at].a > 0 else 0
        self.needed = set(effects | touched | (known.needed if known is not None else frozenset()))
        for number in self.polls:
            self.needed.update(image.reach(number))
        #: What matters before each block. It only grows while words become needed.
        self.into = [0] * len(self.after)
        todo = list(range(len(self.after)))
        while todo:
            self._values(todo)
            todo = self._branches()

    def _through(self, number: int) -> int:
        """What matters before a block; what writes what matters later becomes needed."""
        live = 0
        for a in self.graph[number]:
            live |= self.into[a]
        if number in self.regions:
            for touch in self.regions[number].touches:
                live |= 1 << touch.place if touch.place else 0
            return live
        needed, reads, writes = self.needed, self.reads, self.writes
        for at in reversed(self.image.reach(number)):
            write = writes[at]
            if write & live:
                needed.add(at)
                self.valued.add(at)
                live &= ~write
            if at in needed:
                live |= reads[at]
        return live

    def _values(self, todo: list[int]) -> None:
        """What blocks need, and those before them."""
        waiting = set(todo)
        while todo:
            number = todo.pop()
            waiting.remove(number)
            live = self._through(number)
            if live != self.into[number]:
                self.into[number] = live
                later = [before for before in self.before[number] if before not in waiting]
                waiting.update(later)
                todo += later

    def _branches(self) -> list[int]:
        """Branches on which it depends whether needed words run become needed; their blocks."""
        blocks = 0
        for number in range(len(self.after)):
            if number in self.regions or not self.needed.isdisjoint(self.image.reach(number)):
                blocks |= 1 << number
        found: list[int] = []
        for number, after in enumerate(self.after):
            last = self.image.blocks[number].end - 1
            if len(after) > 1 and last not in self.needed:
                always = self.dominators[number] & ~(1 << number)
                if any(self.dominators[a] & blocks & ~always for a in after):
                    self.needed.add(last)
                    found.append(number)
        return found

    def computes(self, region: Region) -> bool:
        """Whether something is needed later that a region writes."""
        writes = 0
        for number in region.blocks:
            for at in self.image.reach(number):
                writes |= self.writes[at]
        return bool(writes & self.into[region.after])

    def tainted(self, number: int) -> int:
        """Places that hold what a waiting block has read, or what was computed from it."""
        load, taint = self.polls[number], 0
        for at in self.image.reach(number):
            if at == load or self.reads[at] & taint:
                taint |= self.writes[at]
            else:
                taint &= ~self.writes[at]
        equal = ends_equal(self.image, number)
        return taint & ~(1 << equal[0]) if equal is not None and not taint >> equal[1] & 1 else taint

    def check_waits(self) -> None:
        """Refuse where what was read while waiting is used later: then what follows depends on timing."""
        for number, load in self.polls.items():
            out = 0
            for a in self.after[number]:
                out |= self.into[a]
            if self.tainted(number) & out:
                what = "what was read while waiting is used later, so what follows depends on timing"
                raise refuse(self.image, "MJ4147", load, what, "BabyRISCV/MemoryOrdering.md")

    def successors(self) -> list[tuple[int, ...]]:
        """Where each block goes on: a branch that is not needed goes to the next block on all paths."""
        out: list[tuple[int, ...]] = []
        for number, after in enumerate(self.after):
            if len(after) > 1 and self.image.blocks[number].end - 1 not in self.needed:
                later = [b for b in range(len(self.after)) if b != number and self.dominators[number] >> b & 1]
                after = (max(later, key=lambda b: self.dominators[b].bit_count()),)
            out.append(after)
        return out


def slice_of(
    image: Image,
    places: Places,
    effects: frozenset[int],
    touched: frozenset[int] = frozenset(),
    regions: Mapping[int, Region] = MappingProxyType({}),
    known: Slice | None = None,
) -> Slice:
    """The slice for ``effects``, which are words of the image, for the addresses of ``touched``, loads and stores, and
    for what regions begin with. Regions in which something is computed that is needed are left out: what they touch is
    then ``touched`` one by one. ``known`` is the slice for fewer effects.

    Raises :class:`~meshjit.errors.CodegenError` (MJ4147) when what a kernel does depends on when others do something.
    """
    slicer = _Slicer(image, places, effects, touched, regions, known)
    kept = {head: region for head, region in regions.items() if not slicer.computes(region)}
    if len(kept) < len(regions):
        single = frozenset(at for head, region in regions.items() if head not in kept for at in region.words)
        return slice_of(image, places, effects, touched | single, kept, known)
    slicer.check_waits()
    return Slice(frozenset(slicer.needed), frozenset(slicer.valued), slicer.polls, slicer.successors(), dict(regions))
