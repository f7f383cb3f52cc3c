"""Registers of a tile that its cores and the NoC both reach: overlay counters, resets, reset PCs, the clock.

Facts: ISA documentation (TensixTile/TileControlDebugStatus, SoftReset; BackendConfiguration for Wormhole's reset PCs).
"""

from __future__ import annotations

import numpy as np

from meshjit.runtime.emulator.compiled import compiled
from meshjit.runtime.emulator.ethernet import ETH_BASE, ETH_END, PC_BASE, eth_load, eth_store
from meshjit.runtime.emulator.faults import E_REGISTER, E_VALUE, fault
from meshjit.runtime.emulator.overlay import (
    OVERLAY_BASE,
    OVERLAY_WORDS,
    STREAM_WORDS,
    Int,
    overlay_known,
    overlay_write,
)
from meshjit.runtime.emulator.races import REMOTE, acquire, counter_slot, release, synchronise
from meshjit.runtime.emulator.state import BLACKHOLE, CLOCK, CORES, STRICT, WORKERS, Chip
from meshjit.runtime.emulator.tensix_state import Tensix

DEBUG_BASE = 0xFFB12000
SOFT_RESET = 0x1B0 >> 2
WALL_CLOCK_LOW, WALL_CLOCK_HIGH, WALL_CLOCK_HIGH_LATCHED = 0x1F0 >> 2, 0x1F4 >> 2, 0x1F8 >> 2
#: Reset bits of the cores, and where a core starts without a reset PC of its own (TRISC0 at 0x6000 and so on).
RESET_BITS = np.array([0x800, 0x40000, 0x1000, 0x2000, 0x4000], np.int64)
RESET_MASK = 0x47800
#: Those of an Ethernet tile's cores; Wormhole has one.
ERISC_BITS = np.array([0x800, 0x1000], np.int64)
DEFAULT_PC = np.array([0, 0x12000, 0x6000, 0xA000, 0xE000], np.int64)
#: Reset PCs: Wormhole's are configuration words 158 to 163, Blackhole's debug registers 0x228 to 0x23C: TRISC0 to 2,
#: their override bits, NCRISC, its override bit.
WORMHOLE_PCS = 158
BLACKHOLE_PCS = 0x228 >> 2

#: Overlay streams of an Ethernet tile; a worker has all.
ETH_STREAMS = 32

OK, WAIT, BAD = 0, 1, 2


@compiled
def stream_known(chip: Chip, w: Int, index: Int) -> bool:
    """Whether a tile has the overlay register at a word."""
    if w >= chip.facts[WORKERS] and index >= ETH_STREAMS * STREAM_WORDS:
        return False
    return overlay_known(chip.facts[BLACKHOLE], index)


@compiled
def start_pc(chip: Chip, t: Tensix, w: Int, core: Int) -> Int:
    """Where a core starts when it leaves reset; -1 for a core that stays in it."""
    if w >= chip.facts[WORKERS]:
        # Wormhole's starts at 0; one of Blackhole's that has no reset PC is not started (as the simulator does).
        return chip.erisc_pc[w, core] or -1 if chip.facts[BLACKHOLE] else 0
    if chip.facts[BLACKHOLE]:
        pcs = chip.debug[w, BLACKHOLE_PCS : BLACKHOLE_PCS + 6]
    else:
        pcs = t.config[WORMHOLE_PCS : WORMHOLE_PCS + 6]
    if core >= 2 and (np.int64(pcs[3]) >> (core - 2)) & 1:
        return np.int64(pcs[core - 2])
    if core == 1 and np.int64(pcs[5]) & 1:
        return np.int64(pcs[4])
    return DEFAULT_PC[core]


@compiled
def soft_reset(chip: Chip, t: Tensix, w: Int, by: Int, value: Int) -> None:
    """Put cores into reset, or start those that leave it. Bit 31, which drivers write, has no effect."""
    if by < 0 and chip.facts[STRICT]:
        synchronise(chip, w)
    ethernet = w >= chip.facts[WORKERS]
    for core in range(1 + chip.facts[BLACKHOLE] if ethernet else CORES):
        if value & (ERISC_BITS[core] if ethernet else RESET_BITS[core]):
            chip.running[w, core] = 0
        elif not chip.running[w, core]:
            pc = start_pc(chip, t, w, core)
            if pc < 0:
                continue
            chip.running[w, core] = 1
            if by >= 0:
                release(chip, w, by, chip.clock[w, core])
            chip.pc[w, core] = pc
    chip.debug[w, SOFT_RESET] = value & RESET_MASK


@compiled
def tile_store(chip: Chip, t: Tensix, w: Int, core: Int, address: Int, value: Int) -> Int:
    """Store a word to a register at ``address`` that cores and the NoC reach. Returns OK or BAD."""
    if OVERLAY_BASE <= address < OVERLAY_BASE + 4 * OVERLAY_WORDS:
        index = (address - OVERLAY_BASE) >> 2
        if stream_known(chip, w, index):
            overlay_write(chip.overlay[w], index, value)
            if chip.facts[STRICT]:
                release(chip, w, core if core >= 0 else REMOTE, counter_slot(chip, w, index))
            return OK
    elif w >= chip.facts[WORKERS] and (ETH_BASE <= address < ETH_END or PC_BASE <= address < PC_BASE + 16):
        return OK if eth_store(chip, w, core, address, value) else BAD
    elif DEBUG_BASE <= address < DEBUG_BASE + 0x1000:
        index = (address - DEBUG_BASE) >> 2
        if index == SOFT_RESET:
            if value & 0x7FFFFFFF & ~RESET_MASK:
                fault(chip, E_VALUE, w, core, address, value)
                return BAD
            soft_reset(chip, t, w, core, value)
            return OK
        if chip.facts[BLACKHOLE] and BLACKHOLE_PCS <= index < BLACKHOLE_PCS + 6:
            chip.debug[w, index] = value
            return OK
    fault(chip, E_REGISTER, w, core, address, value)
    return BAD


@compiled
def tile_load(chip: Chip, w: Int, core: Int, address: Int) -> tuple[Int, Int]:
    """Load a word from a register that cores and the NoC reach. Returns (OK or BAD, value)."""
    if OVERLAY_BASE <= address < OVERLAY_BASE + 4 * OVERLAY_WORDS:
        index = (address - OVERLAY_BASE) >> 2
        if stream_known(chip, w, index):
            if core >= 0 and chip.facts[STRICT]:
                acquire(chip.clock[w, core], counter_slot(chip, w, index))
            return OK, np.int64(chip.overlay[w, index])
    elif w >= chip.facts[WORKERS] and (ETH_BASE <= address < ETH_END or PC_BASE <= address < PC_BASE + 16):
        value = eth_load(chip, w, core, address)
        return (BAD if value < 0 else OK), value
    elif DEBUG_BASE <= address < DEBUG_BASE + 0x1000:
        index = (address - DEBUG_BASE) >> 2
        if index == SOFT_RESET or (chip.facts[BLACKHOLE] and BLACKHOLE_PCS <= index < BLACKHOLE_PCS + 6):
            return OK, np.int64(chip.debug[w, index])
        if index == WALL_CLOCK_LOW:
            chip.activity[0] += 1  # time passes, so who polls it makes progress
            return OK, chip.facts[CLOCK] & 0xFFFFFFFF
        if index in (WALL_CLOCK_HIGH, WALL_CLOCK_HIGH_LATCHED):
            return OK, chip.facts[CLOCK] >> 32
    fault(chip, E_REGISTER, w, core, address, 0)
    return BAD, 0
