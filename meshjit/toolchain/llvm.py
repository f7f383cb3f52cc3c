"""LLVM for this machine: IR text to an ELF object, through llvmlite."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from functools import cache

import llvmlite.binding as llvm

from meshjit.toolchain import cache as binaries
from meshjit.toolchain import modules

_PASSES = (
    *("always_inliner", "global_dead_code_eliminate", "sroa", "simplify_cfg", "instruction_combine", "new_gvn"),
    "simplify_cfg",
)


@dataclass(frozen=True)
class Machine:
    """The CPU that kernels are built for. ``vector`` is the number of float32 lanes of its widest registers."""

    triple: str
    cpu: str
    features: str
    vector: int
    registers: int
    has_bf16_dot: bool

    def __str__(self) -> str:
        return f"{self.triple} {self.cpu} {self.features}"


@cache
def host() -> Machine:
    """This machine, with all features the operating system lets programs use."""
    return machine(llvm.get_host_cpu_name(), dict(llvm.get_host_cpu_features()))


def machine(cpu: str, features: dict[str, bool]) -> Machine:
    """The machine with that LLVM CPU name and those features, of this process's architecture."""
    wide = features.get("avx512f", False) and features.get("avx512bw", False) and features.get("avx512vl", False)
    vector = 16 if wide and features.get("avx512dq", False) else 8 if features.get("avx2", False) else 4
    flags = ",".join(("+" if on else "-") + name for name, on in sorted(features.items()))
    if vector == 16:
        # LLVM splits 512-bit vectors on CPUs that once lowered their clock for them; our kernels choose widths.
        flags += ",-prefer-256-bit"
    arm = platform.machine().lower() in ("arm64", "aarch64")
    return Machine(
        triple=llvm.get_default_triple(),
        cpu=cpu,
        features=flags,
        vector=vector,
        registers=32 if vector == 16 or arm else 16,
        has_bf16_dot=vector == 16 and features.get("avx512bf16", False),
    )


@cache
def _target_machine(target: Machine) -> llvm.TargetMachine:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_triple(target.triple).create_target_machine(
        cpu=target.cpu, features=target.features, opt=3, reloc="pic", codemodel="default"
    )


def build(text: str, target: Machine | None = None, *, name: str = "kernel") -> bytes:
    """The ELF object of IR ``text``, from the cache when it was built before.

    Raises :class:`~meshjit.errors.CodegenError` (MJ4204) when LLVM refuses the text.
    """
    target = target or host()
    return binaries.get(text, str(target), lambda: compile_object(text, target, name=name))


def compile_object(text: str, target: Machine, *, name: str = "kernel") -> bytes:
    """Verify, optimise and emit IR ``text``, always anew.

    Raises :class:`~meshjit.errors.CodegenError` (MJ4204) when LLVM refuses the text.
    """
    with modules.lock:
        machine_ = _target_machine(target)
        return machine_.emit_object(_optimised(text, target, name))


def assembly(text: str, target: Machine | None = None, *, name: str = "kernel") -> str:
    """The assembly of IR ``text`` for ``target`` (this machine).

    Raises :class:`~meshjit.errors.CodegenError` (MJ4204) when LLVM refuses the text.
    """
    target = target or host()
    with modules.lock:
        return _target_machine(target).emit_assembly(_optimised(text, target, name))


def _optimised(text: str, target: Machine, name: str) -> llvm.ModuleRef:
    return modules.optimised(text, _target_machine(target), _PASSES, name=name, code="MJ4204")
