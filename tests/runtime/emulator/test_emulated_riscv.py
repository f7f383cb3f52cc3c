"""RV32IM, Zba and Zbb of the emulated cores: against another emulator, and against the manual's definitions."""

from __future__ import annotations

import random
import struct

import numpy as np
import pytest
import unicorn
from unicorn import riscv_const
from words import DATA, SPIN, addi, branch, li, lw, start, sw, word

from meshjit.arch import ARCHS, BLACKHOLE, WORMHOLE
from meshjit.errors import DeviceError
from meshjit.runtime.emulator import EmulatedMesh

CORE = WORMHOLE.workers[0]
INTERESTING = (0, 1, 2, 31, 32, 0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFFFFFF, 0xFFFF8000, 0xAAAAAAAA)


@pytest.fixture(scope="module")
def mesh():
    mesh = EmulatedMesh("wormhole", 1)
    yield mesh
    mesh.close()


@pytest.fixture(scope="module")
def blackhole():
    mesh = EmulatedMesh("blackhole", 1)
    yield mesh
    mesh.close()


def random_word(rng: random.Random) -> list[int]:
    """One random instruction on registers 1 to 15 (16 holds the address of 4 KiB of data), as words."""
    rd, rs1, rs2 = (rng.randrange(1, 16) for _ in range(3))
    kind = rng.randrange(7)
    if kind == 0:
        return [rng.choice((0, 1)) << 25 | rs2 << 20 | rs1 << 15 | rng.randrange(8) << 12 | rd << 7 | 0x33]
    if kind == 1:
        return [0x20 << 25 | rs2 << 20 | rs1 << 15 | rng.choice((0, 5)) << 12 | rd << 7 | 0x33]
    if kind == 2:
        f3 = rng.choice((0, 2, 3, 4, 6, 7))
        return [rng.randrange(4096) << 20 | rs1 << 15 | f3 << 12 | rd << 7 | 0x13]
    if kind == 3:
        f3, top = rng.choice(((1, 0), (5, 0), (5, 0x20)))
        return [top << 25 | rng.randrange(32) << 20 | rs1 << 15 | f3 << 12 | rd << 7 | 0x13]
    if kind == 4:
        return [rng.randrange(1 << 20) << 12 | rd << 7 | rng.choice((0x37, 0x17))]
    if kind == 5:
        f3 = rng.randrange(3)
        at = rng.randrange(2048 >> f3) << f3
        load = rng.choice((f3, f3 | 4)) if f3 < 2 else 2
        return [sw(rs2, 16, at, f3), at << 20 | 16 << 15 | load << 12 | rd << 7 | 0x03]
    return [branch(rng.choice((0, 1, 4, 5, 6, 7)), rs1, rs2, 8), addi(rd, rd, 1)]


def reference(words: list[int], steps_end: int) -> tuple[list[int], bytes]:
    """Registers 1 to 15 and the data after running the words on unicorn."""
    uc = unicorn.Uc(unicorn.UC_ARCH_RISCV, unicorn.UC_MODE_RISCV32)
    uc.mem_map(0, 0x40000)
    uc.mem_write(0, struct.pack(f"<{len(words)}I", *words))
    uc.emu_start(0, steps_end)
    registers = [uc.reg_read(riscv_const.UC_RISCV_REG_X0 + i) & 0xFFFFFFFF for i in range(1, 16)]
    return registers, bytes(uc.mem_read(DATA, 4096))


@pytest.mark.parametrize("seed", range(12))
def test_random_streams_equal_another_emulator(mesh: EmulatedMesh, seed: int):
    rng = random.Random(seed)
    words = li(16, DATA)
    for register in range(1, 16):
        words += li(register, rng.choice((*INTERESTING, rng.randrange(1 << 32))))
    for _ in range(400):
        words += random_word(rng)
    mesh.write(0, CORE, DATA, bytes(4096))
    registers, data = reference(words, 4 * len(words))
    stop = len(words)
    start(mesh, WORMHOLE, CORE, [*words, SPIN])
    mesh.trace(0, CORE, "brisc", stop)
    state = mesh._chips[0]
    assert [int(v) for v in state.regs[0, 0, 1:16]] == registers
    assert mesh.read(0, CORE, DATA, 4096) == data


def run_two(mesh: EmulatedMesh, arch_name: str, instruction: int, a: int, b: int) -> int:
    arch = ARCHS[arch_name]
    core = arch.workers[0]
    start(mesh, arch, core, [*li(1, a), *li(2, b), instruction, SPIN])
    mesh.trace(0, core, "brisc", 5)
    return int(mesh._chips[0].regs[0, 0, 3])


def r_type(f7: int, f3: int) -> int:
    return f7 << 25 | 2 << 20 | 1 << 15 | f3 << 12 | 3 << 7 | 0x33


def unary(imm: int, f3: int) -> int:
    return imm << 20 | 1 << 15 | f3 << 12 | 3 << 7 | 0x13


def s32(value: int) -> int:
    return (value ^ 0x80000000) - 0x80000000


def rotate_right(a: int, n: int) -> int:
    return (a >> (n & 31) | a << (-n & 31)) & 0xFFFFFFFF


ZBB = {
    "sh1add": (r_type(0x10, 2), lambda a, b: 2 * a + b),
    "sh2add": (r_type(0x10, 4), lambda a, b: 4 * a + b),
    "sh3add": (r_type(0x10, 6), lambda a, b: 8 * a + b),
    "andn": (r_type(0x20, 7), lambda a, b: a & ~b),
    "orn": (r_type(0x20, 6), lambda a, b: a | ~b),
    "xnor": (r_type(0x20, 4), lambda a, b: ~(a ^ b)),
    "min": (r_type(0x05, 4), lambda a, b: min(s32(a), s32(b))),
    "minu": (r_type(0x05, 5), min),
    "max": (r_type(0x05, 6), lambda a, b: max(s32(a), s32(b))),
    "maxu": (r_type(0x05, 7), max),
    "rol": (r_type(0x30, 1), lambda a, b: rotate_right(a, -b)),
    "ror": (r_type(0x30, 5), rotate_right),
    "rori": (unary(0x600 | 7, 5), lambda a, b: rotate_right(a, 7)),
    "clz": (unary(0x600, 1), lambda a, b: 32 - a.bit_length()),
    "ctz": (unary(0x601, 1), lambda a, b: (a & -a).bit_length() - 1 if a else 32),
    "cpop": (unary(0x602, 1), lambda a, b: a.bit_count()),
    "sext.b": (unary(0x604, 1), lambda a, b: int(np.uint8(a & 0xFF).astype(np.int8))),
    "sext.h": (unary(0x605, 1), lambda a, b: int(np.uint16(a & 0xFFFF).astype(np.int16))),
    "zext.h": (0x04 << 25 | 1 << 15 | 4 << 12 | 3 << 7 | 0x33, lambda a, b: a & 0xFFFF),
    "rev8": (unary(0x698, 5), lambda a, b: int.from_bytes(a.to_bytes(4, "little"), "big")),
    "orc.b": (unary(0x287, 5), lambda a, b: sum(0xFF << i for i in range(0, 32, 8) if a >> i & 0xFF)),
}


@pytest.mark.parametrize("name", ZBB)
def test_blackhole_adds_zba_and_zbb(blackhole: EmulatedMesh, name: str):
    instruction, expected = ZBB[name]
    for a in (*INTERESTING, 0x12345678, 0x00800100):
        for b in (0, 1, 31, 0x80000000, 0xFFFFFFFF, 0x12345678):
            assert run_two(blackhole, "blackhole", instruction, a, b) == expected(a, b) & 0xFFFFFFFF, (hex(a), hex(b))


@pytest.mark.parametrize("name", ["sh1add", "andn", "clz", "zext.h", "rev8"])
def test_wormhole_does_not_have_them(name: str):
    mesh = EmulatedMesh("wormhole", 1)
    with pytest.raises(DeviceError, match=r"chip 0 worker \(1, 1\) brisc at pc 0x10: unknown RISC-V") as caught:
        run_two(mesh, "wormhole", ZBB[name][0], 1, 2)
    assert caught.value.code == "MJ6102"
    mesh.close()


def test_a_trace_says_what_each_instruction_changed(mesh: EmulatedMesh):
    start(mesh, WORMHOLE, CORE, [*li(1, 0x12345), addi(2, 1, 1), SPIN])
    steps = mesh.trace(0, CORE, "brisc", 3)
    assert [s.pc for s in steps] == [0, 4, 8]
    assert steps[2].word == addi(2, 1, 1)
    assert steps[1].changed == {1: 0x12345} and steps[2].changed == {2: 0x12346}


def test_local_memory_is_each_cores_own_and_needs_no_first_write(mesh: EmulatedMesh):
    words = [*li(1, 0xFFB00FF0), lw(2, 1), addi(2, 2, 5), sw(2, 1), lw(3, 1), *li(4, DATA), sw(3, 4), SPIN]
    mesh._chips[0].local[:] = 0
    start(mesh, WORMHOLE, CORE, words)
    mesh.trace(0, CORE, "brisc", len(words))
    assert word(mesh, CORE, DATA) == 5
    assert BLACKHOLE.stack["brisc"] > WORMHOLE.stack["brisc"]
