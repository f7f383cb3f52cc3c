"""Element types, and Python that needs the elements of a traced array."""

from __future__ import annotations

import math

import numpy as np
from mistakes import mistake

import meshjit as mj

X = np.ones((3, 4), np.float32)
I = np.ones((3, 4), np.int32)  # noqa: E741  # as short as X
leaked = []


def run(function, mesh, *args, **options):
    return mj.compile(function, mesh=mesh, **options).lower(*args)


@mistake("MJ2002", "f(X.astype(np.float64))", ["x: float64[3,4]"], ["x.astype(np.float32)"])
class float64_argument:
    def bad(mesh):
        f = mj.compile(lambda x: x, mesh=mesh)
        f(X.astype(np.float64))

    def fixed(mesh):
        x = X.astype(np.float64)
        run(lambda x: x, mesh, x.astype(np.float32))


@mistake("MJ2002", 'x.astype("float16")', (), ["float32"])
class astype_float16:
    def bad(mesh):
        def f(x):
            return x.astype("float16")

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: x.astype(mj.bfloat16), mesh, X)


@mistake("MJ2002", "x + 2**40", (), ["float"])
class integer_too_large:
    def bad(mesh):
        def f(x):
            return x + 2**40

        run(f, mesh, I)

    def fixed(mesh):
        run(lambda x: x + 2.0**40, mesh, I)


@mistake("MJ2003", "x**-1", ["x: i32[3,4]"], ["x.astype('float32') ** -1"])
class integer_to_negative_power:
    def bad(mesh):
        def f(x):
            return x**-1

        run(f, mesh, I)

    def fixed(mesh):
        run(lambda x: x.astype("float32") ** -1, mesh, I)


@mistake("MJ2003", "x & 1", ["x: f32[3,4]"], ["x.astype('int32')"])
class bits_of_floats:
    def bad(mesh):
        def f(x):
            return x & 1

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: x.astype("int32") & 1, mesh, X)


@mistake("MJ2003", "(x > 0) - (x < 0)", ["bool[3,4]"], ["x.astype('int32')"])
class difference_of_bools:
    def bad(mesh):
        def f(x):
            return (x > 0) - (x < 0)

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: (x > 0).astype("int32") - (x < 0).astype("int32"), mesh, X)


@mistake("MJ2101", "x.sum() > 0", ["bool[]"], ["np.where(condition, a, b)"])
class branch:
    def bad(mesh):
        def f(x):
            if x.sum() > 0:
                return x
            return -x

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: np.where(x.sum() > 0, x, -x), mesh, X)


@mistake("MJ2101", "x > 0 and x < 1", ["bool[3,4]"])
class logical_and:
    def bad(mesh):
        def f(x):
            return np.where(x > 0 and x < 1, x, 0)

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: np.where((x > 0) & (x < 1), x, 0), mesh, X)


@mistake("MJ2101", "0 < x < 1", ["bool[3,4]"])
class chained_comparison:
    def bad(mesh):
        def f(x):
            return 0 < x < 1

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: (x > 0) & (x < 1), mesh, X)


@mistake("MJ2101", "float(x.max())", ["f32[]"])
class to_float:
    def bad(mesh):
        def f(x):
            return x / float(x.max())

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: x / x.max(), mesh, X)


@mistake("MJ2101", "int(n)", ["n: i32[]"], ["static_argnames"])
class to_int:
    def bad(mesh):
        def f(x, n):
            return x.reshape(int(n), -1)

        run(f, mesh, X, 2)

    def fixed(mesh):
        run(lambda x, n: x.reshape(int(n), -1), mesh, X, 2, static_argnames="n")


@mistake("MJ2101", "range(n)", ["n: i32[]"], ["static_argnames"])
class loop_count:
    def bad(mesh):
        def f(x, n):
            for _ in range(n):
                x = x + 1
            return x

        run(f, mesh, X, 2)

    def fixed(mesh):
        def f(x, n):
            for _ in range(n):
                x = x + 1
            return x

        run(f, mesh, X, 2, static_argnames="n")


@mistake("MJ2101", "math.sqrt(x.sum())", ["f32[]"])
class python_math:
    def bad(mesh):
        def f(x):
            return x / math.sqrt(x.sum())

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: x / np.sqrt(x.sum()), mesh, X)


@mistake("MJ2101", "x.sum().item()", ["f32[]"])
class item:
    def bad(mesh):
        def f(x):
            return x * x.sum().item()

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: x * x.sum(), mesh, X)


@mistake("MJ2101", "np.asarray(x)", ["x: f32[3,4]"])
class to_numpy:
    def bad(mesh):
        def f(x):
            return np.asarray(x) + 1

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: x + 1, mesh, X)


@mistake("MJ2105", "x[0]", ["x: f32[3,4]"], ["np.where(mask, new, x)"])
class item_assignment:
    def bad(mesh):
        def f(x):
            x[0] = 1
            return x

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: np.where(np.arange(3).reshape(3, 1) == 0, 1, x), mesh, X)


@mistake("MJ2105", "np.add(x, 1, out=x)", ["x: f32[3,4]"])
class out_argument:
    def bad(mesh):
        def f(x):
            return np.add(x, 1, out=x)

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: np.add(x, 1), mesh, X)


@mistake("MJ2104", "np.sort(x)", ["x: f32[3,4]"], ["np.sort"])
class missing_function:
    def bad(mesh):
        def f(x):
            return np.sort(x)

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: mj.numpy.max(x, axis=-1), mesh, X)


@mistake("MJ2104", "np.sin(x)", ["x: f32[3,4]"], ["np.sin"])
class missing_ufunc:
    def bad(mesh):
        def f(x):
            return np.sin(x)

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: np.tanh(x), mesh, X)


@mistake("MJ2104", "x.argmax", ["x: f32[3,4]"], [".argmax"])
class missing_method:
    def bad(mesh):
        def f(x):
            return x.argmax(1)

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: (x == x.max(1, keepdims=True)).any(0), mesh, X)


@mistake("MJ2104", "x % 2", ["x: f32[3,4]"])
class missing_operator:
    def bad(mesh):
        def f(x):
            return x % 2

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: x.astype(np.int32) & 1, mesh, X)


@mistake("MJ2104", 'np.pad(x, 1, mode="edge")', ["x: f32[3,4]"])
class pad_mode:
    def bad(mesh):
        def f(x):
            return np.pad(x, 1, mode="edge")

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: np.pad(x, 1, mode="constant"), mesh, X)


@mistake("MJ2106", "x[x > 0]", ["x: f32[3,4]"], ["np.where(mask, a, b)"])
class boolean_index:
    def bad(mesh):
        def f(x):
            return x[x > 0]

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: np.where(x > 0, x, 0), mesh, X)


@mistake("MJ2102", "y + leaked[-1]", ["f32[3,4]"])
class leaked_value:
    def bad(mesh):
        def f(x):
            leaked.append(x * 2)
            return x

        def g(y):
            return y + leaked[-1]

        run(f, mesh, X)
        run(g, mesh, X)

    def fixed(mesh):
        run(lambda x: (x, x * 2), mesh, X)
        run(lambda y, doubled: y + doubled, mesh, X, X)


@mistake("MJ2103", 'x + "a"', (), ["str"])
class text_in_arithmetic:
    def bad(mesh):
        def f(x):
            return x + "a"

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: x + ord("a"), mesh, X)


@mistake("MJ2107", 'f(X, "a")', (), ["static_argnames=('mode',)"])
class text_argument:
    def bad(mesh):
        f = mj.compile(lambda x, mode: x if mode == "a" else -x, mesh=mesh)
        f(X, "a")

    def fixed(mesh):
        run(lambda x, mode: x if mode == "a" else -x, mesh, X, "a", static_argnames=("mode",))


@mistake("MJ2108", "", (), ["str"])
class text_result:
    def bad(mesh):
        def f(x):
            return x, "done"

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: (x,), mesh, X)


@mistake("MJ2109", 'weights["w2"]', ["x: f32[3,4]"], ["KeyError"])
class error_of_the_function:
    def bad(mesh):
        def f(x, weights):
            return x @ weights["w2"]

        run(f, mesh, X, {"w1": X.T})

    def fixed(mesh):
        run(lambda x, weights: x @ weights["w1"], mesh, X, {"w1": X.T})


@mistake("MJ1003", 'mj.nn.gelu(x, approximate="fast")', (), ["'tanh'"])
class gelu_approximation:
    def bad(mesh):
        def f(x):
            return mj.nn.gelu(x, approximate="fast")

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: mj.nn.gelu(x, approximate="tanh"), mesh, X)


@mistake("MJ2104", "np.where(x > 0)", ["gt(...)"], ["as many indices as", "np.where(condition, a, b)"])
class where_without_choices:
    def bad(mesh):
        run(lambda x: np.where(x > 0), mesh, X)

    def fixed(mesh):
        run(lambda x: np.where(x > 0, x, 0.0), mesh, X)


@mistake("MJ2003", "x @ x.T", ["x: i32[3,4]"], ["x.astype('float32')"])
class product_of_integers:
    def bad(mesh):
        def f(x):
            return x @ x.T

        run(f, mesh, X.astype(np.int32))

    def fixed(mesh):
        run(lambda x: x.astype("float32") @ x.T, mesh, X.astype(np.int32))
