"""The instructions of a native kernel."""

from __future__ import annotations

from meshjit.ir.program import Kernel
from meshjit.toolchain import llvm


def disassemble(kernel: Kernel) -> str:
    """The kernel's assembly for this machine, as LLVM writes it from the same source the binary was built from."""
    return llvm.assembly(kernel.source, name=kernel.name)
