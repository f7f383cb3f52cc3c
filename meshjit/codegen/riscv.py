"""Built kernels of the cards: images by :mod:`meshjit.codegen.image`, proved by the static checker, kept by content."""

from __future__ import annotations

from meshjit.arch import Arch
from meshjit.codegen import image
from meshjit.codegen.tensix import check
from meshjit.ir.program import Role
from meshjit.toolchain import cache as binaries


def build(text: str, role: Role, arch: Arch, *, name: str = "kernel", marked: str = "") -> bytes:
    """The flat image of one role's kernel: crt0 words, then the function's code. ``marked`` is the text with the
    marks of :mod:`meshjit.toolchain.origins`, for messages.

    Raises :class:`~meshjit.errors.CodegenError`: MJ4104 when LLVM refuses the text, MJ4105 when the kernel needs a
    linker (a call, a global), MJ4106 when it is larger than its room in L1, MJ4140 to MJ4146 when the static checker
    refuses it.
    """
    machine = f"riscv32 {arch.name} {role.value} {image.crt0(role, arch).hex()} {check.VERSION}"
    return binaries.get(text, machine, lambda: compile_image(text, role, arch, name=name, marked=marked))


def compile_image(text: str, role: Role, arch: Arch, *, name: str = "kernel", marked: str = "") -> bytes:
    """As :func:`build`, always anew."""
    binary = image.link(text, role, arch, name=name)
    check.check(binary, arch, name, role, text, marked)
    return binary
