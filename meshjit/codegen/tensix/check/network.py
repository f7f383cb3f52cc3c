"""The kernels of a program together: nobody waits for ever, and what is produced is consumed.

Each kernel is a sequence of events that does not depend on timing (:mod:`~meshjit.codegen.tensix.check.follow`); a wait
ends when counters that only others move have come far enough, and what they moved is never taken back. So one order of
events decides for all: if it comes to its end, all do, with the same totals (a marked graph, Commoner et al. 1971).
Semaphores saturate, so how high they may rise is asked of the order in which whoever takes from them comes last.

Cores that tell each other something (increments, multicasts) run against one another besides: a multicast's pages must
be free at every receiver, and a word that is waited for must not pass the value. These are no matter of counters alone,
so they are asked of four orders of cores and kernels, opposite to one another, not of all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from meshjit.codegen.tensix.check.follow import (
    ABOVE,
    ADD,
    AWAIT,
    BELOW,
    CAST,
    GET,
    HAND,
    INIT,
    NEED,
    POP,
    POST,
    PUSH,
    RESERVE,
    SET,
    TELL,
    VALID,
    WAIT,
    Event,
    Range,
    Remote,
)
from meshjit.codegen.tensix.check.machine import Image
from meshjit.codegen.tensix.check.report import instruction, refuse
from meshjit.errors import CodegenError
from meshjit.ir.program import CircularBuffer, Role

_SYNC = "TensixCoprocessor/SyncUnit.md"
#: Banks of a source register (SrcASrcB.md).
_BANKS = 2
#: A semaphore's largest value; posts beyond it are lost (SEMPOST.md).
_FULL = 15


@dataclass(frozen=True)
class Trace:
    """What one kernel tells the others: its events, what those of words and other cores say, the circular buffers it
    has a side of (True: producer), and the NoC registers it has for itself: request initiators and counters."""

    image: Image
    events: Sequence[Event]
    remote: Sequence[Remote]
    sides: Mapping[int, bool]
    registers: frozenset[int]


class _State:
    """Counters of one core. ``world`` has all cores by NoC 0 coordinate; without it a core is looked at alone, and what
    others have to tell it is taken to come."""

    def __init__(
        self,
        traces: Mapping[Role, Trace],
        buffers: Sequence[CircularBuffer],
        world: Mapping[tuple[int, int], _State] | None = None,
    ) -> None:
        self.traces = traces
        self.buffers = buffers
        self.world = world
        self.words: dict[int, int] = {}
        #: Cores that this one has told something since it was last asked.
        self.told: list[_State] = []
        self.granted = {b.index: b.num_pages for b in buffers}
        self.next = dict.fromkeys(traces, 0)
        self.pages = {b.index: b.num_pages for b in buffers}
        self.received = dict.fromkeys(self.pages, 0)
        self.acked = dict.fromkeys(self.pages, 0)
        self.seen = dict.fromkeys(self.pages, 0)
        self.value = [0] * 8
        self.most = [_FULL] * 8
        self.unset = {e[1] for t in traces.values() for e in t.events if e[0] == INIT}
        self.valid = [0, 0]
        self.used = [0, 0]

    def run(self, role: Role, *, once: bool = False) -> bool:
        """Let a kernel go on until it waits (or has taken from a semaphore, with ``once``). Whether it moved."""
        events = self.traces[role].events
        at = first = self.next[role]
        while at < len(events):
            kind, index, amount, word = events[at]
            if kind == PUSH:
                self.received[index] += amount
                self.granted[index] -= amount
            elif kind == POP:
                self.acked[index] += amount
            elif kind == RESERVE:
                if self.received[index] - self.acked[index] > self.pages[index] - amount:
                    break
                self.granted[index] = max(self.granted[index], amount)
            elif kind == WAIT:
                if self.received[index] - self.acked[index] < amount:
                    break
                self.seen[index] = max(self.seen[index], self.acked[index] + amount)
            elif kind == NEED:
                if self.valid[index] <= 0:
                    break
            elif kind == HAND:
                self.valid[index] -= 1
            elif kind == VALID:
                if self.valid[index] >= _BANKS:
                    break
                self.valid[index] += 1
            elif kind >= SET:
                if self.world is not None and not self._remote(role, kind, index, word):
                    break
            elif not self._semaphore(role, kind, index, amount, word):
                break
            at += 1
            if once and kind == GET:
                break
        self.next[role] = at
        return at > first

    def awaits(self, role: Role) -> bool:
        """Whether a kernel is at its start or waits for a word."""
        at, events = self.next[role], self.traces[role].events
        return not at or (at < len(events) and events[at][0] == AWAIT)

    def _remote(self, role: Role, kind: int, index: int, word: int) -> bool:
        """A word or pages of this core or others; False when it waits."""
        trace = self.traces[role]
        what = trace.remote[index]
        if kind == SET:
            self.words[what.first] = what.value
        elif kind == AWAIT:
            have = self.words.get(what.first, 0)
            if have > what.value:
                text = f"waits for {what.value} at {what.first:#x}, which may have become {have}"
                raise refuse(trace.image, "MJ4153", word, text, "NoC/Atomics.md")
            return have == what.value
        else:
            assert self.world is not None
            for place in what.cores:
                other = self.world.get(place)
                if other is None:
                    text = f"sends to {place}, where no core of the program is"
                    raise refuse(trace.image, "MJ4154", word, text, "NoC/Coordinates.md")
                if other not in self.told:
                    self.told.append(other)
                if kind == ADD:
                    other.words[what.first] = other.words.get(what.first, 0) + what.value
                elif kind == TELL:
                    other.words[what.first] = self.words.get(what.first, 0)
                elif kind == CAST and not other.has_room(Range(what.first, what.end)):
                    text = f"multicasts to {what.first:#x} of {place}, which may not have room there yet"
                    raise refuse(trace.image, "MJ4154", word, text, "NoC/Ordering.md")
        return True

    def has_room(self, touched: Range) -> bool:
        """Whether bytes lie in pages that the producer of their circular buffer has been granted."""
        for buffer in self.buffers:
            size = buffer.page_bytes
            first, last = (touched.first - buffer.address) // size, (touched.end - 1 - buffer.address) // size
            if first >= 0 and last < buffer.num_pages:
                told, granted = self.received[buffer.index], self.granted[buffer.index]
                return all((page - told) % buffer.num_pages < granted for page in range(first, last + 1))
        return False

    def _semaphore(self, role: Role, kind: int, index: int, amount: int, word: int) -> bool:
        if index in self.unset and kind != INIT and kind != ABOVE:
            what = f"semaphore {index} may not have been set yet"
            raise refuse(self.traces[role].image, "MJ4153", word, what, _SYNC)
        if kind == ABOVE:
            return self.value[index] > 0
        if kind == BELOW:
            return self.value[index] < self.most[index]
        image = self.traces[role].image
        if kind == POST:
            self.value[index] += 1
            if self.value[index] > self.most[index]:
                what = f"semaphore {index} may be posted above its maximum, {self.most[index]}"
                raise refuse(image, "MJ4153", word, what, _SYNC)
        elif kind == GET:
            if not self.value[index]:
                raise refuse(image, "MJ4153", word, f"semaphore {index} may be taken from when it is 0", _SYNC)
            self.value[index] -= 1
        elif kind == INIT:
            self.value[index], self.most[index] = amount & 15, amount >> 4
            self.unset.discard(index)
        return True


def prove(traces: Mapping[Role, Trace], buffers: Sequence[CircularBuffer], where: str) -> None:
    """Show that the kernels of a core come to their ends, in every order.

    Raises :class:`~meshjit.errors.CodegenError`: MJ4150 or MJ4153 when two kernels share a side, MJ4151 for pages or
    MJ4156 for source registers that nobody takes, MJ4152 for kernels that wait for one another, MJ4153 for semaphores.
    """
    _alone(traces)
    state = _State(traces, buffers)
    for last in sorted(_late(traces)) or [None]:
        state = _State(traces, buffers)
        order = [role for role in traces if role != last]
        moved = True
        while moved:
            moved = False
            for role in order:
                moved |= state.run(role)
            if not moved and last is not None:
                moved = state.run(last, once=True)
        _ended(state, where)
    _balanced(state, where)


def prove_together(
    cores: Mapping[tuple[int, int], Mapping[Role, Trace]], buffers: Sequence[CircularBuffer], device: int
) -> None:
    """Show that cores that tell each other something come to their ends together.

    ``cores`` are by NoC 0 coordinate. Raises as :func:`prove`, and MJ4154 for pages multicast where there may be no
    room.
    """
    for run in (_oldest_first, _newest_first, _readers_first, _readers_of_the_last_first):
        world: dict[tuple[int, int], _State] = {}
        for place in cores:
            world[place] = _State(cores[place], buffers, world)
        run(list(world.values()))
        for place, state in world.items():
            where = f"core {place} (NoC 0) of device {device}"
            _ended(state, where)
            for address, value in state.words.items():
                if value:
                    raise _word_left(state, address, f"the word at {address:#x} of {where} ends at {value}")


def _oldest_first(cores: list[_State], *, newest: bool = False) -> None:
    """Whoever was told something first goes on first, as far as it can."""
    todo = deque(cores)
    while todo:
        state = todo.pop() if newest else todo.popleft()
        state.told.clear()
        # what others tell moves those that wait for a word; they may move the rest
        moved = [role for role in state.traces if state.awaits(role) and state.run(role)]
        while moved:
            moved = [role for role in state.traces if state.run(role)]
        todo.extend(other for other in state.told if other not in todo)


def _newest_first(cores: list[_State]) -> None:
    """Whoever was told something last goes on first."""
    _oldest_first(cores, newest=True)


def _readers_first(cores: list[_State]) -> None:
    """Readers go on as far as they can before anybody consumes, and then one core consumes at a time."""
    todo, consumers, idle = deque(cores), deque(cores), 0
    while idle < len(cores):
        while todo:
            state = todo.popleft()
            state.told.clear()
            state.run(Role.NCRISC)
            todo.extend(other for other in state.told if other not in todo)
        state = consumers[0]
        consumers.rotate(-1)
        moved = [role for role in state.traces if role is not Role.NCRISC and state.run(role)]
        idle = 0 if moved else idle + 1
        todo.append(state)


def _readers_of_the_last_first(cores: list[_State]) -> None:
    """As :func:`_readers_first`, the last core before the first."""
    _readers_first(cores[::-1])


def _word_left(state: _State, address: int, what: str) -> CodegenError:
    """The error for a word from which the next launch would start: shown at the last wait for it."""
    image, word = next(
        ((t.image, e[3]) for t in state.traces.values() for e in reversed(t.events)
         if e[0] in (AWAIT, SET) and t.remote[e[1]].first == address),
        next((t.image, 0) for t in state.traces.values()),
    )  # fmt: skip
    return refuse(image, "MJ4153", word, f"{what}, and the next launch would start from it", "NoC/Atomics.md")


def _alone(traces: Mapping[Role, Trace]) -> None:
    """Each side of a circular buffer is one kernel's."""
    owners: dict[tuple[int, bool], Role] = {}
    for role, trace in traces.items():
        for side in trace.sides.items():
            if side in owners:
                kind = "producer" if side[1] else "consumer"
                word = next(e[3] for e in trace.events if e[1] == side[0] and e[0] in (PUSH, POP, RESERVE, WAIT))
                what = f"{owners[side].value} is a {kind} of buffer {side[0]} too"
                raise refuse(trace.image, "MJ4150", word, what, "NoC/Overlay/README.md")
            owners[side] = role
    registers: dict[int, Role] = {}
    for role, trace in traces.items():
        for register in trace.registers:
            if registers.setdefault(register, role) != role:
                raise CodegenError(
                    "MJ4155",
                    f"kernels on {registers[register].value} and {role.value} share the NoC register {register:#x}: "
                    f"{trace.image.name}",
                    operands=["rule: ISA documentation, NoC/MemoryMap.md, NoC/Counters.md"],
                    fix="give each kernel its own request initiator and counter",
                )


def _late(traces: Mapping[Role, Trace]) -> set[Role]:
    """The kernels that take from semaphores or set them, for which it matters that they may be late. One kernel posts
    a semaphore and one takes from it, so nobody can take what another has waited for."""
    users: dict[tuple[int, int], Role] = {}
    for role, trace in traces.items():
        for kind, index, amount, word in trace.events:
            if kind in (POST, GET, ABOVE, BELOW, INIT):
                key = (GET if kind in (GET, ABOVE) else POST, index)
                if kind == INIT:
                    key = (INIT, index)
                    if amount & 15:
                        raise refuse(trace.image, "MJ4153", word, f"semaphore {index} does not start from 0", _SYNC)
                if users.setdefault(key, role) != role:
                    what = f"semaphore {index} is {users[key].value}'s to {'take' if key[0] == GET else 'post'}"
                    raise refuse(trace.image, "MJ4153", word, what, _SYNC)
    return {role for (kind, _), role in users.items() if kind in (GET, INIT)}


def _ended(state: _State, where: str) -> None:
    waiting = {role: t for role, t in state.traces.items() if state.next[role] < len(t.events)}
    if not waiting:
        return
    lines = [
        f"{role.value}: {instruction(t.image, t.events[state.next[role]][3])}  ({_describe(state, t, role)})"
        for role, t in waiting.items()
    ]
    role, trace = next(iter(waiting.items()))
    what = f"waits for ever on {where}"
    raise refuse(trace.image, "MJ4152", trace.events[state.next[role]][3], what, _SYNC, lines)


def _describe(state: _State, trace: Trace, role: Role) -> str:
    kind, index, amount, _ = trace.events[state.next[role]]
    if kind in (RESERVE, WAIT):
        level = state.received.get(index, 0) - state.acked.get(index, 0)
        return f"{'room for' if kind == RESERVE else ''} {amount} pages of buffer {index}, level {level}".strip()
    if kind in (NEED, VALID):
        return f"Src{'AB'[index]}, {state.valid[index]} banks filled"
    if kind == AWAIT:
        word = trace.remote[index]
        return f"the word at {word.first:#x} is {state.words.get(word.first, 0)}, not {word.value}"
    return f"semaphore {index}, value {state.value[index]}, maximum {state.most[index]}"


def _balanced(state: _State, where: str) -> None:
    """What was produced was consumed: popped, or kept whole to the end by a consumer that never pops."""
    for index, received in state.received.items():
        kept = state.acked[index] == 0 and state.seen[index] == received
        if received != state.acked[index] and not kept:
            raise _left(state, "MJ4151", PUSH, index, where, f"{received} pages, {state.acked[index]} are consumed")
    for index, value in enumerate(state.value):
        if value:
            raise _left(state, "MJ4153", POST, index, where, f"a semaphore that ends at {value}")
    for index, banks in enumerate(state.valid):
        if banks:
            raise _left(state, "MJ4156", VALID, index, where, f"{banks} source registers that nobody uses")


def _left(state: _State, code: str, kind: int, index: int, where: str, what: str) -> CodegenError:
    image, word = next(
        (t.image, e[3]) for t in state.traces.values() for e in reversed(t.events) if e[0] == kind and e[1] == index
    )
    names = {PUSH: f"buffer {index}", POST: f"semaphore {index}", VALID: f"Src{'AB'[index % 2]}"}
    source = {PUSH: "NoC/Overlay/README.md", POST: _SYNC, VALID: "TensixCoprocessor/SrcASrcB.md"}[kind]
    return refuse(image, code, word, f"{names[kind]} on {where}: {what}", source)
