"""Ethernet kernels on meshes opened as users open them, and kernels that cores start by NoC."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from ethernet_words import CODE, DATA, FINISH, FLAG, RETURN, launch, packet
from test_emulated_noc import ATOMIC, INCREMENT, INLINE, WRITE, command, pattern
from words import DATA as L1_DATA
from words import done, li, lw, start, sw, wait_equal, word

import meshjit as mj
from meshjit.arch import ARCHS, WORMHOLE, Arch
from meshjit.errors import DeviceError
from meshjit.runtime.devices.card import CardTarget
from meshjit.runtime.emulator import EmulatedMesh

#: The words that start a kernel, by chip: address and value, the last one the trigger.
LAUNCH = {"wormhole": ((0x9004, 1),), "blackhole": ((0x7D004, CODE), (0x7D000, 0xCA110002))}
ENTRY = {"wormhole": 0x9040, "blackhole": CODE}


@pytest.fixture(params=["wormhole", "blackhole"], scope="module")
def arch(request: pytest.FixtureRequest) -> Arch:
    return ARCHS[request.param]


def opened(mesh: mj.MeshDevice) -> tuple[CardTarget, EmulatedMesh]:
    card = mesh.engine.target
    assert isinstance(card, CardTarget) and isinstance(card.transport, EmulatedMesh)
    return card, card.transport


@pytest.mark.parametrize("seed", (None, 5))
def test_blocks_go_over_every_link_of_an_opened_mesh(arch: Arch, seed: int | None):
    """Each link's two tiles send each other a block; then, and before, the mesh runs what it is compiled for."""
    with mj.open_mesh((2, 2), ("dp", "tp"), target=f"emulator:{arch.name}", seed=seed) as mesh:

        @mj.compile
        def twice(x):
            return x + x

        x = np.ones((64, 64), np.float32)
        assert np.array_equal(np.asarray(twice(x)), 2 * x)
        card, chips = opened(mesh)
        assert len(card.links) == mesh.topology.num_links == 8
        size, come = 1024, FLAG + 0x100
        ports = [pair for link in card.links for pair in (link, link[::-1])]
        for chip, tile in (port for port, _ in ports):
            chips.write(chip, tile, DATA, pattern(size + 16 * chip)[-size:])
            chips.write(chip, tile, FLAG + 16, struct.pack("<4I", 7, 0, 0, 0))
            chips.write(chip, tile, come, bytes(16))
        words = [*packet(DATA, size, DATA + size), *packet(FLAG + 16, 16, come), *wait_equal(come, 7), *RETURN]
        chips.run([launch(chips, arch, tile, words, chip=chip) for (chip, tile), _ in ports], 60.0)
        for (chip, tile), (peer, _) in ports:
            assert chips.read(chip, tile, DATA + size, size) == pattern(size + 16 * peer)[-size:]
        assert np.array_equal(np.asarray(twice(3 * x)), 6 * x)


def test_a_mesh_may_be_opened_with_other_links_or_none():
    with mj.open_mesh((2,), ("tp",), target="emulator:wormhole", links=()) as mesh:
        card, chips = opened(mesh)
        assert card.links == ()
        chips.write(0, WORMHOLE.ethernet[8], DATA, pattern(16))
        with pytest.raises(DeviceError, match=r"the tile has no link"):
            chips.run([launch(chips, WORMHOLE, WORMHOLE.ethernet[8], [*packet(DATA, 16, DATA), *FINISH])], 30.0)
    ends = ((0, WORMHOLE.ethernet[3]), (1, WORMHOLE.ethernet[5]))
    with mj.open_mesh((2,), ("tp",), target="emulator:wormhole", links=[ends]) as mesh:
        assert opened(mesh)[0].links == (ends,)


def started_by_noc(mesh: EmulatedMesh, arch: Arch, chip: int, tile: tuple[int, int], kernel: list[int]) -> list[int]:
    """Words by which a worker copies a kernel and a block to an Ethernet tile and starts the kernel."""
    core, noc = arch.workers[3], arch.noc
    me, there = arch.coordinate_word(core), arch.coordinate_word(tile)
    code = struct.pack(f"<{len(kernel)}I", *kernel)
    code += bytes(-len(code) % 16)
    mesh.write(chip, core, L1_DATA, pattern(256) + code)
    for i, (address, value) in enumerate(LAUNCH[arch.name]):
        mesh.write(chip, core, L1_DATA + 0x1000 + 32 * i + address % 16, struct.pack("<I", value))
    words = command(arch, WRITE, (me, L1_DATA), (there, DATA), 256)
    words += command(arch, WRITE, (me, L1_DATA + 256), (there, ENTRY[arch.name]), len(code))
    words += wait_equal(noc.base + noc.write_acks, 2)
    for i, (address, _) in enumerate(LAUNCH[arch.name]):
        at = L1_DATA + 0x1000 + 32 * i + address % 16
        words += command(arch, WRITE, (me, at), (there, address), 4) + wait_equal(noc.base + noc.write_acks, 3 + i)
    return words


@pytest.mark.parametrize("seed", (None, 0, 1, 2))
def test_a_worker_starts_an_ethernet_kernel_by_noc(arch: Arch, seed: int | None):
    """The kernel, which nobody but the worker has started, sends the block that the worker has written to the peer."""
    with mj.open_mesh((2,), ("tp",), target=f"emulator:{arch.name}", seed=seed) as mesh:
        card, chips = opened(mesh)
        (_, tile), (_, peer) = card.links[0]
        chips.write(1, peer, DATA + 252, bytes(4))
        chips.write(0, tile, FLAG, bytes(16))
        kernel = [*li(5, DATA), lw(6, 5), *li(7, FLAG + 4), sw(6, 7), *packet(DATA, 256, DATA), *RETURN]
        words = started_by_noc(chips, arch, 0, tile, kernel)
        last = int.from_bytes(pattern(256)[-4:], "little")
        flag = start(chips, arch, arch.workers[3], words + done())
        chips.run([flag, (0, tile, FLAG, 1), (1, peer, DATA + 252, last)], 30.0)
        assert chips.read(1, peer, DATA, 256) == pattern(256)
        assert chips.read(0, tile, FLAG + 4, 4) == pattern(256)[:4]


@pytest.mark.parametrize("how", ("inline", "atomic"))
def test_wormholes_firmware_hears_every_kind_of_word(how: str):
    mesh = EmulatedMesh("wormhole", 1)
    core, tile, noc = WORMHOLE.workers[0], WORMHOLE.ethernet[4], WORMHOLE.noc
    me, there = WORMHOLE.coordinate_word(core), WORMHOLE.coordinate_word(tile)
    mesh.write(0, tile, 0x9040, struct.pack(f"<{len(RETURN)}I", *RETURN))
    mesh.write(0, tile, 0x9000, bytes(16))
    mesh.write(0, tile, FLAG, bytes(16))
    mesh.write(0, core, L1_DATA, bytes(16))
    if how == "inline":
        words = command(WORMHOLE, INLINE, (there, 0x9004), (0, 0), 0xF0, data=1)
        words += wait_equal(noc.base + noc.write_acks, 1)
    else:
        words = command(WORMHOLE, ATOMIC, (there, 0x9004), (me, L1_DATA), INCREMENT | 1, data=1)
        words += wait_equal(noc.base + noc.atomic_responses, 1)
    mesh.run([start(mesh, WORMHOLE, core, words + done()), (0, tile, FLAG, 1)], 30.0)
    assert word(mesh, tile, 0x9004) == 1
    mesh.close()


def test_what_is_written_after_the_launch_is_a_race(arch: Arch):
    """The launch orders what the worker wrote before, and nothing that comes later."""
    mesh = EmulatedMesh(arch, 1)
    tile, noc = arch.ethernet[4], arch.noc
    mesh.write(0, tile, FLAG, bytes(16))
    words = started_by_noc(mesh, arch, 0, tile, [*li(5, DATA + 0x200), lw(6, 5), *RETURN])
    me, there = arch.coordinate_word(arch.workers[3]), arch.coordinate_word(tile)
    words += command(arch, WRITE, (me, L1_DATA), (there, DATA + 0x200), 64)
    words += wait_equal(noc.base + noc.write_acks, 3 + len(LAUNCH[arch.name]))
    flag = start(mesh, arch, arch.workers[3], words + done())
    with pytest.raises(DeviceError, match=r"race on L1") as caught:
        mesh.run([flag, (0, tile, FLAG, 1)], 30.0)
    assert caught.value.code == "MJ6116"
    mesh.close()
