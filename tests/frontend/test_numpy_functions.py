"""Operators, methods, np.* and meshjit.numpy on traced arrays compute what NumPy computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ml_dtypes
import numpy as np
import optree
import pytest
from checks import MESHES

import meshjit as mj
import meshjit.numpy as mnp
from meshjit.frontend.arguments import Parameters
from meshjit.frontend.tracing import trace_function
from meshjit.ir.evaluate import evaluate

RNG = np.random.default_rng(5)
X = RNG.standard_normal((4, 6)).astype(np.float32)
Y = RNG.standard_normal((4, 6)).astype(np.float32)
V = RNG.standard_normal(6).astype(np.float32)
W = RNG.standard_normal((6, 3)).astype(np.float32)
C = RNG.standard_normal((2, 1, 4)).astype(np.float32)
I = RNG.integers(-5, 6, (4, 6)).astype(np.int32)  # noqa: E741  # short, like the others
B = RNG.random((4, 6)) < 0.5
S = np.float32(1.5)


def traced(function: Callable[..., Any], *args: Any) -> Any:
    """Trace on these arguments and evaluate the graph in float64."""
    parameters = Parameters(function, (), ())
    call = parameters.bind(args, {})
    trace = trace_function(parameters, call, MESHES["1x1"], [None] * len(call.leaves), None)
    results = evaluate(trace.graph, [*map(np.asarray, call.leaves), *trace.captured], exact=True)
    return optree.tree_unflatten(trace.out_tree, results)


def same(function: Callable[..., Any], *args: Any) -> None:
    """Traced equals NumPy, in value, shape and kind of dtype."""
    got, want = traced(function, *args), function(*args)
    for a, b in zip(optree.tree_leaves(got), optree.tree_leaves(want), strict=True):
        b = np.asarray(b)
        assert a.shape == b.shape
        assert (a.dtype.kind == "f") == (b.dtype.kind == "f" or b.dtype == ml_dtypes.bfloat16), (a.dtype, b.dtype)
        assert (a.dtype.kind == "b") == (b.dtype.kind == "b")
        np.testing.assert_allclose(a, b.astype(a.dtype), rtol=2e-6, atol=2e-6)


FUNCTIONS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    # operators
    "add": (lambda x, y: x + y, (X, V)),
    "sub": (lambda x, y: x - y, (X, Y)),
    "mul": (lambda x, y: x * y, (I, I)),
    "div": (lambda x, y: x / (y + 9), (X, Y)),
    "div of ints": (lambda x: x / 2, (I,)),
    "neg, pos, abs": (lambda x: (-x, +x, abs(x)), (X,)),
    "pow": (lambda x: (x**2, x**3, abs(x) ** 0.5, (x + 9) ** -1, (x + 9) ** -0.5, abs(x) ** 1.7), (X,)),
    "pow of int": (lambda x: (x**2, x**5, x**0, x**1, x**2.0), (I,)),
    "array pow": (lambda x, y: abs(x) ** y, (X, Y)),
    "reflected": (lambda x: (1 + x, 1 - x, 2 * x, 3 / (abs(x) + 1), 2.0**x), (X,)),
    "comparisons": (lambda x, y: (x < y, x <= y, x > y, x >= y, x == y, x != y), (I, I.T.reshape(4, 6))),
    "reflected comparisons": (lambda x: (0 < x, 0.5 >= x, 2 == x), (X,)),  # noqa: SIM300  # the point of the case
    "logic": (lambda a, x: (a & (x > 0), a | (x > 0), a ^ (x > 0), ~a), (B, X)),
    "matmul": (lambda x, w: x @ w, (X, W)),
    "matmul batched": (lambda c, x: c @ x, (C, X)),
    "matmul vectors": (lambda x, v: (x @ v, v @ x.T, v @ v), (X, V)),
    "numpy on the left": (lambda x: (V + x, V * x, np.float32(2) * x, W.T @ x.T), (X,)),
    "augmented": (lambda x: augmented(x), (X,)),
    # methods
    "reductions": (lambda x: (x.sum(), x.sum(0), x.max(axis=1), x.min(axis=(0, 1)), x.mean(-1, keepdims=True)), (X,)),
    "int reductions": (lambda x: (x.sum(1), x.max(), x.mean(0)), (I,)),
    "count": (lambda x: (x > 0).sum(), (X,)),
    "var, std": (lambda x: (x.var(), x.var(0), x.std(1), np.var(x, axis=1, ddof=1)), (X,)),
    "shapes": (lambda x: (x.reshape(2, 12), x.reshape((3, -1)), x.ravel(), x.flatten(), x.T), (X,)),
    "transpose": (lambda c: (c.transpose(2, 0, 1), c.transpose((0, 2, 1)), c.swapaxes(0, -1), c.transpose()), (C,)),
    "squeeze": (lambda c: (c.squeeze(), c.squeeze(1), np.squeeze(c, axis=1)), (C,)),
    "clip": (lambda x: (x.clip(-1, 1), np.clip(x, None, 0.5), np.clip(x, -0.5, None)), (X,)),
    "astype": (lambda x: (x.astype(np.int32), x.astype(bool), x.astype("float32")), (X,)),
    "attributes": (lambda x: x * x.size + x.ndim + x.shape[1] + len(x), (X,)),
    "dot, copy": (lambda x, w: (x.dot(w), x.copy()), (X, W)),
    "iteration": (lambda x: sum(row * i for i, row in enumerate(x)), (X,)),
    # functions
    "unary": (
        lambda x: (np.exp(x), np.log(abs(x)), np.sqrt(abs(x)), np.tanh(x), np.square(x), np.negative(x), np.abs(x)),
        (X,),
    ),
    "reciprocal": (lambda x: np.reciprocal(x + 9), (X,)),
    "unary of ints": (lambda x: (np.exp(x), np.sqrt(abs(x)), np.tanh(x)), (I,)),
    "binary": (
        lambda x, y: (np.add(x, y), np.subtract(x, y), np.multiply(x, y), np.maximum(x, y), np.minimum(x, 0)),
        (X, Y),
    ),
    "power, divide": (lambda x, y: (np.power(abs(x), y), np.divide(x, y), np.true_divide(x, 2)), (X, Y)),
    "compare": (lambda x, y: (np.less(x, y), np.greater_equal(x, y), np.equal(x, y), np.not_equal(x, 0)), (X, Y)),
    "logical": (
        lambda a, x: (np.logical_and(a, x), np.logical_or(a, x > 1), np.logical_xor(a, x), np.logical_not(a)),
        (B, X),
    ),
    "logical on ints": (lambda i: (np.logical_and(i, i - 1), np.logical_not(i), np.logical_or(i, 0)), (I,)),
    "bits": (
        lambda i, a: (
            i & 6,
            i | (i - 3),
            i ^ i.T.reshape(i.shape),
            ~i,
            5 ^ i,
            np.bitwise_or(i, a),
            np.invert(i),
            ~a,
            a & a,
        ),
        (I, B),
    ),
    "any, all": (
        lambda a, x: (
            np.any(a),
            np.all(a, axis=0),
            (x > 0).any(1, keepdims=True),
            x.all(),
            a.max(0),
            a.min(1),
            a.sum(),
            np.any(x[:0]),
            np.all(x[:0], 0),
            np.logical_or.reduce(a),
        ),
        (B, X),
    ),
    "where": (lambda a, x, y: (np.where(a, x, y), np.where(x > 0, x, 0), np.where(a, 1, 2)), (B, X, Y)),
    "np reductions": (
        lambda x: (np.sum(x), np.max(x, 0), np.amin(x, axis=1), np.mean(x, axis=-1), np.std(x, axis=0)),
        (X,),
    ),
    "np matmul": (lambda x, w: (np.matmul(x, w), np.dot(x, w)), (X, W)),
    "np shapes": (
        lambda x: (np.reshape(x, (6, 4)), np.transpose(x), np.ravel(x), np.expand_dims(x, 1), np.swapaxes(x, 0, 1)),
        (X,),
    ),
    "moveaxis": (lambda c: (np.moveaxis(c, 0, -1), np.moveaxis(c, [0, 1], [1, 2])), (C,)),
    "broadcast_to": (lambda v: np.broadcast_to(v, (4, 6)), (V,)),
    "concatenate": (
        lambda x, y: (np.concatenate([x, y]), np.concatenate((x, y), axis=1), np.concatenate([x, y], axis=None)),
        (X, Y),
    ),
    "stack": (lambda x, y: (np.stack([x, y]), np.stack([x, y], axis=-1)), (X, Y)),
    "split": (lambda x: (*np.split(x, 2), *np.split(x, [1, 4], axis=1), *np.array_split(x, 4, axis=1)), (X,)),
    "pad": (lambda x: (np.pad(x, 1), np.pad(x, ((0, 2), (1, 0)), constant_values=3)), (X,)),
    "flip": (lambda x: (np.flip(x), np.flip(x, 1)), (X,)),
    "tril, triu": (lambda x: (np.tril(x), np.triu(x, 1), np.tril(x, -1)), (X,)),
    "like": (lambda x: (np.zeros_like(x), np.ones_like(x) + x, np.full_like(x, 2.5)), (X,)),
    "mixed dtypes": (lambda i, x: (i + x, i * 2, i + 0.5, np.where(x > 0, i, x)), (I, X)),
    "bool arithmetic": (lambda a: (a + a, a * a, np.maximum(a, a), np.minimum(a, a[::-1]), a * 2, a.sum(0)), (B,)),
    "python numbers": (lambda s, x: s * x + 1, (2.5, X)),
    # indexing
    "index": (lambda x: (x[1], x[-1, 2], x[1:3], x[:, ::2], x[::-1], x[..., 0], x[None, :, None], x[1:2, 3:]), (X,)),
    "empty slice": (lambda x: x[2:2], (X,)),
    "numpy int index": (lambda x: x[np.int64(2)], (X,)),
}


def augmented(x: Any) -> Any:
    """In-place operators make new arrays."""
    y = x
    y = y + 1
    y *= 2
    y -= x
    return y


@pytest.mark.parametrize("name", FUNCTIONS)
def test_as_numpy(name: str) -> None:
    function, args = FUNCTIONS[name]
    same(function, *args)


CREATION: dict[str, Callable[[Any], Any]] = {
    "full": lambda m: m.full((2, 3), 1.5, dtype=np.float32),
    "zeros": lambda m: m.zeros(4, dtype=np.float32),
    "ones": lambda m: m.ones((2, 2), dtype=np.int32),
    "arange": lambda m: (
        m.arange(5, dtype=np.int32),
        m.arange(1, 7, 2, dtype=np.int32),
        m.arange(0.0, 1.0, 0.25, dtype=np.float32),
    ),
}


@pytest.mark.parametrize("name", CREATION)
def test_creation(name: str) -> None:
    make = CREATION[name]
    got = traced(lambda x: (make(mnp), x), X)[0]
    for a, b in zip(optree.tree_leaves(got), optree.tree_leaves(make(np)), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", [n for n in mnp.__all__ if callable(getattr(mnp, n))])
def test_outside_a_trace_it_is_numpy(name: str) -> None:
    ours = getattr(mnp, name)
    if isinstance(ours, type) or not hasattr(np, name):
        return
    examples: dict[str, tuple[Any, ...]] = {
        "where": (B, X, Y),
        "clip": (X, -1, 1),
        "reshape": (X, (6, 4)),
        "broadcast_to": (V, (2, 6)),
        "expand_dims": (X, 0),
        "concatenate": ([X, Y],),
        "concat": ([X, Y],),
        "stack": ([X, Y],),
        "split": (X, 2),
        "array_split": (X, 3),
        "pad": (X, 1),
        "full": ((2,), 3.0),
        "full_like": (X, 2.0),
        "swapaxes": (X, 0, 1),
        "moveaxis": (X, 0, 1),
        "arange": (5,),
        "zeros": ((2,),),
        "ones": ((2,),),
        "permute_dims": (X, (1, 0)),
        "astype": (X, np.int32),
        "logical_not": (B,),
        "bitwise_not": (I,),
        "bitwise_invert": (I,),
        "invert": (I,),
        "matmul": (X, W),
        "dot": (X, W),
        "log": (abs(X),),
        "sqrt": (abs(X),),
    }
    two = (
        "add",
        "subtract",
        "multiply",
        "divide",
        "true_divide",
        "maximum",
        "minimum",
        "equal",
        "not_equal",
        "less",
        "less_equal",
        "greater",
        "greater_equal",
        "logical_and",
        "logical_or",
        "logical_xor",
    )
    bits = ("bitwise_and", "bitwise_or", "bitwise_xor")
    args = examples.get(name) or (
        (X, Y) if name in two else (I, I) if name in bits else (abs(X), Y) if name in ("power", "pow") else (X,)
    )
    got, want = ours(*args), getattr(np, name)(*args)
    for a, b in zip(optree.tree_leaves(got), optree.tree_leaves(want), strict=True):
        np.testing.assert_array_equal(a, b)


def test_weak_numbers_keep_the_dtype() -> None:
    def f(x, s):
        return x * 2.0 + 1, x * s, np.maximum(x, 0), 2 ** (x * 0), x * np.sqrt(2), np.float64(0.5) * x

    x = np.ones((3,), mj.bfloat16)
    parameters = Parameters(f, (), ())
    call = parameters.bind((x, 1.5), {})
    graph = trace_function(parameters, call, MESHES["1x1"], [None, None], None).graph
    assert [str(o.type) for o in graph.outputs] == ["bf16[3]?"] * 6


def test_strong_numbers_raise_the_dtype() -> None:
    def f(x, i):
        return x + np.float32(1), i * 0.5, i + np.float32(2), i / i, x + i

    parameters = Parameters(f, (), ())
    call = parameters.bind((np.ones(3, mj.bfloat16), np.ones(3, np.int32)), {})
    graph = trace_function(parameters, call, MESHES["1x1"], [None, None], None).graph
    assert [str(o.type.dtype) for o in graph.outputs] == ["f32", "f32", "f32", "f32", "bf16"]
