"""For every op of the table: operands, attributes, and what NumPy computes in float64."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from meshjit.ir.graph import Builder, Graph
from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import TRACED, attrs_of
from meshjit.ir.ops import OPS
from meshjit.ir.ops.sharding import PIN, spec_text
from meshjit.ir.types import BF16, BOOL, F32, I32, DType, Spec, TensorType

FLOATS = (F32, BF16)
NUMBERS = (F32, BF16, I32)
Shape = tuple[int, ...]

#: 1, primes, around a vector's and a tile's size.
SHAPES: tuple[Shape, ...] = ((), (1,), (31,), (32, 33), (7, 1, 13), (2, 3, 5, 7))
PAIRS: tuple[tuple[Shape, Shape], ...] = (
    ((31,), (31,)),
    ((7, 33), ()),
    ((5, 32), (32,)),
    ((7, 1), (1, 13)),
    ((3, 1, 5), (7, 5)),
    ((1,), (31, 1)),
)


@dataclass(frozen=True)
class Case:
    """One op on operands of these shapes and dtypes.

    ``reference`` takes float64 (or integer, bool) arrays; ``magnitude`` bounds what was added up, per element
    (default: the largest operand or result). ``prepare`` brings random operands into the op's domain.
    """

    op: str
    shapes: tuple[Shape, ...]
    dtypes: tuple[DType, ...]
    reference: Callable[..., Any]
    attrs: Mapping[str, Any] = field(default_factory=dict)
    magnitude: Callable[..., Any] | None = None
    prepare: Callable[[np.ndarray], np.ndarray] = lambda x: x

    def graph(self, mesh: Mesh, specs: tuple[Spec | None, ...] = (), out: Spec | None = None) -> Graph:
        """The op alone, its operands sharded by ``specs`` and its result pinned to ``out``."""
        builder = Builder(mesh, TRACED)
        params = [
            builder.param(f"x{i}", TensorType(d, s, specs[i] if specs else None))
            for i, (s, d) in enumerate(zip(self.shapes, self.dtypes, strict=True))
        ]
        node = builder.add(OPS[self.op], params, attrs_of(**self.attrs))
        if out is not None:
            node = builder.add(PIN, [node], attrs_of(spec=spec_text(out), by="out_shardings"))
        return builder.graph("f", [node])

    def inputs(self) -> list[np.ndarray]:
        """Random operands in the op's domain."""
        rng = np.random.default_rng(len(self.op))
        out: list[np.ndarray] = []
        for s, d in zip(self.shapes, self.dtypes, strict=True):
            if d == BOOL:
                out.append(rng.random(s) < 0.5)
            elif d == I32:
                out.append(np.asarray(self.prepare(rng.integers(-50, 50, s))).astype(np.int32))
            else:
                out.append(np.asarray(self.prepare(rng.standard_normal(s) * 2)).astype(d.numpy))
        return out

    def __str__(self) -> str:
        types = ",".join(f"{d}{list(s)}" for d, s in zip(self.dtypes, self.shapes, strict=True))
        return f"{self.op}({types}) {dict(self.attrs)}"


def _erf(x: np.ndarray) -> np.ndarray:
    return np.vectorize(math.erf, otypes=[np.float64])(x)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def _softmax(x: np.ndarray, axis: int) -> np.ndarray:
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def _layer_norm(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5) * w + b


def _unary(op: str, fn: Callable[..., Any], dtypes=FLOATS, prepare=lambda x: x, **attrs: Any) -> list[Case]:
    return [Case(op, (s,), (d,), fn, attrs, prepare=prepare) for s in SHAPES for d in dtypes]


def _binary(op: str, fn: Callable[..., Any], dtypes=NUMBERS, prepare=lambda x: x) -> list[Case]:
    pairs = [*PAIRS, *((b, a) for a, b in PAIRS[1:3])]
    return [Case(op, s, (d, d), fn, prepare=prepare) for s in pairs for d in dtypes]


def _reduction(op: str, fn: Callable[..., Any]) -> list[Case]:
    out: list[Case] = []
    for shape, axes in (
        ((31,), (0,)),
        ((32, 33), (0,)),
        ((32, 33), (1,)),
        ((7, 1, 13), (0, 2)),
        ((2, 3, 5, 7), (1, 2)),
        ((5, 1), (1,)),
    ):
        for dtype in NUMBERS:
            for keepdims in (False, True):

                def reference(x, axes=axes, keepdims=keepdims):
                    return fn(x, axis=axes, keepdims=keepdims)

                def magnitude(x, axes=axes, keepdims=keepdims):
                    return np.sum(np.abs(x), axis=axes, keepdims=keepdims) * math.log2(2 + x.size)

                out.append(Case(op, (shape,), (dtype,), reference, {"axes": axes, "keepdims": keepdims}, magnitude))
    return out


def _matmul() -> list[Case]:
    shapes = (
        ((1, 1), (1, 1)),
        ((31, 7), (7, 33)),
        ((32, 64), (64, 5)),
        ((1, 33), (33, 32)),
        ((3, 5, 7), (7, 2)),
        ((2, 3, 5, 7), (3, 7, 11)),
        ((5, 7), (4, 7, 3)),
        ((2, 1, 3, 13), (1, 5, 13, 2)),
    )
    return [
        Case(
            "matmul",
            s,
            (d, d),
            np.matmul,
            magnitude=lambda a, b: np.matmul(np.abs(a), np.abs(b)) * math.log2(2 + a.shape[-1]),
        )
        for s in shapes
        for d in FLOATS
    ]


def _moves(op: str, operand: Shape, fn: Callable[..., Any], **attrs: Any) -> list[Case]:
    return [Case(op, (operand,), (d,), fn, attrs) for d in (F32, BF16, I32, BOOL)]


def _slice(shape: Shape, start: Shape, size: Shape, step: Shape) -> list[Case]:
    def reference(x):
        for d, (s, n, k) in enumerate(zip(start, size, step, strict=True)):
            x = np.take(x, [s + i * k for i in range(n)], axis=d)
        return x

    return _moves("slice", shape, reference, start=start, size=size, step=step)


def _pad(shape: Shape, low: Shape, high: Shape) -> list[Case]:
    values = {F32: 1.5, BF16: -2.0, I32: 7, BOOL: True}
    return [
        Case("pad", (shape,), (d,), lambda x, v=v: np.pad(x, list(zip(low, high, strict=True)), constant_values=v),
             {"low": low, "high": high, "value": v})
        for d, v in values.items()
    ]  # fmt: skip


def _concat() -> list[Case]:
    shapes = ((((5, 3), (2, 3)), 0), (((7, 1), (7, 33), (7, 2)), 1), (((31,), (1,)), 0), (((2, 3, 5), (2, 4, 5)), 1))
    return [
        Case("concat", s, (d,) * len(s), lambda *xs, axis=axis: np.concatenate(xs, axis), {"axis": axis})
        for s, axis in shapes
        for d in (F32, BF16, I32, BOOL)
    ]


def _norms() -> list[Case]:
    out: list[Case] = []
    for shape in ((1,), (31,), (7, 33), (3, 5, 32), (5, 1)):
        w = shape[-1:]
        for d in FLOATS:
            out.append(Case("layer_norm", (shape, w, w), (d,) * 3, _layer_norm, {"eps": 1e-5}))
            out.append(
                Case(
                    "rms_norm",
                    (shape, w),
                    (d,) * 2,
                    lambda x, w: x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-6) * w,
                    {"eps": 1e-6},
                )
            )
            for axis in range(len(shape)):
                out.append(Case("softmax", (shape,), (d,), lambda x, axis=axis: _softmax(x, axis), {"axis": axis}))
    return out


def _casts() -> list[Case]:
    def cast(x: np.ndarray, to: DType) -> np.ndarray:
        if to == BOOL:
            return x != 0
        return np.trunc(x).astype(np.int32) if to == I32 else x.astype(np.float64)

    return [
        Case("cast", (s,), (a,), lambda x, b=b: cast(x, b), {"dtype": b})
        for s in SHAPES[1:4]
        for a in (F32, BF16, I32, BOOL)
        for b in (F32, BF16, I32, BOOL)
    ]


def _where() -> list[Case]:
    shapes = (((31,), (31,), (31,)), ((7, 1), (7, 33), ()), ((), (5,), (3, 5)), ((32, 33), (33,), (32, 1)))
    return [Case("where", s, (BOOL, d, d), np.where) for s in shapes for d in (F32, BF16, I32, BOOL)]


def _creation() -> list[Case]:
    out: list[Case] = []
    for shape in ((), (1,), (31,), (7, 33)):
        for d, v in ((F32, 0.1), (BF16, 2.5), (I32, -3), (BOOL, True)):
            value = float(np.float32(v)) if d == F32 else v
            out.append(
                Case("full", (), (), lambda s=shape, v=value: np.full(s, v), {"shape": shape, "value": v, "dtype": d})
            )
    for shape, dim in (((31,), 0), ((7, 33), 0), ((7, 33), 1), ((1, 5), 0)):
        for d, start, step in ((F32, 0.5, 0.25), (I32, -4, 3), (BF16, 0.0, 1.0)):

            def reference(shape=shape, dim=dim, start=start, step=step):
                column = start + step * np.arange(shape[dim])
                return np.broadcast_to(column.reshape([-1 if i == dim else 1 for i in range(len(shape))]), shape)

            attrs = {"shape": shape, "dim": dim, "start": start, "step": step, "dtype": d}
            out.append(Case("iota", (), (), reference, attrs))
    return out


def _positive(x: np.ndarray) -> np.ndarray:
    return np.abs(x) + 0.1


def _away_from_zero(x: np.ndarray) -> np.ndarray:
    return np.where(x < 0, x - 0.5, x + 0.5)


def _gelu_tanh(x: np.ndarray) -> np.ndarray:
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


CASES: tuple[Case, ...] = (
    *_unary("neg", np.negative, NUMBERS),
    *_unary("abs", np.abs, NUMBERS),
    *_unary("exp", np.exp),
    *_unary("log", np.log, prepare=_positive),
    *_unary("sqrt", np.sqrt, prepare=np.abs),
    *_unary("rsqrt", lambda x: 1 / np.sqrt(x), prepare=_positive),
    *_unary("reciprocal", lambda x: 1 / x, prepare=_away_from_zero),
    *_unary("tanh", np.tanh),
    *_unary("sigmoid", _sigmoid),
    *_unary("erf", _erf),
    *_unary("relu", lambda x: np.maximum(x, 0), NUMBERS),
    *_unary("silu", lambda x: x * _sigmoid(x)),
    *_unary("logical_not", np.logical_not, (BOOL,)),
    *_unary("gelu", _gelu_tanh, approximate="tanh"),
    *_unary("gelu", lambda x: 0.5 * x * (1 + _erf(x / math.sqrt(2))), approximate="none"),
    *_binary("add", np.add),
    *_binary("sub", np.subtract),
    *_binary("mul", np.multiply),
    *_binary("div", np.divide, FLOATS, _away_from_zero),
    *_binary("pow", np.power, FLOATS, _positive),
    *_binary("maximum", np.maximum),
    *_binary("minimum", np.minimum),
    *_binary("eq", np.equal, (*NUMBERS, BOOL)),
    *_binary("ne", np.not_equal, (*NUMBERS, BOOL)),
    *_binary("lt", np.less),
    *_binary("le", np.less_equal),
    *_binary("gt", np.greater),
    *_binary("ge", np.greater_equal),
    *_binary("logical_and", np.logical_and, (BOOL,)),
    *_binary("logical_or", np.logical_or, (BOOL,)),
    *_binary("logical_xor", np.logical_xor, (BOOL,)),
    *_binary("bitwise_and", np.bitwise_and, (I32,)),
    *_binary("bitwise_or", np.bitwise_or, (I32,)),
    *_binary("bitwise_xor", np.bitwise_xor, (I32,)),
    *_where(),
    *_casts(),
    *_matmul(),
    *_reduction("sum", np.sum),
    *_reduction("max", np.max),
    *_reduction("min", np.min),
    *_norms(),
    *_moves("reshape", (4, 6), lambda x: x.reshape(3, 8), shape=(3, 8)),
    *_moves("reshape", (7, 1, 33), lambda x: x.reshape(231), shape=(231,)),
    *_moves("reshape", (32, 3), lambda x: x.reshape(4, 8, 3), shape=(4, 8, 3)),
    *_moves("reshape", (1, 1), lambda x: x.reshape(()), shape=()),
    *_moves("reshape", (2, 3, 4), lambda x: x.reshape(6, 1, 4), shape=(6, 1, 4)),
    *_moves("transpose", (31, 33), np.transpose, perm=(1, 0)),
    *_moves("transpose", (2, 3, 5), lambda x: x.transpose(1, 2, 0), perm=(1, 2, 0)),
    *_moves("transpose", (7, 1, 32, 3), lambda x: x.transpose(0, 2, 1, 3), perm=(0, 2, 1, 3)),
    *_moves("broadcast_to", (7, 1), lambda x: np.broadcast_to(x, (3, 7, 33)), shape=(3, 7, 33)),
    *_moves("broadcast_to", (), lambda x: np.broadcast_to(x, (31,)), shape=(31,)),
    *_moves("broadcast_to", (1, 13), lambda x: np.broadcast_to(x, (5, 13)), shape=(5, 13)),
    *_slice((31, 33), (3, 0), (7, 33), (2, 1)),
    *_slice((7,), (6,), (7,), (-1,)),
    *_slice((5, 8), (0, 7), (5, 3), (1, -2)),
    *_slice((2, 3, 5), (1, 0, 2), (1, 3, 1), (1, 1, 1)),
    *_pad((7, 5), (0, 1), (0, 2)),
    *_pad((31,), (1,), (0,)),
    *_pad((2, 3, 4), (1, 0, 0), (0, 0, 3)),
    *_concat(),
    *_creation(),
)


@dataclass(frozen=True)
class TextCase:
    """A function of a later stage, as text (``body``: one line a node), and what it computes of its inputs."""

    op: str
    stage: str
    params: str
    body: tuple[str, ...]
    reference: Callable[..., Any]

    def text(self, mesh: Mesh) -> str:
        """The function on a mesh, returning its last node."""
        nodes = " ".join(f"%{i} = {line}" for i, line in enumerate(self.body))
        result = f"%{len(self.body) - 1}" if self.body else "%x"
        return f"mesh ({mesh}) stage {self.stage} func f({self.params}) {{ {nodes} return {result} }}"


def _same(x: np.ndarray) -> np.ndarray:
    return x


TEXT_CASES: tuple[TextCase, ...] = (
    TextCase("param", "local", "%x: f32[7@dp,33@tp]", (), _same),
    TextCase(
        "pin", "traced", "%x: f32[7@dp,33]", ('pin(%x) {spec=["tp","dp"], by="with_sharding"} : f32[7,33]?',), _same
    ),
    TextCase(
        "reshard",
        "sharded",
        "%x: f32[7@dp,33@tp]",
        ('reshard(%x) {spec=["tp","dp"], reason="r"} : f32[7@tp,33@dp]',),
        _same,
    ),
    TextCase(
        "reshard",
        "sharded",
        "%x: bf16[13@dp+tp,3]",
        ('reshard(%x) {spec=["-","tp+dp"], reason="r"} : bf16[13,3@tp+dp]',),
        _same,
    ),
    TextCase(
        "reshard", "sharded", "%x: i32[13@dp+tp]", ('reshard(%x) {spec=["tp+dp"], reason="r"} : i32[13@tp+dp]',), _same
    ),
    TextCase(
        "reshard",
        "sharded",
        "%x: f32[7@dp,33@tp]",
        (
            "sum(%x) {axes=[1], keepdims=true} : f32[7@dp,1]{+tp}",
            'reshard(%0) {spec=["dp+tp","-"], reason="r"} : f32[7@dp+tp,1]',
        ),
        lambda x: x.sum(1, keepdims=True),
    ),
    TextCase(
        "all_gather",
        "local",
        "%x: f32[7@dp,33@tp]",
        ('all_gather(%x) {dim=1, axes=["tp"], reason=""} : f32[7@dp,33]',),
        _same,
    ),
    TextCase(
        "all_gather",
        "local",
        "%x: bf16[7@dp,3@tp]",
        ('all_gather(%x) {dim=0, axes=["dp"], reason=""} : bf16[7,3@tp]',),
        _same,
    ),
    TextCase(
        "all_gather",
        "local",
        "%x: i32[32@dp+tp]",
        ('all_gather(%x) {dim=0, axes=["dp","tp"], reason=""} : i32[32]',),
        _same,
    ),
    TextCase(
        "all_gather",
        "local",
        "%x: bool[13@dp+tp]",
        ('all_gather(%x) {dim=0, axes=["tp"], reason=""} : bool[13@dp]',),
        _same,
    ),
    TextCase(
        "all_reduce",
        "local",
        "%x: f32[7@dp,33@tp]",
        (
            "mask(%x) {value=0.0} : f32[7@dp,33@tp]",
            "sum(%0) {axes=[1], keepdims=false} : f32[7@dp]{+tp}",
            'all_reduce(%1) {axes=["tp"], op="sum", reason=""} : f32[7@dp]',
        ),
        lambda x: x.sum(1),
    ),
    TextCase(
        "all_reduce",
        "local",
        "%x: bf16[7@dp,33@tp]",
        (
            "mask(%x) {value=-inf} : bf16[7@dp,33@tp]",
            "max(%0) {axes=[0,1], keepdims=false} : bf16[]{max:dp+tp}",
            'all_reduce(%1) {axes=["dp","tp"], op="max", reason=""} : bf16[]',
        ),
        np.max,
    ),
    TextCase(
        "reduce_scatter",
        "local",
        "%x: f32[7,33@tp]",
        (
            "mask(%x) {value=0.0} : f32[7,33@tp]",
            "sum(%0) {axes=[1], keepdims=false} : f32[7]{+tp}",
            'reduce_scatter(%1) {dim=0, axes=["tp"], op="sum", reason=""} : f32[7@tp]',
        ),
        lambda x: x.sum(1),
    ),
    TextCase(
        "reduce_scatter",
        "local",
        "%x: i32[7@dp,3,33@tp]",
        (
            "mask(%x) {value=2147483647} : i32[7@dp,3,33@tp]",
            "min(%0) {axes=[2], keepdims=false} : i32[7@dp,3]{min:tp}",
            'reduce_scatter(%1) {dim=1, axes=["tp"], op="min", reason=""} : i32[7@dp,3@tp]',
        ),
        lambda x: x.min(2),
    ),
    TextCase(
        "all_to_all",
        "local",
        "%x: f32[7@dp,33@tp,5]",
        ('all_to_all(%x) {dim=1, split_dim=2, axes=["tp"], reason=""} : f32[7@dp,33,5@tp]',),
        _same,
    ),
    TextCase(
        "all_to_all",
        "local",
        "%x: i32[7@dp,33@tp]",
        ('all_to_all(%x) {dim=1, split_dim=0, axes=["tp"], reason=""} : i32[7@dp+tp,33]',),
        _same,
    ),
    TextCase(
        "local_slice",
        "local",
        "%x: f32[7@dp,33]",
        ('local_slice(%x) {dim=1, axes=["tp"], reason=""} : f32[7@dp,33@tp]',),
        _same,
    ),
    TextCase(
        "local_slice",
        "local",
        "%x: bf16[7@dp,3]",
        ('local_slice(%x) {dim=0, axes=["tp"], reason=""} : bf16[7@dp+tp,3]',),
        _same,
    ),
    TextCase("mask", "local", "%x: f32[7@dp,33@tp]", ("mask(%x) {value=3.0} : f32[7@dp,33@tp]",), _same),
    TextCase(
        "mask",
        "local",
        "%x: i32[13@dp+tp]",
        (
            "mask(%x) {value=0} : i32[13@dp+tp]",
            "sum(%0) {axes=[0], keepdims=false} : i32[]{+dp+tp}",
            'all_reduce(%1) {axes=["dp","tp"], op="sum", reason=""} : i32[]',
        ),
        np.sum,
    ),
    TextCase(
        "fusion",
        "fused",
        "%x: f32[7@dp,33@tp], %y: f32[33@tp]",
        (
            'fusion(%x, %y) {kind="elementwise"} : f32[7@dp,33@tp] '
            "= (%a: f32[7@dp,33@tp], %b: f32[33@tp]) {"
            " %0 = add(%a, %b) : f32[7@dp,33@tp] %1 = mul(%0, %a) : f32[7@dp,33@tp] return %1 }",
        ),
        lambda x, y: (x + y) * x,
    ),
    TextCase(
        "fusion",
        "fused",
        "%x: f32[7@dp,13], %y: f32[13,33@tp]",
        (
            'fusion(%x, %y) {kind="matmul"} : f32[7@dp,33@tp] '
            "= (%a: f32[7@dp,13], %b: f32[13,33@tp]) {"
            " %0 = matmul(%a, %b) : f32[7@dp,33@tp] %1 = tanh(%0) : f32[7@dp,33@tp] return %1 }",
        ),
        lambda x, y: np.tanh(x @ y),
    ),
)
