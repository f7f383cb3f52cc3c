"""Disassembly of card kernels: RISC-V and Tensix instructions with operands by name, each with the template line
that it comes from."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from meshjit.arch import ARCHS, L1
from meshjit.codegen import image
from meshjit.codegen.rv32 import REGISTERS as REGISTERS
from meshjit.codegen.rv32 import decode_riscv
from meshjit.codegen.templates import Origin, origins, shown
from meshjit.codegen.tensix import check, isa
from meshjit.ir.program import Kernel


@dataclass(frozen=True)
class Row:
    """One word of a kernel's image: its address in L1, itself, its text, and where it is from.

    ``line`` is the line of the kernel's rendered text (from 1; 0 when it is unknown), ``where`` the template lines:
    ``file:line``, and when a macro wrote it the line of the kernel's own template that calls it.
    """

    address: int
    word: int
    text: str
    line: int
    where: str


def arch_of(kernel: Kernel) -> str:
    """The chip a kernel is for: its first word sets the stack pointer, which differs.

    Raises ValueError for a kernel that is for no card.
    """
    for name, arch in ARCHS.items():
        if kernel.role.value in arch.stack and kernel.binary.startswith(image.crt0(kernel.role, arch)):
            return name
    raise ValueError(f"kernel {kernel.name} is for no card")


def _words(kernel: Kernel) -> tuple[int, ...]:
    return struct.unpack(f"<{len(kernel.binary) // 4}I", kernel.binary)


def tensix_words(kernel: Kernel) -> list[tuple[int, int]]:
    """(offset in the image, Tensix word) of every instruction that the kernel pushes by ``.ttinsn``."""
    return [(4 * i, _tensix(w)) for i, w in enumerate(_words(kernel)) if w & 3 != 3]


def _tensix(word: int) -> int:
    return (word >> 2 | word << 30) & 0xFFFFFFFF


def lines(kernel: Kernel) -> tuple[int, ...]:
    """The line of the kernel's rendered text (from 1) that each word of its image comes from: see
    :func:`meshjit.codegen.image.lines`."""
    return image.lines(kernel.binary, kernel.source, kernel.role, arch_of(kernel))


def origin_of(kernel: Kernel, word: int) -> Origin:
    """(template, line from 1) of the calls that led to a word of the kernel's image, outermost first, then of its own
    text; empty when it is unknown. ``word`` counts from the image's start.

    Raises IndexError for a word that the image does not have.
    """
    line = lines(kernel)[word]
    return origins(kernel.marked)[line - 1] if line and kernel.marked else ()


def source_of(kernel: Kernel, word: int) -> tuple[str, int] | None:
    """The template, such as ``"tensix/lib.ll.j2"``, and the line (from 1) that a word of the kernel's image is from."""
    origin = origin_of(kernel, word)
    return origin[-1] if origin else None


def where(kernel: Kernel, word: int) -> str:
    """The lines of :func:`origin_of` that say most, ``lib.ll.j2:253 < math_tiles.ll.j2:22``; "" when it is unknown."""
    return shown(origin_of(kernel, word))


def rows(kernel: Kernel) -> list[Row]:
    """The instructions of the kernel's image."""
    arch = arch_of(kernel)
    base = L1.code[kernel.role.value][0]
    out: list[Row] = []
    for i, (word, line) in enumerate(zip(_words(kernel), lines(kernel), strict=True)):
        address = base + 4 * i
        if word & 3 == 3:
            text = decode_riscv(word, address) or f".word {word:#010x}"
        else:
            text = "tt " + (isa.decode(_tensix(word), arch) or f".word {_tensix(word):#010x}")
        out.append(Row(address, word, text, line, where(kernel, i)))
    return out


def disassemble(kernel: Kernel) -> str:
    """The kernel's instructions, one a line: address, word, text and template lines; above them, what there is of each
    kind and what was proved of it."""
    found = rows(kernel)
    body = (f"{r.address:#07x}  {r.word:08x}  {r.text}" + (f"  # {r.where}" if r.where else "") for r in found)
    names = Counter(r.text.split()[1] for r in found if r.word & 3 != 3)
    tensix = names.total()
    total = f"{len(found) - tensix} RISC-V and {tensix} Tensix instructions, {len(kernel.binary)} bytes"
    head = [f"; {kernel.name} on {kernel.role.value} ({arch_of(kernel)}), from {kernel.template}: {total}"]
    if names:
        head.append("; Tensix: " + ", ".join(f"{count} {name}" for name, count in names.most_common()))
    head.append(f"; checked: {_spans(check.RULES)} of this kernel (meshjit explain {check.RULES[0]})")
    head.append(f"; checked: {_spans(check.PROGRAM_RULES)} of its program's kernels")
    return "\n".join((*head, *body)) + "\n"


def _spans(codes: Sequence[str]) -> str:
    """Codes, with those that follow one another as spans."""
    spans: list[list[str]] = []
    for code in codes:
        if spans and int(code[2:]) == int(spans[-1][-1][2:]) + 1:
            spans[-1].append(code)
        else:
            spans.append([code])
    return ", ".join(f"{s[0]} to {s[-1]}" if len(s) > 1 else s[0] for s in spans)
