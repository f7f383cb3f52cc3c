"""Partition: from the global view to what each device does. Reshards become collectives and local slices; padding that
a reduction would see is masked.

Before::

    mesh (tp=2) stage sharded
    func f(%x: f32[4,7@tp]) {
      %0 = sum(%x) {axes=[1], keepdims=false} : f32[4]{+tp}
      %1 = reshard(%0) {spec=["-"], reason="out"} : f32[4]
      return %1
    }

After::

    mesh (tp=2) stage local
    func f(%x: f32[4,7@tp]) {
      %0 = mask(%x) {value=0.0} : f32[4,7@tp]
      %1 = sum(%0) {axes=[1], keepdims=false} : f32[4]{+tp}
      %2 = all_reduce(%1) {axes=["tp"], op="sum", reason="out"} : f32[4]
      return %2
    }
"""

from __future__ import annotations

import math

from meshjit.ir.graph import Builder, Graph, Node, rewrite
from meshjit.ir.opdef import LOCAL, attrs_of
from meshjit.ir.ops.sharding import MASK, RESHARD, text_spec
from meshjit.ir.types import DType, ReduceOp
from meshjit.passes.reshard import steps


def partition(graph: Graph) -> Graph:
    """Sharded to local."""
    return rewrite(graph, _visit, LOCAL)


def _visit(builder: Builder, node: Node, operands: tuple[Node, ...]) -> Node:
    if node.op is RESHARD:
        value = operands[0]
        for step in steps(value.type, text_spec(node.attrs["spec"]), builder.mesh):
            attrs = attrs_of(**step.attrs, reason=node.attrs.get("reason", ""))
            value = builder.add(step.op, [value], attrs, node.location)
        return value
    return builder.copy(node, _masked(builder, node, operands))


def _masked(builder: Builder, node: Node, operands: tuple[Node, ...]) -> list[Node]:
    """The operands, with padding replaced by the reduction's neutral element where the op reduces over it."""
    out = list(operands)
    if node.op.factor_rule is None or not operands:
        return out
    factors = node.op.factor_rule([o.type for o in operands], node.type.shape, node.attrs)
    for i, (operand, dims) in enumerate(zip(operands, factors.operands, strict=True)):
        padded = operand.type.padded_dims(builder.mesh)
        reductions: set[ReduceOp] = {
            factors.reduced[dims[d][0]] for d in padded if dims[d] and dims[d][0] in factors.reduced
        }
        if reductions:
            value = neutral(reductions.pop(), operand.type.dtype)
            out[i] = builder.add(MASK, [operand], attrs_of(value=value), node.location)
    return out


def neutral(op: ReduceOp, dtype: DType) -> float | int:
    """The element that does not change a reduction."""
    if op == "sum":
        return 0 if dtype.kind == "int" else 0.0
    low, high = (-(2**31), 2**31 - 1) if dtype.kind == "int" else (-math.inf, math.inf)
    return low if op == "max" else high
