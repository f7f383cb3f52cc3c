"""How the checker says what it refuses: kernel, core, instruction, template line, rule and its source."""

from __future__ import annotations

from collections.abc import Sequence

from meshjit.arch import L1, Arch
from meshjit.codegen.image import lines
from meshjit.codegen.rv32 import decode_riscv
from meshjit.codegen.templates import origins, shown
from meshjit.codegen.tensix import isa
from meshjit.codegen.tensix.check.machine import Image
from meshjit.errors import CodegenError

FIX = "use the macros of kernel_templates/tensix/lib.ll.j2, which own their stalls, NOPs and order"
#: Pages that Blackhole's tree of the ISA documentation does not have.
_WORMHOLE_ONLY = (
    "Atomics", "Coordinates", "NoC/Ordering", "Overlay", "RWCs", "SrcASrcB", "MOVA2D", "MOVB2D", "MOVD2A", "MOVD2B",
    "ZEROSRC",
)  # fmt: skip


def instruction(image: Image, at: int) -> str:
    """An instruction as the disassembler shows it, with its address in L1."""
    base = L1.code[image.role.value][0] if image.role is not None else 0
    address = base + 4 * at
    instr = image.code[at]
    if instr.kind == "tensix":
        text = "tt " + (isa.decode(instr.imm, image.arch.name) or f".word {instr.imm:#010x}")
    else:
        text = decode_riscv(image.words[at], address) or f".word {image.words[at]:#010x}"
    return f"{address:#07x}  {text}"


def line(image: Image, at: int) -> str:
    """Where an instruction comes from: the template's lines, and what they wrote; "" when that is unknown."""
    if image.role is None or not image.text:
        return ""
    number = lines(image.binary, image.text, image.role, image.arch.name)[at]
    if not number:
        return ""
    where = shown(origins(image.marked)[number - 1]) if image.marked else f"line {number} of the kernel's text"
    return f"{where}: {image.text.splitlines()[number - 1].strip()}"


def page(arch: Arch, source: str) -> str:
    """A page of the public ISA documentation, in the chip's tree if it is there."""
    if arch.is_blackhole and not any(name in source for name in _WORMHOLE_ONLY):
        return f"ISA documentation, BlackholeA0, {source.replace('/TTSync', '/ManualTTSync')}"
    return f"ISA documentation, WormholeB0, {source}"


def refuse(image: Image, code: str, at: int, what: str, source: str, more: Sequence[str] = ()) -> CodegenError:
    """The error for the instruction at word ``at``, which breaks a rule of a page of the ISA documentation."""
    role = f" on {image.role.value}" if image.role is not None else ""
    where = line(image, at)
    return CodegenError(
        code,
        f"kernel {image.name}{role}: {what}",
        operands=[instruction(image, at), *([where] if where else []), *more, f"rule: {page(image.arch, source)}"],
        fix=FIX,
    )
