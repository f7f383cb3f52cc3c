"""Races on L1 in strict mode, and NoC transfers that take their time under a seed, on words as kernels use them."""

from __future__ import annotations

import struct

import pytest
from test_emulated_noc import ATOMIC, ATOMIC_RESPONSES, INCREMENT, READ, WRITE, command, pattern
from words import DATA, done, li, lw, poke, start, sw, wait_equal, word

from meshjit.arch import ARCHS, Arch
from meshjit.errors import DeviceError
from meshjit.runtime.emulator import EmulatedMesh

SEEDS = (None, *range(8))
COPY = DATA + 0x100
FLAG_WORD = DATA + 0x200


@pytest.fixture(params=["wormhole", "blackhole"], scope="module")
def arch(request: pytest.FixtureRequest) -> Arch:
    return ARCHS[request.param]


def copy_word(at: int, to: int) -> list[int]:
    return [*li(28, at), lw(27, 28), *li(28, to), sw(27, 28)]


def read_then_use(arch: Arch, seed: int | None, *, barrier: bool, strict: bool) -> int:
    """What a core copies from where a read of 64 bytes goes; 0 lies there before."""
    mesh = EmulatedMesh(arch, 1, strict=strict, seed=seed)
    core, bank = arch.workers[0], arch.dram_banks[0]
    mesh.write(0, bank, arch.dram_base, pattern(64))
    mesh.write(0, core, DATA, bytes(0x300))
    words = command(arch, READ, (arch.coordinate_word(bank), arch.dram_base), (arch.coordinate_word(core), DATA), 64)
    if barrier:
        words += wait_equal(arch.noc.base + arch.noc.read_responses, 1)
    words += copy_word(DATA, COPY)
    mesh.run([start(mesh, arch, core, words + done())], 30.0)
    copied = word(mesh, core, COPY)
    mesh.close()
    return copied


EXPECTED = int.from_bytes(pattern(64)[:4], "little")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_kernel_that_waits_for_its_read_is_right_whatever_the_delays(arch: Arch, seed: int | None) -> None:
    assert read_then_use(arch, seed, barrier=True, strict=True) == EXPECTED


def test_a_kernel_that_does_not_wait_for_its_read_is_caught(arch: Arch) -> None:
    with pytest.raises(DeviceError, match=r"race on L1.*brisc reads it.*a NoC 0 read of brisc wrote it") as caught:
        read_then_use(arch, None, barrier=False, strict=True)
    assert caught.value.code == "MJ6116"
    found = {read_then_use(arch, seed, barrier=False, strict=False) for seed in SEEDS}
    assert found == {0, EXPECTED}


def write_then_reuse(arch: Arch, seed: int | None, *, barrier: bool, strict: bool) -> bytes:
    """What a write of 64 bytes leaves in DRAM whose source the core stores to afterwards."""
    mesh = EmulatedMesh(arch, 1, strict=strict, seed=seed)
    core, bank = arch.workers[0], arch.dram_banks[0]
    mesh.write(0, core, DATA, pattern(64))
    words = command(arch, WRITE, (arch.coordinate_word(core), DATA), (arch.coordinate_word(bank), arch.dram_base), 64)
    acknowledged = wait_equal(arch.noc.base + arch.noc.write_acks, 1)
    words += (acknowledged if barrier else []) + poke(DATA, 0x12345678) + acknowledged
    mesh.run([start(mesh, arch, core, words + done())], 30.0)
    left = mesh.read(0, bank, arch.dram_base, 64)
    mesh.close()
    return left


def test_a_source_is_left_alone_until_its_write_is_acknowledged(arch: Arch) -> None:
    for seed in SEEDS:
        assert write_then_reuse(arch, seed, barrier=True, strict=True) == pattern(64)
    with pytest.raises(DeviceError, match=r"race on L1.*brisc writes it.*a NoC 0 write of brisc read it"):
        write_then_reuse(arch, None, barrier=False, strict=True)
    found = {write_then_reuse(arch, seed, barrier=False, strict=False) for seed in SEEDS}
    assert found == {pattern(64), struct.pack("<I", 0x12345678) + pattern(64)[4:]}


def hand_over(arch: Arch, seed: int | None, *, wait: bool) -> int:
    """A worker writes 64 bytes to its neighbour's L1, then increments a word there; the neighbour copies a datum."""
    mesh = EmulatedMesh(arch, 1, seed=seed)
    giver, taker = arch.workers[:2]
    mesh.write(0, giver, DATA, pattern(64))
    mesh.write(0, giver, FLAG_WORD, bytes(16))
    mesh.write(0, taker, DATA, bytes(0x300))
    here, there = arch.coordinate_word(giver), arch.coordinate_word(taker)
    words = command(arch, WRITE, (here, DATA), (there, DATA), 64)
    words += wait_equal(arch.noc.base + arch.noc.write_acks, 1)
    words += command(arch, ATOMIC, (there, FLAG_WORD), (here, FLAG_WORD), INCREMENT, data=1)
    words += wait_equal(arch.noc.base + ATOMIC_RESPONSES, 1) + done()
    taken = (wait_equal(FLAG_WORD, 1) if wait else []) + copy_word(DATA, COPY) + done()
    flags = [start(mesh, arch, giver, words), start(mesh, arch, taker, taken)]
    mesh.run(flags, 30.0)
    copied = word(mesh, taker, COPY)
    mesh.close()
    return copied


def test_tiles_hand_data_over_by_a_word(arch: Arch) -> None:
    for seed in SEEDS:
        assert hand_over(arch, seed, wait=True) == EXPECTED
    with pytest.raises(DeviceError, match=r"race on L1.*brisc reads it.*another tile wrote it"):
        hand_over(arch, None, wait=False)
