"""Loads and stores of cores outside L1 and local memory.

Facts: ISA documentation, TensixTile/BabyRISCV (README: memory map; PushTensixInstruction, TTSync) and
TensixTile/TensixCoprocessor (SyncUnit, MOPExpander, ScalarUnit, BackendConfiguration).
"""

from __future__ import annotations

import numpy as np

from meshjit.runtime.emulator.compiled import compiled
from meshjit.runtime.emulator.faults import E_MISALIGNED, E_REGISTER, E_VALUE, fault
from meshjit.runtime.emulator.noc import NOC_BASE, niu_load, niu_store
from meshjit.runtime.emulator.overlay import Int
from meshjit.runtime.emulator.races import THREADS, acquire, release
from meshjit.runtime.emulator.registers import BAD, OK, WAIT, tile_load, tile_store
from meshjit.runtime.emulator.state import BRISC, NCRISC, STRICT, TRISC0, WAIT_FIFO, WAIT_MOP, WAIT_SYNC, WORKERS, Chip
from meshjit.runtime.emulator.tensix_run import thread_idle
from meshjit.runtime.emulator.tensix_state import CONFIG_KNOWN, FIFO_MASK, Tensix

MOP_BASE = 0xFFB80000
GPR_BASE = 0xFFE00000
PUSH_BASE = 0xFFE40000
SYNC_BASE = 0xFFE80000
CONFIG_BASE = 0xFFEF0000
SYNC, MOP_SYNC, SEMAPHORES = 1, 2, 8
#: Wormhole's reset PCs among the configuration words.
FIRST_PC, LAST_PC = 158, 163
SEMAPHORE_LIMIT = 15


@compiled
def push(chip: Chip, t: Tensix, w: Int, core: Int, thread: Int, word: Int) -> Int:
    """Put an instruction into a thread's queue, or wait for room."""
    tail = t.fifo_tail[thread]
    if tail - t.fifo_head[thread] > FIFO_MASK:
        chip.waits[w, core, 0] = WAIT_FIFO
        chip.waits[w, core, 1] = thread
        return WAIT
    t.fifo[thread, tail & FIFO_MASK] = word
    t.fifo_tail[thread] = tail + 1
    return OK


@compiled
def sync_load(chip: Chip, t: Tensix, w: Int, core: Int, address: Int) -> tuple[Int, Int]:
    """TENSIX_SYNC and MOP sync wait for the thread; semaphores read their value."""
    word = (address - SYNC_BASE) >> 2
    thread = core - TRISC0
    if word in (SYNC, MOP_SYNC):
        if thread_idle(t, thread):
            if chip.facts[STRICT]:
                acquire(chip.clock[w, core], chip.clock[w, THREADS + thread])
            return OK, 0
        chip.waits[w, core, 0] = WAIT_SYNC if word == SYNC else WAIT_MOP
        chip.waits[w, core, 1] = thread
        return WAIT, 0
    if SEMAPHORES <= word < SEMAPHORES + 8:
        if chip.facts[STRICT]:
            acquire(chip.clock[w, core], chip.posted[w, word - SEMAPHORES])
        return OK, t.semaphore_value[word - SEMAPHORES]
    fault(chip, E_REGISTER, w, core, address, 0)
    return BAD, 0


@compiled
def sync_store(chip: Chip, t: Tensix, w: Int, core: Int, address: Int, value: Int) -> Int:
    """Stores to the sync words are dropped; a semaphore is posted by 0 and taken by 1."""
    word = (address - SYNC_BASE) >> 2
    if word in (SYNC, MOP_SYNC):
        return OK
    if SEMAPHORES <= word < SEMAPHORES + 8:
        i = word - SEMAPHORES
        after = t.semaphore_value[i] + (1 if value == 0 else -1)
        if value > 1 or after < 0 or after > SEMAPHORE_LIMIT:
            fault(chip, E_VALUE, w, core, address, value)
            return BAD
        t.semaphore_value[i] = after
        if chip.facts[STRICT]:
            release(chip, w, core, chip.posted[w, i])
        return OK
    fault(chip, E_REGISTER, w, core, address, value)
    return BAD


@compiled
def config_store(chip: Chip, t: Tensix, w: Int, core: Int, address: Int, value: Int) -> Int:
    """A word of Tensix configuration, of those the chip table lists."""
    index = (address - CONFIG_BASE) >> 2
    pc = t.chip[0] == 0 and FIRST_PC <= index <= LAST_PC
    if core == NCRISC or index >= 1024 or (CONFIG_KNOWN[t.chip[0], index] == 0 and not pc):
        fault(chip, E_REGISTER, w, core, address, value)
        return BAD
    t.config[index] = value
    return OK


@compiled
def mmio_store(chip: Chip, t: Tensix, w: Int, core: Int, address: Int, value: Int) -> Int:
    """A core stores a word to a register. Returns OK, WAIT (try again later) or BAD."""
    if address & 3:
        fault(chip, E_MISALIGNED, w, core, address, value)
        return BAD
    if NOC_BASE <= address < NOC_BASE + 0x20000:
        return niu_store(chip, w, core, address, value)
    if w >= chip.facts[WORKERS]:
        return tile_store(chip, t, w, core, address, value)
    if address >= CONFIG_BASE:
        return config_store(chip, t, w, core, address, value)
    trisc = core >= TRISC0
    if PUSH_BASE <= address < PUSH_BASE + 0x30000 and address & 0xFFFF == 0:
        thread = (address - PUSH_BASE) >> 16
        if trisc and thread == 0:
            return push(chip, t, w, core, core - TRISC0, value)
        if core == BRISC:
            return push(chip, t, w, core, thread, value)
    elif trisc and MOP_BASE <= address < MOP_BASE + 36:
        t.mop_config[core - TRISC0, (address - MOP_BASE) >> 2] = value
        return OK
    elif trisc and SYNC_BASE <= address < SYNC_BASE + 0x10000:
        return sync_store(chip, t, w, core, address, value)
    elif GPR_BASE <= address < GPR_BASE + 0x300:
        word = (address - GPR_BASE) >> 2
        if trisc and word < 64:
            t.gpr[core - TRISC0, word] = value
            return OK
        if core == BRISC:
            t.gpr[word >> 6, word & 63] = value
            return OK
    else:
        return tile_store(chip, t, w, core, address, value)
    fault(chip, E_REGISTER, w, core, address, value)
    return BAD


@compiled
def mmio_load(chip: Chip, t: Tensix, w: Int, core: Int, address: Int) -> tuple[Int, Int]:
    """A core loads a word from a register. Returns (OK, WAIT or BAD, value)."""
    if address & 3:
        fault(chip, E_MISALIGNED, w, core, address, 0)
        return BAD, 0
    if NOC_BASE <= address < NOC_BASE + 0x20000:
        return niu_load(chip, w, core, address)
    if w >= chip.facts[WORKERS]:
        return tile_load(chip, w, core, address)
    trisc = core >= TRISC0
    if address >= CONFIG_BASE:
        index = (address - CONFIG_BASE) >> 2
        pc = t.chip[0] == 0 and FIRST_PC <= index <= LAST_PC
        if core != NCRISC and index < 1024 and (pc or CONFIG_KNOWN[t.chip[0], index]):
            return OK, np.int64(t.config[index])
    elif trisc and SYNC_BASE <= address < SYNC_BASE + 0x10000:
        return sync_load(chip, t, w, core, address)
    elif GPR_BASE <= address < GPR_BASE + 0x300:
        word = (address - GPR_BASE) >> 2
        if trisc and word < 64:
            return OK, np.int64(t.gpr[core - TRISC0, word])
        if core == BRISC:
            return OK, np.int64(t.gpr[word >> 6, word & 63])
    else:
        return tile_load(chip, w, core, address)
    fault(chip, E_REGISTER, w, core, address, 0)
    return BAD, 0
