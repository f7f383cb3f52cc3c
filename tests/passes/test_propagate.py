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
