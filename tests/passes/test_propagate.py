"""Which placement propagation takes where operands do not fit together."""

from __future__ import annotations

import pytest
from checks import MACHINE

from meshjit.ir.parser import parse
from meshjit.passes import PASSES, run_pass
from meshjit.passes.reshard import moved_bytes

HEAD = "mesh (dp=2, tp=4) stage traced\n"


@pytest.mark.parametrize(
    "x,w,result,bytes_moved",
    [
        pytest.param("256@dp+tp,512", "512,1024@tp", "256@dp,1024@tp", 32 * 512 * 4 * 3, id="an inner axis is freed"),
        pytest.param("256@dp,512", "512,1024@tp", "256@dp,1024@tp", 0, id="nothing moves"),
        pytest.param("256,512@tp", "512@tp,1024", "256,1024", 256 * 1024 * 4 * 2 * 3 // 4, id="a pending sum"),
        pytest.param("256@tp,512", "512,8@tp", "256@tp,8", 512 * 2 * 4 * 3, id="the smaller operand is gathered"),
        pytest.param("8@tp,512", "512,256@tp", "8,256@tp", 2 * 512 * 4 * 3, id="the smaller operand, the other way"),
    ],
)
def test_a_matmul_moves_the_fewest_bytes(x: str, w: str, result: str, bytes_moved: int) -> None:
    traced = parse(
        f"{HEAD}func f(%x: f32[{x}], %w: f32[{w}]) {{\n  %0 = matmul(%x, %w) : f32[{_plain(x, w)}]?\n  return %0\n}}\n"
    )
    graph = run_pass(PASSES["propagate"], traced, MACHINE)
    assert str(graph.outputs[0].type) == f"f32[{result}]"
    reshards = [n for n in graph.nodes if n.op.name == "reshard"]
    assert sum(moved_bytes(n.operands[0].type, n.type.dims_spec, graph.mesh) for n in reshards) == bytes_moved


def _plain(x: str, w: str) -> str:
    return f"{x.split('@')[0].split(',')[0]},{w.split(',')[1].split('@')[0]}"


def test_what_an_op_creates_is_created_where_it_is_needed() -> None:
    text = """func f(%x: f32[8@dp,8], %y: f32[8@tp,8]) {
  %0 = full() {shape=[8,8], value=1.0, dtype=f32} : f32[8,8]?
  %1 = iota() {shape=[8,8], dim=0, start=0, step=1, dtype=f32} : f32[8,8]?
  %2 = sub(%1, %0) : f32[8,8]?
  %3 = mul(%x, %1) : f32[8,8]?
  %4 = mul(%y, %1) : f32[8,8]?
  return %2, %3, %4
}
"""
    graph = run_pass(PASSES["propagate"], parse(HEAD + text), MACHINE)
    assert [str(o.type) for o in graph.outputs] == ["f32[8@dp,8]", "f32[8@dp,8]", "f32[8@tp,8]"]
    assert not [n for n in graph.nodes if n.op.name == "reshard"]
