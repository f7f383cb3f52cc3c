"""Turns of cores and coprocessor threads on one chip, and when a run is over."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from meshjit.runtime.emulator.compiled import compiled, inlined
from meshjit.runtime.emulator.delays import any_queued, carry_one, put_off
from meshjit.runtime.emulator.noc import begin, carry_out
from meshjit.runtime.emulator.overlay import Int
from meshjit.runtime.emulator.races import thread_log
from meshjit.runtime.emulator.registers import OK
from meshjit.runtime.emulator.riscv import run_core
from meshjit.runtime.emulator.state import (
    BLOCKED,
    BUDGET,
    CLOCK,
    CORES,
    DELAYS,
    F_CODE,
    F_CORE,
    F_PC,
    F_WORKER,
    FAULTED,
    L1_BYTES,
    QUEUE,
    SPINNING,
    STRICT,
    TILES,
    TRISC0,
    WAIT_NOC,
    WORKERS,
    Chip,
)
from meshjit.runtime.emulator.tensix_run import step_thread
from meshjit.runtime.emulator.tensix_state import Stack, Tensix

#: Instructions of one turn.
CORE_BUDGET = 2048
THREAD_BUDGET = 2048
#: Rounds without any side effect before the scheduler looks for a deadlock.
QUIET_ROUNDS = 8
#: Results of :func:`run_rounds`.
DONE, MORE, STUCK, FAULT = range(4)


@compiled
def draw(random: NDArray[np.uint64], limit: Int) -> Int:
    """A number below ``limit`` (xorshift64*, Vigna 2016)."""
    x = random[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    random[0] = x
    return np.int64((x * np.uint64(0x2545F4914F6CDD1D)) >> np.uint64(33)) % limit


@inlined
def run_thread(chip: Chip, t: Tensix, w: Int, thread: Int, budget: Int) -> bool:
    """One turn of a coprocessor thread. Returns whether it did anything."""
    l1 = chip.l1_words[w].view(np.uint8)[: chip.facts[L1_BYTES]]
    n = step_thread(t, l1, chip.l1_written[w], chip.overlay[w], thread, budget)
    if t.error[0] != 0 and chip.fault[F_CODE] == 0:
        chip.fault[F_CODE] = t.error[0]
        chip.fault[F_WORKER] = w
        chip.fault[F_CORE] = TRISC0 + t.error[1]
        chip.fault[F_PC] = -1
    if chip.facts[STRICT] and chip.fault[F_CODE] == 0:
        thread_log(chip, t, w, thread)
    chip.facts[CLOCK] += n
    chip.activity[0] += n
    return n > 0


@inlined
def run_slice(chip: Chip, stack: Stack, t: Tensix, w: Int, core: Int, budget: Int) -> Int:
    """Up to ``budget`` instructions of one core and the NoC commands among them. Returns how many.

    Commands are carried out here, not inside the core's loop, so that compiling the core does not compile the NoC.
    """
    done = run_core(chip, t, w, core, budget)
    while chip.ended[w, core] == BLOCKED and chip.waits[w, core, 0] == WAIT_NOC:
        which = chip.waits[w, core, 1]
        chip.waits[w, core, 0] = 0
        noc, buffer = which >> 2, which & 3
        begin(chip, w, core, noc, buffer)
        good = True
        if chip.facts[DELAYS]:
            while good and not put_off(chip, w, core, noc, buffer):
                good = carry_one(chip, stack, w, 0)
        else:
            good = carry_out(chip, stack, w, core, noc, chip.noc_regs[w, noc, buffer]) == OK
        if not good:
            chip.ended[w, core] = FAULTED
            break
        chip.pc[w, core] += 4
        chip.instructions[w, core] += 1
        chip.activity[0] += 1
        chip.ended[w, core] = BUDGET
        done += 1
        if done >= budget or not chip.running[w, core]:
            break
        done += run_core(chip, t, w, core, budget - done)
    return done


@inlined
def run_worker(chip: Chip, stack: Stack, w: Int, random: NDArray[np.uint64], adverse: bool) -> bool:
    """A turn for every core and thread of a tile. Returns whether anything could go on.

    The order and the length of turns are fixed, or drawn from ``random`` when ``adverse``.
    """
    t = stack[w]
    moved = False
    while not adverse and chip.facts[DELAYS] and any_queued(chip, w):
        moved = True
        if not carry_one(chip, stack, w, 0):
            return True
    units = CORES + 3
    first, step = 0, 1
    if adverse:
        first = draw(random, units)
        step = 1 + 2 * draw(random, units // 2)  # odd, so that it visits all eight
    for i in range(units):
        unit = (first + i * step) % units
        if unit == chip.held[w] or (unit >= CORES and w >= chip.facts[WORKERS]):
            continue
        budget = CORE_BUDGET
        if adverse:
            budget = 1 + draw(random, 1 << draw(random, 12))
            if chip.facts[DELAYS] and draw(random, 4) == 0 and not carry_one(chip, stack, w, draw(random, QUEUE)):
                return True
        if unit >= CORES:
            moved |= run_thread(chip, t, w, unit - CORES, budget)
        elif chip.running[w, unit]:
            before = chip.activity[0]
            chip.facts[CLOCK] += run_slice(chip, stack, t, w, unit, budget)
            ended = chip.ended[w, unit]
            moved |= (ended != SPINNING and ended != BLOCKED) or chip.activity[0] != before
            if ended == FAULTED:
                return True
    return moved


@compiled
def all_set(chip: Chip, flags: NDArray[np.int64]) -> bool:
    """Whether every flag (worker, byte address, value) has its value."""
    for i in range(flags.shape[0]):  # noqa: SIM110  # compiled code has no all()
        if np.int64(chip.l1_words[flags[i, 0], flags[i, 1] >> 2]) != flags[i, 2]:
            return False
    return True


@compiled
def run_rounds(chip: Chip, stack: Stack, flags: NDArray[np.int64], rounds: Int, random: NDArray[np.uint64]) -> Int:
    """Up to ``rounds`` rounds over all tiles. Returns DONE, MORE, STUCK (nothing can go on) or FAULT."""
    quiet = 0
    for _ in range(rounds):
        if all_set(chip, flags):
            return DONE
        # Short drawn turns cannot show that nothing goes on any more: after some quiet rounds, a fixed one decides.
        adverse = random[0] != 0 and quiet < QUIET_ROUNDS
        before = chip.activity[0]
        moved = False
        for w in range(chip.facts[TILES]):
            if chip.running[w].any():
                moved |= run_worker(chip, stack, w, random, adverse)
                if chip.fault[F_CODE] != 0:
                    return FAULT
        quiet = quiet + 1 if chip.activity[0] == before else 0
        if not moved and not adverse:
            return DONE if all_set(chip, flags) else STUCK
    return MORE
