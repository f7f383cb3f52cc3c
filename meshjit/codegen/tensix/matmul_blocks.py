"""Which core computes which blocks of a matmul's output, in which order, and what it shares with whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import Literal

from meshjit.arch import Arch, tile_grid
from meshjit.codegen.tensix.grid import rectangle, split
from meshjit.codegen.tensix.multicast import rectangles
from meshjit.ir.program import CoreRange

Share = Literal["", "a", "b", "ab"]
Keep = Literal["", "a", "b"]
#: Bits of a block's flags: A and B must be read; the unpacker gives A and B back.
READ_A, READ_B, GIVE_A, GIVE_B = 1, 2, 4, 8


@dataclass(frozen=True)
class Plan:
    """How a matmul is cut: pure numbers, chosen by :func:`~meshjit.codegen.tensix.matmul.plan` or by a caller.

    A block is ``rows`` x ``columns`` tiles of the output, summed in Dst; ``k_block`` tiles of K travel together.
    ``share`` names the operands that one core reads and multicasts: "ab" lays blocks on a grid of cores, whose rows
    share A and whose columns share B; "a" ("b") gives all cores the same rows of A (columns of B). ``keep`` names the
    operand whose lines stay in L1, whole, while all blocks that need them are computed. With two ``halves`` of Dst the
    packer empties one while the next block fills the other. ``depth`` counts the steps of K that L1 holds.
    """

    rows: int
    columns: int
    k_block: int
    share: Share = ""
    keep: Keep = ""
    halves: int = 2
    depth: int = 2

    def hold(self, *, a_transposed: bool) -> Literal["a", "b"]:
        """The operand whose tile stays in its source register while tiles of the other one pass: fewer unpacks.

        A transposed A passes through its register face by face, so it cannot stay.
        """
        return "a" if self.columns >= self.rows and not a_transposed else "b"

    def unpacks(self, *, a_transposed: bool) -> int:
        """Tiles unpacked per block and tile of K."""
        a_stays = self.hold(a_transposed=a_transposed) == "a"
        return (self.rows if a_stays else self.columns) + self.rows * self.columns


@dataclass(frozen=True)
class Problem:
    """A matmul in tiles: m x k times k x n for every index of ``lead``, with the operands' shapes.

    ``a_stride`` and ``b_stride`` are the pages from one row of A (column of B) to the next, and from one k to the next.
    """

    m: int
    k: int
    n: int
    lead: tuple[int, ...]
    a: tuple[int, ...]
    b: tuple[int, ...]
    a_stride: tuple[int, int]
    b_stride: tuple[int, int]

    @classmethod
    def of(
        cls,
        a: tuple[int, ...],
        b: tuple[int, ...],
        shape: tuple[int, ...],
        *,
        a_transposed: bool = False,
        b_transposed: bool = False,
    ) -> Problem:
        """From the operands' and the output's shapes in elements; ``a_transposed``: memory holds A's columns,
        ``b_transposed``: memory holds B's."""
        _, m, k = tile_grid(a)
        _, _, n = tile_grid(b)
        a_stride = (1, m) if a_transposed else (k, 1)
        b_stride = (k, 1) if b_transposed else (1, n)
        return cls(m, k, n, shape[:-2], a, b, a_stride, b_stride)


@dataclass(frozen=True)
class Layout:
    """Cores, and how many of them lie along rows and columns of blocks (0, 0: each takes what comes)."""

    cores: CoreRange
    down: int
    across: int

    def slot(self, core: tuple[int, int], share: Share) -> tuple[int, int]:
        """A core's place among the blocks of one round."""
        if share == "ab":
            return core[1], core[0]
        number = core[1] * (self.cores.end[0] + 1) + core[0]
        return (0, number) if share == "a" else (number, 0)


@dataclass(frozen=True)
class Block:
    """One block: tiles, first pages of A, B and the output, flags, and where it is (batch number, row, column)."""

    rows: int
    columns: int
    a_first: int
    b_first: int
    out_first: int
    flags: int
    at: tuple[int, int, int]


def layout(problem: Problem, cut: Plan, arch: Arch) -> Layout:
    """The cores that a plan uses, evened out over its rounds."""
    down, across = -(-problem.m // cut.rows), -(-problem.n // cut.columns)
    total = down * across
    for n in problem.lead:
        total *= n
    if cut.share == "ab":
        x, y = (_even(n, limit) for n, limit in zip((across, down), arch.grid, strict=True))
        return Layout(CoreRange((0, 0), (x - 1, y - 1)), y, x)
    if cut.share:
        cores = rectangle(_even(across if cut.share == "a" else down, arch.grid[0] * arch.grid[1]), arch.grid)
        return Layout(cores, 1, len(cores)) if cut.share == "a" else Layout(cores, len(cores), 1)
    return Layout(rectangle(total, arch.grid), 0, 0)


def _even(blocks: int, cores: int) -> int:
    """The fewest cores that finish ``blocks`` blocks in as few rounds as ``cores`` do."""
    blocks = max(blocks, 1)
    return -(-blocks // -(-blocks // min(cores, blocks)))


def groups(place: Layout, cut: Plan, core: tuple[int, int]) -> dict[str, tuple[CoreRange, tuple[int, int]]]:
    """The groups that a core is in: operand to (cores, sender). Senders of A and B are spread over the grid."""
    out: dict[str, tuple[CoreRange, tuple[int, int]]] = {}
    if cut.share == "ab":
        (x, y), (last_x, last_y) = core, place.cores.end
        if last_x:
            out["a"] = CoreRange((0, y), (last_x, y)), (y % (last_x + 1), y)
        if last_y:
            out["b"] = CoreRange((x, 0), (x, last_y)), (x, (x + 1) % (last_y + 1))
    elif cut.share and len(place.cores) > 1:
        out[cut.share] = place.cores, (0, 0)
    return out


def reachable(place: Layout, cut: Plan, arch: Arch) -> bool:
    """Whether every group can be reached by multicasts."""
    seen = {group for core in place.cores for group in groups(place, cut, core).values()}
    return all(rectangles(arch, cores, sender) is not None for cores, sender in seen)


def _page(index: tuple[int, ...], shape: tuple[int, ...], pages: int) -> int:
    """The first page of an operand's matrix for one leading index of the output, broadcasting dims of size 1."""
    offset = 0
    lead = shape[:-2]
    for i, n in zip(index[len(index) - len(lead) :], lead, strict=True):
        offset = offset * n + (i if n > 1 else 0)
    return offset * pages


def assign(problem: Problem, cut: Plan, place: Layout) -> list[tuple[tuple[int, int], list[Block]]]:
    """Every core's blocks in order. Cores that share have equally many, some without tiles."""
    if cut.share:
        return [(c, _flagged(list(_rounds(problem, cut, place, place.slot(c, cut.share))))) for c in place.cores]
    blocks = list(_rounds(problem, cut, Layout(place.cores, 1, 1), (0, 0)))
    return [
        (share.core, _flagged(blocks[share.start : share.start + share.count]))
        for share in split(len(blocks), place.cores)
    ]


def _rounds(problem: Problem, cut: Plan, place: Layout, slot: tuple[int, int]) -> Iterator[Block]:
    m, n, k = problem.m, problem.n, problem.k
    down, across = cut.rows * place.down, cut.columns * place.across
    rows = range(slot[0] * cut.rows, m + slot[0] * cut.rows, down)
    columns = range(slot[1] * cut.columns, n + slot[1] * cut.columns, across)
    for number, index in enumerate(product(*(range(d) for d in problem.lead))):
        a, b = _page(index, problem.a, m * k), _page(index, problem.b, k * n)
        cells = product(rows, columns) if cut.keep == "a" else ((i, j) for j in columns for i in rows)
        for i, j in cells:
            h, w = max(min(cut.rows, m - i), 0), max(min(cut.columns, n - j), 0)
            first = a + i * problem.a_stride[0], b + j * problem.b_stride[0]
            yield Block(h, w, *first, number * m * n + i * n + j, 0, (number, i, j))


def _flagged(blocks: Sequence[Block]) -> list[Block]:
    """The blocks with their flags: an operand is read where it differs from the block's before, and given back where
    the next block's differs."""
    firsts = [((b.a_first, b.rows), (b.b_first, b.columns)) for b in blocks]
    out: list[Block] = []
    for number, block in enumerate(blocks):
        flags = 0
        for operand, read, give in ((0, READ_A, GIVE_A), (1, READ_B, GIVE_B)):
            here = firsts[number][operand]
            flags |= read * (number == 0 or firsts[number - 1][operand] != here)
            flags |= give * (number + 1 == len(blocks) or firsts[number + 1][operand] != here)
        out.append(replace(block, flags=flags))
    return out


@dataclass(frozen=True)
class Counts:
    """Blocks of the busiest core, and how often it needs new lines of A and of B."""

    blocks: int
    loads_a: int
    loads_b: int


def count(problem: Problem, cut: Plan, place: Layout) -> Counts:
    """What :func:`assign` will give to the busiest core."""
    batch = prod(problem.lead)
    down, across = -(-problem.m // cut.rows), -(-problem.n // cut.columns)
    if cut.share:
        down, across = -(-down // place.down), -(-across // place.across)
        blocks = batch * down * across
        loads_a, loads_b = batch * down, batch * across
    else:
        blocks = -(-batch * down * across // len(place.cores))
        loads_a, loads_b = min(blocks, -(-blocks // across) + 1), min(blocks, -(-blocks // down) + 1)
    return Counts(blocks, loads_a if cut.keep == "a" else blocks, loads_b if cut.keep == "b" else blocks)
