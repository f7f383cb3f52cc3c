"""Cores that tell each other something: they come to their ends together, and multicasts find room.

A multicast's pages must be free at every receiver, and a word that is waited for must not pass the value. These are no
matter of counters alone, so they are asked of four orders of cores and kernels, opposite to one another, not of all.
Groups of cores that have nothing to do with one another are looked at one by one, and one of those that are alike.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import cache

from meshjit.codegen.tensix.check.cores import Core, Layout, Mode
from meshjit.codegen.tensix.check.events import ADD, AWAIT, CAST, SET, TELL, Place, Range, Trace
from meshjit.codegen.tensix.check.network import ended
from meshjit.codegen.tensix.check.repeats import Link, Repeats
from meshjit.codegen.tensix.check.report import refuse
from meshjit.codegen.tensix.check.steps import Kind, Member
from meshjit.codegen.tensix.check.streams import Streams
from meshjit.errors import CodegenError
from meshjit.ir.program import CircularBuffer, Role

Traces = Mapping[Role, Trace]


def prove_together(
    cores: Mapping[Place, Traces],
    streams: Streams,
    buffers: Sequence[CircularBuffer],
    device: int,
    proved: set[object],
) -> None:
    """Show that cores that tell each other something come to their ends together.

    ``cores`` are by NoC 0 coordinate; ``proved`` has the groups that were looked at before. Raises as
    :func:`~meshjit.codegen.tensix.check.network.prove`, and MJ4154 for pages multicast where there may be no room.
    """
    for group in _groups(cores):
        alike = _shape(group, streams)
        if alike not in proved:
            proved.add(alike)
            _prove_group(group, streams, buffers, device)


def _groups(cores: Mapping[Place, Traces]) -> Iterator[dict[Place, Traces]]:
    """Cores that tell each other something, in the order of ``cores``."""
    near: dict[Place, set[Place]] = {place: set() for place in cores}
    for place, traces in cores.items():
        for other in {o for t in traces.values() for what in t.remote for o in what.cores if o in cores}:
            near[place].add(other)
            near[other].add(place)
    left = dict(cores)
    while left:
        group, todo = set[Place](), [next(iter(left))]
        while todo:
            place = todo.pop()
            if place not in group:
                group.add(place)
                todo += near[place]
        yield {place: traces for place, traces in cores.items() if place in group}
        for place in group:
            del left[place]


def _shape(group: Mapping[Place, Traces], streams: Streams) -> object:
    """What a group does, whatever its places."""
    number = {place: i for i, place in enumerate(group)}
    return tuple(
        (streams.of(trace).codes, tuple(tuple(number.get(o, -1) for o in what.cores) for what in trace.remote))
        for traces in group.values()
        for trace in traces.values()
    )


def _prove_group(
    group: Mapping[Place, Traces], streams: Streams, buffers: Sequence[CircularBuffer], device: int
) -> None:
    layout = Layout(buffers, _words(group))
    kinds: dict[object, Kind] = {}
    numbers: dict[Hashable, int] = {}
    for run in (_oldest_first, _newest_first, _readers_first, _readers_of_the_last_first):
        members: list[Member] = []
        for place, traces in group.items():
            sequences = [streams.of(trace) for trace in traces.values()]
            key = tuple(id(s) for s in sequences)
            if key not in kinds:
                kinds[key] = Kind(Core(traces, sequences, layout), numbers)
            members.append(Member(kinds[key], traces, place))
        run(_World(members))
        for member in members:
            where = f"core {member.place} (NoC 0) of device {device}"
            core = Core(member.traces, member.streams, layout)
            core.move(member.next, member.state)
            ended(core, where)
            for address in layout.gaps:
                if value := core.value(address):
                    raise _word_left(core, address, f"the word at {address:#x} of {where} ends at {value}")


def _words(group: Mapping[Place, Traces]) -> list[tuple[Role | None, int]]:
    """The words that the kernels of a group set, wait for, or tell others of."""
    own: dict[tuple[Role | None, int], None] = {}
    told: dict[int, None] = {}
    for traces in group.values():
        for role, trace in traces.items():
            for kind, index, *_ in trace.distinct:
                if kind in (SET, AWAIT):
                    own[role, trace.remote[index].first] = None
                elif kind in (ADD, TELL):
                    told[trace.remote[index].first] = None
    said = {address for _, address in own}
    return [*own, *[(None, address) for address in told if address not in said]]


class _World:
    """Cores that tell each other something."""

    def __init__(self, cores: Sequence[Member]) -> None:
        self.cores = cores
        self.by_place = {core.place: i for i, core in enumerate(cores)}
        self._reach: dict[tuple[int, int, int], list[int]] = {}
        self.repeats = Repeats(cores, list(self._links()))

    def _links(self) -> Iterator[Link]:
        """Words that one core copies to another: what was last said of them has to grow alike."""
        for number, core in enumerate(self.cores):
            layout = core.layout
            for trace in core.traces.values():
                for kind, index, *_ in trace.distinct:
                    if kind == TELL:
                        first, *others = layout.gaps[trace.remote[index].first]
                        for place in trace.remote[index].cores:
                            if place in self.by_place:
                                for slot in (first, *others):
                                    yield number, self.by_place[place], first + layout.to_base, slot + layout.to_base

    def tell(self, number: int) -> list[int]:
        """Do to the others what a core has for them; their numbers."""
        core, told = self.cores[number], dict[int, None]()
        if not core.effects:
            return []
        for kernel, kind, index, word, value in core.effects:
            trace = core.kernels[kernel]
            what = trace.remote[index]
            reached = self._reached(number, kernel, index, word)
            told.update(dict.fromkeys(reached))
            if kind == CAST:
                touched = Range(what.first, what.end)
                for now in {self.cores[other].now for other in reached}:
                    if not now.has_room(touched):
                        place = next(self.cores[other].place for other in reached if self.cores[other].now is now)
                        text = f"multicasts to {what.first:#x} of {place}, which may not have room there yet"
                        raise refuse(trace.image, "MJ4154", word, text, "NoC/Ordering.md")
                continue
            for other in (self.cores[i] for i in reached):
                other.words[what.first] = value if kind == TELL else other.value(what.first) + what.value
        core.effects = []
        return list(told)

    def _reached(self, number: int, kernel: int, index: int, word: int) -> list[int]:
        """The cores that a request of a core goes to."""
        known = number, kernel, index
        if known not in self._reach:
            trace = self.cores[number].kernels[kernel]
            for place in trace.remote[index].cores:
                if place not in self.by_place:
                    text = f"sends to {place}, where no core of the program is"
                    raise refuse(trace.image, "MJ4154", word, text, "NoC/Coordinates.md")
            self._reach[known] = [self.by_place[place] for place in trace.remote[index].cores]
        return self._reach[known]


@cache
def _mode(roles: tuple[Role, ...]) -> Mode:
    """What was seen in one order serves in the others, too."""
    return Mode(roles)


def _oldest_first(world: _World, *, newest: bool = False) -> None:
    """Whoever was told something first goes on first, as far as it can."""
    mode = _mode(tuple(world.cores[0].traces))
    todo = deque(range(len(world.cores)))
    while todo:
        number = todo.pop() if newest else todo.popleft()
        if not number:
            world.repeats.look(tuple(todo))
        while world.cores[number].advance(mode):
            pass
        todo.extend(other for other in world.tell(number) if other not in todo)


def _newest_first(world: _World) -> None:
    """Whoever was told something last goes on first."""
    _oldest_first(world, newest=True)


def _readers_first(world: _World) -> None:
    """Readers go on as far as they can before anybody consumes, and then one core at a time consumes until it has given
    pages back."""
    cores, reader = world.cores, _mode((Role.NCRISC,))
    consumer = _mode(tuple(role for role in cores[0].traces if role is not Role.NCRISC))
    todo, consumers, idle = deque(range(len(cores))), deque(range(len(cores))), 0
    while idle < len(cores):
        if not consumers[0]:
            world.repeats.look((tuple(todo), idle))
        while todo:
            number = todo.popleft()
            while cores[number].advance(reader):
                pass
            todo.extend(other for other in world.tell(number) if other not in todo)
        number = consumers[0]
        consumers.rotate(-1)
        idle = 0 if cores[number].advance(consumer) else idle + 1
        todo.append(number)


def _readers_of_the_last_first(world: _World) -> None:
    """As :func:`_readers_first`, the last core before the first."""
    _readers_first(_World(world.cores[::-1]))


def _word_left(core: Core, address: int, what: str) -> CodegenError:
    """The error for a word from which the next launch would start: shown at the last wait for it."""
    image, word = next(
        ((t.image, e[3]) for t in core.traces.values() for e in reversed(t.events)
         if e[0] in (AWAIT, SET) and t.remote[e[1]].first == address),
        next((t.image, 0) for t in core.traces.values()),
    )  # fmt: skip
    return refuse(image, "MJ4153", word, f"{what}, and the next launch would start from it", "NoC/Atomics.md")
