"""What a thread's wait gate lets pass: no instruction starts while a unit still works on what it changes, tells of or
takes over.

The abstract state of a thread is the set of units that may be busy with its instructions, and the wait that its gate
has latched (ISA documentation, STALLWAIT and SEMWAIT: instructions pass in order, so that the first one that a latched
wait blocks passes when its conditions hold, and all others after it; on Wormhole a SEMWAIT that the latched wait does
not block takes its place, on Blackhole every wait blocks it). Instructions of the replay buffer and of macro operations
count where they are expanded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from meshjit.arch import ARCHS, MOP_CONFIG_BASE
from meshjit.codegen.tensix import isa
from meshjit.codegen.tensix.check import report
from meshjit.codegen.tensix.check.events import SOURCES
from meshjit.codegen.tensix.check.paths import follow
from meshjit.codegen.tensix.check.values import Access
from meshjit.codegen.tensix.check.words import Flow, Word, decode, refuse

#: Units, as bits of a mask.
UNPACK0, UNPACK1, PACK, MATH, SFPU = 1, 2, 4, 8, 16
_UNPACK = UNPACK0 | UNPACK1
_ALL = 31
_NAMES = {
    UNPACK0: "unpacker 0", UNPACK1: "unpacker 1", PACK: "the packer", MATH: "the matrix unit", SFPU: "the vector unit",
}  # fmt: skip
#: Units by their name in STALLWAIT's condition.
UNITS = {"UNPACK0": UNPACK0, "UNPACK1": UNPACK1, "PACK": PACK, "MATH": MATH, "SFPU": SFPU}
#: No wait is latched: any mask joins with it.
_OPEN = 1023
#: What a STALLWAIT without conditions waits for (STALLWAIT.md of each chip, functional model).
_DEFAULT = {"wormhole": 0x7F, "blackhole": 0x0F}
#: Instructions that the replay buffer holds, and what a length of 0 stands for (REPLAY.md).
REPLAYED = 32
#: The opcode of NOP, which the macro operation expander passes over.
_NOP = 0x02
#: One byte for each of the eight semaphores.
_EACH = 0x0101010101010101

#: Matrix unit instructions that read or write Dst (MatrixUnit.md), and the others.
_ON_DST = frozenset({
    "MVMUL", "ELWADD", "ELWSUB", "ELWMUL", "MOVA2D", "MOVB2D", "MOVD2A", "MOVD2B", "GAPOOL", "GMPOOL", "ZEROACC",
})  # fmt: skip
_ON_SOURCES = frozenset({"ZEROSRC", "TRNSPSRCB"})
_COUNTERS = frozenset({"SETRWC", "INCRWC"})
_SEMAPHORES = frozenset({"SEMINIT", "SEMPOST", "SEMGET"})
_EVERY = 511
#: Block bits that an instruction is subject to (STALLWAIT.md, block mask); on Blackhole all bits block SEMWAIT.
_BLOCKED = {
    **dict.fromkeys(("SETADC", "SETADCXX", "SETADCXY", "SETADCZW"), isa.BLOCK["TDMA"]),
    **dict.fromkeys(("SETDMAREG", "STOREREG", "DMANOP"), isa.BLOCK["TDMA"] | isa.BLOCK["THCON"]),
    **dict.fromkeys((*_SEMAPHORES, "SEMWAIT"), isa.BLOCK["SYNC"]),
    **dict.fromkeys(("SETC16", "WRCFG"), isa.BLOCK["CFG"]),
    **dict.fromkeys((*_ON_DST, *_ON_SOURCES, *_COUNTERS), isa.BLOCK["MATH"]),
    "PACR": isa.BLOCK["TDMA"] | isa.BLOCK["PACK"], "UNPACR": isa.BLOCK["TDMA"] | isa.BLOCK["UNPACK"],
    "STALLWAIT": _EVERY, "NOP": 0,
}  # fmt: skip


class _Fact(NamedTuple):
    """What matters of an instruction: block bits it is subject to, the unit it starts, the units that must be idle and
    why (code, reason, page); whether it works, tells or takes (what a SEMWAIT is there to hold back); source registers
    that it needs held without waiting for them, waits for, and hands back."""

    blocked: int
    starts: int = 0
    idle: int = 0
    why: tuple[str, str, str] = ("", "", "")
    works: bool = False
    held: int = 0
    takes: int = 0
    hands: int = 0


def readers(arch: str, config: int, *, thread: bool) -> int:
    """The units that read a configuration register: all, when it is not known.

    The Dst offset of the matrix unit is none's: it is added when an instruction starts, and SETC16 passes the gate
    after it (BackendConfiguration.md, danger two: "started (or ideally finished)").
    """
    chip = ARCHS[arch]
    table = chip.thread_config if thread else chip.config
    name = next((n for n, index in table.items() if index == config), "")
    known = {
        "unpack0": UNPACK0, "unpack1": UNPACK1, "pack": PACK, "addr_mod_pack": PACK, "srca_set": UNPACK0,
        "unpack_misc": _UNPACK, "math_offset": 0, "addr_mod": MATH | SFPU, "fidelity": MATH, "clear_valid": MATH,
        "disable_implied": MATH,
    }  # fmt: skip
    return next((units for prefix, units in known.items() if name.startswith(prefix)), _ALL)


def _counting(name: str, units: int, mask: int, channel: int) -> int:
    """The units that may still count with what a SETADC instruction changes.

    An unpacker has read channel 0, from which it computes the first address in L1, before the thread goes on
    (UNPACR_Regular.md, performance).
    """
    outer = {"SETADC": channel, "SETADCXY": mask & 12, "SETADCZW": mask & 12}.get(name, 1)
    return units if outer else units & PACK


@cache
def _fact(name: str, fields: tuple[tuple[str, int], ...], arch: str) -> _Fact:
    """The facts of an instruction word."""
    get = dict(fields).get
    blocked = _BLOCKED.get(name, isa.BLOCK["SFPU"])
    if name == "SEMWAIT" and arch == "blackhole":
        return _Fact(_EVERY)
    if name in _ON_DST:
        why = ("MJ4145", "may still be using Dst", "STALLWAIT.md")
        held = {"MOVD2A": 1, "MOVD2B": 2}.get(name, 0)
        return _Fact(blocked, MATH, SFPU, why, True, held, SOURCES.get(name, 0), get("clear", 0))
    if name in _ON_SOURCES:
        takes = 2 if name == "TRNSPSRCB" else 0
        held = get("sources", 0) if name == "ZEROSRC" and get("write") and not get("banks") else 0
        return _Fact(blocked, MATH, works=True, held=held, takes=takes)
    if name in ("SFPLOAD", "SFPSTORE"):
        return _Fact(blocked, SFPU, MATH, ("MJ4145", "may still be writing Dst", "STALLWAIT.md"), True)
    if name in _COUNTERS:
        why = ("MJ4145", "may still be using the row counters", "RWCs.md")
        return _Fact(blocked, 0, SFPU, why, hands=get("clear", 0))
    if name in ("SEMPOST", "SEMINIT", "SEMGET"):
        why = ("MJ4144", "may not be done with what this semaphore gives away", f"{name}.md")
        return _Fact(blocked, 0, 0 if name == "SEMGET" else _ALL, why, True)
    if name == "STOREREG":
        why = ("MJ4143", "may still be using the buffer's pages", "STALLWAIT.md")
        return _Fact(blocked, 0, _UNPACK | PACK, why, True)
    if name in ("WRCFG", "SETC16"):
        units = readers(arch, get("config", 0), thread=name == "SETC16")
        return _Fact(blocked, 0, units, ("MJ4142", "may still be reading this register", "BackendConfiguration.md"))
    if name.startswith("SETADC"):
        why = ("MJ4142", "may still be using these address counters", "ADCs.md")
        return _Fact(blocked, 0, _counting(name, get("units", 0), get("mask", 0), get("channel", 0)), why)
    if name == "UNPACR":
        return _Fact(blocked, UNPACK1 if get("unpacker") else UNPACK0, works=True)
    return _Fact(blocked, PACK, works=True) if name == "PACR" else _Fact(blocked)


class _State(NamedTuple):
    """Units busy with this thread's instructions; the latched wait: units it waits for, its block mask, and whether it
    waits for a semaphore; per semaphore, a byte of the units started since this thread waited for it; source registers
    that the matrix unit has; recordings in the replay buffer."""

    busy: int = 0
    pending: int = 0
    block: int = _OPEN
    semaphore: bool = False
    since: int = _ALL * _EACH
    held: int = 0
    recordings: frozenset[int] = frozenset()

    def join(self, other: _State) -> _State:
        return _State(
            self.busy | other.busy,
            self.pending | other.pending,
            self.block & other.block,
            self.semaphore or other.semaphore,
            self.since | other.since,
            self.held & other.held,
            self.recordings | other.recordings,
        )


class _Gate:
    """Walks the Tensix instructions of a kernel. ``macro`` are the instructions that its macro operations may hold."""

    def __init__(self, flow: Flow, macro: Sequence[Word]) -> None:
        self.flow = flow
        self.arch = flow.arch.name
        self.macro = macro
        self.conditions = tuple((bit, flow.wait(name)) for name, bit in UNITS.items())
        self.replayed: dict[tuple[tuple[tuple[str, int], ...], _State], _State] = {}
        self.silent = {w.at for at, words in flow.recorded.items() if not flow.words[at].get("execute") for w in words}

    def step(self, state: _State, word: Word) -> _State:
        """The state after an instruction of the kernel; raises for one that comes too early."""
        if word.at in self.silent:
            return state
        if word.name == "REPLAY":
            return self.record(state, word) if word.get("load") else self.replay(state, word)
        if word.name == "MOP":
            return self.expand(state, word)
        return self.execute(state, word)

    def record(self, state: _State, word: Word) -> _State:
        """What is loaded takes the place of recordings that it overlaps."""
        if word.get("length") > REPLAYED:
            raise refuse(self.flow, "MJ4140", word, "records more than the replay buffer holds", "REPLAY.md")
        kept = {at for at in state.recordings if not self._overlap(self.flow.words[at], word)}
        return state._replace(recordings=frozenset({*kept, word.at}))

    def _overlap(self, one: Word, other: Word) -> bool:
        first, length = one.get("start"), one.get("length") or REPLAYED
        return first < other.get("start") + (other.get("length") or REPLAYED) and other.get("start") < first + length

    def replay(self, state: _State, word: Word) -> _State:
        """What the replay buffer may hold there is executed."""
        key = (word.fields, state)
        out = self.replayed.get(key)
        if out is None:
            self.replayed[key] = out = self._replay(state, word)
        return out

    def _replay(self, state: _State, word: Word) -> _State:
        out: _State | None = None
        for at in state.recordings:
            if self._overlap(self.flow.words[at], word):
                first, length = word.get("start") - self.flow.words[at].get("start"), word.get("length") or REPLAYED
                words = self.flow.recorded[at][first : first + length] if first >= 0 else ()
                if len(words) != length:
                    out = None
                    break
                after = state
                for recorded in words:
                    after = self.execute(after, recorded)
                out = after if out is None else out.join(after)
        if out is None:
            raise refuse(self.flow, "MJ4140", word, "replays what was not recorded in one piece", "REPLAY.md")
        return out

    def expand(self, state: _State, word: Word) -> _State:
        """Instructions of the macro operation, in any number and order."""
        while True:
            before = state
            for each in self.macro:
                each = Word(word.at, each.name, each.fields)
                after = self.replay(state, each) if each.name == "REPLAY" else self.execute(state, each)
                state = state.join(after)
            if state == before:
                return state

    def execute(self, state: _State, word: Word) -> _State:
        """An instruction reaches the wait gate."""
        if word.name == "STALLWAIT":
            return self.latch(state, word)
        fact = _fact(word.name, word.fields, self.arch)
        if fact.blocked & state.block and state.block != _OPEN:
            state = state._replace(pending=0, semaphore=False, block=_OPEN)
        elif state.semaphore and (fact.works or word.name == "SEMWAIT"):
            what = f"{word.name} passes a SEMWAIT that does not block it"
            raise refuse(self.flow, "MJ4144", word, what, "SEMWAIT.md")
        if word.name == "SEMWAIT":
            return self.latch_semaphore(state, word)
        working = state.busy | state.pending
        late = working & fact.idle
        if word.name == "SEMGET":
            late = working & _since(state.since, word.get("semaphores"))
        if late:
            self.refuse(word, fact, late)
        if fact.held & ~state.held:
            what = f"{word.name} does not wait for its source register, which no instruction before it waited for"
            raise refuse(self.flow, "MJ4145", word, what, f"{word.name}.md")
        if fact.starts:
            state = state._replace(busy=state.busy | fact.starts, since=state.since | fact.starts * _EACH)
        if fact.takes or fact.hands:
            state = state._replace(held=(state.held | fact.takes) & ~fact.hands)
        return state

    def refuse(self, word: Word, fact: _Fact, late: int) -> None:
        """Name the units that may still be at work."""
        units = " and ".join(name for bit, name in _NAMES.items() if late & bit)
        code, reason, source = fact.why
        raise refuse(self.flow, code, word, f"{word.name} comes without a stall for {units}, which {reason}", source)

    def latch(self, state: _State, word: Word) -> _State:
        """STALLWAIT: whatever was latched holds it back, whatever it blocks comes after the units are idle."""
        wait = word.get("wait") or _DEFAULT[self.arch]
        units = sum(bit for bit, condition in self.conditions if wait & condition == condition)
        block = word.get("block") or isa.BLOCK["MATH"]
        pending = state.busy & units
        busy = state.busy & ~units
        return state._replace(busy=busy, pending=pending, semaphore=False, block=block if pending else _OPEN)

    def latch_semaphore(self, state: _State, word: Word) -> _State:
        """SEMWAIT: takes the place of a wait that does not block it (Wormhole)."""
        since = state.since
        if word.get("condition") & 1:
            since &= ~_bytes(word.get("semaphores"))
        block = word.get("block") or isa.BLOCK["MATH"]
        busy = state.busy | state.pending
        return state._replace(busy=busy, pending=0, semaphore=True, block=block, since=since)


@cache
def _bytes(mask: int) -> int:
    return sum(0xFF << 8 * i for i in range(8) if mask >> i & 1)


def _since(packed: int, mask: int) -> int:
    """The units started since this thread waited for any of the semaphores."""
    units = 0
    for i in range(8):
        if mask >> i & 1:
            units |= packed >> 8 * i & 0xFF
    return units


def _macro(flow: Flow, accesses: Mapping[int, Access]) -> list[Word]:
    """The instructions that are ever stored to the macro operation configuration (MOPExpander.md, configuration)."""
    found: dict[int, Word] = {}
    for at, access in accesses.items():
        if access.region != "mop" or flow.image.code[at].kind != "store":
            continue
        if access.address is None or access.value is None:
            what = "changes the macro operation to what is not a constant"
            raise report.refuse(flow.image, "MJ4140", at, what, "MOPExpander.md")
        if access.address >= MOP_CONFIG_BASE + 8 and access.value >> 24 != _NOP:
            found[access.value] = Word(at, *decode(access.value, flow.arch.name))
    return list(found.values())


def gate(flow: Flow, accesses: Mapping[int, Access]) -> None:
    """Every path through a kernel's Tensix instructions keeps to these rules, each cited where it is broken:

    - A semaphore is posted or set when all units that this thread started are idle (SEMPOST.md, SEMINIT.md), and taken
      when those are that it started since it waited for the semaphore (SEMGET.md): then work is handed over, or memory
      is given back. A SEMWAIT blocks what it is to hold back, and replaces none that still waits (SEMWAIT.md).
    - A circular buffer's counter is stored when unpackers and packer are idle (STALLWAIT.md).
    - A configuration register, an address mode or an address counter changes when the units that read it are idle.
    - Matrix and vector unit take turns on Dst and on the row counters (STALLWAIT.md, conditions C7 and C14; RWCs.md).
    - An instruction that does not wait for a source register by itself comes after one that does (MOVD2A.md, MOVD2B.md,
      ZEROSRC.md).

    Raises :class:`~meshjit.errors.CodegenError`, MJ4140 and MJ4142 to MJ4145.
    """
    image, rules = flow.image, _Gate(flow, _macro(flow, accesses))
    words = [[flow.words[at] for at in image.reach(n) if at in flow.words] for n in range(len(image.blocks))]

    def through(state: _State, number: int) -> _State:
        for word in words[number]:
            state = rules.step(state, word)
        return state

    follow(image, _State(), through)
