"""Ops of the IR itself: parameters and fusions."""

from __future__ import annotations

from meshjit.ir.opdef import FUSED, PLANNED, OpDef

PARAM = OpDef("param", kernel="", arity=(0, 0))

#: Several ops in one kernel: ``body`` holds them, its parameters stand for the operands. ``tile`` is the block of a
#: matmul that a core computes at a time: rows, columns and depth. On cards ``multicast`` names the operands ("a", "b",
#: "ab") that one core reads for others, ``keep`` the one whose lines stay in L1, ``halves`` how many Dst has;
#: ``fidelity`` is how much of its operands' mantissas a card multiplies, ``accumulate`` in which dtype it sums.
FUSION = OpDef(
    "fusion",
    kernel="fusion",
    arity=(0, 64),
    attrs=("kind", "tile", "multicast", "keep", "halves", "fidelity", "accumulate"),
    optional=("tile", "multicast", "keep", "halves", "fidelity", "accumulate"),
    stages=frozenset({FUSED, PLANNED}),
)
