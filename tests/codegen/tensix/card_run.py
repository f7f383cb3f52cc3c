"""Run one node on cards, and compare with its NumPy meaning."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from corpus.runner import cut

from meshjit import config
from meshjit.arch import ARCHS
from meshjit.codegen.tensix.lower import lower
from meshjit.errors import DeviceError
from meshjit.ir.evaluate import evaluate, join, split
from meshjit.ir.graph import Builder, Graph, Node
from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import FUSED, LOCAL
from meshjit.ir.ops.structure import FUSION
from meshjit.ir.program import RunProgram
from meshjit.ir.types import BF16, F32, DType, TensorType
from meshjit.runtime import layouts
from meshjit.runtime.devices.base import Region
from meshjit.runtime.devices.card import CardTarget, open_emulator, open_ttsim
from meshjit.runtime.emulator.mesh import EmulatedMesh

ONE = Mesh((1,), ("tp",))
ALL_CORES = (99, 99)
#: What kernels of each dtype are held to, relative to the largest value of the result.
TOLERANCE = {BF16: 2.0**-8, F32: 1e-6}

_simulator = pytest.mark.skipif(config.load().ttsim_dir is None, reason="needs MESHJIT_TTSIM")
#: (kind, chip) of the targets that run these tests.
CHIPS = [
    pytest.param(("emulator", "wormhole"), id="emulator-wormhole"),
    pytest.param(("emulator", "blackhole"), id="emulator-blackhole"),
    pytest.param(("ttsim", "wormhole"), id="ttsim-wormhole", marks=[pytest.mark.ttsim, _simulator]),
    pytest.param(("ttsim", "blackhole"), id="ttsim-blackhole", marks=[pytest.mark.ttsim, _simulator]),
]


@functools.cache
def target(kind: str, chip: str, mesh: Mesh) -> CardTarget:
    """The target that all tests of a process share."""
    if kind == "emulator":
        return open_emulator(mesh, chip)
    folder = config.load().ttsim_dir
    assert folder is not None
    return open_ttsim(mesh, str(folder / {"wormhole": "wh", "blackhole": "bh"}[chip]))


def run_node(
    node: Node,
    mesh: Mesh,
    inputs: Sequence[np.ndarray],
    chip: tuple[str, str],
    *,
    grid: tuple[int, int] = ALL_CORES,
    l1_bytes: int | None = None,
) -> list[np.ndarray]:
    """The blocks that the devices hold after computing ``node`` on blocks of global ``inputs`` (one per operand), with
    no more cores than ``grid``, nor more of their L1 than ``l1_bytes``."""
    card = target(*chip, mesh)
    arch = cut(ARCHS[card.arch], grid)
    program = lower(node, mesh, replace(arch, l1_bytes=l1_bytes or arch.l1_bytes))
    by_operand = dict(zip(node.operands, inputs, strict=True))
    operands = list(by_operand)
    regions: list[Region] = []
    address = card.base_address
    graph = Graph("f", mesh, (), (), (), LOCAL)
    for value in [*operands, node]:
        shape, dtype = value.type.local_shape(mesh), value.type.dtype
        page = layouts.page_bytes(dtype, card.layout, shape)
        size = layouts.storage_bytes(dtype, card.layout, shape)
        regions.append(Region(address, size, page, value.type.varies))
        address += -(-card.footprint(size, page) // 4096) * 4096
    for operand, region in zip(operands, regions, strict=False):
        for device in range(mesh.size):
            block = split(by_operand[operand], operand.type, graph, device, 77)
            card.write(device, region, layouts.encode(block, card.layout))
    command = RunProgram(program, tuple(range(len(regions))), tuple(range(mesh.size)), node.op.name)
    loaded = card.load([command], regions, frozenset())
    card.free(regions[-1])  # nobody has written the result yet
    try:
        card.submit(loaded, {}, 60.0)
    except DeviceError:  # the chips are in an unknown state: the next test opens new ones
        target.cache_clear()
        raise
    shape = node.type.local_shape(mesh)
    if 0 not in shape:
        check_written(card, regions[-1])
    return [layouts.decode(card.read(d, regions[-1]), shape, node.type.dtype, card.layout) for d in range(mesh.size)]


def check_written(card: CardTarget, region: Region) -> None:
    """An emulated card's kernel has written all of its result's pages, padding included: others read all of them."""
    if not isinstance(card._transport, EmulatedMesh):
        return
    banks = ARCHS[card.arch].dram_banks
    count = -(-region.size_bytes // region.page_bytes)
    for device in range(card.mesh.size):
        for bank, xy in enumerate(banks[:count]):
            pages = len(range(bank, count, len(banks)))
            missing = card._transport.unwritten(device, xy, region.address, pages * region.page_bytes)
            assert missing is None, f"bank {bank}: {missing - region.address:#x} of the result is not written"


def single(build, *types, mesh: Mesh = ONE) -> Graph:
    """A one-node graph: ``build(builder, *params)`` adds the node."""
    builder = Builder(mesh, LOCAL)
    params = [builder.param(f"x{i}", t) for i, t in enumerate(types)]
    return builder.graph("f", [build(builder, *params)])


def fused(build, *types, mesh: Mesh = ONE, **attrs: str) -> Graph:
    """A graph of one fusion: ``build(builder, *params)`` adds the body's nodes."""
    body = Builder(mesh, FUSED)
    inner = [body.param(f"a{i}", t) for i, t in enumerate(types)]
    region = body.graph("region", [build(body, *inner)])
    builder = Builder(mesh, FUSED)
    params = [builder.param(f"x{i}", t) for i, t in enumerate(types)]
    return builder.graph("f", [builder.add(FUSION, params, {"kind": "test", **attrs}, body=region)])


def plain(dtype: DType, *shape: int) -> TensorType:
    """A type that is whole on every device."""
    return TensorType(dtype, shape, ((),) * len(shape))


def random(type: TensorType, seed: int = 0, scale: float = 1.0, positive: bool = False) -> np.ndarray:
    """Normal values of a type's shape, rounded to its dtype."""
    rng = np.random.default_rng(seed)
    if type.dtype.kind == "bool":
        return rng.random(type.shape) < 0.5
    if type.dtype.kind == "int":
        return rng.integers(-1000, 1000, type.shape).astype(np.int32)
    values = rng.standard_normal(type.shape) * scale
    return (np.abs(values) + 0.01 if positive else values).astype(type.dtype.numpy)


def check(
    graph: Graph,
    inputs: Sequence[np.ndarray],
    chip: tuple[str, str],
    tolerance: float,
    *,
    relative: bool = False,
    grid: tuple[int, int] = ALL_CORES,
    l1_bytes: int | None = None,
) -> None:
    """Run the graph's node on cards; its value is the one NumPy gives in float64, within ``tolerance``.

    The tolerance is relative to the largest value, or with ``relative`` to each value.
    """
    (node,) = graph.nodes
    values = dict(zip(graph.params, inputs, strict=True))
    blocks = run_node(node, graph.mesh, [values[o] for o in node.operands], chip, grid=grid, l1_bytes=l1_bytes)
    got = join(blocks, node.type, graph).astype(np.float64)
    want = evaluate(graph, inputs, exact=True)[0].astype(np.float64)
    assert got.shape == want.shape
    scale = np.abs(want) if relative else np.abs(want).max(initial=1e-30)
    error = np.abs(got - want) / np.maximum(scale, 1e-30)
    worst = np.unravel_index(error.argmax(), error.shape) if error.size else ()
    assert not error.size or error.max() <= tolerance, (error.max(), worst, got[worst], want[worst])
