"""Shapes that do not fit."""

from __future__ import annotations

import numpy as np
from mistakes import mistake

import meshjit as mj

X = np.ones((3, 4), np.float32)
W = np.ones((5, 4), np.float32)
V = np.ones(3, np.float32)


def run(function, mesh, *args):
    return mj.compile(function, mesh=mesh).lower(*args)


@mistake("MJ2005", "x @ w", ["x: f32[3,4]", "w: f32[5,4]"], ["transpose the second: x @ w.T"])
class matmul_inner_dims:
    def bad(mesh):
        def f(x, w):
            return x @ w

        run(f, mesh, X, W)

    def fixed(mesh):
        run(lambda x, w: x @ w.T, mesh, X, W)


@mistake("MJ2005", "2.0 @ x", ["x: f32[3,4]"], ["*"])
class matmul_with_a_scalar:
    def bad(mesh):
        def f(x):
            return 2.0 @ x

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: 2.0 * x, mesh, X)


@mistake("MJ2001", "x + v", ["x: f32[3,4]", "v: f32[3]"], ["np.expand_dims"])
class broadcast:
    def bad(mesh):
        def f(x, v):
            return x + v

        run(f, mesh, X, V)

    def fixed(mesh):
        run(lambda x, v: x + np.expand_dims(v, 1), mesh, X, V)


@mistake("MJ2001", "np.where(x > 0, x, v)", ["v: f32[3]"])
class broadcast_where:
    def bad(mesh):
        def f(x, v):
            return np.where(x > 0, x, v)

        run(f, mesh, X, V)

    def fixed(mesh):
        run(lambda x, v: np.where(x > 0, x, v.reshape(3, 1)), mesh, X, V)


@mistake("MJ2001", "np.broadcast_to(x, (3, 8))", ["x: f32[3,4]"])
class broadcast_to:
    def bad(mesh):
        def f(x):
            return np.broadcast_to(x, (3, 8))

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: np.broadcast_to(x, (2, 3, 4)), mesh, X)


@mistake("MJ2007", "x.reshape(5, 2)", ["x: f32[3,4]"], ["12 elements", "10 elements"])
class reshape_count:
    def bad(mesh):
        def f(x):
            return x.reshape(5, 2)

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: x.reshape(-1, 2), mesh, X)


@mistake("MJ2007", "x.reshape(-1, 5)", ["x: f32[3,4]"])
class reshape_unknown_dim:
    def bad(mesh):
        def f(x):
            return x.reshape(-1, 5)

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: x.reshape(-1, 6), mesh, X)


@mistake("MJ2004", "x.sum(axis=2)", ["x: f32[3,4]"], ["-2 to 1"])
class axis_out_of_range:
    def bad(mesh):
        def f(x):
            return x.sum(axis=2)

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: x.sum(axis=1), mesh, X)


@mistake("MJ2004", "np.max(x, axis=(0, -2))", ["x: f32[3,4]"])
class axis_twice:
    def bad(mesh):
        def f(x):
            return np.max(x, axis=(0, -2))

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: np.max(x, axis=(0, 1)), mesh, X)


@mistake("MJ2004", "mj.nn.softmax(x, axis=3)", ["x: f32[3,4]"])
class softmax_axis:
    def bad(mesh):
        def f(x):
            return mj.nn.softmax(x, axis=3)

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: mj.nn.softmax(x, axis=-1), mesh, X)


@mistake("MJ2004", "x.transpose(0, 0)", ["x: f32[3,4]"], ["x.transpose(1, 0)"])
class transpose_order:
    def bad(mesh):
        def f(x):
            return x.transpose(0, 0)

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: x.transpose(1, 0), mesh, X)


@mistake("MJ2004", "x.squeeze(0)", ["x: f32[3,4]"])
class squeeze_a_full_dim:
    def bad(mesh):
        def f(x):
            return x.squeeze(0)

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: x[:1].squeeze(0), mesh, X)


@mistake("MJ2004", "np.expand_dims(x, 5)", ["x: f32[3,4]"])
class expand_dims_place:
    def bad(mesh):
        def f(x):
            return np.expand_dims(x, 5)

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: np.expand_dims(x, 2), mesh, X)


@mistake("MJ2009", "np.concatenate([x, w], axis=1)", ["x: f32[3,4]", "w: f32[5,4]"])
class concatenate:
    def bad(mesh):
        def f(x, w):
            return np.concatenate([x, w], axis=1)

        run(f, mesh, X, W)

    def fixed(mesh):
        run(lambda x, w: np.concatenate([x, w], axis=0), mesh, X, W)


@mistake("MJ2009", "np.stack([x, w])", ["x: f32[3,4]", "w: f32[5,4]"])
class stack:
    def bad(mesh):
        def f(x, w):
            return np.stack([x, w])

        run(f, mesh, X, W)

    def fixed(mesh):
        run(lambda x, w: np.stack([x, w[:3]]), mesh, X, W)


@mistake("MJ2009", "np.split(x, 2)", ["x: f32[3,4]"], ["np.split(x, [1], axis=0)"])
class split:
    def bad(mesh):
        def f(x):
            return np.split(x, 2)

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: np.split(x, [1], axis=0), mesh, X)


@mistake("MJ2008", "x[5]", ["x: f32[3,4]"], ["-3 to 2"])
class index_out_of_range:
    def bad(mesh):
        def f(x):
            return x[5]

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: x[2], mesh, X)


@mistake("MJ2008", "x[0, 0, 0]", ["x: f32[3,4]"])
class too_many_indices:
    def bad(mesh):
        def f(x):
            return x[0, 0, 0]

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: x[0, 0], mesh, X)


@mistake("MJ2010", "np.pad(x, [(0, -1), (0, 0)])", ["x: f32[3,4]"])
class negative_pad:
    def bad(mesh):
        def f(x):
            return np.pad(x, [(0, -1), (0, 0)])

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: np.pad(x, [(0, 1)] * x.ndim), mesh, X)


@mistake("MJ2006", "mj.nn.rms_norm(x, v)", ["x: f32[3,4]", "v: f32[3]"], ["(4,)"])
class norm_weight:
    def bad(mesh):
        def f(x, v):
            return mj.nn.rms_norm(x, v)

        run(f, mesh, X, V)

    def fixed(mesh):
        run(lambda x, v: mj.nn.rms_norm(x.T, v), mesh, X, V)


@mistake("MJ2005", "np.tril(v)", ["v: f32[3]"])
class triangle_of_a_vector:
    def bad(mesh):
        def f(v):
            return np.tril(v)

        run(f, mesh, V)

    def fixed(mesh):
        run(lambda v: np.tril(v.reshape(1, 3)), mesh, V)


@mistake("MJ2011", "x[:0].max(axis=0)", ["f32[0,4]"])
class maximum_of_nothing:
    def bad(mesh):
        def f(x):
            return x[:0].max(axis=0)

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: x[:1].max(axis=0), mesh, X)


@mistake("MJ2004", "len(x.sum())", ["f32[]"])
class length_of_a_scalar:
    def bad(mesh):
        def f(x):
            return x * len(x.sum())

        run(f, mesh, X)

    def fixed(mesh):
        run(lambda x: x * x.sum().size, mesh, X)
