"""Data movement: reshape, transpose, broadcast, slice, concat, pad, as pieces that are affine images of a source."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from meshjit.arch import L1, TILE_DIM, Arch, num_tiles, row_major, tile_grid
from meshjit.codegen.tensix.eltwise import coordinates, kernel, walk
from meshjit.codegen.tensix.grid import rectangle, split
from meshjit.codegen.tensix.hw import hw
from meshjit.codegen.tensix.scatter import same_tiles
from meshjit.codegen.tensix.sfpu import bf16_bits, bits
from meshjit.errors import CodegenError
from meshjit.ir.graph import Node
from meshjit.ir.mesh import Mesh
from meshjit.ir.ops.shape import ints
from meshjit.ir.program import Area, BufferAddress, PerDevice, Program, Role, Word
from meshjit.ir.types import BF16, BOOL, I32, DType

#: Source pages that the element path keeps in L1.
CACHE_PAGES = 32


@dataclass(frozen=True)
class Piece:
    """A box of the output: element o comes from row-major element ``base + sum(o_d * stride_d)`` of ``source``.

    ``low`` and ``high`` bound the box per output dim; they and ``base`` may depend on the device.
    """

    source: tuple[int, ...]
    base: Word
    stride: tuple[int, ...]
    low: tuple[Word, ...]
    high: tuple[Word, ...]


@dataclass(frozen=True)
class CopySpec:
    """An output of ``shape`` made of pieces, piece i from buffer i; what no piece covers is ``fill``."""

    name: str
    pieces: tuple[Piece, ...]
    shape: tuple[int, ...]
    dtype: DType
    fill: float = 0.0


@dataclass(frozen=True)
class TemplatePiece:
    """A piece as the template sees it."""

    address_arg: int
    base_arg: int
    box_args: tuple[int, ...]
    stride: tuple[int, ...]
    rows: int
    columns: int
    tile_rows: int
    tile_columns: int
    aligned: bool


def _values(word: Word) -> tuple[int, ...]:
    assert not isinstance(word, BufferAddress)
    return word.values if isinstance(word, PerDevice) else (word,)


def _map(word: Word, fn: Callable[[int], int]) -> Word:
    assert not isinstance(word, BufferAddress)
    if isinstance(word, PerDevice):
        return PerDevice(tuple(fn(v) for v in word.values))
    return fn(word)


def _to_matrix(piece: Piece, rank: int) -> Piece:
    """The piece with at least two output dims."""
    extra = rank - len(piece.stride)
    return Piece(
        piece.source,
        piece.base,
        (0,) * extra + piece.stride,
        (0,) * extra + piece.low,
        (1,) * extra + piece.high,
    )


def _aligned(piece: Piece, shape: tuple[int, ...]) -> Piece | None:
    """The piece in units of pages and tiles, when every output tile is exactly a source page."""
    rows, columns = ((1, 1, *piece.source))[-2:]
    matrix = rows * columns
    _, tile_rows, tile_columns = tile_grid(piece.source)
    if piece.stride[-2:] != (columns, 1) and not (rows == 1 and shape[-2] == 1 and piece.stride[-1] == 1):
        return None
    if any(s % matrix for s in piece.stride[:-2]):
        return None
    for dim in (-2, -1):
        lows, highs = _values(piece.low[dim]), _values(piece.high[dim])
        if any(v % TILE_DIM for v in lows) or any(v % TILE_DIM and v != shape[dim] for v in highs):
            return None
    height, width = (max(_values(piece.high[d])) - min(_values(piece.low[d])) for d in (-2, -1))
    for base, low_row, low_column in _per_device(piece):
        start = base + low_row * piece.stride[-2] + low_column
        row, column = start % matrix // columns, start % columns
        if row % TILE_DIM or column % TILE_DIM:
            return None
        # Pages go on where a row ends, and where a matrix ends that does not fill its last row of tiles.
        if column + width > columns or (row + height > rows and rows % TILE_DIM):
            return None

    def page(base: int) -> int:
        lead, rest = divmod(base, matrix)
        row, column = divmod(rest, columns)
        return (lead * tile_rows + row // TILE_DIM) * tile_columns + column // TILE_DIM

    if any(base < 0 for base, _, _ in _per_device(piece)):
        return None
    stride = (*(s // matrix * tile_rows * tile_columns for s in piece.stride[:-2]), tile_columns, 1)
    low = (*piece.low[:-2], *(_map(w, lambda v: v // TILE_DIM) for w in piece.low[-2:]))
    high = (*piece.high[:-2], *(_map(w, lambda v: -(-v // TILE_DIM)) for w in piece.high[-2:]))
    return Piece(piece.source, _map(piece.base, page), stride, low, high)


def _per_device(piece: Piece) -> list[tuple[int, int, int]]:
    words = [_values(piece.base), _values(piece.low[-2]), _values(piece.low[-1])]
    devices = max(len(w) for w in words)
    base, row, column = ([w[i if len(w) > 1 else 0] for i in range(devices)] for w in words)
    return list(zip(base, row, column, strict=True))


def fill_word(value: float, dtype: DType) -> int:
    """A 32-bit word of elements equal to ``value``."""
    if dtype == I32:
        return int(value) & 0xFFFFFFFF
    if dtype == BF16:
        return bf16_bits(value) * 0x10001
    return bits(value)


def build(spec: CopySpec, arch: Arch) -> Program:
    """The program of a data movement. Its buffers are the pieces' sources in order, then the output.

    Raises :class:`~meshjit.errors.CodegenError` (MJ4124) when the page cache does not fit in L1.
    """
    shape = spec.shape if len(spec.shape) > 1 else (1,) * (2 - len(spec.shape)) + spec.shape
    rank = len(shape)
    size = spec.dtype.size_bytes
    total = num_tiles(shape)
    dims = walk(shape)
    n = len(spec.pieces)
    words: list[Word] = [BufferAddress(i) for i in range(n + 1)]
    pieces: list[TemplatePiece] = []
    for i, given in enumerate(spec.pieces):
        if 0 in (*given.source, *shape):
            continue
        piece = _to_matrix(given, rank)
        pages = _aligned(piece, shape)
        used = pages or piece
        base_arg = len(words)
        words.append(used.base)
        box = [w for bounds in zip(used.low, used.high, strict=True) for w in bounds]
        box_args = tuple(len(words) + j for j in range(len(box)))
        words += box
        rows, columns = ((1, 1, *piece.source))[-2:]
        _, tile_rows, tile_columns = tile_grid(piece.source)
        pieces.append(
            TemplatePiece(i, base_arg, box_args, used.stride, rows, columns, tile_rows, tile_columns, pages is not None)
        )
    start_arg = len(words)
    start_args = tuple(start_arg + 2 + i for i in range(rank))
    page = 1024 * size
    tile = L1.data
    tags = tile + page
    cache = tags + 4096
    areas = (
        Area("tile", tile, page),
        Area("tags", tags, 4 * CACHE_PAGES),
        # The checker bounds where a run of up to 16 elements starts and how long it is apart.
        Area("cache", cache, CACHE_PAGES * page + 15 * size),
    )
    if areas[-1].address + areas[-1].size_bytes > arch.l1_bytes:
        raise CodegenError("MJ4124", "the page cache does not fit in L1", fix="use a chip with more L1")
    cores = rectangle(total, arch.grid)
    params = {
        "hw": hw(arch.name),
        "name": "kernel",
        "size": size,
        "pieces": tuple(pieces),
        "dims": dims,
        "address_arg": n,
        "start_arg": start_arg,
        "count_arg": start_arg + 1,
        "start_args": start_args,
        "fill": fill_word(spec.fill, spec.dtype),
        "fills": not all(p.aligned for p in pieces) or not _covered(spec),
        "tile": tile,
        "cache": cache,
        "tags": tags,
        "slots": CACHE_PAGES,
        "cbs": (),
    }
    built = kernel(spec.name, Role.BRISC, "tensix/copy.ll.j2", arch, cores, **params)
    arguments: list[tuple[tuple[int, int], tuple[Word, ...]]] = []
    for share in split(total, cores):
        at = coordinates(min(share.start, max(total - 1, 0)), [max(d, 1) for d in dims])
        arguments.append((share.core, (*words, share.start, share.count, *at)))
    return Program(
        name=spec.name,
        target=arch.name,
        kernels=(built,),
        arguments=tuple(arguments),
        num_buffers=n + 1,
        areas=areas,
    )


def _covered(spec: CopySpec) -> bool:
    """Whether the pieces' boxes fill the output, going by their volume."""
    volume = 0
    for piece in spec.pieces:
        lows, highs = ([max(_values(w)) for w in piece.low], [min(_values(w)) for w in piece.high])
        volume += math.prod(max(h - low, 0) for low, h in zip(lows, highs, strict=True))
    return volume >= math.prod(spec.shape)


def reshape(name: str, source: tuple[int, ...], shape: tuple[int, ...], dtype: DType) -> CopySpec:
    """The same elements in row-major order, in another shape."""
    if same_tiles(source, shape):  # page by page: drop the difference in leading dims
        flat = (math.prod(shape[:-2]), *((1, 1, *shape)[-2:]))
        whole = Piece(flat, 0, row_major(flat), (0,) * 3, flat)
        return CopySpec(name, (whole,), flat, dtype)
    return CopySpec(name, (Piece(source, 0, row_major(shape), (0,) * len(shape), shape),), shape, dtype)


def transpose(name: str, source: tuple[int, ...], perm: Sequence[int], dtype: DType) -> CopySpec:
    """Dims in another order."""
    shape = tuple(source[p] for p in perm)
    stride = row_major(source)
    return CopySpec(name, (Piece(source, 0, tuple(stride[p] for p in perm), (0,) * len(shape), shape),), shape, dtype)


def broadcast(name: str, source: tuple[int, ...], shape: tuple[int, ...], dtype: DType) -> CopySpec:
    """Dims of size 1 repeated."""
    padded = (1,) * (len(shape) - len(source)) + source
    stride = tuple(0 if have == 1 else s for have, s in zip(padded, row_major(padded), strict=True))
    return CopySpec(name, (Piece(source, 0, stride, (0,) * len(shape), shape),), shape, dtype)


def strided_slice(
    name: str, source: tuple[int, ...], start: Sequence[int], size: Sequence[int], step: Sequence[int], dtype: DType
) -> CopySpec:
    """Every ``step``-th element of each dim from ``start`` on."""
    stride = row_major(source)
    base = sum(s * k for s, k in zip(start, stride, strict=True))
    strides = tuple(s * k for s, k in zip(step, stride, strict=True))
    shape = tuple(size)
    return CopySpec(name, (Piece(source, base, strides, (0,) * len(shape), shape),), shape, dtype)


def concat(name: str, sources: Sequence[tuple[int, ...]], axis: int, dtype: DType) -> CopySpec:
    """Arrays one after the other along ``axis``."""
    shape = list(sources[0])
    shape[axis] = sum(s[axis] for s in sources)
    pieces: list[Piece] = []
    at = 0
    for source in sources:
        stride = row_major(source)
        low = tuple(at if d == axis else 0 for d in range(len(shape)))
        high = tuple(at + source[d] if d == axis else shape[d] for d in range(len(shape)))
        pieces.append(Piece(source, -at * stride[axis], stride, low, high))
        at += source[axis]
    return CopySpec(name, tuple(pieces), tuple(shape), dtype)


def pad(
    name: str, source: tuple[int, ...], low: Sequence[int], high: Sequence[int], value: float, dtype: DType
) -> CopySpec:
    """The array with ``value`` before and after it in each dim."""
    stride = row_major(source)
    shape = tuple(lo + n + hi for lo, n, hi in zip(low, source, high, strict=True))
    base = -sum(lo * s for lo, s in zip(low, stride, strict=True))
    ends = tuple(lo + n for lo, n in zip(low, source, strict=True))
    return CopySpec(name, (Piece(source, base, stride, tuple(low), ends),), shape, dtype, value)


def local_slice(
    name: str, source: tuple[int, ...], dim: int, starts: Sequence[int], size: int, dtype: DType
) -> CopySpec:
    """``size`` elements of ``dim`` from a start that depends on the device; zero beyond the source's end."""
    stride = row_major(source)
    shape = tuple(size if d == dim else n for d, n in enumerate(source))
    ends = PerDevice(tuple(int(np.clip(source[dim] - s, 0, size)) for s in starts))
    high = tuple(ends if d == dim else n for d, n in enumerate(shape))
    base = PerDevice(tuple(s * stride[dim] for s in starts))
    return CopySpec(name, (Piece(source, base, stride, (0,) * len(shape), high),), shape, dtype)


def lower(node: Node, mesh: Mesh, arch: Arch) -> Program:
    """The program of one data movement node.

    Raises :class:`~meshjit.errors.CodegenError` (MJ4130) for an op that is none of them.
    """
    sources = [o.type.local_shape(mesh) for o in node.operands]
    dtype = BF16 if node.type.dtype == BOOL else node.type.dtype
    shape = node.type.local_shape(mesh)
    name, source = node.op.name, sources[0]
    if name == "reshape":
        spec = reshape(name, source, shape, dtype)
    elif name == "transpose":
        spec = transpose(name, source, ints(node.attrs, "perm"), dtype)
    elif name == "broadcast_to":
        spec = broadcast(name, source, shape, dtype)
    elif name == "slice":
        start, step = ints(node.attrs, "start"), ints(node.attrs, "step")
        spec = strided_slice(name, source, start, shape, step, dtype)
    elif name == "concat":
        axis = node.attrs["axis"]
        assert isinstance(axis, int)
        spec = concat(name, sources, axis, dtype)
    elif name == "pad":
        value = node.attrs["value"]
        assert isinstance(value, (int, float))
        spec = pad(name, source, ints(node.attrs, "low"), ints(node.attrs, "high"), value, dtype)
    elif name == "local_slice":
        dim = node.attrs["dim"]
        assert isinstance(dim, int)
        devices = range(mesh.size)
        starts = [node.type.origin(mesh, d)[dim] - node.operands[0].type.origin(mesh, d)[dim] for d in devices]
        spec = local_slice(name, source, dim, starts, shape[dim], dtype)
    else:
        raise CodegenError(
            "MJ4130", f"{name} has no card kernel yet", fix='run this function on the CPU mesh: target="cpu"'
        )
    return build(spec, arch)
