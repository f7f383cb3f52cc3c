"""softmax, layer_norm and rms_norm, each in one kernel."""

from __future__ import annotations

import math

from meshjit.codegen.cpu.launch import Launch, build
from meshjit.codegen.cpu.nest import TASK_ELEMENTS
from meshjit.ir.program import BufferAddress, Program

#: What an element costs beside a plain copy: three passes, and exponentials.
_WEIGHT = 8


def normalize(launch: Launch) -> Program:
    """An op that normalises along one dim: attribute ``axis`` where it has one, else the last."""
    (node,) = launch.nodes
    shape = node.type.local_shape(launch.mesh)
    axis = node.attrs.get("axis", len(shape) - 1)
    eps = node.attrs.get("eps", 0.0)
    assert isinstance(axis, int) and isinstance(eps, float | int)
    lanes = launch.machine.vector
    n, inner = shape[axis], math.prod(shape[axis + 1 :])
    outer = math.prod(shape[:axis])
    units = outer if inner == 1 else outer * -(-inner // lanes)
    cost = n * (1 if inner == 1 else lanes) * _WEIGHT
    per_task = max(1, min(units, TASK_ELEMENTS * 2 // max(1, cost)))
    return build(
        launch,
        node.op.name,
        "cpu/normalize.ll.j2",
        [BufferAddress(s) for s in (*(launch.slot(o) for o in node.operands), launch.out_slot)],
        -(-units // per_task) if n else 0,
        kind=node.op.name,
        dtype=node.type.dtype.name,
        n=n,
        inner=inner,
        units=units,
        per_task=per_task,
        eps=float(eps),
        macros=("exp_f",) if node.op.name == "softmax" else (),
        w=lanes,
    )
