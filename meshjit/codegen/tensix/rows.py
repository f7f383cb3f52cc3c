"""Kernels that look at whole rows, columns or blocks: reductions, softmax and the norms, in phases.

A row is the set of tiles that one result depends on: the walk over tiles splits into outer dims (which row) and inner
dims (inside it). Each phase goes over the row once. What several phases read is read from DRAM in the first of them and
stays in L1 until the last, when L1 has room for the row (see :mod:`~meshjit.codegen.tensix.keeping`); else, and when
one phase reads it, it streams through. Accumulators are whole tiles in Dst, so a tile costs one elementwise
program; what lies inside a tile is reduced once per row and phase.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from meshjit.arch import TILE_DIM, Arch, tile_bytes
from meshjit.codegen.tensix import config, integers, keeping, registers, scatter, sfpu
from meshjit.codegen.tensix import functions as fn
from meshjit.codegen.tensix.eltwise import ComputeOperand, Operand, coordinates, kernel, operand_walk, walk
from meshjit.codegen.tensix.expression import Expression, emit
from meshjit.codegen.tensix.folds import ReduceOp, columns_lines, neutral, rows_lines
from meshjit.codegen.tensix.grid import buffers, rectangle, split
from meshjit.codegen.tensix.hw import Cb, hw
from meshjit.codegen.tensix.sfpu import Builder, V
from meshjit.errors import CodegenError
from meshjit.ir.program import Area, BufferAddress, Program, Role, Word
from meshjit.ir.types import BF16, I32, DType

#: Mode 2 steps Dst by 4 rows (one group of a reduction over columns), mode 3 by 2 (one vector).
MODES = ((0, 0), (0, 0), (0, 4), (0, 2))


@dataclass(frozen=True)
class ReduceSpec:
    """``op`` of ``expression(operands)`` over ``axes``; operands broadcast to ``shape``.

    ``out_shape`` has the reduced dims with size 1, or lacks them.
    """

    name: str
    expression: Expression
    operands: tuple[Operand, ...]
    shape: tuple[int, ...]
    axes: tuple[int, ...]
    op: ReduceOp
    dtype: DType
    out_shape: tuple[int, ...]


@dataclass(frozen=True)
class SoftmaxSpec:
    """Softmax over ``axis`` of one operand; with ``expression`` that is no buffer but computed from ``operands``."""

    name: str
    operand: Operand
    axis: int
    dtype: DType
    expression: Expression | None = None
    operands: tuple[Operand, ...] = ()


@dataclass(frozen=True)
class NormSpec:
    """layer_norm (operands x, weight, bias) or rms_norm (x, weight) over the last dim; with ``expression`` x is no
    buffer but computed from ``sources``."""

    name: str
    kind: Literal["layer_norm", "rms_norm"]
    operands: tuple[Operand, ...]
    eps: float
    dtype: DType
    expression: Expression | None = None
    sources: tuple[Operand, ...] = ()


@dataclass(frozen=True)
class Phase:
    """One pass over a row, compiled: see math_rows.ll.j2."""

    operands: tuple[int, ...]
    program: sfpu.Program
    masked: bool = False
    start: sfpu.Program = sfpu.NOTHING
    reduce_columns: tuple[str, ...] = ()
    reduce_rows: tuple[str, ...] = ()
    finish: sfpu.Program = sfpu.NOTHING
    emits: bool = False


@dataclass(frozen=True)
class RowOperand:
    """An operand (or the output) as the row templates walk it. One that is an index is made along dim ``outer_dim`` of
    the walk over rows, or ``inner_dim`` of the walk inside, the ``from_end``-th dim of the array from its end."""

    cb: Cb
    address_arg: int
    stride: tuple[int, ...]
    inner_stride: tuple[int, ...]
    broadcast: str
    outer_dim: int = -1
    inner_dim: int = -1
    from_end: int = 0


class _Layout:
    """The walk of a kernel over ``shape`` with the dims of ``axes`` inside the row, and its Dst slots."""

    def __init__(self, shape: tuple[int, ...], axes: Sequence[int], operands: int) -> None:
        rank = max(len(shape), 2)
        full = (1,) * (rank - len(shape)) + shape
        inner = {a + rank - len(shape) for a in axes}
        self.dims = walk(full)
        self.shape = full
        self.inner = tuple(sorted(inner))
        self.outer = tuple(d for d in range(rank) if d not in inner)
        self.over_columns = rank - 1 in inner
        self.over_rows = rank - 2 in inner
        self.valid = (
            (full[-2] - 1) % TILE_DIM + 1 if self.over_rows else TILE_DIM,
            (full[-1] - 1) % TILE_DIM + 1 if self.over_columns else TILE_DIM,
        )
        self.masked = self.valid != (TILE_DIM, TILE_DIM)
        self.mask_slot = operands
        self.a_slot, self.b_slot = operands + self.masked, operands + self.masked + 1

    @property
    def elements(self) -> int:
        """Elements of a row."""
        return math.prod(self.shape[d] for d in self.inner)

    @property
    def tiles(self) -> int:
        """Tiles of a row."""
        return math.prod(self.dims[d] for d in self.inner)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return math.prod(self.dims[d] for d in self.outer)

    def place(self, dim: int | None, rank: int) -> dict[str, int]:
        """Where an index along ``dim`` of an array of ``rank`` is counted, as fields of :class:`RowOperand`."""
        if dim is None:
            return {}
        at = dim + len(self.shape) - rank
        walk, dims = ("outer_dim", self.outer) if at in self.outer else ("inner_dim", self.inner)
        return {walk: dims.index(at), "from_end": len(self.shape) - at}

    def pick(self, values: Sequence[int], dims: Sequence[int]) -> tuple[int, ...]:
        return tuple(values[d] for d in dims)


class _Phases:
    """Builds the SFPU programs of a kernel; constants are loaded inline, since phases differ in them."""

    def __init__(self, arch: Arch, layout: _Layout, accumulators: int, dtype: DType) -> None:
        self.arch = arch
        self.fast = dtype == BF16
        self.integer = dtype == I32
        self.layout = layout
        self.used = layout.a_slot + accumulators
        if self.used > 8:
            raise CodegenError(
                "MJ4122",
                f"a fused reduction of {layout.mask_slot} operands; the Dst register file holds 8 tiles",
                fix="split the fused node: fuse fewer operations",
            )

    def builder(self) -> Builder:
        b = Builder(dst32=True, blackhole=self.arch.is_blackhole, slots=8, fast=self.fast)
        b.free_slots = list(range(self.used, 8))
        return b

    def compile(self, b: Builder, result: V, slot: int) -> sfpu.Program:
        b.store(result, slot)
        return registers.compile(b, pin=False)

    def constant(self, word: int, slot: int) -> sfpu.Program:
        b = self.builder()
        return self.compile(b, b.const_bits(word), slot)

    def mask(self, b: Builder, x: V, empty: int) -> V:
        """x where the mask is 1, the neutral element ``empty`` elsewhere."""
        if not self.layout.masked:
            return x
        return b.select(b.load(self.layout.mask_slot), 2, x, b.const_bits(empty))

    def combine(self, b: Builder, op: ReduceOp, x: V, y: V) -> V:
        add = b.int_add if self.integer else b.add
        return {"sum": add, "max": b.maximum, "min": b.minimum}[op](x, y)

    def accumulate(
        self, operands: Sequence[int], op: ReduceOp, slot: int, b: Builder, value: V, finish: sfpu.Program
    ) -> Phase:
        """The phase that reduces ``value`` (recorded in ``b``) over the row into ``slot``."""
        empty = neutral(op, self.integer)
        value = self.mask(b, value, empty)
        program = self.compile(b, self.combine(b, op, b.load(slot, keep=True), value), slot)
        return Phase(
            operands=tuple(operands),
            program=program,
            masked=self.layout.masked,
            start=self.constant(empty, slot),
            reduce_columns=columns_lines(op, slot, self.arch, self.integer) if self.layout.over_columns else (),
            reduce_rows=rows_lines(op, slot, self.arch, self.integer) if self.layout.over_rows else (),
            finish=finish,
        )


def build_reduce(spec: ReduceSpec, arch: Arch) -> Program:
    """The program of a reduction with a fused producer chain. Buffers: the operands, then the output."""
    layout = _Layout(spec.shape, spec.axes, len(spec.operands))
    p = _Phases(arch, layout, 1, spec.dtype)
    b = p.builder()
    inputs = [b.load(i) for i in range(len(spec.operands))]
    value = emit(b, spec.expression, inputs)
    result = p.builder()
    total = result.load(layout.a_slot, keep=True)
    if p.integer and spec.op != "sum":
        value, total = integers.sortable(b, value), integers.sortable(result, total)
    finish = p.compile(result, total, 0)
    phase = p.accumulate(range(len(spec.operands)), spec.op, layout.a_slot, b, value, finish)
    return _build(spec.name, arch, layout, spec.operands, spec.shape, (phase,), spec.dtype, out_shape=spec.out_shape)


def build_softmax(spec: SoftmaxSpec, arch: Arch) -> Program:
    """The program of a softmax: a pass for the maximum, one for the sum of exponentials, one for the result."""
    shape = spec.operand.shape
    expression = spec.expression or Expression(1, ())
    operands = spec.operands if spec.expression else (spec.operand,)
    every = range(len(operands))
    layout = _Layout(shape, (spec.axis,), len(operands))
    p = _Phases(arch, layout, 2, spec.dtype)
    a, total = layout.a_slot, layout.b_slot

    def power(b: Builder) -> V:
        x = emit(b, expression, [b.load(i) for i in every])
        return fn.exp(b, b.sub(x, b.load(a, keep=True)))

    b = p.builder()
    top = p.accumulate(every, "max", a, b, emit(b, expression, [b.load(i) for i in every]), sfpu.NOTHING)
    inverse = p.builder()
    finish = p.compile(inverse, fn.reciprocal(inverse, inverse.load(total, keep=True)), total)
    b = p.builder()
    summed = p.accumulate(every, "sum", total, b, power(b), finish)
    b = p.builder()
    out = Phase(tuple(every), p.compile(b, b.mul(power(b), b.load(total, keep=True)), 0), emits=True)
    return _build(spec.name, arch, layout, operands, shape, (top, summed, out), spec.dtype)


def build_norm(spec: NormSpec, arch: Arch) -> Program:
    """The program of layer_norm or rms_norm. Buffers: x or what it is computed from, weight(, bias), the output."""
    shape = spec.operands[0].shape
    expression = spec.expression or Expression(1, ())
    sources = spec.sources if spec.expression else spec.operands[:1]
    operands = (*sources, *spec.operands[1:])
    n = len(sources)
    layout = _Layout(shape, (len(shape) - 1,), len(operands))
    p = _Phases(arch, layout, 2, spec.dtype)
    a, scale = layout.a_slot, layout.b_slot
    count = 1.0 / layout.elements
    phases: list[Phase] = []
    centred = spec.kind == "layer_norm"

    def source(b: Builder) -> V:
        x = emit(b, expression, [b.load(i) for i in range(n)])
        return b.sub(x, b.load(a, keep=True)) if phases else x

    if centred:
        b = p.builder()
        mean = p.builder()
        finish = p.compile(mean, mean.mul(mean.load(a, keep=True), mean.const(count)), a)
        phases.append(p.accumulate(range(n), "sum", a, b, source(b), finish))
    b = p.builder()
    x = source(b)
    root = p.builder()
    variance = root.mad(root.load(scale, keep=True), root.const(count), root.const(spec.eps))
    finish = p.compile(root, fn.rsqrt(root, variance), scale)
    squares = p.accumulate(range(n), "sum", scale, b, b.mul(x, x), finish)
    b = p.builder()
    y = b.mul(b.mul(source(b), b.load(scale, keep=True)), b.load(n))
    if centred:
        y = b.add(y, b.load(n + 1))
    out = Phase(tuple(range(len(operands))), p.compile(b, y, 0), emits=True)
    return _build(spec.name, arch, layout, operands, shape, (*phases, squares, out), spec.dtype)


def _build(
    name: str,
    arch: Arch,
    layout: _Layout,
    operands: Sequence[Operand],
    shape: tuple[int, ...],
    phases: tuple[Phase, ...],
    dtype: DType,
    out_shape: tuple[int, ...] | None = None,
) -> Program:
    """The program of ``phases``; with ``out_shape`` it writes one tile a row, else all tiles of the row."""
    reduced = out_shape is not None
    record = hw(arch.name)
    n = len(operands)
    others = [(tile_bytes(dtype.size_bytes), 2), *([(tile_bytes(2), 4)] if layout.masked else [])]
    lists = tuple(phase.operands for phase in phases)
    made = {i for i, o in enumerate(operands) if o.index_dim is not None}
    pages = [tile_bytes(o.dtype.size_bytes) for o in operands]
    plan = keeping.plan(arch, pages, others, lists, made, layout.tiles)
    labels = [*(f"operand {i}" for i in range(n)), "output", "mask"]
    cbs = buffers(arch, [*zip(pages, plan.pages, strict=True), *others], labels)
    out, mask = cbs[n], cbs[n + 1] if layout.masked else None
    formats = tuple(config.unpack_format(o.dtype, to_dst=o.dtype != BF16) for o in operands)
    mask_format = config.unpack_format(BF16, to_dst=False)
    mixed = len({*formats, *([mask_format] if layout.masked else [])}) > 1
    full = layout.shape
    kept = tuple(1 if d in layout.inner else size for d, size in enumerate(full)) if reduced else full
    # Arguments: addresses, rows, output tiles, coordinates, first pages of the operands, of the output.
    count_arg, tiles_arg = n + 1, n + 2
    start_args = tuple(n + 3 + i for i in range(len(layout.outer)))
    page_args = tuple(n + 3 + len(layout.outer) + i for i in range(n + 1))
    walks = [operand_walk(o.shape, full) for o in operands]
    out_walk = operand_walk(kept, full)[0]
    rows = tuple(
        replace(
            RowOperand(cb, i, layout.pick(stride, layout.outer), layout.pick(stride, layout.inner), broadcast),
            **layout.place(o.index_dim, len(shape)),
        )
        for i, (o, cb, (stride, broadcast)) in enumerate(zip(operands, cbs, walks, strict=False))
    )
    buffer_of = iter(range(n))
    addresses: list[Word] = [BufferAddress(next(buffer_of)) if o.index_dim is None else o.origin for o in operands]
    num_buffers = next(buffer_of, n) + 1
    addresses.append(BufferAddress(num_buffers - 1))
    out_row = RowOperand(out, n, layout.pick(out_walk, layout.outer), layout.pick(out_walk, layout.inner), "")
    computes = tuple(ComputeOperand(cb, f, i) for i, (cb, f) in enumerate(zip(cbs, formats, strict=False)))
    outer, inner = layout.pick(layout.dims, layout.outer), layout.pick(layout.dims, layout.inner)
    rank = len(full)
    mask_dims = tuple(layout.inner.index(d) if d in layout.inner else -1 for d in (rank - 2, rank - 1))
    cores = rectangle(layout.rows, arch.grid)
    common = {"hw": record, "name": "kernel"}
    sources = (
        (Role.NCRISC, "tensix/reader_rows.ll.j2",
         {"operands": rows, "phases": plan.reads, "outer": outer, "inner": inner, "count_arg": count_arg,
          "start_args": start_args, "page_args": page_args, "mask": mask, "valid": layout.valid}),
        (Role.TRISC0, "tensix/unpack_rows.ll.j2",
         {"operands": computes, "phases": plan.takes, "inner": inner, "count_arg": count_arg, "mixed": mixed,
          "mask": mask, "masked": tuple(ph.masked for ph in phases), "mask_format": mask_format,
          "mask_dims": mask_dims}),
        (Role.TRISC1, "tensix/math_rows.ll.j2",
         {"operands": computes, "phases": phases, "mask_slot": layout.mask_slot, "tiles": layout.tiles,
          "count_arg": count_arg, "setup": (), "modes": MODES, "emit_last": reduced}),
        (Role.TRISC2, "tensix/pack_tiles.ll.j2", {"out": out, "slots": 1, "count_arg": tiles_arg}),
        (Role.BRISC, "tensix/writer_rows.ll.j2",
         {"cbs": cbs, "out": out, "operands": (out_row,), "outer": outer, "inner": () if reduced else inner,
          "address_arg": n, "count_arg": count_arg, "start_args": start_args, "page_args": page_args[n:]}),
    )  # fmt: skip
    fill: Sequence[tuple[int, ...]] = ((),) * len(cores)
    areas: tuple[Area, ...] = ()
    if out_shape is not None and not scatter.same_tiles(kept, out_shape):
        writer = scatter.plan(kept, out_shape, layout.outer, cbs[-1], dtype.size_bytes, page_args[-1] + 1)
        out_row = replace(out_row, stride=writer.stride)
        params = {**sources[-1][2], **writer.parameters, "operands": (out_row,)}
        sources = (*sources[:-1], (Role.BRISC, "tensix/writer_scatter.ll.j2", params))
        fill, areas = writer.fill(cores), writer.areas
    kernels = tuple(kernel(name, role, template, arch, cores, **common, **params) for role, template, params in sources)
    arguments: list[tuple[tuple[int, int], tuple[Word, ...]]] = []
    for share, extra in zip(split(layout.rows, cores), fill, strict=True):
        at = coordinates(min(share.start, layout.rows - 1), outer)
        pages = [sum(c * s for c, s in zip(at, o.stride, strict=True)) for o in (*rows, out_row)]
        tiles = share.count * (1 if reduced else layout.tiles)
        arguments.append((share.core, (*addresses, share.count, tiles, *at, *pages, *extra)))
    dtypes = [*(o.dtype for o in operands), dtype, *([BF16] if layout.masked else [])]
    return Program(
        name=name,
        target=arch.name,
        kernels=kernels,
        arguments=tuple(arguments),
        num_buffers=num_buffers,
        circular_buffers=tuple(cb.declare(d) for cb, d in zip(cbs, dtypes, strict=True)),
        config=config.table(arch, unpack0=formats[0], unpack1=formats[0], out=dtype, dst32=True),
        areas=areas,
    )
