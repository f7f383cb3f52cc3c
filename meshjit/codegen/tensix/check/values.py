"""What is known of every register before every instruction: the constants that are the same on all paths.

That is enough to say which device a load or store goes to, because kernels make addresses of devices from constants.
"""

from __future__ import annotations

from dataclasses import dataclass

from meshjit.arch import CONFIG_BASE, INSTRUCTION_PUSH, MOP_CONFIG_BASE, TENSIX_SYNC
from meshjit.codegen.tensix.check.machine import MASK, Image, Instr, function

#: A value: a constant, None for an unknown one, minus a base for an unknown distance from the base of a device.
Value = int | None
#: Where the devices begin; everything below is L1 (ISA documentation, BabyRISCV/README, memory map).
DEVICES = 0xFFB00000
#: Where they end: constants above are negative numbers, no addresses.
_END = 0xFFF00000
#: (first address, region) in descending order. A region answers requests in order (BabyRISCV/MemoryOrdering).
_REGIONS = (
    (CONFIG_BASE, "config"), (0xFFEC0000, "mailbox"), (0xFFEA0000, "pcbuf"), (0xFFE90000, "pcbuf"),
    (TENSIX_SYNC & ~0xFFFF | 0x20, "semaphore"), (TENSIX_SYNC & ~0xFFFF, "sync"), (INSTRUCTION_PUSH, "push"),
    (0xFFE00000, "gpr"), (MOP_CONFIG_BASE, "mop"), (0xFFB40000, "overlay"), (0xFFB20000, "noc"), (0xFFB11000, "debug"),
    (DEVICES, "local"), (0, "l1"),
)  # fmt: skip


def region(address: int) -> str:
    """The memory region of an address."""
    return next(name for first, name in _REGIONS if address >= first)


@dataclass(frozen=True)
class Access:
    """A load or store: its region, its address where that is a constant (else None), and what is known of the value
    stored."""

    at: int
    region: str
    address: int | None
    value: int | None = None


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


def _arithmetic(op: str, x: Value, y: Value) -> Value:
    if x is not None and y is not None and x >= 0 and y >= 0:
        return function(op)(x, y)
    if op == "add":
        return _add(x, y)
    if op in ("sh1add", "sh2add", "sh3add"):
        return _add(None if x is None or x < 0 else x << int(op[2]) & MASK, y)
    return None


class _State:
    """Registers, and the words of local memory that were stored at known addresses."""

    def __init__(self, registers: list[Value], memory: dict[int, int]) -> None:
        self.registers = registers
        self.memory = memory

    def copy(self) -> _State:
        return _State(self.registers[:], dict(self.memory))

    def join(self, other: _State) -> bool:
        """Take what is known in both; whether that is less than before."""
        changed = False
        if self.registers != other.registers:
            mine = self.registers
            self.registers = [x if x == y else None for x, y in zip(mine, other.registers, strict=True)]
            changed = mine != self.registers
        for at in [at for at, x in self.memory.items() if other.memory.get(at) != x]:
            del self.memory[at]
            changed = True
        return changed

    def read(self, register: int) -> Value:
        return self.registers[register] if register else 0

    def address(self, instr: Instr) -> Value:
        return _add(self.read(instr.a), instr.imm)

    def step(self, instr: Instr) -> None:
        kind = instr.kind
        if kind == "alu":
            if instr.d > 0:
                other = instr.imm if instr.b < 0 else self.read(instr.b)
                self.registers[instr.d] = _arithmetic(instr.op, self.read(instr.a), other)
        elif kind == "const":
            self.registers[instr.d] = instr.imm
        elif kind == "load":
            at = self.address(instr)
            value = self.memory.get(at) if at is not None and instr.size == 4 else None
            if instr.d > 0:
                self.registers[instr.d] = value
        elif kind == "store":
            at = self.address(instr)
            if at is not None and at >= 0 and region(at) == "local":
                value = self.read(instr.b)
                if value is None or instr.size != 4:
                    self.memory.pop(at, None)
                else:
                    self.memory[at] = value


def accesses(image: Image) -> dict[int, Access]:
    """Every load and store that can be reached, by its word."""
    entry: dict[int, _State] = {0: _State([None] * 32, {})}
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
    out: dict[int, Access] = {}
    for number, state in entry.items():
        for at in image.reach(number):
            instr = image.code[at]
            if instr.kind in ("load", "store"):
                address = state.address(instr)
                value = state.read(instr.b) if instr.kind == "store" else None
                where = "l1" if address is None else region(abs(address))
                constant = address if address is not None and address >= 0 else None
                out[at] = Access(at, where, constant, value if value is not None and value >= 0 else None)
            state.step(instr)
    return out
