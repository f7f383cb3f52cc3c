"""Ethernet tiles of the emulated chips and the links between them."""

from __future__ import annotations

import struct

import pytest
from ethernet_words import (
    COMMAND,
    DATA,
    FINISH,
    FLAG,
    QUEUE,
    RETURN,
    SIZE,
    START,
    TARGET,
    launch,
    packet,
    register_packet,
)
from test_emulated_noc import ATOMIC, ATOMIC_RESPONSES, INCREMENT, INLINE, MULTICAST, READ, WRITE, command, pattern
from words import DATA as L1_DATA
from words import addi, branch, done, i_type, li, lw, poke, start, sw, wait_equal, word

from meshjit import config
from meshjit.arch import ARCHS, WORMHOLE, Arch
from meshjit.errors import DeadlockError, DeviceError, DeviceTimeoutError, UsageError
from meshjit.runtime.devices.ttsim_process import TtsimMesh
from meshjit.runtime.emulator import EmulatedMesh

SEEDS = (None, *range(6))


@pytest.fixture(params=["wormhole", "blackhole"], scope="module")
def arch(request: pytest.FixtureRequest) -> Arch:
    return ARCHS[request.param]


def two(arch: Arch, *, seed: int | None = None, strict: bool = True) -> EmulatedMesh:
    """Two chips, linked as those of an n300 board."""
    a, b = arch.ethernet[8], arch.ethernet[0]
    return EmulatedMesh(arch, 2, links=[((0, a), (1, b))], seed=seed, strict=strict)


def test_the_tables_are_those_of_the_published_descriptors(arch: Arch):
    if arch is WORMHOLE:
        assert arch.ethernet[:3] == ((9, 0), (1, 0), (8, 0)) and arch.ethernet[8:10] == ((9, 6), (1, 6))
    mesh = EmulatedMesh(arch, 1)
    for i, tile in enumerate(arch.ethernet):
        mesh.write(0, tile, DATA, bytes([i] * 16))
    places = ((1, 1), (16, 1), (2, 1), (15, 1)) if arch.is_blackhole else arch.ethernet
    for i, tile in enumerate(places):
        assert mesh.read(0, tile, DATA, 16) == bytes([i] * 16)
    top = arch.ethernet_l1_bytes
    mesh.write(0, arch.ethernet[0], top - 16, pattern(16))
    assert mesh.read(0, arch.ethernet[0], top - 16, 16) == pattern(16)
    with pytest.raises(DeviceError, match=r"beyond what is there"):
        mesh.write(0, arch.ethernet[0], top - 8, pattern(16))
    mesh.close()


def test_workers_reach_an_ethernet_tile_by_noc(arch: Arch):
    mesh = EmulatedMesh(arch, 1)
    core, tile = arch.workers[5], arch.ethernet[3]
    me, there, noc = arch.coordinate_word(core), arch.coordinate_word(tile), arch.noc
    mesh.write(0, core, L1_DATA, pattern(256) + bytes(256))
    mesh.write(0, tile, DATA + 0x100, struct.pack("<4I", 0, 41, 0, 0))
    words = command(arch, WRITE, (me, L1_DATA), (there, DATA), 256) + wait_equal(noc.base + noc.write_acks, 1)
    words += command(arch, READ, (there, DATA + 16), (me, L1_DATA + 256), 64)
    words += wait_equal(noc.base + noc.read_responses, 1)
    words += command(arch, ATOMIC, (there, DATA + 0x104), (me, L1_DATA + 512), INCREMENT | 1, data=1)
    words += wait_equal(noc.base + ATOMIC_RESPONSES, 1)
    mesh.run([start(mesh, arch, core, words + done())], 30.0)
    assert mesh.read(0, tile, DATA, 256) == pattern(256)
    assert mesh.read(0, core, L1_DATA + 256, 64) == pattern(256)[16:80]
    assert word(mesh, tile, DATA + 0x104) == 42
    mesh.close()


def test_a_multicast_leaves_ethernet_tiles_out():
    mesh = EmulatedMesh("wormhole", 1)
    core, me = (1, 1), WORMHOLE.coordinate_word((1, 1))
    mesh.write(0, core, L1_DATA, pattern(64))
    mesh.write(0, (1, 6), L1_DATA, bytes(64))
    where = ((1 | 5 << 6) << 12 | (1 | 7 << 6)) << WORMHOLE.noc.coordinate_shift  # (1, 6) lies between
    words = command(WORMHOLE, MULTICAST, (me, L1_DATA), (where, L1_DATA), 64)
    mesh.run([start(mesh, WORMHOLE, core, words + wait_equal(WORMHOLE.noc.base + 0x204, 2) + done())], 30.0)
    assert mesh.read(0, (1, 7), L1_DATA, 64) == pattern(64)
    assert mesh.read(0, (1, 6), L1_DATA, 64) == bytes(64)
    mesh.close()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_block_goes_over_a_link_and_back(arch: Arch, seed: int | None):
    mesh = two(arch, seed=seed)
    a, b = arch.ethernet[8], arch.ethernet[0]
    size = 4096
    mesh.write(0, a, DATA, pattern(size))
    for chip, tile in ((0, a), (1, b)):
        mesh.write(chip, tile, FLAG + 16, struct.pack("<8I", 7, 0, 0, 0, 0, 0, 0, 0))
    there = packet(DATA, size, DATA + size) + packet(FLAG + 16, 16, FLAG + 32)
    back = wait_equal(FLAG + 32, 7) + packet(DATA + size, size, DATA + 2 * size) + packet(FLAG + 16, 16, FLAG + 32)
    flags = [
        launch(mesh, arch, a, [*there, *wait_equal(FLAG + 32, 7), *RETURN]),
        launch(mesh, arch, b, [*back, *FINISH], chip=1),
    ]
    mesh.run(flags, 30.0)
    assert mesh.read(1, b, DATA + size, size) == pattern(size)
    assert mesh.read(0, a, DATA + 2 * size, size) == pattern(size)
    mesh.close()


@pytest.mark.parametrize("seed", SEEDS)
def test_packets_of_a_queue_arrive_in_order(arch: Arch, seed: int | None):
    """The receiver adds the words that come at one place, each when its number has come: none is overtaken."""
    mesh = two(arch, seed=seed)
    a, b = arch.ethernet[8], arch.ethernet[0]
    n, words, waits = 12, [], []
    for i in range(n):
        mesh.write(0, a, DATA + 32 * i, struct.pack("<8I", i + 1, 0, 0, 0, 100 + i, 0, 0, 0))
        words += packet(DATA + 32 * i + 16, 16, DATA + 16 * i) + packet(DATA + 32 * i, 16, FLAG + 64)
        waits += [*wait_equal(FLAG + 64, i + 1)] if i == n - 1 else []
    mesh.write(1, b, FLAG + 64, bytes(16))
    waits += [*li(5, 0)]
    for i in range(n):
        waits += [*li(6, DATA + 16 * i), lw(7, 6), 7 << 20 | 5 << 15 | 5 << 7 | 0x33]
    flags = [
        launch(mesh, arch, a, [*words, *FINISH]),
        launch(mesh, arch, b, [*waits, *li(6, FLAG + 128), sw(5, 6), *FINISH], chip=1),
    ]
    mesh.run(flags, 30.0)
    assert word(mesh, b, FLAG + 128, chip=1) == sum(100 + i for i in range(n))
    mesh.close()


def test_packets_are_late_under_a_seed(arch: Arch):
    """Nobody waits for them, so whether they are there when the sender is done is luck."""
    found: set[bytes] = set()
    for seed in range(12):
        mesh = two(arch, seed=seed)
        a, b = arch.ethernet[8], arch.ethernet[0]
        mesh.write(0, a, DATA, pattern(64))
        mesh.write(1, b, DATA, bytes(64))
        mesh.run([launch(mesh, arch, a, [*packet(DATA, 64, DATA), *FINISH])], 30.0)
        found.add(mesh.read(1, b, DATA, 64))
        mesh.close()
    assert found == {bytes(64), pattern(64)}


@pytest.mark.parametrize("seed", (None, 0, 1))
@pytest.mark.parametrize("chips", (3, 4))
def test_blocks_go_round_a_ring(arch: Arch, chips: int, seed: int | None):
    """An all_gather by hand: a chip's worker writes a block to the tile that sends it on and reads what has come to the
    other tile from the chip before, until it has every block."""
    out, into = arch.ethernet[0], arch.ethernet[1]
    links = [((c, out), ((c + 1) % chips, into)) for c in range(chips)]
    mesh = EmulatedMesh(arch, chips, links=links, seed=seed)
    size, blocks = 512, [pattern(512 + 16 * c)[:512] for c in range(chips)]
    core, noc = arch.workers[0], arch.noc
    me, to, back = (arch.coordinate_word(xy) for xy in (core, out, into))
    # Flags, a place for each step's since nobody waits for a chip that is behind: what the worker writes, where at the
    # sending tile; where it hears from the receiving one, and where that hears from the chip before.
    number, given, heard, come = L1_DATA - 0x100, FLAG + 0x100, L1_DATA - 0x200, FLAG + 0x200
    flags: list[tuple[int, tuple[int, int], int, int]] = []
    for c in range(chips):
        mesh.write(c, core, L1_DATA + size * c, blocks[c])
        mesh.write(c, core, heard, bytes(0x100))
        mesh.write(c, out, given, bytes(0x100))
        mesh.write(c, into, come, bytes(0x100))
        worker: list[int] = []
        sender: list[int] = []
        receiver: list[int] = []
        for i in range(1, chips):
            mine, theirs, step = (c - i + 1) % chips, (c - i) % chips, 16 * i
            mesh.write(c, core, number + step, struct.pack("<4I", i, 0, 0, 0))
            worker += command(arch, WRITE, (me, L1_DATA + size * mine), (to, DATA + size * mine), size)
            worker += command(arch, WRITE, (me, number + step), (to, given + step), 4)
            worker += wait_equal(noc.base + noc.write_acks, 2 * i)
            sender += wait_equal(given + step, i) + packet(DATA + size * mine, size, DATA + size * mine)
            sender += packet(given + step, 16, come + step)
            receiver += wait_equal(come + step, i)
            receiver += command(arch, WRITE, (back, come + step), (me, heard + step), 4)
            receiver += wait_equal(noc.base + noc.write_acks, i)
            worker += wait_equal(heard + step, i)
            worker += command(arch, READ, (back, DATA + size * theirs), (me, L1_DATA + size * theirs), size)
            worker += wait_equal(noc.base + noc.read_responses, i)
        flags += [
            launch(mesh, arch, out, [*sender, *FINISH], chip=c),
            launch(mesh, arch, into, [*receiver, *RETURN], chip=c),
            start(mesh, arch, core, [*worker, *done()], chip=c),
        ]
    mesh.run(flags, 60.0)
    for c in range(chips):
        assert mesh.read(c, core, L1_DATA, size * chips) == b"".join(blocks), c
    mesh.close()


def test_the_peers_queue_is_driven_by_register_packets(arch: Arch):
    """Only chip 0 has a kernel: it has the peer send what it sent before back to another place."""
    mesh = two(arch)
    a, b = arch.ethernet[8], arch.ethernet[0]
    mesh.write(0, a, DATA, pattern(256))
    words = packet(DATA, 256, DATA + 0x400)
    for register, value in ((START, DATA + 0x400), (SIZE, 256), (TARGET, DATA + 0x800), (COMMAND, 2)):
        words += register_packet(QUEUE + register, value)
    mesh.write(0, a, DATA + 0x8F0, bytes(16))
    last = int.from_bytes(pattern(256)[-4:], "little")
    mesh.run([(*launch(mesh, arch, a, [*words, *FINISH])[:2], DATA + 0x8FC, last)], 30.0)
    assert mesh.read(0, a, DATA + 0x800, 256) == pattern(256)
    assert mesh.read(1, b, DATA + 0x400, 256) == pattern(256)
    mesh.close()


#: The links of the simulator's boards of two chips, by channel.
BOARDS = {"wormhole": ("wh_x2", 8, 0), "blackhole": ("bh_x2", 2, 9)}


@pytest.mark.ttsim
def test_the_simulator_carries_the_same_bytes(arch: Arch):
    """Sizes and places of packets, both queues, bytes and registers; what comes back lies in chip 0's tile."""
    folder, here, there = BOARDS[arch.name]
    a, b, size = arch.ethernet[here], arch.ethernet[there], 0x4000
    sent = pattern(size)
    words: list[int] = []
    blocks = ((0, 16, 0), (16, 256, 1), (0x120, 0x2000, 0), (0x2120, 0x1E00, 1), (0x10, 0x40, 0))
    for at, n, queue in blocks:
        words += packet(DATA + at, n, DATA + size + at, queue=queue)
    for at, n, _ in (*blocks[:2], (0x1000, 0x2800, 0)):
        for register, value in ((START, DATA + size + at), (SIZE, n), (TARGET, DATA + size + at + 0x20), (COMMAND, 2)):
            words += register_packet(QUEUE + register, value)
    last = DATA + size + 0x1000 + 0x2800 + 0x1C
    expected = int.from_bytes(sent[0x37FC:0x3800], "little")
    seen: list[bytes] = []
    root = config.load().ttsim_dir
    assert root is not None
    for mesh in (EmulatedMesh(arch, 2, links=[((0, a), (1, b))], strict=False), TtsimMesh(root / folder, 1)):
        mesh.write(0, a, DATA, sent + bytes(size + 0x40))
        flag = launch(mesh, arch, a, [*words, *FINISH])
        mesh.run([flag, (0, a, last, expected)], 60.0)
        seen.append(mesh.read(0, a, DATA, 2 * size + 0x40))
        mesh.close()
    assert seen[0] == seen[1]
    assert seen[0][size + 0x1020 : size + 0x3820] == sent[0x1000:0x3800]


def test_host_and_workers_drive_the_queue_by_its_registers(arch: Arch):
    mesh = two(arch)
    a, b, core = arch.ethernet[8], arch.ethernet[0], arch.workers[0]
    mesh.write(0, a, DATA, pattern(64))
    for register, value in ((START, DATA), (SIZE, 32), (TARGET, DATA), (COMMAND, 2)):
        mesh.write(0, a, QUEUE + register, struct.pack("<I", value))
    assert mesh.read(0, a, QUEUE + COMMAND, 4) == bytes(4)
    assert mesh.read(1, b, DATA, 32) == pattern(64)[:32]
    words: list[int] = []
    there = arch.coordinate_word(a)
    for n, (register, value) in enumerate(((START, DATA + 32), (SIZE, 32), (TARGET, DATA + 32), (COMMAND, 2))):
        words += command(arch, INLINE, (there, QUEUE + register), (0, 0), 0xF, data=value)
        words += wait_equal(arch.noc.base + arch.noc.write_acks, n + 1)
    last = int.from_bytes(pattern(64)[-4:], "little")
    mesh.write(1, b, DATA + 32, bytes(32))
    mesh.run([start(mesh, arch, core, words + done()), (1, b, DATA + 60, last)], 30.0)
    assert mesh.read(1, b, DATA, 64) == pattern(64)
    mesh.close()


def test_cores_start_by_reset(arch: Arch):
    mesh = EmulatedMesh(arch, 1)
    tile = arch.ethernet[2]
    mesh.write(0, tile, FLAG, bytes(32))
    for core, bit in enumerate((0x800, 0x1000) if arch.is_blackhole else (0x800,)):
        words = [*poke(FLAG + 16 * core, 5 + core), 0x0000006F]
        at = 0x1A000 + 0x100 * core if arch.is_blackhole else 0
        mesh.write(0, tile, at, struct.pack(f"<{len(words)}I", *words))
        if arch.is_blackhole:
            mesh.write(0, tile, 0xFFB14000 + 8 * core, struct.pack("<I", at))
        mesh.write(0, tile, arch.soft_reset, struct.pack("<I", 0x1800 & ~bit))
        mesh.run([(0, tile, FLAG + 16 * core, 5 + core)], 30.0)
    mesh.close()


def test_single_steps_of_an_ethernet_core(arch: Arch):
    mesh = two(arch)
    launch(mesh, arch, arch.ethernet[8], [*li(5, 3), addi(6, 5, 1), *FINISH])
    steps = mesh.trace(0, arch.ethernet[8], "erisc0", 3)
    assert [s.changed for s in steps][-1] == {6: 4}
    flag = launch(mesh, arch, arch.ethernet[0], [*li(5, 3), addi(6, 5, 1), *FINISH], chip=1)
    followed = mesh.follow(1, arch.ethernet[0], "erisc0", 3)
    mesh.run([flag], 30.0)
    assert [s.changed for s in followed][-1] == {6: 4}
    mesh.close()


@pytest.mark.parametrize("seed", (None, 2))
def test_a_wormhole_kernel_calls_the_yield_function_while_it_waits(seed: int | None):
    mesh = two(WORMHOLE, seed=seed)
    a, b = WORMHOLE.ethernet[8], WORMHOLE.ethernet[0]
    mesh.write(0, a, DATA, struct.pack("<4I", 7, 0, 0, 0))
    mesh.write(1, b, FLAG + 64, bytes(16))
    call = [addi(9, 1, 0), *li(30, FLAG + 64), *li(31, 7), *li(8, 0x9020), lw(8, 8), i_type(0x67, 1, 0, 8, 0)]
    waits = [*call, lw(29, 30), branch(1, 29, 31, -8), addi(1, 9, 0), *RETURN]
    flags = [
        launch(mesh, WORMHOLE, a, [*packet(DATA, 16, FLAG + 64), *RETURN]),
        launch(mesh, WORMHOLE, b, waits, chip=1),
    ]
    mesh.run(flags, 30.0)
    mesh.close()


def test_linked_chips_keep_to_the_time_they_are_given():
    mesh = two(WORMHOLE)
    forever = launch(mesh, WORMHOLE, WORMHOLE.ethernet[8], [addi(5, 5, 1), branch(0, 0, 0, -4)])
    with pytest.raises(DeviceTimeoutError, match=r"2 of 2 chips had not finished") as caught:
        mesh.run([forever], 0.05)
    assert f"chip 0 Ethernet tile {WORMHOLE.ethernet[8]} erisc0: pc 0x90" in caught.value.operands[0]
    mesh.close()


LAST = WORMHOLE.ethernet_l1_bytes
BAD = {
    "no link": (3, packet(DATA, 16, DATA), "MJ6117", "queue 0 is to send, but the tile has no link"),
    "unknown command": (8, poke(QUEUE + COMMAND, 1), "MJ6118", "0x1 is no command"),
    "register packet of the last queue": (8, poke(QUEUE + 0x1000 + COMMAND, 4), "MJ6118", "0x4 is no command"),
    "misaligned source": (8, packet(DATA + 4, 16, DATA), "MJ6119", f"{DATA + 4:#x}"),
    "misaligned target": (8, packet(DATA, 16, DATA + 8), "MJ6119", "multiples of 16"),
    "misaligned size": (8, packet(DATA, 20, DATA), "MJ6119", "20 bytes"),
    "source out of range": (8, packet(LAST - 16, 32, DATA), "MJ6120", f"{LAST - 16:#x}"),
    "target out of range": (8, packet(DATA, 32, LAST - 16), "MJ6120", f"{LAST - 16:#x}"),
    "no bytes": (8, packet(DATA, 0, DATA), "MJ6120", "0 bytes"),
    "never written": (8, packet(DATA + 0x100, 16, DATA), "MJ6121", f"{DATA + 0x100:#x}"),
    "register packet to L1": (8, register_packet(DATA, 1), "MJ6120", "4 bytes"),
    "unknown register": (8, poke(QUEUE + 0x50, 1), "MJ6106", "0xffb90050"),
    "third queue": (8, poke(QUEUE + 0x2000 + START, 1), "MJ6106", "0xffb92014"),
    "Tensix register": (8, poke(0xFFE80020, 0), "MJ6106", "0xffe80020"),
    "overlay stream of a worker only": (8, poke(0xFFB40000 + 32 * 0x1000 + 0x10, 1), "MJ6106", "0xffb60010"),
    "Tensix instruction": (8, [0x00000000], "MJ6102", "0x00000000"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_fault_names_the_tile_its_core_and_pc(name: str):
    tile, words, code, text = BAD[name]
    mesh = two(WORMHOLE)
    xy = WORMHOLE.ethernet[tile]
    mesh.write(0, xy, DATA, pattern(32))
    mesh.write(0, xy, LAST - 32, pattern(32))
    flag = launch(mesh, WORMHOLE, xy, [*words, *FINISH])
    with pytest.raises(DeviceError) as caught:
        mesh.run([flag], 30.0)
    assert (caught.value.code, text in caught.value.summary) == (code, True), caught.value.summary
    assert caught.value.summary.startswith(f"chip 0 Ethernet tile {xy} erisc0 at pc 0x90")
    assert caught.value.fix
    mesh.close()


def test_a_fault_of_the_peers_register_is_the_peers():
    mesh = two(WORMHOLE)
    flag = launch(mesh, WORMHOLE, WORMHOLE.ethernet[8], [*register_packet(0xFFB12000, 1), *FINISH])
    with pytest.raises(DeviceError, match=r"chip 1 Ethernet tile \(9, 0\) through the NoC.*0xffb12000"):
        mesh.run([flag], 30.0)


def test_a_busy_queue_takes_nothing():
    mesh = two(WORMHOLE, seed=0)
    tile = WORMHOLE.ethernet[8]
    mesh.write(0, tile, DATA, pattern(32))
    once = poke(QUEUE + START, DATA) + poke(QUEUE + SIZE, 16) + poke(QUEUE + TARGET, DATA) + poke(QUEUE + COMMAND, 2)
    with pytest.raises(DeviceError, match=r"transmit queue.*while it is busy"):
        mesh.run([launch(mesh, WORMHOLE, tile, [*once * 20, *FINISH])], 30.0)


@pytest.mark.parametrize("seed", (None, 3))
def test_a_deadlock_names_ethernet_cores(arch: Arch, seed: int | None):
    mesh = two(arch, seed=seed)
    a, b = arch.ethernet[8], arch.ethernet[0]
    mesh.write(0, a, FLAG + 64, bytes(16))
    flags = [
        launch(mesh, arch, a, [*wait_equal(FLAG + 64, 1), *FINISH]),
        launch(mesh, arch, b, [*wait_equal(QUEUE + COMMAND, 5), *FINISH], chip=1),
    ]
    with pytest.raises(DeadlockError) as caught:
        mesh.run(flags, 30.0)
    lines = caught.value.operands
    assert lines[0].startswith(f"chip 0 Ethernet tile {a} erisc0: pc 0x")
    assert f"polls L1 word {FLAG + 64:#x} = 0x0" in lines[0]
    assert lines[1].startswith(f"chip 1 Ethernet tile {b} erisc0: pc 0x")
    assert "Ethernet transmit queue 0, command (0xffb90004) = 0x0" in lines[1]
    assert len(lines) == 2


def overwrite(arch: Arch, seed: int | None, *, answer: bool, strict: bool) -> bytes:
    """What arrives of a block whose source is stored to after the command, or after the peer's answer."""
    mesh = two(arch, seed=seed, strict=strict)
    a, b = arch.ethernet[8], arch.ethernet[0]
    mesh.write(0, a, DATA, pattern(64))
    for chip, tile in ((0, a), (1, b)):
        mesh.write(chip, tile, FLAG + 16, struct.pack("<8I", 7, 0, 0, 0, 0, 0, 0, 0))
    words = packet(DATA, 64, DATA) + packet(FLAG + 16, 16, FLAG + 32)
    words += wait_equal(FLAG + 32, 7) if answer else wait_equal(QUEUE + COMMAND, 0)
    words += [*li(5, 500), addi(5, 5, -1), branch(1, 5, 0, -4), *poke(DATA, 0x12345678)]
    flags = [
        launch(mesh, arch, a, [*words, *FINISH]),
        launch(mesh, arch, b, [*wait_equal(FLAG + 32, 7), *packet(FLAG + 16, 16, FLAG + 32), *FINISH], chip=1),
    ]
    mesh.run(flags, 30.0)
    arrived = mesh.read(1, b, DATA, 64)
    mesh.close()
    return arrived


def test_a_source_is_free_when_the_peer_has_answered(arch: Arch):
    assert {overwrite(arch, seed, answer=True, strict=True) for seed in SEEDS} == {pattern(64)}
    with pytest.raises(DeviceError, match=r"race on L1.*(transmit queue 0 read|erisc0 wrote)") as caught:
        overwrite(arch, None, answer=False, strict=True)
    assert caught.value.code == "MJ6116"
    assert len({overwrite(arch, seed, answer=False, strict=False) for seed in range(24)}) == 2


def test_impossible_links_are_refused(arch: Arch):
    a, b = arch.ethernet[0], arch.ethernet[1]
    bad = [
        [((0, a), (2, b))],
        [((0, arch.workers[0]), (1, b))],
        [((0, a), (0, a))],
        [((0, a), (1, a)), ((0, a), (1, b))],
    ]
    for links in bad:
        with pytest.raises(UsageError) as caught:
            EmulatedMesh(arch, 2, links=links)
        assert caught.value.code == "MJ6003"


def test_a_seed_repeats_a_run(arch: Arch):
    seen = []
    for _ in range(2):
        mesh = two(arch, seed=4)
        mesh.write(0, arch.ethernet[8], DATA, pattern(64))
        mesh.run([launch(mesh, arch, arch.ethernet[8], [*packet(DATA, 64, DATA), *FINISH])], 30.0)
        seen.append(mesh.read(1, arch.ethernet[0], DATA, 64))
        mesh.close()
    assert seen[0] == seen[1]
