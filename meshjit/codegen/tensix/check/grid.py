"""Cores that multicast to one another: in every order they come to their ends, and multicasts find room.

Kernels' events do not depend on timing (:mod:`~meshjit.codegen.tensix.check.follow`), and each core alone, every word
that it waits for taken to come, comes to its end (:mod:`~meshjit.codegen.tensix.check.network`). The rest is here.

**Channels.** A channel is a sender S, its receivers R, a word ``free`` of S that only the receivers add to, and a word
``valid`` of each R that only S tells. The events of each kernel alone show that in step s = 1, 2, ..., of as many steps
on all sides, and with no other use of these words but that they are cleared after the last,

- each R adds 1 to ``free``, then waits until ``valid`` is s;
- S waits until ``free`` is s times the number of receivers, writes pages, makes its own ``valid`` s and tells each R
  once (when the pages have arrived: MJ4155).

By induction over s, for every timing: when S passes its wait of step s, every R has added s times and none has passed
its own wait of step s, since S has told nobody. So ``free`` is what S waits for until it goes on. No R adds again
before it has passed, so S waits in step s + 1, and ``valid`` stays s, until all have passed. No wait is passed over:
each might as well be one for *at least* that many steps. And what S writes in step s is under way only while every R is
between its addition and its wait of step s. Whether the pages are free there meanwhile is a matter of the events of R's
kernel alone, which has waited for them before it adds and does not give them away before it has waited.

**Nobody waits for ever.** Now all waits are for counts that only others raise: what can happen stays possible until it
happens, and if one order comes to its end, all do. All channels of a core are one kernel's. A wait for a word that
another kernel of the same core sets is the last thing that its kernel does, and the word is set once. Let everything
have happened that can. If on some core the kernel with the channels had neither ended nor waited for another core, no
kernel of that core could go on when the core is alone, either, and it was shown to come to its end. So only waits of
channels can be left, and whether they are is a matter of the calls to channels alone, in one order. Cores that make the
same calls make them together in it, whenever all that any of them waits for is there; so one of each is followed. That
is an order of the cores; if it does not come to its end, all cores are followed.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence

from meshjit.codegen.tensix.check.channels import Channel, Channels, Traces
from meshjit.codegen.tensix.check.events import SET, Place, Remote, Trace
from meshjit.codegen.tensix.check.report import instruction, refuse
from meshjit.codegen.tensix.check.scripts import ATOMICS, ROOM, TELLS, THERE, Script, Use, locally, read
from meshjit.ir.program import CircularBuffer

ORDERING = "NoC/Ordering.md"
#: Cores that a message shows.
_SHOWN = 8
#: A core's channel kernel.
Talker = tuple[Trace, Script]
#: A channel's end on the cores of a colour.
Seat = tuple[int, int]


class Grid:
    """The cores of a program, device by device. What was seen of kernels that are alike is kept."""

    def __init__(self, buffers: Sequence[CircularBuffer]) -> None:
        self._buffers = buffers
        self._scripts: dict[tuple[int, tuple[Use, ...]], Talker] = {}
        self._fitting: dict[Hashable, frozenset[int]] = {}
        self._local = set[tuple[int, ...]]()

    def prove(self, cores: Mapping[Place, Traces], device: int) -> None:
        """Show that cores that tell each other something come to their ends together; ``cores`` are by NoC 0
        coordinate.

        Raises :class:`~meshjit.errors.CodegenError`: MJ4152 where that cannot be shown, MJ4153 for words that may be
        passed over or are not cleared, MJ4154 for pages multicast where there may be no room.
        """
        channels = Channels(cores)
        talkers: dict[Place, Talker] = {}
        for place, traces in cores.items():
            talker = self._talker(place, traces, channels, f"core {place} (NoC 0) of device {device}")
            if talker is not None:
                talkers[place] = talker
        filled: dict[tuple[Place, int], Channel] = {}
        for channel in channels.found:
            self._steps(channel, talkers, filled)
        _come_to_ends(channels.found, talkers, device)

    def _talker(self, place: Place, traces: Traces, channels: Channels, where: str) -> Talker | None:
        """The channel kernel of a core."""
        found: list[Talker] = []
        for trace in traces.values():
            if trace.remote:
                uses = channels.uses(place, trace)
                known = self._scripts.get((id(trace.events), uses))
                if known is None:  # the trace is kept, so that its events' id stays their own
                    known = self._scripts[id(trace.events), uses] = trace, read(trace, uses, self._buffers, where)
                found.append((trace, known[1]))
        alike = tuple(id(script) for _, script in found)
        if alike not in self._local:
            locally(found, where)
            self._local.add(alike)
        talkers = [(trace, script) for trace, script in found if script.talks is not None]
        for trace, script in talkers[1:]:
            what = f"another kernel of {where} talks to other cores, too: that they come to their ends is not shown"
            raise refuse(trace.image, "MJ4152", script.talks or 0, what, ATOMICS)
        return talkers[0] if talkers else None

    def _steps(
        self, channel: Channel, talkers: Mapping[Place, Talker], filled: dict[tuple[Place, int], Channel]
    ) -> None:
        """All receivers make the sender's steps, and have room for what it writes."""
        trace, script = talkers[channel.sender]
        reached: dict[Place, list[int]] = {place: [] for place in channel.receivers}
        for number in dict.fromkeys(number for step in dict.fromkeys(script.casts[channel.free]) for number in step):
            for place in trace.remote[number].cores:
                if place not in reached:
                    what = f"multicasts to {place}, which does not say that it has room there"
                    raise refuse(trace.image, "MJ4154", _word(trace, number), what, ORDERING)
                reached[place].append(number)
        for place, numbers in reached.items():
            other, steps, made = talkers[place], script.casts[channel.free], talkers[place][1].windows[channel.valid]
            if len(steps) != len(made):
                what = f"waits for ever: {channel.sender} makes {len(steps)} steps, {place} {len(made)}"
                word = next(w for call, end, w in other[1].calls if (call, end) == (THERE, channel.valid))
                raise refuse(other[0].image, "MJ4152", word, what, ATOMICS)
            key = id(script), channel.free, *numbers, id(other[1]), channel.valid
            if key not in self._fitting:
                self._fitting[key] = frozenset(self._fit(channel, talkers[channel.sender], numbers, place, other[1]))
            for buffer in self._fitting[key]:
                if filled.setdefault((place, buffer), channel) is not channel:
                    what = f"multicasts to buffer {buffer} of {place}, as {filled[place, buffer].sender} does"
                    raise refuse(trace.image, "MJ4154", _word(trace, numbers[0]), what, ORDERING)

    def _fit(
        self, channel: Channel, sender: Talker, numbers: Sequence[int], place: Place, receiver: Script
    ) -> Iterator[int]:
        """The buffers in which writes ``numbers`` find room at a receiver in each step."""
        trace, script = sender
        pages = {number: self._pages(trace.remote[number]) for number in numbers}
        for writes, windows in set(zip(script.casts[channel.free], receiver.windows[channel.valid], strict=True)):
            for number in writes:
                if number not in pages:
                    continue
                buffer, first, count = pages[number]
                fits = buffer >= 0 and receiver.sides.get(self._buffers[buffer].index)
                if fits:
                    size, (start, free) = self._buffers[buffer].num_pages, windows[buffer]
                    fits = free >= size or (first - start) % size + count <= free
                if not fits:
                    what = (
                        f"multicasts to {trace.remote[number].first:#x} of {place}, which may not have room there yet"
                    )
                    raise refuse(trace.image, "MJ4154", _word(trace, number), what, ORDERING)
                yield self._buffers[buffer].index

    def _pages(self, what: Remote) -> tuple[int, int, int]:
        """The number of the buffer (-1: none), the first page and the number of pages that a write reaches."""
        for i, buffer in enumerate(self._buffers):
            first, last = ((at - buffer.address) // buffer.page_bytes for at in (what.first, what.end - 1))
            if first >= 0 and last < buffer.num_pages:
                return i, first, last - first + 1
        return -1, 0, 0


def _word(trace: Trace, number: int) -> int:
    """The word of the first event that is ``number`` of ``trace.remote``."""
    return next(word for kind, index, _, word in trace.distinct if kind >= SET and index == number)


class _Run:
    """The calls of channel kernels in one order: cores of a colour make the same calls, and make them together, when
    all that any of them waits for has come."""

    def __init__(
        self, channels: Sequence[Channel], talkers: Mapping[Place, Talker], colours: Mapping[Place, int]
    ) -> None:
        #: One core of each colour.
        self._cores: dict[int, Place] = {}
        for place, colour in colours.items():
            self._cores.setdefault(colour, place)
        self._talkers = {colour: talkers[place] for colour, place in self._cores.items()}
        self._others: dict[Seat, set[Seat]] = {}
        for channel in channels:
            sender = colours[channel.sender], channel.free
            for place in channel.receivers:
                receiver = colours[place], channel.valid
                self._others.setdefault(sender, set()).add(receiver)
                self._others.setdefault(receiver, set()).add(sender)
        #: Steps that a channel's end has made so far, and those that it has waited for.
        self._made = dict.fromkeys(self._others, 0)
        self._waited = dict.fromkeys(self._others, 0)
        self._next = dict.fromkeys(self._cores, 0)
        while any([self._advance(colour) for colour in self._cores]):
            pass

    def waiting(self) -> dict[Place, tuple[int, int, int]]:
        """The calls at which the first cores of colours wait for ever."""
        calls = {colour: script.calls for colour, (_, script) in self._talkers.items()}
        left = {colour: at for colour, at in self._next.items() if at < len(calls[colour])}
        return {self._cores[colour]: calls[colour][at] for colour, at in left.items()}

    def _advance(self, colour: int) -> bool:
        """Go on until the colour waits; whether anything moved."""
        calls, start = self._talkers[colour][1].calls, self._next[colour]
        made, waited, others = self._made, self._waited, self._others
        at, end = start, len(calls)
        while at < end:
            what, name, _ = calls[at]
            seat = colour, name
            if what in (ROOM, TELLS):
                made[seat] += 1
            else:
                step = waited[seat] + 1
                if any([made[other] < step for other in others[seat]]):
                    break
                waited[seat] = step
            at += 1
        self._next[colour] = at
        return at > start


def _come_to_ends(channels: Sequence[Channel], talkers: Mapping[Place, Talker], device: int) -> None:
    """Refuse (MJ4152) if channel kernels wait for one another for ever."""
    calls: dict[Hashable, int] = {}
    kinds = {id(script): script for _, script in talkers.values()}
    kind = {key: calls.setdefault(tuple((a, b) for a, b, _ in s.calls), len(calls)) for key, s in kinds.items()}
    if not _Run(channels, talkers, {place: kind[id(script)] for place, (_, script) in talkers.items()}).waiting():
        return
    waiting = _Run(channels, talkers, {place: i for i, place in enumerate(talkers)}).waiting()
    lines = [
        f"core {place}: {instruction(talkers[place][0].image, word)}  (the channel of the word at {end:#x})"
        for place, (_, end, word) in waiting.items()
    ]
    for place, (_, _, word) in waiting.items():
        what = f"waits for ever on core {place} (NoC 0) of device {device}"
        raise refuse(talkers[place][0].image, "MJ4152", word, what, ATOMICS, lines[:_SHOWN])
