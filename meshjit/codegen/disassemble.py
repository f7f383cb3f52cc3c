"""Disassembly of card kernels: RISC-V and Tensix instructions with operands by name, and the line of the kernel's text
that each Tensix instruction comes from."""

from __future__ import annotations

import struct
from collections import Counter
from functools import cache

from meshjit.arch import ARCHS, L1
from meshjit.codegen import riscv
from meshjit.codegen.rv32 import REGISTERS as REGISTERS
from meshjit.codegen.rv32 import decode_riscv
from meshjit.codegen.tensix import isa
from meshjit.ir.program import Kernel


def arch_of(kernel: Kernel) -> str:
    """The chip a kernel is for: its first word sets the stack pointer, which differs.

    Raises ValueError for a kernel that is for no card.
    """
    for name, arch in ARCHS.items():
        if kernel.role.value in arch.stack and kernel.binary.startswith(riscv.crt0(arch.stack[kernel.role.value])):
            return name
    raise ValueError(f"kernel {kernel.name} is for no card")


@cache
def _lines(source: str, arch: str) -> dict[int, tuple[int, ...]]:
    """The lines (from 1) of a kernel's text that push each Tensix word."""
    out: dict[int, list[int]] = {}
    for number, line in enumerate(source.split("\n"), 1):
        name, _, rest = line.strip().partition(" ")
        if name == "tt":
            out.setdefault(isa.encode_line(rest, arch), []).append(number)
    return {word: tuple(numbers) for word, numbers in out.items()}


def tensix_words(kernel: Kernel) -> list[tuple[int, int]]:
    """(offset in the image, Tensix word) of every instruction that the kernel pushes by ``.ttinsn``."""
    words = struct.unpack(f"<{len(kernel.binary) // 4}I", kernel.binary)
    return [(4 * i, (w >> 2 | w << 30) & 0xFFFFFFFF) for i, w in enumerate(words) if w & 3 != 3]


def disassemble(kernel: Kernel) -> str:
    """The kernel's instructions, one a line: address, word, text, and for Tensix instructions the line of its text."""
    arch = arch_of(kernel)
    base = L1.code[kernel.role.value][0]
    source = _lines(kernel.source, arch)
    rows: list[str] = []
    counts: Counter[str] = Counter()
    last = 0
    for i, word in enumerate(struct.unpack(f"<{len(kernel.binary) // 4}I", kernel.binary)):
        address = base + 4 * i
        if word & 3 == 3:
            text, note = decode_riscv(word, address) or f".word {word:#010x}", ""
            counts["RISC-V"] += 1
        else:
            tensix = (word >> 2 | word << 30) & 0xFFFFFFFF
            text = "tt " + (isa.decode(tensix, arch) or f".word {tensix:#010x}")
            candidates = source.get(tensix, ())
            last = next((n for n in candidates if n > last), candidates[0] if candidates else last)
            note = f"  # line {last}" if candidates else ""
            counts["Tensix"] += 1
        rows.append(f"{address:#07x}  {word:08x}  {text}{note}")
    total = f"{counts['RISC-V']} RISC-V and {counts['Tensix']} Tensix instructions, {len(kernel.binary)} bytes"
    return (
        f"; {kernel.name} on {kernel.role.value} ({arch}), from {kernel.template}: {total}\n" + "\n".join(rows) + "\n"
    )
