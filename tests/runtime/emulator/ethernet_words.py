"""Launches on Ethernet tiles and commands of their transmit queues, on words as kernels use them."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Protocol

from words import poke, wait_equal

from meshjit.arch import Arch

#: In L1 of an Ethernet tile, clear of the firmware of both chips: a done flag, code on Blackhole, and data.
FLAG, CODE, DATA = 0x18000, 0x19000, 0x20000
QUEUE = 0xFFB90000
START, SIZE, TARGET, VALUE, COMMAND = 0x14, 0x18, 0x1C, 0x44, 0x04


class Transport(Protocol):
    """What emulator and official simulator have in common."""

    def write(self, chip: int, core_xy: tuple[int, int], address: int, data: bytes) -> None: ...
    def read(self, chip: int, core_xy: tuple[int, int], address: int, size: int) -> bytes: ...


def packet(start: int, size: int, target: int, *, queue: int = 0) -> list[int]:
    """Words by which a core sends bytes to the peer."""
    base = QUEUE + 0x1000 * queue
    words = wait_equal(base + COMMAND, 0) + poke(base + START, start) + poke(base + SIZE, size)
    return words + poke(base + TARGET, target) + poke(base + COMMAND, 2)


def register_packet(target: int, value: int) -> list[int]:
    """Words by which a core stores to a register of the peer."""
    words = wait_equal(QUEUE + COMMAND, 0) + poke(QUEUE + TARGET, target) + poke(QUEUE + VALUE, value)
    return words + poke(QUEUE + COMMAND, 4)


def launch(
    mesh: Transport, arch: Arch, tile: tuple[int, int], words: Sequence[int], *, chip: int = 0
) -> tuple[int, tuple[int, int], int, int]:
    """Start an Ethernet tile's core as the host does on a card; the flag that says that it is done."""
    code = struct.pack(f"<{len(words)}I", *words)
    mesh.write(chip, tile, FLAG, bytes(16))
    if arch.is_blackhole:
        mesh.write(chip, tile, CODE, code)
        mesh.write(chip, tile, 0x7D004, struct.pack("<I", CODE))
        mesh.write(chip, tile, 0x7D000, struct.pack("<I", 0xCA110002))
    else:
        mesh.write(chip, tile, 0x9040, code)
        mesh.write(chip, tile, 0x9004, struct.pack("<I", 0))
        mesh.write(chip, tile, 0x9004, struct.pack("<I", 1))
    return chip, tile, FLAG, 1


#: The end of a kernel: the flag, and a loop.
FINISH = [*poke(FLAG, 1), 0x0000006F]
#: The end of a kernel that returns to the firmware.
RETURN = [*poke(FLAG, 1), 0x00008067]
