"""The kernels of a core together: nobody waits for ever, and what is produced is consumed.

Each kernel is a sequence of events that does not depend on timing (:mod:`~meshjit.codegen.tensix.check.follow`); a wait
ends when counters that only others move have come far enough, and what they moved is never taken back. So one order of
events decides for all: if it comes to its end, all do, with the same totals (a marked graph, Commoner et al. 1971).
Semaphores saturate, so how high they may rise is asked of the order in which whoever takes from them comes last, and
whether they are used before they are set, of that in which whoever sets them does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from meshjit.codegen.tensix.check.cores import SYNC, Core, Layout, Mode
from meshjit.codegen.tensix.check.events import (
    ABOVE,
    BELOW,
    GET,
    INIT,
    NEED,
    POP,
    POST,
    PUSH,
    RESERVE,
    VALID,
    WAIT,
    Trace,
)
from meshjit.codegen.tensix.check.repeats import Repeats
from meshjit.codegen.tensix.check.report import instruction, refuse
from meshjit.codegen.tensix.check.streams import Stream, Streams
from meshjit.errors import CodegenError
from meshjit.ir.program import CircularBuffer, Role


class Network:
    """The cores of a program, one by one. Of those with equal events one is looked at."""

    def __init__(self, buffers: Sequence[CircularBuffer]) -> None:
        self.proved = set[tuple[bytes, ...]]()
        self._streams = Streams()
        self._layout = Layout(buffers)
        self._owners = set[tuple[object, ...]]()

    def prove(self, traces: Mapping[Role, Trace], where: str) -> None:
        """Show that the kernels of a core come to their ends, in every order.

        Raises :class:`~meshjit.errors.CodegenError`: MJ4150, MJ4153 or MJ4155 when two kernels share what one has for
        itself, MJ4151 for pages or MJ4156 for source registers that nobody takes, MJ4152 for kernels that wait for one
        another, MJ4153 for semaphores.
        """
        owners = tuple((*trace.sides.items(), trace.registers) for trace in traces.values())
        if owners not in self._owners:
            _alone(traces)
            self._owners.add(owners)
        streams = [self._streams.of(trace) for trace in traces.values()]
        events = tuple(stream.codes for stream in streams)
        if events not in self.proved:
            self._core(traces, streams, where)
            self.proved.add(events)

    def _core(self, traces: Mapping[Role, Trace], streams: Sequence[Stream], where: str) -> None:
        takers, setters = _semaphores(traces)
        for last in sorted(takers) or [None]:
            core = Core(traces, streams, self._layout)
            mode, repeats = _mode(traces, last), Repeats(core)
            while core.advance(mode):
                repeats.look()
            _ended(core, where)
            _balanced(core, where)
        for role in setters - takers:
            core = Core(traces, streams, self._layout)
            at = core.index[role]
            last = max(core.streams[at].last(event) for event in traces[role].distinct if event[0] == INIT)
            while core.next[at] <= last and core.advance(_mode(traces, role)):
                pass


def _mode(traces: Mapping[Role, Trace], last: Role | None) -> Mode:
    return Mode(tuple(role for role in traces if role != last), last)


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


def _semaphores(traces: Mapping[Role, Trace]) -> tuple[set[Role], set[Role]]:
    """The kernels that take from semaphores, and those that set them, for which it matters that they may be late. One
    kernel posts a semaphore and one takes from it, so nobody can take what another has waited for."""
    users: dict[tuple[int, int], Role] = {}
    for role, trace in traces.items():
        for kind, index, amount, word in trace.distinct:
            if kind in (POST, GET, ABOVE, BELOW, INIT):
                key = (GET if kind in (GET, ABOVE) else POST, index)
                if kind == INIT:
                    key = (INIT, index)
                    if amount & 15:
                        raise refuse(trace.image, "MJ4153", word, f"semaphore {index} does not start from 0", SYNC)
                if users.setdefault(key, role) != role:
                    what = f"semaphore {index} is {users[key].value}'s to {'take' if key[0] == GET else 'post'}"
                    raise refuse(trace.image, "MJ4153", word, what, SYNC)
    takers = {role for (kind, _), role in users.items() if kind == GET}
    for role in takers:
        _taken(traces[role])
    return takers, {role for (kind, _), role in users.items() if kind == INIT}


def _taken(trace: Trace) -> None:
    """A kernel waits before each time that it takes from a semaphore."""
    there = set[int]()
    for kind, index, _, word in trace.events:
        if kind == ABOVE:
            there.add(index)
        elif kind == GET:
            if index not in there:
                what = f"semaphore {index} may be taken from when it is 0"
                raise refuse(trace.image, "MJ4153", word, what, SYNC)
            there.remove(index)


def _ended(core: Core, where: str) -> None:
    """Refuse a core whose kernels have not all come to their ends (MJ4152)."""
    waiting = {
        role: sequence.events[at]
        for role, sequence, at in zip(core.roles, core.streams, core.next, strict=True)
        if at < len(sequence.events)
    }
    if not waiting:
        return
    lines = [
        f"{role.value}: {instruction(core.traces[role].image, event[3])}  ({_describe(core, *event[:3])})"
        for role, event in waiting.items()
    ]
    role, event = next(iter(waiting.items()))
    raise refuse(core.traces[role].image, "MJ4152", event[3], f"waits for ever on {where}", SYNC, lines)


def _describe(core: Core, kind: int, index: int, amount: int) -> str:
    state, layout = core.state, core.layout
    if kind in (RESERVE, WAIT):
        level = state[layout.number[index]]
        return f"{'room for' if kind == RESERVE else ''} {amount} pages of buffer {index}, level {level}".strip()
    if kind in (NEED, VALID):
        return f"Src{'AB'[index]}, {state[layout.valid + index]} banks filled"
    return f"semaphore {index}, value {state[layout.value + index]}, maximum {state[layout.most + index]}"


def _balanced(core: Core, where: str) -> None:
    """What was produced was consumed: popped, or kept whole to the end by a consumer that never pops."""
    state, layout = core.state, core.layout
    for index, i in layout.number.items():
        pushed, level = state[layout.received + i], state[i]
        if level and state[layout.seen + i] != level:
            raise _left(core, "MJ4151", PUSH, index, where, f"{pushed} pages, {pushed - level} are consumed")
    for index, value in enumerate(state[layout.value : layout.value + 8]):
        if value:
            raise _left(core, "MJ4153", POST, index, where, f"a semaphore that ends at {value}")
    for index, banks in enumerate(state[layout.valid : layout.valid + 2]):
        if banks:
            raise _left(core, "MJ4156", VALID, index, where, f"{banks} source registers that nobody uses")


def _left(core: Core, code: str, kind: int, index: int, where: str, what: str) -> CodegenError:
    image, word = next(
        (t.image, e[3]) for t in core.traces.values() for e in reversed(t.events) if e[0] == kind and e[1] == index
    )
    names = {PUSH: f"buffer {index}", POST: f"semaphore {index}", VALID: f"Src{'AB'[index % 2]}"}
    source = {PUSH: "NoC/Overlay/README.md", POST: SYNC, VALID: "TensixCoprocessor/SrcASrcB.md"}[kind]
    return refuse(image, code, word, f"{names[kind]} on {where}: {what}", source)
