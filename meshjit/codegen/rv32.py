"""RV32IM (and Zba, Zbb) instructions as text."""

from __future__ import annotations

#: Names of the RISC-V registers, by number.
REGISTERS = (
    "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5",
    "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
)  # fmt: skip
_BRANCHES = {0: "beq", 1: "bne", 4: "blt", 5: "bge", 6: "bltu", 7: "bgeu"}
_LOADS = {0: "lb", 1: "lh", 2: "lw", 4: "lbu", 5: "lhu"}
_STORES = {0: "sb", 1: "sh", 2: "sw"}
_IMMEDIATE = {0: "addi", 2: "slti", 3: "sltiu", 4: "xori", 6: "ori", 7: "andi"}
#: (funct7, funct3) of register-register instructions: RV32I, M, Zba, Zbb.
_REGISTER = {
    (0x00, 0): "add", (0x20, 0): "sub", (0x00, 1): "sll", (0x00, 2): "slt", (0x00, 3): "sltu", (0x00, 4): "xor",
    (0x00, 5): "srl", (0x20, 5): "sra", (0x00, 6): "or", (0x00, 7): "and",
    (0x01, 0): "mul", (0x01, 1): "mulh", (0x01, 2): "mulhsu", (0x01, 3): "mulhu", (0x01, 4): "div", (0x01, 5): "divu",
    (0x01, 6): "rem", (0x01, 7): "remu",
    (0x10, 2): "sh1add", (0x10, 4): "sh2add", (0x10, 6): "sh3add",
    (0x20, 4): "xnor", (0x20, 6): "orn", (0x20, 7): "andn", (0x05, 4): "min", (0x05, 5): "minu", (0x05, 6): "max",
    (0x05, 7): "maxu", (0x30, 1): "rol", (0x30, 5): "ror", (0x04, 4): "zext.h",
}  # fmt: skip
_CSRS = {0x7C0: "cfg0"}
_UNARY = {0x600: "clz", 0x601: "ctz", 0x602: "cpop", 0x604: "sext.b", 0x605: "sext.h"}


def _signed(value: int, width: int) -> int:
    return (value ^ 1 << width - 1) - (1 << width - 1)


def decode_riscv(word: int, address: int) -> str | None:
    """One RV32IM (Zba, Zbb) instruction as text, branch targets as addresses; None when it is none."""
    opcode, rd, rs1, rs2 = word & 0x7F, word >> 7 & 31, word >> 15 & 31, word >> 20 & 31
    funct3, funct7 = word >> 12 & 7, word >> 25
    d, a, b = REGISTERS[rd], REGISTERS[rs1], REGISTERS[rs2]
    immediate = _signed(word >> 20, 12)
    if opcode in (0x37, 0x17):
        return f"{'lui' if opcode == 0x37 else 'auipc'} {d}, {word >> 12:#x}"
    if opcode == 0x6F:
        offset = (word >> 31) << 20 | (word >> 12 & 255) << 12 | (word >> 20 & 1) << 11 | (word >> 21 & 1023) << 1
        target = f"{address + _signed(offset, 21):#x}"
        return f"j {target}" if rd == 0 else f"jal {d}, {target}"
    if opcode == 0x67 and funct3 == 0:
        return f"jalr {d}, {immediate}({a})"
    if opcode == 0x63 and funct3 in _BRANCHES:
        offset = (word >> 31) << 12 | (word >> 7 & 1) << 11 | (word >> 25 & 63) << 5 | (word >> 8 & 15) << 1
        return f"{_BRANCHES[funct3]} {a}, {b}, {address + _signed(offset, 13):#x}"
    if opcode == 0x03 and funct3 in _LOADS:
        return f"{_LOADS[funct3]} {d}, {immediate}({a})"
    if opcode == 0x23 and funct3 in _STORES:
        return f"{_STORES[funct3]} {b}, {_signed(funct7 << 5 | rd, 12)}({a})"
    if opcode == 0x13:
        return _decode_immediate(word, funct3, funct7, d, a, rs2, immediate)
    if opcode == 0x33 and (funct7, funct3) in _REGISTER:
        return f"{_REGISTER[funct7, funct3]} {d}, {a}, {b}"
    if opcode == 0x0F:
        return "fence"
    if opcode == 0x73 and funct3 == 2:
        return f"csrrs {d}, {_CSRS.get(word >> 20, hex(word >> 20))}, {a}"
    return None


def _decode_immediate(word: int, funct3: int, funct7: int, d: str, a: str, shift: int, immediate: int) -> str | None:
    if funct3 in _IMMEDIATE:
        return f"{_IMMEDIATE[funct3]} {d}, {a}, {immediate}"
    if funct3 == 1 and funct7 == 0:
        return f"slli {d}, {a}, {shift}"
    if funct3 == 1 and word >> 20 in _UNARY:
        return f"{_UNARY[word >> 20]} {d}, {a}"
    if funct3 == 5 and funct7 in (0x00, 0x20, 0x30):
        return f"{ {0x00: 'srli', 0x20: 'srai', 0x30: 'rori'}[funct7] } {d}, {a}, {shift}"
    if funct3 == 5 and word >> 20 in (0x698, 0x287):
        return f"{'rev8' if word >> 20 == 0x698 else 'orc.b'} {d}, {a}"
    return None
