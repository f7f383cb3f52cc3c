"""Ops of the IR itself: parameters and fusions."""

from __future__ import annotations

from meshjit.ir.opdef import FUSED, PLANNED, OpDef

PARAM = OpDef("param", kernel="", arity=(0, 0))

#: Several ops in one kernel: ``body`` holds them, its parameters stand for the operands.
FUSION = OpDef("fusion", kernel="fusion", arity=(0, 64), attrs=("kind",), stages=frozenset({FUSED, PLANNED}))
