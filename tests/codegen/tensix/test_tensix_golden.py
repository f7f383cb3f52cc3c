"""Rendered kernels as golden text: a refactor shows an empty diff, a change shows what it does to the kernels."""

from __future__ import annotations

import pytest

from meshjit.arch import BLACKHOLE, WORMHOLE
from meshjit.codegen.tensix import copy, eltwise, matmul, rows
from meshjit.codegen.tensix.eltwise import EltwiseSpec, Operand
from meshjit.codegen.tensix.expression import Expression, Step
from meshjit.ir.types import BF16, F32

BIAS_GELU = Expression(2, (Step("add", (0, 1)), Step("gelu_tanh", (2,))))


def programs(arch):
    return {
        "matmul_bias_gelu": matmul.build(
            matmul.MatmulSpec(
                "m", Operand((64, 50), BF16), Operand((50, 128), BF16), BF16, BIAS_GELU, (Operand((128,), BF16),)
            ),
            arch,
        ),
        "add_relu": eltwise.build(
            EltwiseSpec(
                "e",
                Expression(2, (Step("add", (0, 1)), Step("relu", (2,)))),
                (Operand((40, 70), BF16), Operand((70,), F32)),
                (40, 70),
                BF16,
            ),
            arch,
        ),
        "softmax": rows.build_softmax(rows.SoftmaxSpec("s", Operand((40, 70), BF16), 1, BF16), arch),
        "transpose": copy.build(copy.transpose("t", (33, 70), (1, 0), BF16), arch),
    }


@pytest.mark.parametrize("arch", [WORMHOLE, BLACKHOLE], ids=["wormhole", "blackhole"])
def test_rendered_kernels(arch, golden):
    for name, program in programs(arch).items():
        for kernel in program.kernels:
            golden.check(f"kernels/tensix/{arch.name}/{name}_{kernel.role.value}.ll", kernel.source)


@pytest.mark.parametrize("arch", [WORMHOLE, BLACKHOLE], ids=["wormhole", "blackhole"])
def test_configuration_tables(arch, golden):
    names = {index: name for name, index in arch.config.items()}
    text = "".join(
        f"{name} {names[register]} = {value:#x}\n"
        for name, program in programs(arch).items()
        for register, value in program.config
    )
    golden.check(f"kernels/tensix/{arch.name}/config.txt", text)
