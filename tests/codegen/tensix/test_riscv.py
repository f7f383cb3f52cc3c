"""Building kernels: encodings, images, refusals, the disassembler."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshjit.arch import ARCHS, BLACKHOLE, L1, WORMHOLE
from meshjit.codegen import image, riscv
from meshjit.codegen.disassemble import arch_of, decode_riscv, disassemble, tensix_words
from meshjit.codegen.tensix import eltwise, isa, matmul, rows
from meshjit.codegen.tensix.eltwise import Operand
from meshjit.codegen.tensix.expression import Expression, Step
from meshjit.errors import CodegenError
from meshjit.ir.program import Program, Role
from meshjit.ir.types import BF16, F32

EMPTY = "define void @k() noreturn nounwind {{\nentry:\n{}  br label %h\nh:\n  br label %h\n}}\n"


@pytest.mark.parametrize("arch", ARCHS)
@given(data=st.data())
def test_every_instruction_encodes_and_decodes(arch, data):
    name = data.draw(st.sampled_from(sorted(isa.instructions(arch))))
    fields = isa.instructions(arch)[name].fields
    operands = {f: data.draw(st.integers(0, (1 << width) - 1)) for f, (_, width) in fields.items()}
    word = isa.instructions(arch)[name].encode(operands)
    text = isa.decode(word, arch)
    assert text is not None and text.split()[0] == name
    assert isa.encode_line(text, arch) == word


@pytest.mark.parametrize(
    ("line", "code"),
    [("SFPMAD e=1", "MJ4102"), ("SFPMAD d=16", "MJ4102"), ("SFPFOO", "MJ4101"), ("SFPARECIP", "MJ4101")],
)
def test_bad_lines_are_refused(line, code):
    with pytest.raises(CodegenError) as caught:
        image.assemble(f"  tt {line}\n", "wormhole")
    assert caught.value.code == code


def test_image_starts_with_the_stack_pointer():
    for arch in ARCHS.values():
        built = riscv.compile_image(EMPTY.format(""), Role.TRISC1, arch)
        high, *rest = struct.unpack(f"<{len(built) // 4}I", built)
        stack = (high & 0xFFFFF000) + (0 if rest[0] & 0x7F != 0x13 else ((rest[0] >> 20) ^ 0x800) - 0x800)
        assert stack & 0xFFFFFFFF == arch.stack["trisc1"]


def test_calls_and_bad_ir_are_refused():
    call = "declare void @f()\n" + EMPTY.format("  call void @f()\n")
    for text, code in ((call, "MJ4105"), (EMPTY.format("  nonsense\n"), "MJ4104")):
        with pytest.raises(CodegenError) as caught:
            riscv.compile_image(text, Role.NCRISC, WORMHOLE)
        assert caught.value.code == code


def test_a_kernel_too_large_for_its_room_is_refused():
    body = "".join(f"  tt SFPLOADI d=0 imm={i}\n" for i in range(3500))
    with pytest.raises(CodegenError) as caught:
        riscv.compile_image(EMPTY.format(body), Role.TRISC0, WORMHOLE)
    assert caught.value.code == "MJ4106"


def programs(arch) -> list[Program]:
    bias = Expression(2, (Step("add", (0, 1)), Step("gelu_tanh", (2,))))
    operands = (Operand((40, 70), BF16), Operand((70,), F32))
    return [
        matmul.build(
            matmul.MatmulSpec("mm", Operand((64, 50), BF16), Operand((50, 70), BF16), BF16, bias, operands[1:]), arch
        ),
        eltwise.build(eltwise.EltwiseSpec("bias", bias, operands, (40, 70), BF16), arch),
        rows.build_softmax(rows.SoftmaxSpec("softmax", Operand((40, 70), F32), 1, F32), arch),
    ]


@pytest.mark.parametrize("arch", [WORMHOLE, BLACKHOLE], ids=["wormhole", "blackhole"])
def test_disassembly_names_everything(arch):
    for program in programs(arch):
        for kernel in program.kernels:
            assert arch_of(kernel) == arch.name
            text = disassemble(kernel)
            assert ".word" not in text
            head = [row for row in text.split("\n") if row.startswith(";")]
            tensix = tensix_words(kernel)
            assert f"{len(kernel.binary) // 4 - len(tensix)} RISC-V and {len(tensix)} Tensix instructions" in head[0]
            assert "checked: MJ4141 to MJ4146, MJ4157 of this kernel" in head[-2]
            assert "checked: MJ4147, MJ4150 to MJ4156 of its program" in head[-1]
            body = text.split("\n")[len(head) : -1]
            assert sum("  tt " in row for row in body) == len(tensix)
            assert all(".ll.j2:" in row for row in body)


@pytest.mark.parametrize("arch", [WORMHOLE, BLACKHOLE], ids=["wormhole", "blackhole"])
def test_blackhole_pushes_tensix_instructions_one_by_one(arch):
    for kernel in programs(arch)[0].kernels:
        start = "\n".join(disassemble(kernel).split("\n")[:12])
        alone = arch.is_blackhole and kernel.role.value.startswith("trisc")
        assert ("lui t0, 0x40" in start and "csrrs zero, cfg0, t0" in start) == alone


@pytest.mark.parametrize("arch", [WORMHOLE, BLACKHOLE], ids=["wormhole", "blackhole"])
def test_kernels_are_small_and_fit(arch):
    for program in programs(arch):
        for kernel in program.kernels:
            assert len(kernel.binary) <= L1.code[kernel.role.value][1]
        assert all(cb.address + cb.page_bytes * cb.num_pages <= arch.l1_bytes for cb in program.circular_buffers)


@pytest.mark.parametrize(
    ("word", "text"),
    [
        (0x00A28293, "addi t0, t0, 10"), (0xFE0292E3, "bne t0, zero, 0xfe4"), (0x02B50533, "mul a0, a0, a1"),
        (0x0000006F, "j 0x1000"), (0x00C5A023, "sw a2, 0(a1)"),
        (0x4030D093, "srai ra, ra, 3"), (0x20A52533, "sh1add a0, a0, a0"),
    ],
)  # fmt: skip
def test_riscv_decoder(word, text):
    assert decode_riscv(word, 0x1000) == text
