"""Rules about what comes within a few instructions: latencies of the units, NOPs after configuration writes."""

from __future__ import annotations

from collections.abc import Iterator

from meshjit.codegen.tensix import isa
from meshjit.codegen.tensix.check.gate import UNITS, readers
from meshjit.codegen.tensix.check.words import Flow, Word, refuse
from meshjit.codegen.tensix.hazards import late, written
from meshjit.codegen.tensix.sfpu import SLOW

_NOPS = frozenset({"DMANOP", "NOP"})
#: DestIncr, DestCR, DestClear and DestCToCR of an address mode's Dst word (RWCs.md).
_DST_STEP = 0x1FFF


def sfpu_latency(flow: Flow) -> None:
    """A multiply-add's result is not read by the next instruction, on Blackhole where the vector unit does not see that
    it is read (SFPMAD.md of each chip). On Wormhole an SFPNOP follows a rotation (SFPSHFT2.md); Blackhole waits."""
    blackhole = flow.arch.is_blackhole
    for word in flow.words.values():
        if word.name not in SLOW and (word.name != "SFPSHFT2" or blackhole):
            continue
        for following in _followers(flow, word):
            if word.name == "SFPSHFT2" and following.is_sfpu and following.name != "SFPNOP":
                raise refuse(flow, "MJ4141", word, f"{following.name} follows without SFPNOP", "SFPSHFT2.md")
            if word.name in SLOW and following.is_sfpu:
                read = written(word.get) & late(following.name, following.get, blackhole=blackhole)
                if read:
                    unseen = ", which the vector unit does not see" if blackhole else ""
                    what = f"the next instruction, {following.name}, reads L{min(read)}{unseen}"
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
    """A configuration write waits for the DMA register and for the units that read the register, and two NOPs follow
    it before any may start (WRCFG.md, STALLWAIT.md)."""
    stall, thcon = isa.BLOCK["CFG"], flow.wait("THCON")
    before = flow.predecessors()
    for word in flow.words.values():
        if word.name != "WRCFG":
            continue
        units = readers(flow.arch.name, word.get("config"), thread=False)
        wanted = sum(flow.wait(name) for name, bit in UNITS.items() if units & bit) | thcon
        for previous in before[word.at]:
            if previous.name != "STALLWAIT" or not previous.get("block") & stall or wanted & ~previous.get("wait"):
                raise refuse(flow, "MJ4142", word, f"comes after {previous.name}, not after its stall", "WRCFG.md")
        for first in flow.after(word.at):
            if first.name not in _NOPS or any(n.name not in _NOPS for n in flow.after(first.at)):
                raise refuse(flow, "MJ4142", word, "is not followed by two NOPs", "WRCFG.md")


def moves_to_dst(flow: Flow) -> None:
    """What MOVA2D or MOVB2D wrote is not read in the next three cycles by the instructions that the hardware does not
    hold back then: sums onto Dst (MOVA2D.md, MOVB2D.md)."""
    sums = {w for w in flow.words.values() if w.name in ("ELWADD", "ELWSUB") and w.get("accumulate")}
    if not sums:
        return
    for word in flow.words.values():
        if word.name not in ("MOVA2D", "MOVB2D"):
            continue
        following, rows = set(flow.after(word.at)), {word.get("dst") // 8}
        if _steps_dst(flow, word):
            rows = set[int]()
        for _ in range(3):
            for reader in following & sums:
                if not rows or reader.get("dst") // 8 in rows:
                    what = f"{reader.name} reads within three instructions what it moves"
                    raise refuse(flow, "MJ4145", word, what, f"{word.name}.md")
            following = {n for w in following for n in flow.after(w.at)}


def _steps_dst(flow: Flow, word: Word) -> bool:
    """Whether the address mode of an instruction may move the Dst counter: any value that the mode is ever given."""
    register = flow.arch.thread_config[f"addr_mod_dst{word.get('addr_mode')}"]
    modes = [w.get("value") for w in flow.words.values() if w.name == "SETC16" and w.get("config") == register]
    return not modes or any(value & _DST_STEP for value in modes)
