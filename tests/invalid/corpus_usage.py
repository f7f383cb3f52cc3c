"""Wrong use of meshes, options, traces and memory."""

from __future__ import annotations

import numpy as np
from mistakes import mistake

import meshjit as mj
from meshjit import P

X = np.ones((4, 6), np.float32)


def double(x):
    return x + x


@mistake("MJ1001", says=["('dp', 'tp')"])
class axes_missing:
    def bad(mesh):
        mj.open_mesh((2, 2), ("dp",), target="null")

    def fixed(mesh):
        mj.open_mesh((2, 2), ("dp", "tp"), target="null").close()


@mistake("MJ1001")
class axes_equal:
    def bad(mesh):
        mj.open_mesh((2, 2), ("tp", "tp"), target="null")

    def fixed(mesh):
        mj.open_mesh((2, 2), ("dp", "tp"), target="null").close()


@mistake("MJ1001")
class axis_without_devices:
    def bad(mesh):
        mj.open_mesh((2, 0), ("dp", "tp"), target="null")

    def fixed(mesh):
        mj.open_mesh((2, 1), ("dp", "tp"), target="null").close()


@mistake("MJ1001")
class axis_name:
    def bad(mesh):
        mj.open_mesh((2,), ("t p",), target="null")

    def fixed(mesh):
        mj.open_mesh((2,), ("t_p",), target="null").close()


@mistake("MJ5013", says=["cpu"])
class unknown_target:
    def bad(mesh):
        mj.open_mesh((2,), target="gpu")

    def fixed(mesh):
        mj.open_mesh((2,), target="cpu").close()


@mistake("MJ5008")
class deadline_of_zero:
    def bad(mesh):
        mj.open_mesh((2,), target="null", timeout_s=0)

    def fixed(mesh):
        mj.open_mesh((2,), target="null", timeout_s=60).close()


@mistake("MJ1005", says=["open_mesh"])
class no_mesh:
    def bad(mesh):
        mj.compile(double)(X)

    def fixed(mesh):
        with mesh:
            mj.compile(double).lower(X)


@mistake("MJ1003", 'mj.compile(double, mesh=mesh, strategy="best")', says=["propagate, auto"])
class unknown_strategy:
    def bad(mesh):
        mj.compile(double, mesh=mesh, strategy="best")

    def fixed(mesh):
        mj.compile(double, mesh=mesh, strategy="auto")


@mistake("MJ1003", 'mj.compile(double, mesh=mesh, fidelity="hifi5")', says=["lofi, hifi2, hifi3, hifi4"])
class unknown_fidelity:
    def bad(mesh):
        mj.compile(double, mesh=mesh, fidelity="hifi5")

    def fixed(mesh):
        mj.compile(double, mesh=mesh, fidelity="hifi4")


@mistake("MJ1003", 'mj.compile(double, mesh=mesh, accumulate="f16")', says=["f32, bf16"])
class unknown_accumulator:
    def bad(mesh):
        mj.compile(double, mesh=mesh, accumulate="f16")

    def fixed(mesh):
        mj.compile(double, mesh=mesh, accumulate="bf16")


@mistake("MJ1003", says=["traced, sharded, local, fused, planned"])
class unknown_stage:
    def bad(mesh):
        mj.compile(double, mesh=mesh).lower(X).as_text("partitioned")

    def fixed(mesh):
        mj.compile(double, mesh=mesh).lower(X).as_text("local")


@mistake("MJ1006", 'mj.compile(double, mesh=mesh, static_argnames="n")', says=["use some of x"])
class static_name:
    def bad(mesh):
        mj.compile(double, mesh=mesh, static_argnames="n")

    def fixed(mesh):
        mj.compile(lambda x, n: x + n, mesh=mesh, static_argnames="n")


@mistake("MJ1006")
class static_and_donated:
    def bad(mesh):
        mj.compile(double, mesh=mesh, static_argnames="x", donate_argnames="x")

    def fixed(mesh):
        mj.compile(double, mesh=mesh, donate_argnames="x")


@mistake("MJ1007", says=["tuple"])
class static_list:
    def bad(mesh):
        mj.compile(lambda x, dims: x.reshape(dims), mesh=mesh, static_argnames="dims").lower(X, [6, 4])

    def fixed(mesh):
        mj.compile(lambda x, dims: x.reshape(dims), mesh=mesh, static_argnames="dims").lower(X, (6, 4))


@mistake("MJ1007", "f(X)", says=["missing"])
class too_few_arguments:
    def bad(mesh):
        f = mj.compile(lambda x, w: x @ w, mesh=mesh)
        f(X)

    def fixed(mesh):
        mj.compile(lambda x, w: x @ w, mesh=mesh).lower(X, X.T)


class Model:
    def __init__(self, mesh):
        self.mesh = mesh

    @mj.compile
    def step(self, x):
        return x + 1


@mistake("MJ1010", says=["plain function"])
class compiled_method:
    def bad(mesh):
        Model(mesh).step(X)

    def fixed(mesh):
        mj.compile(lambda x: x + 1, mesh=mesh).lower(X)


@mistake("MJ1009", operands=["captured:", "got:"])
class replay_of_another_structure:
    def bad(mesh):
        mj.compile(lambda x: x["a"] + 1, mesh=mesh).capture({"a": X}).replay({"b": X})

    def fixed(mesh):
        trace = mj.compile(lambda x: x["a"] + 1, mesh=mesh).capture({"a": X})
        trace.replay({"a": X})


@mistake("MJ5006", operands=["lambda(x: f32[4,6])"], says=["capture again"])
class replay_of_another_shape:
    def bad(mesh):
        mj.compile(lambda x: x + 1, mesh=mesh).capture(X).replay(X[:2])

    def fixed(mesh):
        mj.compile(lambda x: x + 1, mesh=mesh).capture(X[:2]).replay(X[:2])


@mistake("MJ5006", says=["dtype='float32'"])
class replay_of_another_dtype:
    def bad(mesh):
        mj.compile(double, mesh=mesh).capture(X).replay(X.astype(np.int32))

    def fixed(mesh):
        x = X.astype(np.int32)
        mj.compile(double, mesh=mesh).capture(X).replay(mesh.put(x, P(), dtype="float32"))


@mistake("MJ5004", says=["np.asarray(y)"])
class read_of_an_earlier_replay:
    def bad(mesh):
        trace = mj.compile(double, mesh=mesh).capture(X)
        y = trace.replay(X)
        trace.replay(X)
        np.asarray(y)

    def fixed(mesh):
        trace = mj.compile(double, mesh=mesh).capture(X)
        y = trace.replay(X)
        np.asarray(y)
        trace.replay(X)


@mistake("MJ5003", says=["MeshTensor.delete()"])
class use_after_delete:
    def bad(mesh):
        x = mesh.put(X, P("dp"))
        x.delete()
        np.asarray(x)

    def fixed(mesh):
        x = mesh.put(X, P("dp"))
        np.asarray(x)
        x.delete()


@mistake("MJ5003", says=["donated"])
class use_after_donation:
    def bad(mesh):
        step = mj.compile(double, mesh=mesh, donate_argnames="x")
        x = mesh.put(X)
        step(x)
        step(x)

    def fixed(mesh):
        step = mj.compile(double, mesh=mesh, donate_argnames="x")
        x = mesh.put(X)
        x = step(x)
        step(x)


@mistake("MJ5014", operands=["x: f32[4,6]"], says=["a copy"])
class donated_twice:
    def bad(mesh):
        x = mesh.put(X)
        mj.compile(lambda x, y: x + y, mesh=mesh, donate_argnames="x")(x, x)

    def fixed(mesh):
        x = mesh.put(X)
        mj.compile(lambda x, y: x + y, mesh=mesh, donate_argnames="x")(x, mesh.put(np.asarray(x)))


@mistake("MJ5009", says=["mesh.put"])
class tensor_of_another_mesh:
    def bad(mesh):
        with mj.open_mesh((2, 2), target="null") as other:
            mj.compile(double, mesh=mesh)(other.put(X))

    def fixed(mesh):
        with mj.open_mesh((2, 2), target="null") as other:
            x = other.put(X)
            mj.compile(double, mesh=mesh)(mesh.put(np.asarray(x), P()))


@mistake("MJ5002", says=["open_mesh"])
class closed_mesh:
    def bad(mesh):
        other = mj.open_mesh((2, 2), target="null")
        other.close()
        mj.compile(double, mesh=other)(X)

    def fixed(mesh):
        with mj.open_mesh((2, 2), target="null") as other:
            mj.compile(double, mesh=other)(X)


@mistake("MJ4001", "x + x", operands=["x: f32[4096,64]"], says=["in_shardings="])
class function_exceeds_memory:
    def bad(mesh):
        def f(x):
            return x + x

        with mj.open_mesh((2, 2), ("dp", "tp"), target="null", memory_bytes=1 << 20) as small:
            mj.compile(f, mesh=small).lower(np.ones((4096, 64), np.float32))

    def fixed(mesh):
        with mj.open_mesh((2, 2), ("dp", "tp"), target="null", memory_bytes=1 << 20) as small:
            mj.compile(double, mesh=small, in_shardings=P(("dp", "tp"))).lower(np.ones((4096, 64), np.float32))


@mistake("MJ5001", "small.put(np.ones((1024, 1024), np.float32))")
class tensors_exceed_memory:
    def bad(mesh):
        with mj.open_mesh((2, 2), ("dp", "tp"), target="null", memory_bytes=1 << 20) as small:
            small.put(np.ones((1024, 1024), np.float32))

    def fixed(mesh):
        with mj.open_mesh((2, 2), ("dp", "tp"), target="null", memory_bytes=1 << 21) as small:
            small.put(np.ones((1024, 1024), np.float32), P("dp", "tp"))


@mistake("MJ1002")
class evaluate_with_too_few_arrays:
    def bad(mesh):
        graph = mj.compile(lambda x, w: x @ w, mesh=mesh).trace(X, X.T).graph
        mj.evaluate(graph, [X])

    def fixed(mesh):
        graph = mj.compile(lambda x, w: x @ w, mesh=mesh).trace(X, X.T).graph
        mj.evaluate(graph, [X, X.T])


@mistake("MJ1002", says=["(4, 6)"])
class evaluate_with_another_shape:
    def bad(mesh):
        mj.evaluate(mj.compile(double, mesh=mesh).trace(X).graph, [X.T])

    def fixed(mesh):
        mj.evaluate(mj.compile(double, mesh=mesh).trace(X).graph, [X])


@mistake("MJ3011", says=["P('dp')"])
class sharding_is_a_string:
    def bad(mesh):
        mj.compile(double, mesh=mesh, in_shardings="dp")(X)

    def fixed(mesh):
        mj.compile(double, mesh=mesh, in_shardings=P("dp"))(X)
