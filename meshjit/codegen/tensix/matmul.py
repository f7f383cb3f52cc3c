"""Matmul with a fused epilogue: output blocks spread over the cores, K summed in Dst, one SFPU program at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Literal

from meshjit.arch import MAX_ARGUMENT_WORDS, TILE_DIM, Arch, tile_bytes, tile_grid
from meshjit.codegen.tensix import config, isa, sfpu
from meshjit.codegen.tensix.eltwise import ComputeOperand, Operand, ReadOperand, kernel, operand_walk
from meshjit.codegen.tensix.expression import Expression, emit
from meshjit.codegen.tensix.grid import buffers, rectangle, split
from meshjit.codegen.tensix.hw import hw
from meshjit.errors import CodegenError
from meshjit.ir.program import BufferAddress, Program, Role, Word
from meshjit.ir.types import BF16, DType

Fidelity = Literal["lofi", "hifi2", "hifi3", "hifi4"]
PHASES: dict[str, int] = {"lofi": 1, "hifi2": 2, "hifi3": 3, "hifi4": 4}

#: SrcA's step after each of the 16 MVMULs, as address modes (0: 0 rows, 1: 32, 2: 48, 3: 16 and the next phase), and
#: the Dst row each adds to. SrcB steps by 8 rows, so MVMUL i reads rows 8 i mod 64 of SrcB.
_ADDR_MODES = (0, 1, 0, 1, 0, 1, 0, 2, 0, 1, 0, 1, 0, 1, 0, 3)
_DST_ROWS = (0, 8, 0, 8, 32, 40, 32, 40, 16, 24, 16, 24, 48, 56, 48, 56)
MVMUL_STEPS = tuple(zip(_DST_ROWS, _ADDR_MODES, strict=True))


def _ab(a: int, b: int) -> int:
    """The SrcA/SrcB word of an address mode: rows to step each by."""
    return a | b << 8


_FIDELITY_STEP = 1 << 13
MODES = ((_ab(0, 8), 0), (_ab(32, 8), 0), (_ab(48, 8), 0), (_ab(16, 8), _FIDELITY_STEP))


@dataclass(frozen=True)
class MatmulSpec:
    """``epilogue(a @ b, *operands)``.

    ``a`` is (..., m, k), ``b`` (..., k, n), leading dims broadcast; ``operands`` are broadcast to the output's shape;
    ``epilogue`` takes the product as value 0, then the operands (None: the product itself). Inputs in f32 are
    multiplied as TF32 (10 mantissa bits). ``fp32_accumulate`` keeps the sum in float32, else in bfloat16.
    """

    name: str
    a: Operand
    b: Operand
    dtype: DType
    epilogue: Expression | None = None
    operands: tuple[Operand, ...] = ()
    fidelity: Fidelity = "hifi2"
    fp32_accumulate: bool = True

    @property
    def shape(self) -> tuple[int, ...]:
        """The output's shape."""
        lead_a, lead_b = self.a.shape[:-2], self.b.shape[:-2]
        rank = max(len(lead_a), len(lead_b))
        pad_a, pad_b = (1,) * (rank - len(lead_a)) + lead_a, (1,) * (rank - len(lead_b)) + lead_b
        lead = tuple(max(x, y) if min(x, y) else 0 for x, y in zip(pad_a, pad_b, strict=True))
        return (*lead, self.a.shape[-2], self.b.shape[-1])


@dataclass(frozen=True)
class Plan:
    """How a matmul is cut: tiles of a block, the epilogue's program, how many blocks of Dst slots it uses."""

    rows: int
    columns: int
    program: sfpu.Program
    phases: int


def _lead_offset(index: tuple[int, ...], shape: tuple[int, ...], pages: int) -> int:
    """The first page of an operand's matrix for one leading index of the output, broadcasting dims of size 1."""
    lead = shape[:-2]
    offset = 0
    for i, n in zip(index[len(index) - len(lead) :], lead, strict=True):
        offset = offset * n + (i if n > 1 else 0)
    return offset * pages


def _epilogue(spec: MatmulSpec, arch: Arch, tiles: int) -> sfpu.Program | None:
    """The epilogue's SFPU program when a block has ``tiles`` tiles, or None when Dst is too small for it."""
    if spec.epilogue is None and spec.fp32_accumulate:
        return sfpu.NOTHING
    expression = spec.epilogue or Expression(1, ())
    slots = (8 if spec.fp32_accumulate else 16) // tiles
    if 1 + len(spec.operands) > slots:
        return None
    builder = sfpu.Builder(
        dst32=spec.fp32_accumulate,
        blackhole=arch.is_blackhole,
        slots=slots,
        stride=64 * tiles,
        fast=spec.dtype == BF16,
    )
    inputs = [builder.load(slot) for slot in range(1 + len(spec.operands))]
    if spec.epilogue is None:
        return sfpu.NOTHING
    result = emit(builder, expression, inputs)
    builder.store(result if spec.fp32_accumulate else builder.round_bf16(result), 0)
    try:
        return sfpu.compile(builder)
    except CodegenError as error:
        if error.code == "MJ4111" and tiles > 1:
            return None
        raise


def plan(spec: MatmulSpec, arch: Arch) -> Plan:
    """The block shape that the cost model likes best among those that Dst holds.

    The model counts, for the core with most blocks, 16 cycles a fidelity phase and tile product and 100 cycles a tile
    read (a DRAM page every 100 cycles, a share of 288 GB/s among 64 cores).
    """
    _, m, _ = tile_grid(spec.a.shape)
    _, _, n = tile_grid(spec.b.shape)
    batch = prod(spec.shape[:-2])
    cores = arch.grid[0] * arch.grid[1]
    phases = PHASES[spec.fidelity]
    best: tuple[float, Plan] | None = None
    for tiles in (4, 3, 2, 1):
        program = _epilogue(spec, arch, tiles)
        if program is None:
            continue
        for rows in range(1, tiles + 1):
            if tiles % rows or rows > m or tiles // rows > n:
                continue
            columns = tiles // rows
            blocks = batch * -(-m // rows) * -(-n // columns)
            worst = -(-blocks // cores)
            cost = worst * (tiles * 16 * phases + 100 * (rows + columns))
            if best is None or cost < best[0]:
                best = cost, Plan(rows, columns, program, phases)
    if best is None:
        raise CodegenError(
            "MJ4111",
            f"the epilogue of {spec.name} keeps more values alive than the Dst register file holds",
            fix="split the fused node: fuse fewer operations",
        )
    return best[1]


def build(spec: MatmulSpec, arch: Arch) -> Program:
    """The program of one matmul. Its buffers are a, b, the epilogue's operands, then the output.

    Raises :class:`~meshjit.errors.CodegenError` when it does not fit the cores (MJ4106, MJ411x, MJ412x).
    """
    cut = plan(spec, arch)
    record = hw(arch.name)
    _, m, k = tile_grid(spec.a.shape)
    _, kb, n = tile_grid(spec.b.shape)
    assert k == kb
    page = {d: tile_bytes(d.size_bytes) for d in {spec.a.dtype, spec.b.dtype, spec.dtype}}
    sizes = [
        (page[spec.a.dtype], 4 * cut.rows),
        (page[spec.b.dtype], 4 * cut.columns),
        *((tile_bytes(o.dtype.size_bytes), 2) for o in spec.operands),
        (page[spec.dtype], 2 * cut.rows * cut.columns),
    ]
    labels = ["first operand", "second operand", *(f"operand {i}" for i in range(len(spec.operands))), "output"]
    cbs = buffers(arch, sizes, labels)
    a, b, out = cbs[0], cbs[1], cbs[-1]
    count = len(spec.operands)
    count_arg, blocks_arg, block_words = count + 3, count + 4, 5 + count
    walks = [operand_walk(o.shape, spec.shape) for o in spec.operands]
    reads = tuple(
        ReadOperand(cb, 2 + i, stride[-2:], broadcast)
        for i, (cb, (stride, broadcast)) in enumerate(zip(cbs[2:-1], walks, strict=True))
    )
    b_format = config.unpack_format(spec.b.dtype, to_dst=False)
    formats = tuple(config.unpack_format(o.dtype, to_dst=o.dtype != BF16) for o in spec.operands)
    computes = tuple(ComputeOperand(cb, f, 1 + i) for i, (cb, f) in enumerate(zip(cbs[2:-1], formats, strict=True)))
    if any(f.to_dst for f in formats) and not spec.fp32_accumulate:
        raise CodegenError(
            "MJ4123",
            f"{spec.name}: a float32 operand needs float32 accumulation",
            fix="leave the accumulation in float32",
        )
    mop = _mop(cut.phases, arch)
    blocks = {"count_arg": count_arg, "blocks_arg": blocks_arg, "block_words": block_words}
    common = {"hw": record, "name": "kernel", "rows": cut.rows, "columns": cut.columns, "k_tiles": k, **blocks}
    step_row = (record.addr_mod_dst[3], 2)
    sources = (
        (Role.NCRISC, "tensix/reader_matmul.ll.j2",
         {"a": a, "b": b, "a_arg": 0, "b_arg": 1, "a_stride": (k, 1), "b_stride": (n, 1), "operands": reads,
          "k_valid": spec.a.shape[-1] % TILE_DIM}),
        (Role.TRISC0, "tensix/unpack_matmul.ll.j2",
         {"a": a, "b": b, "b_format": b_format, "operands": computes, "mixed": any(f != b_format for f in formats)}),
        (Role.TRISC1, "tensix/math_matmul.ll.j2",
         {"steps": MVMUL_STEPS, "mop": mop, "modes": MODES, "epilogue_modes": (step_row,),
          "restore": ((step_row[0], _FIDELITY_STEP),), "operands": computes, "program": cut.program,
          "setup": cut.program.setup}),
        (Role.TRISC2, "tensix/pack_matmul.ll.j2", {"out": out}),
        (Role.BRISC, "tensix/writer_matmul.ll.j2",
         {"cbs": cbs, "out": out, "address_arg": 2 + count, "row_stride": n}),
    )  # fmt: skip
    items = _blocks(spec, cut, (m, n, k), walks)
    cores = rectangle(len(items), arch.grid)
    kernels = tuple(kernel(spec.name, r, t, arch, cores, **common, **p) for r, t, p in sources)
    arguments: list[tuple[tuple[int, int], tuple[Word, ...]]] = []
    for share in split(len(items), cores):
        mine = items[share.start : share.start + share.count]
        addresses = tuple(BufferAddress(i) for i in range(count + 3))
        arguments.append((share.core, (*addresses, share.count, *(w for item in mine for w in item))))
    most = max(len(words) for _, words in arguments)
    if most > MAX_ARGUMENT_WORDS:
        raise CodegenError(
            "MJ4125",
            f"{spec.name} gives a core {most} argument words, {MAX_ARGUMENT_WORDS} fit",
            operands=[f"a: {spec.a.shape}", f"b: {spec.b.shape}"],
            fix="shard the tensors over more devices",
        )
    return Program(
        name=spec.name,
        target=arch.name,
        kernels=kernels,
        arguments=tuple(arguments),
        num_buffers=count + 3,
        circular_buffers=tuple(
            cb.declare(d)
            for cb, d in zip(
                cbs, [spec.a.dtype, spec.b.dtype, *(o.dtype for o in spec.operands), spec.dtype], strict=True
            )
        ),
        config=config.table(
            arch,
            unpack0=b_format,
            unpack1=config.unpack_format(spec.a.dtype, to_dst=False),
            out=spec.dtype,
            dst32=spec.fp32_accumulate,
        ),
    )


def _mop(phases: int, arch: Arch) -> tuple[int, ...]:
    """The MOP template (ISA documentation, MOPExpander, template 1): the replay buffer, ``phases`` times, then both
    source registers handed back and the counters reset."""

    def word(line: str) -> int:
        return isa.encode_line(line, arch.name)

    nop, replay = word("NOP"), word("REPLAY length=16 start=0")
    return (1, phases, nop, word("SETRWC mask=15 clear=3"), nop, replay, nop, replay, replay)


def _blocks(
    spec: MatmulSpec, cut: Plan, tiles: tuple[int, int, int], walks: Sequence[tuple[tuple[int, ...], str]]
) -> list[tuple[int, ...]]:
    """One record per output block: rows, columns, first pages of a, b, the output and the epilogue's operands."""
    m, n, k = tiles
    out: list[tuple[int, ...]] = []
    lead = spec.shape[:-2]
    for number, index in enumerate(product(*(range(d) for d in lead))):
        a_first = _lead_offset(index, spec.a.shape, m * k)
        b_first = _lead_offset(index, spec.b.shape, k * n)
        bases = [sum(i * s for i, s in zip(index, stride[:-2], strict=True)) for stride, _ in walks]
        for j in range(0, n, cut.columns):
            for i in range(0, m, cut.rows):
                pages = [base + i * stride[-2] + j * stride[-1] for base, (stride, _) in zip(bases, walks, strict=True)]
                out.append(
                    (
                        min(cut.rows, m - i),
                        min(cut.columns, n - j),
                        a_first + i * k,
                        b_first + j,
                        number * m * n + i * n + j,
                        *pages,
                    )
                )
    return out
