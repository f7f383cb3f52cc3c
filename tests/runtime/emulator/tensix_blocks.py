"""Instruction sequences that cases are built of, the same as the kernels use."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from tensix_pair import Case

TILE = 1024


def set_register(case: Case, thread: int, register: int, value: int) -> None:
    """A general register of Tensix."""
    case.add(
        thread,
        f"SETDMAREG reg16={2 * register} value={value & 0xFFFF}",
        f"SETDMAREG reg16={2 * register + 1} value={value >> 16}",
    )


def write_config(case: Case, thread: int, name: str, value: int, wait: str) -> None:
    """A configuration register through WRCFG."""
    set_register(case, thread, 4, value)
    case.add(thread, f"STALLWAIT block=CFG wait=THCON+{wait}", f"WRCFG config={case.setting(name)} reg=4")
    case.add(thread, "DMANOP", "DMANOP")


def thread_register(case: Case, thread: int, index: int, value: int) -> None:
    """A thread configuration register."""
    case.add(thread, f"SETC16 config={index} value={value}")


def init_unpack(case: Case, to_dst: bool = False) -> None:
    """Thread 0 as kernels start it."""
    hw = case.hw
    case.add(
        0,
        "SETADCXY units=3 mask=15",
        "SETADCZW units=3 mask=15",
        "SETADCXX units=1 end=1023",
        "SETADCXX units=2 end=1023",
        f"SETC16 config={hw.srca_set} value={0 if to_dst else 4}",
        f"SETC16 config={hw.unpack_misc} value=0",
    )


def unpack(case: Case, unit: int, address: int, *, valid: int = 1) -> None:
    """Unpack the tile at ``address`` to SrcA (0) or SrcB (1)."""
    write_config(case, 0, f"unpack{unit}_base", (address >> 4) - 1, f"UNPACK{unit}")
    case.add(0, f"UNPACR override=1 last=1 set_valid={valid} unpacker={unit}")


def unpack_faces(case: Case, address: int) -> None:
    """Unpack the tile at ``address`` to SrcB, each face into rows 16 to 31 of a bank of its own."""
    case.add(0, "SETADCXX units=2 end=255", "SETADCZW units=2 mask=4 z1=1")
    write_config(case, 0, "unpack1_base", (address >> 4) - 1, "UNPACK1")
    case.add(0, *["UNPACR override=1 last=1 set_valid=1 addr_mode=1 unpacker=1"] * 4, "SETADCZW units=2 mask=1")


def unpack_to_dst(case: Case, slot: int, address: int) -> None:
    """Unpack a tile of 32 bits straight into Dst tile ``slot``."""
    write_config(case, 0, "unpack0_dest", 64 + 1024 * slot, "UNPACK0")
    unpack(case, 0, address, valid=0)


def init_math(case: Case, modes: tuple[tuple[int, int], ...] = ((0, 0),) * 4) -> None:
    """Thread 1 as kernels start it."""
    hw = case.hw
    for i, (ab, d) in enumerate(modes):
        case.add(1, f"SETC16 config={hw.addr_mod_ab[i]} value={ab}", f"SETC16 config={hw.addr_mod_dst[i]} value={d}")
        case.add(1, f"SETC16 config={hw.addr_mod_bias[i]} value=0")
    for config, value in hw.math_thread_config:
        case.add(1, f"SETC16 config={config} value={value}")
    case.add(1, "SETRWC mask=15", "SFPENCC mode=10 imm=3", f"SETC16 config={hw.math_offset} value=0")
    for i in range(3):
        case.add(1, f"SEMINIT semaphores={1 << i} value=0 max=1")


def init_pack(case: Case) -> None:
    """Thread 2 as kernels start it."""
    hw = case.hw
    case.add(2, "SETADCXY units=4 mask=15", "SETADCZW units=4 mask=15")
    case.add(2, f"SETADCXX units=4 end={15 if hw.is_blackhole else 255}")
    case.add(2, f"SETC16 config={hw.addr_mod_pack[0]} value={4 if hw.is_blackhole else 0}")
    if hw.is_blackhole:
        case.add(2, f"SETC16 config={hw.addr_mod_pack[1]} value=32")


def pack(case: Case, slot: int, address: int) -> None:
    """Pack Dst tile ``slot`` to ``address``."""
    case.add(2, f"SETADC value={slot} dimension=3 channel=0 units=4")
    chip_bit = 0 if case.hw.is_blackhole else 0x80000000
    write_config(case, 2, "pack_dest0", (address >> 4) - 1 | chip_bit, "PACK")
    if case.hw.is_blackhole:
        case.add(2, *["PACR addr_mode=0"] * 15, "PACR addr_mode=1 last=1")
    else:
        case.add(2, "PACR addr_mode=0 pack_sel=15 last=1")


def hand_over(case: Case, slots: int, address: int, tile_bytes: int) -> None:
    """Math gives Dst to the packer, which writes ``slots`` tiles and gives it back."""
    case.add(1, "STALLWAIT block=SYNC wait=MATH+SFPU", "SEMPOST semaphores=1")
    case.add(1, "SEMWAIT semaphores=1 condition=2 block=SYNC+MATH+SFPU")
    case.add(2, "SEMWAIT semaphores=1 condition=1 block=TDMA+SYNC+PACK")
    for slot in range(slots):
        pack(case, slot, address + slot * tile_bytes)
    case.add(2, "STALLWAIT block=SYNC wait=PACK", "SEMGET semaphores=1")


def random_bits(rng: np.random.Generator, count: int) -> NDArray[np.uint32]:
    """float32 bits that visit every class: all patterns, near 1, zeros, denormals, infinities and NaNs."""
    bits = rng.integers(0, 1 << 32, count, dtype=np.uint32)
    near = (rng.standard_normal(count) * np.exp2(rng.integers(-6, 7, count))).astype(np.float32).view(np.uint32)
    special = rng.choice(
        np.array(
            [0, 0x80000000, 1, 0x807FFFFF, 0x7F800000, 0xFF800000, 0x7FC00000, 0xFF800001, 0x3F800000, 0xBF800000],
            np.uint32,
        ),
        count,
    )
    kind = rng.integers(0, 10, count)
    return np.where(kind < 2, bits, np.where(kind < 9, near, special)).astype(np.uint32)
