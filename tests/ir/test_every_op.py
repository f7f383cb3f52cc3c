"""Every op of the table against NumPy in float64, over dtypes, shapes, shardings and meshes.

Tolerances: a result may be off by the unit round-off of its dtype (2^-24 for f32, 2^-8 for bf16), as it is rounded
once, plus 8 round-offs of float32, in which it is computed, of the largest number on the way (for sums and products of
matrices: of the sum of the absolute terms, times log2 of their number, as pairwise and blocked sums give).
"""

from __future__ import annotations

import zlib
from collections import defaultdict

import numpy as np
import pytest
from checks import MESHES, UNIT, check_cpu, check_passes, inputs_of
from op_cases import CASES, TEXT_CASES, Case, TextCase

from meshjit.ir.evaluate import evaluate
from meshjit.ir.mesh import Mesh
from meshjit.ir.ops import OPS
from meshjit.ir.parser import parse
from meshjit.ir.types import BF16, F32, Spec

BY_OP: dict[str, list[Case]] = defaultdict(list)
for case in CASES:
    BY_OP[case.op].append(case)
TEXT_BY_OP: dict[str, list[TextCase]] = defaultdict(list)
for text_case in TEXT_CASES:
    TEXT_BY_OP[text_case.op].append(text_case)


def exact(inputs: list[np.ndarray]) -> list[np.ndarray]:
    return [x if x.dtype.kind in "bi" else x.astype(np.float64) for x in inputs]


def allowed(case: Case, inputs: list[np.ndarray], want: np.ndarray, dtype) -> np.ndarray:
    """How far each element of the result may be off."""
    if case.magnitude is not None:
        scale = case.magnitude(*exact(inputs))
    else:
        scale = max(
            [np.abs(want).max(initial=0), *(np.abs(x).max(initial=0) for x in exact(inputs) if x.dtype.kind == "f")]
        )
    return UNIT[dtype] * np.abs(want) + 8 * UNIT[F32] * scale


def test_every_op_has_a_meaning_and_cases() -> None:
    for name, op in OPS.items():
        structural = name in ("param", "fusion")
        assert structural or op.reference or op.exchange, f"{name} has neither a reference nor an exchange"
        assert name in BY_OP or name in TEXT_BY_OP, f"{name} has no case in op_cases.py"
        if name in BY_OP:
            dtypes = {c.dtypes[0] for c in BY_OP[name] if c.dtypes}
            kinds = {d.kind for d in dtypes}
            assert not dtypes or "float" not in kinds or {F32, BF16} <= dtypes, f"{name} is not tried on both floats"


@pytest.mark.parametrize("op", BY_OP)
def test_numpy_float64(op: str) -> None:
    for case in BY_OP[op]:
        graph, inputs = case.graph(MESHES["1x1"]), case.inputs()
        with np.errstate(all="ignore"):
            want = np.asarray(case.reference(*exact(inputs)))
        (got,) = evaluate(graph, inputs)
        dtype = graph.outputs[0].type.dtype
        assert got.shape == want.shape == graph.outputs[0].type.shape, str(case)
        assert got.dtype == dtype.numpy, str(case)
        if dtype.kind == "float":
            error = np.abs(got.astype(np.float64) - want)
            assert (error <= allowed(case, inputs, want, dtype)).all(), f"{case}: off by {error.max()}"
        else:
            np.testing.assert_array_equal(got, want, err_msg=str(case))


def some_specs(case: Case, mesh: Mesh, count: int) -> list[tuple[tuple[Spec | None, ...], Spec | None]]:
    """A few shardings of the operands and the result, the same in every run; what is sharded varies most."""
    rng = np.random.default_rng(zlib.crc32(str((str(case), mesh)).encode()))
    result = case.graph(mesh).outputs[0].type.rank

    def spec(rank: int) -> Spec | None:
        if rng.random() < 0.15:
            return None
        dims: list[tuple[str, ...]] = [()] * rank
        for axis in rng.permutation(mesh.axes):
            d = int(rng.integers(-1, rank)) if rng.random() < 0.3 else int(rng.integers(0, rank)) if rank else -1
            if d >= 0:
                dims[d] = (*dims[d], str(axis))
        return tuple(dims)

    return [
        (tuple(spec(len(s)) for s in case.shapes), spec(result) if rng.random() < 0.5 else None) for _ in range(count)
    ]


@pytest.mark.parametrize("mesh", MESHES)
@pytest.mark.parametrize("op", BY_OP)
def test_sharded_equals_unsharded_equals_cpu(op: str, mesh: str) -> None:
    cases = BY_OP[op]
    rng = np.random.default_rng(zlib.crc32(f"{op} {mesh}".encode()))
    few = 12 if mesh == "2x4" else 5
    picked = [cases[i] for i in rng.permutation(len(cases))[:few]]
    for n, case in enumerate(picked):
        inputs = case.inputs()
        for specs, out in some_specs(case, MESHES[mesh], 2):
            stages = check_passes(case.graph(MESHES[mesh], specs, out), inputs)
        if n < few // 2 + 1:
            check_cpu(stages, inputs)


@pytest.mark.parametrize("mesh", MESHES)
@pytest.mark.parametrize("op", TEXT_BY_OP)
def test_ops_of_later_stages(op: str, mesh: str) -> None:
    for case in TEXT_BY_OP[op]:
        graph = parse(case.text(MESHES[mesh]))
        inputs = inputs_of(graph)
        want = np.asarray(case.reference(*exact(inputs)))
        (got,) = evaluate(graph, inputs, exact=True)
        np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12, err_msg=str(graph))
        stages = check_passes(graph, inputs)
        scale = 64 * UNIT[F32] * np.abs(want).max(initial=1)
        check_cpu(stages, inputs, [np.full(want.shape, scale)])
