"""Elementwise chains, reductions and data movement: nodes to loop nests."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from meshjit.codegen.cpu.chain import Arguments, Chain, identity_of, literal
from meshjit.codegen.cpu.launch import Launch, build
from meshjit.codegen.cpu.macros import kind_of
from meshjit.codegen.cpu.nest import Access, Nest, Operand, arrange, broadcast_strides, row_major
from meshjit.codegen.cpu.transpose import transpose, transposition
from meshjit.ir.graph import Node
from meshjit.ir.opdef import Attr
from meshjit.ir.program import PerDevice, Program

_RAW = {1: "raw8", 2: "raw16"}


def _finish(
    launch: Launch, family: str, nests: Sequence[Nest], arguments: Arguments, macros: Sequence[str] = ()
) -> Program:
    lanes = launch.machine.vector
    planned, tasks = arrange(nests, lanes)
    return build(
        launch,
        family,
        "cpu/nest.ll.j2",
        arguments.words,
        tasks,
        nests=planned,
        macros=tuple(macros),
        w=lanes,
        num_words=len(arguments.words),
    )


def _arguments(launch: Launch) -> Arguments:
    return Arguments(launch.buffers())


def _read_params(launch: Launch, chain: Chain) -> list[Access]:
    reads: list[Access] = []
    for i, (param, slot) in enumerate(zip(launch.params, launch.slots, strict=True)):
        chain.values[param] = Operand(kind_of(param.type.dtype), f"%x{i}")
        strides = broadcast_strides(param.type.local_shape(launch.mesh), chain.shape)
        reads.append(Access(slot, param.type.dtype.name, strides))
    return reads


def chain(launch: Launch) -> Program:
    """A chain of elementwise ops in one pass over the result."""
    shape = launch.result.type.local_shape(launch.mesh)
    arguments = _arguments(launch)
    body = Chain(launch.mesh, shape, arguments)
    reads = _read_params(launch, body)
    body.emit(launch.nodes)
    write = Access(launch.out_slot, launch.result.type.dtype.name, row_major(shape))
    nest = Nest(shape, tuple(reads), write, body.values[launch.result], tuple(body.calls), tuple(body.indices))
    return _finish(launch, "elementwise", [nest], arguments, body.macros)


def reduction(launch: Launch) -> Program:
    """A reduction of its elementwise prologue."""
    *prologue, node = launch.nodes
    (operand,) = node.operands
    shape = operand.type.local_shape(launch.mesh)
    arguments = _arguments(launch)
    body = Chain(launch.mesh, shape, arguments)
    reads = _read_params(launch, body)
    body.emit(prologue)
    axes = node.attrs["axes"]
    assert isinstance(axes, tuple)
    reduced = tuple(int(a) for a in axes)
    kept = row_major([1 if d in reduced else n for d, n in enumerate(shape)])
    strides = tuple(0 if d in reduced else s for d, s in enumerate(kept))
    write = Access(launch.out_slot, node.type.dtype.name, strides)
    nest = Nest(
        shape,
        tuple(reads),
        write,
        body.values[operand],
        tuple(body.calls),
        tuple(body.indices),
        reduced=reduced,
        op=node.op.name,
        identity=identity_of(node.op.name, node.type.dtype),
    )
    if not math.prod(shape):
        nest = replace(nest, reduced=(), extents=tuple(1 if d in reduced else n for d, n in enumerate(shape)))
        nest = replace(nest, reads=(), calls=(), result=Operand(kind_of(node.type.dtype), nest.identity))
    return _finish(launch, "reduce", [nest], arguments, body.macros)


def copy(launch: Launch) -> Program:
    """An op that moves elements without changing them."""
    (node,) = launch.nodes
    arguments = _arguments(launch)
    nests = _MOVES[node.op.name](launch, node, arguments)
    if len(nests) == 1 and math.prod(nests[0].extents) and len(arguments.words) == 2:
        tiles = transposition(nests[0], node.type.dtype.size_bytes, launch.machine)
        if tiles is not None:
            return transpose(launch, tiles)
    return _finish(launch, node.op.name, nests, arguments)


def _ints(value: Attr) -> tuple[int, ...]:
    assert isinstance(value, tuple)
    return tuple(int(v) for v in value)


def _moved(
    launch: Launch, node: Node, slot: int, shape: Sequence[int], strides: Sequence[int], offset: int = 0
) -> Nest:
    """Elements of operand ``slot``, read with ``strides`` from ``offset``, to the whole of the result."""
    dtype = _RAW.get(node.type.dtype.size_bytes, node.type.dtype.name)
    kind = dtype if dtype.startswith("raw") else kind_of(node.type.dtype)
    read = Access(slot, dtype, tuple(strides), offset)
    write = Access(launch.out_slot, dtype, row_major(shape))
    return Nest(tuple(shape), (read,), write, Operand(kind, "%x0"))  # pyright: ignore[reportArgumentType]


def _reshape(launch: Launch, node: Node, arguments: Arguments) -> list[Nest]:
    shape = node.type.local_shape(launch.mesh)
    return [_moved(launch, node, 0, shape, row_major(shape))]


def _transpose(launch: Launch, node: Node, arguments: Arguments) -> list[Nest]:
    source = row_major(node.operands[0].type.local_shape(launch.mesh))
    perm = _ints(node.attrs["perm"])
    return [_moved(launch, node, 0, node.type.local_shape(launch.mesh), [source[p] for p in perm])]


def _broadcast_to(launch: Launch, node: Node, arguments: Arguments) -> list[Nest]:
    shape = node.type.local_shape(launch.mesh)
    return [_moved(launch, node, 0, shape, broadcast_strides(node.operands[0].type.local_shape(launch.mesh), shape))]


def _slice(launch: Launch, node: Node, arguments: Arguments) -> list[Nest]:
    """Dims that are kept whole are this device's block; cut dims are whole on every device (sharding rule)."""
    operand = node.operands[0].type
    source = row_major(operand.local_shape(launch.mesh))
    start, step = _ints(node.attrs["start"]), _ints(node.attrs["step"])
    offset = sum(o * s for o, s in zip(start, source, strict=True))
    strides = [k * s for k, s in zip(step, source, strict=True)]
    return [_moved(launch, node, 0, node.type.local_shape(launch.mesh), strides, offset)]


def _concat(launch: Launch, node: Node, arguments: Arguments) -> list[Nest]:
    axis = node.attrs["axis"]
    assert isinstance(axis, int)
    out = row_major(node.type.local_shape(launch.mesh))
    nests: list[Nest] = []
    at = 0
    for i, operand in enumerate(node.operands):
        shape = operand.type.local_shape(launch.mesh)
        slot = launch.slot(operand)
        nest = _moved(launch, node, slot, shape, row_major(shape))
        nests.append(replace(nest, write=replace(nest.write, strides=out, offset=at * out[axis]), index=i))
        at += shape[axis]
    return nests


def _pad(launch: Launch, node: Node, arguments: Arguments) -> list[Nest]:
    """The operand's block, and per dim a slab before and one after it that cover the rest exactly once."""
    shape = node.type.local_shape(launch.mesh)
    inner = node.operands[0].type.local_shape(launch.mesh)
    out, low = row_major(shape), _ints(node.attrs["low"])
    copied = _moved(launch, node, 0, inner, row_major(inner))
    start = sum(o * s for o, s in zip(low, out, strict=True))
    nests = [replace(copied, write=replace(copied.write, strides=out, offset=start))]
    fill = literal(node.attrs["value"], kind_of(node.type.dtype))
    dtype = node.type.dtype.name
    for d, (o, n) in enumerate(zip(low, inner, strict=True)):
        for first, extent in ((0, o), (o + n, shape[d] - o - n)):
            extents = (*inner[:d], extent, *shape[d + 1 :])
            at = sum(a * s for a, s in zip((*low[:d], first), out, strict=False))
            if math.prod(extents):
                write = Access(launch.out_slot, dtype, out, at)
                nests.append(Nest(extents, (), write, fill))
    return nests


def _local_slice(launch: Launch, node: Node, arguments: Arguments) -> list[Nest]:
    """This device's block: it starts at an argument word, and only its existing part is copied."""
    dim = node.attrs["dim"]
    assert isinstance(dim, int)
    mesh, operand = launch.mesh, node.operands[0].type
    source = row_major(operand.local_shape(mesh))
    devices = range(mesh.size)
    starts = [node.type.origin(mesh, d)[dim] - operand.origin(mesh, d)[dim] for d in devices]
    size, whole = node.type.local_shape(mesh)[dim], operand.local_shape(mesh)[dim]
    nest = _moved(launch, node, 0, node.type.local_shape(mesh), source)
    offset = arguments.slot(PerDevice(tuple(min(s, whole - 1) * source[dim] for s in starts)))
    limit = -1
    if any(s + size > whole for s in starts):
        limit = arguments.slot(PerDevice(tuple(max(0, min(size, whole - s)) for s in starts)))
    read = replace(nest.reads[0], offset_word=offset)
    return [replace(nest, reads=(read,), limit_dim=dim if limit >= 0 else -1, limit_word=limit)]


_MOVES: Mapping[str, Callable[[Launch, Node, Arguments], list[Nest]]] = {
    "reshape": _reshape,
    "transpose": _transpose,
    "broadcast_to": _broadcast_to,
    "slice": _slice,
    "concat": _concat,
    "pad": _pad,
    "local_slice": _local_slice,
}
