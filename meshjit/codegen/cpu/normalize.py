"""softmax, layer_norm and rms_norm, each in one kernel."""

from __future__ import annotations

import math

from meshjit.codegen.cpu.launch import Launch, build
from meshjit.codegen.cpu.nest import TASK_ELEMENTS
from meshjit.ir.program import BufferAddress, Program

#: What an element costs beside a plain copy: three passes, and exponentials.
_WEIGHT = 8
#: Vectors of columns that are normalised together: rows lie far apart, so what is read of each must be worth it.
_VECTORS = 8


def normalize(launch: Launch) -> Program:
    """An op that normalises along one dim: attribute ``axis`` where it has one, else the last."""
    (node,) = launch.nodes
    shape = node.type.local_shape(launch.mesh)
    axis = node.attrs.get("axis", len(shape) - 1)
    eps = node.attrs.get("eps", 0.0)
    assert isinstance(axis, int) and isinstance(eps, float | int)
    lanes, op = launch.machine.vector, node.op.name
    n, inner, outer = shape[axis], math.prod(shape[axis + 1 :]), math.prod(shape[:axis])
    vectors = min(_VECTORS, -(-inner // lanes))
    units, width = (outer, 1) if inner == 1 else (outer * -(-inner // (vectors * lanes)), vectors * lanes)
    per_task = max(1, min(units, TASK_ELEMENTS * 2 // max(1, n * width * _WEIGHT)))
    rows: dict[str, object] = {"kind": op, "eps": float(eps)}
    columns: dict[str, object] = {"inner": inner, "vectors": vectors}
    return build(
        launch,
        op,
        "cpu/normalize.ll.j2" if inner == 1 else "cpu/softmax_columns.ll.j2",
        [BufferAddress(s) for s in (*(launch.slot(o) for o in node.operands), launch.out_slot)],
        -(-units // per_task) if n else 0,
        dtype=node.type.dtype.name,
        n=n,
        units=units,
        per_task=per_task,
        macros=("exp_f",) if op == "softmax" else (),
        w=lanes,
        **(rows if inner == 1 else columns),
    )
