"""Random well-typed traced graphs with random shardings, for hypothesis."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import product

from hypothesis import strategies as st

from meshjit.ir.graph import Builder, Node
from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import TRACED, attrs_of
from meshjit.ir.ops import create, elementwise, linear, reduce, shape
from meshjit.ir.ops.sharding import PIN, spec_text
from meshjit.ir.types import BF16, BOOL, F32, I32, DType, Spec, TensorType

DIMS = (1, 2, 3, 5, 7, 8)
MOST_ELEMENTS = 1500
RANDOM_MESHES = (
    Mesh((1, 2), ("dp", "tp")),
    Mesh((2, 2), ("dp", "tp")),
    Mesh((2, 4), ("dp", "tp")),
    Mesh((3, 2), ("dp", "tp")),
    Mesh((2, 1, 2), ("dp", "sp", "tp")),
)
#: Ops whose results stay of the size of their operands, so that float32 says something about the result.
TAME_UNARY = tuple(
    getattr(elementwise, n)
    for n in (
        "NEG",
        "ABS",
        "TANH",
        "SIGMOID",
        "ERF",
        "RELU",
        "SILU",
        "GELU",
        "EXP",
        "SQRT",
        "LOG",
        "RSQRT",
        "RECIPROCAL",
    )
)
BINARY = (elementwise.ADD, elementwise.SUB, elementwise.MUL, elementwise.MAXIMUM, elementwise.MINIMUM)
COMPARE = tuple(getattr(elementwise, n) for n in ("LT", "LE", "GT", "GE"))
LOGICAL = (elementwise.LOGICAL_AND, elementwise.LOGICAL_OR, elementwise.LOGICAL_XOR)


@st.composite
def specs(draw: st.DrawFn, rank: int, mesh: Mesh) -> Spec:
    """A sharding: each mesh axis on some dim or none, in any order."""
    out: list[tuple[str, ...]] = [()] * rank
    for axis in draw(st.permutations(mesh.axes)):
        dim = draw(st.integers(-1, rank - 1))
        if dim >= 0:
            out[dim] = (*out[dim], axis)
    return tuple(out)


class Maker:
    """Draws nodes one by one."""

    def __init__(
        self, draw: st.DrawFn, mesh: Mesh, dtypes: Sequence[DType], sharded: bool, sizes: Sequence[int], most: int
    ) -> None:
        self.draw = draw
        self.sizes = sizes
        self.most = most
        self.mesh = mesh
        self.dtypes = dtypes
        self.sharded = sharded
        self.builder = Builder(mesh, TRACED)
        self.pinned: set[Node] = set()

    @property
    def values(self) -> list[Node]:
        return [*self.builder.params, *self.builder.nodes]

    def integer(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def pick(self, values: Sequence[Node]) -> Node:
        """Rather a recent value, so that graphs become deep."""
        return values[-1 - min(self.integer(0, len(values) - 1), self.integer(0, len(values) - 1))]

    def param(self, dims: Sequence[int], dtype: DType) -> Node:
        spec = None
        if self.sharded and self.draw(st.booleans()):
            spec = self.draw(specs(len(dims), self.mesh))
        return self.builder.param(f"p{len(self.builder.params)}", TensorType(dtype, tuple(dims), spec))

    def add(self, op, operands: Sequence[Node], **attrs) -> Node:
        return self.builder.add(op, operands, attrs_of(**attrs))

    def fits(self, a: Sequence[int], b: Sequence[int]) -> bool:
        """Whether shapes broadcast, to no more elements than values may have."""
        pairs = list(zip(reversed(a), reversed(b), strict=False))
        longer = a if len(a) > len(b) else b
        elements = math.prod(max(x, y) for x, y in pairs) * math.prod(longer[: abs(len(a) - len(b))])
        return all(x == y or 1 in (x, y) for x, y in pairs) and elements <= self.most

    def floats(self) -> list[Node]:
        found = [v for v in self.values if v.type.dtype.kind == "float"]
        return found or [self.param((self.draw(st.sampled_from(self.sizes)), 5), F32)]

    def constant(self, dtype: DType) -> Node:
        value = {"float": 0.37, "int": 2, "bool": True}[dtype.kind]
        return self.add(create.FULL, [], shape=(), value=value, dtype=dtype)

    def like(self, x: Node) -> Node:
        """A value that broadcasts with ``x``: another of the graph, a constant, or a new parameter."""
        fits = [v for v in self.values if v.type.dtype == x.type.dtype and self.fits(v.type.shape, x.type.shape)]
        choice = self.integer(0, 3)
        if choice == 0:
            return self.constant(x.type.dtype)
        if choice == 1:
            dims = [1 if self.draw(st.booleans()) else n for n in x.type.shape]
            return self.param(dims[self.integer(0, len(dims)) :], x.type.dtype)
        return self.pick(fits)

    # One method a kind of node -----------------------------------------------------------------------------------

    def unary(self) -> Node:
        x = self.pick(self.floats())
        op = self.draw(st.sampled_from(TAME_UNARY))
        if op.name in ("sqrt", "log", "rsqrt", "reciprocal"):
            one = self.add(create.FULL, [], shape=(), value=1.0, dtype=x.type.dtype)
            x = self.add(elementwise.ADD, [self.add(elementwise.ABS, [x]), one])
        if op.name == "exp":
            x = self.add(elementwise.NEG, [self.add(elementwise.ABS, [x])])
        attrs = {"approximate": self.draw(st.sampled_from(("tanh", "none")))} if op.name == "gelu" else {}
        return self.add(op, [x], **attrs)

    def binary(self) -> Node:
        numbers = [v for v in self.values if v.type.dtype.kind != "bool"]
        x = self.pick(numbers)
        pair = [x, self.like(x)]
        return self.add(self.draw(st.sampled_from(BINARY)), pair if self.draw(st.booleans()) else pair[::-1])

    def choose(self) -> Node:
        x = self.pick(self.floats())
        other = self.like(x)
        condition = self.add(self.draw(st.sampled_from(COMPARE)), [x, self.constant(x.type.dtype)])
        if self.draw(st.booleans()):
            return self.add(elementwise.WHERE, [condition, x, other])
        shapes = (x.type.shape, other.type.shape)
        flags = [v for v in self.values if v.type.dtype == BOOL and all(self.fits(v.type.shape, s) for s in shapes)]
        both = self.add(self.draw(st.sampled_from(LOGICAL)), [condition, self.pick(flags)])
        return self.add(elementwise.WHERE, [self.add(elementwise.LOGICAL_NOT, [both]), other, x])

    def matmul(self) -> Node:
        x = self.pick(self.floats())
        if x.type.rank < 2:
            x = self.add(shape.RESHAPE, [x], shape=(1,) * (2 - x.type.rank) + x.type.shape)
        k = x.type.shape[-1]
        fits = [
            v
            for v in self.floats()
            if v.type.rank >= 2
            and v.type.dtype == x.type.dtype
            and v.type.shape[-2] == k
            and self.fits(v.type.shape[:-2], x.type.shape[:-2])
        ]
        if fits and self.draw(st.booleans()):
            return self.add(linear.MATMUL, [x, self.pick(fits)])
        lead = [n for n in x.type.shape[:-2] if self.draw(st.booleans())]
        if not self.fits(tuple(lead), x.type.shape[:-2]):
            lead = []
        return self.add(
            linear.MATMUL, [x, self.param((*lead, k, self.draw(st.sampled_from(self.sizes))), x.type.dtype)]
        )

    def reduction(self) -> Node:
        numbers = [v for v in self.values if v.type.dtype.kind != "bool" and v.type.rank]
        if not numbers:
            return self.unary()
        x = self.pick(numbers)
        axes = tuple(sorted(self.draw(st.sets(st.integers(0, x.type.rank - 1), min_size=1))))
        op = self.draw(st.sampled_from((reduce.SUM, reduce.MAX, reduce.MIN)))
        return self.add(op, [x], axes=axes, keepdims=self.draw(st.booleans()))

    def normalization(self) -> Node:
        x = self.pick(self.floats())
        if not x.type.rank:
            return self.unary()
        n, dtype = x.type.shape[-1:], x.type.dtype
        kind = self.integer(0, 2)
        if kind == 0:
            return self.add(reduce.SOFTMAX, [x], axis=self.integer(0, x.type.rank - 1))
        if kind == 1:
            return self.add(reduce.RMS_NORM, [x, self.param(n, dtype)], eps=0.01)
        return self.add(reduce.LAYER_NORM, [x, self.param(n, dtype), self.param(n, dtype)], eps=0.01)

    def reshape(self) -> Node:
        x = self.pick(self.values)
        total = math.prod(x.type.shape)
        dims: list[int] = []
        while total > 1 and len(dims) < 4:
            d = self.draw(st.sampled_from([n for n in range(1, total + 1) if total % n == 0]))
            dims.append(d)
            total //= d
        return self.add(shape.RESHAPE, [x], shape=(*dims, total) if total > 1 else tuple(dims))

    def transpose(self) -> Node:
        x = self.pick(self.values)
        return self.add(shape.TRANSPOSE, [x], perm=tuple(self.draw(st.permutations(range(x.type.rank)))))

    def slice(self) -> Node:
        x = self.pick(self.values)
        start, size, step = [], [], []
        for n in x.type.shape:
            if self.draw(st.booleans()):
                start, size, step = [*start, 0], [*size, n], [*step, 1]
                continue
            spans = [range(n)[a:b:k] for a, b, k in product(range(n), range(1, n + 1), (1, 2)) if a < b]
            span = self.draw(st.sampled_from(spans))
            span = span[::-1] if self.draw(st.booleans()) else span
            start, size, step = [*start, span.start], [*size, len(span)], [*step, span.step]
        return self.add(shape.SLICE, [x], start=tuple(start), size=tuple(size), step=tuple(step))

    def concat(self) -> Node:
        x = self.pick([v for v in self.values if v.type.rank] or [self.param((3, 2), F32)])
        axis = self.integer(0, x.type.rank - 1)
        fits = [
            v for v in self.values if v.type.dtype == x.type.dtype and _differ_only(v.type.shape, x.type.shape, axis)
        ]
        return self.add(shape.CONCAT, [x, *(self.pick(fits) for _ in range(self.integer(1, 2)))], axis=axis)

    def pad(self) -> Node:
        x = self.pick(self.values)
        low, high = (tuple(self.integer(0, 2) for _ in x.type.shape) for _ in range(2))
        value = {"float": 1.5, "int": 3, "bool": True}[x.type.dtype.kind]
        return self.add(shape.PAD, [x], low=low, high=high, value=value)

    def broadcast(self) -> Node:
        x = self.pick(self.values)
        dims = [self.draw(st.sampled_from((2, 3, 5))) if n == 1 else n for n in x.type.shape]
        lead = [self.draw(st.sampled_from((1, 2, 3)))] if x.type.rank < 4 and self.draw(st.booleans()) else []
        return self.add(shape.BROADCAST_TO, [x], shape=(*lead, *dims))

    def cast(self) -> Node:
        x = self.pick(self.values)
        if x.type.dtype.kind == "float":
            return self.add(elementwise.CAST, [x], dtype=self.draw(st.sampled_from(self.dtypes)))
        return self.add(elementwise.CAST, [x], dtype=F32)

    def create(self) -> Node:
        dims = tuple(self.draw(st.lists(st.sampled_from(self.sizes), min_size=1, max_size=2)))
        if self.draw(st.booleans()):
            return self.add(create.FULL, [], shape=dims, value=0.5, dtype=F32)
        dim, dtype = self.integer(0, len(dims) - 1), self.draw(st.sampled_from((F32, I32)))
        number = float if dtype is F32 else int
        return self.add(create.IOTA, [], shape=dims, dim=dim, start=number(-2), step=number(3), dtype=dtype)

    def pin(self) -> Node:
        values = [v for v in self.values if v not in self.pinned and v.op is not PIN]
        if not self.sharded or not values:
            return self.unary()
        x = self.pick(values)
        self.pinned.add(x)
        return self.add(PIN, [x], spec=spec_text(self.draw(specs(x.type.rank, self.mesh))), by="with_sharding")

    def output(self, value: Node) -> Node:
        if not self.sharded or not self.draw(st.booleans()):
            return value
        spec = spec_text(self.draw(specs(value.type.rank, self.mesh)))
        return self.add(PIN, [value], spec=spec, by="out_shardings")


def _differ_only(a: Sequence[int], b: Sequence[int], axis: int) -> bool:
    return len(a) == len(b) and all(x == y for d, (x, y) in enumerate(zip(a, b, strict=True)) if d != axis)


KINDS: tuple[Callable[[Maker], Node], ...] = (
    Maker.unary,
    Maker.binary,
    Maker.binary,
    Maker.choose,
    Maker.matmul,
    Maker.matmul,
    Maker.reduction,
    Maker.normalization,
    Maker.reshape,
    Maker.reshape,
    Maker.transpose,
    Maker.slice,
    Maker.concat,
    Maker.pad,
    Maker.broadcast,
    Maker.cast,
    Maker.create,
    Maker.pin,
)


class Text(str):
    """IR text that failing tests show as it prints."""

    def __repr__(self) -> str:
        return f"parse({chr(34) * 3}\\\n{self}{chr(34) * 3})"


@st.composite
def graphs(
    draw: st.DrawFn,
    meshes: Sequence[Mesh] = RANDOM_MESHES,
    dtypes: Sequence[DType] = (F32, BF16),
    sharded: bool = True,
    most_nodes: int = 12,
    sizes: Sequence[int] = DIMS,
    most_elements: int = MOST_ELEMENTS,
) -> Text:
    """The text of a traced graph of a few nodes, with random shardings of parameters, outputs and pinned values.

    ``sizes`` are those of parameters' dims; no value has more than ``most_elements``.
    """
    mesh = draw(st.sampled_from(meshes))
    maker = Maker(draw, mesh, dtypes, sharded, sizes, most_elements)
    for _ in range(draw(st.integers(1, 3))):
        dims = draw(st.lists(st.sampled_from(sizes), min_size=1, max_size=3))
        if math.prod(dims) > most_elements:
            dims = dims[:2]
        maker.param(dims, draw(st.sampled_from((*dtypes, F32, I32))))
    for _ in range(draw(st.integers(1, most_nodes))):
        before = list(maker.builder.nodes)
        draw(st.sampled_from(KINDS))(maker)
        if math.prod(maker.values[-1].type.shape) > most_elements or maker.values[-1].type.rank > 5:
            maker.builder.nodes = before
    outputs = [maker.output(maker.pick(maker.values)) for _ in range(draw(st.integers(1, 3)))]
    return Text(maker.builder.graph("f", outputs))
