"""From a rendered kernel to a flat RV32 image, by LLVM's riscv32 back end alone.

A kernel is LLVM IR with one extension, lines that push a Tensix instruction::

    tt SFPMAD d=0 a=1 b=2 c=9

Each becomes a volatile byte store to an address near zero, which LLVM turns into exactly one ``sb x0, imm(x0)`` word;
after code generation that word is replaced by the Tensix instruction, rotated left by two bits (the encoding of
``.ttinsn`` in the ISA documentation, BabyRISCV/PushTensixInstruction). A kernel is one function without calls or
globals, so its ``.text`` has no relocations and runs wherever it is put.
"""

from __future__ import annotations

import re
import struct
from functools import cache, lru_cache

import llvmlite.binding as llvm

from meshjit.arch import ARCHS, L1, Arch
from meshjit.codegen.tensix import isa
from meshjit.errors import CodegenError
from meshjit.ir.program import Role
from meshjit.toolchain import modules

_PASSES = ("sroa", "simplify_cfg", "instruction_combine", "simplify_cfg")
_TT = re.compile(r"^[ \t]*tt (.+?)[ \t]*$", re.MULTILINE)
#: ``sb x0, imm(x0)``: everything but the immediate.
_SB_MASK, _SB_BITS = 0x01FFF07F, 0x00000023
_SB_IDS = 4096


def assemble(text: str, arch: str) -> tuple[str, list[int]]:
    """Plain LLVM IR for ``text``, and the Tensix words that its marked stores stand for.

    Raises :class:`~meshjit.errors.CodegenError`: MJ4101 or MJ4102 for a line that does not encode, MJ4103 for more
    different instructions than there are marks.
    """
    ids: dict[int, int] = {}

    def replace(match: re.Match[str]) -> str:
        word = isa.encode_line(match[1], arch)
        mark = ids.setdefault(word, len(ids)) - _SB_IDS // 2
        return f"  store volatile i8 0, ptr inttoptr (i32 {mark} to ptr)"

    ir = _TT.sub(replace, text)
    if len(ids) > _SB_IDS:
        raise CodegenError(
            "MJ4103",
            f"a kernel of {len(ids)} different Tensix instructions; at most {_SB_IDS} fit",
            fix="split the fused node: shorten the chain of operations",
        )
    return ir, list(ids)


@cache
def _target_machine(arch: str) -> llvm.TargetMachine:
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    target = llvm.Target.from_triple("riscv32-unknown-elf")
    return target.create_target_machine(
        cpu="generic-rv32", features=ARCHS[arch].llvm_features, opt=2, reloc="static", codemodel="default"
    )


def link(text: str, role: Role, arch: Arch, *, name: str = "kernel") -> bytes:
    """The flat image of one role's kernel, as :func:`meshjit.codegen.riscv.build` makes it, but unchecked.

    Raises :class:`~meshjit.errors.CodegenError`, MJ4104 to MJ4106.
    """
    ir, words = assemble(text, arch.name)
    with modules.lock:
        code = _text_section(_emit(ir, arch, name), name)
    image = crt0(role, arch) + _patch(code, words)
    room = L1.code[role.value][1]
    if len(image) > room:
        raise CodegenError(
            "MJ4106",
            f"kernel {name} takes {len(image)} bytes, {role.value} has room for {room}",
            fix="split the fused node: shorten the chain of operations",
        )
    return image


@lru_cache(maxsize=64)
def lines(binary: bytes, text: str, role: Role, chip: str) -> tuple[int, ...]:
    """The line of ``text`` (from 1) that each word of a kernel's image for a chip comes from.

    Tensix instructions, loads, stores, branches and arithmetic have their own. Words that LLVM adds (constants, spills,
    moves, the prologue) have the line of the word before them. All are 0 for an image that is not what the text gives.
    """
    arch = ARCHS[chip]
    words = struct.unpack(f"<{len(binary) // 4}I", binary)
    known = [0] * (len(crt0(role, arch)) // 4) + _instruction_lines(text, arch)
    if len(known) != len(words):
        return (0,) * len(words)
    rows = text.split("\n")
    out = [1]
    for word, line in zip(words, known, strict=True):
        out.append(line or out[-1])
        if word & 3 != 3 and not _pushes(rows[out[-1] - 1], word, arch.name):
            return (0,) * len(words)
    return tuple(out[1:])


def _pushes(row: str, word: int, arch: str) -> bool:
    """Whether a line of a kernel's text pushes the Tensix instruction of an image's word."""
    match = _TT.fullmatch(row)
    return match is not None and isa.encode_line(match[1], arch) == (word >> 2 | word << 30) & 0xFFFFFFFF


def _instruction_lines(text: str, arch: Arch) -> list[int]:
    """The line of ``text`` that each word of its code, after crt0, is from; 0 where LLVM says none.

    LLVM tells by debug locations: it is run again on the text with a location on every line, which changes no code.
    """
    ir, _ = assemble(text, arch.name)
    with modules.lock:
        assembly = _target_machine(arch.name).emit_assembly(_module(_located(ir), arch, "kernel"))
    out: list[int] = []
    line = 0
    for row in assembly.split("\n"):
        if row.startswith("\t.loc\t"):  # .loc file line column
            line = int(row.split()[2])
        elif row.startswith("\t.section"):  # the code is over
            break
        elif row.startswith("\t") and not row.startswith("\t."):
            out.append(line)
    return out


def _located(ir: str) -> str:
    """The module with its line numbers as debug locations (LLVM Language Reference, Specialized Metadata Nodes)."""
    lines = ir.split("\n")
    end = [
        "!llvm.dbg.cu = !{!0}",
        "!llvm.module.flags = !{!2}",
        "!0 = distinct !DICompileUnit(language: DW_LANG_C, file: !1, emissionKind: LineTablesOnly)",
        '!1 = !DIFile(filename: "kernel", directory: "")',
        '!2 = !{i32 2, !"Debug Info Version", i32 3}',
        '!3 = distinct !DISubprogram(name: "kernel", file: !1, unit: !0, spFlags: DISPFlagDefinition)',
    ]
    for i, line in enumerate(lines):
        if line.startswith("define "):
            lines[i] = line.replace(" {", " !dbg !3 {")
        elif line.startswith(" "):
            lines[i] = f"{line}, !dbg !{len(end) + i}"
    return "\n".join(
        [*lines, *end, *(f"!{len(end) + i} = !DILocation(line: {i + 1}, scope: !3)" for i in range(len(lines)))]
    )


def _emit(ir: str, arch: Arch, name: str) -> bytes:
    return _target_machine(arch.name).emit_object(_module(ir, arch, name))


def _module(ir: str, arch: Arch, name: str) -> llvm.ModuleRef:
    return modules.optimised(ir, _target_machine(arch.name), _PASSES, name=name, code="MJ4104")


def _sections(elf: bytes) -> dict[str, bytes]:
    """Section contents by name (ELF32, System V ABI)."""
    table, entry, count, names_at = struct.unpack_from("<I", elf, 0x20)[0], *struct.unpack_from("<HHH", elf, 0x2E)
    headers = [struct.unpack_from("<10I", elf, table + entry * i) for i in range(count)]
    names = headers[names_at]
    out: dict[str, bytes] = {}
    for header in headers:
        start = names[4] + header[0]
        label = elf[start : elf.index(b"\0", start)].decode()
        out[label] = elf[header[4] : header[4] + header[5]] if header[1] != 8 else b""
    return out


def _text_section(elf: bytes, name: str) -> bytes:
    sections = _sections(elf)
    foreign = [
        label
        for label, data in sections.items()
        if data
        and label.startswith((".rela", ".rel.", ".data", ".rodata", ".sdata", ".srodata", ".sbss", ".bss"))
        and not label.startswith((".rela.eh_frame", ".rela.debug"))
    ]
    if foreign:
        raise CodegenError(
            "MJ4105",
            f"kernel {name} needs a linker: it has {', '.join(foreign)}",
            fix="a kernel is one function without calls, globals, constant tables or 64-bit division",
        )
    return sections[".text"]


def _patch(code: bytes, words: list[int]) -> bytes:
    """Replace the marked stores by Tensix instruction words."""
    out = list(struct.unpack(f"<{len(code) // 4}I", code))
    for i, word in enumerate(out):
        if word & _SB_MASK == _SB_BITS:
            immediate = (word >> 25) << 5 | word >> 7 & 31
            mark = (immediate ^ 0x800) - 0x800 + _SB_IDS // 2
            tensix = words[mark]
            out[i] = (tensix << 2 | tensix >> 30) & 0xFFFFFFFF
    return struct.pack(f"<{len(out)}I", *out)


def crt0(role: Role, arch: Arch) -> bytes:
    """``lui sp, %hi(stack)``, and ``addi sp, sp, %lo(stack)`` when it is not zero.

    On Blackhole's T cores also ``lui t0, 0x40`` and ``csrrs zero, cfg0, t0``, which sets DisTriscCache (ISA
    documentation, BlackholeA0/TensixTile/BabyRISCV/CSRs): Tensix instructions are then pushed one by one. The vendor's
    firmware does so too, against hangs while the replay buffer records.
    """
    stack = arch.stack[role.value]
    high, low = (stack + 0x800) >> 12 & 0xFFFFF, ((stack & 0xFFF) ^ 0x800) - 0x800
    words = [high << 12 | 2 << 7 | 0x37]
    if low:
        words.append((low & 0xFFF) << 20 | 2 << 15 | 2 << 7 | 0x13)
    if arch.is_blackhole and role in (Role.TRISC0, Role.TRISC1, Role.TRISC2):
        words += [0x40 << 12 | 5 << 7 | 0x37, 0x7C0 << 20 | 5 << 15 | 2 << 12 | 0x73]
    return struct.pack(f"<{len(words)}I", *words)
