"""Single steps: one core, or one coprocessor thread, stepped by hand while everything else of the chip runs."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from meshjit.runtime.emulator.scheduler import DONE, FAULT, MORE, STUCK, run_rounds, run_slice, run_thread
from meshjit.runtime.emulator.state import CORES, F_CODE, ROLES, Chip
from meshjit.runtime.emulator.tensix_state import EXECUTED, FIFO_MASK, Stack, Tensix

#: What can be followed: the cores, then the coprocessor's threads.
UNITS = (*ROLES, "thread0", "thread1", "thread2")
_SKIP = 2048


@dataclass(frozen=True)
class Step:
    """One executed instruction: its address and word, the registers it changed as {number: new value}, and the Tensix
    instructions it pushed as (thread, word). Of a coprocessor thread, ``word`` is the Tensix instruction, after the
    expanders, and ``pc`` its number since the chip was opened."""

    pc: int
    word: int
    changed: dict[int, int]
    pushed: tuple[tuple[int, int], ...] = ()


@dataclass
class Followed:
    """What is followed: up to ``limit`` steps of one unit of one worker, after ``skip`` instructions."""

    chip: int
    worker: int
    unit: int
    limit: int
    skip: int
    steps: list[Step] = field(default_factory=list[Step])


def step_core(chip: Chip, stack: Stack, t: Tensix, w: int, core: int) -> Step | None:
    """Execute one instruction of a core; None when it waits, is in reset or at fault."""
    if not chip.running[w, core]:
        return None
    pc, before = int(chip.pc[w, core]), chip.regs[w, core].copy()
    tails = t.fifo_tail.copy()
    ran = run_slice(chip, stack, t, w, core, 1)
    if chip.fault[F_CODE] or not ran:
        return None
    after = chip.regs[w, core]
    changed = {int(i): int(after[i]) for i in np.flatnonzero(before != after)}
    pushed = tuple(
        (thread, int(t.fifo[thread, at & FIFO_MASK]))
        for thread in range(3)
        for at in range(int(tails[thread]), int(t.fifo_tail[thread]))
    )
    return Step(pc, int(chip.l1_words[w, pc >> 2]), changed, pushed)


def step_thread(chip: Chip, t: Tensix, w: int, thread: int) -> Step | None:
    """Execute one instruction of a coprocessor thread; None when it waits, has nothing to do or is at fault."""
    number = int(t.counts[thread].sum())
    if not run_thread(chip, t, w, thread, 1):
        return None
    return Step(number, int(t.expander[thread, EXECUTED]), {})


def _advance(chip: Chip, stack: Stack, t: Tensix, what: Followed) -> bool:
    """One step, or a slice of what is to be skipped. Returns whether anything ran."""
    w, unit = what.worker, what.unit
    if what.skip > 0:
        budget = min(what.skip, _SKIP)
        before = int(t.counts[unit - CORES].sum()) if unit >= CORES else 0
        if unit >= CORES:
            run_thread(chip, t, w, unit - CORES, budget)
            ran = int(t.counts[unit - CORES].sum()) - before
        else:
            ran = int(run_slice(chip, stack, t, w, unit, budget)) if chip.running[w, unit] else 0
        what.skip -= ran
        return ran > 0
    step = step_thread(chip, t, w, unit - CORES) if unit >= CORES else step_core(chip, stack, t, w, unit)
    if step is not None:
        what.steps.append(step)
    return step is not None


def run_followed(
    chip: Chip,
    stack: Stack,
    t: Tensix,
    flags: NDArray[np.int64],
    random: NDArray[np.uint64],
    what: Followed,
    deadline: float,
    rounds: int | None = None,
) -> int:
    """Run a chip, one round for each step of what is followed, up to ``rounds`` of them.

    Returns what ``run_rounds`` does; MORE at a limit.
    """
    chip.held[what.worker] = what.unit
    try:
        while rounds != 0 and len(what.steps) < what.limit and time.monotonic() < deadline:
            rounds = None if rounds is None else rounds - 1
            result = int(run_rounds(chip, stack, flags, 1, random))
            if result in (DONE, FAULT):
                return result
            ran = _advance(chip, stack, t, what)
            if chip.fault[F_CODE]:
                return FAULT
            if result == STUCK and not ran:
                return STUCK
        return MORE
    finally:
        chip.held[what.worker] = -1
