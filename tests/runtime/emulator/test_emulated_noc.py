"""NoC commands, boot and circular-buffer counters of the emulated chips, on words as kernels use them."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from words import DATA, FLAG, SPIN, done, poke, start, wait_equal, word

from meshjit.arch import ARCHS, L1, Arch
from meshjit.runtime.emulator import EmulatedMesh

READ, WRITE, MULTICAST, ATOMIC, INLINE = 0x10, 0x12, 0x132, 0x11, 0x1A
INCREMENT = 0x107C
#: The counter of answers to increments, from the NoC's registers on.
ATOMIC_RESPONSES = 0x200


@pytest.fixture(params=["wormhole", "blackhole"], scope="module")
def arch(request: pytest.FixtureRequest) -> Arch:
    return ARCHS[request.param]


@pytest.fixture
def mesh(arch: Arch):
    mesh = EmulatedMesh(arch, 1)
    yield mesh
    mesh.close()


def command(
    arch: Arch, ctrl: int, target: tuple[int, int], returns: tuple[int, int], length: int, *, data: int | None = None
) -> list[int]:
    """Words that give NoC 0's command buffer 0 a command; places are (coordinate word, address)."""
    noc = arch.noc
    out = poke(noc.base + noc.target_coordinate, target[0]) + poke(noc.base + noc.target_lo, target[1])
    out += poke(noc.base + noc.return_coordinate, returns[0]) + poke(noc.base + noc.return_lo, returns[1])
    out += poke(noc.base + noc.ctrl, ctrl) + poke(noc.base + noc.length, length)
    if data is not None:
        out += poke(noc.base + (0x28 if arch.is_blackhole else 0x24), data)
    return out + poke(noc.base + noc.command, 1)


def pattern(size: int) -> bytes:
    return np.random.default_rng(size).integers(0, 256, size, np.uint8).tobytes()


def test_a_page_goes_from_bank_to_bank_through_l1(mesh: EmulatedMesh, arch: Arch):
    core, size, at = arch.workers[9], 2048, arch.dram_base + 4096
    me = arch.coordinate_word(core)
    first, last = arch.dram_banks[0], arch.dram_banks[-1]
    mesh.write(0, first, at, pattern(size))
    words = command(arch, READ, (arch.coordinate_word(first), at), (me, DATA), size)
    words += wait_equal(arch.noc.base + arch.noc.read_responses, 1)
    words += command(arch, WRITE, (me, DATA), (arch.coordinate_word(last), at + 64), size)
    words += wait_equal(arch.noc.base + arch.noc.write_acks, 1)
    mesh.run([start(mesh, arch, core, words + done())], 30.0)
    assert mesh.read(0, last, at + 64, size) == pattern(size)
    (count,) = mesh.counters()
    assert (count.core, count.noc_read_bytes, count.noc_written_bytes) == (core, size, size)


def test_workers_read_one_another(mesh: EmulatedMesh, arch: Arch):
    core, other = arch.workers[0], arch.workers[-1]
    mesh.write(0, other, DATA, pattern(512))
    target = (arch.coordinate_word(other), DATA)
    words = command(arch, READ, target, (arch.coordinate_word(core), DATA + 0x1000), 512)
    mesh.run([start(mesh, arch, core, words + done())], 30.0)
    assert mesh.read(0, core, DATA + 0x1000, 512) == pattern(512)


def test_multicast_reaches_a_rectangle_but_not_the_sender(mesh: EmulatedMesh, arch: Arch):
    columns = arch.grid[0]
    core = arch.workers[0]
    corner = arch.workers[2 * columns + 2]  # three by three workers, the sender among them
    start_xy, end_xy = core[0] | core[1] << 6, corner[0] | corner[1] << 6
    where = (start_xy << 12 | end_xy) << arch.noc.coordinate_shift
    mesh.write(0, core, DATA, pattern(64))
    mesh.write(0, core, DATA + 64, bytes(64))
    words = command(arch, MULTICAST, (arch.coordinate_word(core), DATA), (where, DATA + 64), 64)
    words += wait_equal(arch.noc.base + arch.noc.write_acks, 8)
    mesh.run([start(mesh, arch, core, words + done())], 30.0)
    inside = [arch.workers[y * columns + x] for y in range(3) for x in range(3)]
    for xy in arch.workers[: 4 * columns]:
        expected = pattern(64) if xy in inside and xy != core else bytes(64)
        assert mesh.read(0, xy, DATA + 64, 64) == expected, xy


def test_atomic_increments_from_all_workers_add_up(mesh: EmulatedMesh, arch: Arch):
    home = arch.workers[5]
    mesh.write(0, home, DATA, bytes(16))
    flags = []
    for core in arch.workers[:12]:
        me = arch.coordinate_word(core)
        words: list[int] = []
        for _ in range(3):
            words += command(arch, ATOMIC, (arch.coordinate_word(home), DATA), (me, DATA + 256), INCREMENT, data=7)
        words += wait_equal(arch.noc.base + 0x200, 3)
        flags.append(start(mesh, arch, core, words + done()))
    mesh.run(flags, 30.0)
    assert word(mesh, home, DATA) == 12 * 3 * 7


def test_an_inline_write_reaches_another_tiles_counter(mesh: EmulatedMesh, arch: Arch):
    core, other = arch.workers[1], arch.workers[7]
    register = arch.cb_register(3, received=True)
    place = (arch.coordinate_word(other), register)
    words = command(arch, INLINE, place, (arch.coordinate_word(core), 0), 0xF, data=0x21)
    mesh.run([start(mesh, arch, core, words + done())], 30.0)
    assert word(mesh, other, register) == 0x21


def test_counters_of_circular_buffers_keep_17_bits(mesh: EmulatedMesh, arch: Arch):
    core = arch.workers[0]
    words: list[int] = []
    for cb in range(16):
        words += poke(arch.cb_register(cb, received=True), 0xFFFE0000 + cb)
        words += poke(arch.cb_register(cb, received=False), 100 + cb)
    mesh.run([start(mesh, arch, core, words + done())], 30.0)
    for cb in range(16):
        assert word(mesh, core, arch.cb_register(cb, received=True)) == cb
        assert word(mesh, core, arch.cb_register(cb, received=False)) == 100 + cb


def test_brisc_starts_the_other_four_where_it_says(mesh: EmulatedMesh, arch: Arch):
    core = arch.workers[3]
    roles = {"ncrisc": L1.ncrisc, "trisc0": L1.trisc0, "trisc1": L1.trisc1, "trisc2": L1.trisc2}
    words: list[int] = []
    for i, (role, pc) in enumerate(roles.items()):
        image = [*poke(DATA + 64 * i, 0x100 + i), SPIN]
        mesh.load_image(0, core, role, struct.pack(f"<{len(image)}I", *image))
        mesh.write(0, core, DATA + 64 * i, bytes(4))
        words += poke(arch.reset_pc[role], pc)
    words += poke(arch.reset_pc["trisc_override"], 7) + poke(arch.reset_pc["ncrisc_override"], 1)
    words += poke(arch.soft_reset, arch.reset_none)
    for i in range(4):
        words += wait_equal(DATA + 64 * i, 0x100 + i)
    mesh.run([start(mesh, arch, core, words + done())], 30.0)
    assert all(n > 0 for n in mesh.counters()[0].riscv.values())
    assert word(mesh, core, arch.soft_reset) == arch.reset_none


def test_chips_of_a_mesh_run_side_by_side(arch: Arch):
    mesh = EmulatedMesh(arch, 3)
    core = arch.workers[0]
    flags = [start(mesh, arch, core, [*poke(DATA, 40 + c), *done()], chip=c) for c in range(3)]
    mesh.run(flags, 30.0)
    assert [word(mesh, core, DATA, chip=c) for c in range(3)] == [40, 41, 42]
    assert [c.chip for c in mesh.counters()] == [0, 1, 2]
    mesh.close()


def ring(mesh: EmulatedMesh, arch: Arch, workers: int, turns: int) -> list[tuple[int, tuple[int, int], int, int]]:
    """Each worker waits for its turn, notes when it had it, and increments its neighbour's word."""
    flags = []
    for i, core in enumerate(arch.workers[:workers]):
        after = arch.workers[(i + 1) % workers]
        mesh.write(0, core, DATA, struct.pack("<I", int(i == 0)) + bytes(12))
        words: list[int] = []
        for turn in range(turns):
            words += wait_equal(DATA, turn + 1)
            place = (arch.coordinate_word(after), DATA)
            words += command(arch, ATOMIC, place, (arch.coordinate_word(core), DATA + 64), INCREMENT, data=1)
        words += wait_equal(arch.noc.base + ATOMIC_RESPONSES, turns)
        flags.append(start(mesh, arch, core, words + done()))
    return flags


@pytest.mark.parametrize("seed", [None, 0, 1, 2])
def test_runs_are_deterministic_and_right_in_any_order(arch: Arch, seed: int | None):
    counts = []
    for _ in range(2):
        mesh = EmulatedMesh(arch, 1, seed=seed)
        mesh.run(ring(mesh, arch, 5, 4), 30.0)
        assert [word(mesh, xy, DATA) for xy in arch.workers[:5]] == [5, 4, 4, 4, 4]
        assert all(word(mesh, xy, FLAG) == 1 for xy in arch.workers[:5])
        counts.append(mesh.counters())
        mesh.close()
    assert counts[0] == counts[1]


def test_seeds_differ(arch: Arch):
    counts = []
    for seed in range(4):
        mesh = EmulatedMesh(arch, 1, seed=seed)
        mesh.run(ring(mesh, arch, 5, 4), 30.0)
        counts.append([c.riscv["brisc"] for c in mesh.counters()])
        mesh.close()
    assert len({tuple(c) for c in counts}) > 1
