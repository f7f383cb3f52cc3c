"""RV32IM (and Zba, Zbb) as the checker reads it: decoded instructions, their meaning, and the basic blocks of an image.

The meaning of an arithmetic instruction is a Python expression, so that the same table serves to evaluate it once and
to translate a kernel into a Python function. Sources: RISC-V unprivileged specification 20191213 (RV32I, M) and
bit-manipulation extensions 1.0 (Zba, Zbb).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from meshjit.arch import Arch
from meshjit.errors import CodegenError
from meshjit.ir.program import Role

MASK = 0xFFFFFFFF
_SIGN = 0x80000000


def mulh(a: int, b: int) -> int:
    """The upper half of the product of two signed numbers."""
    return (a - (a >> 31 << 32)) * (b - (b >> 31 << 32)) >> 32 & MASK


def mulhsu(a: int, b: int) -> int:
    """The upper half of the product of a signed and an unsigned number."""
    return (a - (a >> 31 << 32)) * b >> 32 & MASK


def div(a: int, b: int) -> int:
    """Signed division, rounded to zero; by zero it gives -1."""
    if not b:
        return MASK
    x, y = a - (a >> 31 << 32), b - (b >> 31 << 32)
    return (abs(x) // abs(y) * (1 if (x < 0) == (y < 0) else -1)) & MASK


def rem(a: int, b: int) -> int:
    """The remainder of :func:`div`; of a division by zero, the dividend."""
    if not b:
        return a
    x, y = a - (a >> 31 << 32), b - (b >> 31 << 32)
    return (abs(x) % abs(y) * (1 if x >= 0 else -1)) & MASK


def sra(a: int, b: int) -> int:
    """Arithmetic shift right."""
    return (a - (a >> 31 << 32)) >> (b & 31) & MASK


def orcb(a: int) -> int:
    """Every byte that is not zero becomes 255."""
    return sum(255 << s for s in (0, 8, 16, 24) if a >> s & 255)


#: Names that the expressions below use.
HELPERS: Mapping[str, object] = MappingProxyType(
    {"mulh": mulh, "mulhsu": mulhsu, "div": div, "rem": rem, "sra": sra, "orcb": orcb}
)
#: Arithmetic instructions as expressions of their operands.
EXPRESSIONS: Mapping[str, str] = MappingProxyType({
    "add": "({a} + {b}) & 0xFFFFFFFF", "sub": "({a} - {b}) & 0xFFFFFFFF", "and": "{a} & {b}", "or": "{a} | {b}",
    "xor": "{a} ^ {b}", "sll": "({a} << ({b} & 31)) & 0xFFFFFFFF", "srl": "{a} >> ({b} & 31)", "sra": "sra({a}, {b})",
    "slt": "int(({a} ^ 0x80000000) < ({b} ^ 0x80000000))", "sltu": "int({a} < {b})",
    "mul": "({a} * {b}) & 0xFFFFFFFF", "mulhu": "({a} * {b}) >> 32", "mulh": "mulh({a}, {b})",
    "mulhsu": "mulhsu({a}, {b})", "div": "div({a}, {b})", "rem": "rem({a}, {b})",
    "divu": "({a} // {b} if {b} else 0xFFFFFFFF)", "remu": "({a} % {b} if {b} else {a})",
    "sh1add": "(({a} << 1) + {b}) & 0xFFFFFFFF", "sh2add": "(({a} << 2) + {b}) & 0xFFFFFFFF",
    "sh3add": "(({a} << 3) + {b}) & 0xFFFFFFFF", "andn": "{a} & ~{b}", "orn": "({a} | ~{b}) & 0xFFFFFFFF",
    "xnor": "~({a} ^ {b}) & 0xFFFFFFFF", "minu": "min({a}, {b})", "maxu": "max({a}, {b})",
    "min": "min({a} ^ 0x80000000, {b} ^ 0x80000000) ^ 0x80000000",
    "max": "max({a} ^ 0x80000000, {b} ^ 0x80000000) ^ 0x80000000",
    "rol": "(({a} << ({b} & 31)) | ({a} >> (-{b} & 31))) & 0xFFFFFFFF",
    "ror": "(({a} >> ({b} & 31)) | ({a} << (-{b} & 31))) & 0xFFFFFFFF", "zext.h": "{a} & 0xFFFF",
    "sext.h": "((({a} & 0xFFFF) ^ 0x8000) - 0x8000) & 0xFFFFFFFF",
    "sext.b": "((({a} & 0xFF) ^ 0x80) - 0x80) & 0xFFFFFFFF", "clz": "32 - ({a}).bit_length()",
    "ctz": "((({a}) & -({a})).bit_length() + 31) % 32 if {a} else 32", "cpop": "({a}).bit_count()",
    "rev8": 'int.from_bytes(({a}).to_bytes(4, "little"), "big")', "orc.b": "orcb({a})",
})  # fmt: skip
#: Conditions of branches.
CONDITIONS: Mapping[str, str] = MappingProxyType({
    "beq": "{a} == {b}", "bne": "{a} != {b}", "bltu": "{a} < {b}", "bgeu": "{a} >= {b}",
    "blt": "({a} ^ 0x80000000) < ({b} ^ 0x80000000)", "bge": "({a} ^ 0x80000000) >= ({b} ^ 0x80000000)",
})  # fmt: skip
_REGISTER = {
    (0x00, 0): "add", (0x20, 0): "sub", (0x00, 1): "sll", (0x00, 2): "slt", (0x00, 3): "sltu", (0x00, 4): "xor",
    (0x00, 5): "srl", (0x20, 5): "sra", (0x00, 6): "or", (0x00, 7): "and", (0x01, 0): "mul", (0x01, 1): "mulh",
    (0x01, 2): "mulhsu", (0x01, 3): "mulhu", (0x01, 4): "div", (0x01, 5): "divu", (0x01, 6): "rem", (0x01, 7): "remu",
    (0x10, 2): "sh1add", (0x10, 4): "sh2add", (0x10, 6): "sh3add", (0x20, 4): "xnor", (0x20, 6): "orn",
    (0x20, 7): "andn", (0x05, 4): "min", (0x05, 5): "minu", (0x05, 6): "max", (0x05, 7): "maxu", (0x30, 1): "rol",
    (0x30, 5): "ror", (0x04, 4): "zext.h",
}  # fmt: skip
_IMMEDIATE = {0: "add", 2: "slt", 3: "sltu", 4: "xor", 6: "or", 7: "and"}
_SHIFTS = {(0x00, 1): "sll", (0x00, 5): "srl", (0x20, 5): "sra", (0x30, 5): "ror"}
_UNARY = {0x600: "clz", 0x601: "ctz", 0x602: "cpop", 0x604: "sext.b", 0x605: "sext.h", 0x698: "rev8", 0x287: "orc.b"}
_BRANCHES = {0: "beq", 1: "bne", 4: "blt", 5: "bge", 6: "bltu", 7: "bgeu"}
_SIZES = {0: 1, 1: 2, 2: 4, 4: 1, 5: 2}


class Instr(NamedTuple):
    """One word of an image.

    ``kind`` is "alu" (``op`` on registers ``a`` and ``b``, or ``a`` and ``imm`` when ``b`` is -1), "const" (``imm``),
    "load" and "store" (``size`` bytes at ``a`` plus ``imm``; a store's value is ``b``), "branch" (``op``; ``imm`` is
    the target word), "jump", "tensix" (``imm`` is the instruction word), "control" (sets bits of a CSR) or "fence".
    Registers that are not used are -1; ``d`` is the register written.
    """

    kind: str
    op: str = ""
    d: int = -1
    a: int = -1
    b: int = -1
    imm: int = 0
    size: int = 4


def _signed(value: int, width: int) -> int:
    return (value ^ 1 << width - 1) - (1 << width - 1)


@cache
def _decode(word: int) -> Instr | None:
    """An instruction; targets are relative. None for what no kernel uses."""
    if word & 3 != 3:
        return Instr("tensix", imm=(word >> 2 | word << 30) & MASK)
    opcode, d, a, b = word & 0x7F, word >> 7 & 31, word >> 15 & 31, word >> 20 & 31
    f3, f7, immediate = word >> 12 & 7, word >> 25, _signed(word >> 20, 12)
    d = d or -1
    if opcode == 0x37:
        return Instr("const", d=d, imm=word & 0xFFFFF000)
    if opcode == 0x13:
        if f3 in _IMMEDIATE:
            return Instr("alu", _IMMEDIATE[f3], d, a, -1, immediate & MASK)
        if (f7, f3) in _SHIFTS:
            return Instr("alu", _SHIFTS[f7, f3], d, a, -1, b)
        return Instr("alu", _UNARY[word >> 20], d, a, -1, 0) if word >> 20 in _UNARY else None
    if opcode == 0x33:
        return Instr("alu", _REGISTER[f7, f3], d, a, b) if (f7, f3) in _REGISTER else None
    if opcode == 0x03 and f3 in _SIZES:
        return Instr("load", "lu" if f3 > 2 else "l", d, a, -1, immediate & MASK, _SIZES[f3])
    if opcode == 0x23 and f3 < 3:
        return Instr("store", "s", -1, a, b, _signed(f7 << 5 | word >> 7 & 31, 12) & MASK, _SIZES[f3])
    if opcode == 0x63 and f3 in _BRANCHES:
        offset = (word >> 31) << 12 | (word >> 7 & 1) << 11 | (word >> 25 & 63) << 5 | (word >> 8 & 15) << 1
        return Instr("branch", _BRANCHES[f3], -1, a, b, _signed(offset, 13) // 4)
    if opcode == 0x6F and d == -1:
        offset = (word >> 31) << 20 | (word >> 12 & 255) << 12 | (word >> 20 & 1) << 11 | (word >> 21 & 1023) << 1
        return Instr("jump", imm=_signed(offset, 21) // 4)
    if opcode == 0x73 and f3 == 2 and d == -1:  # csrrs zero: bits of a control register are set
        return Instr("control", a=a)
    return Instr("fence") if opcode == 0x0F else None


@cache
def function(op: str) -> Callable[[int, int], int]:
    """The meaning of an arithmetic instruction or branch."""
    expression = (EXPRESSIONS.get(op) or CONDITIONS[op]).format(a="a", b="b")
    return eval(f"lambda a, b: {expression}", dict(HELPERS))  # the tables above, nothing else


@dataclass(frozen=True)
class Block:
    """Words ``start`` to ``end`` (exclusive), which run one after the other, and the blocks that may follow.

    For a block that ends in a branch, ``after[0]`` follows when it is not taken, ``after[1]`` when it is.
    """

    start: int
    end: int
    after: tuple[int, ...]


class Image:
    """A decoded image: its instructions and basic blocks. Block 0 is the entry.

    ``text`` is the kernel's rendered text and ``marked`` the same with marks, both for messages; ``role`` the core it
    runs on.
    Raises :class:`~meshjit.errors.CodegenError` (MJ4140) for words and jumps that cannot be followed.
    """

    def __init__(
        self, binary: bytes, arch: Arch, name: str, role: Role | None = None, text: str = "", marked: str = ""
    ) -> None:
        self.arch = arch
        self.name = name
        self.role = role
        self.binary = binary
        self.text = text
        self.marked = marked
        self.words = struct.unpack(f"<{len(binary) // 4}I", binary)
        self.code = [self._instruction(i, word) for i, word in enumerate(self.words)]
        self.blocks = self._blocks()

    def _instruction(self, at: int, word: int) -> Instr:
        instr = _decode(word)
        if instr is None:
            raise CodegenError(
                "MJ4140",
                f"kernel {self.name} has a word at {4 * at:#x} that cannot be followed: {word:#010x}",
                fix="a kernel has no calls and no tables",
            )
        if instr.kind in ("branch", "jump"):
            return instr._replace(imm=at + instr.imm)
        return instr

    def _blocks(self) -> list[Block]:
        starts = {0}
        for at, instr in enumerate(self.code):
            if instr.kind in ("branch", "jump"):
                starts |= {instr.imm, at + 1}
        order = sorted(s for s in starts if s < len(self.code))
        number = {start: i for i, start in enumerate(order)}
        out: list[Block] = []
        for start, end in zip(order, [*order[1:], len(self.code)], strict=True):
            last = self.code[end - 1]
            if last.kind == "jump":
                after: tuple[int, ...] = (last.imm,)
            else:
                after = (end, last.imm) if last.kind == "branch" else (end,)
            if any(a not in number for a in after):
                raise CodegenError(
                    "MJ4140", f"kernel {self.name} runs beyond its end", fix="a kernel ends in a loop to itself"
                )
            out.append(Block(start, end, tuple(number[a] for a in after)))
        return out

    @property
    def predecessors(self) -> list[list[int]]:
        """The blocks that may come before each."""
        out: list[list[int]] = [[] for _ in self.blocks]
        for i, block in enumerate(self.blocks):
            for after in block.after:
                out[after].append(i)
        return out

    def reach(self, block: int) -> Sequence[int]:
        """The words of a block."""
        return range(self.blocks[block].start, self.blocks[block].end)
