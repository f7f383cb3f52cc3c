"""Ops that normalise over a dim, in parts: what propagation uses when that dim is sharded.

The parts reduce what each device holds and exchange only the small results, where the whole op would need the dim
gathered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from meshjit.ir.graph import Node
from meshjit.ir.opdef import OpDef
from meshjit.ir.ops.create import FULL
from meshjit.ir.ops.elementwise import ADD, DIV, EXP, MUL, RSQRT, SUB
from meshjit.ir.ops.reduce import LAYER_NORM, MAX, RMS_NORM, SOFTMAX, SUM


class Emit(Protocol):
    """Appends a node on placed operands and returns its placed result."""

    def __call__(self, op: OpDef, operands: Sequence[Node], **attrs: Any) -> Node:
        """Append one node."""
        ...


Parts = Callable[[Emit, Node, Sequence[Node]], Node]


def _constant(emit: Emit, node: Node, value: float) -> Node:
    return emit(FULL, [], shape=(), value=value, dtype=node.type.dtype)


def _softmax(emit: Emit, node: Node, operands: Sequence[Node]) -> Node:
    (x,) = operands
    axis = node.attrs["axis"]
    top = emit(MAX, [x], axes=(axis,), keepdims=True)
    e = emit(EXP, [emit(SUB, [x, top])])
    return emit(DIV, [e, emit(SUM, [e], axes=(axis,), keepdims=True)])


def _mean_square(emit: Emit, node: Node, x: Node) -> Node:
    last = node.type.rank - 1
    total = emit(SUM, [emit(MUL, [x, x])], axes=(last,), keepdims=True)
    return emit(MUL, [total, _constant(emit, node, 1.0 / node.type.shape[last])])


def _inverse_root(emit: Emit, node: Node, mean_square: Node) -> Node:
    eps = node.attrs["eps"]
    assert isinstance(eps, float)
    return emit(RSQRT, [emit(ADD, [mean_square, _constant(emit, node, eps)])])


def _rms_norm(emit: Emit, node: Node, operands: Sequence[Node]) -> Node:
    x, w = operands
    scale = _inverse_root(emit, node, _mean_square(emit, node, x))
    return emit(MUL, [emit(MUL, [x, scale]), w])


def _layer_norm(emit: Emit, node: Node, operands: Sequence[Node]) -> Node:
    x, w, b = operands
    last = node.type.rank - 1
    total = emit(SUM, [x], axes=(last,), keepdims=True)
    mean = emit(MUL, [total, _constant(emit, node, 1.0 / node.type.shape[last])])
    centred = emit(SUB, [x, mean])
    scale = _inverse_root(emit, node, _mean_square(emit, node, centred))
    return emit(ADD, [emit(MUL, [emit(MUL, [centred, scale]), w]), b])


#: The parts of each op that has a dim it needs whole.
PARTS: Mapping[OpDef, Parts] = {SOFTMAX: _softmax, LAYER_NORM: _layer_norm, RMS_NORM: _rms_norm}
