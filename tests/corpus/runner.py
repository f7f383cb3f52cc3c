"""Triples of the corpus: a program, its input, and what the official simulator leaves in memory.

A triple's program is one node of the fused stage as IR text, lowered for a chip of which some cores are used. Its input
is a kind of data and a seed: bytes of whole pages, tile padding included. Its digests are SHA-256 of the result's pages
in DRAM, with one page of each bank behind them, and of all circular buffers in the L1 of all cores that ran.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from meshjit import config
from meshjit.arch import ARCHS, Arch
from meshjit.codegen.tensix.lower import lower
from meshjit.ir.graph import Node
from meshjit.ir.mesh import Mesh
from meshjit.ir.parser import parse
from meshjit.ir.program import Program, RunProgram
from meshjit.ir.types import BF16, BOOL, F32, I32, DType
from meshjit.runtime import layouts
from meshjit.runtime.devices.base import Region
from meshjit.runtime.devices.card import CardTarget, open_emulator, open_ttsim

TRIPLES = Path(__file__).parent / "triples.jsonl"
#: What lies in DRAM before a launch where the result will be, and behind it.
UNTOUCHED = b"\xa5"

#: Bits of values that arithmetic treats apart: zeros, the smallest and largest denormals and normals, one and its
#: neighbours, ties of bfloat16, infinities, quiet and signalling NaNs with several payloads; negated besides.
SPECIAL = {
    F32: (
        0x00000000, 0x00000001, 0x00001000, 0x007FFFFF, 0x00800000, 0x3F7FFFFF, 0x3F800000, 0x3F800001, 0x3F808000,
        0x3F818000, 0x4B000000, 0x7F7FFFFF, 0x7F800000, 0x7F800001, 0x7FA00000, 0x7FC00000, 0x7FC12345, 0x7FFFFFFF,
    ),
    BF16: (0x0000, 0x0001, 0x0040, 0x007F, 0x0080, 0x3F7F, 0x3F80, 0x3F81, 0x4B00, 0x7F7F, 0x7F80, 0x7F81, 0x7FA0,
           0x7FC0, 0x7FD2, 0x7FFF),
}  # fmt: skip


@dataclass(frozen=True)
class Triple:
    """``digests`` are those of DRAM and L1 by chip."""

    name: str
    text: str
    grid: tuple[int, int]
    data: str
    seed: int
    digests: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def line(self) -> str:
        """The triple as a line of the corpus."""
        return json.dumps(vars(self), separators=(",", ":"))


def load() -> list[Triple]:
    """The committed corpus."""
    triples: list[Triple] = []
    for line in TRIPLES.read_text().splitlines():
        raw = json.loads(line)
        digests = {chip: tuple(pair) for chip, pair in raw.pop("digests").items()}
        triples.append(Triple(**{**raw, "grid": tuple(raw["grid"]), "digests": digests}))
    return triples


def cut(arch: Arch, grid: tuple[int, int]) -> Arch:
    """The chip with the first columns and rows of its workers only."""
    columns, rows = min(grid[0], arch.grid[0]), min(grid[1], arch.grid[1])
    workers = tuple(arch.worker((x, y)) for y in range(rows) for x in range(columns))
    return replace(arch, grid=(columns, rows), workers=workers)


def node_of(text: str) -> tuple[Node, Mesh]:
    """The only node of a graph of the fused or local stage, and its mesh."""
    graph = parse(text)
    (node,) = graph.nodes
    return node, graph.mesh


def program_of(triple: Triple, chip: str) -> tuple[Program, Node, Mesh]:
    """The triple's program for a chip."""
    node, mesh = node_of(triple.text)
    return lower(node, mesh, cut(ARCHS[chip], triple.grid)), node, mesh


def elements(dtype: DType, count: int, data: str, rng: np.random.Generator) -> np.ndarray:
    """``count`` elements as they lie in memory.

    ``bits``: any bit patterns, normal values and special ones, a third each. ``mixed``: normal values, one in 60
    special or any pattern. ``normal``: normal values. Integers are any patterns or small, bools 0.0 and 1.0.
    """
    if dtype == BOOL:
        return (rng.random(count) < 0.5).astype(BF16.numpy).view(np.uint16)
    if dtype == I32:
        small = rng.integers(-1000, 1000, count, dtype=np.int32)
        wide = rng.integers(-(2**31), 2**31, count, dtype=np.int64).astype(np.int32)
        return np.where(rng.random(count) < (0.5 if data == "bits" else 0.0), wide, small).view(np.uint32)
    unsigned, sign = (np.uint32, 1 << 31) if dtype == F32 else (np.uint16, 1 << 15)
    normal = rng.standard_normal(count).astype(dtype.numpy).view(unsigned)
    if data == "normal":
        return normal
    anything = rng.integers(0, 2 * sign, count, dtype=np.uint64).astype(unsigned)
    special = rng.choice(np.array(SPECIAL[dtype], unsigned), count) | rng.choice(np.array([0, sign], unsigned), count)
    choice = rng.random(count) * (1 if data == "bits" else 40)
    return np.select([choice < 1 / 3, choice < 2 / 3], [anything, special], normal)


def inputs_of(triple: Triple, node: Node, mesh: Mesh) -> list[list[bytes]]:
    """Bytes of each distinct operand's pages on each device."""
    rng = np.random.default_rng(triple.seed)
    out: list[list[bytes]] = []
    for operand in dict.fromkeys(node.operands):
        dtype = operand.type.dtype
        pages = int(np.prod(layouts.tile_grid(operand.type.local_shape(mesh))))
        blocks = [elements(dtype, pages * 1024, triple.data, rng).tobytes() for _ in range(mesh.size)]
        out.append(blocks if operand.type.varies else blocks[:1] * mesh.size)
    return out


def open_chip(kind: str, chip: str, mesh: Mesh, **options: int) -> CardTarget:
    """A new emulator, or the official simulator."""
    if kind == "emulator":
        return open_emulator(mesh, chip, **options)
    folder = config.load().ttsim_dir
    assert folder is not None
    return open_ttsim(mesh, str(folder / {"wormhole": "wh", "blackhole": "bh"}[chip]))


def run(triple: Triple, chip: str, card: CardTarget) -> tuple[str, str]:
    """Launch the triple's program, and return the digests of what it leaves in DRAM and L1."""
    program, node, mesh = program_of(triple, chip)
    dram, l1 = launch(program, node, mesh, inputs_of(triple, node, mesh), card)
    return hashlib.sha256(dram).hexdigest(), hashlib.sha256(l1).hexdigest()


def launch(
    program: Program, node: Node, mesh: Mesh, inputs: Sequence[Sequence[bytes]], card: CardTarget
) -> tuple[bytes, bytes]:
    """Run a node's program on bytes of its distinct operands; the result's pages and a row behind them, and all L1
    buffers, device by device."""
    banks = len(ARCHS[card.arch].dram_banks)
    regions: list[Region] = []
    address = card.base_address
    for value in [*dict.fromkeys(node.operands), node]:
        shape, dtype = value.type.local_shape(mesh), value.type.dtype
        page = layouts.page_bytes(dtype, card.layout, shape)
        size = layouts.storage_bytes(dtype, card.layout, shape)
        regions.append(Region(address, size, page, value.type.varies))
        address += -(-card.footprint(size + banks * page, page) // 4096) * 4096
    out = regions[-1]
    rows = -(-out.size_bytes // (out.page_bytes * banks))
    behind = replace(out, size_bytes=(rows + 1) * banks * out.page_bytes)
    for device in range(mesh.size):
        for blocks, region in zip(inputs, regions, strict=False):
            card.write(device, region, memoryview(blocks[device]))
        card.write(device, behind, memoryview(UNTOUCHED * behind.size_bytes))
    clear_buffers(program, mesh, card)
    command = RunProgram(program, tuple(range(len(regions))), tuple(range(mesh.size)), node.op.name)
    card.submit(card.load([command], regions, frozenset()), {}, 120.0)
    dram = b"".join(card.read(device, behind) for device in range(mesh.size))
    return dram, b"".join(read_buffers(program, mesh, card))


def _buffers(program: Program, mesh: Mesh, card: CardTarget) -> Iterator[tuple[int, tuple[int, int], int, int]]:
    chip = ARCHS[card.arch]
    for device in range(mesh.size):
        for core, _ in program.arguments:
            for buffer in program.circular_buffers:
                yield device, chip.worker(core), buffer.address, buffer.page_bytes * buffer.num_pages


def clear_buffers(program: Program, mesh: Mesh, card: CardTarget) -> None:
    """Zeros into the circular buffers of a simulator that ran something before. A new emulator is left alone: there,
    reading what nothing wrote is an error."""
    if not card.name.startswith("emulator"):
        for device, xy, address, size in _buffers(program, mesh, card):
            card._transport.write(device, xy, address, bytes(size))


def read_buffers(program: Program, mesh: Mesh, card: CardTarget) -> Iterator[bytes]:
    """The circular buffers' bytes, device by device and core by core."""
    for device, xy, address, size in _buffers(program, mesh, card):
        yield card._transport.read(device, xy, address, size)
