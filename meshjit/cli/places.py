"""Where in the kernels an emulated chip stopped: program counters and instructions as text and template lines."""

from __future__ import annotations

import re

from meshjit.codegen import disassemble
from meshjit.ir.program import Program

_CORE = re.compile(r"(brisc|ncrisc|trisc[0-2])(?: at|:) pc (0x[0-9a-f]+)")
_RACE = re.compile(r"(brisc|ncrisc|trisc[0-2])(?: (?:reads|writes|read|wrote) it)? \(at (0x[0-9a-f]+)\)")
_THREAD = re.compile(r"Tensix thread (\d)(?: \(trisc\d\))?(?:: instruction|, instruction| \w+ it \(at) (0x[0-9a-f]+)")
_LINE = re.compile(r"# line (\d+)")


def places(text: str, program: Program) -> list[str]:
    """A line for each core's program counter and each Tensix instruction that an error's text names.

    It has the instruction and, where the kernel pushes it or pushed one before it, the line of the kernel's rendered
    template (``meshjit dump --stage ll`` prints it).
    """
    out: dict[str, None] = {}
    for match in (*_CORE.finditer(text), *_RACE.finditer(text)):
        out[_core_place(program, match[1], int(match[2], 16))] = None
    for match in _THREAD.finditer(text):
        out[_thread_place(program, f"trisc{match[1]}", int(match[2], 16))] = None
    return [line for line in out if line]


def _rows(program: Program, role: str) -> tuple[str, str, list[tuple[int, int, str]]]:
    """A role's template, its rendered text, and (address, word, text) of its instructions."""
    for kernel in program.kernels:
        if kernel.role.value == role:
            lines = [r.split("  ", 2) for r in disassemble.disassemble(kernel).splitlines() if not r.startswith(";")]
            return kernel.template, kernel.source, [(int(a, 16), int(w, 16), text) for a, w, text in lines]
    return "", "", []


def _core_place(program: Program, role: str, pc: int) -> str:
    template, source, rows = _rows(program, role)
    here = next((text for address, _, text in rows if address == pc), "")
    if not here:
        return ""
    marks = [m[1] for address, _, text in rows if address <= pc and (m := _LINE.search(text))]
    return _written(f"{role} at {pc:#x}: {_LINE.sub('', here).rstrip()}", template, source, marks)


def _thread_place(program: Program, role: str, word: int) -> str:
    template, source, rows = _rows(program, role)
    pushed = (word << 2 | word >> 30) & 0xFFFFFFFF
    found = next((text for _, w, text in rows if w == pushed), "")
    marks = [m[1] for m in _LINE.finditer(found)]
    return _written(f"{role} pushed {_LINE.sub('', found).rstrip()}", template, source, marks) if found else ""


def _written(text: str, template: str, source: str, marks: list[str]) -> str:
    """The text, with the last line of the kernel that was marked before."""
    if not marks:
        return f"{text} ({template})"
    return f"{text} ({template}, line {marks[-1]}: {source.splitlines()[int(marks[-1]) - 1].strip()})"
