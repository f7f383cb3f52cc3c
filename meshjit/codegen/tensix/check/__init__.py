"""A static checker of emitted kernels: proves, from the binaries alone, what the simulator does not check.

Rules about one kernel walk every path through its control flow (:func:`check`). Rules about the kernels of a program
together follow each with the arguments of every core (:func:`prove`). Each cites the page of the public ISA
documentation it is from; what cannot be proved is refused.
"""

from __future__ import annotations

import hashlib

from meshjit.arch import Arch
from meshjit.codegen.tensix.check import caches, gate, ordering, program, units, values
from meshjit.codegen.tensix.check.machine import Image
from meshjit.codegen.tensix.check.words import Flow
from meshjit.ir.program import Program, Role
from meshjit.toolchain import cache as binaries

#: Part of the key of built kernels: those that an older checker let pass are built and checked again.
VERSION = "check-15"
#: Rules about the Tensix instructions of one kernel.
WORD_RULES = (units.sfpu_latency, units.config_writes, units.moves_to_dst)
#: The codes of what :func:`check` proves of a kernel whose control flow it can follow.
RULES = ("MJ4141", "MJ4142", "MJ4143", "MJ4144", "MJ4145", "MJ4146", "MJ4157")
#: The codes of what :func:`prove` proves of a program's kernels (of one that works alone: those that apply).
PROGRAM_RULES = ("MJ4147", "MJ4150", "MJ4151", "MJ4152", "MJ4153", "MJ4154", "MJ4155", "MJ4156")


def check(binary: bytes, arch: Arch, name: str, role: Role | None = None, text: str = "", marked: str = "") -> None:
    """Prove every rule for a kernel's image; ``text``, its rendered text, and ``marked``, the same with marks, are
    only for messages.

    Raises :class:`~meshjit.errors.CodegenError`, MJ4140 to MJ4146 or MJ4157, for the first that does not hold.
    """
    image = Image(binary, arch, name, role, text, marked)
    accesses = values.accesses(image)
    flow = Flow(image, accesses)
    for rule in WORD_RULES:
        rule(flow)
    gate.gate(flow, accesses)
    ordering.memory_order(image, accesses)
    caches.data_cache(image, accesses)


def prove(card: Program, arch: Arch) -> None:
    """Prove that the kernels of a card program fit together on every core: what is produced is consumed, buffers never
    hold more than they can, nobody waits for ever, transfers are over before their pages change hands.

    A proof is kept with the built kernels. Raises :class:`~meshjit.errors.CodegenError`, MJ4147 to MJ4156.
    """
    digest = hashlib.sha256(
        repr((arch.grid, card.circular_buffers, card.areas, card.arguments, len(card.config))).encode()
    )
    for kernel in card.kernels:
        digest.update(kernel.role.value.encode() + kernel.binary)
    binaries.get(
        digest.hexdigest(), f"proof {arch.name} {VERSION}", lambda: b"%d different cores" % program.prove(card, arch)
    )
