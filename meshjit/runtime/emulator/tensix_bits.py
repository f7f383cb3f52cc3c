"""Bit operations that the units share."""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from meshjit.runtime.emulator.compiled import compiled
from meshjit.runtime.emulator.tensix_state import Bytes, Halves


def _count_leading_zeros(typingctx: Any, x: Any) -> Any:
    del typingctx, x

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        del context, signature
        return builder.ctlz(args[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(types.int64), generate


#: A value read from an unsigned array as int64: with unsigned operands numba's arithmetic would turn to floats.
as_int: Any = np.int64
#: Leading zeros of an integer as a 64-bit word; 64 for 0.
count_leading_zeros: Any = intrinsic(_count_leading_zeros)


@compiled
def choose(condition: int | bool, yes: int, no: int) -> int:
    """``yes`` or ``no``, by bits: what LLVM is to make vectors of has no branches. ``condition`` is 0, 1 or a bool."""
    return no ^ (yes ^ no) & -int(condition)


@compiled
def wide_row(row: int) -> int:
    """The Dst row that holds the upper halves of 32-bit row ``row`` (ISA documentation, Dst: Adj32)."""
    return (row & 0x1F8) << 1 | row & 0x207


@compiled
def swap_halves(bits: int) -> int:
    """Dst's own order of 16 bits (sign, mantissa, exponent) from plain bf16 order."""
    return bits & 0x8000 | (bits & 0x7F) << 8 | bits >> 7 & 0xFF


@compiled
def plain_halves(bits: int) -> int:
    """Plain bf16 order from Dst's own order of 16 bits."""
    return bits & 0x8000 | (bits & 0xFF) << 7 | bits >> 8 & 0x7F


@compiled
def read_wide(dst: Halves, valid: Bytes, row: int, column: int) -> int:
    """One 32-bit datum of Dst, as plain bits."""
    at = wide_row(row)
    if valid[at] == 0:
        return 0
    return dst[at, column] << 16 | swap_halves(dst[at + 8, column])


@compiled
def total_order(bits: int) -> int:
    """A signed integer that sorts like float32 bits under total order."""
    if bits & 0x80000000:
        return (bits ^ 0x7FFFFFFF) - 0x100000000
    return bits
