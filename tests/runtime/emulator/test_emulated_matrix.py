"""Elementwise, pooling, move and clear instructions and data formats, against the official simulator."""

from __future__ import annotations

import numpy as np
import pytest
from tensix_blocks import (
    hand_over,
    init_math,
    init_pack,
    init_unpack,
    pack,
    random_bits,
    thread_register,
    unpack,
    unpack_to_dst,
    write_config,
)
from tensix_pair import INPUT, OUTPUT, Case, Pair, standard_config

from meshjit.codegen.tensix.config import unpack_format
from meshjit.ir.types import BF16, F32, I32, DType

TILE_BYTES = 4096
#: Address modes: SrcA and SrcB by 8 rows and Dst by 8; the same and the next fidelity phase; SrcA by 16; nothing.
MODES = ((8 | 8 << 8, 8), (8 | 8 << 8, 8 | 1 << 13), (16, 0), (0, 0))


def tile_data(rng: np.random.Generator, wide: bool) -> bytes:
    """A tile of random float32 or bf16 bits."""
    bits = random_bits(rng, 1024)
    return bits.tobytes() if wide else (bits >> 16).astype(np.uint16).tobytes()


def source_case(arch: str, seed: int, *, wide: bool, tiles: int = 1, ones: bool = False) -> Case:
    """SrcA and SrcB of random bits (SrcB 1.0 with ``ones``), ``tiles`` times, Dst cleared."""
    rng = np.random.default_rng(seed)
    source = unpack_format(F32 if wide else BF16, to_dst=False)
    case = Case(arch, config=standard_config(arch, a=source, b=source, out=F32 if wide else BF16, wide=wide))
    init_unpack(case)
    init_math(case, MODES)
    init_pack(case)
    for i in range(2 * tiles):
        at = INPUT + TILE_BYTES * i
        case.memory[at] = tile_data(rng, wide)
        if ones and i % 2:
            one = np.full(1024, 1.0, np.float32).view(np.uint32)
            case.memory[at] = one.tobytes() if wide else (one >> 16).astype(np.uint16).tobytes()
        unpack(case, i % 2, at)
    case.add(1, "ZEROACC mode=3")
    return case


def finish(pair: Pair, case: Case, slots: int = 1) -> None:
    """Pack ``slots`` tiles on both sides and compare."""
    wide = dict(case.config)[case.setting("pack_read_32b")] & 1
    hand_over(case, slots, OUTPUT, TILE_BYTES if wide else TILE_BYTES // 2)
    pair.check(case, slots * (TILE_BYTES if wide else TILE_BYTES // 2))


@pytest.mark.ttsim
@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("name", ["ELWADD", "ELWSUB", "ELWMUL"])
def test_elementwise(pair: Pair, name: str, wide: bool) -> None:
    for mode in range(4):
        case = source_case(pair.arch, mode, wide=wide, tiles=2)
        for tile in range(2):
            accumulate = " accumulate=1" if tile and name != "ELWMUL" else ""
            phases = 4 if name == "ELWMUL" else 1
            for phase in range(phases):
                for i in range(8):
                    step = 1 if i == 7 and phases > 1 else 0
                    case.add(1, f"{name} dst=0 addr_mode={step} mode={mode}{accumulate}")
                case.add(1, "SETRWC mask=7" if phase < phases - 1 else "SETRWC mask=15 clear=3")
        finish(pair, case)


@pytest.mark.ttsim
@pytest.mark.parametrize("wide", [False, True])
def test_pools(pair: Pair, wide: bool) -> None:
    for seed, name in enumerate(("GAPOOL", "GMPOOL")):
        case = source_case(pair.arch, seed, wide=wide, tiles=2, ones=name == "GMPOOL")
        for tile in range(2):
            case.add(1, *(f"{name} dst={16 * i} addr_mode=2 mode=1" for i in range(3)))
            case.add(1, f"{name} dst={4 + 16 * tile} addr_mode=3 mode=1", "SETRWC mask=15 clear=3")
        finish(pair, case)


@pytest.mark.ttsim
@pytest.mark.parametrize("wide", [False, True])
def test_moves(pair: Pair, wide: bool) -> None:
    case = source_case(pair.arch, 7, wide=wide, tiles=2)
    case.add(1, *(f"MOVA2D mode=2 addr_mode=3 src={8 * i} dst={8 * i}" for i in range(8)))
    case.add(1, *(f"MOVB2D mode=2 addr_mode=3 src={8 * i} dst={64 + 8 * i}" for i in range(8)))
    case.add(1, "MOVB2D mode=4 addr_mode=3 src=8 dst=128", "MOVB2D mode=5 addr_mode=3 src=4 dst=132")
    case.add(1, "MOVB2D mode=3 addr_mode=3 src=16 dst=136", "SETRWC clear=3")
    case.add(1, *(f"MOVD2A mode=2 addr_mode=3 src={4 * i} dst={4 * i + 4}" for i in range(8)))
    case.add(1, *(f"MOVD2B mode=2 addr_mode=3 src={4 * i} dst={64 + 4 * i}" for i in range(8)))
    case.add(1, "MOVD2B mode=0 addr_mode=3 src=40 dst=16", "TRNSPSRCB")
    case.add(1, *(f"MOVA2D mode=2 addr_mode=3 src={8 * i} dst={192 + 8 * i}" for i in range(8)))
    case.add(1, *(f"MOVB2D mode=2 addr_mode=3 src={8 * i} dst={256 + 8 * i}" for i in range(8)))
    case.add(1, "SETRWC clear=3")
    finish(pair, case, 5)


@pytest.mark.ttsim
@pytest.mark.parametrize("wide", [False, True])
def test_clears(pair: Pair, wide: bool) -> None:
    case = source_case(pair.arch, 8, wide=wide)
    for slot in range(5):
        case.add(1, *(f"MOVA2D mode=2 addr_mode=3 src={8 * i} dst={64 * slot + 8 * i}" for i in range(8)))
    case.add(
        1, "ZEROACC mode=0 dst=5 addr_mode=3", "ZEROACC mode=1 dst=5 addr_mode=3", "ZEROACC mode=1 dst=18 addr_mode=3"
    )
    case.add(1, "ZEROSRC sources=3 write=1", "ELWADD dst=64 addr_mode=0", "SETRWC mask=15 clear=3")
    finish(pair, case, 5)
    case = source_case(pair.arch, 9, wide=wide)
    case.add(1, *(f"MOVA2D mode=2 addr_mode=3 src={8 * i} dst={8 * i}" for i in range(8)))
    case.add(1, "ZEROACC mode=2 dst=1", "SETRWC clear=3")
    finish(pair, case)


@pytest.mark.ttsim
def test_math_offset(pair: Pair) -> None:
    case = source_case(pair.arch, 10, wide=True)
    thread_register(case, 1, case.hw.math_offset, 128)
    case.add(1, *(f"MOVA2D mode=2 addr_mode=3 src={8 * i} dst={8 * i}" for i in range(8)), "SETRWC clear=3")
    finish(pair, case, 3)


@pytest.mark.ttsim
@pytest.mark.parametrize(("dtype", "wide"), [(BF16, False), (BF16, True), (F32, True), (I32, True)])
def test_packer_formats(pair: Pair, dtype: DType, wide: bool) -> None:
    rng = np.random.default_rng(11)
    exact = unpack_format(I32 if dtype == I32 else F32, to_dst=True)
    case = Case(pair.arch, config=standard_config(pair.arch, a=exact, out=dtype, wide=wide))
    init_unpack(case, to_dst=True)
    init_pack(case)
    for slot in range(4):
        case.memory[INPUT + TILE_BYTES * slot] = rng.integers(0, 1 << 32, 1024, dtype=np.uint32).tobytes()
        if slot % 2:
            case.memory[INPUT + TILE_BYTES * slot] = random_bits(rng, 1024).tobytes()
        unpack_to_dst(case, slot, INPUT + TILE_BYTES * slot)
    case.add(0, "SEMINIT semaphores=1 value=0 max=1", "STALLWAIT block=SYNC wait=UNPACK", "SEMPOST semaphores=1")
    case.add(2, "SEMWAIT semaphores=1 condition=1 block=TDMA+SYNC+PACK")
    size = TILE_BYTES // (2 if dtype == BF16 else 1)
    for slot in range(4):
        pack(case, slot, OUTPUT + size * slot)
    case.add(2, "SEMGET semaphores=1")
    pair.check(case, 4 * size)


@pytest.mark.ttsim
def test_packer_late_float32(pair: Pair) -> None:
    case = source_case(pair.arch, 12, wide=False)
    settings = dict(case.config)
    for i in range(1 if case.hw.is_blackhole else 4):
        settings[case.setting(f"pack_format{i}")] = 1 | 0 << 4 | 5 << 8
        if i:
            settings[case.setting(f"pack_dest{i}")] = i * 64 - 1
    case.config = tuple(settings.items())
    case.add(1, *(f"MOVA2D mode=2 addr_mode=3 src={8 * i} dst={8 * i}" for i in range(8)), "SETRWC clear=3")
    hand_over(case, 1, OUTPUT, TILE_BYTES)
    pair.check(case, TILE_BYTES)


@pytest.mark.ttsim
@pytest.mark.parametrize("name", ["bf16", "f32_to_bf16", "bfp8", "bfp4", "transposed"])
def test_unpacker_formats(pair: Pair, name: str) -> None:
    rng = np.random.default_rng(13)
    case = source_case(pair.arch, 14, wide=False)
    code, out = {"bfp8": (6, 6), "bfp4": (7, 7), "f32_to_bf16": (0, 5)}.get(name, (5, 5))
    case.threads[0].clear()
    init_unpack(case)
    write_config(case, 0, "unpack0_tile", code | 1 << 4, "UNPACK0")
    write_config(case, 0, "unpack0_out", out | 2 << 4 | (256 if name == "transposed" else 0), "UNPACK0")
    write_config(case, 0, "unpack1_tile", code | 1 << 4 | 256 << 16, "UNPACK1")
    write_config(case, 0, "unpack1_out", out | 2 << 4, "UNPACK1")
    for unit in range(2):
        at = INPUT + TILE_BYTES * unit
        data = random_bits(rng, 1024).tobytes()
        if name.startswith("bfp"):
            data = rng.integers(0, 256, TILE_BYTES, dtype=np.uint8).tobytes()
        case.memory[at] = data
        unpack(case, unit, at)
    case.add(1, *(f"MOVA2D mode=2 addr_mode=3 src={8 * i} dst={8 * i}" for i in range(8)))
    case.add(1, *(f"MOVB2D mode=2 addr_mode=3 src={8 * i} dst={64 + 8 * i}" for i in range(8)))
    case.add(1, "SETRWC clear=3")
    finish(pair, case, 2)
