"""Types, blocks and sharding rules."""

from __future__ import annotations

import math

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_graphs import RANDOM_MESHES, specs

from meshjit.errors import DTypeError, ShardingError
from meshjit.ir.evaluate import join, split
from meshjit.ir.graph import Builder, Graph
from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import LOCAL, Pending, attrs_of
from meshjit.ir.ops import OPS
from meshjit.ir.types import BF16, BOOL, F32, I32, TensorType, block_bounds, block_size, dtype_of
from meshjit.passes.reshard import moved_bytes, steps

MESH = Mesh((2, 4), ("dp", "tp"))


@pytest.mark.parametrize(
    ("type", "text"),
    [
        (TensorType(BF16, (128, 1024), (("dp",), ("tp",))), "bf16[128@dp,1024@tp]"),
        (TensorType(F32, (256,), (("dp", "tp"),)), "f32[256@dp+tp]"),
        (TensorType(F32, (4, 2), ((), ()), Pending(("tp",))), "f32[4,2]{+tp}"),
        (TensorType(I32, (), (), Pending(("dp", "tp"), "max")), "i32[]{max:dp+tp}"),
        (TensorType(BOOL, (3,)), "bool[3]?"),
    ],
)
def test_type_text(type: TensorType, text: str) -> None:
    assert str(type) == text


def test_dtypes() -> None:
    assert dtype_of(np.float32) is F32
    assert dtype_of("bf16") is dtype_of(ml_dtypes.bfloat16) is dtype_of("bfloat16") is BF16
    assert dtype_of(int.__name__ + "32") is I32
    assert [d.size_bytes for d in (F32, BF16, I32, BOOL)] == [4, 2, 4, 1]
    with pytest.raises(DTypeError, match="MJ2002"):
        dtype_of(np.float64)


def test_blocks_of_an_uneven_dim() -> None:
    # 7 over dp=2: 4 and 3; each over tp=4: 1, 1, 1, 1 and 1, 1, 1, none.
    assert block_size(7, ("dp", "tp"), MESH) == 1
    assert [block_bounds(7, ("dp", "tp"), MESH, d) for d in range(8)] == [
        (0, 1),
        (1, 1),
        (2, 1),
        (3, 1),
        (4, 1),
        (5, 1),
        (6, 1),
        (7, 0),
    ]
    # 5 over dp=2 is 3 and 2; 3 over tp=4 is 1, 1, 1, none.
    assert [block_bounds(5, ("dp", "tp"), MESH, d)[1] for d in range(8)] == [1, 1, 1, 0, 1, 1, 0, 0]


@given(st.data())
def test_blocks_cover_the_array_once(data: st.DataObject) -> None:
    mesh = data.draw(st.sampled_from(RANDOM_MESHES))
    shape = tuple(data.draw(st.lists(st.integers(0, 9), max_size=3)))
    type = TensorType(F32, shape, data.draw(specs(len(shape), mesh)))
    graph = Graph("f", mesh, (), (), (), LOCAL)
    array = np.arange(math.prod(shape), dtype=np.float32).reshape(shape)
    blocks = [split(array, type, graph, d, np.nan) for d in range(mesh.size)]
    assert {b.shape for b in blocks} == {type.local_shape(mesh)}
    np.testing.assert_array_equal(join(blocks, type, graph), array)
    copies = mesh.size // mesh.axes_size(type.sharded_axes)
    assert sum(np.isfinite(b).sum() for b in blocks) == copies * array.size
    assert bool(type.padded_dims(mesh)) == any(np.isnan(b).any() for b in blocks) or not array.size


@given(st.data())
def test_any_sharding_becomes_any_other(data: st.DataObject) -> None:
    mesh = data.draw(st.sampled_from(RANDOM_MESHES))
    shape = tuple(data.draw(st.lists(st.integers(1, 9), max_size=3)))
    a, b = (data.draw(specs(len(shape), mesh)) for _ in range(2))
    free = [axis for axis in mesh.axes if axis not in TensorType(F32, shape, a).sharded_axes]
    pending = Pending((free[0],)) if free and data.draw(st.booleans()) else None
    source = TensorType(F32, shape, a, pending)
    path = steps(source, b, mesh)
    assert (path[-1].type if path else source) == source.with_spec(b)
    assert len(path) <= 8
    assert (moved_bytes(source, b, mesh) == 0) == (
        not path
        or all(s.op.name == "local_slice" for s in path)
        or not any(
            mesh.axes_size(s.attrs["axes"]) > 1
            for s in path
            if s.op.name != "local_slice"  # type: ignore[arg-type]
        )
    )


def infer(name: str, /, *types: str, **attrs: object) -> str:
    """The type of an op on operands given as text, in stage local."""
    from_text = {"f32": F32, "bf16": BF16, "i32": I32, "bool": BOOL}

    def type_of(text: str) -> TensorType:
        dtype, rest = text.rstrip("]").split("[")
        dims = [d.split("@") for d in rest.split(",") if d]
        return TensorType(
            from_text[dtype],
            tuple(int(d[0]) for d in dims),
            tuple(tuple(d[1].split("+")) if d[1:] else () for d in dims),
        )

    builder = Builder(MESH, LOCAL)
    params = [builder.param(f"x{i}", type_of(t)) for i, t in enumerate(types)]
    return str(builder.add(OPS[name], params, attrs_of(**attrs)).type)  # type: ignore[arg-type]


def test_sharding_rules() -> None:
    assert infer("add", "f32[4@dp,6@tp]", "f32[6@tp]") == "f32[4@dp,6@tp]"
    assert infer("add", "f32[4@dp,6@tp]", "f32[4@dp,1]") == "f32[4@dp,6@tp]"
    assert infer("matmul", "f32[4@dp,6]", "f32[6,8@tp]") == "f32[4@dp,8@tp]"
    assert infer("matmul", "f32[4@dp,6@tp]", "f32[6@tp,8]") == "f32[4@dp,8]{+tp}"
    assert infer("matmul", "f32[2@dp,4,6]", "f32[6,8@tp]") == "f32[2@dp,4,8@tp]"
    assert infer("sum", "f32[4@dp,6@tp]", axes=(0,), keepdims=False) == "f32[6@tp]{+dp}"
    assert infer("max", "f32[4@dp,6@tp]", axes=(0, 1), keepdims=True) == "f32[1,1]{max:dp+tp}"
    assert infer("transpose", "f32[4@dp,6@tp]", perm=(1, 0)) == "f32[6@tp,4@dp]"
    assert infer("reshape", "f32[4@dp,6]", shape=(24,)) == "f32[24@dp]"
    assert infer("reshape", "f32[8@dp,6@tp]", shape=(4, 2, 6)) == "f32[4@dp,2,6@tp]"
    assert infer("softmax", "f32[4@dp,6]", axis=1) == "f32[4@dp,6]"
    assert infer("concat", "f32[4@dp,6]", "f32[4@dp,2]", axis=1) == "f32[4@dp,8]"
    assert infer("slice", "f32[4@dp,6]", start=(0, 1), size=(4, 2), step=(1, 2)) == "f32[4@dp,2]"
    assert infer("broadcast_to", "f32[1,6@tp]", shape=(3, 4, 6)) == "f32[3,4,6@tp]"
    assert infer("all_gather", "f32[4@dp,6@tp]", dim=1, axes=("tp",)) == "f32[4@dp,6]"
    assert infer("all_to_all", "f32[4@dp,8@tp]", dim=1, split_dim=0, axes=("tp",)) == "f32[4@dp+tp,8]"
    assert infer("local_slice", "f32[4,6]", dim=0, axes=("tp",)) == "f32[4@tp,6]"


@pytest.mark.parametrize(
    ("op", "types", "attrs", "code"),
    [
        ("add", ("f32[4@dp]", "f32[4@tp]"), {}, "MJ3005"),
        ("add", ("f32[4@dp,4]", "f32[4@dp]"), {}, "MJ3005"),
        ("softmax", ("f32[4,6@tp]",), {"axis": 1}, "MJ3004"),
        ("reshape", ("f32[3@dp,4]",), {"shape": (12,)}, "MJ3007"),
        ("reshape", ("f32[4,6@tp]",), {"shape": (24,)}, "MJ3007"),
        ("concat", ("f32[4@dp]", "f32[4@dp]"), {"axis": 0}, "MJ3004"),
        ("matmul", ("f32[4@tp,6]", "f32[6,8@tp]"), {}, "MJ3003"),
        ("all_gather", ("f32[4@dp+tp]",), {"dim": 0, "axes": ("dp",)}, "MJ3008"),
        ("all_gather", ("f32[5@dp+tp]",), {"dim": 0, "axes": ("dp", "tp")}, "MJ3008"),
        ("local_slice", ("f32[4@dp]",), {"dim": 0, "axes": ("dp",)}, "MJ3003"),
        ("local_slice", ("f32[4]",), {"dim": 1, "axes": ("dp",)}, "MJ3008"),
        ("all_reduce", ("f32[4]",), {"axes": ("dp",), "op": "sum"}, "MJ3008"),
    ],
)
def test_refused_shardings(op: str, types: tuple[str, ...], attrs: dict[str, object], code: str) -> None:
    with pytest.raises(ShardingError) as error:
        infer(op, *types, **attrs)
    assert error.value.code == code
    assert error.value.fix
    assert len(error.value.operands) == len(types)


def test_pending_sums_pass_linear_ops_only() -> None:
    builder = Builder(MESH, LOCAL)
    x = builder.param("x", TensorType(F32, (4, 8), ((), ("tp",))))
    y = builder.param("y", TensorType(F32, (4,), ((),)))
    total = builder.add(OPS["sum"], [x], attrs_of(axes=(1,), keepdims=False))
    assert str(builder.add(OPS["neg"], [total]).type) == "f32[4]{+tp}"
    assert str(builder.add(OPS["add"], [total, total]).type) == "f32[4]{+tp}"
    assert str(builder.add(OPS["mul"], [total, y]).type) == "f32[4]{+tp}"
    assert str(builder.add(OPS["div"], [total, y]).type) == "f32[4]{+tp}"
    for op, operands in (("exp", [total]), ("mul", [total, total]), ("add", [total, y]), ("div", [y, total])):
        with pytest.raises(ShardingError, match="MJ3006"):
            builder.add(OPS[op], operands)
