"""Random fused chains on emulated cards: elementwise, into a reduction, out of a matmul, with any broadcasts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from card_run import fused, plain, random, run_node
from hypothesis import given, settings
from hypothesis import strategies as st

from meshjit.errors import CodegenError
from meshjit.ir.evaluate import evaluate
from meshjit.ir.graph import Builder, Graph, Node
from meshjit.ir.ops import create, elementwise, linear, reduce
from meshjit.ir.types import BF16, F32, DType

#: Error of one op on values of size 1, as tests of single ops state it; a bf16 chain rounds its operands' products in
#: the matrix unit and its result.
PER_OP = {F32: 2.0**-23, BF16: 2.0**-8}
#: ... and of a matmul: TF32 operands, HiFi2, summed over K.
MATMUL = {F32: 2e-3, BF16: 8e-3}

#: Functions that neither grow values nor have steep places: each maps sizes of at most 8 to such, slope at most 2.
UNARY = (
    elementwise.NEG, elementwise.ABS, elementwise.TANH, elementwise.SIGMOID, elementwise.ERF, elementwise.RELU,
    elementwise.SILU,
)  # fmt: skip
BINARY = (elementwise.MAXIMUM, elementwise.MINIMUM, elementwise.ADD, elementwise.SUB, elementwise.MUL)
DIMS = st.sampled_from([1, 2, 31, 32, 33, 40, 64, 70])
CARDS = pytest.mark.parametrize("chip", [("emulator", "wormhole"), ("emulator", "blackhole")], ids=lambda c: c[1])
EXAMPLES = settings(max_examples=15)


class Chain:
    """A chain in the making, on values that stay of size 1: sums are halved, products are squashed before."""

    def __init__(self, draw: st.DrawFn, body: Builder, values: Sequence[Node], dtype: DType) -> None:
        self.draw = draw
        self.body = body
        self.values = list(values)
        self.dtype = dtype

    def add(self, op, *operands: Node, **attrs: object) -> Node:
        return self.body.add(op, operands, attrs)

    def const(self, value: float) -> Node:
        return self.body.add(create.FULL, (), {"shape": (), "value": value, "dtype": self.dtype}, spec=())

    def step(self) -> None:
        """One more value, of two that are there."""
        x, y = (self.draw(st.sampled_from(self.values)) for _ in range(2))
        kind = self.draw(st.integers(0, 3))
        if kind == 0:
            self.values.append(self.add(self.draw(st.sampled_from(UNARY)), x))
        elif kind == 1:
            condition = self.add(self.draw(st.sampled_from((elementwise.LT, elementwise.GE))), x, y)
            # Where the comparison is decided by rounding, both choices are alike.
            low, high = self.add(elementwise.MINIMUM, x, y), self.add(elementwise.MAXIMUM, x, y)
            self.values.append(self.add(elementwise.WHERE, condition, low, high))
        elif kind == 2:
            safe = self.add(elementwise.ADD, self.add(elementwise.ABS, y), self.const(1.0))
            op = self.draw(
                st.sampled_from((elementwise.RECIPROCAL, elementwise.RSQRT, elementwise.SQRT, elementwise.LOG))
            )
            self.values.append(self.add(op, safe))
        else:
            op = self.draw(st.sampled_from(BINARY))
            if op is elementwise.MUL:
                x = self.add(elementwise.TANH, x)
            value = self.add(op, x, y)
            if op in (elementwise.ADD, elementwise.SUB):
                value = self.add(elementwise.MUL, value, self.const(0.5))
            self.values.append(value)

    def whole(self, shape: tuple[int, ...]) -> Node:
        """The mean of the last values, as large as the whole kernel."""
        total = self.add(elementwise.ADD, self.values[-1], self.values[-2])
        full = next(v for v in self.values if v.type.shape == shape)
        return self.add(elementwise.MUL, self.add(elementwise.ADD, total, full), self.const(1 / 4))


@st.composite
def broadcastable(draw: st.DrawFn, shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape that broadcasts to ``shape``."""
    dims = tuple(draw(st.sampled_from([n, n, 1])) for n in shape)
    return dims[draw(st.integers(0, len(dims))) :]


@st.composite
def chains(draw: st.DrawFn, kind: str) -> tuple[Graph, float]:
    """A graph of one fusion, and the error it may have."""
    dtype = draw(st.sampled_from([BF16, F32]))
    shape = (*draw(st.sampled_from([(), (2,), (3, 1)])), draw(DIMS), draw(DIMS))
    others = [draw(broadcastable(shape)) for _ in range(draw(st.integers(1, 2)))]
    steps = draw(st.integers(1, 6))
    k = draw(DIMS)
    axes = tuple(sorted(draw(st.sets(st.integers(0, len(shape) - 1), min_size=1))))

    def build(body: Builder, *params: Node) -> Node:
        if kind == "matmul":
            scale = body.add(create.FULL, (), {"shape": (), "value": 1 / k, "dtype": dtype}, spec=())
            product = body.add(linear.MATMUL, params[:2])
            params = (body.add(elementwise.MUL, [product, scale]), *params[2:])
        chain = Chain(draw, body, params, dtype)
        for _ in range(steps):
            chain.step()
        result = chain.whole(shape)
        if kind == "reduce":
            op = draw(st.sampled_from((reduce.SUM, reduce.MAX, reduce.MIN)))
            return body.add(op, [result], {"axes": axes, "keepdims": draw(st.booleans())})
        return result

    first = [(*shape[:-1], k), (*shape[:-2], k, shape[-1])] if kind == "matmul" else [shape]
    graph = fused(build, *(plain(dtype, *s) for s in [*first, *others]))
    size = 4 if kind != "reduce" else 4 * np.prod([shape[a] for a in axes])
    # Errors double at most at a step, and add up at the joins.
    once = PER_OP[dtype] if kind != "matmul" else PER_OP[dtype] + MATMUL[dtype]
    return graph, float(size) * once * 2 ** min(steps, 3)


def check(case: tuple[Graph, float], chip: tuple[str, str]) -> None:
    graph, tolerance = case
    inputs = [random(p.type, i) for i, p in enumerate(graph.params)]
    (node,) = graph.nodes
    try:
        got = run_node(node, graph.mesh, inputs, chip)[0].astype(np.float64)
    except CodegenError as error:  # more values alive, or operands, than Dst has room for: passes split such chains
        assert error.code in ("MJ4111", "MJ4122"), error
        return
    want = evaluate(graph, inputs, exact=True)[0].astype(np.float64)
    error = np.abs(got - want)
    assert got.shape == want.shape
    assert error.max(initial=0.0) <= tolerance, (error.max(), tolerance)


@CARDS
@EXAMPLES
@given(chains("elementwise"))
def test_elementwise_chains(chip: tuple[str, str], case: tuple[Graph, float]) -> None:
    check(case, chip)


@CARDS
@EXAMPLES
@given(chains("reduce"))
def test_chains_into_reductions(chip: tuple[str, str], case: tuple[Graph, float]) -> None:
    check(case, chip)


@CARDS
@EXAMPLES
@given(chains("matmul"))
def test_chains_after_matmuls(chip: tuple[str, str], case: tuple[Graph, float]) -> None:
    check(case, chip)


@CARDS
def test_register_of_an_unused_product_takes_a_constant(chip: tuple[str, str]) -> None:
    """Both halves of a constant keep the other half: loading one reads what a multiply-add may not have written yet."""
    types = [plain(BF16, 40, 31), plain(BF16, 1, 1)]

    def build(body: Builder, x: Node, y: Node) -> Node:
        body.add(elementwise.WHERE, [body.add(elementwise.GE, [x, x]), x, x])
        body.add(elementwise.SIGMOID, [x])
        parts = [body.add(elementwise.SIGMOID, [v]) for v in (x, y)]
        total = body.add(elementwise.ADD, [body.add(elementwise.ADD, parts[::-1]), x])
        return body.add(reduce.SUM, [total], {"axes": (0,), "keepdims": False})

    check((fused(build, *types), 40 * PER_OP[BF16] * 4), chip)
