"""Running the same Tensix instructions on the emulated coprocessor and on the official simulator.

A :class:`Case` lists what each thread executes. On the simulator, tiny RISC-V images push the same words; on the
emulator they go straight into the instruction rings.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from meshjit.arch import ARCHS, CONFIG_BASE, L1, MOP_CONFIG_BASE, TENSIX_SYNC, Arch
from meshjit.codegen.tensix.config import UnpackFormat, table, unpack_format
from meshjit.codegen.tensix.hw import Hw, hw
from meshjit.codegen.tensix.isa import encode_line
from meshjit.ir.types import BF16, DType
from meshjit.runtime.devices.ttsim_process import TtsimMesh
from meshjit.runtime.emulator.overlay import OVERLAY_WORDS
from meshjit.runtime.emulator.tensix_run import step_thread, thread_idle
from meshjit.runtime.emulator.tensix_state import BLOCK_REASONS, TENSIX_ERRORS, Tensix, new_tensix

#: Where cases put tiles, and where results go.
INPUT = 0x40000
OUTPUT = 0xC0000
_FLAGS = L1.flags
_DONE = 0x600DD01E
CORE = (0, 0)


@dataclass
class Case:
    """Instruction words of the three threads, configuration, and L1 contents by address."""

    arch: str
    threads: tuple[list[int], list[int], list[int]] = field(default_factory=lambda: ([], [], []))
    config: tuple[tuple[int, int], ...] = ()
    mop: dict[int, Sequence[int]] = field(default_factory=dict[int, "Sequence[int]"])
    memory: dict[int, bytes] = field(default_factory=dict[int, bytes])

    @property
    def hw(self) -> Hw:
        """Register numbers of the chip."""
        return hw(self.arch)

    def add(self, thread: int, *lines: str) -> None:
        """Append instructions, in the text form of the kernels."""
        self.threads[thread].extend(encode_line(line, self.arch) for line in lines)

    def setting(self, name: str) -> int:
        """The index of a backend configuration register."""
        return ARCHS[self.arch].config[name]


def standard_config(
    arch: str,
    *,
    a: UnpackFormat | None = None,
    b: UnpackFormat | None = None,
    out: DType = BF16,
    wide: bool = False,
) -> tuple[tuple[int, int], ...]:
    """The configuration of a kernel with these formats."""
    default = unpack_format(BF16, to_dst=False)
    return table(ARCHS[arch], unpack0=a or default, unpack1=b or default, out=out, dst32=wide)


class Emulated:
    """The emulated coprocessor with its memory."""

    def __init__(self, arch: str) -> None:
        self.arch: Arch = ARCHS[arch]
        self.tensix: Tensix = new_tensix(self.arch.is_blackhole)
        self.l1: NDArray[np.uint8] = np.zeros(self.arch.l1_bytes, np.uint8)
        self.l1_init: NDArray[np.uint8] = np.zeros(self.arch.l1_bytes // 16, np.uint8)
        self.overlay: NDArray[np.uint32] = np.zeros(OVERLAY_WORDS, np.uint32)

    def write(self, address: int, data: bytes) -> None:
        self.l1[address : address + len(data)] = np.frombuffer(data, np.uint8)
        self.l1_init[address >> 4 : (address + len(data) + 15) >> 4] = 1

    def run(self, case: Case) -> None:
        """Run a case to its end. Raises AssertionError on an error or when all threads block."""
        t = self.tensix
        for address, data in case.memory.items():
            self.write(address, data)
        for index, value in case.config:
            t.config[index] = value
        for thread, words in case.mop.items():
            t.mop_config[thread, : len(words)] = words
        left = [list(words) for words in case.threads]
        while any(left) or not all(thread_idle(t, k) for k in range(3)):
            moved = 0
            for k in range(3):
                moved += push(t, k, left[k])
                moved += step_thread(t, self.l1, self.l1_init, self.overlay, k, 4096)
            assert not t.error[0], error_text(t)
            assert moved, [BLOCK_REASONS.get(int(b)) for b in t.blocked]

    def read(self, address: int, size: int) -> bytes:
        return self.l1[address : address + size].tobytes()


def push(t: Tensix, thread: int, words: list[int]) -> int:
    """Move words into a thread's ring while it has room; how many."""
    room = 1024 - int(t.fifo_tail[thread] - t.fifo_head[thread])
    now, words[:] = words[:room], words[room:]
    for word in now:
        t.fifo[thread, t.fifo_tail[thread] & 1023] = word
        t.fifo_tail[thread] += 1
    return len(now)


def error_text(t: Tensix) -> str:
    """The coprocessor's error in words."""
    code, thread, word, detail = (int(v) for v in t.error)
    return f"MJ{code} thread {thread} word {word:#010x} detail {detail:#x}: {TENSIX_ERRORS.get(code)}"


# ---- the simulator


def _load_immediate(register: int, value: int) -> list[int]:
    upper = (value + 0x800 >> 12) & 0xFFFFF
    return [upper << 12 | register << 7 | 0x37, (value & 0xFFF) << 20 | register << 15 | register << 7 | 0x13]


def _store(address: int, value: int) -> list[int]:
    """lui, addi, lui, addi, sw."""
    return [*_load_immediate(5, address), *_load_immediate(6, value), 6 << 20 | 5 << 15 | 2 << 12 | 0x23]


def _image(words: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(words) + 1}I", *words, 0x6F)


def thread_image(words: Sequence[int], mop: Sequence[int], thread: int) -> bytes:
    """RISC-V code that sets the MOP registers, pushes the words, waits for them and raises the thread's flag."""
    code: list[int] = []
    for i, value in enumerate(mop):
        code += _store(MOP_CONFIG_BASE + 4 * i, value)
    code += [(word << 2 | word >> 30) & 0xFFFFFFFF for word in words]
    code += _store(TENSIX_SYNC, 0)
    code.append(5 << 15 | 2 << 12 | 6 << 7 | 0x03)  # lw x6, 0(x5)
    code.append(6 << 20 | 6 << 15 | 7 << 7 | 0x33)  # use it
    return _image([*code, *_store(_FLAGS + 16 * thread, _DONE)])


def boot_image(case: Case) -> bytes:
    """BRISC's code: reset addresses, configuration, release."""
    arch = ARCHS[case.arch]
    code: list[int] = []
    for name, pc in (("trisc0", L1.trisc0), ("trisc1", L1.trisc1), ("trisc2", L1.trisc2), ("trisc_override", 7)):
        code += _store(arch.reset_pc[name], pc)
    for index, value in case.config:
        code += _store(CONFIG_BASE + 4 * index, value)
    return _image([*code, *_store(arch.soft_reset, 0x40000)])


class Simulated:
    """The official simulator in a child process, one worker core of it."""

    def __init__(self, arch: str) -> None:
        folder = {"wormhole": "wh", "blackhole": "bh"}[arch]
        self.arch = ARCHS[arch]
        self.mesh = TtsimMesh(os.path.join(os.environ["MESHJIT_TTSIM"], folder), 1)
        self.core = self.arch.worker(CORE)

    def write(self, address: int, data: bytes) -> None:
        self.mesh.write(0, self.core, address, data)

    def run(self, case: Case) -> None:
        """Run a case to its end."""
        self.write(self.arch.soft_reset, struct.pack("<I", self.arch.reset_all))
        images: Mapping[int, bytes] = {
            L1.brisc: boot_image(case),
            **{
                at: thread_image(case.threads[k], case.mop.get(k, ()), k)
                for k, at in enumerate((L1.trisc0, L1.trisc1, L1.trisc2))
            },
        }
        rooms = [room for _, room in L1.code.values()]
        assert all(len(data) <= room for data, room in zip(images.values(), [rooms[0], *rooms[2:]], strict=True))
        for address, data in (*case.memory.items(), *images.items()):
            self.write(address, data)
        self.write(_FLAGS, bytes(48))
        self.write(self.arch.soft_reset, struct.pack("<I", self.arch.run_brisc))
        self.mesh.run([(0, self.core, _FLAGS + 16 * k, _DONE) for k in range(3)], 60.0)

    def read(self, address: int, size: int) -> bytes:
        return self.mesh.read(0, self.core, address, size)

    def close(self) -> None:
        self.mesh.close()


class Pair:
    """Both sides, kept from case to case: they go through the same states."""

    def __init__(self, arch: str) -> None:
        self.arch = arch
        self.emulated, self.simulated = Emulated(arch), Simulated(arch)

    def check(self, case: Case, size: int) -> None:
        """Run on both sides and compare ``size`` bytes of output."""
        self.emulated.run(case)
        self.simulated.run(case)
        got = np.frombuffer(self.emulated.read(OUTPUT, size), np.uint32)
        want = np.frombuffer(self.simulated.read(OUTPUT, size), np.uint32)
        different = [f"{i}: {got[i]:08x} not {want[i]:08x}" for i in np.flatnonzero(got != want)]
        assert not different, (len(different), different[:12])

    def close(self) -> None:
        self.simulated.close()
