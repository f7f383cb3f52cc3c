"""Cores that multicast to one another, made up, and run in random orders: what really happens, whatever is proved.

Every event happens by itself, and every message between cores arrives some time later. What the checker shows of one
kernel's transfers is taken to hold: words are told when pages have arrived, and change when they have been told.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from meshjit.arch import WORMHOLE
from meshjit.codegen.tensix.check.events import (
    ADD,
    AWAIT,
    CAST,
    POP,
    PUSH,
    RESERVE,
    SET,
    TELL,
    WAIT,
    Event,
    Place,
    Remote,
    Trace,
)
from meshjit.codegen.tensix.check.machine import Image
from meshjit.ir.program import CircularBuffer, Role
from meshjit.ir.types import BF16

IMAGE = Image(bytes.fromhex("6f000000"), WORMHOLE, "kernel")
#: Words of L1: of each of two operands the sender's and the receivers', and the reader's last.
WORDS, OVER = ((0x1C100, 0x1C104), (0x1C108, 0x1C10C)), 0x1C110
PAGE = 2048
Cores = dict[Place, dict[Role, Trace]]


class Kernel:
    """Events of a kernel, one after the other."""

    def __init__(self, side: Mapping[int, bool]) -> None:
        self.events: list[Event] = []
        self.remote: list[Remote] = []
        self.side = side
        self.said: dict[int, int] = {}

    def pages(self, kind: int, index: int, amount: int) -> None:
        self.events.append((kind, index, amount, 0))

    def word(self, kind: int, address: int, value: int) -> None:
        self.other(kind, Remote(address, address + 4, value - self.said.get(address, 0)))
        self.said[address] = value

    def other(self, kind: int, what: Remote) -> None:
        if what not in self.remote:
            self.remote.append(what)
        self.events.append((kind, self.remote.index(what), 0, 0))

    def trace(self) -> Trace:
        return trace(self.events, self.remote, self.side)


def trace(events: Sequence[Event], remote: Sequence[Remote], side: Mapping[int, bool]) -> Trace:
    return Trace(IMAGE, events, list(dict.fromkeys(events)), remote, side, frozenset())


@dataclass(frozen=True)
class Plan:
    """A grid of ``width`` x ``height`` cores: ``steps`` in which rows share pages of buffer 0, and of which every
    ``every``-th has columns share pages of buffer 1. ``senders``: of each row, then of each column; ``halves``: whether
    multicasts go to two rectangles; ``rings``: pages of the buffers; ``pages``: those of a step."""

    width: int = 2
    height: int = 2
    steps: int = 3
    every: int = 1
    senders: tuple[int, ...] = (0, 0, 0, 0)
    halves: bool = False
    rings: tuple[int, int] = (4, 3)
    pages: tuple[int, int] = (2, 1)

    @property
    def buffers(self) -> list[CircularBuffer]:
        first = 0x20000, 0x40000
        return [CircularBuffer(i, first[i], PAGE, self.rings[i], BF16) for i in (0, 1)]


def build(plan: Plan) -> Cores:
    """The kernels of every core: reader, unpacker, writer."""
    cores: Cores = {}
    for y in range(plan.height):
        for x in range(plan.width):
            rows, columns = plan.senders[: plan.height], plan.senders[plan.height :]
            groups = [
                ((rows[y], y), [(i, y) for i in range(plan.width)]),
                ((x, columns[x]), [(x, i) for i in range(plan.height)]),
            ]
            reader = _reader(plan, (x, y), groups)
            unpack, writer = Kernel({0: False, 1: False}), Kernel({})
            for step in range(plan.steps):
                for index in _active(plan, step):
                    unpack.pages(WAIT, index, plan.pages[index])
                    unpack.pages(POP, index, plan.pages[index])
            writer.word(AWAIT, OVER, 1)
            writer.word(SET, OVER, 0)
            kernels = {Role.NCRISC: reader, Role.TRISC0: unpack, Role.BRISC: writer}
            cores[x, y] = {role: kernel.trace() for role, kernel in kernels.items()}
    return cores


def _active(plan: Plan, step: int) -> list[int]:
    return [0, 1] if step % plan.every == 0 else [0]


def _reader(plan: Plan, here: Place, groups: Sequence[tuple[Place, list[Place]]]) -> Kernel:
    kernel, done, told = Kernel({0: True, 1: True}), [0, 0], [0, 0]
    others: list[list[tuple[Place, ...]]] = []
    for sender, members in groups:
        rest = [place for place in members if place != sender]
        cut = len(rest) // 2 if plan.halves else 0
        others.append([tuple(part) for part in (rest[:cut], rest[cut:]) if part])
    shared = [len(members) > 1 for _, members in groups]
    for step in range(plan.steps):
        active = _active(plan, step)
        sends = [i for i in active if shared[i] and groups[i][0] == here]
        receives = [i for i in active if shared[i] and groups[i][0] != here]
        for i in active:
            done[i] += 1
            kernel.pages(RESERVE, i, plan.pages[i])
            if i in receives:
                free = WORDS[i][0]
                kernel.other(ADD, Remote(free, free + 4, 1, (groups[i][0],)))
        for i in sends:
            kernel.word(AWAIT, WORDS[i][0], done[i] * (len(groups[i][1]) - 1))
            for page in range(plan.pages[i]):
                first = plan.buffers[i].address + (told[i] + page) % plan.rings[i] * PAGE
                for part in others[i]:
                    kernel.other(CAST, Remote(first, first + PAGE, 0, part))
        for i in sends:
            kernel.word(SET, WORDS[i][1], done[i])
            for part in others[i]:
                kernel.other(TELL, Remote(WORDS[i][1], WORDS[i][1] + 4, 0, part))
        for i in active:
            if i in receives:
                kernel.word(AWAIT, WORDS[i][1], done[i])
            kernel.pages(PUSH, i, plan.pages[i])
            told[i] += plan.pages[i]
    for free, valid in WORDS:
        kernel.word(SET, free, 0)
        kernel.word(SET, valid, 0)
    kernel.word(SET, OVER, 1)
    return kernel


class Wrong(Exception):
    """Something that must not happen."""


@dataclass(frozen=True)
class Message:
    """What is under way between two cores."""

    sender: Place
    receiver: Place
    kind: int
    what: Remote


class Core:
    """Kernels, how far each has come and what it last said of words; words, and pages pushed and popped."""

    def __init__(self, traces: Mapping[Role, Trace], buffers: Sequence[CircularBuffer]) -> None:
        self.kernels = list(traces.values())
        self.at = [0] * len(traces)
        self.said: list[dict[int, int]] = [{} for _ in traces]
        self.words: dict[int, int] = {}
        self.pushed = {b.index: 0 for b in buffers}
        self.popped = {b.index: 0 for b in buffers}

    def event(self, kernel: int) -> Event | None:
        events = self.kernels[kernel].events
        return events[self.at[kernel]] if self.at[kernel] < len(events) else None


class Machine:
    """Runs the kernels of cores in one random order, in which some are slow."""

    def __init__(self, cores: Cores, buffers: Sequence[CircularBuffer], seed: int) -> None:
        self.random = random.Random(seed)
        self.buffers = {b.index: b for b in buffers}
        self.cores = {place: Core(traces, buffers) for place, traces in cores.items()}
        self.flying: list[Message] = []
        self.speed = {
            (place, i): 10 ** self.random.uniform(-3, 0)
            for place, core in self.cores.items()
            for i in range(len(core.at))
        }

    def run(self) -> None:
        """Raises :class:`Wrong` when a core waits for ever, a page in use is written, or a word is left."""
        arrival = 10 ** self.random.uniform(-3, 0)
        while True:
            moves = [move for move in self.speed if self.ready(*move)]
            if not moves and not self.flying:
                break
            weights = [self.speed[move] for move in moves] + [arrival] * len(self.flying)
            (chosen,) = self.random.choices(range(len(weights)), weights)
            if chosen < len(moves):
                self.happen(*moves[chosen])
            else:
                self.arrive(self.flying.pop(chosen - len(moves)))
        for place, core in self.cores.items():
            if any(core.event(i) for i in range(len(core.at))):
                raise Wrong(f"{place} waits for ever")
            if any(core.words.values()):
                raise Wrong(f"{place} leaves {core.words}")

    def ready(self, place: Place, kernel: int) -> bool:
        """Whether a kernel's next event can happen."""
        core = self.cores[place]
        event = core.event(kernel)
        if event is None:
            return False
        kind, index, amount, _ = event
        if kind == RESERVE:
            return core.pushed[index] - core.popped[index] <= self.buffers[index].num_pages - amount
        if kind == WAIT:
            return core.pushed[index] - core.popped[index] >= amount
        if kind in (PUSH, POP, ADD, CAST):
            return True
        under_way = CAST if kind == TELL else TELL
        what = core.kernels[kernel].remote[index]
        if kind == AWAIT:
            return core.words.get(what.first, 0) == core.said[kernel].get(what.first, 0) + what.value
        return not any(m.sender == place and m.kind == under_way for m in self.flying)

    def happen(self, place: Place, kernel: int) -> None:
        """A kernel's next event happens."""
        core = self.cores[place]
        event = core.event(kernel)
        assert event is not None
        kind, index, amount, _ = event
        core.at[kernel] += 1
        if kind == PUSH:
            core.pushed[index] += amount
        elif kind == POP:
            core.popped[index] += amount
        elif kind in (SET, AWAIT):
            what = core.kernels[kernel].remote[index]
            value = core.said[kernel].get(what.first, 0) + what.value
            core.said[kernel][what.first] = core.words[what.first] = value
        elif kind in (ADD, TELL, CAST):
            what = core.kernels[kernel].remote[index]
            self.flying += [Message(place, other, kind, what) for other in what.cores]

    def arrive(self, message: Message) -> None:
        """A message arrives."""
        what, core = message.what, self.cores[message.receiver]
        if message.kind == ADD:
            core.words[what.first] = core.words.get(what.first, 0) + what.value
        elif message.kind == TELL:
            core.words[what.first] = self.cores[message.sender].words.get(what.first, 0)
        else:
            for b in self.buffers.values():
                slots = [(at - b.address) // b.page_bytes for at in (what.first, what.end - 1)]
                if 0 <= slots[0] < b.num_pages:
                    full = {page % b.num_pages for page in range(core.popped[b.index], core.pushed[b.index])}
                    if full & set(range(slots[0], slots[1] + 1)):
                        raise Wrong(f"pages of {message.receiver} that are in use are written")
