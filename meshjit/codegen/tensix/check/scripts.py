"""What one kernel says to other cores and waits for, in its own order: one step of a channel after the other.

Here are the checks of :mod:`~meshjit.codegen.tensix.check.grid` that one kernel's events decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from meshjit.codegen.tensix.check.events import AWAIT, CAST, PUSH, RESERVE, SET, Trace
from meshjit.codegen.tensix.check.report import refuse
from meshjit.errors import CodegenError
from meshjit.ir.program import CircularBuffer

ATOMICS = "NoC/Atomics.md"
#: What an event is to a channel. Its receivers say that they have ROOM, and wait until pages are THERE; its sender
#: waits until room is FREE everywhere, WRITEs pages, makes its own word the STEP's number, and TELLS it. Either ends
#: with CLEAR. LOCAL words are between the kernels of one core.
ROOM, THERE, FREE, WRITE, STEP, TELLS, CLEAR, LOCAL = range(8)
#: Where a channel's end is: between steps, in a step, in a step that others may have been told of, or cleared.
_IDLE, _OPEN, _SAID, _CLEARED = range(4)
#: Where in a ring pages begin, and how many there are.
Window = tuple[int, int]


class Use(NamedTuple):
    """What an event of a word or of other cores is to a channel, and the channel's end (see :class:`Script`)."""

    what: int
    end: int = 0


class Said(NamedTuple):
    """A SET or AWAIT of a word between the kernels of a core; ``value`` is what the kernel says it is or waits for."""

    kind: int
    address: int
    value: int
    word: int


class Script:
    """What a kernel says and waits for. A channel's end is named by the address of the word that it waits for.

    ``calls``: ROOM, THERE, FREE and, when the last has been told, TELLS; each with the channel's end and the event's
    word. ``windows``: for each step received, and each buffer, the pages that are the kernel's from ROOM to THERE.
    ``casts``: for each step sent, the numbers of what is written. ``talks``: the word of an event of a channel, None
    when there is none.
    """

    def __init__(self, trace: Trace) -> None:
        self.sides = trace.sides
        self.calls: list[tuple[int, int, int]] = []
        self.windows: dict[int, list[tuple[Window, ...]]] = {}
        self.casts: dict[int, list[tuple[int, ...]]] = {}
        self.talks: int | None = None
        self.local: list[Said] = []


def read(trace: Trace, uses: Sequence[Use], buffers: Sequence[CircularBuffer], where: str) -> Script:
    """Read a kernel's events; ``uses`` says what each of ``trace.remote`` is.

    Raises :class:`~meshjit.errors.CodegenError`: MJ4154 for pages that may be written when they are not the kernel's,
    or without leave, MJ4153 for steps that are not as a channel's are and for words that are not cleared.
    """
    return _Reader(trace, uses, buffers, where).run()


class _Reader:
    def __init__(self, trace: Trace, uses: Sequence[Use], buffers: Sequence[CircularBuffer], where: str) -> None:
        self.trace = trace
        self.uses = uses
        self.buffers = buffers
        self.where = where
        self.script = Script(trace)
        self.told = [0] * len(buffers)
        #: The pages that were the kernel's so far, those that it has given away too.
        self.granted = [b.num_pages for b in buffers]
        self.room: dict[int, list[int]] = {}
        self.state: dict[int, int] = {}
        self.said: dict[int, int] = {}
        #: The end whose pages are being written, the writes of steps that are not over, and for each end what it has
        #: to tell in each step, and still has.
        self.writing = 0
        self.steps: dict[int, list[int]] = {}
        self.tells: dict[int, set[int]] = {}
        for number, use in enumerate(uses):
            if use.what == TELLS:
                self.tells.setdefault(use.end, set()).add(number)
        self.left: dict[int, set[int]] = {}

    def run(self) -> Script:
        """The kernel's script."""
        number = {b.index: i for i, b in enumerate(self.buffers)}
        told, granted, over = self.told, self.granted, None
        for at, (kind, index, amount, word) in enumerate(self.trace.events):
            if kind == RESERVE:
                i = number[index]
                granted[i] = max(granted[i], told[i] + amount)
            elif kind == PUSH:
                told[number[index]] += amount
            elif kind == CAST:
                self._write(index, word)
            elif kind >= SET:
                use = self.uses[index]
                if use.what != LOCAL:
                    self.script.talks = word
                    self._talk(use, index, word)
                elif self._local(kind, index, word) and over is None:
                    over = at
        self._finish(over)
        return self.script

    def refuse(self, code: str, word: int, what: str, source: str = ATOMICS) -> CodegenError:
        """The error for the instruction at ``word``."""
        return refuse(self.trace.image, code, word, f"{what}, on {self.where}", source)

    def _talk(self, use: Use, index: int, word: int) -> None:
        what, end = use
        state = self.state.setdefault(end, _IDLE)
        if state == _CLEARED and what != CLEAR:
            raise self.refuse("MJ4153", word, "goes on after having cleared the channel's words")
        if what == CLEAR:
            self._clear(end, state, index, word)
        elif what in (ROOM, THERE):
            self._receive(what, end, state, index, word)
        else:
            self._send(what, end, state, index, word)

    def _say(self, index: int) -> int:
        """What the kernel says that a word is."""
        what = self.trace.remote[index]
        self.said[what.first] = self.said.get(what.first, 0) + what.value
        return self.said[what.first]

    def _receive(self, what: int, end: int, state: int, index: int, word: int) -> None:
        if what == ROOM:
            if state == _OPEN:
                raise self._unwaited(word)
            self.room[end] = self.granted[:]
            self.state[end] = _OPEN
        else:
            if state != _OPEN:
                raise self.refuse("MJ4153", word, "waits for pages without having said that there is room for them")
            self._say(index)
            self.state[end] = _IDLE
            free = zip(self.buffers, self.told, self.room[end], strict=True)
            window = tuple((told % b.num_pages, min(granted - told, b.num_pages)) for b, told, granted in free)
            self.script.windows.setdefault(end, []).append(window)
        self.script.calls.append((what, end, word))

    def _unwaited(self, word: int) -> CodegenError:
        what = "says that there is room for a multicast, and goes on without waiting for it"
        return self.refuse("MJ4154", word, what, "NoC/Ordering.md")

    def _write(self, index: int, word: int) -> None:
        step = self.steps.get(self.writing)
        if step is None:
            what = f"multicasts to {self.trace.remote[index].first:#x}: others may not have room there yet"
            raise self.refuse("MJ4154", word, what, "NoC/Ordering.md")
        step.append(index)

    def _send(self, what: int, end: int, state: int, index: int, word: int) -> None:
        if what == FREE:
            if state != _IDLE:
                raise self.refuse("MJ4153", word, "waits for room again before it has told all of the last pages")
            self._say(index)
            self.writing = end
            self.steps[end] = []
            self.state[end] = _OPEN
        elif what == STEP:
            if state != _OPEN:
                raise self.refuse("MJ4153", word, "says that pages are there without having waited for room")
            self._say(index)
            self.script.casts.setdefault(end, []).append(tuple(self.steps.pop(end)))
            self.left[end] = set(self.tells[end])
            self.state[end] = _SAID
            return
        else:
            if state != _SAID or index not in self.left[end]:
                raise self.refuse("MJ4153", word, "tells others of a word that has not changed since")
            self.left[end].remove(index)
            if self.left[end]:
                return
            self.state[end] = _IDLE
        self.script.calls.append((what, end, word))

    def _clear(self, end: int, state: int, index: int, word: int) -> None:
        if state == _OPEN and end not in self.steps:
            raise self._unwaited(word)
        if state in (_OPEN, _SAID):
            raise self.refuse("MJ4153", word, "clears a word before its step is over")
        value = self._say(index)
        if value:
            raise self._left(self.trace.remote[index].first, value, word)
        self.state[end] = _CLEARED

    def _left(self, address: int, value: int, word: int) -> CodegenError:
        what = f"the word at {address:#x} ends at {value}: the next launch would start from it"
        return self.refuse("MJ4153", word, what)

    def _local(self, kind: int, index: int, word: int) -> bool:
        """Whether an event of a word between kernels of a core waits."""
        address = self.trace.remote[index].first
        self.script.local.append(Said(kind, address, self._say(index), word))
        return kind == AWAIT

    def _finish(self, over: int | None) -> None:
        """The kernel has ended; it waited for a word of its own core at event ``over``."""
        events, remote = self.trace.events, self.trace.remote
        for end, state in self.state.items():
            if state == _OPEN and end not in self.steps:
                raise self._unwaited(self._last(ROOM, end))
            if state in (_OPEN, _SAID):
                raise self.refuse("MJ4153", self._last(FREE, end), "ends before it has told all of the last pages")
        local = {said.address for said in self.script.local}
        for address, value in self.said.items():
            if value and address not in local:
                word = next(e[3] for e in reversed(events) if e[0] >= SET and remote[e[1]].first == address)
                raise self._left(address, value, word)
        if over is None:
            return
        address = remote[events[over][1]].first
        for kind, index, _, word in events[over + 1 :]:
            if kind != SET or remote[index].first != address:
                raise self.refuse("MJ4152", word, f"has more to do after having waited for {address:#x}")

    def _last(self, what: int, end: int) -> int:
        """The word of the last call of a kind."""
        return next(word for call, other, word in reversed(self.script.calls) if (call, other) == (what, end))


def locally(scripts: Sequence[tuple[Trace, Script]], where: str) -> None:
    """Refuse words between the kernels of a core unless one sets a word, once, and one waits for it and clears it, or
    one has it for itself and clears it.

    Raises :class:`~meshjit.errors.CodegenError`: MJ4152 for waits without end, MJ4153 for words that are not cleared.
    """
    users: dict[int, list[tuple[Trace, list[Said]]]] = {}
    for trace, script in scripts:
        for address in dict.fromkeys(said.address for said in script.local):
            said = [s for s in script.local if s.address == address]
            users.setdefault(address, []).append((trace, said))
    for address, found in users.items():
        found.sort(key=lambda user: any(said.kind == AWAIT for said in user[1]))
        trace, last = found[-1]
        if last[-1].value:
            what = f"the word at {address:#x} of {where} ends at {last[-1].value}: the next launch would start from it"
            raise refuse(trace.image, "MJ4153", last[-1].word, what, ATOMICS)
        if len(found) == 1 and all(said.kind == SET for said in last):
            continue
        if len(found) != 2 or len(found[0][1]) != 1 or [said.kind for said in last] != [AWAIT, SET]:
            what = f"the word at {address:#x} of {where} is not set once by one kernel and waited for once by another"
            raise refuse(trace.image, "MJ4153", last[-1].word, what, ATOMICS)
        becomes = found[0][1][0].value
        if becomes != last[0].value:
            what = f"waits for ever on {where} for {last[0].value} at {address:#x}, which becomes {becomes}"
            raise refuse(trace.image, "MJ4152", last[0].word, what, ATOMICS)
