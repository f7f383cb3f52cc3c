"""Matrix multiplication with a fused epilogue: blocking for registers and caches, and its operands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from meshjit.codegen.cpu import tiling
from meshjit.codegen.cpu.chain import Arguments, Chain
from meshjit.codegen.cpu.launch import Launch, build
from meshjit.codegen.cpu.nest import Operand, broadcast_strides, row_major
from meshjit.errors import CodegenError
from meshjit.ir.graph import Node
from meshjit.ir.program import Program
from meshjit.toolchain.llvm import Machine

#: The block of a matmul that no pass has tiled.
_UNTILED = (tiling.ROWS, tiling.COLUMNS, tiling.DEPTH_BYTES // 4)
#: Bytes of a block's accumulators and packed operands: they lie on the stack of a thread, which has 8 MiB.
_STACK_BYTES = 4 << 20


@dataclass(frozen=True)
class Read:
    """An array of the epilogue: pointer word, dtype and element strides per (batch dims, row, column)."""

    slot: int
    dtype: str
    strides: tuple[int, ...]


@dataclass(frozen=True)
class Gemm:
    """The blocking of one matmul (m x k times k x n per batch).

    The register tile is ``mr`` rows by ``nv`` vectors of ``lanes``; a task's block is ``mb`` rows by ``panels`` panels
    of the tile's width; ``kc`` is the depth of a K block. ``direct`` reads B unpacked, ``pack_a`` copies A (widened, or
    padded to whole pairs), ``dot`` multiplies pairs of bfloat16, ``transposed`` says that B is stored as n x k.
    ``ahead`` rows of B are prefetched.
    """

    m: int
    n: int
    k: int
    dtype: str
    dot: bool
    direct: bool
    pack_a: bool
    transposed: bool
    mr: int
    nv: int
    lanes: int
    kc: int
    panels: int
    mb: int
    ahead: int
    batch: tuple[int, ...]
    a_slot: int
    b_slot: int
    a_strides: tuple[int, ...]
    b_strides: tuple[int, ...]
    slots: tuple[int, ...]

    @property
    def nr(self) -> int:
        """Columns of a register tile, and of a panel."""
        return self.nv * self.lanes

    @property
    def nb(self) -> int:
        """Columns of a task's block."""
        return self.panels * self.nr

    @property
    def tiles(self) -> tuple[int, ...]:
        """Row counts of the tile functions: the full tile, and what is left at the end."""
        return (self.mr, self.m % self.mr) if self.m % self.mr else (self.mr,)

    @property
    def kc_padded(self) -> int:
        """Elements that a row of packed A takes."""
        return -(-self.kc // self.lanes) * self.lanes

    @property
    def panel_bytes(self) -> int:
        """Bytes of a packed panel: float32 columns, or pairs of bfloat16."""
        steps = -(-self.kc // 2) if self.dot else self.kc
        return (-(-steps // self.lanes) * self.lanes if self.transposed else steps) * self.nr * 4

    @property
    def stack_bytes(self) -> int:
        """Bytes of a block's accumulators and of what it packs."""
        packed = 0 if self.direct else self.panels * self.panel_bytes
        return 4 * self.mb * self.nb + packed + (4 * self.mb * self.kc_padded if self.pack_a else 0)

    @property
    def m_blocks(self) -> int:
        """Blocks of rows."""
        return -(-self.m // self.mb)

    @property
    def n_blocks(self) -> int:
        """Blocks of columns."""
        return -(-self.n // self.nb)

    @property
    def tasks(self) -> int:
        """The number of blocks of the result, over all batches."""
        return math.prod(self.batch) * self.m_blocks * self.n_blocks


def register_tile(m: int, n: int, machine: Machine, *, dot: bool = False, widest: int = 16) -> tuple[int, int]:
    """(rows, vectors) of the accumulators: as many as registers hold, with little waste at the edges of m x n."""
    lanes = machine.vector
    budget = 24 if machine.registers == 32 else 12
    shapes = ((6, 4), (8, 3)) if budget == 24 else ((6, 2),)
    # So few rows read B once, as it lies: the wider the better. Beyond six, packing beats pairing bfloat16 here.
    if m <= (8 if budget == 24 and not dot else 6):
        vectors = min(budget // m, widest)
        return m, max(1, min(vectors, -(-n // lanes)))

    def padded(shape: tuple[int, int]) -> tuple[int, int]:
        r, v = shape
        return -(-n // (v * lanes)) * v, -r

    r, v = min(shapes, key=padded)
    return -(-m // -(-m // r)), min(v, -(-n // lanes))


def blocking(
    m: int,
    n: int,
    k: int,
    dtype: str,
    machine: Machine,
    tile: tuple[int, int, int],
    *,
    batch: tuple[int, ...] = (),
    a: tuple[int, tuple[int, ...]] = (0, ()),
    b: tuple[int, tuple[int, ...]] = (1, ()),
    slots: tuple[int, ...] = (0, 1, 2),
    transposed: bool = False,
) -> Gemm:
    """The blocking of a matmul: ``tile`` (rows, columns, depth) rounded to whole register tiles and pairs.

    ``a`` and ``b`` are (pointer word, element strides per batch dim).
    """
    dot = dtype == "bf16" and machine.has_bf16_dot
    # Rows of wide panels lie a multiple of 1 KiB apart: packing by columns would hit the same cache lines.
    mr, nv = register_tile(m, n, machine, dot=dot, widest=4 if transposed else 16)
    direct = m <= mr and not transposed
    rows, columns, depth = tile
    kc = min(max(k, 1), depth)
    if dot and kc < k:
        kc += kc % 2
    return Gemm(
        m=m,
        n=n,
        k=k,
        dtype=dtype,
        dot=dot,
        direct=direct,
        pack_a=dtype == "bf16" and (not dot or k % 2 == 1),
        transposed=transposed,
        mr=mr,
        nv=nv,
        lanes=machine.vector,
        kc=kc,
        panels=max(1, columns // (nv * machine.vector)),
        mb=min(-(-rows // mr) * mr, max(m, mr)),
        ahead=12 if direct else 8,
        batch=batch,
        a_slot=a[0],
        b_slot=b[0],
        a_strides=a[1],
        b_strides=b[1],
        slots=slots,
    )


def _merge_rows(shape: tuple[int, ...], b_strides: tuple[int, ...], arrays: Sequence[tuple[int, ...]]) -> int:
    """How many trailing batch dims may join the rows: those along which B stays and every array goes on by rows."""
    rows, merged = shape[-2], 0
    for d in range(len(shape) - 3, -1, -1):
        if b_strides[d] or any(s[d] != s[-2] * rows for s in arrays):
            break
        rows *= shape[d]
        merged += 1
    return merged


def matmul(launch: Launch) -> Program:
    """A matmul and the elementwise ops that follow it."""
    node = next(n for n in launch.nodes if n.op.kernel == "matmul")
    left, right = node.operands
    transposition = right if right in launch.nodes else None
    stored = right if transposition is None else right.operands[0]
    epilogue = [n for n in launch.nodes if n is not node and n is not transposition]
    shape = launch.result.type.local_shape(launch.mesh)
    out_slot = launch.out_slot
    chain = Chain(launch.mesh, shape, Arguments(launch.buffers()))
    chain.values[node] = Operand("f", "%acc")
    reads = _epilogue_reads(launch, chain, epilogue, shape)
    chain.emit(epilogue)
    a_shape, b_shape = left.type.local_shape(launch.mesh), right.type.local_shape(launch.mesh)
    m, k, n = a_shape[-2], a_shape[-1], b_shape[-1]
    a_strides = broadcast_strides(a_shape, (*shape[:-2], m, k))
    b_strides = broadcast_strides(b_shape, (*shape[:-2], k, n))[:-2]
    a_strides = (*a_strides[:-2], k, 1)
    out = Read(out_slot, launch.result.type.dtype.name, (*row_major(shape)[:-2], n, 1))
    merged = _merge_rows(shape, b_strides, [a_strides, out.strides, *(r.strides for r in reads)])
    keep = len(shape) - 2 - merged
    m *= math.prod(shape[keep:-2])

    def cut(read: Read) -> Read:
        return Read(read.slot, read.dtype, (*read.strides[:keep], *read.strides[-2:]))

    g = blocking(
        max(m, 1),
        max(n, 1),
        k,
        node.type.dtype.name,
        launch.machine,
        launch.tile or _UNTILED,
        batch=shape[:keep],
        a=(launch.slot(left), a_strides[:keep]),
        b=(launch.slot(stored), b_strides[:keep]),
        slots=tuple(range(out_slot + 1)),
        transposed=transposition is not None,
    )
    if g.stack_bytes > _STACK_BYTES:
        raise CodegenError(
            "MJ4207",
            f"a matmul tile of {list(launch.tile or _UNTILED)} needs {g.stack_bytes:,} bytes, {_STACK_BYTES:,} fit",
            where=node.location.snippet() if node.location else "",
            operands=[str(o.type) for o in node.operands],
            fix="give the fusion a smaller tile, such as tile=[192,256,256]",
        )
    return build(
        launch,
        "matmul",
        "cpu/gemm.ll.j2",
        chain.arguments.words,
        g.tasks if m and n else 0,
        g=g,
        reads=tuple(cut(r) for r in reads),
        calls=tuple(chain.calls),
        result=chain.values[launch.result],
        macros=chain.macros,
        out=cut(out),
        w=launch.machine.vector,
    )


def _epilogue_reads(launch: Launch, chain: Chain, epilogue: Sequence[Node], shape: tuple[int, ...]) -> list[Read]:
    reads: list[Read] = []
    used = {o for n in epilogue for o in n.operands}
    for param, slot in zip(launch.params, launch.slots, strict=True):
        if param in used:
            chain.values[param] = Operand("f", f"%x{len(reads)}")
            strides = broadcast_strides(param.type.local_shape(launch.mesh), shape)
            strides = (0,) * (len(shape) - len(strides)) + strides
            reads.append(Read(slot, param.type.dtype.name, strides))
    return reads
