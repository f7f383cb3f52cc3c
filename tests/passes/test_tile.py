"""The tile of a matmul: what it may be, and that the text carries it."""

from __future__ import annotations

import re
from typing import cast

import pytest
from checks import MACHINE
from hypothesis import given
from hypothesis import strategies as st

from meshjit.codegen.backends import backend_of, machine_of
from meshjit.codegen.cpu import tiling
from meshjit.errors import CodegenError, IRError
from meshjit.ir.graph import Builder, Graph
from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import LOCAL
from meshjit.ir.ops import OPS
from meshjit.ir.parser import parse
from meshjit.ir.types import BF16, F32, DType, TensorType
from meshjit.ir.verify import verify
from meshjit.passes.fuse import fuse
from meshjit.passes.tile import tile

MESH = Mesh((1,), ("tp",))


def fused(a: tuple[int, ...], b: tuple[int, ...], dtype: DType = F32) -> Graph:
    builder = Builder(MESH, LOCAL)
    x, w = (builder.param(n, TensorType(dtype, s, ((),) * len(s))) for n, s in (("x", a), ("w", b)))
    return fuse(builder.graph("f", [builder.add(OPS["matmul"], [x, w])]))


@given(st.integers(0, 5000), st.integers(0, 5000), st.integers(0, 5000), st.sampled_from((F32, BF16)))
def test_tiles_fit_the_machine_and_the_matmul(m: int, k: int, n: int, dtype: DType) -> None:
    graph = tile(fused((m, k), (k, n), dtype), MACHINE)
    verify(graph, after="tile")
    rows, columns, depth = cast("tuple[int, int, int]", graph.nodes[0].attrs["tile"])
    assert 1 <= rows <= min(max(m, 1), tiling.ROWS)
    stretch = tiling.STRETCH if m <= tiling.FEW_ROWS else 1
    assert 1 <= columns <= min(max(n, 1), tiling.COLUMNS * stretch)
    assert 1 <= depth <= min(max(k, 1), tiling.DEPTH_BYTES // dtype.size_bytes * stretch)


def test_batches_that_share_the_second_operand_are_rows() -> None:
    shared = tile(fused((4, 30, 64), (64, 64)), MACHINE).nodes[0]
    own = tile(fused((4, 30, 64), (4, 64, 64)), MACHINE).nodes[0]
    assert (shared.attrs["tile"], own.attrs["tile"]) == ((120, 64, 64), (30, 64, 64))


def test_the_text_carries_the_tile_and_the_verifier_reads_it() -> None:
    text = str(tile(fused((64, 64), (64, 64)), MACHINE))
    assert "tile=[64,64,64]" in text and str(parse(text)) == text
    with pytest.raises(IRError, match="rows, columns and depth"):
        verify(parse(text.replace("tile=[64,64,64]", "tile=[64,0,64]")), after="parse")


@pytest.mark.parametrize("chip,cores", [("wormhole", [64, 16, 16]), ("blackhole", [72, 24, 16])])
def test_cards_obey_the_tile_in_the_text(chip: str, cores: list[int]) -> None:
    """64, 16 and 16 blocks, on the smallest rectangles of cores that hold them."""
    graph = tile(fused((256, 512), (512, 256), BF16), machine_of(chip))
    text = str(graph)
    assert "tile=[" in text and str(parse(text)) == text
    plan = re.search(r"tile=[^}]*", text)
    assert plan is not None
    assert cores == [
        len(backend_of(chip).lower(parse(text.replace(plan[0], wanted)).nodes[0], MESH).arguments)
        for wanted in ("tile=[32,32,32]", "tile=[64,64,32]", 'tile=[64,64,64], multicast="ab"')
    ]


def test_a_tile_that_no_core_holds_is_refused_by_name() -> None:
    text = str(tile(fused((256, 512), (512, 256), BF16), machine_of("wormhole")))
    wrong = re.sub(r"tile=[^}]*", "tile=[256,256,32]", text)
    with pytest.raises(CodegenError, match="MJ4111"):
        backend_of("wormhole").lower(parse(wrong).nodes[0], MESH)
    with pytest.raises(IRError, match="multicast is one of 'a', 'b', 'ab'"):
        verify(parse(re.sub(r"tile=[^}]*", 'tile=[32,32,32], multicast="c"', text)), after="parse")
