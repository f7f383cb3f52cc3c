"""Blackhole's cores have a data cache between them and L1, which nobody else keeps up to date: a fence empties it.

It has four lines of 16 bytes. A store throws away the line that it is in, so a core always sees its own stores. What
others write (the NoC, other cores, packers) it sees when the line has not been loaded since, or has been thrown away
since. It learns that others have written from counters of the NoC and of circular buffers, from semaphores and TTSync,
and from words of L1 that it polls. A fence also waits for the loads before it, and nothing after it starts before it is
done, so one lies between what says that data has come and the loads of that data.

Sources: Blackhole's ISA documentation, BabyRISCV/MemoryOrdering (L0 data cache, fences); that a reset empties the cache
is said nowhere (SoftReset names the instruction cache alone), so a kernel begins with a fence. Wormhole has no such
cache, and its fences do nothing (its page of the same name).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from meshjit.arch import L1, Arch
from meshjit.codegen.tensix.check.machine import Image, Instr
from meshjit.codegen.tensix.check.paths import follow
from meshjit.codegen.tensix.check.report import refuse
from meshjit.codegen.tensix.check.values import Access

_SOURCE = "BabyRISCV/MemoryOrdering.md, L0 data cache"
_NOTHING: frozenset[int] = frozenset()


class _State(NamedTuple):
    """Whether the cache was emptied at all, and since the core last learnt that others may have written; registers, and
    words of local memory, with what was loaded when it was not; loads of single words since it was emptied."""

    emptied: bool = False
    fresh: bool = False
    registers: frozenset[int] = _NOTHING
    words: frozenset[int] = _NOTHING
    loaded: frozenset[int] = _NOTHING

    def join(self, other: _State) -> _State:
        return _State(
            self.emptied and other.emptied,
            self.fresh and other.fresh,
            self.registers | other.registers,
            self.words | other.words,
            self.loaded | other.loaded,
        )


def _news(arch: Arch, access: Access) -> bool:
    """Whether a device's register tells that others have written to L1: of the NoC only responses do."""
    if access.region != "noc" or access.address is None:
        return access.region not in ("l1", "local", "debug")
    noc = arch.noc
    first = noc.noc1_base if access.address >= noc.noc1_base else noc.base
    return access.address - first in (noc.read_responses, noc.atomic_responses)


class _Rules:
    def __init__(self, image: Image, accesses: Mapping[int, Access]) -> None:
        self.image = image
        self.accesses = accesses
        self.news = {at for at, access in accesses.items() if _news(image.arch, access)}
        waits = _waits(image)
        self.polls = {
            at
            for at, access in accesses.items()
            if access.region == "l1" and access.address is not None and any(at in image.reach(n) for n in waits)
        }

    def step(self, state: _State, at: int) -> _State:
        """The state after an instruction; raises for one that may see what the cache has kept."""
        instr = self.image.code[at]
        kind = instr.kind
        if kind == "alu":
            if state.registers and instr.d > 0:
                old = instr.a in state.registers or instr.b in state.registers
                return self.mark(state, instr.d, old=old)
        elif kind == "fence":
            return _State(True, True, state.registers, state.words)
        elif kind == "const":
            return self.mark(state, instr.d, old=False)
        elif at in self.accesses:
            access = self.accesses[at]
            return self.load(state, instr, access) if kind == "load" else self.store(state, instr, access)
        return state

    def mark(self, state: _State, register: int, *, old: bool) -> _State:
        """Whether a register holds what may be older than what L1 holds."""
        if register < 0 or old == (register in state.registers):
            return state
        return state._replace(registers=state.registers | {register} if old else state.registers - {register})

    def load(self, state: _State, instr: Instr, access: Access) -> _State:
        if access.region == "local":
            return self.mark(state, instr.d, old=access.address in state.words)
        if access.region != "l1":
            state = state._replace(fresh=False) if access.at in self.news else state
            return self.mark(state, instr.d, old=False)
        if not state.emptied:
            what = "loads from L1 what the data cache may have kept since the launch before: a fence comes first"
            raise refuse(self.image, "MJ4157", access.at, what, _SOURCE)
        old = not state.fresh and not (access.address is not None and access.address < L1.data)
        if access.at in self.polls:
            if access.at in state.loaded:
                what = "loads a word of L1 again, and the data cache may answer: a fence comes before each time"
                raise refuse(self.image, "MJ4157", access.at, what, _SOURCE)
            state = state._replace(loaded=state.loaded | {access.at}, fresh=False)
        return self.mark(state, instr.d, old=old)

    def store(self, state: _State, instr: Instr, access: Access) -> _State:
        old = instr.b in state.registers
        if access.region == "local" and access.address is not None:
            words = state.words | {access.address} if old else state.words - {access.address}
            return state._replace(words=words) if words != state.words else state
        if old and access.region in ("l1", "local"):
            what = "stores what was loaded from L1 without a fence since others may have written it"
            raise refuse(self.image, "MJ4157", access.at, what, _SOURCE)
        return state


def _waits(image: Image) -> set[int]:
    """Blocks of loops that do nothing but look: they wait for what they load."""
    loud = ("store", "tensix")
    quiet = {n for n in range(len(image.blocks)) if all(image.code[at].kind not in loud for at in image.reach(n))}
    found: set[int] = set()
    for start in quiet:
        seen: set[int] = set()
        todo = [start]
        while todo:
            for after in image.blocks[todo.pop()].after:
                if after in quiet and after not in seen:
                    seen.add(after)
                    todo.append(after)
        if start in seen:
            found.add(start)
    return found


def data_cache(image: Image, accesses: Mapping[int, Access]) -> None:
    """On Blackhole every load of L1 sees what others have written:

    - the cache is emptied before a kernel first loads from L1;
    - a word that is loaded again and again, to wait for it, is loaded from L1 each time;
    - data that the core stores elsewhere was loaded after the cache was emptied, and that after the core learnt that
      the data had come. (What is not stored steers the kernel, so it is an argument, which nobody writes: MJ4147.)

    A load from a constant address below the circular buffers, and in no loop that only waits, is that of an argument.

    Wormhole's kernels have no fence. Raises :class:`~meshjit.errors.CodegenError`, MJ4157.
    """
    if not image.arch.is_blackhole:
        for at, instr in enumerate(image.code):
            if instr.kind == "fence":
                what = "has a fence, which does nothing on Wormhole"
                raise refuse(image, "MJ4157", at, what, "BabyRISCV/MemoryOrdering.md")
        return
    rules = _Rules(image, accesses)

    def through(state: _State, number: int) -> _State:
        for at in image.reach(number):
            state = rules.step(state, at)
        return state

    follow(image, _State(), through)
