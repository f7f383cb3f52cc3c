"""Fuse: elementwise chains into one kernel, and into the matmul before them or the reduction after them.

A value joins the kernel of its users when nobody else reads it, it has the kernel's shape, and the kernel keeps no more
tiles at once than a core of a card holds. Constants and indices are repeated in every kernel that reads them. A matmul
becomes a fusion even when alone, so that it can carry its tiling. On cards an op that normalises takes in what its
first operand is computed from.

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

from collections import Counter
from dataclasses import dataclass, field, replace

from meshjit.ir.graph import Builder, Graph, Node
from meshjit.ir.machine import Machine
from meshjit.ir.opdef import FUSED, attrs_of
from meshjit.ir.ops.create import FULL
from meshjit.ir.ops.shape import TRANSPOSE
from meshjit.ir.ops.sharding import MASK
from meshjit.ir.ops.structure import FUSION
from meshjit.ir.program import Layout
from meshjit.passes.dce import dce

#: Tiles that a kernel may keep at once, by its anchor: the cards' register file holds 8, of which reductions need an
#: accumulator and the mask of a row's end, and ops that normalise two accumulators.
_TILES = {"elementwise": 8, "matmul": 8, "reduce": 6, "normalize": 5}
#: A kernel computes at most this many nodes, so that its code fits a core.
_MAX_MEMBERS = 64


@dataclass
class _Group:
    """A kernel in the making: its last node, what else it computes, and the shape it runs over."""

    root: Node
    domain: tuple[int, ...]
    anchor: str  # "elementwise", "matmul", "reduce" or "normalize"
    members: set[Node] = field(default_factory=set)


def fuse(graph: Graph, machine: Machine | None = None) -> Graph:
    """Local to fused: afterwards each node is one kernel, one collective or no work at all.

    On a machine whose memory is tiles, kernels that normalise take other ops in. A matmul takes in the transposition of
    an operand that the machine's kernels read transposed.
    """
    normalize = machine is not None and machine.layout is Layout.TILE
    order = {n: i for i, n in enumerate(graph.nodes)}
    groups = _group(graph, order, normalize)
    if machine is not None:
        _take_in_transpositions(graph, groups, machine.transposed_operands)
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


def _group(graph: Graph, order: dict[Node, int], normalize: bool) -> dict[Node, _Group]:
    uses = graph.uses()
    outputs = set(graph.outputs)
    groups: dict[Node, _Group] = {}
    for node in reversed(graph.nodes):
        kernel = node.op.kernel
        if kernel not in ("elementwise", "matmul", "reduce") and not (normalize and kernel == "normalize"):
            continue
        users = uses[node]
        around = {id(groups[u]): groups[u] for u in users if u in groups}
        if node not in outputs and len(around) == 1 and all(u in groups for u in users):
            (group,) = around.values()
            if _may_join(node, users, group, order):
                group.members.add(node)
                groups[node] = group
                if kernel == "matmul":
                    group.anchor = "matmul"
                continue
        domain = node.operands[0].type.shape if kernel in ("reduce", "normalize") else node.type.shape
        groups[node] = _Group(node, domain, kernel, {node})
    return {n: g for n, g in groups.items() if len(g.members) > 1 or g.anchor == "matmul" or _reads_constant(g)}


def _take_in_transpositions(graph: Graph, groups: dict[Node, _Group], operands: frozenset[int]) -> None:
    uses = graph.uses()
    for node in graph.nodes:
        if node.op is not TRANSPOSE or node in graph.outputs:
            continue
        rank = node.type.rank
        if node.attrs["perm"] != (*range(rank - 2), rank - 1, rank - 2):
            continue
        users = uses[node]
        places = {i for u in users for i, o in enumerate(u.operands) if o is node}
        taken = places <= operands and all(u in groups and u.op.kernel == "matmul" for u in users)
        if users and taken:
            groups[node] = groups[users[0]]
            for user in users:
                groups[user].members.add(node)


def _reads_constant(group: _Group) -> bool:
    return group.anchor == "elementwise" and any(o.op.kernel == "create" for o in group.root.operands)


def _may_join(node: Node, users: list[Node], group: _Group, order: dict[Node, int]) -> bool:
    kernel = node.op.kernel
    if kernel in ("reduce", "normalize") or node.type.shape != group.domain:
        return False
    if any(u.op.kernel == "matmul" for u in users):
        return False
    if any(u.op.kernel == "normalize" and node in u.operands[1:] for u in users):
        return False  # weights are read as they are
    anchor = "matmul" if kernel == "matmul" else group.anchor
    if len(group.members) == _MAX_MEMBERS or _tiles({*group.members, node}, order) > _TILES[anchor]:
        return False
    if kernel == "matmul":
        return group.anchor == "elementwise" and all(_in_epilogue(m) for m in group.members)
    return group.anchor != "matmul" or _in_epilogue(node)


def _tiles(members: set[Node], order: dict[Node, int]) -> int:
    """The most tiles that a kernel of ``members`` keeps at once: what it reads and a matmul's product, from the start
    to the last use, and what it computes. Indices are tiles, constants are not."""
    ordered = sorted(members, key=lambda n: (n.op.kernel != "matmul", order[n]))
    last: dict[Node, int] = {}
    live = 0
    for i, member in enumerate(ordered):
        if member.op is MASK:
            live += len(member.type.dims_spec)  # an index for each padded dim
        if member.op.kernel == "matmul":
            continue  # it reads its operands from memory
        for operand in member.operands:
            if operand.op is not FULL:
                live += operand not in last and operand not in members
                last[operand] = i
    most = live
    ends = Counter(last.values())
    for i, member in enumerate(ordered):
        live += member.op.kernel not in ("reduce", "normalize")
        live -= ends[i]
        most = max(most, live)
    return most


def _in_epilogue(node: Node) -> bool:
    """Whether a matmul kernel can apply the op to its result: float in, float out, no dependence on the place."""
    types = [node.type, *(o.type for o in node.operands)]
    return node.op is not MASK and all(t.dtype.kind == "float" for t in types)


def _emit(builder: Builder, group: _Group, new: dict[Node, Node], order: dict[Node, int]) -> Node:
    body = Builder(builder.mesh, FUSED)
    inner: dict[Node, Node] = {}
    operands: list[Node] = []

    def read(value: Node, member: Node) -> Node:
        pointwise = member.op.kernel not in ("matmul", "normalize", "copy")  # these read their operands from memory
        if value in inner and (pointwise or value.op.kernel != "create"):
            return inner[value]
        if pointwise and value.op.kernel == "create" and (value.op is FULL or group.anchor != "matmul"):
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
