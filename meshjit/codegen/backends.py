"""Which code generator serves which architecture, and what passes should know of it."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from meshjit.arch import BLACKHOLE, WORMHOLE, Arch
from meshjit.codegen.cpu.tiling import tiling
from meshjit.errors import UsageError
from meshjit.ir.graph import Node
from meshjit.ir.machine import Machine
from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import Attrs
from meshjit.ir.program import Kernel, Layout, Program


def _cpu() -> Machine:
    """A CPU device: one AVX-512 core of 2024, sharing this machine's memory with seven others."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Machine(
        "cpu",
        Layout.ROW,
        memory,
        64,
        flops=2e11,
        memory_bandwidth=1e10,
        tiling=tiling,
        transposed_operands=frozenset({1}),
    )


def _card(arch: Arch, flops: float, memory_bandwidth: float, link_bandwidth: float) -> Machine:
    return Machine(
        arch.name,
        Layout.TILE,
        arch.dram_bytes,
        max(arch.dram_alignment, 64),
        banks=len(arch.dram_banks),
        grid=arch.grid,
        flops=flops * arch.grid[0] * arch.grid[1],
        memory_bandwidth=memory_bandwidth,
        link_bandwidth=link_bandwidth,
        link_latency_s=5e-6,
        tiling=partial(_card_tiling, arch),
        transposed_operands=frozenset({0, 1}),  # by TRNSPSRCB, and by the unpacker of SrcA
    )


def _card_tiling(arch: Arch, node: Node, mesh: Mesh) -> Attrs:
    """By name, because a program that is not for cards never asks."""
    return importlib.import_module(_LOWERINGS[arch.name]).tiling(node, mesh, arch)


#: Matrix engine 2.048 TFLOP/s a Tensix at HiFi2, DRAM and Ethernet bandwidths as Tenstorrent publishes them.
_MACHINES = {
    "cpu": _cpu(),
    WORMHOLE.name: _card(WORMHOLE, 2.048e12, 288e9, 12.5e9),
    BLACKHOLE.name: _card(BLACKHOLE, 2.7e12, 512e9, 25e9),
}
_CHIPS = {WORMHOLE.name: WORMHOLE, BLACKHOLE.name: BLACKHOLE}
_LOWERINGS = {"cpu": "meshjit.codegen.cpu.lower", **dict.fromkeys(_CHIPS, "meshjit.codegen.tensix.lower")}


@dataclass(frozen=True)
class Backend:
    """A code generator: the machine it is for, how it lowers one node, and how it shows a kernel's instructions."""

    machine: Machine
    lower: Callable[[Node, Mesh], Program]
    disassemble: Callable[[Kernel], str]


def machine_of(arch: str) -> Machine:
    """What passes know of an architecture.

    Raises :class:`~meshjit.errors.UsageError` (MJ1008) for one that no code generator serves.
    """
    if arch not in _MACHINES:
        raise UsageError(
            "MJ1008", f"no code generator serves {arch!r}", fix=f"use one of {', '.join(sorted(_MACHINES))}"
        )
    return _MACHINES[arch]


def backend_of(arch: str) -> Backend:
    """The code generator of an architecture, loaded when first asked for: LLVM takes a while to start."""
    machine = machine_of(arch)
    module = importlib.import_module(_LOWERINGS[arch])
    if arch == "cpu":
        return Backend(machine, module.lower, partial(_disassemble, "meshjit.codegen.cpu.disassemble"))
    chip = _CHIPS[arch]
    return Backend(
        machine, lambda node, mesh: module.lower(node, mesh, chip), partial(_disassemble, "meshjit.codegen.disassemble")
    )


def _disassemble(module: str, kernel: Kernel) -> str:
    """By name, because few programs ever ask."""
    return importlib.import_module(module).disassemble(kernel)
