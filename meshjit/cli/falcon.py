"""The demo's model: the MLP of a Falcon-style transformer layer, with its usual sharding and its measurement."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from meshjit import nn
from meshjit.compile import CompiledFunction, FunctionTrace, compile
from meshjit.ir.opdef import Array
from meshjit.ir.spec import P
from meshjit.runtime.mesh_device import MeshDevice
from meshjit.runtime.tensor import MeshTensor


def mlp(x: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Array:
    """Hidden states (tokens, hidden) through (hidden, inner) and (inner, hidden)."""
    return nn.gelu(x @ w1 + b1) @ w2 + b2


#: Tokens over "dp"; the first weight by columns and the second by rows over "tp" (Shoeybi et al., Megatron-LM, 2019).
SHARDINGS = (P("dp", None), P(None, "tp"), P("tp"), P("tp", None), P())


@dataclass(frozen=True)
class Size:
    """Tokens, hidden and inner features."""

    tokens: int
    hidden: int
    inner: int

    def __str__(self) -> str:
        return f"{self.tokens} tokens, {self.hidden} -> {self.inner} -> {self.hidden}"


#: Falcon-7B's layer, and one that an emulator runs in seconds.
FALCON_7B = Size(128, 4544, 18176)
SMALL = Size(64, 128, 512)


@dataclass(frozen=True)
class Model:
    """A compiled MLP on a mesh with its weights, ready to replay; ``host`` are all arguments as NumPy arrays."""

    size: Size
    host: tuple[Array, ...]
    function: CompiledFunction
    trace: FunctionTrace
    weights: tuple[MeshTensor, ...]
    capture_s: float

    def step(self, x: object) -> MeshTensor:
        """One step of a serving loop: replay on new hidden states."""
        return self.trace.replay(x, *self.weights, blocking=True)

    def reference(self) -> Array:
        """The result in float64, by NumPy."""
        x, w1, b1, w2, b2 = self.host
        out = np.zeros((self.size.tokens, self.size.hidden))
        x64 = x.astype(np.float64)
        block = 1024
        for at in range(0, self.size.inner, block):  # block by block: float64 weights at once would take gigabytes
            part = slice(at, at + block)
            h = nn.gelu(x64 @ w1[:, part].astype(np.float64) + b1[part].astype(np.float64))
            out += h @ w2[part].astype(np.float64)
        return out + b2.astype(np.float64)


def arguments(size: Size, dtype: npt.DTypeLike, seed: int = 0) -> tuple[Array, ...]:
    """Random hidden states and weights, scaled so that activations stay near one."""
    rng = np.random.default_rng(seed)

    def normal(*shape: int, scale: float) -> Array:
        out = rng.standard_normal(shape, dtype=np.float32)
        out *= scale
        return out.astype(dtype, copy=False)

    n, h, m = size.tokens, size.hidden, size.inner
    return (
        normal(n, h, scale=1.0),
        normal(h, m, scale=h**-0.5),
        normal(m, scale=0.1),
        normal(m, h, scale=m**-0.5),
        normal(h, scale=0.1),
    )


def build(mesh: MeshDevice, size: Size, dtype: npt.DTypeLike) -> Model:
    """Place the weights, compile and capture."""
    host = arguments(size, dtype)
    weights = tuple(mesh.put(w, s) for w, s in zip(host[1:], SHARDINGS[1:], strict=True))
    function = compile(mlp, mesh=mesh, in_shardings=SHARDINGS, out_shardings=P("dp", None))
    start = time.perf_counter()
    trace = function.capture(host[0], *weights)
    return Model(size, host, function, trace, weights, time.perf_counter() - start)


def accuracy(result: Array, reference: Array) -> tuple[float, float]:
    """Pearson's correlation, and the largest absolute difference."""
    got = np.asarray(result, np.float64).ravel()
    want = reference.ravel()
    return float(np.corrcoef(got, want)[0, 1]), float(np.abs(got - want).max())


def median_s(call: Callable[[], object], repeats: int) -> float:
    """The median time of a call, after one to warm up."""
    call()
    times: list[float] = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)
