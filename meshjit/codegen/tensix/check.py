"""A static checker of emitted kernels: proves, from the binary alone, what the simulator does not check.

It walks every path through a kernel's control flow, sees Tensix instructions in the order in which they are pushed,
and refuses the kernel where a rule cannot be proved. Each rule cites the page of the public ISA documentation it is
from.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from meshjit.arch import Arch
from meshjit.codegen.tensix import isa
from meshjit.codegen.tensix.sfpu import SLOW
from meshjit.errors import CodegenError

_FPU = frozenset({"MVMUL", "ELWADD", "ELWSUB", "ELWMUL", "MOVA2D", "MOVB2D", "MOVD2A", "MOVD2B", "GAPOOL", "GMPOOL"})
_COUNTERS = frozenset({"SETRWC", "INCRWC"})
_NOPS = frozenset({"DMANOP", "NOP"})


@dataclass(frozen=True)
class Word:
    """A decoded Tensix instruction: ``at`` is its index in the image."""

    at: int
    name: str
    fields: tuple[tuple[str, int], ...]

    def get(self, field: str) -> int:
        """An operand field, 0 when the instruction has none of that name."""
        return dict(self.fields).get(field, 0)

    @property
    def is_sfpu(self) -> bool:
        """Whether the vector unit executes it."""
        return self.name.startswith("SFP")


@cache
def _decode(word: int, arch: str) -> tuple[str, tuple[tuple[str, int], ...]]:
    instruction = isa.by_opcode(arch).get(word >> 24)
    if instruction is None:
        return "?", ()
    fields = tuple((n, word >> low & (1 << width) - 1) for n, (low, width) in instruction.fields.items())
    return instruction.name, fields


def _signed(value: int, width: int) -> int:
    return (value ^ 1 << width - 1) - (1 << width - 1)


class Flow:
    """The control flow of an image: which Tensix instruction may follow which.

    Raises :class:`~meshjit.errors.CodegenError` (MJ4140) for a jump that cannot be followed.
    """

    def __init__(self, image: bytes, arch: Arch, name: str) -> None:
        self.arch = arch
        self.name = name
        self.code = struct.unpack(f"<{len(image) // 4}I", image)
        self.words: dict[int, Word] = {}
        self._after: dict[int, tuple[Word, ...]] = {}
        for i, code in enumerate(self.code):
            if code & 3 != 3:
                self.words[i] = Word(i, *_decode((code >> 2 | code << 30) & 0xFFFFFFFF, arch.name))
        order = list(self.words)
        #: (first, last) word of each sequence that is loaded into the replay buffer.
        self.bodies: list[tuple[int, int]] = []
        for n, word in enumerate(self.words.values()):
            if word.name == "REPLAY" and word.get("load"):
                self.bodies.append((order[n + 1], order[n + word.get("length")]))
        self.replays = [w for w in self.words.values() if w.name == "REPLAY" and not w.get("load")]

    def targets(self, i: int) -> tuple[int, ...]:
        """Where control may go after word ``i``."""
        code = self.code[i]
        if code & 3 != 3:
            return (i + 1,)
        opcode = code & 0x7F
        if opcode == 0x6F:
            offset = (code >> 31) << 20 | (code >> 12 & 255) << 12 | (code >> 20 & 1) << 11 | (code >> 21 & 1023) << 1
            return (i + _signed(offset, 21) // 4,)
        if opcode == 0x63:
            offset = (code >> 31) << 12 | (code >> 7 & 1) << 11 | (code >> 25 & 63) << 5 | (code >> 8 & 15) << 1
            return (i + 1, i + _signed(offset, 13) // 4)
        if opcode == 0x67:
            raise CodegenError(
                "MJ4140", f"kernel {self.name} jumps through a register", fix="a kernel has no calls and no tables"
            )
        return (i + 1,)

    def after(self, i: int) -> tuple[Word, ...]:
        """The Tensix instructions that may come next after word ``i``."""
        if i not in self._after:
            self._after[i] = tuple(self._walk(i))
        return self._after[i]

    def _walk(self, i: int) -> Iterator[Word]:
        seen: set[int] = set()
        todo = list(self.targets(i))
        while todo:
            j = todo.pop()
            if j in seen or not 0 <= j < len(self.code):
                continue
            seen.add(j)
            if j in self.words:
                yield self.words[j]
            else:
                todo += self.targets(j)

    @property
    def entry(self) -> tuple[Word, ...]:
        """The Tensix instructions that may be the first."""
        return (self.words[0],) if 0 in self.words else tuple(self.after(0))


def _refuse(flow: Flow, code: str, word: Word, what: str, source: str) -> CodegenError:
    return CodegenError(
        code,
        f"kernel {flow.name}: {word.name} at word {word.at}: {what}",
        operands=[f"rule from the ISA documentation, {source}"],
        fix="use the macros of kernel_templates/tensix/lib.ll.j2, which own their stalls and NOPs",
    )


def _reads(word: Word) -> frozenset[int]:
    """The LRegs a vector instruction reads."""
    immediate = word.get("mode") & 1  # the other operand is in the instruction
    two = ("c",) if immediate else ("c", "d")
    by_name: dict[str, tuple[str, ...]] = {
        "SFPMAD": ("a", "b", "c"), "SFPADD": ("a", "b", "c"), "SFPMUL": ("a", "b", "c"),
        "SFPSTORE": ("d",), "SFPMULI": ("d",), "SFPADDI": ("d",), "SFPNOP": (), "SFPENCC": (), "SFPLOAD": (),
        "SFPLOADI": ("d",) if word.get("mode") in (8, 10) else (),
        "SFPSWAP": ("c", "d"), "SFPAND": ("c", "d"), "SFPOR": ("c", "d"), "SFPXOR": ("c", "d"),
        "SFPIADD": two, "SFPSETEXP": two, "SFPSETMAN": two, "SFPSETSGN": two,
        "SFPSHFT": ("d",) if immediate else ("c", "d"),
    }  # fmt: skip
    if word.name == "SFPTRANSP":
        return frozenset(range(8))
    if word.name == "SFPCONFIG":
        return frozenset({0})
    return frozenset(word.get(f) for f in by_name.get(word.name, ("c",) if word.is_sfpu else ()))


def sfpu_latency(flow: Flow) -> None:
    """A multiply-add's result is not read by the next instruction (SFPMAD.md); after a rotation comes an SFPNOP
    (SFPSHFT2.md). Blackhole waits for multiply-adds by itself."""
    for word in flow.words.values():
        if word.name != "SFPSHFT2" and word.name not in SLOW:
            continue
        for following in _followers(flow, word):
            if word.name == "SFPSHFT2" and following.is_sfpu and following.name != "SFPNOP":
                raise _refuse(flow, "MJ4141", word, f"{following.name} follows without SFPNOP", "SFPSHFT2.md")
            slow = word.name in SLOW and not flow.arch.is_blackhole
            if slow and following.is_sfpu and word.get("d") in _reads(following):
                what = f"the next instruction, {following.name}, reads L{word.get('d')}"
                raise _refuse(flow, "MJ4141", word, what, "SFPMAD.md")


def _followers(flow: Flow, word: Word) -> Iterator[Word]:
    """What may execute next: the end of a replayed body is followed by its beginning, and by what follows a replay."""
    yield from flow.after(word.at)
    replays_follow = any(w in flow.replays for w in flow.after(word.at)) if flow.bodies else False
    for first, last in flow.bodies:
        if word.at == last:
            yield flow.words[first]
            for replay in flow.replays:
                yield from flow.after(replay.at)
        if replays_follow:
            yield flow.words[first]


def config_writes(flow: Flow) -> None:
    """A configuration write waits for the DMA register and for the unit that reads the register, and two NOPs follow
    it before that unit may start (WRCFG.md, STALLWAIT.md)."""
    stall, thcon = isa.BLOCK["CFG"], _wait(flow, "THCON")
    units = _wait(flow, "UNPACK") | _wait(flow, "PACK")
    before = _predecessors(flow)
    for word in flow.words.values():
        if word.name != "WRCFG":
            continue
        for previous in before[word.at]:
            wait = previous.get("wait")
            held = previous.name == "STALLWAIT" and previous.get("block") & stall and wait & thcon and wait & units
            if not held:
                raise _refuse(flow, "MJ4142", word, f"comes after {previous.name}, not after its stall", "WRCFG.md")
        for first in flow.after(word.at):
            if first.name not in _NOPS or any(n.name not in _NOPS for n in flow.after(first.at)):
                raise _refuse(flow, "MJ4142", word, "is not followed by two NOPs", "WRCFG.md")


def counter_stores(flow: Flow) -> None:
    """A circular buffer's counter is stored only when the unpacker or packer is done (STOREREG.md, STALLWAIT.md)."""
    units = _wait(flow, "UNPACK") | _wait(flow, "PACK")
    before = _predecessors(flow)
    for word in flow.words.values():
        if word.name != "STOREREG":
            continue
        for previous in before[word.at]:
            blocked = previous.get("block") & isa.BLOCK["THCON"]
            if previous.name != "STALLWAIT" or not blocked or not previous.get("wait") & units:
                what = f"comes after {previous.name}, so its pages may still be in use"
                raise _refuse(flow, "MJ4143", word, what, "STALLWAIT.md")


def semaphores(flow: Flow) -> None:
    """A post tells another thread that work is done: the units that did it are waited for first (SyncUnit.md)."""
    before = _predecessors(flow)
    for word in flow.words.values():
        if word.name != "SEMPOST":
            continue
        for previous in before[word.at]:
            if previous.name != "STALLWAIT" or not previous.get("block") & isa.BLOCK["SYNC"]:
                raise _refuse(flow, "MJ4144", word, f"comes after {previous.name}, not after a stall", "SyncUnit.md")


def matrix_and_vector_units(flow: Flow) -> None:
    """The matrix and the vector unit share Dst and the row counters: whichever comes second waits for the other
    (STALLWAIT.md, conditions C7 and C14)."""
    math, sfpu = _wait(flow, "MATH"), _wait(flow, "SFPU")

    def step(state: frozenset[str], word: Word) -> frozenset[str]:
        if word.name == "STALLWAIT":
            if word.get("wait") & math and word.get("block") & (isa.BLOCK["SFPU"] | isa.BLOCK["SYNC"]):
                state -= {"math"}
            if word.get("wait") & sfpu and word.get("block") & (isa.BLOCK["MATH"] | isa.BLOCK["SYNC"]):
                state -= {"sfpu"}
            return state
        if word.name in _FPU:
            if "sfpu" in state:
                raise _refuse(flow, "MJ4145", word, "the vector unit may still be writing Dst", "STALLWAIT.md")
            return state | {"math"}
        if word.name in ("SFPLOAD", "SFPSTORE"):
            if "math" in state:
                raise _refuse(flow, "MJ4145", word, "the matrix unit may still be writing Dst", "STALLWAIT.md")
            return state | {"sfpu"}
        if word.name in _COUNTERS and "sfpu" in state:
            raise _refuse(flow, "MJ4145", word, "the vector unit may still be using the row counters", "RWCs.md")
        return state

    _every_path(flow, step)


def _every_path(flow: Flow, step: Callable[[frozenset[str], Word], frozenset[str]]) -> None:
    """Run ``step`` over all Tensix instructions along all paths, joining states by union, until nothing changes."""
    bodies = {at for first, last in flow.bodies for at in range(first, last + 1)}
    state: dict[int, frozenset[str]] = {}
    todo = [(word, frozenset[str]()) for word in flow.entry]
    while todo:
        word, incoming = todo.pop()
        known = state.get(word.at)
        joined = incoming | (known or frozenset())
        if known is not None and joined == known:
            continue
        state[word.at] = joined
        # What is only recorded executes at its replays, which share its surroundings in every kernel.
        after = joined if word.at in bodies and word.name in _FPU else step(joined, word)
        todo += [(following, after) for following in flow.after(word.at)]


def _wait(flow: Flow, name: str) -> int:
    return (isa.WAIT_BLACKHOLE if flow.arch.is_blackhole else isa.WAIT_WORMHOLE)[name]


def _predecessors(flow: Flow) -> dict[int, list[Word]]:
    out: dict[int, list[Word]] = {at: [] for at in flow.words}
    for word in flow.entry:
        out[word.at].append(Word(-1, "the kernel's start", ()))
    for word in flow.words.values():
        for following in flow.after(word.at):
            out[following.at].append(word)
    return out


RULES = (sfpu_latency, config_writes, counter_stores, semaphores, matrix_and_vector_units)


def check(image: bytes, arch: Arch, name: str) -> None:
    """Prove every rule for a kernel's image.

    Raises :class:`~meshjit.errors.CodegenError`, MJ4140 to MJ4145, for the first that does not hold.
    """
    flow = Flow(image, arch, name)
    for rule in RULES:
        rule(flow)
