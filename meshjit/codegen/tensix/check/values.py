"""What is known of every register before every instruction: the constants that are the same on all paths.

That is enough to say which device a load or store goes to, because kernels make addresses of devices from constants.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from meshjit.arch import CONFIG_BASE, INSTRUCTION_PUSH, MOP_CONFIG_BASE, TENSIX_SYNC
from meshjit.codegen.tensix.check.machine import MASK, Image, Instr, function

#: A value: a constant, None for an unknown one, minus a base for an unknown distance from the base of a device.
Value = int | None
#: Where the devices begin; everything below is L1 (ISA documentation, BabyRISCV/README, memory map).
DEVICES = 0xFFB00000
#: Where they end: constants above are negative numbers, no addresses.
_END = 0xFFF00000
#: Instruction words are not below: the opcode is their upper byte.
_OPCODE = 1 << 24
#: Nor are they above (BabyRISCV/PushTensixInstruction).
_NO_OPCODE = 0xC0000000
#: (first address, region) in descending order. A region answers requests in order (BabyRISCV/MemoryOrdering).
_REGIONS = (
    (CONFIG_BASE, "config"), (0xFFEC0000, "mailbox"), (0xFFEA0000, "pcbuf"), (0xFFE90000, "pcbuf"),
    (TENSIX_SYNC & ~0xFFFF | 0x20, "semaphore"), (TENSIX_SYNC & ~0xFFFF, "sync"), (INSTRUCTION_PUSH, "push"),
    (0xFFE00000, "gpr"), (MOP_CONFIG_BASE, "mop"), (0xFFB40000, "overlay"), (0xFFB20000, "noc"), (0xFFB11000, "debug"),
    (DEVICES, "local"), (0, "l1"),
)  # fmt: skip


@lru_cache(maxsize=1 << 16)
def region(address: int) -> str:
    """The memory region of an address."""
    return next(name for first, name in _REGIONS if address >= first)


@dataclass(frozen=True)
class Access:
    """A load or store: its region, its address where that is a constant (else None), and what is known of the value
    stored. ``part`` is that value too, or the constant that was put together with an unknown one to make it."""

    at: int
    region: str
    address: int | None
    value: int | None = None
    part: int | None = None


def _add(x: Value, y: Value) -> Value:
    if x is None or (y is not None and _END > y >= DEVICES > x >= 0):
        x, y = y, x
    if x is None:
        return None
    if x < 0:
        return x if y is None or y < 0 else -((y - x) & MASK)
    if y is not None:
        return x + y & MASK if y >= 0 else -((x - y) & MASK)
    return -x if _END > x >= DEVICES else None


def _signed(value: int) -> int:
    return value - (value >> 31 << 32)


def _arithmetic(op: str, x: Value, y: Value) -> Value:
    if x is not None and y is not None and x >= 0 and y >= 0:
        return function(op)(x, y)
    if op == "add":
        return _add(x, y)
    if op in ("sh1add", "sh2add", "sh3add"):
        return _add(None if x is None or x < 0 else x << int(op[2]) & MASK, y)
    return None


def _common(value: Value, part: int | None, other: State, register: int) -> int:
    """What an instruction word, as far as it is known, shares with that of another state; 0 for different ones."""
    x, y = value if part is None else part, other.registers[register]
    y = other.parts.get(register) if y is None else y
    return x & y if x is not None and y is not None and x >> 24 == y >> 24 and _OPCODE <= x < _NO_OPCODE else 0


class State:
    """Registers, the words of local memory that were stored at known addresses, and for registers that are not known
    the constant that made them an instruction word (its opcode, and bits of its fields)."""

    def __init__(self, registers: list[Value], memory: dict[int, int], parts: dict[int, int]) -> None:
        self.registers = registers
        self.memory = memory
        self.parts = parts

    def copy(self) -> State:
        """The same, to be changed."""
        return State(self.registers[:], dict(self.memory), dict(self.parts))

    def join(self, other: State) -> bool:
        """Take what is known in both; whether that is less than before."""
        changed = False
        if self.registers != other.registers or self.parts != other.parts:
            mine, parts = self.registers, self.parts
            self.registers = [x if x == y else None for x, y in zip(mine, other.registers, strict=True)]
            changed = mine != self.registers
            lost = [r for r, x in enumerate(self.registers) if x is None and mine[r] is not None] if changed else []
            if lost or parts:
                self.parts = {r: both for r in (*lost, *parts) if (both := _common(mine[r], parts.get(r), other, r))}
                changed = changed or self.parts != parts
        for at in [at for at, x in self.memory.items() if other.memory.get(at) != x]:
            del self.memory[at]
            changed = True
        return changed

    def read(self, register: int) -> Value:
        """The value of a register."""
        return self.registers[register] if register else 0

    def address(self, instr: Instr) -> Value:
        """Where a load or store goes."""
        return _add(self.read(instr.a), instr.imm)

    def step(self, instr: Instr) -> None:
        """One instruction."""
        kind = instr.kind
        if kind == "alu":
            if instr.d > 0:
                x, y = self.read(instr.a), instr.imm if instr.b < 0 else self.read(instr.b)
                part = self._put_together(instr, x, y) if instr.op in ("or", "add", "and") else 0
                self.registers[instr.d] = value = _arithmetic(instr.op, x, y)
                self._note(instr.d, part if value is None else 0)
        elif kind == "const":
            self.registers[instr.d] = instr.imm
            self._note(instr.d, 0)
        elif kind == "load":
            at = self.address(instr)
            value = self.memory.get(at) if at is not None and instr.size == 4 else None
            if instr.d > 0:
                self.registers[instr.d] = value
                self._note(instr.d, 0)
        elif kind == "store":
            at = self.address(instr)
            if at is not None and at >= 0 and region(at) == "local":
                value = self.read(instr.b)
                if value is None or instr.size != 4:
                    self.memory.pop(at, None)
                else:
                    self.memory[at] = value

    def _note(self, register: int, part: int) -> None:
        if part:
            self.parts[register] = part
        else:
            self.parts.pop(register, None)

    def _put_together(self, instr: Instr, x: Value, y: Value) -> int:
        """The constant that an instruction puts together with an unknown value: an instruction word and its operand."""
        if instr.op == "and":
            return self.parts.get(instr.a, 0) & instr.imm if instr.b < 0 and instr.imm >> 24 == 0xFF else 0
        if instr.b < 0 and instr.a in self.parts:
            part = self.parts[instr.a]
            part = part | instr.imm if instr.op == "or" else part + _signed(instr.imm)
            return part if part >> 24 == self.parts[instr.a] >> 24 else 0
        if y is None:
            x, y = y, x
        return y if x is None and y is not None and _OPCODE <= y < _NO_OPCODE else 0


def entries(image: Image) -> dict[int, State]:
    """What is known where each block begins that can be reached."""
    entry: dict[int, State] = {0: State([None] * 32, {}, {})}
    todo = [0]
    while todo:
        number = todo.pop()
        state = entry[number].copy()
        for at in image.reach(number):
            state.step(image.code[at])
        for after in image.blocks[number].after:
            known = entry.get(after)
            if known is None:
                entry[after] = state.copy()
            elif not known.join(state):
                continue
            if after not in todo:
                todo.append(after)
    return entry


def accesses(image: Image, entry: Mapping[int, State] | None = None) -> dict[int, Access]:
    """Every load and store that can be reached, by its word; ``entry`` is what :func:`entries` gives."""
    out: dict[int, Access] = {}
    for number, state in (entries(image) if entry is None else entry).items():
        state = state.copy()
        for at in image.reach(number):
            instr = image.code[at]
            if instr.kind in ("load", "store"):
                address = state.address(instr)
                value = state.read(instr.b) if instr.kind == "store" else None
                where = "l1" if address is None else region(abs(address))
                constant = address if address is not None and address >= 0 else None
                value = value if value is not None and value >= 0 else None
                part = value if value is not None else state.parts.get(instr.b)
                out[at] = Access(at, where, constant, value, part)
            state.step(instr)
    return out
