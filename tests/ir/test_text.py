"""The text form: parsing gives the graph that was printed; white space is free; mistakes are located."""

from __future__ import annotations

import math

import pytest

from meshjit.errors import IRError
from meshjit.ir.parser import parse

TEXT = """\
mesh (dp=2, tp=4) stage local
func mlp(%x: bf16[128@dp,1024], %w1: bf16[1024,4096@tp], %w2: bf16[4096@tp,1024]) {
  %0 = matmul(%x, %w1) : bf16[128@dp,4096@tp]                                   // mlp.py:9
  %1 = gelu(%0) {approximate="tanh"} : bf16[128@dp,4096@tp]                     // mlp.py:9
  %2 = matmul(%1, %w2) : bf16[128@dp,1024]{+tp}                                 // mlp.py:10
  %3 = all_reduce(%2) {axes=["tp"], op="sum", reason="r"} : bf16[128@dp,1024]   // mlp.py:10
  return %3
}
"""


def test_locations_are_kept() -> None:
    graph = parse(TEXT)
    assert [n.location.short for n in graph.nodes if n.location] == ["mlp.py:9", "mlp.py:9", "mlp.py:10", "mlp.py:10"]
    assert str(parse(str(graph))) == str(graph)


def test_white_space_and_comments_are_free() -> None:
    loose = TEXT.replace(", ", "\n ,").replace("  //", "\n//").replace("return", "# a note\n return")
    assert str(parse(loose)) == str(parse(TEXT))
    tight = "mesh(tp=2)stage traced func f(%x:f32[4]?){%0=sum(%x){axes=[0],keepdims=true}:f32[1]? return%0}"
    assert "keepdims=true" in str(parse(tight))


@pytest.mark.parametrize("value", [0.1, -0.0, 1e-30, 1e30, math.inf, -math.inf, math.nan, 16777217.0, 5e-324, -2.5])
def test_floats_survive(value: float) -> None:
    attrs = f"{{shape=[2], value={value!r}, dtype=f32}}"
    text = f"mesh (tp=1) stage traced\nfunc f() {{\n  %0 = full() {attrs} : f32[2]?\n  return %0\n}}\n"
    again = parse(text).nodes[0].attrs["value"]
    assert isinstance(again, float)
    assert again == value or (math.isnan(again) and math.isnan(value))
    assert math.copysign(1, again) == math.copysign(1, value)
    assert str(parse(text)) == text


def test_values_of_attributes_survive() -> None:
    text = """\
mesh (dp=2) stage sharded
func f(%x: f32[4@dp,6], %y: bool[]) {
  %0 = reshard(%x) {spec=["-","dp"], reason="a \\"quoted\\" \\\\ reason\\nof two lines"} : f32[4,6@dp]
  %1 = cast(%0) {dtype=bf16} : bf16[4,6@dp]
  %2 = slice(%1) {start=[3,0], size=[2,6], step=[-2,1]} : bf16[2,6@dp]
  %3 = full() {shape=[], value=true, dtype=bool} : bool[]
  return %2, %3, %y
}
"""
    graph = parse(text)
    assert str(graph) == text
    assert graph.nodes[0].attrs["reason"] == 'a "quoted" \\ reason\nof two lines'


def test_fusions_and_places_in_memory_survive() -> None:
    text = """\
mesh (tp=2) stage planned
func f(%x: f32[4,6@tp]) {
  %0 = fusion(%x) {kind="elementwise"} : f32[4,6@tp] at 64+128 = (%a0: f32[4,6@tp]) {  // m.py:1
    %0 = exp(%a0) : f32[4,6@tp]  // m.py:1
    %1 = neg(%0) : f32[4,6@tp]   // m.py:2
    return %1
  }
  %1 = transpose(%0) {perm=[1,0]} : f32[6@tp,4]                                        // m.py:3
  return %1
}
"""
    graph = parse(text)
    assert str(graph) == text
    allocation = graph.nodes[0].allocation
    assert allocation is not None
    assert (allocation.offset, allocation.size) == (64, 128)


def test_empty_graphs() -> None:
    text = "mesh (tp=1) stage traced\nfunc f() {\n  return\n}\n"
    assert str(parse(text)) == text


@pytest.mark.parametrize("cut", range(10, len(TEXT) - 3, 23))
def test_text_cut_anywhere_is_refused_with_a_place(cut: int) -> None:
    with pytest.raises(IRError) as error:
        parse(TEXT[:cut])
    assert error.value.code in ("MJ7001", "MJ7002")
    assert "line" in error.value.where or error.value.code == "MJ7002"
