"""The card target over a transport that only remembers: paging, launches, failures."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
import pytest

from meshjit import config
from meshjit.arch import (
    BLACKHOLE,
    DONE_VALUE,
    HEADER_BANKS,
    HEADER_CONFIG_PAIRS,
    HEADER_NODE,
    HEADER_WORDS,
    L1,
    MAX_ARGUMENT_WORDS,
    WORMHOLE,
    Arch,
)
from meshjit.errors import DeviceError, DeviceTimeoutError, EnvironmentMissingError
from meshjit.ir.mesh import Mesh
from meshjit.ir.program import BufferAddress, Collective, CoreRange, Kernel, PerDevice, Program, Role, RunProgram
from meshjit.ir.types import F32
from meshjit.runtime import layouts
from meshjit.runtime.devices import launch
from meshjit.runtime.devices.base import Region
from meshjit.runtime.devices.card import CardTarget, open_ttsim
from meshjit.runtime.devices.launch import Flag

PAIR = Mesh((2,), ("tp",))


class Memory:
    """A transport that stores bytes and logs writes; ``run`` raises what it is told to."""

    def __init__(self) -> None:
        self.bytes: dict[tuple[int, tuple[int, int]], dict[int, int]] = {}
        self.log: list[tuple[int, tuple[int, int], int, bytes]] = []
        self.flags: list[Flag] = []
        self.discarded: list[tuple[int, tuple[int, int], int, int]] = []
        self.fails: Exception | None = None
        self.closed = 0

    def write(self, chip: int, core_xy: tuple[int, int], address: int, data: bytes) -> None:
        self.log.append((chip, core_xy, address, data))
        place = self.bytes.setdefault((chip, core_xy), {})
        place.update(enumerate(data, address))

    def read(self, chip: int, core_xy: tuple[int, int], address: int, size: int) -> bytes:
        place = self.bytes[chip, core_xy]
        return bytes(place[address + i] for i in range(size))

    def discard(self, chip: int, core_xy: tuple[int, int], address: int, size: int) -> None:
        self.discarded.append((chip, core_xy, address, size))

    def run(self, done: Sequence[Flag], timeout_s: float) -> None:
        self.flags = list(done)
        if self.fails is not None:
            raise self.fails

    def close(self) -> None:
        self.closed += 1


def card(arch: Arch = WORMHOLE, mesh: Mesh = PAIR) -> tuple[CardTarget, Memory]:
    memory = Memory()
    return CardTarget("test", mesh, arch, memory), memory


def program(arch: Arch = WORMHOLE, words: tuple = (BufferAddress(0, 8), 7, PerDevice((100, 200)), -1)) -> Program:
    cores = CoreRange((0, 0), (1, 0))
    kernel = Kernel("k", Role.BRISC, b"\x13\x00\x00\x00" * 3, "", "t", cores)
    return Program(
        "probe", arch.name, (kernel,), (((0, 0), words), ((1, 0), (*words, 5))), 1, config=((1, 0x25), (64, 9))
    )


@pytest.mark.parametrize("arch", [WORMHOLE, BLACKHOLE], ids=["wormhole", "blackhole"])
@pytest.mark.parametrize("pages", [1, 5, 6, 17])
def test_pages_go_round_the_banks(arch, pages):
    target, memory = card(arch)
    data = np.random.default_rng(pages).integers(0, 256, pages * 2048).astype(np.uint8).tobytes()
    region = Region(0x200000, len(data), 2048)
    target.write(1, region, memoryview(data))
    assert target.read(1, region) == data
    banks = arch.dram_banks
    last = pages - 1
    assert memory.read(1, banks[last % len(banks)], 0x200000 + last // len(banks) * 2048, 2048) == data[-2048:]
    assert all(chip == 1 for chip, _, _, _ in memory.log)
    assert target.footprint(len(data), 2048) == -(-pages // len(banks)) * 2048


def test_launch_writes_everything_and_then_releases_reset():
    target, memory = card()
    loaded = target.load([RunProgram(program(), (0,), (0, 1))], [Region(0x300000, 2048, 2048)], frozenset())
    target.submit(loaded, {}, 1.0)
    assert memory.flags == [
        (chip, WORMHOLE.worker(core), L1.flags, DONE_VALUE) for chip in (0, 1) for core in ((0, 0), (1, 0))
    ]
    for chip in (0, 1):
        xy = WORMHOLE.worker((1, 0))
        mine = [(address, data) for c, place, address, data in memory.log if c == chip and place == xy]
        assert mine[0] == (WORMHOLE.soft_reset, struct.pack("<I", WORMHOLE.reset_all))
        assert mine[-1] == (WORMHOLE.soft_reset, struct.pack("<I", WORMHOLE.run_brisc))
        assert (L1.brisc, b"\x13\x00\x00\x00" * 3) in mine
        assert (L1.trisc1, launch.IDLE) in mine
        assert (L1.config, struct.pack("<4I", 1, 0x25, 64, 9)) in mine
        block = struct.unpack(f"<{HEADER_WORDS + 5}I", dict(mine)[L1.arguments])
        assert block[HEADER_NODE] == WORMHOLE.coordinate_word(xy) and block[HEADER_CONFIG_PAIRS] == 2
        assert block[HEADER_BANKS + 1] == WORMHOLE.coordinate_word((0, 5))
        assert block[HEADER_WORDS:] == (0x300008, 7, 100 * (chip + 1), 0xFFFFFFFF, 5)


def test_what_is_freed_is_discarded_in_every_bank_it_lay_in():
    target, memory = card()
    banks = WORMHOLE.dram_banks
    target.free(Region(0x300000, 2048 * (len(banks) + 1), 2048))
    assert memory.discarded == [(chip, xy, 0x300000, 2 * 2048) for chip in (0, 1) for xy in banks]


def test_relaunch_writes_only_what_changed():
    target, memory = card()
    first = Region(0x300000, 2048, 2048)
    loaded = target.load([RunProgram(program(), (0,), (0,))], [first], frozenset({0}))
    target.submit(loaded, {}, 1.0)
    memory.log.clear()
    target.submit(loaded, {}, 1.0)
    assert {address for _, _, address, _ in memory.log} == {WORMHOLE.soft_reset, L1.flags}
    memory.log.clear()
    target.submit(loaded, {0: Region(0x400000, 2048, 2048)}, 1.0)
    assert {address for _, _, address, _ in memory.log} == {WORMHOLE.soft_reset, L1.flags, L1.arguments}


def test_collectives_go_through_the_host():
    target, _ = card()
    regions = [Region(0x200000, 4096, 4096), Region(0x210000, 4096, 4096)]
    arrays = [np.full((3, 5), 1.5, np.float32), np.full((3, 5), 2.0, np.float32)]
    for device, array in enumerate(arrays):
        target.write(device, regions[0], layouts.encode(array, target.layout))
    command = Collective("all_reduce", ((0, 1),), F32, (3, 5), (3, 5), 0, 1)
    target.submit(target.load([command], regions, frozenset()), {}, 1.0)
    got = layouts.decode(target.read(1, regions[1]), (3, 5), F32, target.layout)
    assert np.array_equal(got, np.full((3, 5), 3.5))


def test_a_failed_launch_names_the_op_and_closes_the_door():
    target, memory = card()
    region = Region(0x300000, 2048, 2048)
    loaded = target.load([RunProgram(program(), (0,), (0,), "%3 matmul (mlp.py:9)")], [region], frozenset())
    memory.fails = DeviceTimeoutError("MJ5101", "1 cores had not finished after 1 s", operands=["chip 0 core (1, 1)"])
    with pytest.raises(DeviceTimeoutError) as caught:
        target.submit(loaded, {}, 1.0)
    assert "%3 matmul (mlp.py:9)" in str(caught.value) and "core (1, 1)" in str(caught.value)
    memory.fails = None
    for use in (lambda: target.submit(loaded, {}, 1.0), lambda: target.read(0, region)):
        with pytest.raises(DeviceError) as refused:
            use()
        assert refused.value.code == "MJ5105" and "matmul" in str(refused.value)


def test_programs_for_another_chip_are_refused():
    target, _ = card(BLACKHOLE)
    with pytest.raises(DeviceError) as caught:
        target.load([RunProgram(program(WORMHOLE), (0,), (0,))], [Region(0, 1, 1)], frozenset())
    assert caught.value.code == "MJ5106"


def test_too_many_arguments_are_refused():
    with pytest.raises(DeviceError) as caught:
        launch.argument_block(program(), WORMHOLE, (0, 0), (0,) * (MAX_ARGUMENT_WORDS + 1), [], 0)
    assert caught.value.code == "MJ5102"


def test_closing_twice_is_harmless_and_use_after_it_is_not():
    target, memory = card()
    target.close()
    target.close()
    assert memory.closed == 1
    with pytest.raises(DeviceError) as caught:
        target.read(0, Region(0, 2048, 2048))
    assert caught.value.code == "MJ5107"


def test_a_folder_without_the_simulator_is_refused(tmp_path):
    with pytest.raises(EnvironmentMissingError) as caught:
        open_ttsim(PAIR, str(tmp_path))
    assert caught.value.code == "MJ5110"


@pytest.mark.ttsim
@pytest.mark.skipif(config.load().ttsim_dir is None, reason="needs MESHJIT_TTSIM")
@pytest.mark.parametrize("chip", ["wh", "bh"])
def test_simulated_chips_keep_memory_apart_and_time_out(chip):
    folder = config.load().ttsim_dir
    assert folder is not None
    target = open_ttsim(PAIR, str(folder / chip))
    try:
        assert target.arch == {"wh": "wormhole", "bh": "blackhole"}[chip]
        region = Region(target.base_address, 5 * 2048, 2048)
        for device in (0, 1):
            target.write(device, region, memoryview(bytes([device + 1]) * region.size_bytes))
        assert [target.read(d, region)[:1] for d in (0, 1)] == [b"\1", b"\2"]
        arch = {"wh": WORMHOLE, "bh": BLACKHOLE}[chip]
        idle = Kernel("idle", Role.BRISC, launch.IDLE, "", "t")
        hangs = Program("hangs", arch.name, (idle,), (((0, 0), ()),), 0)
        loaded = target.load([RunProgram(hangs, (), (1,), "%0 hangs")], [], frozenset())
        with pytest.raises(DeviceTimeoutError) as caught:
            target.submit(loaded, {}, 0.05)
        assert "chip 1" in str(caught.value) and "%0 hangs" in str(caught.value)
    finally:
        target.close()


@pytest.mark.ttsim
@pytest.mark.skipif(config.load().ttsim_dir is None, reason="needs MESHJIT_TTSIM")
def test_an_error_of_the_simulator_is_shown():
    folder = config.load().ttsim_dir
    assert folder is not None
    target = open_ttsim(Mesh((1,), ("tp",)), str(folder / "wh"))
    try:
        bad = Kernel("bad", Role.BRISC, b"\0\0\0\0", "", "t")
        program = Program("bad", "wormhole", (bad,), (((0, 0), ()),), 0)
        with pytest.raises(DeviceError) as caught:
            target.submit(target.load([RunProgram(program, (), (0,))], [], frozenset()), {}, 1.0)
        assert caught.value.code == "MJ5104" and "ERROR" in str(caught.value)
    finally:
        target.close()
