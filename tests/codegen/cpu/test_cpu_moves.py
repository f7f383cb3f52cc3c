"""Data movement on the CPU mesh: bits are kept, whatever they are."""

from __future__ import annotations

import numpy as np
import pytest
from cpu_run import plain, run_node, sample, single

from meshjit.ir.evaluate import evaluate, split
from meshjit.ir.graph import Graph
from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import LOCAL, Attr, attrs_of
from meshjit.ir.ops import OPS
from meshjit.ir.types import BF16, DTYPES, F32, I32, DType

ONE = Mesh((1,), ("tp",))
CASES: list[tuple[str, list[tuple[int, ...]], dict[str, Attr]]] = [
    ("reshape", [(6, 7)], {"shape": (2, 21)}),
    ("reshape", [(1,)], {"shape": ()}),
    ("transpose", [(5, 70, 67)], {"perm": (2, 0, 1)}),
    ("transpose", [(70, 67)], {"perm": (1, 0)}),
    ("transpose", [(1, 5)], {"perm": (1, 0)}),
    ("transpose", [(2, 3, 4, 5)], {"perm": (0, 2, 1, 3)}),
    ("transpose", [(128, 96)], {"perm": (1, 0)}),
    ("transpose", [(3, 40, 2, 33)], {"perm": (2, 3, 0, 1)}),
    ("broadcast_to", [(7, 1)], {"shape": (3, 7, 5)}),
    ("broadcast_to", [()], {"shape": (2, 3)}),
    ("slice", [(9, 31)], {"start": (8, 3), "size": (3, 7), "step": (-2, 3)}),
    ("slice", [(9, 31)], {"start": (0, 30), "size": (9, 31), "step": (1, -1)}),
    ("slice", [(9, 64)], {"start": (2, 16), "size": (3, 32), "step": (1, 1)}),
    ("slice", [(4, 4)], {"start": (0, 0), "size": (0, 4), "step": (1, 1)}),
    ("concat", [(3, 4), (3, 1), (3, 9)], {"axis": 1}),
    ("concat", [(4, 1), (4, 1)], {"axis": 1}),
    ("concat", [(3, 4), (5, 4)], {"axis": 0}),
    ("pad", [(3, 4)], {"low": (1, 0), "high": (2, 3), "value": 1}),
    ("pad", [(2, 3, 4)], {"low": (0, 1, 2), "high": (1, 1, 0), "value": 0}),
    ("pad", [(3,)], {"low": (0,), "high": (0,), "value": 0}),
]


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("name,shapes,attrs", CASES, ids=lambda v: str(v).replace(" ", ""))
def test_move(name: str, shapes: list[tuple[int, ...]], attrs: dict[str, Attr], dtype: DType) -> None:
    rng = np.random.default_rng(0)
    arrays = [sample(rng, dtype, s) for s in shapes]
    if name == "pad" and dtype.name == "bool":
        attrs = attrs | {"value": bool(attrs["value"])}
    graph = single(lambda b, *p: b.add(OPS[name], p, attrs_of(**attrs)), *(plain(dtype, s) for s in shapes))
    np.testing.assert_array_equal(run_node(graph.nodes[0], ONE, arrays)[0], evaluate(graph, arrays)[0])


def test_nan_payloads_and_denormals_survive() -> None:
    bits = np.arange(0, 1 << 16, dtype=np.uint16).reshape(256, 256)
    x = bits.view(BF16.numpy)
    graph = single(lambda b, p: b.add(OPS["transpose"], [p], attrs_of(perm=(1, 0))), plain(BF16, x.shape))
    np.testing.assert_array_equal(run_node(graph.nodes[0], ONE, [x])[0].view(np.uint16), bits.T)


@pytest.mark.parametrize("shape", [(16, 12), (10, 7), (3, 9)], ids=str)
@pytest.mark.parametrize("dim", (0, 1))
def test_local_slice_keeps_the_block_of_each_device(dim: int, shape: tuple[int, ...]) -> None:
    mesh = Mesh((2, 4), ("dp", "tp"))
    type = plain(F32, shape)
    x = sample(np.random.default_rng(0), F32, shape)
    graph = single(lambda b, p: b.add(OPS["local_slice"], [p], attrs_of(dim=dim, axes=("tp",))), type, mesh=mesh)
    (node,) = graph.nodes
    blocks = run_node(node, mesh, [x])
    for device, block in enumerate(blocks):
        valid = tuple(slice(0, v) for v in node.type.valid_shape(mesh, device))
        want = split(x, node.type, Graph("f", mesh, (), (), (), LOCAL), device)
        np.testing.assert_array_equal(block[valid], want[valid])


def test_local_slice_of_what_is_sharded_already() -> None:
    mesh = Mesh((2, 4), ("dp", "tp"))
    type = plain(I32, (13, 5)).with_spec((("dp",), ()))
    x = sample(np.random.default_rng(0), I32, (13, 5))
    graph = single(lambda b, p: b.add(OPS["local_slice"], [p], attrs_of(dim=0, axes=("tp",))), type, mesh=mesh)
    (node,) = graph.nodes
    for device, block in enumerate(run_node(node, mesh, [x])):
        valid = tuple(slice(0, v) for v in node.type.valid_shape(mesh, device))
        want = split(x, node.type, Graph("f", mesh, (), (), (), LOCAL), device)
        np.testing.assert_array_equal(block[valid], want[valid])
