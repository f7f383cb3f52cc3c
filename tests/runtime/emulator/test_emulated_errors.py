"""What the emulator refuses, and what it says about cores that cannot go on."""

from __future__ import annotations

import struct

import pytest
from words import DATA, FLAG, SPIN, done, li, lw, poke, start, sw, tensix, wait_equal

from meshjit.arch import INSTRUCTION_PUSH, L1, TENSIX_SYNC, WORMHOLE
from meshjit.errors import DeadlockError, DeviceError, DeviceTimeoutError, UsageError
from meshjit.runtime.emulator import EmulatedMesh

CORE = WORMHOLE.workers[0]
ME = WORMHOLE.coordinate_word(CORE)
NOC = WORMHOLE.noc
SEMWAIT_FOREVER = 0xA6000000 | 0x3 << 15 | 1 << 2 + 3 | 1  # semaphore 3, while it is zero


@pytest.fixture
def mesh():
    mesh = EmulatedMesh("wormhole", 1)
    yield mesh
    mesh.close()


def noc(target: tuple[int, int], returns: tuple[int, int], length: int, ctrl: int = 0x10) -> list[int]:
    words = poke(NOC.base + NOC.target_coordinate, target[0]) + poke(NOC.base + NOC.target_lo, target[1])
    words += poke(NOC.base + NOC.return_coordinate, returns[0]) + poke(NOC.base + NOC.return_lo, returns[1])
    words += poke(NOC.base + NOC.ctrl, ctrl) + poke(NOC.base + NOC.length, length)
    return words + poke(NOC.base + NOC.command, 1)


BANK = WORMHOLE.coordinate_word(WORMHOLE.dram_banks[0])
PLACE = WORMHOLE.dram_base
FAULTS = {
    "misaligned load": ([*li(1, DATA + 2), lw(2, 1)], "MJ6103", "misaligned access to 0x00020002"),
    "misaligned store": ([*li(1, DATA + 1), sw(2, 1, 0, 1)], "MJ6103", "misaligned"),
    "beyond L1": ([*li(1, WORMHOLE.l1_bytes), lw(2, 1)], "MJ6104", "where nothing is mapped"),
    "beyond local memory": ([*li(1, 0xFFB01000), sw(2, 1)], "MJ6104", "0xffb01000"),
    "narrow register": ([*li(1, 0xFFB20000), sw(2, 1, 0, 0)], "MJ6104", "0xffb20000"),
    "never written": ([*li(1, DATA), lw(2, 1)], "MJ6105", "reads L1 at 0x20000, which nothing has written"),
    "unknown register": ([*li(1, 0xFFB13000), lw(2, 1)], "MJ6106", "register 0xffb13000"),
    "unknown overlay register": (poke(0xFFB48014, 1), "MJ6106", "register 0xffb48014"),
    "unknown configuration": (poke(0xFFEF0000 + 4 * 120, 1), "MJ6106", "register 0xffef01e0"),
    "NoC counter that is not kept": ([*li(1, NOC.base + 0x20C), lw(2, 1)], "MJ6106", "0xffb2020c"),
    "reset of unknown cores": (poke(WORMHOLE.soft_reset, 1), "MJ6107", "writes 0x1"),
    "unknown instruction": ([0xFFFFFFFF], "MJ6102", "unknown RISC-V instruction 0xffffffff"),
    "breakpoint": ([0x00100073], "MJ6108", "breakpoint"),
    "end of the code": ([0x00000013] * 16, "MJ6101", "where nothing was written"),
    "NoC read of nothing written": (noc((BANK, PLACE), (ME, DATA), 32), "MJ6115", "0x100000"),
    "NoC read, misaligned": (noc((BANK, PLACE + 16), (ME, DATA), 32), "MJ6113", "aligned differently"),
    "NoC read, too long": (noc((BANK, PLACE), (ME, DATA), 16384), "MJ6111", "16384 bytes"),
    "NoC read of nowhere": (noc((ME + (1 << 15), PLACE), (ME, DATA), 32), "MJ6112", "nothing answers"),
    "NoC read beyond L1": (noc((BANK, PLACE), (ME, WORMHOLE.l1_bytes - 16), 32), "MJ6114", "beyond the memory"),
    "NoC byte enables": (noc((BANK, PLACE), (ME, DATA), 32, 0x16), "MJ6110", "control word 0x16"),
    "NoC write of nothing written": (noc((ME, DATA), (BANK, PLACE), 32, 0x12), "MJ6115", "0x20000"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_names_chip_core_pc_and_address(mesh: EmulatedMesh, name: str):
    words, code, text = FAULTS[name]
    spin = [] if name == "end of the code" else [SPIN]
    flag = start(mesh, WORMHOLE, CORE, [*words, *spin])
    with pytest.raises(DeviceError) as caught:
        mesh.run([flag], 30.0)
    assert caught.value.code == code
    assert text in caught.value.summary
    assert caught.value.summary.startswith(f"chip 0 worker {CORE} brisc at pc 0x")
    assert caught.value.fix


@pytest.mark.parametrize("strict", [True, False])
def test_what_is_discarded_counts_as_never_written(strict):
    mesh = EmulatedMesh("wormhole", 1, strict=strict)
    for xy, address in ((WORMHOLE.dram_banks[1], 0x200000), (WORMHOLE.worker((0, 0)), 0x20000)):
        assert mesh.unwritten(0, xy, address, 64) == (address if strict else None)
        mesh.write(0, xy, address, bytes(range(64)))
        assert mesh.unwritten(0, xy, address, 64) is None
        mesh.discard(0, xy, address + 32, 32)
        assert mesh.unwritten(0, xy, address, 64) == (address + 32 if strict else None)
        assert mesh.read(0, xy, address, 64) == bytes(range(64))
    with pytest.raises(DeviceError, match="MJ6004"):
        mesh.discard(0, WORMHOLE.worker((0, 0)), WORMHOLE.l1_bytes, 32)


def test_unwritten_memory_may_be_read_when_not_strict():
    mesh = EmulatedMesh("wormhole", 1, strict=False)
    words = [*li(1, DATA), lw(2, 1), *noc((BANK, PLACE), (ME, DATA), 32)]
    mesh.run([start(mesh, WORMHOLE, CORE, words + done())], 30.0)
    mesh.close()


def boot(words: list[int], trisc0: list[int], mesh: EmulatedMesh):
    """BRISC starts TRISC0 on some words, then runs its own."""
    mesh.load_image(0, CORE, "trisc0", struct.pack(f"<{len(trisc0)}I", *trisc0))
    start_it = poke(WORMHOLE.reset_pc["trisc0"], L1.trisc0) + poke(WORMHOLE.reset_pc["trisc_override"], 1)
    start_it += poke(WORMHOLE.soft_reset, WORMHOLE.reset_all & ~0x1800)
    return start(mesh, WORMHOLE, CORE, [*start_it, *words])


def test_a_deadlock_lists_every_blocked_core(mesh: EmulatedMesh):
    received = WORMHOLE.cb_register(2, received=True)
    other = WORMHOLE.workers[1]
    flags = [
        boot(
            [*wait_equal(received, 3), *done()],
            [tensix(SEMWAIT_FOREVER), *poke(TENSIX_SYNC, 0), *li(1, TENSIX_SYNC), lw(2, 1), SPIN],
            mesh,
        ),
        start(mesh, WORMHOLE, other, [*wait_equal(NOC.base + NOC.write_acks, 1), *done()]),
    ]
    with pytest.raises(DeadlockError) as caught:
        mesh.run(flags, 30.0)
    lines = caught.value.operands
    assert caught.value.code == "MJ6001"
    assert f"circular buffer 2, pages received ({received:#010x}) = 0x0" in lines[0]
    assert lines[0].startswith(f"chip 0 worker {CORE} brisc: pc 0x")
    assert "trisc0" in lines[1] and "TENSIX_SYNC" in lines[1]
    assert "Tensix thread 0" in lines[2] and "semaphore 3 is 0" in lines[2]
    assert f"worker {other} brisc" in lines[3] and "NoC 0 write acknowledgements" in lines[3]
    assert len(lines) == 4


def test_a_full_queue_blocks_its_core(mesh: EmulatedMesh):
    push = [*li(1, INSTRUCTION_PUSH), *li(2, SEMWAIT_FOREVER), sw(2, 1), 0xFFDFF06F]  # and again
    flag = boot([*wait_equal(DATA, 1)], push, mesh)
    mesh.write(0, CORE, DATA, bytes(4))
    with pytest.raises(DeadlockError) as caught:
        mesh.run([flag], 30.0)
    assert any("waits for room in the queue of Tensix thread 0" in line for line in caught.value.operands)
    assert any(f"L1 word {DATA:#x} = 0x0" in line for line in caught.value.operands)


@pytest.mark.parametrize("seed", [0, 5])
def test_deadlocks_are_found_in_any_order(seed: int):
    mesh = EmulatedMesh("wormhole", 1, seed=seed)
    mesh.write(0, CORE, DATA, bytes(4))
    with pytest.raises(DeadlockError):
        mesh.run([start(mesh, WORMHOLE, CORE, [*wait_equal(DATA, 1), *done()])], 30.0)
    mesh.close()


def test_a_run_that_goes_on_ends_at_its_deadline(mesh: EmulatedMesh):
    count = [*li(1, DATA), *li(2, 1), sw(2, 1), 0x00110113 | 0, 0xFF9FF06F]  # store, count, for ever
    with pytest.raises(DeviceTimeoutError) as caught:
        mesh.run([start(mesh, WORMHOLE, CORE, count)], 0.05)
    assert caught.value.code == "MJ6002"
    assert any("brisc" in line and "runs" in line for line in caught.value.operands)


def test_a_core_that_ends_without_its_flag_is_a_deadlock(mesh: EmulatedMesh):
    with pytest.raises(DeadlockError):
        mesh.run([start(mesh, WORMHOLE, CORE, [SPIN])], 30.0)


def test_the_host_may_access_only_what_is_there(mesh: EmulatedMesh):
    for chip, xy, address in ((1, CORE, 0), (0, (0, 2), 0), (0, CORE, WORMHOLE.l1_bytes - 2), (0, CORE, 0xFFB121B2)):
        with pytest.raises(DeviceError) as caught:
            mesh.write(chip, xy, address, bytes(4))
        assert caught.value.code == "MJ6004"
    with pytest.raises(DeviceError) as caught:
        mesh.read(0, CORE, 0xFFB13000, 4)
    assert caught.value.code == "MJ6106"
    assert mesh.read(0, CORE, FLAG, 4) == bytes(4)


def test_an_unknown_chip_is_a_usage_error():
    with pytest.raises(UsageError) as caught:
        EmulatedMesh("grayskull", 1)
    assert caught.value.code == "MJ6003"
    with pytest.raises(UsageError):
        EmulatedMesh("wormhole", 0)
