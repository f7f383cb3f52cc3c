"""The rendered text of native kernels, for fixed machines; a change of a template shows in these files."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from cpu_run import plain, single

from meshjit.codegen.cpu.lower import lower
from meshjit.ir.graph import Builder, Graph
from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import FUSED, LOCAL, Attr, attrs_of
from meshjit.ir.ops import OPS
from meshjit.ir.types import BF16, F32, DType
from meshjit.toolchain import llvm
from meshjit.toolchain.templates import render

ONE = Mesh((1,), ("tp",))
GRID = Mesh((2, 4), ("dp", "tp"))
_AVX2 = dict.fromkeys(("avx2", "fma"), True)
_WIDE = _AVX2 | dict.fromkeys(("avx512f", "avx512bw", "avx512vl", "avx512dq", "avx512bf16"), True)
WIDE, NARROW = llvm.machine("znver5", _WIDE), llvm.machine("haswell", _AVX2)


def one(name: str, dtype: DType, *shapes: Sequence[int], **attrs: Attr) -> Graph:
    return single(lambda b, *p: b.add(OPS[name], p, attrs_of(**attrs)), *(plain(dtype, s) for s in shapes))


def mlp(dtype: DType) -> Graph:
    shapes = [(64, 96), (96, 160), (160,)]
    body = Builder(ONE, FUSED)
    x, w, b = (body.param(f"a{i}", plain(dtype, s)) for i, s in enumerate(shapes))
    value = body.add(OPS["add"], [body.add(OPS["matmul"], [x, w]), b])
    region = body.graph("body", [body.add(OPS["gelu"], [value], attrs_of(approximate="none"))])
    return single(
        lambda b, *p: b.add(OPS["fusion"], p, attrs_of(kind="matmul"), body=region), *(plain(dtype, s) for s in shapes)
    )


def placed(name: str, **attrs: Attr) -> Graph:
    if name == "iota":
        builder = Builder(GRID, LOCAL)
        return builder.graph("f", [builder.add(OPS[name], [], attrs_of(**attrs), spec=(("dp",), ("tp",)))])
    type = plain(F32, (5, 21)).with_spec(((), ()) if name == "local_slice" else (("dp",), ("tp",)))
    return single(lambda b, p: b.add(OPS[name], [p], attrs_of(**attrs)), type, mesh=GRID)


CASES: dict[str, tuple[Callable[[], Graph], llvm.Machine]] = {
    "add_rows_f32": (lambda: one("add", F32, (7, 33), (33,)), WIDE),
    "tanh_bf16_avx2": (lambda: one("tanh", BF16, (4, 32)), NARROW),
    "pow_f32": (lambda: one("pow", F32, (4, 32), (4, 1)), WIDE),
    "sum_last_f32": (lambda: one("sum", F32, (7, 33), axes=(1,), keepdims=False), WIDE),
    "max_first_bf16": (lambda: one("max", BF16, (7, 33), axes=(0,), keepdims=True), WIDE),
    "softmax_last_f32": (lambda: one("softmax", F32, (4, 33), axis=1), WIDE),
    "softmax_first_bf16": (lambda: one("softmax", BF16, (4, 32), axis=0), WIDE),
    "layer_norm_f32": (lambda: one("layer_norm", F32, (4, 32), (32,), (32,), eps=1e-5), WIDE),
    "rms_norm_bf16": (lambda: one("rms_norm", BF16, (4, 33), (33,), eps=1e-6), WIDE),
    "transpose_f32": (lambda: one("transpose", F32, (5, 6, 7), perm=(2, 0, 1)), WIDE),
    "transpose_tiles_bf16_avx2": (lambda: one("transpose", BF16, (20, 3, 40), perm=(2, 1, 0)), NARROW),
    "slice_bf16": (lambda: one("slice", BF16, (9, 31), start=(8, 3), size=(3, 7), step=(-2, 3)), WIDE),
    "concat_f32": (lambda: one("concat", F32, (3, 4), (3, 9), axis=1), WIDE),
    "pad_f32": (lambda: one("pad", F32, (3, 4), low=(1, 0), high=(0, 3), value=1.0), WIDE),
    "iota_f32": (lambda: placed("iota", shape=(5, 21), dim=1, start=0, step=2, dtype=F32), WIDE),
    "mask_f32": (lambda: placed("mask", value=0.0), WIDE),
    "local_slice_f32": (lambda: placed("local_slice", dim=1, axes=("tp",)), WIDE),
    "matmul_gelu_f32": (lambda: mlp(F32), WIDE),
    "matmul_gelu_bf16_dot": (lambda: mlp(BF16), WIDE),
    "matmul_gelu_bf16_avx2": (lambda: mlp(BF16), NARROW),
    "matmul_one_row_f32": (lambda: one("matmul", F32, (1, 96), (96, 200)), WIDE),
}


@pytest.fixture
def no_build(monkeypatch: pytest.MonkeyPatch) -> None:
    """Text only: these machines need not be this one."""
    monkeypatch.setattr(llvm, "build", lambda text, machine=None, *, name="": b"")


@pytest.mark.usefixtures("no_build")
@pytest.mark.parametrize("name", CASES)
def test_kernel_text(name: str, golden) -> None:
    make, machine = CASES[name]
    graph = make()
    program = lower(graph.nodes[0], graph.mesh, machine)
    words = ", ".join(str(w) for w in program.arguments[0][1])
    golden.check(
        f"kernels/cpu/{name}.ll", f"; tasks: {program.num_tasks}\n; words: {words}\n{program.kernels[0].source}"
    )


def test_driver_and_collective_text(golden) -> None:
    golden.check("kernels/cpu/replay.ll", render("cpu/replay.ll.j2", futex=202, clock=1, pause="x86", spins=1500))
    text = render("cpu/collective.ll.j2", symbol="mj_collective", kind="reduce", dtype="bf16", op="sum", w=16)
    golden.check("kernels/cpu/reduce_bf16.ll", text)
