"""Reducing one tile in itself, over its columns or its rows, on the vector unit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from meshjit.arch import Arch
from meshjit.codegen.tensix import hazards, sfpu
from meshjit.codegen.tensix.sfpu import SLOW

ReduceOp = Literal["sum", "max", "min"]
#: The bits of each op's neutral element; of integers in their sortable form (integers.py).
NEUTRAL: dict[ReduceOp, int] = {"sum": 0, "max": sfpu.bits(-math.inf), "min": sfpu.bits(math.inf)}
INTEGER_NEUTRAL: dict[ReduceOp, int] = {"sum": 0, "max": 0xFFFFFFFF, "min": 0x7FFFFFFF}


def neutral(op: ReduceOp, integer: bool) -> int:
    """The bits of ``op``'s neutral element."""
    return INTEGER_NEUTRAL[op] if integer else NEUTRAL[op]


def _with_nops(lines: Sequence[str], arch: Arch) -> tuple[str, ...]:
    """The lines with SFPNOPs between a slow instruction and one that reads its result, and after rotations: Blackhole
    waits a cycle there by itself, and no longer with an SFPNOP (SFPSHFT2)."""
    out: list[str] = []
    slow = frozenset[int]()
    rotated = False
    for line in lines:
        name, get = hazards.parse(line)
        if rotated or slow & hazards.late(name, get, blackhole=arch.is_blackhole):
            out.append("SFPNOP")
        out.append(line)
        rotated = name == "SFPSHFT2"
        slow = hazards.written(get) if name in SLOW else frozenset[int]()
    return tuple(out)


def _fold(op: ReduceOp, d: int, c: int, integer: bool) -> str:
    """d = op(d, c); c is lost when op is not a sum."""
    if op == "sum":
        return f"SFPIADD d={d} c={c} mode=4" if integer else f"SFPADD d={d} a=10 b={d} c={c}"
    return f"SFPSWAP d={d} c={c} mode={9 if op == 'max' else 1}"


def columns_lines(op: ReduceOp, slot: int, arch: Arch, integer: bool) -> tuple[str, ...]:
    """Reduce 4 rows over their 32 columns, every column of which gets the result; then step 4 rows.

    The four vectors of a row group are the even and odd columns of two faces; inside a vector, lanes of a row are
    folded by rotations of 1, 2 and 4.
    """
    at = [slot * 64 + offset for offset in (0, 2, 16, 18)]
    mode = 4 if integer else 3
    lines = [f"SFPLOAD d={i} row={row} mode={mode}" for i, row in enumerate(at)]
    lines += [_fold(op, 0, 1, integer), _fold(op, 2, 3, integer), _fold(op, 0, 2, integer)]
    for turns in (1, 2, 4):
        lines.append("SFPSHFT2 d=1 c=0 mode=3")
        lines += ["SFPSHFT2 d=1 c=1 mode=3"] * (turns - 1)
        lines.append(_fold(op, 0, 1, integer))
    lines += [f"SFPSTORE d=0 row={row} mode={mode}" for row in at]
    lines[-1] += " addr_mode=2"
    return _with_nops(lines, arch)


def rows_lines(op: ReduceOp, slot: int, arch: Arch, integer: bool) -> tuple[str, ...]:
    """Reduce 32 rows of a tile, every row of which gets the result.

    For each face column and parity, eight vectors of four rows fold into one; SFPTRANSP of four copies then puts row i
    of it into register i, so that three folds finish.
    """
    mode = 4 if integer else 3
    lines: list[str] = []
    for offset in (0, 2, 16, 18):
        at = [slot * 64 + offset + row for row in (0, 4, 8, 12, 32, 36, 40, 44)]
        lines += [f"SFPLOAD d={i} row={row} mode={mode}" for i, row in enumerate(at)]
        lines += [_fold(op, i, i + 4, integer) for i in range(4)]
        lines += [_fold(op, 0, 2, integer), _fold(op, 1, 3, integer), _fold(op, 0, 1, integer)]
        lines += [f"SFPMOV d={i} c=0" for i in (1, 2, 3)]
        lines.append("SFPTRANSP")
        lines += [_fold(op, 0, 1, integer), _fold(op, 2, 3, integer), _fold(op, 0, 2, integer)]
        lines += [f"SFPSTORE d=0 row={row} mode={mode}" for row in at]
    return _with_nops(lines, arch)
