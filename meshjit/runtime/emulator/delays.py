"""NoC transfers that take their time: under a seed, commands wait in a queue and are carried out later, in any order.

What stays in order is what the hardware keeps in order: a tile's requests to write, on the same NoC and virtual channel
(ISA documentation, NoC/Ordering; here whatever their destinations). Counters show a transfer when it is carried out: a
kernel that waits for them notices nothing, one that does not finds what was there before.
"""

from __future__ import annotations

import numpy as np

from meshjit.runtime.emulator.compiled import compiled, inlined
from meshjit.runtime.emulator.noc import CTRL, carry_out
from meshjit.runtime.emulator.overlay import Int
from meshjit.runtime.emulator.registers import OK
from meshjit.runtime.emulator.state import Q_CORE, Q_NOC, Q_NUMBER, Q_PC, QUEUE, Chip
from meshjit.runtime.emulator.tensix_state import Stack


@compiled
def put_off(chip: Chip, w: Int, core: Int, noc: Int, buffer: Int) -> bool:
    """Queue a core's command. Returns False when the queue is full."""
    for i in range(QUEUE):
        entry = chip.queue[w, i]
        if entry[Q_NUMBER] == 0:
            chip.issued[w] += 1
            entry[Q_NUMBER] = chip.issued[w]
            entry[Q_CORE] = core
            entry[Q_NOC] = noc
            entry[Q_PC] = chip.pc[w, core]
            chip.queue_regs[w, i, :] = chip.noc_regs[w, noc, buffer]
            return True
    return False


@compiled
def may_go(chip: Chip, w: Int, i: Int) -> bool:
    """Whether no earlier request that must stay before it is queued."""
    entry, ctrl = chip.queue[w, i], np.int64(chip.queue_regs[w, i, CTRL])
    if ctrl & 3 == 0:
        return True
    for j in range(QUEUE):
        other, first = chip.queue[w, j], np.int64(chip.queue_regs[w, j, CTRL])
        earlier = 0 < other[Q_NUMBER] < entry[Q_NUMBER] and other[Q_NOC] == entry[Q_NOC]
        if earlier and first & 3 and first >> 13 & 7 == ctrl >> 13 & 7:
            return False
    return True


@inlined
def carry_queued(chip: Chip, stack: Stack, w: Int, i: Int) -> bool:
    """Carry out a queued command. Returns False on a fault, which names the PC of the command."""
    entry = chip.queue[w, i]
    core, pc = entry[Q_CORE], chip.pc[w, entry[Q_CORE]]
    entry[Q_NUMBER] = 0
    chip.pc[w, core] = entry[Q_PC]
    status = carry_out(chip, stack, w, core, entry[Q_NOC], chip.queue_regs[w, i])
    chip.pc[w, core] = pc
    chip.activity[0] += 1
    return status == OK


@compiled
def carry_one(chip: Chip, stack: Stack, w: Int, start: Int) -> bool:
    """Carry out one command that may go, the first from slot ``start`` on. Returns False on a fault."""
    for k in range(QUEUE):
        i = (start + k) % QUEUE
        if chip.queue[w, i, Q_NUMBER] and may_go(chip, w, i):
            return carry_queued(chip, stack, w, i)
    return True


@compiled
def any_queued(chip: Chip, w: Int) -> bool:
    """Whether transfers of a tile's cores are under way."""
    for i in range(QUEUE):  # noqa: SIM110  # compiled code has no any()
        if chip.queue[w, i, Q_NUMBER]:
            return True
    return False
