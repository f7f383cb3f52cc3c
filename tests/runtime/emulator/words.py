"""RISC-V words and launches for the emulator's tests, written from the RISC-V manual's encodings."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from meshjit.arch import L1, Arch
from meshjit.runtime.emulator import EmulatedMesh

FLAG = L1.flags
DATA = L1.data
SPIN = 0x0000006F


def i_type(op: int, rd: int, f3: int, rs1: int, imm: int) -> int:
    return (imm & 0xFFF) << 20 | rs1 << 15 | f3 << 12 | rd << 7 | op


def addi(rd: int, rs1: int, imm: int) -> int:
    return i_type(0x13, rd, 0, rs1, imm)


def lw(rd: int, rs1: int, imm: int = 0) -> int:
    return i_type(0x03, rd, 2, rs1, imm)


def sw(rs2: int, rs1: int, imm: int = 0, f3: int = 2) -> int:
    return (imm >> 5 & 0x7F) << 25 | rs2 << 20 | rs1 << 15 | f3 << 12 | (imm & 31) << 7 | 0x23


def branch(f3: int, rs1: int, rs2: int, offset: int) -> int:
    bits = offset >> 12 & 1, offset >> 5 & 63, offset >> 1 & 15, offset >> 11 & 1
    return bits[0] << 31 | bits[1] << 25 | rs2 << 20 | rs1 << 15 | f3 << 12 | bits[2] << 8 | bits[3] << 7 | 0x63


def li(rd: int, value: int) -> list[int]:
    """Load a constant: two words."""
    upper = (value + 0x800) & 0xFFFFF000
    return [upper | rd << 7 | 0x37, addi(rd, rd, (value - upper) & 0xFFF)]


def poke(address: int, value: int) -> list[int]:
    """Store a constant by registers 30 and 31: five words."""
    return [*li(30, address), *li(31, value), sw(31, 30)]


def wait_equal(address: int, value: int) -> list[int]:
    """Poll until the word at an address has a value."""
    return [*li(30, address), *li(31, value), lw(29, 30), branch(1, 29, 31, -4)]


def done(value: int = 1) -> list[int]:
    return [*poke(FLAG, value), SPIN]


def tensix(word: int) -> int:
    """A word that pushes a Tensix instruction."""
    return (word << 2 | word >> 30) & 0xFFFFFFFF


def start(
    mesh: EmulatedMesh, arch: Arch, core: tuple[int, int], words: Sequence[int], *, chip: int = 0
) -> tuple[int, tuple[int, int], int, int]:
    """Start BRISC on some words; the flag that says that they are done."""
    mesh.write(chip, core, arch.soft_reset, struct.pack("<I", arch.reset_all))
    mesh.write(chip, core, 0, struct.pack(f"<{len(words)}I", *words))
    mesh.write(chip, core, FLAG, bytes(4))
    mesh.write(chip, core, arch.soft_reset, struct.pack("<I", arch.run_brisc))
    return chip, core, FLAG, 1


def word(mesh: EmulatedMesh, core: tuple[int, int], address: int, *, chip: int = 0) -> int:
    return int.from_bytes(mesh.read(chip, core, address, 4), "little")
