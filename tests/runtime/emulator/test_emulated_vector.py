"""Every vector instruction that kernels use, on random bits, against the official simulator."""

from __future__ import annotations

import numpy as np
import pytest
from tensix_blocks import hand_over, init_math, init_pack, init_unpack, random_bits, unpack_to_dst
from tensix_pair import INPUT, OUTPUT, Case, Pair, standard_config

from meshjit.codegen.tensix.config import unpack_format
from meshjit.ir.types import F32

#: Address mode 3 steps Dst by 2 rows, as the kernels' stores do.
MODES = ((0, 0), (0, 0), (0, 4), (0, 2))

#: Instructions from L0, L1, L2 to L3 (or in place); the results are L0 to L3.
COMMON = {
    "mad": ("SFPMAD d=3 a=0 b=1 c=2", "SFPNOP"),
    "mad_one": ("SFPMAD d=3 a=10 b=1 c=2", "SFPNOP"),
    "mad_minus": ("SFPMAD d=3 a=0 b=11 c=2", "SFPNOP"),
    "add": ("SFPADD d=3 a=10 b=0 c=1", "SFPNOP"),
    "mul": ("SFPMUL d=3 a=0 b=1 c=9", "SFPNOP"),
    "muli": ("SFPMULI d=0 imm=0xC049", "SFPNOP"),
    "addi": ("SFPADDI d=0 imm=0x3FC0", "SFPNOP"),
    "divp2": ("SFPDIVP2 d=3 c=0 mode=1 imm=0xFFD", "SFPDIVP2 d=2 c=1 imm=99"),
    "exexp": ("SFPEXEXP d=3 c=0", "SFPEXEXP d=2 c=1 mode=1"),
    "exexp_flags": ("SFPEXEXP d=3 c=0 mode=10", "SFPLOADI d=1 imm=0x4000", "SFPENCC", "SFPEXEXP d=2 c=0 mode=2",
                    "SFPLOADI d=0 mode=4 imm=0x8123", "SFPENCC"),
    "exman": ("SFPEXMAN d=3 c=0", "SFPEXMAN d=2 c=1 mode=1"),
    "iadd": ("SFPIADD d=0 c=1 mode=4", "SFPIADD d=2 c=1 mode=6", "SFPIADD d=3 c=1 mode=5 imm=0x9A5"),
    "iadd_flags": ("SFPIADD d=0 c=1 mode=2", "SFPMOV d=3 c=1", "SFPENCC", "SFPIADD d=2 c=1 mode=8",
                   "SFPMOV d=1 c=0 mode=1", "SFPENCC", "SFPIADD d=3 c=1 mode=1 imm=0xFFF", "SFPABS d=1 c=1", "SFPENCC"),
    "shift": ("SFPSHFT d=0 mode=1 imm=5", "SFPSHFT d=1 mode=1 imm=0xFE9", "SFPSHFT d=2 c=1", "SFPSHFT d=3 c=0"),
    "setcc": ("SFPSETCC c=0", "SFPMOV d=3 c=1", "SFPSETCC c=2 mode=2", "SFPMOV d=3 c=2", "SFPENCC",
              "SFPSETCC c=1 mode=4", "SFPMOV d=0 c=2", "SFPENCC", "SFPEXEXP d=1 c=1 mode=1", "SFPSETCC c=1 mode=6",
              "SFPLOADI d=0 mode=2 imm=7", "SFPENCC"),
    "abs": ("SFPABS d=3 c=0 mode=1", "SFPABS d=2 c=1"),
    "logic": ("SFPAND d=0 c=1", "SFPOR d=1 c=2", "SFPNOT d=2 c=2", "SFPXOR d=3 c=0"),
    "zeros": ("SFPLZ d=3 c=0", "SFPLZ d=2 c=1 mode=4", "SFPLZ d=1 c=0 mode=2", "SFPMOV d=0 c=2", "SFPENCC"),
    "setexp": ("SFPSETEXP d=3 c=0 mode=1 imm=131", "SFPSETEXP d=2 c=1 mode=2", "SFPSETEXP d=1 c=0"),
    "setman": ("SFPSETMAN d=1 c=0",),
    "setsgn": ("SFPSETSGN d=1 c=0", "SFPSETSGN d=2 c=0 mode=1 imm=1", "SFPSETSGN d=3 c=2 mode=1"),
    "cast": ("SFPCAST d=3 c=0", "SFPCAST d=2 c=1"),
    "round": ("SFPSTOCHRND d=3 c=0 mode=1", "SFPSTOCHRND d=2 c=1 mode=2", "SFPSTOCHRND d=1 c=1 mode=3",
              "SFPSTOCHRND d=0 c=0 mode=7"),
    "round_u16": ("SFPSTOCHRND d=3 c=0 mode=6",),
    "swap": ("SFPSWAP d=0 c=1", "SFPSWAP d=1 c=2 mode=1", "SFPNOP"),
    "minimum": ("SFPSWAP d=0 c=1 mode=1", "SFPSWAP d=2 c=9 mode=1", "SFPNOP"),
    "maximum": ("SFPSWAP d=0 c=1 mode=9", "SFPSWAP d=2 c=9 mode=9", "SFPNOP"),
    "sorted_rows": ("SFPSWAP d=0 c=1 mode=2", "SFPSWAP d=1 c=2 mode=3", "SFPNOP"),
    "transpose": ("SFPTRANSP", "SFPNOP"),
    "rotate": ("SFPSHFT2 d=3 c=0 mode=3", "SFPNOP", "SFPSHFT2 d=1 c=1 mode=3", "SFPNOP"),
    "shift2": ("SFPSHFT2 d=3 c=0 mode=5 imm=1", "SFPNOP"),
    "negate": ("SFPMOV d=3 c=0 mode=1", "SFPSETCC c=0", "SFPMOV d=2 c=1 mode=2", "SFPENCC"),
    "constants": ("SFPMOV d=0 c=8", "SFPMOV d=1 c=12", "SFPMOV d=2 c=13", "SFPMOV d=3 c=15"),
    "immediates": ("SFPLOADI d=0 mode=10 imm=0x1234", "SFPLOADI d=1 mode=8 imm=0x8765",
                   "SFPLOADI d=2 mode=1 imm=0xC123", "SFPLOADI d=3 mode=4 imm=0x8000"),
    "config": ("SFPLOADI d=0 mode=10 imm=0x4567", "SFPLOADI d=0 mode=8 imm=0x4123", "SFPCONFIG d=12",
               "SFPMAD d=3 a=12 b=1 c=2", "SFPNOP"),
    "stack": ("SFPSETCC c=0", "SFPPUSHC", "SFPSETCC c=1", "SFPMOV d=3 c=2", "SFPCOMPC", "SFPMOV d=2 c=0",
              "SFPPUSHC", "SFPPOPC", "SFPPOPC", "SFPCOMPC", "SFPMOV d=1 c=0", "SFPENCC"),
    "flags_off": ("SFPENCC mode=10 imm=0", "SFPMOV d=3 c=0", "SFPENCC mode=10 imm=3"),
}  # fmt: skip
BLACKHOLE = {
    "shift_arithmetic": ("SFPSHFT d=0 mode=3 imm=0xFF7", "SFPSHFT d=1 c=2 mode=2", "SFPSHFT d=3 c=0 mode=5 imm=3",
                         "SFPSHFT d=2 c=1 mode=7 imm=0xFFD"),
    "cast_two": ("SFPCAST d=3 c=0 mode=3",),
    "mad_signs": ("SFPMAD d=3 a=0 b=1 c=2 mode=1", "SFPMAD d=1 a=0 b=1 c=2 mode=2", "SFPADD d=0 a=10 b=0 c=2 mode=3",
                  "SFPMUL d=2 a=2 b=2 c=9 mode=1"),
    "lane_zero": ("SFPSHFT2 d=3 c=0 mode=4", "SFPNOP"),
}  # fmt: skip


def vector_case(arch: str, lines: tuple[str, ...], seed: int, *, load: int = 4, store: int = 4) -> Case:
    """Dst tiles 0 to 2 of random bits; the lines on every vector; tiles 3 to 6 get LReg 0 to 3."""
    rng = np.random.default_rng(seed)
    exact = unpack_format(F32, to_dst=True)
    case = Case(arch, config=standard_config(arch, a=exact, out=F32, wide=True))
    init_unpack(case, to_dst=True)
    init_math(case, MODES)
    init_pack(case)
    case.add(1, "ZEROACC mode=3", "SEMPOST semaphores=2", "SEMWAIT semaphores=4 condition=1 block=SYNC+MATH+SFPU")
    case.add(0, "SEMWAIT semaphores=2 condition=1 block=TDMA+SYNC+UNPACK", "SEMGET semaphores=2")
    for slot in range(3):
        case.memory[INPUT + 4096 * slot] = random_bits(rng, 1024).tobytes()
        unpack_to_dst(case, slot, INPUT + 4096 * slot)
    case.add(0, "STALLWAIT block=SYNC wait=UNPACK", "SEMPOST semaphores=4")
    case.add(1, "SEMGET semaphores=4")
    for _ in range(32):
        case.add(1, "SFPLOADI d=3 mode=2 imm=77")
        case.add(1, *(f"SFPLOAD d={i} row={64 * i} mode={load}" for i in range(3)), *lines)
        case.add(1, *(f"SFPSTORE d={i} row={64 * (3 + i)} mode={store}" for i in range(3)))
        case.add(1, f"SFPSTORE d=3 row={64 * 6} mode={store} addr_mode=3")
    hand_over(case, 7, OUTPUT, 4096)
    return case


@pytest.mark.ttsim
def test_vector_instructions(pair: Pair) -> None:
    programs = COMMON | (BLACKHOLE if pair.arch == "blackhole" else {})
    for seed, (name, lines) in enumerate(programs.items()):
        try:
            pair.check(vector_case(pair.arch, lines, seed), 7 * 4096)
        except AssertionError as error:
            raise AssertionError(name) from error


@pytest.mark.ttsim
@pytest.mark.parametrize("mode", [0, 2, 3, 4, 6, 12, 14, 15])
def test_load_and_store_modes(pair: Pair, mode: int) -> None:
    pair.check(vector_case(pair.arch, ("SFPSETCC c=1", "SFPMOV d=3 c=0"), mode, load=mode, store=4), 7 * 4096)
    pair.check(vector_case(pair.arch, ("SFPENCC", "SFPMOV d=3 c=1"), mode, load=4, store=mode), 7 * 4096)
