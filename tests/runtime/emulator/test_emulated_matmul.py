"""Matmul tiles through unpacker, matrix unit and packer, against the official simulator."""

from __future__ import annotations

import numpy as np
import pytest
from tensix_blocks import hand_over, init_math, init_pack, init_unpack, random_bits, unpack, unpack_faces
from tensix_pair import INPUT, OUTPUT, Case, Pair, standard_config

from meshjit.arch import ARCHS
from meshjit.codegen.tensix.config import unpack_format
from meshjit.codegen.tensix.products import products
from meshjit.ir.types import BF16, F32


def matmul_case(arch: str, phases: int, *, wide: bool, tf32: bool, transposed: bool, seed: int) -> Case:
    """One output tile, the sum of two products, by the MOP and REPLAY that kernels use; ``transposed``: with the first
    operand's tiles transposed."""
    rng = np.random.default_rng(seed)
    source = unpack_format(F32 if tf32 else BF16, to_dst=False)
    out = F32 if wide else BF16
    case = Case(arch, config=standard_config(arch, a=source, b=source, out=out, wide=wide))
    init_unpack(case)
    multiply = products(phases, ARCHS[arch], hold="b", a_transposed=transposed)
    init_math(case, multiply.modes)
    init_pack(case)
    case.mop[1] = multiply.mop
    case.add(1, f"REPLAY load=1 length={len(multiply.replay)} start=0", *multiply.replay)
    case.add(1, "ZEROACC mode=3", *multiply.begin, *["MOP type=1", *multiply.end] * 2)
    for i in range(4):
        bits = random_bits(rng, 1024)
        if i < 2:  # one pair of ordinary numbers
            bits = rng.standard_normal(1024).astype(np.float32).view(np.uint32)
        data = bits.tobytes() if tf32 else (bits >> 16).astype(np.uint16).tobytes()
        at = INPUT + 4096 * i
        case.memory[at] = data
        if transposed and i % 2:  # SrcA comes first: SrcB has banks for two faces only
            unpack_faces(case, at)
        else:
            unpack(case, i % 2, at)
    hand_over(case, 1, OUTPUT, 4096)
    return case


@pytest.mark.ttsim
@pytest.mark.parametrize("transposed", [False, True], ids=["", "transposed"])
@pytest.mark.parametrize(("tf32", "wide"), [(False, False), (False, True), (True, True)])
def test_matmul_bits(pair: Pair, tf32: bool, wide: bool, transposed: bool) -> None:
    for phases in (1, 2, 3, 4):
        case = matmul_case(pair.arch, phases, wide=wide, tf32=tf32, transposed=transposed, seed=phases)
        pair.check(case, 4096 if wide else 2048)
