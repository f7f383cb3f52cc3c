"""What RISC-V loads and stores touch in L1, for kernels that are followed: loops that only move data are summarized.

Such a loop is walked for all rounds at once (:mod:`~meshjit.codegen.tensix.check.walk`), from registers whose values
are not known yet. What it touches lies between two distances from one of them, so that following the kernel takes one
step for the loop. Loads of arguments and of the configuration table are left out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from meshjit.codegen.tensix.check import values
from meshjit.codegen.tensix.check.forms import Form, Known, Symbol, add, bounds, symbol
from meshjit.codegen.tensix.check.loops import Loop
from meshjit.codegen.tensix.check.machine import Image
from meshjit.codegen.tensix.check.rings import CONSTANT
from meshjit.codegen.tensix.check.slicing import Places, Region, Slice, Touch
from meshjit.codegen.tensix.check.values import Access
from meshjit.codegen.tensix.check.walk import State, Walker


class _Seen(NamedTuple):
    """A load or store of L1: its word, its address, how many bytes, and what was known there."""

    at: int
    address: Form
    size: int
    store: bool
    known: Known


class Summary(Walker[_Seen]):
    """Walks loops and blocks that are not followed, and collects what they touch."""

    def __init__(
        self,
        image: Image,
        accesses: Mapping[int, Access],
        places: Places,
        entries: Mapping[int, values.State],
    ) -> None:
        super().__init__(image, accesses, places, [b.after for b in image.blocks], {})
        self.entries = entries

    def load(self, at: int, address: Form, state: State) -> Form:
        """A load gives anything."""
        if self.accesses[at].region == "l1":
            self.noted.append(_Seen(at, address, self.image.code[at].size, False, dict(state.known)))
        return symbol(0, 0xFFFFFFFF)

    def store(self, at: int, address: Form, value: Form, state: State) -> None:
        """A store changes nothing that is looked at here."""
        if self.accesses[at].region == "l1":
            self.noted.append(_Seen(at, address, self.image.code[at].size, True, dict(state.known)))

    def wait(self, number: int, at: int, state: State) -> None:
        """No block here waits."""

    def entry(self, number: int, blocks: Collection[int]) -> State:
        """The state where a block is entered from others than ``blocks``: constants, and a symbol for each other place
        that is read or written."""
        known = self._constants(number, blocks)
        out: dict[int, Form] = {}
        for block in blocks:
            for at in self.image.reach(block):
                instr = self.image.code[at]
                for register in (instr.a, instr.b, instr.d):
                    value = known.registers[register] if register > 0 else None
                    if register > 0 and register not in out:
                        out[register] = _place(register) if value is None or value < 0 else Form(value)
                slot = self.slots.slot(at) if instr.kind in ("load", "store") else None
                if slot is not None and slot not in out:
                    value = known.memory.get(self.accesses[at].address or 0)
                    out[slot] = _place(slot) if value is None else Form(value)
        return State(out)

    def _constants(self, number: int, blocks: Collection[int]) -> values.State:
        out: values.State | None = None
        for before in self.image.predecessors[number]:
            if before not in blocks and before in self.entries:
                state = self.entries[before].copy()
                for at in self.image.reach(before):
                    state.step(self.image.code[at])
                if out is None:
                    out = state
                else:
                    out.join(state)
        return self.entries[number] if out is None else out

    def loop(self, loop: Loop) -> list[_Seen]:
        """What a loop touches."""
        self.noted = []
        self.around(loop, self.entry(loop.head, loop.blocks))
        return self.noted

    def block(self, number: int) -> list[_Seen]:
        """What a block touches, with what is known within it."""
        self.noted = []
        state = self.entry(number, (number,))
        for at in self.image.reach(number):
            self.step(at, self.image.code[at], state)
        return self.noted


def _place(place: int) -> Form:
    return Form(0, ((Symbol(place=place), 1),))


def find(
    image: Image,
    accesses: Mapping[int, Access],
    places: Places,
    entries: Mapping[int, values.State],
    kept: Slice,
) -> tuple[frozenset[int], dict[int, Region]]:
    """Loads and stores of L1 that the slice ``kept`` leaves out: those to be followed one by one, and loops by their
    first block.

    Raises :class:`~meshjit.errors.CodegenError` (MJ4147) for a kernel whose loops cannot be told apart.
    """
    blocks = _left_out(image, accesses, kept)
    summary = Summary(image, accesses, places, entries)
    single: set[int] = set()
    for number in blocks:
        constant = {seen.at for seen in summary.block(number) if not seen.store and _constant(seen)}
        single |= {at for at in blocks[number] if at not in constant}
    regions: dict[int, Region] = {}
    for number, words in blocks.items():
        if not single.isdisjoint(words):
            for loop in summary.loops.around(number):
                region = regions.get(loop.head) or _region(summary, loop, kept)
                if region is not None:
                    regions[loop.head] = region
                    single -= region.words
                    break
    return frozenset(single), regions


def _left_out(image: Image, accesses: Mapping[int, Access], kept: Slice) -> dict[int, list[int]]:
    """By block, loads and stores of L1 that are no effects and not known to be of arguments."""
    out: dict[int, list[int]] = {}
    for number in range(len(image.blocks)):
        for at in image.reach(number):
            access = accesses.get(at)
            if access is None or access.region != "l1" or at in kept.needed:
                continue
            where = access.address
            load = image.code[at].kind == "load"
            if not (load and where is not None and any(a <= where < b for a, b in CONSTANT)):
                out.setdefault(number, []).append(at)
    return out


def _constant(seen: _Seen) -> bool:
    low, high = bounds(seen.address, seen.known)
    return any(a <= low and high + seen.size <= b for a, b in CONSTANT)


def _region(summary: Summary, loop: Loop, kept: Slice) -> Region | None:
    """A loop as a region; None when something in it is needed, it is left in several places, or what it touches cannot
    be told from one place each."""
    image = summary.image
    exits = {a for n in loop.blocks for a in image.blocks[n].after if a not in loop.blocks}
    if len(exits) != 1 or any(at in kept.needed for n in loop.blocks for at in image.reach(n)):
        return None
    touches: dict[int, Touch] = {}
    words: set[int] = set()
    for seen in summary.loop(loop):
        words.add(seen.at)
        found = _touch(seen)
        if found is None:
            return None
        other = touches.get(found.place)
        if other is not None:
            first = other if other.store or not found.store else found
            found = Touch(
                first.at, found.place, min(found.first, other.first), max(found.end, other.end),
                found.store or other.store,
            )  # fmt: skip
        touches[found.place] = found
    return Region(loop.head, loop.blocks, exits.pop(), frozenset(words), tuple(touches.values()))


def _touch(seen: _Seen) -> Touch | None:
    """A load or store as a distance from the value of one place."""
    places = [(s, c) for s, c in seen.address.terms if s.place >= 0]
    if len(places) > 1 or (places and places[0][1] != 1):
        return None
    rest = add(seen.address, Form(0, tuple(places)), -1)
    low, high = bounds(rest, seen.known)
    if high - low >= 1 << 24:
        return None
    if places and low >> 31:
        low, high = low - (1 << 32), high - (1 << 32)
    return Touch(seen.at, places[0][0].place if places else 0, low, high + seen.size, seen.store)
