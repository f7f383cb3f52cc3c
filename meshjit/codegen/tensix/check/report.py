"""How the checker says what it refuses: kernel, core, instruction, line of the rendered text, rule and its source."""

from __future__ import annotations

from collections.abc import Sequence

from meshjit.arch import L1
from meshjit.codegen.rv32 import decode_riscv
from meshjit.codegen.tensix import isa
from meshjit.codegen.tensix.check.machine import Image
from meshjit.errors import CodegenError

FIX = "use the macros of kernel_templates/tensix/lib.ll.j2, which own their stalls, NOPs and order"


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
    """Where an instruction comes from in the kernel's text, as far as Tensix instructions tell, or ""."""
    rows = image.text.split("\n")
    pushed = [(n, r.split()[1:]) for n, r in enumerate(rows, 1) if r.split()[:1] == ["tt"]]
    if not pushed:
        return ""
    by_word: dict[int, list[int]] = {}
    for n, words in pushed:
        by_word.setdefault(isa.encode_line(" ".join(words), image.arch.name), []).append(n)
    last = 0
    for i in range(at + 1):
        if image.code[i].kind == "tensix":
            lines = by_word.get(image.code[i].imm, [])
            last = next((n for n in lines if n > last), lines[0] if lines else last)
    if not last:
        return "before the first Tensix instruction of the kernel's text"
    where = "" if image.code[at].kind == "tensix" else "after "
    return f"{where}line {last} of the kernel's text: {rows[last - 1].strip()}"


def refuse(image: Image, code: str, at: int, what: str, source: str, more: Sequence[str] = ()) -> CodegenError:
    """The error for the instruction at word ``at``, which breaks a rule of a page of the ISA documentation."""
    role = f" on {image.role.value}" if image.role is not None else ""
    where = line(image, at)
    return CodegenError(
        code,
        f"kernel {image.name}{role}: {what}",
        operands=[instruction(image, at), *([where] if where else []), *more, f"rule: ISA documentation, {source}"],
        fix=FIX,
    )
