"""Pins: refuse contradictory ones, drop repeated ones.

Two different pins of the user on one value are a mistake; which values are one is judged as the user wrote them, before
other passes merge equal ones. Pins of arguments and results are no contradiction: the value is resharded between them.

Before::

    mesh (dp=2) stage traced
    func f(%x: f32[4]?) {
      %0 = exp(%x) : f32[4]?
      %1 = pin(%0) {spec=["dp"], by="with_sharding"} : f32[4]?
      %2 = pin(%1) {spec=["dp"], by="with_sharding"} : f32[4]?
      return %2
    }

After::

    mesh (dp=2) stage traced
    func f(%x: f32[4]?) {
      %0 = exp(%x) : f32[4]?
      %1 = pin(%0) {spec=["dp"], by="with_sharding"} : f32[4]?
      return %1
    }
"""

from __future__ import annotations

from meshjit.errors import ShardingError
from meshjit.ir.graph import Builder, Graph, Node, describe, rewrite
from meshjit.ir.ops.sharding import PIN, text_spec
from meshjit.ir.spec import PartitionSpec


def check_pins(graph: Graph) -> Graph:
    """One pin per value.

    Raises :class:`~meshjit.errors.ShardingError` (MJ3010) for two contradictory pins on one value.
    """
    pins: dict[Node, Node] = {}
    for node in graph.nodes:
        if node.op is not PIN or node.attrs["by"] != "with_sharding":
            continue
        value = node.operands[0]
        while value.op is PIN:
            value = value.operands[0]
        first = pins.setdefault(value, node)
        if first.attrs["spec"] != node.attrs["spec"]:
            raise _contradiction(value, first, node)
    return rewrite(graph, _visit)


def _visit(builder: Builder, node: Node, operands: tuple[Node, ...]) -> Node:
    if node.op is PIN and operands[0].op is PIN and operands[0].attrs == node.attrs:
        return operands[0]
    return builder.copy(node, operands)


def _contradiction(value: Node, first: Node, second: Node) -> ShardingError:
    a, b = (_user_spec(p) for p in (first, second))
    at = first.location.short if first.location else "an earlier line"
    return ShardingError(
        "MJ3010",
        f"one value is pinned to {a} (at {at}) and to {b}",
        where=second.location.snippet() if second.location else "",
        operands=[describe(value)],
        fix=f"write the same sharding in both places: mj.with_sharding(x, {a})",
    )


def _user_spec(pin: Node) -> str:
    return repr(PartitionSpec.from_spec(text_spec(pin.attrs["spec"]))).replace("'", '"')
