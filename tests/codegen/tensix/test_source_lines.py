"""Every word of a card kernel's image leads back to the template line that it comes from."""

from __future__ import annotations

import re
import struct
from dataclasses import replace

import pytest
from test_tensix_golden import programs

from meshjit.arch import BLACKHOLE, WORMHOLE
from meshjit.codegen import image
from meshjit.codegen.disassemble import disassemble, lines, origin_of, rows, source_of, tensix_words, where
from meshjit.codegen.templates import compact, template_root
from meshjit.codegen.tensix import isa
from meshjit.ir.program import Role

ARCHS = pytest.mark.parametrize("arch", [WORMHOLE, BLACKHOLE], ids=["wormhole", "blackhole"])


def kernel_of(arch, program: str, role: Role):
    return next(k for k in programs(arch)[program].kernels if k.role is role)


def template_line(place: tuple[str, int] | None) -> str:
    assert place is not None
    template, line = place
    return (template_root() / template).read_text().split("\n")[line - 1]


def written(line: str) -> re.Pattern[str]:
    """What a template line can render to: its text, with anything in place of its expressions."""
    return re.compile(".*".join(re.escape(part) for part in re.split(r"\{\{.*?\}\}", line)))


@ARCHS
def test_every_word_comes_from_a_template_line_that_writes_its_rendered_line(arch):
    for program in programs(arch).values():
        for kernel in program.kernels:
            rendered = kernel.source.split("\n")
            for at, row in enumerate(rows(kernel)):
                assert written(template_line(source_of(kernel, at))).fullmatch(rendered[row.line - 1])
                assert row.where == where(kernel, at)
                assert all(".ll.j2" in template for template, _ in origin_of(kernel, at))


@ARCHS
def test_tensix_words_come_from_the_line_that_pushes_them(arch):
    for program in programs(arch).values():
        for kernel in program.kernels:
            rendered = kernel.source.split("\n")
            for offset, word in tensix_words(kernel):
                line = rendered[lines(kernel)[offset // 4] - 1].strip()
                assert line.startswith("tt ") and isa.encode_line(line[3:], arch.name) == word
                assert template_line(source_of(kernel, offset // 4)).lstrip().startswith("tt ")


def test_known_instructions_have_known_lines():
    kernel = kernel_of(WORMHOLE, "matmul_bias_gelu", Role.TRISC1)
    found = rows(kernel)
    mvmul = [i for i, row in enumerate(found) if row.text.startswith("tt MVMUL")]
    assert len(mvmul) == 16 and len({source_of(kernel, i) for i in mvmul}) == 1
    assert template_line(source_of(kernel, mvmul[0])) == "  tt {{ line }}"
    assert "{{ t.instructions(products.replay) }}" in [template_line(place) for place in origin_of(kernel, mvmul[0])]
    post = next(i for i, row in enumerate(found) if row.text == "tt SEMPOST semaphores=1")
    assert [template for template, _ in origin_of(kernel, post)][-1] == "tensix/lib.ll.j2"
    assert "{{ t.dst_release() }}" in [template_line(place) for place in origin_of(kernel, post)]
    assert re.fullmatch(r"lib\.ll\.j2:\d+ < math_matmul\.ll\.j2:\d+", where(kernel, post))
    stack = source_of(kernel, 0)
    assert "define void" in template_line(stack)


def test_stores_of_risc_v_have_known_lines():
    kernel = kernel_of(WORMHOLE, "add_relu", Role.BRISC)
    found = rows(kernel)
    done = [i for i, row in enumerate(found) if "sw " in row.text and "hw.done_flag" in where_called(kernel, i)]
    assert len(done) == 1
    assert template_line(source_of(kernel, done[0])).startswith("  store volatile i32 {{ value }}")


def where_called(kernel, at: int) -> str:
    return " ".join(template_line(place) for place in origin_of(kernel, at))


@ARCHS
def test_locations_change_no_code(arch):
    for program in programs(arch).values():
        for kernel in program.kernels:
            ir, words = image.assemble(kernel.source, arch.name)
            assert compact(kernel.marked) == kernel.source
            elf = image._emit(image._located(ir), arch, kernel.name)
            code = image._patch(image._text_section(elf, kernel.name), words)
            assert image.crt0(kernel.role, arch) + code == kernel.binary


def test_an_image_of_another_text_has_no_lines():
    kernel = kernel_of(WORMHOLE, "add_relu", Role.TRISC2)
    other = replace(kernel, source=kernel.source.replace("tt SEMGET semaphores=1", "tt SEMGET semaphores=2"))
    assert other.source != kernel.source
    assert set(lines(other)) == {0} and source_of(other, 0) is None
    assert "#" not in disassemble(other)
    count = len(struct.unpack(f"<{len(kernel.binary) // 4}I", kernel.binary))
    assert set(lines(replace(kernel, source=""))) == {0} and len(lines(replace(kernel, source=""))) == count
