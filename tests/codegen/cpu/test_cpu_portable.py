"""Kernels for narrower CPUs of this architecture, run on this one: AVX2 without AVX-512, and SSE alone."""

from __future__ import annotations

import platform

import llvmlite.binding as binding
import numpy as np
import pytest
from cpu_run import TOLERANCE, check, plain, sample, single

from meshjit.ir.opdef import Attr, attrs_of
from meshjit.ir.ops import OPS
from meshjit.ir.types import BF16, BOOL, F32, I32, DType
from meshjit.toolchain import llvm

pytestmark = pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="narrows x86 features")

CASES: list[tuple[str, list[tuple[int, ...]], dict[str, Attr]]] = [
    ("gelu", [(5, 19)], {"approximate": "none"}),
    ("add", [(5, 19), (19,)], {}),
    ("transpose", [(5, 19)], {"perm": (1, 0)}),
    ("transpose", [(3, 45, 38)], {"perm": (2, 0, 1)}),
    ("sum", [(5, 19)], {"axes": (1,), "keepdims": False}),
    ("max", [(5, 19)], {"axes": (0,), "keepdims": False}),
    ("softmax", [(5, 19)], {"axis": 1}),
    ("softmax", [(5, 19)], {"axis": 0}),
    ("layer_norm", [(5, 19), (19,), (19,)], {"eps": 1e-5}),
    ("matmul", [(5, 19), (19, 37)], {}),
    ("matmul", [(70, 300), (300, 37)], {}),
]


def narrowed(kind: str) -> llvm.Machine:
    """This CPU with only some of its features."""
    features = dict(binding.get_host_cpu_features())
    drop = {
        "no_bf16_dot": ("avx512bf16",),
        "avx2": ("avx512", "avx10", "amx", "evex"),
        "sse": ("avx", "amx", "fma", "f16c", "evex", "v"),
    }
    cpu = {"no_bf16_dot": llvm.host().cpu, "avx2": "haswell", "sse": "x86-64-v2"}[kind]
    return llvm.machine(cpu, {k: on and not k.startswith(drop[kind]) for k, on in features.items()})


@pytest.mark.parametrize("machine", ("no_bf16_dot", "avx2", "sse"))
@pytest.mark.parametrize("dtype", (F32, BF16), ids=str)
@pytest.mark.parametrize("name,shapes,attrs", CASES, ids=lambda v: str(v).replace(" ", ""))
def test_op(name: str, shapes: list[tuple[int, ...]], attrs: dict[str, Attr], dtype: DType, machine: str) -> None:
    rng = np.random.default_rng(0)
    arrays = [sample(rng, dtype, s) for s in shapes]
    graph = single(lambda b, *p: b.add(OPS[name], p, attrs_of(**attrs)), *(plain(dtype, s) for s in shapes))
    check(graph, arrays, 2 * TOLERANCE[dtype], narrowed(machine))


@pytest.mark.parametrize("machine", ("avx2", "sse"))
def test_ints_and_bools(machine: str) -> None:
    rng = np.random.default_rng(0)
    arrays = [sample(rng, BOOL, (5, 19)), sample(rng, I32, (5, 19)), sample(rng, I32, (19,))]
    types = [plain(d, a.shape) for d, a in zip((BOOL, I32, I32), arrays, strict=True)]
    check(single(lambda b, *p: b.add(OPS["where"], p), *types), arrays, 0.0, narrowed(machine))
    compared = single(lambda b, *p: b.add(OPS["lt"], p), *types[1:])
    check(compared, arrays[1:], 0.0, narrowed(machine))
