"""What the matrix unit takes over of a chain: add, sub and mul of two bf16 operands, 8 rows an instruction.

The two operands go to SrcA and SrcB instead of Dst, and a row, a column or one element of the second is repeated by the
instruction itself (ISA documentation, ELWADD, ELWSUB, ELWMUL). One instruction's sum keeps 11 bits: 3 more than bf16
holds, so that a stored sum is within 5/8 of its last place. A sum that the chain goes on with is exact to 24 bits: the
first operand moves to Dst, to which the second is added. Products take all four fidelity phases, which makes them exact
(SrcASrcB, "Fidelity phases"); an infinite factor counts as 2**128.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from meshjit.codegen.tensix.expression import Expression, Step

#: (instruction, fidelity phases, whether operands may be swapped) of the steps that the matrix unit computes; a
#: product of truth values (0.0 and 1.0) is exact in the first phase.
_OPS = {
    "add": ("ELWADD", 1, True),
    "sub": ("ELWSUB", 1, False),
    "mul": ("ELWMUL", 4, True),
    "logical_and": ("ELWMUL", 1, True),
}
_ROWS = tuple(range(0, 64, 8))
#: SrcB's row for each of the 8 blocks of SrcA and Dst: its own, the first of its face column, of its face row, or 0.
_B_ROWS = {
    "": _ROWS,
    "row": (0, 0, 16, 16, 0, 0, 16, 16),
    "column": (0, 8, 0, 8, 32, 40, 32, 40),
    "scalar": (0,) * 8,
}
_REPEAT = {"": 0, "row": 2, "column": 1, "scalar": 3}
_NEXT_PHASE = 1 << 13
#: An address mode: its SrcA/SrcB word and its Dst word.
Mode = tuple[int, int]
#: The vector unit's step to the next vector.
NEXT_VECTOR: Mode = (0, 2)
NUM_MODES = 4


@dataclass(frozen=True)
class Pair:
    """One instruction's work: operand ``a`` in SrcA with operand ``b`` in SrcB, which it repeats as ``broadcast``."""

    op: str
    a: int
    b: int
    broadcast: str


@dataclass(frozen=True)
class Split:
    """A chain cut in two: pairs for the matrix unit, and the rest.

    ``expression`` takes the pairs' results, then the operands ``singles``. ``modes`` are the address modes of the
    kernel (whatever mode 0 steps, 8 uses of it change nothing but SrcA's row in between), and ``lines`` the
    instructions of all pairs: pair i writes Dst slot i.
    """

    pairs: tuple[Pair, ...]
    singles: tuple[int, ...]
    expression: Expression
    modes: tuple[Mode, ...]
    lines: tuple[str, ...]


def _find(expression: Expression, usable: Sequence[bool], broadcasts: Sequence[str]) -> dict[int, Pair]:
    """The steps, by index, that read two usable operands which nothing else reads."""
    reads = [0] * expression.inputs
    for step in expression.steps:
        for a in step.args:
            if a < expression.inputs:
                reads[a] += 1
    found: dict[int, Pair] = {}
    for i, step in enumerate(expression.steps):
        if step.op in _OPS and all(a < expression.inputs and usable[a] and reads[a] == 1 for a in step.args):
            a, b = step.args
            if _OPS[step.op][2] and broadcasts[a] and not broadcasts[b]:
                a, b = b, a
            found[i] = Pair(step.op, a, b, broadcasts[b])
    return found


def _rest(expression: Expression, pairs: dict[int, Pair]) -> tuple[tuple[int, ...], Expression]:
    """The operands that no pair takes, and the steps that are left, on the pairs' results and those operands."""
    taken = {operand for p in pairs.values() for operand in (p.a, p.b)}
    singles = tuple(i for i in range(expression.inputs) if i not in taken)
    inputs = len(pairs) + len(singles)
    number = {operand: len(pairs) + i for i, operand in enumerate(singles)}
    number |= {expression.inputs + step: i for i, step in enumerate(pairs)}
    steps: list[Step] = []
    for i, step in enumerate(expression.steps):
        if i not in pairs:
            number[expression.inputs + i] = inputs + len(steps)
            steps.append(Step(step.op, tuple(number[a] for a in step.args), step.value))
    return singles, Expression(inputs, tuple(steps))


def _lines(pair: Pair, slot: int, modes: list[Mode], *, exact: bool) -> list[str]:
    """The instructions of one pair; address modes that it needs are added to ``modes``."""
    name, phases, _ = _OPS[pair.op]
    rows = _B_ROWS[pair.broadcast]
    step = _NEXT_PHASE if phases > 1 else 0
    moves: list[str] = []
    out: list[str] = []
    accumulate = exact and name != "ELWMUL"
    for i, (row, following) in enumerate(zip(rows, (*rows[1:], 0), strict=True)):
        advance = (8 | (following - row & 63) << 8, step)
        for mode in [(0, step)] * (phases - 1) + [advance]:
            if mode not in modes:
                modes.append(mode)
            line = f"{name} dst={64 * slot + 8 * i} addr_mode={modes.index(mode)}"
            line += f" mode={_REPEAT[pair.broadcast]}" if pair.broadcast else ""
            out.append(line + (" accumulate=1" if accumulate else ""))
        moves.append(f"MOVA2D mode=2 src=0 dst={64 * slot + 8 * i} addr_mode={modes.index(advance)}")
    out[-1] += " clear=3"
    if phases > 1:
        # The leading bits' phase comes last (1, 2, 3, 0): a product too large is infinite in it, whatever came before.
        first = f"ZEROACC dst={64 * slot} addr_mode={modes.index((0, step))}"
        return [first, *out, "SETRWC mask=8"]
    return [*moves, "ZEROSRC sources=1 write=1", *out] if accumulate else out


def split(expression: Expression, usable: Sequence[bool], broadcasts: Sequence[str]) -> Split:
    """Cut a chain. ``usable`` says which operands may go to a source register, ``broadcasts`` how each is repeated
    inside a tile ("", "row", "column", "scalar").

    Where the address modes do not suffice for repeating SrcB, no pair does (``broadcast`` is "" then).
    """
    found = _find(expression, usable, broadcasts)
    if len(expression.steps) - 1 in found and len(expression.steps) > 1:
        found = {}  # the rest would be for nothing, and the result is to be in the first slot
    singles, rest = _rest(expression, found)
    exact = bool(rest.steps)
    pairs = tuple(found.values())
    for plain in (False, True):
        if plain:
            pairs = tuple(Pair(p.op, p.a, p.b, "") for p in pairs)
        modes: list[Mode] = []
        lines = [line for slot, pair in enumerate(pairs) for line in _lines(pair, slot, modes, exact=exact)]
        if len(modes) + exact <= NUM_MODES:
            break
    if any(_OPS[pair.op][0] == "ELWMUL" for pair in pairs):
        lines.insert(0, "ZEROACC mode=3")  # ELWMUL adds to Dst
    padding: list[Mode] = [(0, 0)] * (NUM_MODES - len(modes) - 1)
    return Split(pairs, singles, rest, (*modes, *padding, NEXT_VECTOR)[:NUM_MODES], tuple(lines))
