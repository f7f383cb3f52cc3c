"""The order in which stores of a RISC-V core reach different devices (ISA documentation, BabyRISCV/MemoryOrdering).

Stores are emitted in order but each region of memory processes them on its own, so a store that tells somebody to go on
may arrive before the store it speaks of. A region is *settled* when its last store has been read back from the same
address and the value read has been used. (Four-entry store queue: a load from another address may overtake a store.)
The configuration of the macro operation expander cannot be read: it is settled when the core has waited for TTSync.

The data cache of Blackhole's cores changes nothing of this: a store throws away the line that it is in, which comes
back from L1 alone, so what answers for the address afterwards has seen the store there (Blackhole's page, L0 data
cache). A fence is neither needed nor enough: it does not wait until stores have been processed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from meshjit.arch import TENSIX_SYNC
from meshjit.codegen.tensix import isa
from meshjit.codegen.tensix.check.machine import Image, Instr
from meshjit.codegen.tensix.check.paths import follow
from meshjit.codegen.tensix.check.report import refuse
from meshjit.codegen.tensix.check.values import Access
from meshjit.codegen.tensix.check.words import decode

_SOURCE = "BabyRISCV/MemoryOrdering.md"
#: Regions whose stores others depend on.
_TRACKED = frozenset({"l1", "config", "gpr", "overlay"})
_NAMES = {
    "l1": "L1", "config": "a configuration register", "gpr": "a DMA register", "overlay": "an overlay register",
    "mop": "the configuration of macro operations",
}  # fmt: skip
#: A place that was stored to: an address, or (base register, offset) while the register keeps its value.
Place = int | tuple[int, int] | None


class _State(NamedTuple):
    """Regions with stores that may be under way, where each was last stored to, registers that hold a value read back
    (and of which region), whether an instruction was pushed, or the macro operation changed, since the last store to
    TTSync, whether instructions pushed may be running and a macro operation expanding (at first none is: a reset
    empties the expander, SoftReset.md)."""

    dirty: frozenset[str] = frozenset()
    last: Mapping[str, Place] = MappingProxyType({})
    reading: Mapping[int, str] = MappingProxyType({})
    pushed: bool = False
    running: bool = False
    expanding: bool = False

    def join(self, other: _State) -> _State:
        return _State(
            self.dirty | other.dirty,
            {r: p for r, p in self.last.items() if other.last.get(r) == p},
            {r: v for r, v in self.reading.items() if other.reading.get(r) == v},
            self.pushed or other.pushed,
            self.running or other.running,
            self.expanding or other.expanding,
        )


def _sending(image: Image, accesses: dict[int, Access]) -> Iterator[int]:
    """Addresses of the command registers of request initiators that read L1: all but those that only ever issue read
    requests (NOC_CMD_WR and NOC_CMD_AT clear, NoC/MemoryMap.md)."""
    noc = image.arch.noc
    for first in (noc.base, noc.noc1_base):
        for base in range(first, first + 4 * noc.stride, noc.stride):
            values = [
                a.value for a in accesses.values() if a.address == base + noc.ctrl and image.code[a.at].kind == "store"
            ]
            if any(v is None or v & 3 for v in values):
                yield base + noc.command


class _Rules:
    def __init__(self, image: Image, accesses: dict[int, Access]) -> None:
        self.image = image
        self.accesses = accesses
        self.sends = frozenset(_sending(image, accesses))

    def step(self, state: _State, at: int) -> _State:
        """The state after an instruction; raises for one that comes too early."""
        instr = self.image.code[at]
        if instr.kind == "tensix":
            return self.push(state, at, instr.imm)
        state = _consume(state, instr)
        access = self.accesses.get(at)
        if access is not None and instr.kind == "store":
            state = self.store(state, at, instr, access)
        elif access is not None:
            state = self.load(state, at, instr, access)
        return _redefine(state, instr, keep=access is not None and access.region in (*_TRACKED, "sync"))

    def push(self, state: _State, at: int, word: int) -> _State:
        """A Tensix instruction is pushed, by .ttinsn or by a store (``word`` as far as it is known)."""
        name, fields = decode(word, self.image.arch.name)
        conditions = isa.WAIT_BLACKHOLE if self.image.arch.is_blackhole else isa.WAIT_WORMHOLE
        if name == "STALLWAIT" and dict(fields)["wait"] & conditions["MMIO"]:
            return state._replace(dirty=state.dirty - {"config", "gpr"}, pushed=True, running=True)
        self.settled(state, at, "config", "gpr", *(("mop",) if name == "MOP" else ()))
        return state._replace(pushed=True, running=True, expanding=state.expanding or name == "MOP")

    def settled(self, state: _State, at: int, *regions: str) -> None:
        """Refuse when a store to one of ``regions`` may be under way."""
        for name in sorted(state.dirty & set(regions)):
            way = "wait for TTSync first" if name == "mop" else "read it back from the same address and use it"
            what = f"a store to {_NAMES[name]} may still be under way: {way}"
            raise refuse(self.image, "MJ4146", at, what, _SOURCE)

    def store(self, state: _State, at: int, instr: Instr, access: Access) -> _State:
        where, address = access.region, access.address
        if where == "push":
            return self.push(state, at, access.part or 0)
        if where == "overlay" or address in self.sends:
            self.settled(state, at, "l1")
        elif address == self.image.arch.soft_reset:
            self.settled(state, at, "l1", "config", "overlay")
        elif where == "sync":
            return state._replace(pushed=False)
        elif where == "mop":
            if state.expanding:
                what = "the macro operation expander may still be at work: wait for TTSync first"
                raise refuse(self.image, "MJ4146", at, what, "BabyRISCV/TTSync.md")
            return state._replace(dirty=state.dirty | {where}, pushed=True)
        elif where in ("config", "gpr") and state.running:
            what = "instructions pushed before may not have run yet: wait for TTSync first"
            raise refuse(self.image, "MJ4146", at, what, "TensixCoprocessor/BackendConfiguration.md")
        if where not in _TRACKED:
            return state
        place = address if address is not None else (instr.a, instr.imm)
        reading = {r: v for r, v in state.reading.items() if v != where}  # read back before this store
        return state._replace(dirty=state.dirty | {where}, last={**state.last, where: place}, reading=reading)

    def load(self, state: _State, at: int, instr: Instr, access: Access) -> _State:
        where = access.region
        if where in ("sync", "mailbox", "semaphore"):
            if "sync" in state.reading.values():
                what = "TTSync was read and the value has not been used yet"
                raise refuse(self.image, "MJ4146", at, what, "BabyRISCV/TTSync.md")
            if access.address == TENSIX_SYNC and state.pushed:
                what = "TTSync is read without a store to it after the last instruction pushed"
                raise refuse(self.image, "MJ4146", at, what, "BabyRISCV/TTSync.md")
        reading = {r: v for r, v in state.reading.items() if r != instr.d}
        place = access.address if access.address is not None else (instr.a, instr.imm)
        if instr.d > 0 and (where == "sync" or (where in state.dirty and state.last.get(where) == place)):
            reading[instr.d] = where
        return state if reading == state.reading else state._replace(reading=reading)


def _consume(state: _State, instr: Instr) -> _State:
    """An instruction that uses a value read back waits until it is there."""
    used = {r for r in (instr.a, instr.b) if r in state.reading}
    if not used:
        return state
    settled = {state.reading[r] for r in used}
    reading = {r: v for r, v in state.reading.items() if v not in settled}
    if "sync" in settled and not state.pushed:
        state = state._replace(running=False, expanding=False)
        settled.add("mop")
    return state._replace(dirty=state.dirty - settled, reading=reading)


def _redefine(state: _State, instr: Instr, *, keep: bool) -> _State:
    """A register takes a new value: it names no place any more and, unless just read, holds nothing read back."""
    if instr.d < 0:
        return state
    last = {r: p for r, p in state.last.items() if not (isinstance(p, tuple) and p[0] == instr.d)}
    reading = state.reading if keep else {r: v for r, v in state.reading.items() if r != instr.d}
    if len(last) == len(state.last) and reading is state.reading:
        return state
    return state._replace(last=last, reading=reading)


def memory_order(image: Image, accesses: dict[int, Access]) -> None:
    """Stores to L1, to configuration and to overlay registers have arrived before anybody is told of them: before a
    circular buffer's counter is stored, a NoC command is given, cores are released, an instruction is pushed."""
    rules = _Rules(image, accesses)

    def through(state: _State, number: int) -> _State:
        for at in image.reach(number):
            state = rules.step(state, at)
        return state

    follow(image, _State(), through)
