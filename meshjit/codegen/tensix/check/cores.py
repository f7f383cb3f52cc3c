"""One core among its kernels' events: how far each kernel has come, and what that made of counters and words.

A core's state is a list of integers. What decides how it goes on (levels of buffers, not how many pages there were)
comes first, so that states in which the same will happen look the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from meshjit.codegen.tensix.check.events import (
    ABOVE,
    BELOW,
    GET,
    HAND,
    INIT,
    NEED,
    POP,
    POST,
    PUSH,
    RESERVE,
    VALID,
    WAIT,
    Event,
    Trace,
)
from meshjit.codegen.tensix.check.report import refuse
from meshjit.codegen.tensix.check.streams import Stream
from meshjit.ir.program import CircularBuffer, Role

SYNC = "TensixCoprocessor/SyncUnit.md"
#: Banks of a source register (SrcASrcB.md).
_BANKS = 2
#: A semaphore's largest value; posts beyond it are lost (SEMPOST.md).
_FULL = 15
#: Events of a kernel by which it is recognized what a core does next: those of about one step.
_WINDOWS = {Role.TRISC0: 128, Role.TRISC1: 128}
_WINDOW = 24


@dataclass(frozen=True, eq=False)
class Mode:
    """How a core goes on: ``roles`` in turn as far as they can, until none can or somebody has given pages back; when
    none can at all, ``last``, until it would take from a semaphore again, or set one."""

    roles: tuple[Role, ...]
    last: Role | None = None


class Layout:
    """Where a core's state has what."""

    def __init__(self, buffers: Sequence[CircularBuffer]) -> None:
        self.buffers = buffers
        count = len(buffers)
        self.number = {b.index: i for i, b in enumerate(buffers)}
        self.level, self.seen = 0, count
        self.valid = 2 * count
        self.value, self.most, self.unset = self.valid + 2, self.valid + 10, self.valid + 18
        #: Pages pushed: not needed to go on.
        self.received = self.unset + 1
        self.size = self.received + count
        #: What unpackers and matrix unit did before: see Core.
        self.exchanges: dict[tuple[bytes, bytes, int, int], tuple[int, int, int, int]] = {}


class Core:
    """A core alone: there are no words in its ``streams``, so what others tell it is taken to come."""

    def __init__(self, traces: Mapping[Role, Trace], streams: Sequence[Stream], layout: Layout) -> None:
        self.traces = traces
        self.roles = tuple(traces)
        self.index = {role: i for i, role in enumerate(traces)}
        self.streams = streams
        self.layout = layout
        self.next = [0] * len(streams)
        self.state = state = [0] * layout.size
        state[layout.most : layout.most + 8] = [_FULL] * 8
        for index in {index for t in traces.values() for kind, index, *_ in t.distinct if kind == INIT}:
            state[layout.unset] |= 1 << index
        self._popped = False
        self._pair = self.index.get(Role.TRISC0, -1), self.index.get(Role.TRISC1, -1)
        self._windows = [_WINDOWS.get(role, _WINDOW) for role in traces]

    def key(self) -> tuple[object, ...]:
        """What the core does next depends on this, and on events that are further away: the next ones are in here only
        to tell apart, at little cost, most of what is not alike."""
        layout, state = self.layout, self.state
        windows = [s.window(at, n) for s, at, n in zip(self.streams, self.next, self._windows, strict=True)]
        rings = [state[layout.received + i] % buffer.num_pages for i, buffer in enumerate(layout.buffers)]
        return (*windows, *state[: layout.received], *rings)

    def move(self, at: Sequence[int], state: Sequence[int]) -> None:
        """Be where the kernels are at events ``at``, in a state."""
        self.next, self.state = list(at), list(state)

    def advance(self, mode: Mode) -> bool:
        """Go on; whether anything moved. It is to be called until nothing does."""
        order = [self.index[role] for role in mode.roles]
        start, self._popped = self.next[:], False
        sources = Role.TRISC0 in mode.roles and Role.TRISC1 in mode.roles
        while not self._popped:
            before = self.next[:]
            if sources:
                while self._exchange(*self._pair):
                    pass
            for i in order:
                self._run(i)
            if self.next == before:
                if mode.last is not None:
                    self._run(self.index[mode.last], once=True)
                if self.next == before:
                    break
        return self.next != start

    def _exchange(self, unpack: int, math: int) -> bool:
        """Let unpackers and matrix unit go on as long as they only hand each other source registers; whether any moved.
        What was seen before is looked up."""
        at, state = self.next, self.state
        valid, length = self.layout.valid, _WINDOWS[Role.TRISC0]
        tiles, uses = self.streams[unpack], self.streams[math]
        known = (
            tiles.window(at[unpack], length), uses.window(at[math], length), state[valid], state[valid + 1]
        )  # fmt: skip
        found = self.layout.exchanges.get(known)
        if found is None:
            found = self.layout.exchanges[known] = _exchanged(
                tiles.events[at[unpack] : at[unpack] + length],
                uses.events[at[math] : at[math] + length],
                [state[valid], state[valid + 1]],
            )
        at[unpack] += found[0]
        at[math] += found[1]
        state[valid : valid + 2] = found[2:]
        return found[0] > 0 or found[1] > 0

    def _run(self, role: int, *, once: bool = False) -> None:
        """Let a kernel go on until it waits, or (with ``once``) would take from a semaphore or set one, but for the
        first event."""
        events, state, layout, number = self.streams[role].events, self.state, self.layout, self.layout.number
        at, end = self.next[role], len(events)
        while at < end:
            kind, index, amount, word = events[at]
            if kind == NEED:
                if state[layout.valid + index] <= 0:
                    break
            elif kind == HAND:
                state[layout.valid + index] -= 1
            elif kind == VALID:
                if state[layout.valid + index] >= _BANKS:
                    break
                state[layout.valid + index] += 1
            elif kind == PUSH:
                state[number[index]] += amount
                state[layout.received + number[index]] += amount
            elif kind == POP:
                state[number[index]] -= amount
                state[layout.seen + number[index]] = -1
                self._popped = True
            elif kind == RESERVE:
                i = number[index]
                if state[i] > layout.buffers[i].num_pages - amount:
                    break
            elif kind == WAIT:
                i = number[index]
                if state[i] < amount:
                    break
                if state[layout.seen + i] >= 0:  # nothing was popped yet
                    state[layout.seen + i] = max(state[layout.seen + i], amount)
            elif not self._semaphore(self.roles[role], kind, index, amount, word):
                break
            at += 1
            if once and at < end and events[at][0] in (GET, INIT):
                break
        self.next[role] = at

    def _semaphore(self, role: Role, kind: int, index: int, amount: int, word: int) -> bool:
        state, value, most = self.state, self.layout.value + index, self.layout.most + index
        image = self.traces[role].image
        if state[self.layout.unset] >> index & 1 and kind not in (INIT, ABOVE):
            raise refuse(image, "MJ4153", word, f"semaphore {index} may not have been set yet", SYNC)
        if kind == ABOVE:
            return state[value] > 0
        if kind == BELOW:
            return state[value] < state[most]
        if kind == POST:
            state[value] += 1
            if state[value] > state[most]:
                what = f"semaphore {index} may be posted above its maximum, {state[most]}"
                raise refuse(image, "MJ4153", word, what, SYNC)
        elif kind == GET:
            state[value] -= 1
        elif kind == INIT:
            state[value], state[most] = amount & 15, amount >> 4
            state[self.layout.unset] &= ~(1 << index)
        return True


def _exchanged(tiles: Sequence[Event], uses: Sequence[Event], valid: list[int]) -> tuple[int, int, int, int]:
    """How far unpackers and matrix unit come, and the banks that are then filled."""
    i, j, before = 0, 0, (-1, -1)
    while before != (i, j):
        before = i, j
        while i < len(tiles) and tiles[i][0] == VALID and valid[tiles[i][1]] < _BANKS:
            valid[tiles[i][1]] += 1
            i += 1
        while j < len(uses) and (uses[j][0] == HAND or (uses[j][0] == NEED and valid[uses[j][1]] > 0)):
            valid[uses[j][1]] -= uses[j][0] == HAND
            j += 1
    return i, j, valid[0], valid[1]
