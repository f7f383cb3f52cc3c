"""What a native kernel's instructions are."""

from __future__ import annotations

from meshjit.ir.program import Kernel
from meshjit.toolchain import llvm


def disassemble(kernel: Kernel) -> str:
    """The kernel's assembly for this machine, under the template it came from.

    Raises :class:`~meshjit.errors.CodegenError` (MJ4204) when LLVM refuses the kernel's source.
    """
    return f"# {kernel.name}, from kernel_templates/{kernel.template}\n{llvm.assembly(kernel.source, name=kernel.name)}"
