"""What the verifier refuses, and what evaluate means."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from meshjit.errors import IRError, UsageError
from meshjit.ir.evaluate import evaluate
from meshjit.ir.graph import Builder, Graph
from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import LOCAL, attrs_of
from meshjit.ir.ops import OPS
from meshjit.ir.parser import parse
from meshjit.ir.types import BF16, F32, TensorType
from meshjit.ir.verify import verify

MESH = Mesh((2,), ("tp",))


@pytest.fixture
def graph() -> Graph:
    builder = Builder(MESH, LOCAL)
    x = builder.param("x", TensorType(F32, (4, 6), ((), ("tp",))))
    y = builder.add(OPS["exp"], [x])
    z = builder.add(OPS["neg"], [y])
    return builder.graph("f", [z])


def refused(graph: Graph, message: str) -> None:
    with pytest.raises(IRError, match=message) as error:
        verify(graph, after="a pass")
    assert error.value.code == "MJ7002"
    assert "after a pass" in error.value.summary


def test_sound(graph: Graph) -> None:
    verify(graph)


def test_order_of_nodes(graph: Graph) -> None:
    refused(replace(graph, nodes=graph.nodes[::-1]), "not defined before this node")
    refused(replace(graph, nodes=graph.nodes * 2), "listed twice")
    refused(replace(graph, nodes=graph.nodes[:1]), "output .* is not defined")


def test_types(graph: Graph) -> None:
    y, z = graph.nodes
    for type in (TensorType(F32, (4, 6), ((), ())), TensorType(BF16, (4, 6), ((), ("tp",)))):
        wrong = replace(z, type=type)
        refused(replace(graph, nodes=(y, wrong), outputs=(wrong,)), "the op's rules give")
    open_type = replace(z, type=z.type.open())
    refused(replace(graph, nodes=(y, open_type), outputs=(open_type,)), "open")
    axis = replace(z, type=z.type.with_spec((("zz",), ())))
    refused(replace(graph, nodes=(y, axis), outputs=(axis,)), "no mesh axis")


def test_parameters(graph: Graph) -> None:
    (x,) = graph.params
    refused(replace(graph, params=(x, x)), "listed twice")
    refused(replace(graph, params=(x, replace(x))), "one name")
    refused(replace(graph, params=(x, graph.nodes[0])), "no parameter")


def test_ops_and_attributes(graph: Graph) -> None:
    y, z = graph.nodes
    extra = replace(z, attrs=attrs_of(axis=1))
    refused(replace(graph, nodes=(y, extra), outputs=(extra,)), "no attribute 'axis'")
    both = replace(z, operands=(y, y))
    refused(replace(graph, nodes=(y, both), outputs=(both,)), "takes 1 to 1 operands")
    refused(replace(graph, stage="planned", nodes=(y, replace(z, op=OPS["pin"])), outputs=(y,)), "may not hold pin")
    refused(replace(graph, nodes=(y, replace(z, body=graph)), outputs=(y,)), "has a body")


def test_bodies_of_fusions() -> None:
    text = """\
mesh (tp=2) stage fused
func f(%x: f32[4]) {
  %0 = fusion(%x) {kind="elementwise"} : f32[4] = (%a0: f32[4]) {
    %0 = exp(%a0) : f32[4]
    return %0
  }
  return %0
}
"""
    graph = parse(text)
    (node,) = graph.nodes
    body = node.body
    assert body is not None
    for broken, message in (
        (replace(node, body=None), "needs a body"),
        (replace(node, body=replace(body, params=())), "do not match the operands"),
        (replace(node, body=replace(body, nodes=())), "not defined"),
        (replace(node, type=TensorType(F32, (5,), ((),))), "the body gives"),
    ):
        with pytest.raises(IRError, match=message):
            verify(replace(graph, nodes=(broken,), outputs=(broken,)))


def test_the_message_shows_the_lines_around(graph: Graph) -> None:
    y, z = graph.nodes
    wrong = replace(z, type=TensorType(F32, (4, 6), ((), ())))
    with pytest.raises(IRError) as error:
        verify(replace(graph, nodes=(y, wrong), outputs=(wrong,)), after="fuse")
    assert "    %0 = exp(%x) : f32[4,6@tp]\n  > %1 = neg(%0) : f32[4,6]" in str(error.value)


def test_floats_are_rounded_after_each_node() -> None:
    text = """\
mesh (tp=1) stage traced
func f(%x: bf16[1]?) {
  %0 = full() {shape=[], value=256.0, dtype=bf16} : bf16[]?
  %1 = add(%x, %0) : bf16[1]?
  %2 = sub(%1, %0) : bf16[1]?
  return %2
}
"""
    graph = parse(text)
    x = np.ones(1, BF16.numpy)
    assert float(evaluate(graph, [x])[0][0]) == 0.0  # 257 is no bfloat16
    assert float(evaluate(graph, [x], exact=True)[0][0]) == 1.0


def test_a_fused_kernel_rounds_once() -> None:
    text = """\
mesh (tp=1) stage fused
func f(%x: bf16[1]) {
  %0 = fusion(%x) {kind="elementwise"} : bf16[1] = (%a0: bf16[1]) {
    %0 = full() {shape=[], value=256.0, dtype=bf16} : bf16[]
    %1 = add(%a0, %0) : bf16[1]
    %2 = sub(%1, %0) : bf16[1]
    return %2
  }
  return %0
}
"""
    assert float(evaluate(parse(text), [np.ones(1, BF16.numpy)])[0][0]) == 1.0


def test_padding_is_poison() -> None:
    """A reduction over unmasked padding gives NaN, so that no test passes by luck."""
    text = """\
mesh (tp=2) stage local
func f(%x: f32[3@tp]) {
  %0 = sum(%x) {axes=[0], keepdims=false} : f32[]{+tp}
  %1 = all_reduce(%0) {axes=["tp"], op="sum"} : f32[]
  return %1
}
"""
    assert np.isnan(evaluate(parse(text), [np.ones(3, np.float32)])[0])


def test_inputs_are_checked(graph: Graph) -> None:
    with pytest.raises(UsageError, match="MJ1002"):
        evaluate(graph, [])
    with pytest.raises(UsageError, match="MJ1002"):
        evaluate(graph, [np.ones((4, 5), np.float32)])
