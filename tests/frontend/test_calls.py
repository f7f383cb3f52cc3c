"""Calling compiled functions: argument trees, variants with their reasons, static and donated arguments, guards."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from checks import MESHES, cpu_mesh

import meshjit as mj
from meshjit import P

X = np.arange(24, dtype=np.float32).reshape(4, 6) / 24
scale = 2.0
table = np.ones(6, np.float32)
settings: dict[str, Any] = {"shift": 1.0}


@pytest.fixture
def mesh() -> mj.MeshDevice:
    return cpu_mesh(MESHES["2x2"])


@dataclass
class Weights:
    w: Any
    b: Any


class Arrayish:
    """Something with __array__ only."""

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return X


# Arguments and results ----------------------------------------------------------------------------------------------


def test_trees_of_arguments_and_results(mesh: mj.MeshDevice) -> None:
    def f(x, params, extra):
        hidden = x @ params["layers"][0].w + params["layers"][0].b
        return {"sum": (hidden + extra[0]).sum(0), "both": (hidden, [extra[1] * 2]), "params": params["layers"][0]}

    w = Weights(np.ones((6, 3), np.float32), np.ones(3, np.float32))
    args = (X, {"layers": [w]}, (np.float32(2), np.ones(2, np.float32)))
    got, want = mj.compile(f, mesh=mesh)(*args), f(*args)
    assert list(got) == list(want)
    np.testing.assert_allclose(got["sum"], want["sum"], rtol=1e-6)
    np.testing.assert_allclose(got["both"][0], want["both"][0], rtol=1e-6)
    np.testing.assert_array_equal(got["both"][1][0], want["both"][1][0])
    assert isinstance(got["params"], Weights)
    np.testing.assert_array_equal(got["params"].w, w.w)


def test_defaults_keywords_and_star_arguments(mesh: mj.MeshDevice) -> None:
    @mj.compile(mesh=mesh)
    def f(x, *rest, y=1.0, **named):
        out = x * y
        for r in rest:
            out = out + r
        return out - named.get("z", 0)

    np.testing.assert_allclose(f(X), X)
    np.testing.assert_allclose(f(X, X, X, y=3.0), 5 * X)
    np.testing.assert_allclose(f(X, z=X), 0 * X)


@pytest.mark.parametrize("kind", ["numpy", "arrayish", "tensor", "bfloat16", "list of rows", "not contiguous"])
def test_kinds_of_arrays(mesh: mj.MeshDevice, kind: str) -> None:
    f = mj.compile(lambda x: x + x, mesh=mesh)
    x: Any = {
        "numpy": X,
        "arrayish": Arrayish(),
        "tensor": mesh.put(X, P("dp", "tp")),
        "bfloat16": X.astype(mj.bfloat16),
        "list of rows": X,
        "not contiguous": X.T,
    }[kind]
    np.testing.assert_array_equal(np.asarray(f(x)), np.asarray(x) + np.asarray(x))


def test_shardings_by_prefix_and_by_name(mesh: mj.MeshDevice) -> None:
    def f(x, weights):
        return x @ weights["a"], x @ weights["b"]

    args = (X, {"a": np.ones((6, 2), np.float32), "b": np.ones((6, 2), np.float32)})
    for shardings in (
        (P("dp"), P("tp", None)),
        {"x": P("dp"), "weights": {"a": P("tp"), "b": P("tp")}},
        (P("dp"), [P("tp"), P("tp")]),
    ):
        graph = mj.compile(f, mesh=mesh, in_shardings=shardings).trace(*args).graph
        assert [str(p.type) for p in graph.params] == ["f32[4@dp,6]", "f32[6@tp,2]", "f32[6@tp,2]"]
    y = mj.compile(f, mesh=mesh, in_shardings=(P("dp"), P("tp")), out_shardings=(P(), P("dp", "tp")))(*args)
    assert [t.sharding for t in y] == [P(), P("dp", "tp")]


def test_results_are_never_changed_by_later_calls(mesh: mj.MeshDevice) -> None:
    f = mj.compile(lambda x: x * 2, mesh=mesh)
    first = f(X)
    second = f(-X)
    np.testing.assert_array_equal(first, 2 * X)
    np.testing.assert_array_equal(second, -2 * X)


def test_returning_arguments_and_values_twice(mesh: mj.MeshDevice) -> None:
    def f(x):
        y = x + 1
        return x, y, y, 3.0

    a, b, c, d = mj.compile(f, mesh=mesh)(X)
    for got, want in ((a, X), (b, X + 1), (c, X + 1), (d, 3.0)):
        np.testing.assert_array_equal(got, want)


def test_capture_and_replay(mesh: mj.MeshDevice) -> None:
    f = mj.compile(lambda x, p: {"y": x @ p["w"]}, mesh=mesh, in_shardings=(P("dp"), P(None, "tp")))
    w = {"w": np.ones((6, 2), np.float32)}
    trace = f.capture(X, w)
    for i in range(3):
        np.testing.assert_allclose(trace.replay(X + i, w)["y"], (X + i) @ w["w"], rtol=1e-6)
    trace.release()


def test_decorators(mesh: mj.MeshDevice) -> None:
    @mj.compile
    def plain(x):
        """Adds one."""
        return x + 1

    @mj.compile(mesh=mesh)
    def with_options(x):
        return plain(x) * 2

    with mj.open_mesh((2,), ("tp",), target="cpu"):
        np.testing.assert_array_equal(plain(X), X + 1)
    np.testing.assert_array_equal(with_options(X), 2 * (X + 1))
    assert (plain.__name__, plain.__doc__) == ("plain", "Adds one.")
    np.testing.assert_array_equal(plain.function(X), X + 1)


def test_partial_and_callable_objects(mesh: mj.MeshDevice) -> None:
    class Layer:
        def __init__(self) -> None:
            self.weight = np.full(6, 3, np.float32)

        def __call__(self, x):
            return x * self.weight

    layer = Layer()
    f = mj.compile(lambda x: layer(x), mesh=mesh)
    np.testing.assert_array_equal(f(X), X * 3)
    layer.weight = np.full(6, 4, np.float32)
    np.testing.assert_array_equal(f(X), X * 4)
    g = mj.compile(functools.partial(lambda k, x: x * k, 5.0), mesh=mesh)
    np.testing.assert_array_equal(g(X), X * 5)


def test_threads_call_one_function(mesh: mj.MeshDevice) -> None:
    f = mj.compile(lambda x: (x @ x.T).sum(axis=1), mesh=mesh, in_shardings=P("dp"))
    xs = [X + i for i in range(12)]
    with ThreadPoolExecutor(4) as pool:
        for x, y in zip(xs, pool.map(lambda x: np.asarray(f(x)), xs), strict=True):
            np.testing.assert_allclose(y, (x @ x.T).sum(axis=1), rtol=1e-5)
    assert f.reasons == ["the first call"]


# Variants -----------------------------------------------------------------------------------------------------------


def test_one_variant_per_signature(mesh: mj.MeshDevice) -> None:
    f = mj.compile(lambda x, n=2: x * n, mesh=mesh, static_argnames="n")
    for _ in range(2):
        f(X)
        f(X[:2])
        f(X.astype(np.int32))
        f(mesh.put(X, P("dp")))
        f(X, n=3)
    assert f.reasons == [
        "the first call",
        "argument x is f32[2,6]?, was f32[4,6]?",
        "argument x is i32[4,6]?, was f32[2,6]?",
        "argument x is f32[4@dp,6], was i32[4,6]?",
        "the static argument n is 3, was 2",
    ]


def test_another_structure_or_mesh_is_another_variant(mesh: mj.MeshDevice) -> None:
    f = mj.compile(lambda x: sum(x))
    with mj.open_mesh((2,), ("tp",), target="cpu"):
        f([X, X])
        f((X, X))
    with mj.open_mesh((1,), ("tp",), target="cpu"):
        f((X, X))
    assert f.reasons[0] == "the first call"
    assert f.reasons[1] == "the arguments have another structure"
    assert f.reasons[2].startswith("another mesh")


def test_static_values_steer_the_function(mesh: mj.MeshDevice) -> None:
    @mj.compile(mesh=mesh, static_argnames=("depth", "kind"))
    def f(x, depth, kind="add"):
        for _ in range(depth):
            x = x + 1 if kind == "add" else x * 2
        return x

    np.testing.assert_allclose(f(X, 3), X + 3, rtol=1e-6)
    np.testing.assert_array_equal(f(X, 2, kind="double"), X * 4)


def test_donated_arguments_end(mesh: mj.MeshDevice) -> None:
    step = mj.compile(lambda x, y: x + y, mesh=mesh, donate_argnames="x")
    x, y = mesh.put(X), mesh.put(X)
    for _ in range(3):
        x = step(x, y)
    np.testing.assert_allclose(x, 4 * X)
    assert not (step(x, y) is None or x.is_live)
    assert y.is_live


# Outside values -----------------------------------------------------------------------------------------------------


@pytest.fixture
def restored() -> Iterator[None]:
    global scale, table
    before = scale, table, dict(settings), table.copy()
    yield
    scale, table = before[0], before[1]
    table[:] = before[3]
    settings.clear()
    settings.update(before[2])


def test_a_changed_number_retraces(mesh: mj.MeshDevice, restored: None) -> None:
    global scale
    f = mj.compile(lambda x: x * scale, mesh=mesh)
    np.testing.assert_array_equal(f(X), X * 2)
    scale = 3.0
    np.testing.assert_array_equal(f(X), X * 3)
    scale = 2.0
    np.testing.assert_array_equal(f(X), X * 2)
    assert f.reasons == ["the first call", "the outside value scale changed from 2.0 to 3.0"]


def test_content_of_an_outside_array_is_read_at_each_call(mesh: mj.MeshDevice, restored: None) -> None:
    f = mj.compile(lambda x: x * table, mesh=mesh)
    np.testing.assert_array_equal(f(X), X)
    table[:] = 5
    np.testing.assert_array_equal(f(X), X * 5)
    assert f.reasons == ["the first call"]


def test_a_rebound_array_retraces(mesh: mj.MeshDevice, restored: None) -> None:
    global table
    f = mj.compile(lambda x: x * table, mesh=mesh)
    f(X)
    table = np.full(6, 7, np.float32)
    np.testing.assert_array_equal(f(X), X * 7)
    assert f.reasons[1:] == ["the outside value table is another object"]


def test_a_changed_container_retraces(mesh: mj.MeshDevice, restored: None) -> None:
    f = mj.compile(lambda x: x + settings["shift"], mesh=mesh)
    np.testing.assert_array_equal(f(X), X + 1)
    settings["shift"] = 4.0
    np.testing.assert_array_equal(f(X), X + 4)
    assert len(f.reasons) == 2


def test_closures_are_guarded(mesh: mj.MeshDevice) -> None:
    factor = 2.0
    weight = np.ones(6, np.float32)

    def f(x):
        return inner(x) * weight

    def inner(x):
        return x * factor

    g = mj.compile(f, mesh=mesh)
    np.testing.assert_array_equal(g(X), X * 2)
    factor = 5.0
    np.testing.assert_array_equal(g(X), X * 5)
    weight[:] = 2
    np.testing.assert_array_equal(g(X), X * 10)
    assert g.reasons == ["the first call", "the outside value inner.factor changed from 2.0 to 5.0"]


class Layer:
    depth = 2

    def __init__(self, weight):
        self.weight = weight
        self.bias = 1.0

    def __call__(self, x):
        return self.apply(x)

    def apply(self, x):
        for _ in range(self.depth):
            x = x * self.weight + self.bias
        return x


def test_objects_lists_and_methods_are_guarded(mesh: mj.MeshDevice) -> None:
    layers = [Layer(1.0), Layer(2.0)]
    gains = [make_gain(1.0), make_gain(3.0)]

    def model(x):
        for layer, gain in zip(layers, gains, strict=True):
            x = gain(layer(x))
        return x

    f = mj.compile(model, mesh=mesh)

    def check(reason: str) -> None:
        np.testing.assert_allclose(f(X), model(X), rtol=1e-6)
        assert f.reasons[-1] == reason

    check("the first call")
    layers[1].bias = 5.0
    check("the outside value layers[1].bias changed from 1.0 to 5.0")
    layers[0].weight = 4.0
    check("the outside value layers[0].weight changed from 1.0 to 4.0")
    gains[1].set(0.5)
    check("the outside value gains[1].gain changed from 3.0 to 0.5")
    layers[1].depth = 1
    check("the outside value layers[1].depth changed from 2 to 1")
    layers[0] = Layer(0.0)
    check("the outside value layers is another object")


def make_gain(gain):
    def apply(x):
        return x * gain

    def set_gain(value):
        nonlocal gain
        gain = value

    apply.set = set_gain
    return apply


def test_arrays_made_inside_are_constants(mesh: mj.MeshDevice) -> None:
    f = mj.compile(lambda x: x * np.full(6, 2, np.float32), mesh=mesh)
    np.testing.assert_array_equal(f(X), X * 2)
    np.testing.assert_array_equal(f(X + 1), (X + 1) * 2)
    executable = f.lower(X).compile().executable
    assert len(executable.inputs) == 1
    assert len(executable.constants) == 1


def test_mesh_tensors_from_outside(mesh: mj.MeshDevice) -> None:
    w = mesh.put(np.ones((6, 2), np.float32), P(None, "tp"))
    f = mj.compile(lambda x: x @ w, mesh=mesh)
    np.testing.assert_allclose(f(X), X @ np.ones((6, 2), np.float32), rtol=1e-6)


# Models run as they stand -------------------------------------------------------------------------------------------


def test_undecorated_is_the_same(mesh: mj.MeshDevice) -> None:
    rng = np.random.default_rng(1)

    def model(ids, table, w, n, cos, sin, mask):
        x = mj.nn.embedding(ids, table)
        x = mj.nn.layer_norm(x, n, mj.numpy.zeros(n.shape[0], dtype=np.float32))
        q = mj.nn.rope(mj.nn.linear(x, w), cos, sin)
        x = x + mj.nn.scaled_dot_product_attention(q, x, x, mask)
        x = x + mj.nn.scaled_dot_product_attention(q, x, x, is_causal=True)
        x = mj.nn.rms_norm(x, n) * mj.nn.sigmoid(x) + mj.nn.silu(x) - mj.nn.relu(x) + mj.nn.erf(x)
        return (
            mj.nn.log_softmax(mj.nn.gelu(x, approximate="none") + mj.nn.tanh(x)),
            mj.nn.one_hot(ids, 4),
            mj.nn.rsqrt(x * x + 1),
        )

    args = (
        np.array([[1, 0, 3], [2, 2, 9]], np.int32),
        rng.standard_normal((10, 8)).astype(np.float32),
        rng.standard_normal((8, 8)).astype(np.float32),
        rng.standard_normal(8).astype(np.float32),
        rng.standard_normal((3, 8)).astype(np.float32),
        rng.standard_normal((3, 8)).astype(np.float32),
        rng.random((3, 3)) < 0.7,
    )
    for shardings in (None, (P("dp"), P("tp"), P(None, "tp"), P("tp"), P(), P(None, "tp"), P("dp"))):
        got = mj.compile(model, mesh=mesh, in_shardings=shardings)(*args)
        for a, b in zip(got, model(*args), strict=True):
            np.testing.assert_allclose(a, b, rtol=2e-4, atol=2e-5)


def test_compiled_functions_nest(mesh: mj.MeshDevice) -> None:
    inner = mj.compile(lambda x: mj.nn.softmax(x), mesh=mesh)
    outer = mj.compile(lambda x: inner(x) * 2, mesh=mesh)
    np.testing.assert_allclose(outer(X), 2 * mj.nn.softmax(X), rtol=1e-6)
    assert inner.reasons == []


def test_a_capture_keeps_no_copies_of_tensors_on_the_mesh() -> None:
    """Weights that are on the mesh already are used in place: capturing adds the input's, the output's and no more."""
    weights = np.ones((256, 256), np.float32)
    with mj.open_mesh((2,), ("tp",), target="null") as mesh:
        f = mj.compile(lambda x, w: x @ w, mesh=mesh)
        x, w = weights[:4], mesh.put(weights, P())
        before = mesh.memory().live_bytes
        trace = f.capture(x, w)
        kept = mesh.memory().live_bytes - before
        assert kept < weights.nbytes / 8
        trace.replay(x, w)
        assert mesh.memory().live_bytes - before == kept
        trace.replay(x, weights)  # a host array in its place gets a buffer once it is there
        assert mesh.memory().live_bytes - before >= weights.nbytes
