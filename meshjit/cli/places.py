"""Where in the kernels an emulated chip stopped: program counters and instructions as text and template lines."""

from __future__ import annotations

import re

from meshjit.codegen.disassemble import Row, rows
from meshjit.ir.program import Kernel, Program

_CORE = re.compile(r"(brisc|ncrisc|trisc[0-2])(?: at|:) pc (0x[0-9a-f]+)")
_RACE = re.compile(r"(brisc|ncrisc|trisc[0-2])(?: (?:reads|writes|read|wrote) it)? \(at (0x[0-9a-f]+)\)")
_THREAD = re.compile(r"Tensix thread (\d)(?: \(trisc\d\))?(?:: instruction|, instruction| \w+ it \(at) (0x[0-9a-f]+)")


def places(text: str, program: Program) -> list[str]:
    """A line for each core's program counter and each Tensix instruction that an error's text names.

    It has the instruction, the template lines it comes from (see :func:`meshjit.codegen.disassemble.where`) and what
    the template wrote there.
    """
    kernels = {kernel.role.value: kernel for kernel in program.kernels}
    out: dict[str, None] = {}
    for match in (*_CORE.finditer(text), *_RACE.finditer(text)):
        role, pc = match[1], int(match[2], 16)
        for row in _rows(kernels.get(role)):
            if row.address == pc:
                out[_written(f"{role} at {pc:#x}: {row.text}", kernels[role], row)] = None
    for match in _THREAD.finditer(text):
        role, word = f"trisc{match[1]}", int(match[2], 16)
        pushed = [row for row in _rows(kernels.get(role)) if row.word == (word << 2 | word >> 30) & 0xFFFFFFFF]
        for row in pushed[:1]:
            out[_written(f"{role} pushed {row.text}", kernels[role], row)] = None
    return list(out)


def _rows(kernel: Kernel | None) -> list[Row]:
    return [] if kernel is None else rows(kernel)


def _written(text: str, kernel: Kernel, row: Row) -> str:
    if not row.where:
        return f"{text} ({kernel.template})"
    return f"{text} ({row.where}: {kernel.source.splitlines()[row.line - 1].strip()})"
