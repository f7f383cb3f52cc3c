"""Codes of what stops an emulated core (MJ61xx), and what each says.

Coprocessor faults (MJ62xx) are in :mod:`meshjit.runtime.emulator.tensix_state`.
"""

from __future__ import annotations

from meshjit.runtime.emulator.compiled import compiled
from meshjit.runtime.emulator.overlay import Int
from meshjit.runtime.emulator.state import F_ADDRESS, F_CODE, F_CORE, F_PC, F_VALUE, F_WORKER, Chip

E_FETCH = 6101
E_UNKNOWN_INSTRUCTION = 6102
E_MISALIGNED = 6103
E_RANGE = 6104
E_UNWRITTEN = 6105
E_REGISTER = 6106
E_VALUE = 6107
E_BREAK = 6108
E_NOC_COMMAND = 6110
E_NOC_LENGTH = 6111
E_NOC_COORDINATE = 6112
E_NOC_ALIGNMENT = 6113
E_NOC_RANGE = 6114
E_NOC_UNWRITTEN = 6115
E_RACE = 6116
E_ETH_LINK = 6117
E_ETH_COMMAND = 6118
E_ETH_ALIGNMENT = 6119
E_ETH_RANGE = 6120
E_ETH_UNWRITTEN = 6121

#: code: (summary with the fault's ``address`` and ``value``, what to do).
FAULTS: dict[int, tuple[str, str]] = {
    E_FETCH: ("executes at {address:#x}, where nothing was written", "check the reset PC and the image's addresses"),
    E_UNKNOWN_INSTRUCTION: ("unknown RISC-V instruction {value:#010x}", "build the kernel for this chip's features"),
    E_MISALIGNED: ("misaligned access to {address:#010x}", "align loads and stores to their size"),
    E_RANGE: ("access to {address:#010x}, where nothing is mapped for this core", "check the address"),
    E_UNWRITTEN: ("reads L1 at {address:#x}, which nothing has written", "write it first, or open with strict=False"),
    E_REGISTER: ("access to register {address:#010x}, which the emulator does not have", "use a register of the table"),
    E_VALUE: ("writes {value:#x} to register {address:#010x}, which does not take it", "check the value"),
    E_BREAK: ("stops at a breakpoint (ebreak or ecall)", "remove the breakpoint"),
    E_NOC_COMMAND: ("NoC command with control word {value:#x}", "use a read, an acknowledged write or an increment"),
    E_NOC_LENGTH: ("NoC transfer of {value} bytes", "split it into packets of at most the chip's size"),
    E_NOC_COORDINATE: ("NoC transfer to {value:#x} (x | y << 6), where nothing answers", "check the coordinate"),
    E_NOC_ALIGNMENT: ("NoC transfer at {address:#x}: source and destination are aligned differently", "align both"),
    E_NOC_RANGE: ("NoC transfer at {address:#x}, beyond the memory there", "check address and length"),
    E_NOC_UNWRITTEN: (
        "NoC read of {address:#x} (place {value}), which nothing has written",
        "write it first, or open with strict=False",
    ),
    E_RACE: (
        "a race on L1 at {address:#x}",
        "order the two: a circular buffer's wait or reserve, a semaphore, or the NoC's barrier is missing",
    ),
    E_ETH_LINK: (
        "Ethernet transmit queue {value} is to send, but the tile has no link",
        "use a tile of EmulatedMesh(..., links=...)",
    ),
    E_ETH_COMMAND: (
        "Ethernet transmit queue, register {address:#010x}: {value:#x} is no command of it, or comes while it is busy",
        "write 2 (bytes) or 4 (a register; not the last queue) to the command register, when that reads 0",
    ),
    E_ETH_ALIGNMENT: (
        "Ethernet packet of {value} bytes at {address:#x}: source, target and size are not all multiples of 16",
        "align bytes to 16, and a register's address to 4",
    ),
    E_ETH_RANGE: ("Ethernet packet of {value} bytes at {address:#x}, beyond what is there", "check address and size"),
    E_ETH_UNWRITTEN: (
        "Ethernet packet of L1 at {address:#x}, which nothing has written",
        "write it first, or open with strict=False",
    ),
}


@compiled
def fault(chip: Chip, code: Int, worker: Int, core: Int, address: Int, value: Int) -> None:
    """Record the first fault; the core's PC is filled in from its state."""
    if chip.fault[F_CODE] == 0:
        chip.fault[F_CODE] = code
        chip.fault[F_WORKER] = worker
        chip.fault[F_CORE] = core
        chip.fault[F_PC] = chip.pc[worker, core] if core >= 0 else -1
        chip.fault[F_ADDRESS] = address
        chip.fault[F_VALUE] = value
