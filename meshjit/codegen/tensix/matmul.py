"""Matmul with a fused epilogue: output blocks spread over the cores, K summed in Dst, one SFPU program at the end.

Cores that need the same tiles share them by multicast, and a core keeps what its next block needs again: see
:class:`~meshjit.codegen.tensix.matmul_blocks.Plan`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

from meshjit.arch import MAX_ARGUMENT_WORDS, TILE_DIM, Arch, tile_bytes
from meshjit.codegen.tensix import config, isa, registers, sfpu
from meshjit.codegen.tensix.eltwise import ComputeOperand, Operand, ReadOperand, kernel, operand_walk
from meshjit.codegen.tensix.expression import Expression, emit
from meshjit.codegen.tensix.grid import buffers, fits
from meshjit.codegen.tensix.hw import Cb, Hw, hw
from meshjit.codegen.tensix.matmul_blocks import Layout, Plan, Problem, Share, assign, count, groups, layout, reachable
from meshjit.codegen.tensix.multicast import GROUP_WORDS, GroupRecord, group_words
from meshjit.codegen.tensix.products import products
from meshjit.errors import CodegenError
from meshjit.ir.program import BufferAddress, Kernel, Program, Role, Word
from meshjit.ir.types import BF16, DType

Fidelity = Literal["lofi", "hifi2", "hifi3", "hifi4"]
PHASES: dict[str, int] = {"lofi": 1, "hifi2": 2, "hifi3": 3, "hifi4": 4}


@dataclass(frozen=True)
class MatmulSpec:
    """``epilogue(a @ b, *operands)``.

    ``a`` is (..., m, k), ``b`` (..., k, n), leading dims broadcast; ``operands`` are broadcast to the output's shape;
    ``epilogue`` takes the product as value 0, then the operands (None: the product itself). Inputs in f32 are
    multiplied as TF32 (10 mantissa bits). ``fp32_accumulate`` keeps the sum in float32, else in bfloat16. With
    ``a_transposed`` the buffer of ``a`` holds (..., k, m), which the matrix unit transposes; with ``b_transposed`` that
    of ``b`` holds (..., n, k), which the unpacker transposes.
    """

    name: str
    a: Operand
    b: Operand
    dtype: DType
    epilogue: Expression | None = None
    operands: tuple[Operand, ...] = ()
    fidelity: Fidelity = "hifi2"
    fp32_accumulate: bool = True
    a_transposed: bool = False
    b_transposed: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        """The output's shape."""
        lead_a, lead_b = self.a.shape[:-2], self.b.shape[:-2]
        rank = max(len(lead_a), len(lead_b))
        pad_a, pad_b = (1,) * (rank - len(lead_a)) + lead_a, (1,) * (rank - len(lead_b)) + lead_b
        lead = tuple(max(x, y) if min(x, y) else 0 for x, y in zip(pad_a, pad_b, strict=True))
        return (*lead, self.a.shape[-2], self.b.shape[-1])

    @property
    def problem(self) -> Problem:
        """The matmul in tiles."""
        return Problem.of(
            self.a.shape, self.b.shape, self.shape, a_transposed=self.a_transposed, b_transposed=self.b_transposed
        )


#: What plans are costed with, in cycles of the cores' clock: bytes of DRAM per cycle (288 GB/s at 1 GHz, 512 GB/s at
#: 1.35 GHz) and of the NoC into one core (ISA documentation, NoC/README), RISC-V work per page read and per step of K,
#: the handshake of one multicast, unpacking and packing of one tile.
_DRAM_BYTES, _DRAM_BYTES_BLACKHOLE = 288, 380
_NOC_BYTES, _NOC_BYTES_BLACKHOLE = 32, 64
_PAGE_CYCLES, _STEP_CYCLES, _HANDSHAKE_CYCLES, _UNPACK_CYCLES, _PACK_CYCLES = 60, 150, 600, 40, 150
#: Words of a block's record before its operands' pages.
_RECORD = 6


@dataclass(frozen=True)
class MatrixRecord:
    """One of the two matrices as templates see it: see kernel_templates/tensix/reader_matmul.ll.j2."""

    key: str
    extent: str
    cb: Cb
    address_arg: int
    lines: int
    stride: tuple[int, int]
    unpacker: int
    k_last: bool
    panel: bool
    group: GroupRecord | None


def dst_slots(spec: MatmulSpec, halves: int) -> int:
    """Tiles that a block may have in Dst, epilogue operands included."""
    return (8 if spec.fp32_accumulate else 16) // halves


def _epilogue(spec: MatmulSpec, arch: Arch, tiles: int, halves: int) -> sfpu.Program | None:
    """The epilogue's SFPU program when a block has ``tiles`` tiles, or None when Dst is too small for it."""
    slots = dst_slots(spec, halves) // tiles
    if 1 + len(spec.operands) > slots:
        return None
    if spec.epilogue is None and spec.fp32_accumulate:
        return sfpu.NOTHING
    expression = spec.epilogue or Expression(1, ())
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
        return registers.compile(builder)
    except CodegenError as error:
        if error.code == "MJ4111" and tiles * halves > 1:
            return None
        raise


def _sizes(spec: MatmulSpec, problem: Problem, cut: Plan) -> tuple[list[tuple[int, int]], list[str]]:
    """The L1 budget: (page bytes, pages) and name of every circular buffer of a plan."""
    padded = -(-problem.k // cut.k_block) * cut.k_block
    deep = {x: padded if cut.keep == x else cut.depth * cut.k_block for x in ("a", "b")}
    sizes = [
        (tile_bytes(spec.a.dtype.size_bytes), cut.rows * deep["a"]),
        (tile_bytes(spec.b.dtype.size_bytes), cut.columns * deep["b"]),
        *((tile_bytes(o.dtype.size_bytes), 2) for o in spec.operands),
        (tile_bytes(spec.dtype.size_bytes), 2 * cut.rows * cut.columns),
    ]
    return sizes, ["first operand", "second operand", *(f"operand {i}" for i in range(len(spec.operands))), "output"]


def cost(spec: MatmulSpec, arch: Arch, cut: Plan) -> float:
    """Cycles that a plan is expected to take: what is slower, mathematics or reading, and a quarter of the other."""
    problem = spec.problem
    place = layout(problem, cut, arch)
    work = count(problem, cut, place)
    steps = -(-problem.k // cut.k_block)
    sizes, _ = _sizes(spec, problem, cut)
    one = 16 * PHASES[spec.fidelity] + (5 if spec.a_transposed else 2)
    unpack = cut.unpacks(a_transposed=spec.a_transposed) * _UNPACK_CYCLES
    math = max(cut.rows * cut.columns * one, unpack)
    pack = _PACK_CYCLES * cut.rows * cut.columns
    compute = work.blocks * (max(problem.k * math, pack) if cut.halves == 2 else problem.k * math + pack)
    dram = issue = arrive = 0.0
    for x, lines, (page, _), loads, sharers in (
        ("a", cut.rows, sizes[0], work.loads_a, place.across or 1),
        ("b", cut.columns, sizes[1], work.loads_b, place.down or 1),
    ):
        shared = x in cut.share
        readers = len(place.cores) / (sharers if shared else 1)
        pages = loads * lines * problem.k
        dram += readers * pages * page
        issue += pages * _PAGE_CYCLES + loads * steps * (_HANDSHAKE_CYCLES if shared else 0)
        arrive += pages * page
    dram_rate, noc_rate = (
        (_DRAM_BYTES_BLACKHOLE, _NOC_BYTES_BLACKHOLE) if arch.is_blackhole else (_DRAM_BYTES, _NOC_BYTES)
    )
    reading = max(dram / dram_rate, arrive / noc_rate, issue + work.blocks * steps * _STEP_CYCLES)
    return max(compute, reading) + 0.25 * min(compute, reading)


def plan(spec: MatmulSpec, arch: Arch) -> Plan:
    """The plan that the cost model likes best among those that Dst and L1 hold.

    Raises :class:`~meshjit.errors.CodegenError` (MJ4111) when even one tile's epilogue does not fit into Dst.
    """
    problem = spec.problem
    best: tuple[float, Plan] | None = None
    roomy = False
    for cut in _candidates(spec, arch, problem):
        roomy = True
        if not _fits(spec, problem, cut, arch):
            continue
        cycles = cost(spec, arch, cut)
        if (best is None or cycles < best[0]) and (not cut.share or reachable(layout(problem, cut, arch), cut, arch)):
            best = cycles, cut
    if best is not None:
        return best[1]
    if roomy:  # not even single tiles fit: let the budget name the buffer
        return Plan(1, 1, 1, halves=1)
    raise CodegenError(
        "MJ4111",
        f"the epilogue of {spec.name} keeps more values alive than the Dst register file holds",
        fix="split the fused node: fuse fewer operations",
    )


def _candidates(spec: MatmulSpec, arch: Arch, problem: Problem) -> Iterator[Plan]:
    m, n = problem.m, problem.n
    page = max(tile_bytes(spec.a.dtype.size_bytes), tile_bytes(spec.b.dtype.size_bytes))
    k_block = max(min(4, problem.k, arch.noc.max_packet_bytes // page), 1)
    shares: tuple[Share, ...] = ("", "a", "b", "ab") if len(arch.workers) > 1 else ("",)
    programs: dict[tuple[int, int], bool] = {}
    for halves, rows, columns in product((2, 1), range(1, min(m, 16) + 1), range(1, min(n, 16) + 1)):
        tiles = rows * columns
        if tiles * (1 + len(spec.operands)) > dst_slots(spec, halves):
            continue
        if (tiles, halves) not in programs:
            programs[tiles, halves] = _epilogue(spec, arch, tiles, halves) is not None
        if not programs[tiles, halves]:
            continue
        for share in shares:
            yield Plan(rows, columns, k_block, share, "", halves)
            if n > columns:
                yield Plan(rows, columns, k_block, share, "a", halves)
            if m > rows:
                yield Plan(rows, columns, k_block, share, "b", halves)


def _fits(spec: MatmulSpec, problem: Problem, cut: Plan, arch: Arch) -> bool:
    """Whether L1 holds a plan's circular buffers and the argument block its blocks."""
    words = count(problem, cut, layout(problem, cut, arch)).blocks * (_RECORD + len(spec.operands))
    room = MAX_ARGUMENT_WORDS - _Arguments(len(spec.operands), tuple(cut.share)).blocks
    return words <= room and fits(arch, _sizes(spec, problem, cut)[0])


@dataclass(frozen=True)
class _Arguments:
    """Where the words of the argument block are: after the addresses and the count come groups, words that the cores
    share (aligned to 16 bytes), blocks."""

    operands: int
    groups: tuple[str, ...]

    @property
    def count(self) -> int:
        return self.operands + 3

    def group(self, key: str) -> int:
        return self.count + 1 + GROUP_WORDS * self.groups.index(key)

    @property
    def sync(self) -> int:
        after = self.count + 1 + GROUP_WORDS * len(self.groups)
        return -(-after // 4) * 4 if self.groups else after

    @property
    def blocks(self) -> int:
        return self.sync + (8 if self.groups else 0)

    def record(self, key: str, record: Hw) -> GroupRecord | None:
        """The group of an operand, None when nobody shares it."""
        if key not in self.groups:
            return None
        free = record.arguments + 4 * (self.sync + 4 * (key == "b"))
        return GroupRecord(key, self.group(key), free, free + 4)


def build(spec: MatmulSpec, arch: Arch, cut: Plan | None = None) -> Program:
    """The program of one matmul. Its buffers are a, b, the epilogue's operands, then the output.

    ``cut`` says how, else :func:`plan` chooses. Raises :class:`~meshjit.errors.CodegenError` when it does not fit the
    cores (MJ4106, MJ411x, MJ412x).
    """
    cut = cut or plan(spec, arch)
    problem = spec.problem
    program = _epilogue(spec, arch, cut.rows * cut.columns, cut.halves)
    if program is None:
        raise CodegenError(
            "MJ4111",
            f"the epilogue of {spec.name} does not fit beside {cut.rows} x {cut.columns} tiles in Dst",
            fix="choose smaller blocks, or one half of Dst",
        )
    formats = tuple(config.unpack_format(o.dtype, to_dst=o.dtype != BF16) for o in spec.operands)
    if any(f.to_dst for f in formats) and not spec.fp32_accumulate:
        raise CodegenError(
            "MJ4123",
            f"{spec.name}: a float32 operand needs float32 accumulation",
            fix="leave the accumulation in float32",
        )
    place = layout(problem, cut, arch)
    sharing = tuple(sorted({key for core in place.cores for key in groups(place, cut, core)}))
    words = _Arguments(len(spec.operands), sharing)
    cbs = buffers(arch, *_sizes(spec, problem, cut))
    kernels = _kernels(spec, arch, cut, problem, program, place, words, cbs)
    dtypes = [spec.a.dtype, spec.b.dtype, *(o.dtype for o in spec.operands), spec.dtype]
    return Program(
        name=spec.name,
        target=arch.name,
        kernels=kernels,
        arguments=_arguments(spec, arch, cut, problem, place, words),
        num_buffers=len(spec.operands) + 3,
        circular_buffers=tuple(cb.declare(d) for cb, d in zip(cbs, dtypes, strict=True)),
        config=config.table(
            arch,
            unpack0=config.unpack_format(spec.b.dtype, to_dst=False, transpose=spec.b_transposed),
            unpack1=config.unpack_format(spec.a.dtype, to_dst=False),
            out=spec.dtype,
            dst32=spec.fp32_accumulate,
        ),
    )


def _kernels(
    spec: MatmulSpec,
    arch: Arch,
    cut: Plan,
    problem: Problem,
    program: sfpu.Program,
    place: Layout,
    words: _Arguments,
    cbs: Sequence[Cb],
) -> tuple[Kernel, ...]:
    record, count = hw(arch.name), len(spec.operands)
    walks = [operand_walk(o.shape, spec.shape) for o in spec.operands]
    reads = tuple(
        ReadOperand(cb, 2 + i, stride[-2:], broadcast)
        for i, (cb, (stride, broadcast)) in enumerate(zip(cbs[2:-1], walks, strict=True))
    )
    b_format = config.unpack_format(spec.b.dtype, to_dst=False, transpose=spec.b_transposed)
    turned = {"a_transposed": spec.a_transposed, "b_transposed": spec.b_transposed}
    hold = cut.hold(a_transposed=spec.a_transposed)
    multiply = products(PHASES[spec.fidelity], arch, hold=hold, **turned)
    formats = tuple(config.unpack_format(o.dtype, to_dst=o.dtype != BF16) for o in spec.operands)
    computes = tuple(ComputeOperand(cb, f, 1 + i) for i, (cb, f) in enumerate(zip(cbs[2:-1], formats, strict=True)))
    a = MatrixRecord(
        "a", "h", cbs[0], 0, cut.rows, problem.a_stride, 1, not spec.a_transposed, cut.keep == "a",
        words.record("a", record),
    )  # fmt: skip
    b = MatrixRecord(
        "b", "w", cbs[1], 1, cut.columns, problem.b_stride, 0, spec.b_transposed, cut.keep == "b",
        words.record("b", record),
    )  # fmt: skip
    step_row = (record.addr_mod_dst[3], 2)
    half = dst_slots(spec, 2) if cut.halves == 2 else 0
    over = record.arguments + 4 * (words.sync + 3) if words.groups else 0
    common = {
        "hw": record, "name": "kernel", "rows": cut.rows, "columns": cut.columns, "matrices": (a, b),
        "k_tiles": problem.k, "k_block": cut.k_block, "k_steps": -(-problem.k // cut.k_block),
        "k_tail": (problem.k - 1) % cut.k_block + 1, "half_slots": half, "over": over,
        "count_arg": words.count, "blocks_arg": words.blocks, "block_words": _RECORD + count,
    }  # fmt: skip
    sources = (
        (Role.NCRISC, "tensix/reader_matmul.ll.j2",
         {"operands": reads, "k_valid": spec.a.shape[-1] % TILE_DIM, "scratch": over - 4}),
        (Role.TRISC0, "tensix/unpack_matmul.ll.j2",
         {"held": a if hold == "a" else b, "moving": b if hold == "a" else a, "by_faces": spec.a_transposed,
          "b_format": b_format, "operands": computes, "mixed": any(f != b_format for f in formats)}),
        (Role.TRISC1, "tensix/math_matmul.ll.j2",
         {"products": multiply, "epilogue_modes": (step_row,), "restore": ((step_row[0], multiply.modes[3][1]),),
          "operands": computes, "program": program, "setup": program.setup, "hold": hold,
          "zero_half": isa.encode_line("ZEROACC mode=2", arch.name)}),
        (Role.TRISC2, "tensix/pack_matmul.ll.j2", {"out": cbs[-1]}),
        (Role.BRISC, "tensix/writer_matmul.ll.j2",
         {"cbs": cbs, "out": cbs[-1], "address_arg": 2 + count, "row_stride": problem.n}),
    )  # fmt: skip
    return tuple(kernel(spec.name, r, t, arch, place.cores, **common, **p) for r, t, p in sources)


def _arguments(
    spec: MatmulSpec, arch: Arch, cut: Plan, problem: Problem, place: Layout, words: _Arguments
) -> tuple[tuple[tuple[int, int], tuple[Word, ...]], ...]:
    """Each core's argument words."""
    walks = [operand_walk(o.shape, spec.shape)[0] for o in spec.operands]
    leads = list(product(*(range(n) for n in problem.lead)))
    addresses = tuple(BufferAddress(i) for i in range(words.count))
    out: list[tuple[tuple[int, int], tuple[Word, ...]]] = []
    for core, blocks in assign(problem, cut, place):
        mine: list[Word] = [*addresses, len(blocks)]
        member = groups(place, cut, core)
        for key in words.groups:
            mine += group_words(arch, *member[key], core)
        mine += [0] * (words.blocks - len(mine))
        for block in blocks:
            number, i, j = block.at
            mine += (block.rows, block.columns, block.a_first, block.b_first, block.out_first, block.flags)
            for stride in walks:
                base = sum(x * s for x, s in zip(leads[number], stride[:-2], strict=True))
                mine.append(base + i * stride[-2] + j * stride[-1])
        out.append((core, tuple(mine)))
    most = max(len(mine) for _, mine in out)
    if most > MAX_ARGUMENT_WORDS:
        raise CodegenError(
            "MJ4125",
            f"{spec.name} gives a core {most} argument words, {MAX_ARGUMENT_WORDS} fit",
            operands=[f"a: {spec.a.shape}", f"b: {spec.b.shape}"],
            fix="shard the tensors over more devices",
        )
    return tuple(out)
