"""A static checker of emitted kernels: proves, from the binaries alone, what the simulator does not check.

Rules about one kernel walk every path through its control flow (:func:`check`); each cites the page of the public ISA
documentation it is from. The kernel is refused where a rule cannot be proved.
"""

from __future__ import annotations

from meshjit.arch import Arch
from meshjit.codegen.tensix.check import ordering, units, values
from meshjit.codegen.tensix.check.machine import Image
from meshjit.codegen.tensix.check.words import Flow
from meshjit.ir.program import Role

#: Part of the key of built kernels: those that an older checker let pass are built and checked again.
VERSION = "check-2"
#: Rules about the Tensix instructions of one kernel.
WORD_RULES = (
    units.sfpu_latency,
    units.config_writes,
    units.counter_stores,
    units.semaphores,
    units.matrix_and_vector_units,
)


def check(binary: bytes, arch: Arch, name: str, role: Role | None = None, text: str = "") -> None:
    """Prove every rule for a kernel's image; ``text``, its rendered text, is only for messages.

    Raises :class:`~meshjit.errors.CodegenError`, MJ4140 to MJ4146, for the first that does not hold.
    """
    image = Image(binary, arch, name, role, text)
    flow = Flow(image)
    for rule in WORD_RULES:
        rule(flow)
    ordering.memory_order(image, values.accesses(image))
