"""Elementwise chains on the CPU mesh against NumPy in float64."""

from __future__ import annotations

import numpy as np
import pytest
from cpu_run import TOLERANCE, check, plain, run_node, sample, single

from meshjit.codegen.cpu.lower import lower
from meshjit.codegen.cpu.macros import NEEDS, STEMS
from meshjit.ir.graph import Builder
from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import LOCAL, attrs_of
from meshjit.ir.ops import OPS
from meshjit.ir.types import BF16, BOOL, DTYPES, F32, I32, DType

ONE = Mesh((1,), ("tp",))
POSITIVE = {"log", "sqrt", "rsqrt", "reciprocal", "pow", "div"}
SHAPES = [(1,), (7, 31), (4, 32), (3, 1, 33)]
FLOATS = (F32, BF16)
NUMBERS = (F32, BF16, I32)
KINDS = {
    **dict.fromkeys(("exp", "log", "sqrt", "rsqrt", "reciprocal", "tanh", "sigmoid", "erf", "silu", "gelu"), FLOATS),
    **dict.fromkeys(("div", "pow"), FLOATS),
    **dict.fromkeys(("neg", "abs", "relu", "add", "sub", "mul", "maximum", "minimum"), NUMBERS),
    **dict.fromkeys(("eq", "ne", "lt", "le", "gt", "ge"), DTYPES),
    **dict.fromkeys(("logical_and", "logical_or", "logical_xor", "logical_not"), (BOOL,)),
    **dict.fromkeys(("bitwise_and", "bitwise_or", "bitwise_xor"), (I32,)),
}


def test_every_elementwise_op_of_the_table_has_a_kernel() -> None:
    special = {"cast", "where", "mask"}
    assert {op.name for op in OPS.values() if op.kernel == "elementwise"} == set(STEMS) | special
    assert set(KINDS) == set(STEMS)
    assert set(NEEDS) >= {"tanh_f", "gelu_f"}


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name,dtype", [(n, d) for n, kinds in KINDS.items() for d in kinds], ids=str)
def test_op(name: str, dtype: DType, shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(len(name) + len(shape))
    arity = OPS[name].arity[0]
    shapes = [shape, shape[-1:]][:arity]
    arrays = [sample(rng, dtype, s, 0.25 if name in POSITIVE else -3.0) for s in shapes]
    attrs = attrs_of(approximate="tanh" if len(shape) == 2 else "none") if name == "gelu" else attrs_of()
    graph = single(lambda b, *p: b.add(OPS[name], p, attrs), *(plain(dtype, s) for s in shapes))
    check(graph, arrays, TOLERANCE[dtype])


@pytest.mark.parametrize("to", DTYPES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_cast(dtype: DType, to: DType) -> None:
    x = sample(np.random.default_rng(0), dtype, (5, 19))
    if dtype.kind == "float":
        x[0, :5] = [np.nan, np.inf, -np.inf, 3e9, -3e9]
    graph = single(lambda b, p: b.add(OPS["cast"], [p], attrs_of(dtype=to)), plain(dtype, x.shape))
    check(graph, [x], TOLERANCE[to])


@pytest.mark.parametrize("dtype", NUMBERS, ids=str)
def test_where_broadcasts_all_three(dtype: DType) -> None:
    rng = np.random.default_rng(0)
    arrays = [sample(rng, BOOL, (6, 1)), sample(rng, dtype, (17,)), sample(rng, dtype, (2, 1, 1))]
    types = [plain(d, a.shape) for d, a in zip((BOOL, dtype, dtype), arrays, strict=True)]
    check(single(lambda b, *p: b.add(OPS["where"], p), *types), arrays, TOLERANCE[dtype])


def test_a_chain_rounds_once() -> None:
    """x * 1.01 + 1.01 in bfloat16: float32 inside, one rounding to nearest even at the end."""
    x = np.arange(-300, 300, dtype=np.float32).astype(BF16.numpy).reshape(20, 30)
    body = Builder(ONE, "fused")
    a = body.param("a", plain(BF16, x.shape))
    scale = body.add(OPS["full"], [], attrs_of(shape=(), value=1.01, dtype=BF16), spec=())
    value = body.add(OPS["add"], [body.add(OPS["mul"], [a, scale]), scale])
    region = body.graph("body", [value])
    graph = single(
        lambda b, p: b.add(OPS["fusion"], [p], attrs_of(kind="elementwise"), body=region), plain(BF16, x.shape)
    )
    from_cpu = run_node(graph.nodes[0], ONE, [x])[0]
    f = np.float32
    np.testing.assert_array_equal(from_cpu, (x.astype(f) * f(1.01) + f(1.01)).astype(BF16.numpy))


def test_rounding_to_bfloat16_is_numpys_on_all_bit_patterns() -> None:
    bits = np.arange(0, 1 << 32, 40503, dtype=np.uint64).astype(np.uint32)
    x = bits.view(np.float32)
    graph = single(lambda b, p: b.add(OPS["cast"], [p], attrs_of(dtype=BF16)), plain(F32, x.shape))
    got = run_node(graph.nodes[0], ONE, [x])[0]
    with np.errstate(all="ignore"):
        want = x.astype(BF16.numpy)
    nan = np.isnan(x)
    np.testing.assert_array_equal(got[~nan].view(np.uint16), want[~nan].view(np.uint16))
    assert np.isnan(got[nan].astype(np.float32)).all()


def test_iota_and_mask_know_the_place_of_a_shard() -> None:
    mesh = Mesh((2, 4), ("dp", "tp"))
    spec = (("dp",), ("tp",))
    for dtype, dim, start, step in ((I32, 0, 5, -2), (F32, 1, 0.5, 0.25), (BF16, 1, 1, 1)):
        attrs = attrs_of(shape=(5, 21), dim=dim, start=start, step=step, dtype=dtype)
        builder = Builder(mesh, LOCAL)
        graph = builder.graph("f", [builder.add(OPS["iota"], [], attrs, spec=spec)])
        check(graph, [], TOLERANCE[dtype])
    x = sample(np.random.default_rng(0), F32, (5, 21))
    type = plain(F32, x.shape).with_spec(spec)
    graph = single(lambda b, p: b.add(OPS["mask"], [p], attrs_of(value=-7.0)), type, mesh=mesh)
    blocks = run_node(graph.nodes[0], mesh, [x])
    for device, block in enumerate(blocks):
        valid = type.valid_shape(mesh, device)
        keep = np.zeros(block.shape, bool)
        keep[tuple(slice(0, v) for v in valid)] = True
        assert (block[~keep] == -7.0).all() and (block[keep] != -7.0).all()


def test_full_is_what_it_says() -> None:
    for dtype, value in ((F32, -2.5), (BF16, 3.0), (I32, -7), (BOOL, True)):
        builder = Builder(ONE, LOCAL)
        attrs = attrs_of(shape=(3, 37), value=value, dtype=dtype)
        check(builder.graph("f", [builder.add(OPS["full"], [], attrs, spec=((), ()))]), [], 0.0)


def test_large_arrays_are_cut_into_tasks() -> None:
    x = sample(np.random.default_rng(0), F32, (3, 100_003))
    graph = single(lambda b, p: b.add(OPS["exp"], [p]), plain(F32, x.shape))
    assert lower(graph.nodes[0], ONE).num_tasks > 4
    check(graph, [x], TOLERANCE[F32])


def test_an_operand_given_twice_is_one_buffer() -> None:
    x = sample(np.random.default_rng(0), F32, (5, 19))
    type = plain(F32, x.shape)
    alone = single(lambda b, p: b.add(OPS["mul"], [p, p]), type)
    assert lower(alone.nodes[0], ONE).num_buffers == 2
    check(alone, [x], TOLERANCE[F32])
    body = Builder(ONE, "fused")
    a, b = body.param("a", type), body.param("b", type)
    region = body.graph("body", [body.add(OPS["sub"], [body.add(OPS["exp"], [a]), b])])
    fused = single(lambda g, p: g.add(OPS["fusion"], [p, p], attrs_of(kind="elementwise"), body=region), type)
    assert lower(fused.nodes[0], ONE).num_buffers == 2
    check(fused, [x], TOLERANCE[F32])
    rows = single(lambda g, p: g.add(OPS["concat"], [p, p], attrs_of(axis=0)), type)
    check(rows, [x], 0.0)
