"""The CPU mesh's kernels alone: building them, and the MLP's matmuls against NumPy's.

Run ``python benchmarks/bench_cpu_kernels.py``; numbers are printed, nothing is asserted.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from meshjit.codegen.backends import machine_of
from meshjit.codegen.cpu.lower import lower
from meshjit.ir.graph import Builder, Graph, Node
from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import FUSED, LOCAL, attrs_of
from meshjit.ir.ops import OPS
from meshjit.ir.program import Collective, Command, RunProgram
from meshjit.ir.types import BF16, F32, DType, TensorType
from meshjit.passes.fuse import fuse
from meshjit.passes.tile import tile
from meshjit.runtime.devices.base import Region
from meshjit.runtime.devices.cpu import CpuTarget
from meshjit.toolchain import cache, llvm

DP, TP = "dp", "tp"


def median_ms(run: Callable[[], object], seconds: float = 2.0) -> float:
    run()
    times: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


class Bench:
    """A target, and buffers placed one after the other."""

    def __init__(self, mesh: Mesh) -> None:
        self.mesh = mesh
        self.target = CpuTarget(mesh)
        self.builder = Builder(mesh, FUSED)
        self.regions: list[Region] = []
        self.values: list[Node] = []
        self.commands: list[Command] = []
        self.address = 0

    def place(self, node: Node) -> Node:
        size = node.type.local_bytes(self.mesh)
        self.regions.append(Region(self.address, size, 64, node.type.varies))
        self.values.append(node)
        self.address += -(-size // 4096) * 4096
        return node

    def input(self, name: str, type: TensorType, data: np.ndarray) -> Node:
        node = self.place(self.builder.param(name, type))
        for d in range(self.mesh.size):
            if self.mesh.representative(d, type.varies) == d:
                where = zip(type.origin(self.mesh, d), type.local_shape(self.mesh), strict=True)
                block = np.ascontiguousarray(data[tuple(slice(o, o + s) for o, s in where)])
                self.target.write(d, self.regions[-1], memoryview(block.reshape(-1).view(np.uint8)))
        return node

    def run(self, node: Node) -> Node:
        program = lower(self.tiled(node), self.mesh)
        self.place(node)
        buffers = tuple(self.values.index(v) for v in (*dict.fromkeys(node.operands), node))
        self.commands.append(RunProgram(program, buffers, tuple(range(self.mesh.size)), node.op.name))
        return node

    def tiled(self, node: Node) -> Node:
        """The node as the passes after sharding leave it."""
        params = tuple(dict.fromkeys(node.operands))
        graph = Graph("bench", self.mesh, params, (node,), (node,), FUSED)
        graph = graph if node.body else fuse(replace(graph, stage=LOCAL))
        return tile(graph, machine_of("cpu")).nodes[-1]

    def load(self) -> Callable[[], None]:
        loaded = self.target.load(self.commands, self.regions, frozenset())
        return lambda: self.target.submit(loaded, {}, 60.0)


def mlp(mesh: Mesh, dtype: DType, m: int, d: int, h: int) -> tuple[float, float, float]:
    """(build seconds, median ms of a replay, max error against float64 over the largest value)."""
    rng = np.random.default_rng(0)
    x, w1, b1 = rng.standard_normal((m, d)), rng.standard_normal((d, h)) / d**0.5, rng.standard_normal(h)
    w2 = rng.standard_normal((h, d)) / h**0.5
    arrays = [a.astype(dtype.numpy) for a in (x, w1, b1, w2)]
    bench = Bench(mesh)
    specs = [((DP,), ()), ((), (TP,)), ((TP,),), ((TP,), ())]
    params = [
        bench.input(name, TensorType(dtype, a.shape, spec), a)
        for name, a, spec in zip(("x", "w1", "b1", "w2"), arrays, specs, strict=True)
    ]
    start = time.perf_counter()
    body = Builder(mesh, FUSED)
    inner = [body.param(p.name, p.type) for p in params[:3]]
    product = body.add(OPS["matmul"], inner[:2])
    biased = body.add(OPS["add"], [product, inner[2]])
    region = body.graph("body", [body.add(OPS["gelu"], [biased], attrs_of(approximate="none"))])
    hidden = bench.run(bench.builder.add(OPS["fusion"], params[:3], attrs_of(kind="matmul"), body=region))
    partial = bench.run(bench.builder.add(OPS["matmul"], [hidden, params[3]]))
    out = bench.place(bench.builder.add(OPS["all_reduce"], [partial], attrs_of(axes=(TP,), op="sum")))
    shape = out.type.local_shape(mesh)
    count = len(bench.regions)
    bench.commands.append(
        Collective("all_reduce", mesh.groups((TP,)), dtype, shape, shape, count - 2, count - 1, label="all_reduce")
    )
    replay = bench.load()
    built = time.perf_counter() - start
    ms = median_ms(replay)
    got = np.concatenate(
        [
            np.frombuffer(bench.target.read(d, bench.regions[-1]), dtype.numpy).reshape(shape).astype(np.float64)
            for d in range(0, mesh.size, mesh.axis_size(TP))
        ]
    )
    xs = [a.astype(np.float64) for a in arrays]
    z = xs[0] @ xs[1] + xs[2]
    erf = np.vectorize(__import__("math").erf)
    want = (0.5 * z * (1 + erf(z / 2**0.5))) @ xs[3]
    return built, ms, float(np.abs(got - want).max() / np.abs(want).max())


def numpy_mlp(m: int, d: int, h: int) -> float:
    rng = np.random.default_rng(0)
    x, w1, w2 = (rng.standard_normal(s, dtype=np.float32) for s in ((m, d), (d, h), (h, d)))
    return median_ms(lambda: (x @ w1) @ w2)


def tiny() -> float:
    """Microseconds of one replay of x + 1 on eight shards of 4x32."""
    mesh = Mesh((2, 4), (DP, TP))
    bench = Bench(mesh)
    type = TensorType(F32, (8, 128), ((DP,), (TP,)))
    x = bench.input("x", type, np.zeros((8, 128), np.float32))
    body = Builder(mesh, FUSED)
    inner = body.param("x", type)
    one = body.add(OPS["full"], [], attrs_of(shape=(), value=1.0, dtype=F32), spec=())
    region = body.graph("body", [body.add(OPS["add"], [inner, one])])
    bench.run(bench.builder.add(OPS["fusion"], [x], attrs_of(kind="elementwise"), body=region))
    replay = bench.load()

    def many() -> None:
        for _ in range(100):
            replay()

    return median_ms(many, 0.5) * 10


def decode(dtype: DType, m: int, k: int, n: int) -> tuple[float, float]:
    """(ms, GB/s of weights) of a matmul with few rows on one device."""
    mesh = Mesh((1, 1), (DP, TP))
    bench = Bench(mesh)
    rng = np.random.default_rng(0)
    types = [TensorType(dtype, s, ((), ())) for s in ((m, k), (k, n))]
    a, b = (
        bench.input(f"x{i}", t, rng.standard_normal(t.shape, dtype=np.float32).astype(dtype.numpy))
        for i, t in enumerate(types)
    )
    bench.run(bench.builder.add(OPS["matmul"], [a, b]))
    ms = median_ms(bench.load(), 0.5)
    return ms, k * n * dtype.size_bytes / ms / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="leave the Falcon-7B sizes out")
    options = parser.parse_args()
    print(f"machine: {llvm.host().cpu}, {llvm.host().vector} float32 lanes, bf16 dot: {llvm.host().has_bf16_dot}")
    print(f"x + 1 on 8 shards of 4x32: {tiny():.1f} us a replay")
    for m in (1, 4, 8):
        for dtype in (F32, BF16):
            ms, rate = decode(dtype, m, 4096, 4096)
            print(f"matmul {m}x4096x4096 {dtype}: {ms:.2f} ms, {rate:.1f} GB/s")
    sizes = [(128, 1024, 4096)] + ([] if options.small else [(128, 4544, 18176)])
    for m, d, h in sizes:
        flops = 4 * m * d * h
        reference = numpy_mlp(m, d, h)
        print(f"MLP {m}x{d}x{h}: NumPy float32 {reference:.1f} ms ({flops / reference / 1e6:.0f} GFLOP/s)")
        for dtype in (F32, BF16):
            for mesh in (Mesh((2, 4), (DP, TP)), Mesh((1, 1), (DP, TP))):
                cache.forget()
                built, ms, error = mlp(mesh, dtype, m, d, h)
                print(
                    f"  {dtype} on {mesh.shape}: {ms:.1f} ms ({flops / ms / 1e6:.0f} GFLOP/s), "
                    f"built in {built * 1e3:.0f} ms, error {error:.1e}"
                )


if __name__ == "__main__":
    main()
