"""Fuse: elementwise chains into one kernel, and into the matmul before them or the reduction after them.

A value joins the kernel of its users when nobody else reads it and it has the kernel's shape. Constants are repeated in
every kernel that reads them. A matmul becomes a fusion even when alone, so that it can carry its tiling.

Before::

    mesh (tp=2) stage local
    func f(%x: f32[4,8], %w: f32[8,6@tp], %b: f32[6@tp]) {
      %0 = matmul(%x, %w) : f32[4,6@tp]
      %1 = add(%0, %b) : f32[4,6@tp]
      %2 = full() {shape=[], value=2.0, dtype=f32} : f32[]
      %3 = mul(%1, %2) : f32[4,6@tp]
      return %3
    }

After::

    mesh (tp=2) stage fused
    func f(%x: f32[4,8], %w: f32[8,6@tp], %b: f32[6@tp]) {
      %0 = fusion(%x, %w, %b) {kind="matmul"} : f32[4,6@tp] = (%a0: f32[4,8], %a1: f32[8,6@tp], %a2: f32[6@tp]) {
        %0 = matmul(%a0, %a1) : f32[4,6@tp]
        %1 = add(%0, %a2) : f32[4,6@tp]
        %2 = full() {shape=[], value=2.0, dtype=f32} : f32[]
        %3 = mul(%1, %2) : f32[4,6@tp]
        return %3
      }
      return %0
    }
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from meshjit.ir.graph import Builder, Graph, Node
from meshjit.ir.opdef import FUSED, attrs_of
from meshjit.ir.ops.create import FULL
from meshjit.ir.ops.sharding import MASK
from meshjit.ir.ops.structure import FUSION
from meshjit.passes.dce import dce

#: A kernel reads at most this many buffers, so that its argument list and its address registers stay small.
_MAX_OPERANDS = 8


@dataclass
class _Group:
    """A kernel in the making: its last node, what else it computes, and the shape it runs over."""

    root: Node
    domain: tuple[int, ...]
    anchor: str  # "elementwise", "matmul" or "reduce"
    members: set[Node] = field(default_factory=set)


def fuse(graph: Graph) -> Graph:
    """Local to fused: afterwards each node is one kernel, one collective or no work at all."""
    groups = _group(graph)
    order = {n: i for i, n in enumerate(graph.nodes)}
    builder = Builder(graph.mesh, FUSED)
    builder.params = list(graph.params)
    new: dict[Node, Node] = {p: p for p in graph.params}
    for node in graph.nodes:
        group = groups.get(node)
        if group is None:
            new[node] = builder.copy(node, [new[o] for o in node.operands])
        elif group.root is node:
            new[node] = _emit(builder, group, new, order)
    return dce(builder.graph(graph.name, [new[o] for o in graph.outputs]))


def _group(graph: Graph) -> dict[Node, _Group]:
    uses = graph.uses()
    outputs = set(graph.outputs)
    groups: dict[Node, _Group] = {}
    for node in reversed(graph.nodes):
        kernel = node.op.kernel
        if kernel not in ("elementwise", "matmul", "reduce"):
            continue
        users = uses[node]
        around = {id(groups[u]): groups[u] for u in users if u in groups}
        if node not in outputs and len(around) == 1 and all(u in groups for u in users):
            (group,) = around.values()
            if _may_join(node, users, group):
                group.members.add(node)
                groups[node] = group
                if kernel == "matmul":
                    group.anchor = "matmul"
                continue
        domain = node.operands[0].type.shape if kernel == "reduce" else node.type.shape
        groups[node] = _Group(node, domain, kernel, {node})
    return {n: g for n, g in groups.items() if len(g.members) > 1 or g.anchor == "matmul" or _reads_constant(g)}


def _reads_constant(group: _Group) -> bool:
    return group.anchor != "reduce" and any(o.op.kernel == "create" for o in group.root.operands)


def _may_join(node: Node, users: list[Node], group: _Group) -> bool:
    kernel = node.op.kernel
    if kernel == "reduce" or node.type.shape != group.domain:
        return False
    if any(u.op.kernel == "matmul" for u in users):
        return False
    if node.op is MASK and group.anchor == "reduce":
        return False  # row kernels know no element's place in the array
    outside = {o for m in (group.members | {node}) for o in m.operands if o not in group.members and o is not node}
    if len([o for o in outside if o.op.kernel != "create"]) > _MAX_OPERANDS:
        return False
    if kernel == "matmul":
        return group.anchor == "elementwise" and all(_in_epilogue(m) for m in group.members)
    return group.anchor != "matmul" or _in_epilogue(node)


def _in_epilogue(node: Node) -> bool:
    """Whether a matmul kernel can apply the op to its result: float in, float out, no dependence on the place."""
    types = [node.type, *(o.type for o in node.operands)]
    return node.op is not MASK and all(t.dtype.kind == "float" for t in types)


def _emit(builder: Builder, group: _Group, new: dict[Node, Node], order: dict[Node, int]) -> Node:
    body = Builder(builder.mesh, FUSED)
    inner: dict[Node, Node] = {}
    operands: list[Node] = []

    def read(value: Node, member: Node) -> Node:
        if value in inner:
            return inner[value]
        pointwise = member.op.kernel != "matmul"  # a matmul reads its operands from memory
        if pointwise and value.op.kernel == "create" and (value.op is FULL or group.anchor == "elementwise"):
            inner[value] = body.append(replace(value))
        else:
            operands.append(new[value])
            inner[value] = body.param(f"a{len(operands) - 1}", value.type)
        return inner[value]

    for member in sorted(group.members, key=order.__getitem__):
        inner[member] = body.copy(member, [read(o, member) for o in member.operands])
    root = group.root
    region = body.graph(f"fusion_{order[root]}", [inner[root]])
    return builder.add(FUSION, operands, attrs_of(kind=group.anchor), root.location, body=region)
