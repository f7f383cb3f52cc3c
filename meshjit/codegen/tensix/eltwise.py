"""Fused elementwise chains: one pass over the output's tiles, any number of broadcast operands, one SFPU program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from meshjit.arch import Arch, num_tiles, tile_bytes, tile_grid
from meshjit.codegen import riscv
from meshjit.codegen.templates import compact, render_marked
from meshjit.codegen.tensix import config, fpu, registers, sfpu
from meshjit.codegen.tensix.expression import Expression, emit
from meshjit.codegen.tensix.grid import buffers, rectangle, split
from meshjit.codegen.tensix.hw import Cb, hw
from meshjit.errors import CodegenError
from meshjit.ir.program import BufferAddress, CoreRange, Kernel, Program, Role, Word
from meshjit.ir.types import BF16, DType


@dataclass(frozen=True)
class Operand:
    """A tensor operand: its local shape and element type.

    With ``index_dim`` the operand is no buffer but the int32 index along that dim of the output, counted from
    ``origin``, which may depend on the device.
    """

    shape: tuple[int, ...]
    dtype: DType
    index_dim: int | None = None
    origin: Word = 0


@dataclass(frozen=True)
class EltwiseSpec:
    """``expression`` applied to ``operands``, broadcast as in NumPy to ``shape``; one output of ``dtype``."""

    name: str
    expression: Expression
    operands: tuple[Operand, ...]
    shape: tuple[int, ...]
    dtype: DType


@dataclass(frozen=True)
class ReadOperand:
    """An operand as the reader template sees it."""

    cb: Cb
    address_arg: int
    stride: tuple[int, ...]
    broadcast: str
    index_dim: int = -1


@dataclass(frozen=True)
class ComputeOperand:
    """An operand as the unpack and math templates see it: through ``unpacker`` 0 into Dst ``slot`` (straight, or by
    SrcA), or with ``paired`` into SrcA (unpacker 0) or SrcB (1) for the matrix unit."""

    cb: Cb
    format: config.UnpackFormat
    slot: int
    unpacker: int = 0
    paired: bool = False


def walk(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The extents of a walk over the tiles of ``shape``, outermost dim first."""
    _, rows, columns = tile_grid(shape)
    return (*shape[:-2], rows, columns)


def operand_walk(operand: tuple[int, ...], shape: tuple[int, ...]) -> tuple[tuple[int, ...], str]:
    """Pages per step of each dim of ``walk(shape)`` for an operand broadcast to ``shape``, and the broadcast inside a
    tile: "", "row" (one row for all), "column" or "scalar"."""
    rank = max(len(shape), 2)
    padded = (1,) * (rank - len(operand)) + operand
    full = (1,) * (rank - len(shape)) + shape
    _, rows, columns = tile_grid(operand)
    strides: list[int] = []
    step = rows * columns
    for have, want in zip(reversed(padded[:-2]), reversed(full[:-2]), strict=True):
        strides.append(0 if have == 1 and want != 1 else step)
        step *= have
    strides.reverse()
    one_row = padded[-2] == 1 and full[-2] != 1
    one_column = padded[-1] == 1 and full[-1] != 1
    strides += [0 if one_row else columns, 0 if one_column else 1]
    return tuple(strides), {(0, 0): "", (1, 0): "row", (0, 1): "column", (1, 1): "scalar"}[one_row, one_column]


def coordinates(index: int, dims: Sequence[int]) -> tuple[int, ...]:
    """The row-major coordinates of ``index``; zeros in an empty array."""
    out: list[int] = []
    for n in reversed(dims):
        out.append(max(index, 0) % max(n, 1))
        index //= max(n, 1)
    return tuple(reversed(out))


def formats(operands: Sequence[Operand]) -> tuple[tuple[config.UnpackFormat, ...], bool]:
    """How each operand is unpacked, and whether they differ."""
    all_formats = tuple(config.unpack_format(o.dtype, to_dst=o.dtype != BF16) for o in operands)
    return all_formats, len(set(all_formats)) > 1


def sfpu_program(arch: Arch, expression: Expression, slots: Sequence[int], out: DType) -> sfpu.Program:
    """The SFPU program that reads its inputs from Dst ``slots`` and leaves the result in slot 0.

    There is none when the result is the first input as it stands.
    """
    if not expression.steps and list(slots) == [0]:
        return sfpu.NOTHING
    builder = sfpu.Builder(dst32=True, blackhole=arch.is_blackhole, slots=8, fast=out == BF16)
    inputs = [builder.load(slot) for slot in slots]
    if 0 in builder.free_slots:
        builder.free_slots.remove(0)
    builder.store(emit(builder, expression, inputs), 0)
    return registers.compile(builder)


def build(spec: EltwiseSpec, arch: Arch) -> Program:
    """The program of one fused elementwise node.

    Its buffers are the operands in order (those that are no index), then the output. Raises
    :class:`~meshjit.errors.CodegenError` when it does not fit the core (MJ4106, MJ411x, MJ412x).
    """
    record = hw(arch.name)
    total = num_tiles(spec.shape)
    cores = rectangle(total, arch.grid)
    dims = walk(spec.shape)
    sizes = [(tile_bytes(o.dtype.size_bytes), 2) for o in spec.operands] + [(tile_bytes(spec.dtype.size_bytes), 2)]
    cbs = buffers(arch, sizes, [f"operand {i}" for i in range(len(spec.operands))] + ["output"])
    ins, out = cbs[:-1], cbs[-1]
    operand_formats, mixed = formats(spec.operands)
    n = len(spec.operands)
    # Arguments: operand addresses, output address, start, count, coordinates, first pages.
    start_arg, count_arg = n + 1, n + 2
    coordinate_args = tuple(n + 3 + i for i in range(len(dims)))
    page_args = tuple(n + 3 + len(dims) + i for i in range(n))
    walks = [operand_walk(o.shape, spec.shape) for o in spec.operands]
    cut = fpu.split(
        spec.expression,
        [o.dtype == BF16 and o.index_dim is None for o in spec.operands],
        [broadcast for _, broadcast in walks],
    )
    for pair in cut.pairs:  # what the matrix unit repeats itself, the reader need not
        walks[pair.b] = walks[pair.b][0], walks[pair.b][1] if not pair.broadcast else ""
    lead = len(dims) - len(spec.shape)
    reads = tuple(
        ReadOperand(cb, i, stride, broadcast, -1 if o.index_dim is None else o.index_dim + lead)
        for i, (o, cb, (stride, broadcast)) in enumerate(zip(spec.operands, ins, walks, strict=True))
    )
    buffer_of = iter(range(n))
    addresses: list[Word] = [BufferAddress(next(buffer_of)) if o.index_dim is None else o.origin for o in spec.operands]
    num_buffers = next(buffer_of, n) + 1
    addresses.append(BufferAddress(num_buffers - 1))
    computes = _placed(cut, ins, operand_formats)
    program = sfpu_program(arch, cut.expression, range(cut.expression.inputs), spec.dtype)
    first = operand_formats[0] if operand_formats else config.unpack_format(BF16, to_dst=False)
    common = {"hw": record, "name": "kernel", "count_arg": count_arg}
    sources = (
        (Role.NCRISC, "tensix/reader_tiles.ll.j2",
         {"operands": reads, "dims": dims, "start_args": coordinate_args, "page_args": page_args}),
        (Role.TRISC0, "tensix/unpack_tiles.ll.j2", {"operands": computes, "mixed": mixed}),
        (Role.TRISC1, "tensix/math_tiles.ll.j2",
         {"operands": computes, "pairs": cut.lines, "program": program, "setup": program.setup, "modes": cut.modes}),
        (Role.TRISC2, "tensix/pack_tiles.ll.j2", {"out": out, "slots": 1}),
        (Role.BRISC, "tensix/writer_range.ll.j2", {"cbs": cbs, "out": out, "address_arg": n, "start_arg": start_arg}),
    )  # fmt: skip
    kernels = tuple(
        kernel(spec.name, role, template, arch, cores, **common, **params) for role, template, params in sources
    )
    arguments: list[tuple[tuple[int, int], tuple[Word, ...]]] = []
    for share in split(total, cores):
        at = coordinates(min(share.start, total - 1), dims)
        pages = tuple(sum(c * s for c, s in zip(at, stride, strict=True)) for stride, _ in walks)
        arguments.append((share.core, (*addresses, share.start, share.count, *at, *pages)))
    return Program(
        name=spec.name,
        target=arch.name,
        kernels=kernels,
        arguments=tuple(arguments),
        num_buffers=num_buffers,
        circular_buffers=tuple(
            cb.declare(d) for cb, d in zip(cbs, [*(o.dtype for o in spec.operands), spec.dtype], strict=True)
        ),
        config=config.table(
            arch, unpack0=first, unpack1=config.unpack_format(BF16, to_dst=False), out=spec.dtype, dst32=True
        ),
    )


def _placed(cut: fpu.Split, cbs: Sequence[Cb], formats: Sequence[config.UnpackFormat]) -> tuple[ComputeOperand, ...]:
    """The operands in the order in which they are unpacked: pairs, then the rest.

    Raises :class:`~meshjit.errors.CodegenError` (MJ4122) when they take more than the 8 slots of Dst.
    """
    if cut.expression.inputs > 8:
        raise CodegenError(
            "MJ4122",
            f"a fused node of {len(cbs)} operands; the Dst register file holds 8 tiles",
            fix="split the fused node: fuse fewer operations",
        )
    paired = [
        ComputeOperand(cbs[o], formats[o], slot, unpacker, True)
        for slot, pair in enumerate(cut.pairs)
        for unpacker, o in enumerate((pair.a, pair.b))
    ]
    singles = [ComputeOperand(cbs[o], formats[o], len(cut.pairs) + i) for i, o in enumerate(cut.singles)]
    return (*paired, *singles)


def kernel(program: str, role: Role, template: str, arch: Arch, cores: CoreRange, /, **params: object) -> Kernel:
    """Render and build one kernel."""
    marked = render_marked(template, **params)
    text = compact(marked)
    stem = template.rsplit("/", 1)[1].split(".")[0]
    label = f"{program}.{stem}"
    binary = riscv.build(text, role, arch, name=label, marked=marked)
    return Kernel(label, role, binary, text, template, cores, marked)


def reorder(program: Program, order: Sequence[int], num_inputs: int) -> Program:
    """The program with its input buffers renumbered: what it calls buffer i is the launch's buffer ``order[i]``."""
    places = [*order, num_inputs]

    def move(word: Word) -> Word:
        return replace(word, index=places[word.index]) if isinstance(word, BufferAddress) else word

    arguments = tuple((core, tuple(move(w) for w in words)) for core, words in program.arguments)
    return replace(program, arguments=arguments, num_buffers=num_inputs + 1)
