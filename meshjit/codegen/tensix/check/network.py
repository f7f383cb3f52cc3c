"""The kernels of one core together: nobody waits for ever, and what is produced is consumed.

Each kernel is a sequence of events that does not depend on timing (:mod:`~meshjit.codegen.tensix.check.follow`); a wait
ends when counters that only others move have come far enough, and what they moved is never taken back. So one order of
events decides for all: if it comes to its end, all do, with the same totals (a marked graph, Commoner et al. 1971).
Semaphores saturate, so how high they may rise is asked of the order in which whoever takes from them comes last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from meshjit.codegen.tensix.check.follow import (
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
    """What one kernel tells the others: its events, and the circular buffers it has a side of (True: producer)."""

    image: Image
    events: Sequence[Event]
    sides: Mapping[int, bool]


class _State:
    """Counters of one core."""

    def __init__(self, traces: Mapping[Role, Trace], buffers: Sequence[CircularBuffer]) -> None:
        self.traces = traces
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
            elif kind == POP:
                self.acked[index] += amount
            elif kind == RESERVE:
                if self.received[index] - self.acked[index] > self.pages[index] - amount:
                    break
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
            elif not self._semaphore(role, kind, index, amount, word):
                break
            at += 1
            if once and kind == GET:
                break
        self.next[role] = at
        return at > first

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
