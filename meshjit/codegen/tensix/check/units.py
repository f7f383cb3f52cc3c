"""Rules about the Tensix execution units: latencies, stalls, and who may use Dst."""

from __future__ import annotations

from collections.abc import Iterator

from meshjit.codegen.tensix import isa
from meshjit.codegen.tensix.check.words import Flow, Word, refuse
from meshjit.codegen.tensix.sfpu import SLOW

_FPU = frozenset({"MVMUL", "ELWADD", "ELWSUB", "ELWMUL", "MOVA2D", "MOVB2D", "MOVD2A", "MOVD2B", "GAPOOL", "GMPOOL"})
_COUNTERS = frozenset({"SETRWC", "INCRWC"})
_NOPS = frozenset({"DMANOP", "NOP"})


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
                raise refuse(flow, "MJ4141", word, f"{following.name} follows without SFPNOP", "SFPSHFT2.md")
            slow = word.name in SLOW and not flow.arch.is_blackhole
            if slow and following.is_sfpu and word.get("d") in _reads(following):
                what = f"the next instruction, {following.name}, reads L{word.get('d')}"
                raise refuse(flow, "MJ4141", word, what, "SFPMAD.md")


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
    stall, thcon = isa.BLOCK["CFG"], flow.wait("THCON")
    units = flow.wait("UNPACK") | flow.wait("PACK")
    before = flow.predecessors()
    for word in flow.words.values():
        if word.name != "WRCFG":
            continue
        for previous in before[word.at]:
            wait = previous.get("wait")
            held = previous.name == "STALLWAIT" and previous.get("block") & stall and wait & thcon and wait & units
            if not held:
                raise refuse(flow, "MJ4142", word, f"comes after {previous.name}, not after its stall", "WRCFG.md")
        for first in flow.after(word.at):
            if first.name not in _NOPS or any(n.name not in _NOPS for n in flow.after(first.at)):
                raise refuse(flow, "MJ4142", word, "is not followed by two NOPs", "WRCFG.md")


def counter_stores(flow: Flow) -> None:
    """A circular buffer's counter is stored only when the unpacker or packer is done (STOREREG.md, STALLWAIT.md)."""
    units = flow.wait("UNPACK") | flow.wait("PACK")
    before = flow.predecessors()
    for word in flow.words.values():
        if word.name != "STOREREG":
            continue
        for previous in before[word.at]:
            blocked = previous.get("block") & isa.BLOCK["THCON"]
            if previous.name != "STALLWAIT" or not blocked or not previous.get("wait") & units:
                what = f"comes after {previous.name}, so its pages may still be in use"
                raise refuse(flow, "MJ4143", word, what, "STALLWAIT.md")


def semaphores(flow: Flow) -> None:
    """A post tells another thread that work is done: the units that did it are waited for first (SyncUnit.md)."""
    before = flow.predecessors()
    for word in flow.words.values():
        if word.name != "SEMPOST":
            continue
        for previous in before[word.at]:
            if previous.name != "STALLWAIT" or not previous.get("block") & isa.BLOCK["SYNC"]:
                raise refuse(flow, "MJ4144", word, f"comes after {previous.name}, not after a stall", "SyncUnit.md")


def matrix_and_vector_units(flow: Flow) -> None:
    """The matrix and the vector unit share Dst and the row counters: whichever comes second waits for the other
    (STALLWAIT.md, conditions C7 and C14)."""
    math, sfpu = flow.wait("MATH"), flow.wait("SFPU")

    def step(state: frozenset[str], word: Word) -> frozenset[str]:
        if word.name == "STALLWAIT":
            if word.get("wait") & math and word.get("block") & (isa.BLOCK["SFPU"] | isa.BLOCK["SYNC"]):
                state -= {"math"}
            if word.get("wait") & sfpu and word.get("block") & (isa.BLOCK["MATH"] | isa.BLOCK["SYNC"]):
                state -= {"sfpu"}
            return state
        if word.name in _FPU:
            if "sfpu" in state:
                raise refuse(flow, "MJ4145", word, "the vector unit may still be writing Dst", "STALLWAIT.md")
            return state | {"math"}
        if word.name in ("SFPLOAD", "SFPSTORE"):
            if "math" in state:
                raise refuse(flow, "MJ4145", word, "the matrix unit may still be writing Dst", "STALLWAIT.md")
            return state | {"sfpu"}
        if word.name in _COUNTERS and "sfpu" in state:
            raise refuse(flow, "MJ4145", word, "the vector unit may still be using the row counters", "RWCs.md")
        return state

    flow.every_path(step)
