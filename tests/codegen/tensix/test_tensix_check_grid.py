"""What is proved of cores that multicast to one another holds in every order that is tried; what breaks a clause of the
proof is refused, and goes wrong in some order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from interleaving import OVER, PAGE, WORDS, Cores, Kernel, Machine, Plan, Wrong, build, trace

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
from meshjit.codegen.tensix.check.grid import Grid
from meshjit.codegen.tensix.check.network import Network
from meshjit.errors import CodegenError
from meshjit.ir.program import Role

READER, WRITER = Role.NCRISC, Role.BRISC
#: Orders that are tried.
ORDERS = 4


def prove(cores: Cores, plan: Plan) -> None:
    """What the checker shows of cores, once each kernel has been followed."""
    alone = Network(plan.buffers)
    for place, traces in cores.items():
        alone.prove(traces, f"core {place}")
    Grid(plan.buffers).prove(cores, 0)


def in_order(traces: dict[Role, Trace], plan: Plan) -> bool:
    """Whether kernels give away only pages that they have waited for; those that do not are refused one by one."""
    for t in traces.values():
        own = {b.index: b.num_pages if t.sides.get(b.index) else 0 for b in plan.buffers}
        for kind, index, amount, _ in t.events:
            if kind in (RESERVE, WAIT):
                own[index] = max(own[index], amount)
            elif kind in (PUSH, POP):
                own[index] -= amount
                if own[index] < 0:
                    return False
    return True


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    width, height = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    senders = [draw(st.integers(0, width - 1)) for _ in range(height)]
    senders += [draw(st.integers(0, height - 1)) for _ in range(width)]
    pages = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    rings = pages[0] + draw(st.integers(0, 3)), pages[1] + draw(st.integers(0, 3))
    steps, every, halves = draw(st.integers(1, 4)), draw(st.integers(1, 2)), draw(st.booleans())
    return Plan(width, height, steps, every, tuple(senders), halves, rings, pages)


@settings(max_examples=60, deadline=None)
@given(plans(), st.integers(0, 2**32))
def test_what_is_in_order_is_proved_and_ends(plan: Plan, seed: int) -> None:
    cores = build(plan)
    prove(cores, plan)
    Machine(cores, plan.buffers, seed).run()


# ---- random faults ----


def mutated(cores: Cores, random: Random) -> Cores:
    """The cores with an event of a kernel lost, doubled, moved or changed."""
    place = random.choice(list(cores))
    role = random.choice([READER, READER, READER, Role.TRISC0, WRITER])
    old = cores[place][role]
    events, remote = list(old.events), list(old.remote)
    at = random.randrange(len(events))
    event = events.pop(at)
    change = random.choice(["lost", "twice", "moved", "moved", "changed", "changed"])
    if change == "twice":
        events[at:at] = [event, event]
    elif change == "moved":
        events.insert(max(0, at + random.choice([-4, -3, -2, -1, 1, 2, 3, 4])), event)
    elif change == "changed" and event[0] < SET:
        events.insert(at, (event[0], event[1], event[2] + random.choice([-1, 1]), 0))
    elif change == "changed":
        remote.append(changed(remote[event[1]], cores, random))
        events.insert(at, (event[0], len(remote) - 1, 0, 0))
        if random.random() < 0.5:  # in every step
            events = [(k, len(remote) - 1, a, w) if (k, i) == event[:2] else (k, i, a, w) for k, i, a, w in events]
    return {**cores, place: {**cores[place], role: trace(events, remote, old.sides)}}


def changed(what: Remote, cores: Cores, random: Random) -> Remote:
    """Other receivers, pages, values or words."""
    if what.cores and random.random() < 0.5:
        return what._replace(cores=tuple(sorted({*what.cores} ^ {random.choice(list(cores))})))
    if what.end - what.first > 4:
        step = random.choice([-PAGE, PAGE])
        return what._replace(first=what.first + step, end=what.end + step)
    if random.random() < 0.5:
        return what._replace(value=what.value + random.choice([-1, 1]))
    first = random.choice([OVER, *WORDS[0], *WORDS[1]])
    return what._replace(first=first, end=first + 4)


@settings(max_examples=200, deadline=None)
@given(plans(), st.integers(0, 2**32), st.integers(1, 2))
def test_what_is_proved_never_goes_wrong(plan: Plan, seed: int, faults: int) -> None:
    random, cores = Random(seed), build(plan)
    for _ in range(faults):
        cores = mutated(cores, random)
    if not all(in_order(traces, plan) for traces in cores.values()):
        return
    try:
        prove(cores, plan)
    except CodegenError:
        return
    for order in range(ORDERS):
        Machine(cores, plan.buffers, seed + order).run()


# ---- the clauses of the proof ----

#: Core (0, 0) sends along row 0, to (1, 0) and (2, 0); (1, 1) along row 1; row 0 sends along the columns.
PLAN = Plan(3, 2, 3, 1, (0, 1, 0, 0, 0))
SENDER, RECEIVER, OTHER = (0, 0), (1, 0), (2, 1)
(FREE, VALID), (FREE1, VALID1) = WORDS
Edit = Callable[[list[Event], list[Remote]], object]


def edited(cores: Cores, place: Place, edit: Edit, role: Role = READER) -> Cores:
    """The cores with a kernel's events changed."""
    old = cores[place][role]
    events, remote = list(old.events), list(old.remote)
    edit(events, remote)
    return {**cores, place: {**cores[place], role: trace(events, remote, old.sides)}}


def positions(events: Sequence[Event], remote: Sequence[Remote], kind: int, address: int) -> list[int]:
    """Where events of a word are, or of a buffer's pages."""
    found = [at for at, event in enumerate(events) if event[0] == kind]
    if kind < SET:
        return [at for at in found if events[at][1] == address]
    if kind == CAST:
        return [at for at in found if remote[events[at][1]].first >> 17 == address + 1]
    return [at for at in found if remote[events[at][1]].first == address]


def lose(kind: int, address: int = 0, which: int = -2) -> Edit:
    """Without an event; the last SET of a word clears it."""
    return lambda events, remote: events.pop(positions(events, remote, kind, address)[which])


def lose_all(kind: int, address: int = 0) -> Edit:
    def edit(events: list[Event], remote: list[Remote]) -> None:
        for at in reversed(positions(events, remote, kind, address)):
            del events[at]

    return edit


def twice(kind: int, address: int = 0, which: int = -2) -> Edit:
    def edit(events: list[Event], remote: list[Remote]) -> None:
        at = positions(events, remote, kind, address)[which]
        events.insert(at, events[at])

    return edit


def move(kind: int, address: int, before: int, other: int, which: int = -2) -> Edit:
    """An event before another one of the same step."""

    def edit(events: list[Event], remote: list[Remote]) -> None:
        event = events.pop(positions(events, remote, kind, address)[which])
        events.insert(positions(events, remote, before, other)[which], event)

    return edit


def other(kind: int, address: int, **changes: object) -> Edit:
    """All events of a word or of pages say something else."""

    def edit(events: list[Event], remote: list[Remote]) -> None:
        for number in {events[at][1] for at in positions(events, remote, kind, address)}:
            remote[number] = remote[number]._replace(**changes)

    return edit


def more(kind: int, what: Remote, at: int = 0) -> Edit:
    def edit(events: list[Event], remote: list[Remote]) -> None:
        remote.append(what)
        events.insert(at, (kind, len(remote) - 1, 0, 0))

    return edit


#: A fault's name, the core, the fault, its code, and words of the message.
FAULTS: tuple[tuple[str, Place, Edit, str, str], ...] = (
    # only the receivers add, each 1 in a step; only the sender tells
    ("another core adds", OTHER, more(ADD, Remote(FREE, FREE + 4, 1, (SENDER,))), "MJ4154", "or others do"),
    ("adds 2", RECEIVER, other(ADD, FREE, value=2), "MJ4153", "adds 2"),
    ("adds elsewhere", RECEIVER, other(ADD, FREE, cores=(OTHER,)), "MJ4154", "not all tell"),
    ("adds where no core is", RECEIVER, other(ADD, FREE, cores=((9, 9),)), "MJ4154", "where no core of the program is"),
    ("another core tells", OTHER, more(TELL, Remote(VALID, VALID + 4, 0, (RECEIVER,))), "MJ4153", "of which it is"),
    ("tells fewer", SENDER, other(TELL, VALID, cores=((2, 0),)), "MJ4152", "nobody changes the word"),
    # receivers add and wait in turn
    ("room twice", RECEIVER, twice(ADD, FREE), "MJ4154", "goes on without waiting for it"),
    ("pages not waited for", RECEIVER, lose(AWAIT, VALID), "MJ4154", "goes on without waiting for it"),
    ("last pages not waited for", RECEIVER, lose(AWAIT, VALID, -1), "MJ4154", "goes on without waiting for it"),
    ("pages never waited for", RECEIVER, lose_all(AWAIT, VALID), "MJ4154", "goes on without waiting for it"),
    ("pages waited for first", RECEIVER, move(AWAIT, VALID, ADD, FREE), "MJ4153", "without having said"),
    ("pages waited for twice", RECEIVER, twice(AWAIT, VALID), "MJ4153", "without having said"),
    ("two steps at once", RECEIVER, other(AWAIT, VALID, value=2), "MJ4153", "waits for 2 more"),
    ("receiver's word is left", RECEIVER, lose(SET, VALID, -1), "MJ4153", "ends at 3"),
    # the sender waits, writes, counts and tells
    ("room not waited for", SENDER, lose(AWAIT, FREE), "MJ4154", "may not have room there yet"),
    ("last room not waited for", SENDER, lose(AWAIT, FREE, -1), "MJ4154", "may not have room there yet"),
    ("room never waited for", SENDER, lose_all(AWAIT, FREE), "MJ4154", "may not have room there yet"),
    ("room of one receiver", SENDER, other(AWAIT, FREE, value=1), "MJ4153", "waits for 1 more"),
    ("room waited for twice", SENDER, twice(AWAIT, FREE), "MJ4153", "waits for room again"),
    ("written too early", SENDER, move(CAST, 0, AWAIT, FREE, 0), "MJ4154", "may not have room there yet"),
    ("told too early", SENDER, move(TELL, VALID, SET, VALID, 0), "MJ4153", "has not changed since"),
    ("told twice", SENDER, twice(TELL, VALID), "MJ4153", "has not changed since"),
    ("never told", SENDER, lose(TELL, VALID), "MJ4153", "before it has told all"),
    ("last never told", SENDER, lose(TELL, VALID, -1), "MJ4153", "before its step is over"),
    ("step without room", SENDER, twice(SET, VALID), "MJ4153", "without having waited for room"),
    ("cleared too early", SENDER, move(SET, FREE, TELL, VALID, -1), "MJ4153", "before its step is over"),
    ("sender's word is left", SENDER, lose(SET, FREE, -1), "MJ4153", "ends at 6"),
    # room from the addition to the wait
    ("room told of too early", RECEIVER, move(ADD, FREE, RESERVE, 0, -1), "MJ4154", "may not have room there yet"),
    ("pushed too early", RECEIVER, move(PUSH, 0, AWAIT, VALID), "MJ4154", "may not have room there yet"),
    ("always the first page", SENDER, other(CAST, 0, first=0x20000, end=0x20000 + PAGE), "MJ4154", "room there yet"),
    ("written elsewhere", SENDER, other(CAST, 0, first=0x90000, end=0x90000 + PAGE), "MJ4154", "room there yet"),
    ("written to others", SENDER, other(CAST, 0, cores=(OTHER,)), "MJ4154", "does not say that it has room there"),
    # words of one core
    ("over never set", RECEIVER, lose(SET, OVER, -1), "MJ4152", "nobody changes the word"),
    ("over set twice", RECEIVER, twice(SET, OVER, -1), "MJ4153", "is not set once"),
    ("over becomes 2", RECEIVER, other(SET, OVER, value=2), "MJ4152", "which becomes 2"),
)  # fmt: skip


@pytest.mark.parametrize(("place", "edit", "code", "says"), [pytest.param(*f[1:], id=f[0]) for f in FAULTS])
def test_fault_is_refused(place: Place, edit: Edit, code: str, says: str) -> None:
    with pytest.raises(CodegenError) as caught:
        prove(edited(build(PLAN), place, edit), PLAN)
    assert caught.value.code == code, caught.value
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("edit", "code", "says"),
    [
        (lose(SET, OVER, -1), "MJ4153", "ends at 1"),
        (more(SET, Remote(FREE1, FREE1 + 4), 2), "MJ4152", "has more to do"),
        (more(SET, Remote(VALID, VALID + 4)), "MJ4152", "another kernel"),
    ],
)
def test_fault_of_the_writer_is_refused(edit: Edit, code: str, says: str) -> None:
    with pytest.raises(CodegenError, match=says) as caught:
        prove(edited(build(PLAN), RECEIVER, edit, WRITER), PLAN)
    assert caught.value.code == code, caught.value


def test_other_numbers_of_steps_are_refused() -> None:
    cores = {**build(PLAN), RECEIVER: build(replace(PLAN, steps=2))[RECEIVER]}
    with pytest.raises(CodegenError, match="makes 3 steps"):
        prove(cores, PLAN)


def test_pages_of_another_kernel_are_refused() -> None:
    cores = build(PLAN)
    old = cores[RECEIVER][READER]
    cores[RECEIVER][READER] = trace(old.events, old.remote, {1: True})
    with pytest.raises(CodegenError, match="MJ4154"):
        prove(cores, PLAN)


def test_two_channels_into_one_buffer_are_refused() -> None:
    """The column's pages of (0, 0) go to the buffer that those of (1, 1) go to, where there is room for both."""
    plan = replace(PLAN, steps=1)
    with pytest.raises(CodegenError, match=r"as \(0, 0\) does"):
        prove(edited(build(plan), SENDER, other(CAST, 1, first=0x20000 + 2 * PAGE, end=0x20000 + 3 * PAGE)), plan)


# ---- who waits for whom ----


def test_a_circle_is_refused() -> None:
    """Each of four cores sends to the next one, and waits for its room before it says that it has room itself."""
    plan = Plan(2, 2, 2, 1, (0, 1, 1, 0))
    cores = build(plan)
    prove(cores, plan)
    for place, traces in cores.items():
        events = list(traces[READER].events)
        for at in [at for at, event in enumerate(events) if event[0] == ADD][::-1]:
            last = next(i for i in range(at, len(events)) if events[i][0] == TELL)
            events.insert(last, events.pop(at))
        cores[place][READER] = trace(events, traces[READER].remote, traces[READER].sides)
    with pytest.raises(CodegenError, match="waits for ever on core") as caught:
        prove(cores, plan)
    assert caught.value.code == "MJ4152"
    with pytest.raises(Wrong, match="waits for ever"):
        Machine(cores, plan.buffers, 0).run()


@pytest.mark.parametrize("length", [2, 5, 6])
def test_cores_that_hand_on_are_proved(length: int) -> None:
    """Cores make the same calls, and cannot make them together."""
    cores: Cores = {}
    for x in range(length):
        reader = Kernel({})
        (free, valid), (free_before, valid_before) = WORDS[x % 2], WORDS[1 - x % 2]
        for step in (1, 2, 3):
            if x:
                reader.other(ADD, Remote(free_before, free_before + 4, 1, ((x - 1, 0),)))
                reader.word(AWAIT, valid_before, step)
            if x < length - 1:
                reader.word(AWAIT, free, step)
                reader.word(SET, valid, step)
                reader.other(TELL, Remote(valid, valid + 4, 0, ((x + 1, 0),)))
        for address in (*WORDS[0], *WORDS[1]):
            reader.word(SET, address, 0)
        cores[x, 0] = {READER: reader.trace()}
    prove(cores, Plan())
    for seed in range(ORDERS):
        Machine(cores, Plan().buffers, seed).run()
