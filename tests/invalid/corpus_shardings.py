"""Shardings that do not fit the mesh, the array or one another."""

from __future__ import annotations

import numpy as np
from mistakes import mistake

import meshjit as mj
from meshjit import P

X = np.ones((4, 6), np.float32)


def run(function, mesh, *args, **options):
    return mj.compile(function, mesh=mesh, **options).lower(*args)


@mistake("MJ3001", 'mj.compile(lambda x: x, mesh=mesh, in_shardings=P("model"))', ["x: f32[4,6]"], ["'dp', 'tp'"])
class unknown_axis:
    def bad(mesh):
        f = mj.compile(lambda x: x, mesh=mesh, in_shardings=P("model"))
        f(X)

    def fixed(mesh):
        run(lambda x: x, mesh, X, in_shardings=P("tp"))


@mistake("MJ3001", 'mj.with_sharding(x, P("model"))', ["x: f32[4,6]"])
class unknown_axis_inside:
    def bad(mesh):
        def f(x):
            return mj.with_sharding(x, P("model"))

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: mj.with_sharding(x, P("tp")), mesh, X)


@mistake(
    "MJ3002", 'mj.compile(lambda x: x, mesh=mesh, in_shardings=P(None, None, "tp"))', ["x: f32[4,6]"], ["P(None, None)"]
)
class too_many_dims:
    def bad(mesh):
        f = mj.compile(lambda x: x, mesh=mesh, in_shardings=P(None, None, "tp"))
        f(X)

    def fixed(mesh):
        run(lambda x: x, mesh, X, in_shardings=P(None, "tp"))


@mistake("MJ3002", "x.sum()", ["f32[]"])
class too_many_result_dims:
    def bad(mesh):
        def f(x):
            return x.sum()

        run(f, mesh, X, out_shardings=P("tp"))

    def fixed(mesh):
        run(lambda x: x.sum(), mesh, X, out_shardings=P())


@mistake("MJ3003", 'mj.compile(in_shardings=P("tp", "tp"))', ["x: f32[4,6]"])
class axis_twice:
    def bad(mesh):
        @mj.compile(in_shardings=P("tp", "tp"))
        def f(x):
            return x

        with mesh:
            f(X)

    def fixed(mesh):
        run(lambda x: x, mesh, X, in_shardings=P("tp", "dp"))


@mistake("MJ3009", says=['P("dp", None)'])
class entry_is_no_name:
    def bad(mesh):
        P(0, None)

    def fixed(mesh):
        P("dp", None)


@mistake("MJ3010", 'mj.with_sharding(y, P("dp", None))', ["exp(...)"], ['mj.with_sharding(x, P("tp", None))'])
class contradictory_pins:
    def bad(mesh):
        def f(x):
            y = np.exp(x)
            a = mj.with_sharding(y, P("tp", None))
            b = mj.with_sharding(y, P("dp", None))
            return a + b

        run(f, mesh, X)

    def fixed(mesh):
        def f(x):
            y = np.exp(x)
            return mj.with_sharding(y, P("tp", None)) + mj.with_sharding(y, P("tp", None))

        run(f, mesh, X)


@mistake("MJ3011", 'mj.compile(lambda x, w: x @ w, mesh=mesh, in_shardings=(P("dp"),))', says=["x, w", "None"])
class too_few_in_shardings:
    def bad(mesh):
        mj.compile(lambda x, w: x @ w, mesh=mesh, in_shardings=(P("dp"),)).lower(X, X.T)

    def fixed(mesh):
        run(lambda x, w: x @ w, mesh, X, X.T, in_shardings=(P("dp"), None))


@mistake("MJ3011", says=["in_shardings of weights"])
class no_prefix_of_the_arguments:
    def bad(mesh):
        run(lambda x, weights: x @ weights["a"], mesh, X, {"a": X.T}, in_shardings=(None, {"b": P("tp")}))

    def fixed(mesh):
        run(lambda x, weights: x @ weights["a"], mesh, X, {"a": X.T}, in_shardings=(None, {"a": P("tp")}))


@mistake("MJ3011", says=["out_shardings"])
class no_prefix_of_the_results:
    def bad(mesh):
        run(lambda x: (x, x + 1), mesh, X, out_shardings=(P("dp"), P("tp"), P()))

    def fixed(mesh):
        run(lambda x: (x, x + 1), mesh, X, out_shardings=(P("dp"), P("tp")))


@mistake("MJ3001", 'mesh.put(X, P("model"))', ["f32[4,6]"])
class put_on_an_unknown_axis:
    def bad(mesh):
        mesh.put(X, P("model"))

    def fixed(mesh):
        mesh.put(X, P("dp"))


@mistake("MJ3002", 'mesh.put(X, P("dp", None, "tp"))', ["f32[4,6]"])
class put_with_too_many_dims:
    def bad(mesh):
        mesh.put(X, P("dp", None, "tp"))

    def fixed(mesh):
        mesh.put(X, P("dp", "tp"))
