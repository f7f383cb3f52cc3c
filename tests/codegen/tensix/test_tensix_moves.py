"""Data movement on cards: to the bit."""

from __future__ import annotations

import numpy as np
import pytest
from card_run import CHIPS, check, plain, random, run_node, single

from meshjit.ir.mesh import Mesh
from meshjit.ir.ops import shape as moves
from meshjit.ir.ops import sharding
from meshjit.ir.types import BF16, BOOL, F32, I32, TensorType

pytestmark = pytest.mark.parametrize("chip", CHIPS)
DTYPES = pytest.mark.parametrize("dtype", [BF16, F32, I32, BOOL], ids=str)

#: (name, op, attributes, operand shapes): aligned paths that move pages, and unaligned ones that move elements.
CASES = [
    ("reshape", moves.RESHAPE, {"shape": (70, 40)}, [(40, 70)]),
    ("reshape_lead", moves.RESHAPE, {"shape": (2, 1, 64, 33)}, [(2, 64, 33)]),
    ("reshape_rows", moves.RESHAPE, {"shape": (80, 32)}, [(2, 40, 32)]),
    ("reshape_rows_aligned", moves.RESHAPE, {"shape": (64, 40)}, [(2, 32, 40)]),
    ("reshape_columns", moves.RESHAPE, {"shape": (1, 66)}, [(2, 1, 33)]),
    ("reshape_split", moves.RESHAPE, {"shape": (5, 8, 7, 10)}, [(40, 70)]),
    ("transpose", moves.TRANSPOSE, {"perm": (1, 0)}, [(33, 70)]),
    ("transpose_lead", moves.TRANSPOSE, {"perm": (1, 0, 2, 3)}, [(2, 3, 32, 40)]),
    ("transpose_heads", moves.TRANSPOSE, {"perm": (0, 2, 1, 3)}, [(1, 3, 33, 32)]),
    ("broadcast", moves.BROADCAST_TO, {"shape": (2, 33, 3, 40)}, [(33, 1, 40)]),
    ("slice", moves.SLICE, {"start": (3, 60), "size": (20, 30), "step": (2, -2)}, [(70, 64)]),
    ("slice_aligned", moves.SLICE, {"start": (32, 64), "size": (38, 36), "step": (1, 1)}, [(70, 100)]),
    ("concat_rows", moves.CONCAT, {"axis": 0}, [(40, 33), (5, 33)]),
    ("concat_aligned", moves.CONCAT, {"axis": 0}, [(64, 33), (5, 33)]),
    ("concat_columns", moves.CONCAT, {"axis": 1}, [(33, 40), (33, 7), (33, 1)]),
    ("pad", moves.PAD, {"low": (1, 2), "high": (3, 0), "value": 1.0}, [(33, 40)]),
    ("pad_aligned", moves.PAD, {"low": (0, 32), "high": (32, 0), "value": 0.0}, [(32, 40)]),
]


@DTYPES
@pytest.mark.parametrize(("op", "attrs", "shapes"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_moves(chip, op, attrs, shapes, dtype):
    types = [plain(dtype, *s) for s in shapes]
    graph = single(lambda b, *xs: b.add(op, list(xs), attrs), *types)
    check(graph, [random(t, i) for i, t in enumerate(types)], chip, 0.0)


@pytest.mark.parametrize("size", [64, 45])
def test_local_slice_takes_each_devices_block(chip, size):
    mesh = Mesh((2,), ("tp",))
    type = TensorType(F32, (size, 40), ((), ()))
    graph = single(
        lambda b, x: b.add(sharding.LOCAL_SLICE, [x], {"dim": 0, "axes": ("tp",), "reason": ""}), type, mesh=mesh
    )
    x = random(type, 1)
    blocks = run_node(graph.nodes[0], mesh, [x], chip)
    assert np.array_equal(np.concatenate(blocks)[:size], x)
