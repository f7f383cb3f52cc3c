"""Channels between cores: a sender's word that its receivers add to, and the word of each that the sender tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from meshjit.codegen.tensix.check.events import ADD, AWAIT, CAST, SET, TELL, Place, Remote, Trace
from meshjit.codegen.tensix.check.report import refuse
from meshjit.codegen.tensix.check.scripts import ATOMICS, CLEAR, FREE, LOCAL, ROOM, STEP, TELLS, THERE, WRITE, Use
from meshjit.errors import CodegenError
from meshjit.ir.program import Role

Traces = Mapping[Role, Trace]
#: A word of a core's L1.
Cell = tuple[Place, int]
#: An instruction, for messages.
At = tuple[Trace, int]


@dataclass(frozen=True, eq=False)
class Channel:
    """The receivers add to the word ``free`` of the sender, which tells them its word ``valid``."""

    sender: Place
    free: int
    valid: int
    receivers: tuple[Place, ...]


@dataclass(frozen=True)
class End:
    """What a core's word is to a channel: the sender's ``free`` (with the number of receivers) or ``valid`` (without),
    or a receiver's ``valid``. ``name`` is the address of the word that the core waits for."""

    name: int
    sends: bool
    receivers: int = 0


class Channels:
    """The channels of cores at NoC 0 coordinates.

    Raises :class:`~meshjit.errors.CodegenError`: MJ4152 for words that nobody changes and somebody waits for, MJ4153
    where words do not make up channels, MJ4154 for requests to where no core of the program is.
    """

    def __init__(self, cores: Mapping[Place, Traces]) -> None:
        self._cores = cores
        self._added: dict[Cell, dict[Place, At]] = {}
        self._tells: dict[Cell, dict[Place, At]] = {}
        self._told: dict[Cell, Place] = {}
        self._waits: dict[Cell, At] = {}
        #: What the words of a core are, by address; and of which channel (by the receiver's word) additions are.
        self.ends: dict[Place, dict[int, End]] = {place: {} for place in cores}
        self._rooms: dict[tuple[Place, Cell], int] = {}
        for place, traces in cores.items():
            for trace in traces.values():
                self._read(place, trace)
        self._changed()
        self.found = list(self._pair())
        for channel in self.found:
            self._join(channel)

    def uses(self, place: Place, trace: Trace) -> tuple[Use, ...]:
        """What each of ``trace.remote`` is to the channels of its core."""
        ends, out = self.ends[place], [Use(LOCAL)] * len(trace.remote)
        for kind, index, _, word in trace.distinct:
            if kind >= SET:
                what = trace.remote[index]
                out[index] = self._use(place, trace, kind, what, word, ends.get(what.first))
        return tuple(out)

    # ---- which words belong together ----

    def _read(self, place: Place, trace: Trace) -> None:
        """Collect what a kernel says to other cores."""
        numbers = set[int]()
        for kind, index, _, word in trace.distinct:
            if kind <= SET or index in numbers:
                continue
            numbers.add(index)
            what = trace.remote[index]
            for other in what.cores:
                if other not in self._cores:
                    text = f"sends to {other}, where no core of the program is"
                    raise refuse(trace.image, "MJ4154", word, text, "NoC/Coordinates.md")
            if kind == AWAIT:
                self._waits.setdefault((place, what.first), (trace, word))
            elif kind == ADD:
                for other in what.cores:
                    self._added.setdefault((other, what.first), {})[place] = trace, word
            elif kind == TELL:
                for other in what.cores:
                    told = self._tells.setdefault((place, what.first), {})
                    if other in told or self._told.setdefault((other, what.first), place) != place:
                        raise self._twice(other, what.first, trace, word)
                    told[other] = trace, word

    def _twice(self, place: Place, address: int, trace: Trace, word: int) -> CodegenError:
        what = f"tells {place} of the word at {address:#x}, of which it is told before it has waited for it"
        return refuse(trace.image, "MJ4153", word, what, ATOMICS)

    def _changed(self) -> None:
        """Every word that is waited for is one that somebody changes."""
        sets = {
            (place, trace.remote[e[1]].first)
            for place, traces in self._cores.items()
            for trace in traces.values()
            for e in trace.distinct
            if e[0] == SET and trace.remote[e[1]].value > 0
        }
        for (place, address), (trace, word) in self._waits.items():
            if not any((place, address) in words for words in (self._added, self._told, sets)):
                what = f"waits for ever: nobody changes the word at {address:#x} of {place}"
                raise refuse(trace.image, "MJ4152", word, what, ATOMICS)

    def _pair(self) -> Iterator[Channel]:
        """The sender's words that have the same cores on their other sides, in the order in which it uses them."""
        left = {cell: self._added[cell] for cell in (*self._waits, *self._added) if cell in self._added}
        for (sender, valid), told in self._tells.items():
            free = next((a for (s, a), adds in left.items() if s == sender and adds.keys() == told.keys()), None)
            if free is None:
                trace, word = next(iter(told.values()))
                what = f"multicasts to cores of which not all tell {sender} that they have room there, or others do too"
                raise refuse(trace.image, "MJ4154", word, what, "NoC/Ordering.md")
            del left[sender, free]
            yield Channel(sender, free, valid, tuple(told))
        for (sender, address), adds in left.items():
            place, (trace, word) = next(iter(adds.items()))
            what = f"adds from {place} to the word at {address:#x} of {sender}, which tells it nothing"
            raise refuse(trace.image, "MJ4153", word, what, ATOMICS)

    def _join(self, channel: Channel) -> None:
        sender, free, valid = channel.sender, channel.free, channel.valid
        ends = [(sender, free, End(free, True, len(channel.receivers))), (sender, valid, End(free, True))]
        ends += [(place, valid, End(valid, False)) for place in channel.receivers]
        for place, address, end in ends:
            if self.ends[place].setdefault(address, end) != end:
                trace, word = self._tells[sender, valid][channel.receivers[0]]
                what = f"tells others of the word at {valid:#x}: that at {address:#x} of {place} is of two channels"
                raise refuse(trace.image, "MJ4153", word, what, ATOMICS)
        for place in channel.receivers:
            self._rooms[place, (sender, free)] = valid

    # ---- what events are to them ----

    def _use(self, place: Place, trace: Trace, kind: int, what: Remote, word: int, end: End | None) -> Use:
        if kind == CAST:
            return Use(WRITE)
        if kind == ADD:
            if what.value != 1 or len(what.cores) != 1:
                raise self._amount(trace, word, f"adds {what.value} on {len(what.cores)} cores", 1)
            return Use(ROOM, self._rooms[place, (what.cores[0], what.first)])
        if end is None:
            return Use(LOCAL)
        if kind == TELL:
            return Use(TELLS, end.name)
        if kind == AWAIT:
            each = end.receivers if end.sends else 1
            if what.value != each:
                raise self._amount(trace, word, f"waits for {what.value} more", each)
            return Use(FREE if end.sends else THERE, end.name)
        step = end.sends and not end.receivers and what.value == 1
        return Use(STEP if step else CLEAR, end.name)

    def _amount(self, trace: Trace, word: int, what: str, each: int) -> CodegenError:
        return refuse(trace.image, "MJ4153", word, f"{what}, where each step of a channel needs {each}", ATOMICS)
