"""What the corpus holds: every op and kernel, dtype, fidelity, broadcast and core grid."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from corpus.runner import Triple

from meshjit.ir.graph import Builder, Graph, Node
from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import FUSED, OpDef
from meshjit.ir.ops import OPS, create, elementwise, linear, reduce, shape, sharding
from meshjit.ir.ops.structure import FUSION
from meshjit.ir.types import BF16, BOOL, F32, I32, DType, TensorType

ONE = Mesh((1,), ("tp",))
TWO = Mesh((2,), ("tp",))
GRIDS = {"1": (1, 1), "2x2": (2, 2), "8x8": (8, 8)}
FLOATS = (BF16, F32)
Build = Callable[..., Node]
E_ = elementwise

UNARY = (
    E_.NEG, E_.ABS, E_.EXP, E_.LOG, E_.SQRT, E_.RSQRT, E_.RECIPROCAL, E_.TANH, E_.SIGMOID, E_.ERF, E_.RELU, E_.SILU,
)  # fmt: skip
BINARY = (E_.ADD, E_.SUB, E_.MUL, E_.DIV, E_.POW, E_.MAXIMUM, E_.MINIMUM)
INTEGER = (E_.ADD, E_.SUB, E_.MUL, E_.MAXIMUM, E_.MINIMUM)
COMPARE = (E_.EQ, E_.NE, E_.LT, E_.LE, E_.GT, E_.GE)
LOGICAL = (E_.LOGICAL_AND, E_.LOGICAL_OR, E_.LOGICAL_XOR)
BITWISE = (E_.BITWISE_AND, E_.BITWISE_OR, E_.BITWISE_XOR)


def plain(dtype: DType, *dims: int) -> TensorType:
    """A type that is whole on every device."""
    return TensorType(dtype, dims, ((),) * len(dims))


def single(build: Build, types: Sequence[TensorType], mesh: Mesh = ONE) -> Graph:
    """A graph of one node."""
    builder = Builder(mesh, FUSED)
    return builder.graph("f", [build(builder, *(builder.param(f"x{i}", t) for i, t in enumerate(types)))])


def fused(build: Build, types: Sequence[TensorType], mesh: Mesh = ONE, **attrs: str) -> Graph:
    """A graph of one fusion, whose body ``build`` makes; ``attrs`` say how cards multiply."""
    body = Builder(mesh, FUSED)
    result = build(body, *(body.param(f"a{i}", t) for i, t in enumerate(types)))
    region = body.graph("region", [result])
    return single(lambda b, *xs: b.add(FUSION, xs, {"kind": "corpus", **attrs}, body=region), types, mesh)


def const(b: Builder, value: float, dtype: DType) -> Node:
    """A constant that broadcasts."""
    return b.add(create.FULL, (), {"shape": (), "value": value, "dtype": dtype}, spec=())


def triple(name: str, graph: Graph, grid: str = "2x2", data: str = "bits") -> Triple:
    """A triple without its digests; its seed follows from its name."""
    name = f"{name}-{grid}"
    seed = sum(ord(c) * (i + 1) for i, c in enumerate(name))
    return Triple(name, str(graph), GRIDS[grid], data, seed)


def elementwise_cases() -> Iterator[Triple]:
    """One op a kernel, over any bit patterns."""
    for dtype in FLOATS:
        t = plain(dtype, 33, 70)
        for op in UNARY:
            yield triple(f"{op.name}-{dtype}", single(lambda b, x, op=op: b.add(op, [x]), [t]))
        for form in ("tanh", "none"):
            graph = single(lambda b, x, form=form: b.add(E_.GELU, [x], {"approximate": form}), [t])
            yield triple(f"gelu_{form}-{dtype}", graph)
        for op in BINARY:
            yield triple(f"{op.name}-{dtype}", single(lambda b, x, y, op=op: b.add(op, [x, y]), [t, t]))
        for grid, dims in (("1", (70, 70)), ("8x8", (2, 200, 256))):
            t = plain(dtype, *dims)
            yield triple(f"mul-{dtype}", single(lambda b, x, y: b.add(E_.MUL, [x, y]), [t, t]), grid)
            yield triple(f"silu-{dtype}", single(lambda b, x: b.add(E_.SILU, [x]), [t]), grid)
    t = plain(I32, 33, 70)
    for op in (E_.NEG, E_.ABS, E_.RELU):
        yield triple(f"{op.name}-i32", single(lambda b, x, op=op: b.add(op, [x]), [t]))
    for op in (*INTEGER, *BITWISE):
        yield triple(f"{op.name}-i32", single(lambda b, x, y, op=op: b.add(op, [x, y]), [t, t]))
    for op in LOGICAL:
        t = plain(BOOL, 40, 33)
        yield triple(op.name, fused(lambda b, x, y, op=op: b.add(E_.LOGICAL_NOT, [b.add(op, [x, y])]), [t, t]))


def predicate_cases() -> Iterator[Triple]:
    """Comparisons as bool, and choosing by them."""
    for dtype in (*FLOATS, I32):
        t = plain(dtype, 40, 33)
        for op in COMPARE:
            yield triple(f"{op.name}-{dtype}", single(lambda b, x, y, op=op: b.add(op, [x, y]), [t, t]))
        graph = fused(lambda b, x, y: b.add(E_.WHERE, [b.add(E_.LT, [x, y]), x, y]), [t, t])
        yield triple(f"where_lt-{dtype}", graph)
        types = [plain(BOOL, 40, 1), t, plain(dtype, 33)]
        yield triple(f"where-{dtype}", single(lambda b, c, x, y: b.add(E_.WHERE, [c, x, y]), types))
    for before in (BF16, F32, I32, BOOL):
        for after in (BF16, F32, I32, BOOL):
            if before != after:
                graph = single(lambda b, x, after=after: b.add(E_.CAST, [x], {"dtype": after}), [plain(before, 33, 40)])
                yield triple(f"cast-{before}-{after}", graph)


#: Operand shapes by the kind of broadcast.
BROADCASTS = {
    "row": ((33, 70), (70,)),
    "column": ((33, 70), (33, 1)),
    "scalar": ((33, 70), (1, 1)),
    "leading": ((2, 3, 33, 40), (3, 1, 40)),
    "middle": ((2, 3, 33, 40), (2, 1, 33, 1)),
    "outer_product": ((4, 1, 64), (1, 33, 1)),
    "rank0": ((70,), ()),
}


def chain_cases() -> Iterator[Triple]:
    """Broadcasts, and chains of several ops."""
    for dtype in FLOATS:
        for kind, shapes in BROADCASTS.items():
            types = [plain(dtype, *s) for s in shapes]
            yield triple(f"add_{kind}-{dtype}", single(lambda b, x, y: b.add(E_.ADD, [x, y]), types))
        types = [plain(dtype, 65, 96), plain(dtype, 96), plain(dtype, 65, 1)]
        for grid in ("1", "2x2"):
            yield triple(f"chain-{dtype}", fused(_chain, types), grid)
        for exponent in (2.0, 5.0, -1.0, 0.5, 1.7):
            t = plain(dtype, 33, 40)

            def power(b: Builder, x: Node, exponent: float = exponent, dtype: DType = dtype) -> Node:
                return b.add(E_.POW, [x, const(b, exponent, dtype)])

            yield triple(f"pow_{exponent}-{dtype}", fused(power, [t]))
    types = [plain(F32, 40, 40), plain(F32, 40), plain(BF16, 40, 1), plain(F32, 40, 40)]
    yield triple("spill-mixed", fused(_long_chain, types))
    square = [plain(BF16, 40, 40)]
    yield triple("same_operand-bf16", single(lambda b, x: b.add(E_.MUL, [x, x]), square), "1")


def _normalized_sum(b: Builder, x: Node, y: Node, w: Node, op: OpDef, attrs: dict[str, object]) -> Node:
    total = b.add(E_.ADD, [b.add(E_.MUL, [x, const(b, 0.5, x.type.dtype)]), y])
    if op is reduce.SOFTMAX:
        return b.add(op, [b.add(E_.ADD, [total, w])], attrs)
    return b.add(op, [total, w], attrs)


def _chain(b: Builder, x: Node, y: Node, z: Node) -> Node:
    scaled = b.add(E_.MUL, [b.add(E_.ADD, [x, y]), const(b, 0.37, x.type.dtype)])
    return b.add(E_.MAXIMUM, [b.add(E_.SUB, [b.add(E_.SIGMOID, [scaled]), z]), x])


def _long_chain(b: Builder, x: Node, y: Node, z: Node, w: Node) -> Node:
    z = b.add(E_.CAST, [z], {"dtype": F32})
    parts = [b.add(E_.SIGMOID, [v]) for v in (x, w, b.add(E_.ADD, [x, y]))]
    total = b.add(E_.MUL, [b.add(E_.ADD, parts[:2]), parts[2]])
    tail = b.add(E_.TANH, [b.add(E_.SUB, [total, z])])
    return b.add(E_.MAXIMUM, [b.add(E_.MUL, [tail, parts[0]]), b.add(E_.DIV, [w, y])])


def integer_row_cases() -> Iterator[Triple]:
    """Reductions of int32, and of what indices choose."""
    for op in (reduce.SUM, reduce.MAX, reduce.MIN):
        for axes in ((0,), (1,)):
            attrs = {"axes": axes, "keepdims": False}
            graph = single(lambda b, x, op=op, attrs=attrs: b.add(op, [x], attrs), [plain(I32, 40, 70)])
            yield triple(f"{op.name}{axes[0]}-i32", graph)
    graph = fused(
        lambda b, x: b.add(reduce.SUM, [_triangle(b, x, E_.GE)], {"axes": (1,), "keepdims": True}), [plain(F32, 70, 40)]
    )
    yield triple("sum_tril-f32", graph, data="mixed")


def row_cases() -> Iterator[Triple]:
    """Reductions over rows, columns, both and outer dims, softmax and the norms."""
    axes_of = {"columns": ((40, 70), (1,)), "rows": ((40, 70), (0,)), "all": ((40, 70), (0, 1)),
               "outer": ((3, 33, 40), (0,)), "ends": ((3, 33, 65), (0, 2))}  # fmt: skip
    for dtype in FLOATS:
        for op in (reduce.SUM, reduce.MAX, reduce.MIN):
            for kind, (dims, axes) in axes_of.items():
                attrs = {"axes": axes, "keepdims": kind == "columns"}
                graph = single(lambda b, x, op=op, attrs=attrs: b.add(op, [x], attrs), [plain(dtype, *dims)])
                yield triple(f"{op.name}_{kind}-{dtype}", graph, data="mixed" if kind != "all" else "normal")
        for axis in (0, 1):
            graph = single(lambda b, x, axis=axis: b.add(reduce.SOFTMAX, [x], {"axis": axis}), [plain(dtype, 40, 70)])
            yield triple(f"softmax{axis}-{dtype}", graph, data="mixed")
        for grid, rows in (("1", 70), ("2x2", 130), ("8x8", 64 * 32)):
            x, w = plain(dtype, rows, 70), plain(dtype, 70)
            yield triple(f"softmax-{dtype}", single(lambda b, x: b.add(reduce.SOFTMAX, [x], {"axis": 1}), [x]), grid,
                         "mixed")  # fmt: skip
            norm = single(lambda b, x, w: b.add(reduce.RMS_NORM, [x, w], {"eps": 1e-5}), [x, w])
            yield triple(f"rms_norm-{dtype}", norm, grid, "mixed")
            norm = single(lambda b, x, w, c: b.add(reduce.LAYER_NORM, [x, w, c], {"eps": 1e-5}), [x, w, w])
            yield triple(f"layer_norm-{dtype}", norm, grid, "mixed")

        graph = fused(lambda b, x: b.add(reduce.SOFTMAX, [_triangle(b, x, E_.GE)], {"axis": 1}), [plain(dtype, 70, 40)])
        yield triple(f"softmax_tril-{dtype}", graph, "1", "mixed")

        def producer(b: Builder, x: Node, y: Node) -> Node:
            e = b.add(E_.EXP, [b.add(E_.ADD, [x, y])])
            return b.add(reduce.SUM, [e], {"axes": (1,), "keepdims": True})

        def negative(b: Builder, x: Node) -> Node:
            return b.add(reduce.MAX, [b.add(E_.NEG, [b.add(E_.ABS, [x])])], {"axes": (1,), "keepdims": True})

        types = [plain(dtype, 40, 70), plain(dtype, 40, 70), plain(dtype, 70)]
        for op, attrs in ((reduce.SOFTMAX, {"axis": 1}), (reduce.RMS_NORM, {"eps": 1e-5})):
            graph = fused(lambda b, x, y, w, op=op, attrs=attrs: _normalized_sum(b, x, y, w, op, attrs), types)
            yield triple(f"{op.name}_of_sum-{dtype}", graph, data="mixed")
        if dtype == BF16:
            for kept, columns in (("once", 12_800), ("streamed", 24_000)):  # 400 and 750 tiles a row
                graph = single(lambda b, x: b.add(reduce.SOFTMAX, [x], {"axis": 1}), [plain(dtype, 64, columns)])
                yield triple(f"softmax_{kept}-{dtype}", graph, "1", "mixed")
        yield triple(f"max_negative-{dtype}", fused(negative, [plain(dtype, 40, 70)]), data="normal")
        yield triple(f"sum_exp-{dtype}", fused(producer, [plain(dtype, 40, 70), plain(dtype, 70)]), data="mixed")


#: (name, op, attributes, operand shapes): moves of whole pages, and of elements.
MOVES: tuple[tuple[str, OpDef, dict[str, object], list[tuple[int, ...]]], ...] = (
    ("reshape", shape.RESHAPE, {"shape": (70, 40)}, [(40, 70)]),
    ("reshape_lead", shape.RESHAPE, {"shape": (2, 1, 64, 33)}, [(2, 64, 33)]),
    ("transpose", shape.TRANSPOSE, {"perm": (1, 0)}, [(33, 70)]),
    ("transpose_lead", shape.TRANSPOSE, {"perm": (1, 0, 2, 3)}, [(2, 3, 32, 40)]),
    ("transpose_heads", shape.TRANSPOSE, {"perm": (0, 2, 1, 3)}, [(1, 3, 33, 32)]),
    ("broadcast_to", shape.BROADCAST_TO, {"shape": (2, 33, 3, 40)}, [(33, 1, 40)]),
    ("slice", shape.SLICE, {"start": (3, 60), "size": (20, 30), "step": (2, -2)}, [(70, 64)]),
    ("slice_aligned", shape.SLICE, {"start": (32, 64), "size": (38, 36), "step": (1, 1)}, [(70, 100)]),
    ("slice_unaligned", shape.SLICE, {"start": (3, 32), "size": (64, 33), "step": (1, 1)}, [(70, 100)]),
    ("concat_rows", shape.CONCAT, {"axis": 0}, [(40, 33), (5, 33)]),
    ("concat_aligned", shape.CONCAT, {"axis": 0}, [(64, 33), (5, 33)]),
    ("concat_columns", shape.CONCAT, {"axis": 1}, [(33, 40), (33, 7), (33, 1)]),
    ("pad", shape.PAD, {"low": (1, 2), "high": (3, 0), "value": 1.0}, [(33, 40)]),
    ("pad_aligned", shape.PAD, {"low": (0, 32), "high": (32, 0), "value": 0.0}, [(32, 40)]),
)  # fmt: skip


def move_cases() -> Iterator[Triple]:
    """Data movement, aligned and unaligned; constants, indices, triangles, shards and masks."""
    for i, (name, op, attrs, shapes) in enumerate(MOVES):
        for dtype in (BF16, F32) if i % 2 else (F32, BF16, BOOL, I32)[:3]:
            types = [plain(dtype, *s) for s in shapes]
            yield triple(f"{name}-{dtype}", single(lambda b, *xs, op=op, a=attrs: b.add(op, xs, a), types))
    big = [plain(BF16, 256, 250)]
    yield triple("transpose-bf16", single(lambda b, x: b.add(shape.TRANSPOSE, [x], {"perm": (1, 0)}), big), "8x8")
    for dtype, value in ((BF16, 1.5), (F32, 0.1), (I32, -7), (BOOL, True)):
        attrs = {"shape": (40, 33), "value": value, "dtype": dtype}
        yield triple(f"full-{dtype}", single(lambda b, a=attrs: b.add(create.FULL, (), a, spec=((), ())), []))
        if dtype != BOOL:
            attrs = {"shape": (33, 70), "dim": 1, "start": 3, "step": 2, "dtype": dtype}
            yield triple(f"arange-{dtype}", single(lambda b, a=attrs: b.add(create.IOTA, (), a, spec=((), ())), []))
    for dtype in FLOATS:
        for name, compare in (("tril", E_.GE), ("triu", E_.LE)):
            graph = fused(lambda b, x, compare=compare: _triangle(b, x, compare), [plain(dtype, 70, 40)])
            yield triple(f"{name}-{dtype}", graph)
        t = TensorType(dtype, (45, 33), (("tp",), ()))
        yield triple(f"mask-{dtype}", single(lambda b, x: b.add(sharding.MASK, [x], {"value": -1.0}), [t], TWO))
        for rows in (64, 45):
            attrs = {"dim": 0, "axes": ("tp",), "reason": ""}
            graph = single(lambda b, x, a=attrs: b.add(sharding.LOCAL_SLICE, [x], a), [plain(dtype, rows, 40)], TWO)
            yield triple(f"local_slice_{rows}-{dtype}", graph)


def _triangle(b: Builder, x: Node, compare: OpDef) -> Node:
    rows, columns = (
        b.add(create.IOTA, (), {"shape": dims, "dim": d, "start": 0, "step": 1, "dtype": I32}, spec=((), ()))
        for d, dims in enumerate(((70, 1), (1, 40)))
    )
    return b.add(E_.WHERE, [b.add(compare, [rows, columns]), x, const(b, 0.0, x.type.dtype)])


def matmul_cases() -> Iterator[Triple]:
    """Fidelities, accumulation, epilogues, batches, operands that end inside a tile, grids."""
    plain_mm: Build = lambda b, x, y: b.add(linear.MATMUL, [x, y])  # noqa: E731  # a builder among builders
    for fidelity in ("lofi", "hifi2", "hifi3", "hifi4"):
        types = [plain(BF16, 64, 96), plain(BF16, 96, 70)]
        for accumulate in ("f32", "bf16"):
            graph = fused(plain_mm, types, fidelity=fidelity, accumulate=accumulate)
            for data in ("mixed", "normal", "bits"):
                yield triple(f"matmul_{fidelity}_{accumulate}-bf16-{data}", graph, data=data)
        types = [plain(F32, 33, 64), plain(F32, 64, 40)]
        yield triple(f"matmul_{fidelity}-f32", fused(plain_mm, types, fidelity=fidelity), data="mixed")
    for dtype in FLOATS:
        for m, k, n in ((1, 33, 31), (37, 70, 101), (33, 40, 300)):
            types = [plain(dtype, m, k), plain(dtype, k, n)]
            yield triple(f"matmul_{m}_{k}_{n}-{dtype}", single(plain_mm, types), data="mixed")
        for left, right in (((3, 40, 64), (64, 33)), ((2, 1, 40, 33), (3, 33, 40))):
            types = [plain(dtype, *left), plain(dtype, *right)]
            yield triple(f"matmul_batch{len(left)}-{dtype}", single(plain_mm, types), data="mixed")
        types = [plain(dtype, 40, 64), plain(dtype, 64, 100), plain(dtype, 100), plain(dtype, 40, 1)]
        for epilogue in (_bias_gelu, _scale_residual):
            for grid in ("1", "2x2"):
                yield triple(f"matmul{epilogue.__name__}-{dtype}", fused(epilogue, types), grid, "mixed")
        for grid, n in (("1", 160), ("2x2", 160), ("8x8", 512)):
            types = [plain(dtype, n, 96), plain(dtype, 96, n)]
            yield triple(f"matmul-{dtype}", single(plain_mm, types), grid, "mixed")
        types = [plain(dtype, 256, 500), plain(dtype, 500, 250)]  # several steps of tiles that cores share
        yield triple(f"matmul_long-{dtype}", single(plain_mm, types), "8x8", "mixed")
        types = [plain(dtype, 70, 100), plain(dtype, 90, 100), plain(dtype, 90)]
        for grid in ("1", "8x8"):
            yield triple(f"matmul_transposed-{dtype}", fused(_transposed_bias, types), grid, "mixed")
    yield from _transposed_first_cases()
    square = [plain(BF16, 64, 64)]
    yield triple("matmul_same_operand-bf16", single(lambda b, x: b.add(linear.MATMUL, [x, x]), square), "1", "mixed")
    types = [plain(BF16, 40, 64), plain(BF16, 64, 100), plain(BF16, 100), plain(BF16, 40, 1)]
    for fidelity in ("lofi", "hifi4"):
        graph = fused(_bias_gelu, types, fidelity=fidelity)
        yield triple(f"matmul_bias_gelu_{fidelity}-bf16", graph, data="mixed")


def _transposed_first_cases() -> Iterator[Triple]:
    """x.T @ y: fidelities, kinds of data, grids, several steps, a batch, an epilogue, y transposed too."""
    for fidelity in ("lofi", "hifi2", "hifi3", "hifi4"):
        for dtype, data in ((BF16, "mixed"), (BF16, "bits"), (F32, "mixed"), (F32, "bits")):
            graph = fused(_transposed_first, [plain(dtype, 70, 45), plain(dtype, 70, 90)], fidelity=fidelity)
            yield triple(f"matmul_transposed_first_{fidelity}-{dtype}-{data}", graph, data=data)
    types = [plain(BF16, 70, 45), plain(BF16, 70, 90)]
    graph = fused(_transposed_first, types, fidelity="hifi4", accumulate="bf16")
    yield triple("matmul_transposed_first_hifi4_bf16-bf16", graph, data="mixed")
    for dtype in FLOATS:
        for grid, k, m in (("1", 100, 130), ("8x8", 500, 256)):
            types = [plain(dtype, k, m), plain(dtype, k, 250)]
            yield triple(f"matmul_transposed_first-{dtype}", fused(_transposed_first, types), grid, "mixed")
        types = [plain(dtype, 3, 33, 40), plain(dtype, 33, 70)]
        yield triple(f"matmul_transposed_first_batch-{dtype}", fused(_transposed_first, types), data="mixed")
        types = [plain(dtype, 100, 70), plain(dtype, 90, 100), plain(dtype, 90)]
        for grid in ("1", "2x2"):
            yield triple(f"matmul_transposed_both-{dtype}", fused(_transposed_both, types), grid, "mixed")


def _turned(b: Builder, x: Node) -> Node:
    rank = x.type.rank
    return b.add(shape.TRANSPOSE, [x], {"perm": (*range(rank - 2), rank - 1, rank - 2)})


def _transposed_first(b: Builder, x: Node, y: Node) -> Node:
    return b.add(linear.MATMUL, [_turned(b, x), y])


def _transposed_both(b: Builder, x: Node, y: Node, bias: Node) -> Node:
    total = b.add(E_.ADD, [b.add(linear.MATMUL, [_turned(b, x), _turned(b, y)]), bias])
    return b.add(E_.GELU, [total], {"approximate": "tanh"})


def _bias_gelu(b: Builder, x: Node, y: Node, bias: Node, r: Node) -> Node:
    total = b.add(E_.ADD, [b.add(linear.MATMUL, [x, y]), bias])
    return b.add(E_.ADD, [b.add(E_.GELU, [total], {"approximate": "tanh"}), r])


def _transposed_bias(b: Builder, x: Node, y: Node, bias: Node) -> Node:
    return b.add(E_.ADD, [b.add(linear.MATMUL, [x, _turned(b, y)]), bias])


def _scale_residual(b: Builder, x: Node, y: Node, bias: Node, r: Node) -> Node:
    scaled = b.add(E_.MUL, [b.add(linear.MATMUL, [x, y]), const(b, 0.125, x.type.dtype)])
    return b.add(E_.ADD, [b.add(E_.MUL, [scaled, r]), bias])


def tiny_cases() -> Iterator[Triple]:
    """Programs of one tile, which the emulator runs in plain Python too: the seeded faults' cases."""
    f32, bf16 = plain(F32, 32, 32), plain(BF16, 32, 32)
    for t in (f32, bf16):
        for op in (E_.ADD, E_.MUL, E_.MAXIMUM):
            yield triple(f"tiny_{op.name}-{t.dtype}", single(lambda b, x, y, op=op: b.add(op, [x, y]), [t, t]), "1")
        yield triple(f"tiny_exp-{t.dtype}", single(lambda b, x: b.add(E_.EXP, [x]), [t]), "1")
        for fidelity in ("lofi", "hifi4"):
            graph = fused(lambda b, x, y: b.add(linear.MATMUL, [x, y]), [t, t], fidelity=fidelity)
            yield triple(f"tiny_matmul_{fidelity}-{t.dtype}", graph, "1", "mixed")
        yield triple(f"tiny_matmul_transposed_first-{t.dtype}", fused(_transposed_first, [t, t]), "1", "mixed")
        for axes in ((0,), (1,)):
            attrs = {"axes": axes, "keepdims": True}
            graph = single(lambda b, x, a=attrs: b.add(reduce.MAX, [x], a), [plain(t.dtype, 20, 20)])
            yield triple(f"tiny_max{axes[0]}-{t.dtype}", graph, "1")
    cast = single(lambda b, x: b.add(E_.CAST, [x], {"dtype": BF16}), [f32])
    yield triple("tiny_cast-f32-bf16", cast, "1")
    yield triple("tiny_reciprocal-f32", single(lambda b, x: b.add(E_.RECIPROCAL, [x]), [f32]), "1")
    yield triple("tiny_mul-i32", single(lambda b, x, y: b.add(E_.MUL, [x, y]), [plain(I32, 32, 32)] * 2), "1")
    yield triple("tiny_transpose-f32", single(lambda b, x: b.add(shape.TRANSPOSE, [x], {"perm": (1, 0)}),
                                              [plain(F32, 9, 20)]), "1")  # fmt: skip


def cases() -> list[Triple]:
    """All triples, without digests."""
    parts = (
        elementwise_cases,
        predicate_cases,
        chain_cases,
        row_cases,
        integer_row_cases,
        move_cases,
        matmul_cases,
        tiny_cases,
    )
    return [case for part in parts for case in part()]


def ops_of(text: str) -> set[str]:
    """Names of the ops in a triple's text."""
    return {name for name in OPS if f"= {name}(" in text}
