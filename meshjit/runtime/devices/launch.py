"""One launch of a program on worker cores, as bytes at addresses: no vendor firmware takes part.

The host puts all five cores into reset, writes code, arguments and the configuration table to L1, and releases BRISC,
which configures Tensix, starts the other four and at the end writes a done flag (docs/tensix.md, "Launch").
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Protocol

from meshjit.arch import (
    HEADER_BANKS,
    HEADER_CONFIG_PAIRS,
    HEADER_NODE,
    HEADER_WORDS,
    L1,
    MAX_ARGUMENT_WORDS,
    NOT_DONE_VALUE,
    Arch,
)
from meshjit.errors import DeviceError
from meshjit.ir.program import BufferAddress, PerDevice, Program, Word

#: What an idle core runs: ``jal x0, 0``.
IDLE = struct.pack("<I", 0x0000006F)

#: A done flag to wait for: chip, NoC 0 coordinate of the worker, address, value.
Flag = tuple[int, tuple[int, int], int, int]


class Transport(Protocol):
    """The way to a set of chips: the emulator, the official simulator or silicon.

    Addresses are those of a core's own address space; cores are named by NoC 0 coordinates.
    """

    def write(self, chip: int, core_xy: tuple[int, int], address: int, data: bytes) -> None:
        """Write bytes. Writes to one core take effect in order."""
        ...

    def read(self, chip: int, core_xy: tuple[int, int], address: int, size: int) -> bytes:
        """Read bytes."""
        ...

    def discard(self, chip: int, core_xy: tuple[int, int], address: int, size: int) -> None:
        """Say that bytes are needed no more: whoever reads them before they are written again makes a mistake."""
        ...

    def run(self, done: Sequence[Flag], timeout_s: float) -> None:
        """Let the chips run until every flag has its value.

        Raises :class:`~meshjit.errors.DeviceTimeoutError` (or DeadlockError) naming the cores that have not finished.
        """
        ...

    def close(self) -> None:
        """Let go of the chips."""
        ...


def resolve(word: Word, addresses: Sequence[int], device: int) -> int:
    """An argument word's value: constant, buffer address or value of this device, as unsigned 32 bits."""
    if isinstance(word, BufferAddress):
        value = addresses[word.index] + word.offset_bytes
    elif isinstance(word, PerDevice):
        value = word.values[device]
    else:
        value = word
    return value & 0xFFFFFFFF


def static_images(program: Program, arch: Arch) -> list[tuple[int, bytes]]:
    """What is the same on each core and launch: (address, bytes) of code and configuration table."""
    kernels = {k.role.value: k.binary for k in program.kernels}
    out = [(address, kernels.get(role, IDLE)) for role, (address, _) in L1.code.items()]
    pairs = [word for pair in program.config for word in pair]
    if len(pairs) * 4 > L1.flags - L1.config:
        raise DeviceError("MJ5103", f"a configuration table of {len(pairs)} words", fix="report this program")
    out.append((L1.config, struct.pack(f"<{len(pairs)}I", *pairs)))
    out.append((L1.flags, struct.pack("<I", NOT_DONE_VALUE)))
    return out


def argument_block(
    program: Program, arch: Arch, core: tuple[int, int], words: Sequence[Word], addresses: Sequence[int], device: int
) -> bytes:
    """The argument block of one core: the header, then the words of the program.

    Raises :class:`~meshjit.errors.DeviceError` (MJ5102) when it does not fit.
    """
    header = [0] * HEADER_WORDS
    header[HEADER_NODE] = arch.coordinate_word(arch.worker(core))
    header[HEADER_CONFIG_PAIRS] = len(program.config)
    for i, bank in enumerate(arch.dram_banks):
        header[HEADER_BANKS + i] = arch.coordinate_word(bank)
    block = header + [resolve(w, addresses, device) for w in words]
    if len(words) > MAX_ARGUMENT_WORDS:
        raise DeviceError(
            "MJ5102",
            f"{program.name} has {len(words)} argument words on core {core}",
            fix="shard the tensor further, so that each core has less to do",
        )
    return struct.pack(f"<{len(block)}I", *block)
