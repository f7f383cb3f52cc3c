"""A kernel walked once for all values: what loops compute is described by how often they have come round.

The head of a loop is described from what comes in: a register is as it was, or has grown by the same step in every
round, or is not known. The loop's body is walked from there; when what comes back to the head does not fit, the
description is weakened and the body walked again, until it fits: then it holds for every round (induction). How often a
loop can come round follows from a test that each round makes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, TypeVar

from meshjit.codegen.tensix.check.forms import (
    ZERO,
    Arithmetic,
    Form,
    Known,
    Symbol,
    add,
    bits,
    bounds,
    coefficient,
    scale,
    signed,
    symbol,
)
from meshjit.codegen.tensix.check.loops import Loop, Loops
from meshjit.codegen.tensix.check.machine import MASK, Image, Instr
from meshjit.codegen.tensix.check.slicing import Places
from meshjit.codegen.tensix.check.values import Access


@dataclass
class State:
    """What is known at a place of a kernel: values of registers, words of local memory and device registers, bounds of
    symbols on the way here, and what the walker keeps besides (joined by union)."""

    places: dict[int, Form]
    known: dict[Symbol | Form, tuple[int, int]] = field(default_factory=dict[Symbol | Form, tuple[int, int]])
    others: frozenset[tuple[int, ...]] = frozenset()

    def copy(self) -> State:
        """The same, to be changed."""
        return State(dict(self.places), dict(self.known), self.others)


@dataclass(frozen=True)
class Test:
    """A branch that each round of a loop makes: ``stay`` is whether it is taken by what stays in the loop."""

    op: str
    stay: bool
    x: Form
    y: Form
    known: Known


N = TypeVar("N")


class Walker(Generic[N], ABC):
    """Walks an image; what follows from loads, stores and waits is for subclasses, which may note what they find."""

    def __init__(
        self,
        image: Image,
        accesses: Mapping[int, Access],
        places: Places,
        after: Sequence[Sequence[int]],
        polls: Mapping[int, int],
    ) -> None:
        self.image = image
        self.polls = polls
        self.accesses = accesses
        self.slots = places
        self.after = after
        #: What subclasses note on the way. What was noted of a loop before its head was described well is dropped.
        self.noted: list[N] = []
        self.arithmetic = Arithmetic()
        self._steps: dict[int, dict[int, int | None]] = {}
        self._limits: dict[int, int] = {}
        self._tests: dict[int, list[Test]] = {}
        self._written: dict[int, list[int]] = {}

    @cached_property
    def loops(self) -> Loops:
        """The loops of the image."""
        return Loops(self.image, self.after)

    @cached_property
    def _tested(self) -> dict[int, int]:
        """Blocks in which it is decided in every round whether a loop goes on, and its head."""
        return {
            number: loop.head
            for loop in sorted(self.loops.by_head.values(), key=lambda x: -len(x.blocks))
            for number in loop.always
            if any(a not in loop.blocks for a in self.after[number])
        }

    # ---- for subclasses ----

    @abstractmethod
    def load(self, at: int, address: Form, state: State) -> Form:
        """What a load from outside the core gives."""
        ...

    @abstractmethod
    def store(self, at: int, address: Form, value: Form, state: State) -> None:
        """A store to what is outside the core."""
        ...

    @abstractmethod
    def wait(self, number: int, at: int, state: State) -> None:
        """A block that repeats the load at word ``at`` until it gives what is waited for."""
        ...

    def place(self, at: int) -> int | None:
        """The place outside the registers that a load or store is of, if it is one whose value is kept."""
        return self.slots.slot(at)

    # ---- instructions ----

    def read(self, place: int, state: State) -> Form:
        """The value of a register or another place."""
        if not place:
            return ZERO
        found = state.places.get(place)
        if found is None:
            found = state.places[place] = symbol()
        return found

    def step(self, at: int, instr: Instr, state: State) -> None:
        """One instruction."""
        kind, places = instr.kind, state.places
        if kind == "alu":
            if instr.d > 0:
                other = Form(instr.imm & MASK) if instr.b < 0 else self.read(instr.b, state)
                places[instr.d] = self.arithmetic.compute(instr.op, self.read(instr.a, state), other, state.known)
        elif kind == "const":
            if instr.d > 0:
                places[instr.d] = Form(instr.imm & MASK)
        elif kind in ("load", "store"):
            place = self.slots.slot(at)
            if kind == "load":
                value = self.load(at, self.address(instr, state), state) if place is None else self.read(place, state)
                if instr.d > 0:
                    places[instr.d] = value
            elif place is None:
                self.store(at, self.address(instr, state), self.read(max(instr.b, 0), state), state)
            else:
                places[place] = self.read(max(instr.b, 0), state)

    def address(self, instr: Instr, state: State) -> Form:
        """Where a load or store goes."""
        return add(self.read(max(instr.a, 0), state), Form(instr.imm & MASK))

    def _block(self, number: int, state: State) -> list[tuple[int, State]]:
        """Walk a block; where it goes on, with the state there."""
        after = self.after[number]
        if number in self.polls:
            self.wait(number, self.polls[number], state)
            return [(a, state) for a in after if a != number]
        for at in self.image.reach(number):
            self.step(at, self.image.code[at], state)
        if len(after) < 2:
            return [(a, state) for a in after if a != number]
        branch = self.image.code[self.image.blocks[number].end - 1]
        x, y = self.read(max(branch.a, 0), state), self.read(max(branch.b, 0), state)
        if self._tests and number in self._tested:
            inside = self.loops.by_head[self._tested[number]].blocks
            self._tests[self._tested[number]].append(Test(branch.op, after[1] in inside, x, y, dict(state.known)))
        out: list[tuple[int, State]] = []
        for taken, target in enumerate(after):
            now = state.copy()
            if assume(branch.op, x, y, now.known, taken=bool(taken)):
                out.append((target, now))
        return out

    # ---- blocks and loops ----

    def walk(self, entry: int, state: State, inside: frozenset[int]) -> tuple[list[State], list[tuple[int, State]]]:
        """Walk blocks from ``entry`` on; the states that come back to it, and those that leave."""
        pending, backs, exits = {entry: [state]}, list[State](), list[tuple[int, State]]()
        for number in self.loops.order:
            states = pending.pop(number, None) if number in inside else None
            if not states:
                continue
            now = join(states)
            loop = self.loops.by_head.get(number)
            if loop is None or number in self.polls or (number == entry and loop.blocks == inside):
                outcome = self._block(number, now)
            else:
                outcome = self.around(loop, now)
            for target, there in outcome:
                if target == entry:
                    backs.append(there)
                elif target in inside:
                    pending.setdefault(target, []).append(there)
                else:
                    exits.append((target, there))
        return backs, exits

    def around(self, loop: Loop, state: State) -> list[tuple[int, State]]:
        """Walk a loop; where it is left, with the states there.

        It is walked with a bound on how often it has come round that is a guess (the last one found), and the tests
        seen then must give no larger one: up to that round all that is seen holds, so it is left before it passes it.
        """
        steps, limit = self._steps.setdefault(loop.head, {}), self._limits.get(loop.head, MASK)
        others, noted, guesses = state.others, len(self.noted), 4
        while True:
            self._tests[loop.head] = []
            del self.noted[noted:]
            head, rounds = self._head(loop, state, steps, limit, others)
            backs, exits = self.walk(loop.head, head.copy(), loop.blocks)
            if not backs:
                return exits
            back = join(backs)
            if self._weaken(loop, head, back, steps):
                continue
            if not back.others <= others:
                others |= back.others
                continue
            found = min((most_rounds(t, rounds) for t in self._tests[loop.head]), default=MASK)
            if found == limit or (found < limit and not guesses):
                self._limits[loop.head] = limit
                return exits
            guesses = max(guesses - 1, 0)
            limit = found if guesses else MASK

    def _head(
        self, loop: Loop, state: State, steps: Mapping[int, int | None], limit: int, others: frozenset[tuple[int, ...]]
    ) -> tuple[State, Symbol]:
        """The state at a loop's head, and how often it has come round."""
        out = state.copy()
        out.others = others
        rounds = Symbol(0, limit)
        for place, step in steps.items():
            if place in out.places:
                start = out.places[place]
                out.places[place] = symbol() if step is None else add(start, Form(0, ((rounds, step),)))
        return out, rounds

    def _weaken(self, loop: Loop, head: State, back: State, steps: dict[int, int | None]) -> bool:
        """Describe less where what comes back does not fit; whether anything did not."""
        changed = False
        for place in self.written(loop):
            before, after = head.places.get(place), back.places.get(place)
            if before is None:
                continue
            if after is None:
                after = symbol()
            step = steps.get(place, 0)
            if step is None:
                continue
            if after == before if not step else add(after, before, -1) == Form(step & MASK):
                continue
            grown = add(after, before, -1)
            steps[place] = signed(grown.const) if not step and not grown.terms else None
            changed = True
        return changed

    def written(self, loop: Loop) -> list[int]:
        """The places that a loop may change."""
        if loop.head not in self._written:
            out: dict[int, None] = {}
            for number in loop.blocks:
                for at in self.image.reach(number):
                    instr = self.image.code[at]
                    if instr.d > 0:
                        out[instr.d] = None
                    place = self.place(at) if instr.kind == "store" else None
                    if place is not None:
                        out[place] = None
            self._written[loop.head] = list(out)
        return self._written[loop.head]


def join(states: Sequence[State]) -> State:
    """What holds in all of ``states``."""
    out = states[0]
    for other in states[1:]:
        out = _both(out, other)
    return out


def _both(x: State, y: State) -> State:
    places, mine, theirs = x.places, x.places, y.places
    if mine != theirs:
        places = {}
        for place, form in mine.items():
            other = theirs.get(place)
            if other is form or other == form:
                places[place] = form
            elif other is not None:
                (a, b), (c, e) = bounds(form, x.known), bounds(other, y.known)
                places[place] = symbol(min(a, c), max(b, e), bits(form, x.known) | bits(other, y.known))
    known: dict[Symbol | Form, tuple[int, int]] = {}
    for what, (low, high) in x.known.items():
        if what in y.known:
            least, most = y.known[what]
            known[what] = min(low, least), max(high, most)
    return State(places, known, x.others | y.others)


#: Branches as (relation when taken, when not): "=", "!", "<" (first below second), ">" (second not above first).
_RELATIONS = {
    "beq": "=!", "bne": "!=", "bltu": "<>", "bgeu": "><", "blt": "<>", "bge": "><",
}  # fmt: skip


def _relation(op: str, x: Form, y: Form, known: Known, *, taken: bool) -> str:
    """What a branch says of ``x`` and ``y``; "" for signed comparisons of numbers that may be negative."""
    if op in ("blt", "bge") and max(bounds(x, known)[1], bounds(y, known)[1]) > MASK >> 1:
        return ""
    return _RELATIONS[op][0 if taken else 1]


def assume(op: str, x: Form, y: Form, known: dict[Symbol | Form, tuple[int, int]], *, taken: bool) -> bool:
    """Learn from a branch; False when it cannot go this way."""
    relation = _relation(op, x, y, known, taken=taken)
    (a, b), (c, e) = bounds(x, known), bounds(y, known)
    if relation in ("=", "!"):
        apart = add(x, y, -1)
        if not apart.terms:
            return (apart.const == 0) == (relation == "=")
        if relation == "=":
            low, high = max(a, c), min(b, e)
            return _narrow(x, low, high, known) and _narrow(y, low, high, known)
        if c == e:
            return _narrow(x, a + (a == c), b - (b == c), known)
        return a != b or _narrow(y, c + (c == a), e - (e == a), known)
    if relation == "<":
        return _narrow(x, a, min(b, e - 1), known) and _narrow(y, max(c, a + 1), e, known)
    if relation == ">":
        return _narrow(x, max(a, c), b, known) and _narrow(y, c, min(e, b), known)
    return True


def _narrow(x: Form, low: int, high: int, known: dict[Symbol | Form, tuple[int, int]]) -> bool:
    """Learn that a form lies in ``low`` to ``high``; False when it cannot."""
    if low > high:
        return False
    if len(x.terms) == 1 and x.terms[0][1] > 0 and not x.terms[0][0].grows:
        s, c = x.terms[0]
        a, b = known.get(s) or (s.low, s.high)
        first = x.const + c * a & MASK
        if c * (b - a) <= MASK - first:
            least, most = max(a, a - (first - low) // c), min(b, a + (high - first) // c)
            known[s] = least, most
            return least <= most
    if not any(s.grows for s, _ in x.terms):
        known[x] = low, high
    return True


def most_rounds(test: Test, rounds: Symbol) -> int:
    """The largest number of rounds that a loop may have come round, by a test that each makes; MASK when unknown.

    A loop that stays while ``x`` is not ``y`` is left when they are first equal. One that stays while a growing ``x``
    is below ``y`` has come round once more than the round before allowed, if the sum cannot pass 2^32 (or 2^31) then.
    """
    relation = _relation(test.op, test.x, test.y, {**test.known, rounds: (0, 0)}, taken=test.stay)
    if relation == "!":
        apart = add(test.x, test.y, -1)
        step = coefficient(apart, rounds)
        start = add(apart, Form(0, ((rounds, step),)), -1)
        return _until_zero(start, step, rounds, test.known)
    x, y = (test.x, test.y) if relation == "<" else (test.y, test.x)
    step = coefficient(x, rounds)
    if relation not in ("<", ">") or step <= 0 or coefficient(y, rounds):
        return MASK
    start = bounds(add(x, Form(0, ((rounds, step),)), -1), test.known)[0]
    last = bounds(y, test.known)[1] - (relation == "<")
    if last + step > (MASK if test.op in ("bltu", "bgeu") else MASK >> 1):
        return MASK
    return (last - start) // step + 1 if last >= start else 0


def _until_zero(start: Form, step: int, rounds: Symbol, known: Known) -> int:
    """The largest number of rounds until ``start`` plus a step in each is first 0 (modulo 2^32)."""
    if not step or any(s.grows or s.number > rounds.number for s, _ in start.terms):
        return MASK
    if step > 0:
        start, step = scale(start, -1), -step
    if step == -1:
        return bounds(start, known)[1]
    const = signed(start.const)
    if const % step or any(c % step for _, c in start.terms):
        return MASK
    most = bounds(Form(const // -step & MASK, tuple((s, c // -step) for s, c in start.terms)), known)[1]
    return most if most < (MASK + 1) // -step else MASK
