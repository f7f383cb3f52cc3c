"""Collectives of the CPU mesh: block copies and reductions between shards in host memory."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from meshjit.ir.program import Collective
from meshjit.runtime.devices import cpu_native
from meshjit.runtime.devices.cpu_stream import Job, Phase, Pointer
from meshjit.toolchain import llvm
from meshjit.toolchain.templates import render

#: Bytes that one task moves: enough to hide the cost of claiming it, few enough to keep all threads busy.
TASK_BYTES = 128 * 1024


@dataclass(frozen=True)
class _Dim:
    extent: int
    source: int
    destination: int


def _library(kind: str, dtype: str = "f32", op: str = "sum") -> cpu_native.Library:
    text = render("cpu/collective.ll.j2", symbol="mj_collective", kind=kind, dtype=dtype, op=op, w=llvm.host().vector)
    return cpu_native.load(llvm.build(text, name=f"collective {kind}"), "mj_collective")


def _strides(shape: Sequence[int], size: int) -> list[int]:
    return [math.prod(shape[d + 1 :]) * size for d in range(len(shape))]


def _rows(
    extents: Sequence[int], source: Sequence[int], destination: Sequence[int], size: int
) -> tuple[list[_Dim], int]:
    """A block (extents, byte strides on both sides) as outer dims and a contiguous run of bytes, all merged."""
    run, dims = size, list[_Dim]()
    for n, s, t in reversed(list(zip(extents, source, destination, strict=True))):
        if n == 1:
            continue
        if not dims and s == t == run:
            run *= n
        elif dims and s == dims[0].source * dims[0].extent and t == dims[0].destination * dims[0].extent:
            dims[0] = _Dim(dims[0].extent * n, dims[0].source, dims[0].destination)
        else:
            dims.insert(0, _Dim(n, s, t))
    return dims, run


def _cut_run(dims: list[_Dim], run: int, chunk: int) -> list[tuple[list[_Dim], int, int]]:
    """(outer dims, run, byte offset) pieces of a block whose run is cut into chunks when it is long."""
    if run <= chunk or len(dims) > 3:
        return [(dims, run, 0)]
    whole = run // chunk
    pieces = [([*dims, _Dim(whole, chunk, chunk)], chunk, 0)]
    if run % chunk:
        pieces.append((dims, run % chunk, whole * chunk))
    return pieces


def _copy(library: cpu_native.Library, dims: list[_Dim], run: int, source: Pointer, destination: Pointer) -> list[Job]:
    jobs: list[Job] = []
    for outer, length, offset in _cut_run(dims, run, TASK_BYTES):
        padded = [_Dim(1, 0, 0)] * (4 - len(outer)) + outer
        rows = math.prod(d.extent for d in outer)
        per = min(rows, max(1, TASK_BYTES // length))
        words: tuple[int | Pointer, ...] = (
            Pointer(destination.device, destination.buffer, destination.offset_bytes + offset),
            Pointer(source.device, source.buffer, source.offset_bytes + offset),
            per,
            length,
            *(w for d in padded for w in (d.extent, d.source, d.destination)),
        )
        jobs.append(Job(library["mj_collective"], (words,), -(-rows // per), 2 * rows * length))
    return jobs


def phases(
    command: Collective, source_of: Callable[[int], int], destination_of: Callable[[int], int]
) -> tuple[list[Phase], list[object]]:
    """The phases that carry a collective out, and what must stay alive with them.

    ``source_of`` and ``destination_of`` give the device that holds a device's copy of the buffer.
    """
    build = {"all_gather": _exchange, "all_to_all": _exchange, "all_reduce": _reduce, "reduce_scatter": _reduce}
    label = command.label or command.kind
    fill = Phase(f"{label} (padding)", [], set(), {command.destination})
    work = Phase(label, [], {command.source}, {command.destination})
    keep: list[object] = []
    seen: set[int] = set()
    for group in command.groups:
        sources = [source_of(d) for d in group]
        for position, device in enumerate(group):
            holder = destination_of(device)
            if holder in seen:
                continue
            seen.add(holder)
            build[command.kind](command, sources, position, holder, fill, work, keep)
    return ([fill] if fill.jobs else []) + [work], keep


def _zero(command: Collective, holder: int, fill: Phase, keep: list[object]) -> None:
    library = _library("fill")
    keep.append(library)
    size = math.prod(command.out_shape) * command.dtype.size_bytes
    fill.jobs.append(Job(library["mj_collective"], ((Pointer(holder, command.destination), size),), 1, size))


def _take_part(extents: list[int], dim: int, position: int, parts: int) -> tuple[int, bool]:
    """Cut ``extents`` along ``dim`` to the part at ``position`` of ``parts``: where it starts, and whether it is full
    (the last ones may be short, or empty)."""
    whole = extents[dim]
    part = -(-whole // parts)
    extents[dim] = max(0, min(part, whole - position * part))
    return position * part, extents[dim] == part


def _exchange(
    command: Collective,
    sources: list[int],
    position: int,
    holder: int,
    fill: Phase,
    work: Phase,
    keep: list[object],
) -> None:
    """all_gather and all_to_all: one block from each source."""
    library = _library("copy")
    keep.append(library)
    size = command.dtype.size_bytes
    source_strides, out_strides = _strides(command.in_shape, size), _strides(command.out_shape, size)
    extents, offset = list(command.in_shape), 0
    if command.kind == "all_to_all":
        first, full = _take_part(extents, command.split_dim, position, len(sources))
        offset = first * source_strides[command.split_dim]
        if not full:
            _zero(command, holder, fill, keep)
    for j, source in enumerate(sources):
        block = list(extents)
        block[command.dim] = max(
            0, min(extents[command.dim], command.out_shape[command.dim] - j * extents[command.dim])
        )
        if not math.prod(block):
            continue
        dims, run = _rows(block, source_strides, out_strides, size)
        at = j * extents[command.dim] * out_strides[command.dim]
        work.jobs += _copy(
            library, dims, run, Pointer(source, command.source, offset), Pointer(holder, command.destination, at)
        )


def _reduce(
    command: Collective,
    sources: list[int],
    position: int,
    holder: int,
    fill: Phase,
    work: Phase,
    keep: list[object],
) -> None:
    """all_reduce and reduce_scatter: the elementwise op over all sources."""
    library = _library("reduce", command.dtype.name, command.op)
    keep.append(library)
    size = command.dtype.size_bytes
    strides, out_strides = _strides(command.in_shape, size), _strides(command.out_shape, size)
    extents, offset = list(command.in_shape), 0
    if command.kind == "reduce_scatter":
        first, full = _take_part(extents, command.dim, position, len(sources))
        offset = first * strides[command.dim]
        if not full:
            _zero(command, holder, fill, keep)
    if not math.prod(extents):
        return
    dims, run = _rows(extents, strides, out_strides, size)
    for outer, length, at in _cut_run(dims, run, TASK_BYTES // 4):
        # At most the dims before ``dim`` and the chunks of a run: the former merge, so chunks exist only alone.
        row = outer[0] if outer else _Dim(1, 0, 0)
        rest = outer[1:]
        for index in range(math.prod(d.extent for d in rest)):
            shift_s = shift_t = 0
            for d in reversed(rest):
                shift_s += index % d.extent * d.source
                shift_t += index % d.extent * d.destination
                index //= d.extent
            per = min(row.extent, max(1, TASK_BYTES // (length * len(sources))))
            words: tuple[int | Pointer, ...] = (
                Pointer(holder, command.destination, at + shift_t),
                per,
                row.extent,
                length // size,
                row.source,
                row.destination,
                len(sources),
                *(Pointer(s, command.source, offset + at + shift_s) for s in sources),
            )
            touched = row.extent * length * (len(sources) + 1)
            work.jobs.append(Job(library["mj_collective"], (words,), -(-row.extent // per), touched))
