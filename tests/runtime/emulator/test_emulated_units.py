"""The emulated coprocessor by itself: expanders, synchronisation, counters, arithmetic and errors."""

from __future__ import annotations

import numpy as np
import pytest
from tensix_blocks import hand_over, init_math, init_pack, init_unpack, unpack
from tensix_pair import INPUT, OUTPUT, Case, Emulated, push, standard_config
from test_emulated_matmul import matmul_case

from meshjit.codegen.tensix.isa import encode_line
from meshjit.ir.types import F32
from meshjit.runtime.emulator.tensix_run import step_thread, thread_idle
from meshjit.runtime.emulator.tensix_state import BLOCK_REASONS, TENSIX_ERRORS, X0, X1, Y0, Z1

CHIPS = ("wormhole", "blackhole")


def run(side: Emulated, thread: int, *lines: str, budget: int = 1000) -> int:
    """Push instructions to one thread and step it; how many ran."""
    assert push(side.tensix, thread, [encode_line(line, side.arch.name) for line in lines]) == len(lines)
    return step_thread(side.tensix, side.l1, side.l1_init, side.overlay, thread, budget)


def test_replay_loads_and_plays() -> None:
    side = Emulated("wormhole")
    assert run(side, 0, "REPLAY load=1 length=2 start=31", "SETDMAREG reg16=2 value=5", "DMANOP") == 0
    assert thread_idle(side.tensix, 0)
    assert run(side, 0, "REPLAY length=2 start=31", "REPLAY length=1 start=0") == 3
    assert side.tensix.gpr[0, 1] == 5
    assert side.tensix.counts[0, 0x60] == 2
    assert run(side, 0, "REPLAY load=1 execute=1 length=1 start=4", "SETDMAREG reg16=3 value=9") == 1
    assert side.tensix.gpr[0, 1] == 9 << 16 | 5


def test_mop_templates() -> None:
    side = Emulated("wormhole")

    def word(line: str) -> int:
        return encode_line(line, "wormhole")

    ones = [word(f"SETDMAREG reg16={2 * i} value={i}") for i in range(8)]
    nop = word("NOP")
    side.tensix.mop_config[0] = [2, 3, ones[0], ones[1], ones[2], ones[3], nop, ones[4], ones[5]]
    assert run(side, 0, "MOP type=1") == 2 * (1 + 3 + 2)  # start, the loop, two ends
    assert side.tensix.gpr[0, :6].tolist() == [0, 1, 2, 3, 4, 5]
    side.tensix.mop_config[0] = [2, 1, nop, nop, nop, ones[6], ones[7], ones[7], ones[7]]
    assert run(side, 0, "MOP type=1") == 4  # two alternating instructions
    side.tensix.mop_config[0] = [0, 3, *[word("DMANOP")] * 7]
    assert run(side, 0, "MOP mask=5 count=3") == 2 + 5 + 2 + 5  # a bit set: A and B; not set: four and one
    assert thread_idle(side.tensix, 0)


def test_budget_ends_in_the_middle_of_an_expansion() -> None:
    side = Emulated("wormhole")
    run(side, 1, "REPLAY load=1 length=3 start=0", *["DMANOP"] * 3)
    assert run(side, 1, "REPLAY length=3 start=0", budget=2) == 2
    assert not thread_idle(side.tensix, 1)
    assert run(side, 1) == 1
    assert thread_idle(side.tensix, 1)


def test_semaphores_block_and_name_what_blocks() -> None:
    side = Emulated("wormhole")
    t = side.tensix
    run(side, 1, "SEMINIT semaphores=4 value=0 max=1")
    assert run(side, 2, "SEMWAIT semaphores=4 condition=1 block=PACK", "DMANOP") == 0
    assert BLOCK_REASONS[int(t.blocked[2])] == "waits while semaphore 2 is 0"
    assert not thread_idle(t, 2)
    assert run(side, 1, "SEMPOST semaphores=4", "SEMWAIT semaphores=4 condition=2 block=MATH") == 1
    assert BLOCK_REASONS[int(t.blocked[1])] == "waits while semaphore 2 is at its maximum"
    assert run(side, 2) == 2
    assert t.blocked[2] == 0
    run(side, 2, "SEMGET semaphores=4")
    assert run(side, 1) == 1
    assert t.semaphore_value[2] == 0


def test_source_banks_block() -> None:
    side = Emulated("wormhole")
    assert run(side, 1, "MOVA2D mode=2 addr_mode=0") == 0
    assert BLOCK_REASONS[int(side.tensix.blocked[1])] == "waits until the unpacker fills SrcA"
    assert run(side, 2, "STALLWAIT block=MATH wait=SRCB_VALID") == 0
    assert BLOCK_REASONS[int(side.tensix.blocked[2])] == "waits until the unpacker fills SrcB"


def test_address_counters() -> None:
    side = Emulated("wormhole")
    run(side, 0, "SETADCXX units=3 start=4 end=1023", "SETADCXY units=2 mask=2 y0=5", "SETADCZW units=1 mask=4 z1=3")
    run(side, 0, "SETADC value=300 dimension=3 channel=0 units=4")
    adc = side.tensix.adc[0]
    assert adc[0, [X0, X1, Z1]].tolist() == [4, 1023, 3]
    assert adc[1, [X0, Y0, X1]].tolist() == [4, 5, 1023]
    assert adc[2, 3] == 300 & 0xFF


@pytest.mark.parametrize("transposed", [False, True], ids=["", "transposed"])
@pytest.mark.parametrize("arch", CHIPS)
def test_matmul_of_small_integers_is_exact(arch: str, transposed: bool) -> None:
    case = matmul_case(arch, 4, wide=True, tf32=False, transposed=transposed, seed=0)
    rng = np.random.default_rng(1)
    tiles: list[np.ndarray] = []
    for at in case.memory:
        tile = rng.integers(-8, 9, (32, 32)).astype(np.float32)
        tiles.append(tile)
        case.memory[at] = (faces(tile).view(np.uint32) >> 16).astype(np.uint16).tobytes()
    side = Emulated(arch)
    side.run(case)
    got = np.frombuffer(side.read(OUTPUT, 4096), np.float32)
    first = [tile.T if transposed else tile for tile in tiles[1::2]]
    np.testing.assert_array_equal(got, faces(first[0] @ tiles[0] + first[1] @ tiles[2]))


def faces(tile: np.ndarray) -> np.ndarray:
    """The tile's elements in memory order."""
    return np.ascontiguousarray(tile.reshape(2, 16, 2, 16).transpose(0, 2, 1, 3)).reshape(-1)


@pytest.mark.parametrize("arch", CHIPS)
def test_vector_arithmetic_of_exact_numbers(arch: str) -> None:
    side = Emulated(arch)
    rng = np.random.default_rng(2)
    a, b, c = rng.integers(-1000, 1001, (3, 32)).astype(np.float32)
    for register, values in enumerate((a, b, c)):
        side.tensix.lreg[register] = values.view(np.uint32)
    run(side, 1, "SFPMAD d=3 a=0 b=1 c=2", "SFPADD d=4 a=10 b=0 c=1", "SFPMUL d=5 a=0 b=1 c=9")
    result = side.tensix.lreg[3:6].astype(np.uint32).view(np.float32)
    np.testing.assert_array_equal(result, [a * b + c, a + b, a * b])


def test_strict_memory() -> None:
    side = Emulated("wormhole")
    case = Case("wormhole", config=standard_config("wormhole"))
    init_unpack(case)
    unpack(case, 0, INPUT)
    case.memory[INPUT] = bytes(2032)  # the last 16 bytes stay unwritten
    with pytest.raises(AssertionError, match=f"MJ6206.*{INPUT + 2032:#x}"):
        side.run(case)


def test_packer_marks_what_it_writes() -> None:
    side = Emulated("wormhole")
    case = Case("wormhole", config=standard_config("wormhole", out=F32, wide=True))
    init_math(case)
    init_pack(case)
    case.add(1, "ZEROACC mode=3")
    hand_over(case, 1, OUTPUT, 4096)
    side.run(case)
    assert side.l1_init[OUTPUT >> 4 : (OUTPUT + 4096) >> 4].all()
    assert side.l1_init.sum() == 256
    assert side.read(OUTPUT, 4096) == bytes(4096)


@pytest.mark.parametrize(
    ("code", "word"),
    [
        (6201, 0x44000000),
        (6202, encode_line("SFPIADD d=0 mode=3", "wormhole")),
        (6203, encode_line("WRCFG config=46 reg=0", "wormhole")),
        (6203, encode_line("SETC16 config=4 value=0", "wormhole")),
        (6203, encode_line("UNPACR override=1 last=1", "wormhole")),
        (6204, encode_line("SFPLOAD d=0 row=1 mode=4", "wormhole")),
        (6208, encode_line("SETRWC clear=1", "wormhole")),
        (6209, encode_line("SEMGET semaphores=1", "wormhole")),
        (6209, encode_line("SEMPOST semaphores=3", "wormhole")),
        (6210, encode_line("SFPPOPC", "wormhole")),
        (6211, encode_line("REPLAY length=33", "wormhole")),
        (6212, encode_line("STOREREG reg=0 address=5", "wormhole")),
        (6216, encode_line("SFPMOV d=8 c=0", "wormhole")),
    ],
)
def test_errors_stop_the_coprocessor(code: int, word: int) -> None:
    side = Emulated("wormhole")
    t = side.tensix
    push(t, 1, [word])
    assert step_thread(t, side.l1, side.l1_init, side.overlay, 1, 10) == 0
    assert t.error[0] == code
    assert code in TENSIX_ERRORS
    assert t.error[1] == 1
    assert t.error[2] == word
    assert run(side, 0, "DMANOP") == 0
