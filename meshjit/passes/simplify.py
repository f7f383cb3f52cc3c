"""Simplify: fold scalar constants, drop what changes nothing, and compute nothing where there are no elements.

Before::

    mesh (dp=2) stage traced
    func f(%x: f32[4,6]?) {
      %0 = full() {shape=[], value=0.0, dtype=f32} : f32[]?
      %1 = add(%x, %0) : f32[4,6]?
      %2 = transpose(%1) {perm=[1,0]} : f32[6,4]?
      %3 = transpose(%2) {perm=[1,0]} : f32[4,6]?
      return %3
    }

After::

    mesh (dp=2) stage traced
    func f(%x: f32[4,6]?) {
      %0 = full() {shape=[], value=0.0, dtype=f32} : f32[]?
      %1 = transpose(%x) {perm=[1,0]} : f32[6,4]?
      return %x
    }
"""

from __future__ import annotations

import math

import numpy as np

from meshjit.ir.evaluate import global_context, store
from meshjit.ir.graph import Builder, Graph, Node, rewrite
from meshjit.ir.opdef import Attr, attrs_of
from meshjit.ir.ops.create import FULL, IOTA
from meshjit.ir.ops.elementwise import ADD, CAST, DIV, MUL, NEG, SUB
from meshjit.ir.ops.linear import MATMUL
from meshjit.ir.ops.reduce import SUM
from meshjit.ir.ops.shape import BROADCAST_TO, CONCAT, RESHAPE, SLICE, TRANSPOSE, ints

#: Kernels that compute elements.
_COMPUTED = frozenset({"elementwise", "matmul", "reduce", "normalize", "copy"})


def simplify(graph: Graph) -> Graph:
    """One sweep over the graph; operands are simplified before their uses."""
    return rewrite(graph, _visit)


def _visit(builder: Builder, node: Node, operands: tuple[Node, ...]) -> Node:
    if _is_of_nothing(node):
        attrs = attrs_of(shape=node.type.shape, value=node.type.dtype.numpy.type(0).item(), dtype=node.type.dtype)
        return builder.add(FULL, (), attrs, node.location)
    same = _same_value(node, operands)
    if same is not None and same.type == node.type:
        return same
    folded = _fold(builder, node, operands)
    if folded is not None:
        return folded
    made = _created(builder, node, operands)
    if made is not None:
        return made
    if node.op is RESHAPE and operands[0].op is RESHAPE:  # reshape(reshape(x)) -> reshape(x)
        merged = builder.add(RESHAPE, operands[0].operands, node.attrs, node.location)
        if merged.type == node.type:
            return merged
        builder.nodes.pop()
    if node.op is TRANSPOSE and operands[0].op is TRANSPOSE:  # transpose(transpose(x, p), q) -> transpose(x, p[q])
        inner, outer = ints(operands[0].attrs, "perm"), ints(node.attrs, "perm")
        perm = tuple(inner[p] for p in outer)
        if perm == tuple(range(len(perm))):
            return operands[0].operands[0]
        return builder.add(TRANSPOSE, operands[0].operands, attrs_of(perm=perm), node.location)
    return builder.copy(node, operands)


def _is_of_nothing(node: Node) -> bool:
    """Whether the node computes no elements, or only sums of none: no kernel has to."""
    if node.op.kernel not in _COMPUTED or not node.type.is_open:
        return False
    return 0 in node.type.shape or (node.op in (MATMUL, SUM) and 0 in node.operands[0].type.shape)


def _same_value(node: Node, operands: tuple[Node, ...]) -> Node | None:
    """The operand that the node equals, if its type fits too."""
    op = node.op
    if op in (ADD, SUB) and _is_constant(operands[1], 0):  # x + 0, x - 0 -> x
        return operands[0]
    if op is ADD and _is_constant(operands[0], 0):  # 0 + x -> x
        return operands[1]
    if op in (MUL, DIV) and _is_constant(operands[1], 1):  # x * 1, x / 1 -> x
        return operands[0]
    if op is MUL and _is_constant(operands[0], 1):  # 1 * x -> x
        return operands[1]
    if op is NEG and operands[0].op is NEG:  # -(-x) -> x
        return operands[0].operands[0]
    if op in (CAST, RESHAPE, BROADCAST_TO, SLICE) and operands[0].type == node.type:
        if op is SLICE and (any(ints(node.attrs, "start")) or set(ints(node.attrs, "step")) - {1}):
            return None  # a reversal keeps the type but not the elements
        return operands[0]  # to its own type -> x
    if op is TRANSPOSE and ints(node.attrs, "perm") == tuple(range(node.type.rank)):
        return operands[0]
    return operands[0] if op is CONCAT and len(operands) == 1 else None


def _is_constant(node: Node, value: float) -> bool:
    return node.op is FULL and node.attrs["value"] == value


def _fold(builder: Builder, node: Node, operands: tuple[Node, ...]) -> Node | None:
    """An elementwise op on scalar constants is a constant."""
    if not node.op.elementwise or not operands or node.type.rank or any(o.op is not FULL for o in operands):
        return None
    if node.op.reference is None:
        return None
    dtypes = [np.float64 if o.type.dtype.kind == "float" else o.type.dtype.numpy for o in operands]
    arrays = [np.asarray(o.attrs["value"], dtype) for o, dtype in zip(operands, dtypes, strict=True)]
    with np.errstate(all="ignore"):
        # In float64 and never rounded, as `evaluate(exact=True)` does: a kernel rounds the constant once.
        result = node.op.reference(global_context(node, exact=True), *arrays)
    value: Attr = store(np.asarray(result), node.type, True).item()
    attrs = attrs_of(shape=(), value=value, dtype=node.type.dtype)
    return builder.add(FULL, (), attrs, node.location, spec=node.type.spec)


def _created(builder: Builder, node: Node, operands: tuple[Node, ...]) -> Node | None:
    """A constant in another shape is made in that shape; so is an index sequence that only gains or loses dims of 1."""
    if node.op not in (RESHAPE, BROADCAST_TO) or operands[0].op not in (FULL, IOTA) or not node.type.is_open:
        return None
    source, shape = operands[0], node.type.shape
    if source.op is FULL:  # reshape(full(v)), broadcast_to(full(v)) -> full(v)
        return builder.add(FULL, (), attrs_of(**{**source.attrs, "shape": shape}), node.location)
    dim = source.attrs["dim"]
    assert isinstance(dim, int)
    n = source.type.shape[dim]
    if node.op is not RESHAPE or not n == max(shape, default=0) == math.prod(shape) == math.prod(source.type.shape):
        return None
    return builder.add(IOTA, (), attrs_of(**{**source.attrs, "shape": shape, "dim": shape.index(n)}), node.location)
