from __future__ import annotations

import pytest

from meshjit.errors import CodegenError
from meshjit.toolchain import llvm

ADD = "define i32 @add(i32 %a, i32 %b) {\n  %c = add i32 %a, %b\n  ret i32 %c\n}\n"


def test_text_becomes_an_object_and_assembly() -> None:
    assert llvm.build(ADD)[:4] in (b"\x7fELF", b"\xcf\xfa\xed\xfe")
    assert "add:" in llvm.assembly(ADD).replace("_add:", "add:")


@pytest.mark.parametrize(
    "text", ["define void @f() { ret i32 0 }", "nonsense", "define void @f() {\n %a = add i32 %b, 1\n ret void }"]
)
def test_what_llvm_refuses_is_an_error_with_its_reason(text: str) -> None:
    with pytest.raises(CodegenError) as error:
        llvm.build(text, name="broken")
    assert error.value.code == "MJ4204" and "broken" in error.value.summary


def test_the_machine_is_chosen_by_features() -> None:
    wide = dict.fromkeys(("avx2", "avx512f", "avx512bw", "avx512vl", "avx512dq"), True)
    assert llvm.machine("x", wide).vector == 16
    assert llvm.machine("x", wide | {"avx512bf16": True}).has_bf16_dot
    assert llvm.machine("x", {"avx2": True, "avx512bf16": True}).vector == 8
    assert not llvm.machine("x", {"avx2": True, "avx512bf16": True}).has_bf16_dot
    assert llvm.machine("x", {}).vector == 4
