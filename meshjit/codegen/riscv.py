"""Built kernels of the cards: images by :mod:`meshjit.codegen.image`, proved by the static checker, kept by content."""

from __future__ import annotations

from meshjit.arch import Arch
from meshjit.codegen import image
from meshjit.codegen.templates import without_marks
from meshjit.codegen.tensix import check
from meshjit.ir.program import Role
from meshjit.toolchain import cache as binaries


def build(text: str, role: Role, arch: Arch, *, name: str = "kernel") -> bytes:
    """The flat image of one role's kernel: crt0 words, then the function's code. ``text`` may hold the marks of
    :mod:`meshjit.toolchain.origins`, which are for messages.

    Raises :class:`~meshjit.errors.CodegenError`: MJ4104 when LLVM refuses the text, MJ4105 when the kernel needs a
    linker (a call, a global), MJ4106 when it is larger than its room in L1, MJ4140 to MJ4146 when the static checker
    refuses it.
    """
    machine = f"riscv32 {arch.name} {role.value} {check.VERSION}"
    return binaries.get(without_marks(text), machine, lambda: compile_image(text, role, arch, name=name))


def compile_image(text: str, role: Role, arch: Arch, *, name: str = "kernel") -> bytes:
    """As :func:`build`, always anew."""
    binary = image.link(without_marks(text), role, arch, name=name)
    check.check(binary, arch, name, role, text)
    return binary
