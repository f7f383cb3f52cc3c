"""Matmul tiles through unpacker, matrix unit and packer, against the official simulator."""

from __future__ import annotations

import numpy as np
import pytest
from tensix_blocks import hand_over, init_math, init_pack, init_unpack, random_bits, unpack
from tensix_pair import INPUT, OUTPUT, Case, Pair, standard_config

from meshjit.codegen.tensix.config import unpack_format
from meshjit.codegen.tensix.isa import encode_line
from meshjit.codegen.tensix.matmul import MODES, MVMUL_STEPS
from meshjit.ir.types import BF16, F32


def matmul_case(arch: str, phases: int, *, wide: bool, tf32: bool, seed: int, k_tiles: int = 2) -> Case:
    """One output tile of ``k_tiles`` products, by the MOP and REPLAY that kernels use."""
    rng = np.random.default_rng(seed)
    source = unpack_format(F32 if tf32 else BF16, to_dst=False)
    out = F32 if wide else BF16
    case = Case(arch, config=standard_config(arch, a=source, b=source, out=out, wide=wide))
    init_unpack(case)
    init_math(case, MODES)
    init_pack(case)
    nop, replay = encode_line("NOP", arch), encode_line("REPLAY length=16 start=0", arch)
    case.mop[1] = (1, phases, nop, encode_line("SETRWC mask=15 clear=3", arch), nop, replay, nop, replay, replay)
    case.add(1, "REPLAY load=1 length=16 start=0", *(f"MVMUL dst={d} addr_mode={m}" for d, m in MVMUL_STEPS))
    case.add(1, "ZEROACC mode=3", *["MOP type=1"] * k_tiles)
    for i in range(2 * k_tiles):
        bits = random_bits(rng, 1024)
        if i < 2:  # one pair of ordinary numbers
            bits = rng.standard_normal(1024).astype(np.float32).view(np.uint32)
        data = bits.tobytes() if tf32 else (bits >> 16).astype(np.uint16).tobytes()
        at = INPUT + 4096 * (i % 16)
        case.memory[at] = data
        unpack(case, 1 - i % 2, at)
    hand_over(case, 1, OUTPUT, 4096)
    return case


@pytest.mark.ttsim
@pytest.mark.parametrize(("tf32", "wide"), [(False, False), (False, True), (True, True)])
def test_matmul_bits(pair: Pair, tf32: bool, wide: bool) -> None:
    for phases in (1, 2, 3, 4):
        pair.check(matmul_case(pair.arch, phases, wide=wide, tf32=tf32, seed=phases), 4096 if wide else 2048)
