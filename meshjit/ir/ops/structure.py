"""Ops of the IR itself: parameters and fusions."""

from __future__ import annotations

from meshjit.ir.opdef import FUSED, PLANNED, OpDef

PARAM = OpDef("param", kernel="", arity=(0, 0))

#: Several ops in one kernel: ``body`` holds them, its parameters stand for the operands. ``tile`` is the block of a
#: matmul that a core computes at a time: rows, columns and depth.
FUSION = OpDef(
    "fusion",
    kernel="fusion",
    arity=(0, 64),
    attrs=("kind", "tile"),
    optional=("tile",),
    stages=frozenset({FUSED, PLANNED}),
)
