"""A program of one kernel without circular buffers: nobody but itself and the NoC touches its L1.

Walked for all arguments and all data at once (:mod:`~meshjit.codegen.tensix.check.walk`): whether a page is read
again may depend on what lies in L1, so a branch that nothing is known of goes both ways, and what is proved holds on
every path. The NoC's counters are symbols that grow with each request, so a register that holds what is waited for is
recognized whichever way the kernel came.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from meshjit.arch import HEADER_CONFIG_PAIRS, L1, Arch
from meshjit.codegen.tensix.check import slicing, values
from meshjit.codegen.tensix.check.events import Range
from meshjit.codegen.tensix.check.forms import Form, Symbol, add, bounds, coefficient, symbol
from meshjit.codegen.tensix.check.machine import Image
from meshjit.codegen.tensix.check.report import refuse
from meshjit.codegen.tensix.check.transfers import ATOMIC, MULTICAST, WRITE, initiators, transfer_counters, unsupported
from meshjit.codegen.tensix.check.walk import State, Walker
from meshjit.ir.program import Area, Kernel

#: Of what a state keeps besides values: request initiators that may be busy, transfers that may be under way.
_BUSY, _FLYING = 0, 1
#: Values that loads of a byte or half a word give at most.
_LARGEST = {("lu", 1): 0xFF, ("lu", 2): 0xFFFF}


def prove(kernel: Kernel, areas: Sequence[Area], config_pairs: int, arch: Arch) -> None:
    """Prove that NoC transfers and the kernel's loads and stores leave each other alone, whatever the arguments.

    Raises :class:`~meshjit.errors.CodegenError`: MJ4147, MJ4152, MJ4154 or MJ4155.
    """
    image = Image(kernel.binary, arch, kernel.name, kernel.role, kernel.source, kernel.marked)
    _Alone(image, areas).prove(config_pairs)


class _Refusal(NamedTuple):
    """What is wrong with the instruction at word ``at``, by a rule of a page; ``since`` is the word that asked for a
    transfer, -1 for none."""

    code: str
    at: int
    what: str
    source: str
    since: int


class _Alone(Walker[_Refusal]):
    def __init__(self, image: Image, areas: Sequence[Area]) -> None:
        accesses = values.accesses(image)
        places, after = slicing.Places(image, accesses), [b.after for b in image.blocks]
        super().__init__(image, accesses, places, after, slicing.polls(image, accesses))
        self.areas = [Range(a.address, a.address + a.size_bytes) for a in areas]
        self.initiators = initiators(image.arch)
        self.counters = {
            address: Symbol(grows=True) for address, kind in transfer_counters(image.arch).items() if kind is not None
        }

    def prove(self, config_pairs: int) -> None:
        """Walk the kernel from its start."""
        places = {register: symbol() for register in range(1, 32)}
        places[L1.arguments + 4 * HEADER_CONFIG_PAIRS] = Form(config_pairs)
        self.walk(0, State(places), frozenset(range(len(self.image.blocks))))
        for code, at, what, source, since in self.noted:
            more = [f"requested at word {since}"] if since >= 0 else []
            raise refuse(self.image, code, at, what, source, more)

    def refuse(self, code: str, at: int, what: str, source: str, since: int = -1) -> None:
        """Refuse the instruction at word ``at``, when the walk is over."""
        self.noted.append(_Refusal(code, at, what, source, since))

    # ---- loads and stores ----

    def place(self, at: int) -> int | None:
        """Words of local memory, registers of the NoC, and arguments keep their values."""
        slot = super().place(at)
        access = self.accesses[at]
        if slot is None and access.address is not None and (access.region == "noc" or _argument(access.address)):
            return access.address
        return slot

    def load(self, at: int, address: Form, state: State) -> Form:
        """Arguments and counters are known by name."""
        access, instr = self.accesses[at], self.image.code[at]
        where = access.address
        if where in self.counters:
            idle = not any(t[0] == _FLYING and t[4] == where for t in state.others)
            return Form(0, ((self.counters[where], 1),)) if idle else symbol()
        if access.region == "l1":
            self._touch(at, address, instr.size, state, store=False)
            if where is not None and _argument(where) and instr.size == 4:
                return self.read(where, state)
        return symbol(0, _LARGEST.get((instr.op, instr.size), 0xFFFFFFFF))

    def store(self, at: int, address: Form, value: Form, state: State) -> None:
        """A store to L1, or to a device."""
        access = self.accesses[at]
        where, noc = access.address, self.image.arch.noc
        if access.region == "l1" and where == L1.flags:
            for transfer in sorted(t for t in state.others if t[0] == _FLYING):
                what = "transfers may still be under way at the end"
                self.refuse("MJ4155", at, what, "NoC/Counters.md", transfer[5])
        elif access.region == "l1":
            self._touch(at, address, self.image.code[at].size, state, store=True)
        elif access.region == "noc" and where is not None:
            state.places[where] = value
            if where - noc.command in self.initiators:
                self._send(at, where - noc.command, state)
        elif access.region not in ("config", "debug"):
            what = f"a store to a {access.region} register in a kernel that works alone"
            raise refuse(self.image, "MJ4147", at, what, "BabyRISCV/README.md")

    def _touch(self, at: int, address: Form, size: int, state: State, *, store: bool) -> None:
        """A load or store of L1: in the program's own memory, which no transfer is changing or (for stores) reading."""
        low, high = bounds(address, state.known)
        touched = Range(low, high + size)
        if not store and _argument(low) and _argument(high):
            return
        if not store and L1.config <= low and high < L1.flags:
            return
        verb = "stores to" if store else "loads from"
        self._own(at, touched, verb)
        for _, first, end, reads, _, since in self._flying(state):
            if (store or reads) and touched.overlaps(Range(first, end)):
                what = f"{verb} {_span(touched)}, where a NoC transfer may be under way"
                self.refuse("MJ4155", at, what, "NoC/Counters.md", since)

    def _own(self, at: int, touched: Range, verb: str) -> None:
        if not any(area.first <= touched.first and touched.end <= area.end for area in self.areas):
            what = f"{verb} {_span(touched)}, not in one area of the program's L1"
            self.refuse("MJ4154", at, what, "TensixTile/L1.md")

    # ---- NoC ----

    def _flying(self, state: State) -> list[tuple[int, ...]]:
        return sorted(t for t in state.others if t[0] == _FLYING)

    def _send(self, at: int, initiator: int, state: State) -> None:
        """A request is given to a request initiator."""
        noc = self.image.arch.noc
        if (_BUSY, initiator) in state.others:
            self.refuse("MJ4155", at, "the request initiator may still be busy", "NoC/MemoryMap.md")
        ctrl, length = (self.read(initiator + r, state) for r in (noc.ctrl, noc.length))
        if ctrl.terms or length.terms or ctrl.const & (ATOMIC | MULTICAST):
            what = "a request whose kind or length varies, or that is for other cores"
            self.refuse("MJ4147", at, what, "NoC/MemoryMap.md")
            return
        what, page = unsupported(self.image.arch, ctrl.const, length.const)
        if what:
            self.refuse("MJ4155", at, what, page)
        reads = not ctrl.const & WRITE
        low, high = bounds(self.read(initiator + (noc.return_lo if reads else noc.target_lo), state), state.known)
        touched = Range(low, high + length.const)
        self._own(at, touched, "reads over the NoC to" if reads else "sends from")
        for _, first, end, other, _, since in self._flying(state):
            if (reads or other) and touched.overlaps(Range(first, end)):
                what = f"L1 at {_span(touched)} may still be in use by another transfer"
                self.refuse("MJ4155", at, what, "NoC/Ordering.md", since)
        base = noc.noc1_base if initiator >= noc.noc1_base else noc.base
        counter = base + (noc.read_responses if reads else noc.write_acks)
        grown = self.counters[counter]
        for place, form in state.places.items():  # what was the counter's value is now that many less
            state.places[place] = add(form, Form(1), -coefficient(form, grown))
        flying = (_FLYING, touched.first, touched.end, int(reads), counter, at)
        state.others |= {(_BUSY, initiator), flying}

    def wait(self, number: int, at: int, state: State) -> None:
        """A block that waits for a request initiator or for transfers."""
        seen = symbol()
        for word in self.image.reach(number):
            instr = self.image.code[word]
            if word == at:
                state.places[instr.d] = seen
            else:
                self.step(word, instr, state)
        block = self.image.blocks[number]
        branch = self.image.code[block.end - 1]
        x, y = self.read(max(branch.a, 0), state), self.read(max(branch.b, 0), state)
        wanted = y if x == seen else x
        where = self.accesses[at].address
        stays = branch.op == ("bne" if block.after[1] == number else "beq")
        if where is None or not stays or seen not in (x, y):
            self.refuse("MJ4147", at, "a wait that does not end with one value", "NoC/MemoryMap.md")
        elif where in self.counters:
            counter = self.counters[where]
            if wanted != Form(0, ((counter, 1),)):
                what = "waits for another number of transfers than are under way or done"
                self.refuse("MJ4152", at, what, "NoC/Counters.md")
            state.others = frozenset(t for t in state.others if t[0] != _FLYING or t[4] != where)
        elif where - self.image.arch.noc.command in self.initiators and not wanted.terms and not wanted.const:
            state.others -= {(_BUSY, where - self.image.arch.noc.command)}
        else:
            what = f"a wait for {where:#x}, which nobody is known to change"
            self.refuse("MJ4147", at, what, "NoC/MemoryMap.md")


def _argument(address: int) -> bool:
    return L1.arguments <= address < L1.data


def _span(touched: Range) -> str:
    return f"{touched.first:#x}" if touched.end - touched.first <= 4 else f"{touched.first:#x} to {touched.end:#x}"
