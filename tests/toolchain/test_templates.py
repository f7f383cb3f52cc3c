from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from meshjit.errors import CodegenError
from meshjit.toolchain.templates import float_literal, render, template_root


@dataclass(frozen=True)
class Block:
    rows: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class Bad:
    value: object


def test_the_same_parameters_give_the_same_text() -> None:
    params = {"symbol": "mj_copy", "kind": "copy", "dtype": "f32", "op": "sum", "w": 16}
    assert render("cpu/collective.ll.j2", **params) == render("cpu/collective.ll.j2", **params)
    assert "define void @mj_copy" in render("cpu/collective.ll.j2", **params)


def test_a_missing_parameter_is_an_error_that_names_the_template() -> None:
    with pytest.raises(CodegenError) as error:
        render("cpu/collective.ll.j2", symbol="f", kind="reduce", dtype="f32", op="sum")
    assert error.value.code == "MJ4203"
    assert "cpu/collective.ll.j2" in str(error.value) and "'w' is undefined" in str(error.value)


def test_only_packaged_templates_are_rendered() -> None:
    for name in ("cpu/none.ll.j2", "../pyproject.toml", "/etc/passwd"):
        with pytest.raises(CodegenError, match="MJ4203"):
            render(name)


@pytest.mark.parametrize(
    "value",
    [object(), "ret void\nunreachable", "a ; b", lambda: 0, Bad(object()), (1, [object()]), {"k": b"x"}, np.zeros(3)],
    ids=lambda v: type(v).__name__,
)
def test_parameters_are_plain_data(value: object) -> None:
    with pytest.raises(CodegenError) as error:
        render("cpu/collective.ll.j2", value=value)
    assert error.value.code == "MJ4202" and "value" in error.value.summary


def test_records_of_plain_data_are_parameters() -> None:
    params = {"symbol": "f", "kind": "copy", "dtype": "f32", "op": "sum", "w": 4}
    assert render("cpu/collective.ll.j2", block=Block(3, ("a", "b")), nothing=None, **params)


def test_float_literals_are_the_nearest_float32() -> None:
    assert float_literal(1.0) == "0x3FF0000000000000"
    assert float_literal(0.1) == "0x3FB99999A0000000"
    assert float_literal(float("-inf")) == "0xFFF0000000000000"


def test_every_template_declares_its_parameters_first() -> None:
    for path in (template_root() / "cpu").glob("*.j2"):
        text = path.read_text()
        assert text.startswith("{#"), path
        head = text[: text.index("#}")]
        assert "Parameters:" in head or "Macros" in head, path
