"""Semaphores, stalls, general registers, configuration writes and address counters.

ISA documentation, pages SyncUnit, STALLWAIT, SEMWAIT, SETDMAREG, WRCFG, SETC16, STOREREG, ADCs. The emulator runs each
instruction to its end before the next, so STALLWAIT waits for no unit, only for source banks.
"""

from __future__ import annotations

from meshjit.runtime.emulator.compiled import compiled
from meshjit.runtime.emulator.overlay import overlay_write
from meshjit.runtime.emulator.tensix_bits import as_int
from meshjit.runtime.emulator.tensix_counters import fail, matrix_ready
from meshjit.runtime.emulator.tensix_state import (
    ADC_CR,
    BLOCKED_SEMAPHORE_MAX,
    BLOCKED_SEMAPHORE_ZERO,
    BLOCKED_SRCA_EMPTY,
    BLOCKED_SRCA_FULL,
    BLOCKED_SRCB_EMPTY,
    BLOCKED_SRCB_FULL,
    CONFIG_KNOWN,
    E_CONFIG,
    E_COUNTER,
    E_FIELD,
    E_SEMAPHORE,
    E_STOREREG,
    THREAD_KNOWN,
    UNPACK_BANK,
    VALID,
    Tensix,
    Words,
)

#: Words of the overlay's stream registers, as STOREREG counts them from 0xFFB00000.
_OVERLAY_FIRST = 0x10000
_OVERLAY_END = 0x20000


@compiled
def semaphore(t: Tensix, word: int, opcode: int) -> int:
    """SEMINIT (0xA3), SEMPOST (0xA4), SEMGET (0xA5), SEMWAIT (0xA6) on one semaphore."""
    semaphore_value, semaphore_max, error = t.semaphore_value, t.semaphore_max, t.error
    mask = word >> 2 & 0xFF
    index = 0
    while index < 8 and not mask >> index & 1:
        index += 1
    if index == 8 or mask != 1 << index:
        return fail(error, E_SEMAPHORE, mask)
    if opcode == 0xA3:
        value, most = word >> 16 & 15, word >> 20 & 15
        if value > most:
            return fail(error, E_SEMAPHORE, mask)
        semaphore_value[index] = value
        semaphore_max[index] = most
    elif opcode == 0xA4:
        if semaphore_value[index] >= semaphore_max[index]:
            return fail(error, E_SEMAPHORE, mask)
        semaphore_value[index] += 1
    elif opcode == 0xA5:
        if semaphore_value[index] == 0:
            return fail(error, E_SEMAPHORE, mask)
        semaphore_value[index] -= 1
    elif word & 3 == 1:
        return 0 if semaphore_value[index] > 0 else -(BLOCKED_SEMAPHORE_ZERO + index)
    elif word & 3 == 2:
        return 0 if semaphore_value[index] < semaphore_max[index] else -(BLOCKED_SEMAPHORE_MAX + index)
    else:
        return fail(error, E_FIELD, word & 3)
    return 0


@compiled
def stall(t: Tensix, word: int) -> int:
    """STALLWAIT."""
    banks, error = t.banks, t.error
    wait = word & 0x7FFF
    if wait == 0 or word >> 15 & 0x1FF == 0:
        return fail(error, E_FIELD, word & 0xFFFFFF)
    if t.chip[0]:
        shift, units = 7, 0xC1F
    else:
        shift, units = 10, 0x60FF
        for unit in range(2):
            if wait >> (8 + unit) & 1 and banks[3 * unit + VALID] >> banks[3 * unit + UNPACK_BANK] & 1:
                return -(BLOCKED_SRCB_FULL if unit else BLOCKED_SRCA_FULL)
        wait &= ~0x300
    if wait & ~units & ~(3 << shift):
        return fail(error, E_FIELD, wait)
    for unit in range(2):
        if wait >> (shift + unit) & 1 and not matrix_ready(banks, unit):
            return -(BLOCKED_SRCB_EMPTY if unit else BLOCKED_SRCA_EMPTY)
    return 0


@compiled
def set_register_half(t: Tensix, thread: int, word: int) -> int:
    """SETDMAREG: 16 bits of a general register."""
    gpr = t.gpr
    if word & 0x80:
        return fail(t.error, E_FIELD, word & 0xFF)
    value = word >> 8 & 0xFFFF
    register = word >> 1 & 63
    if word & 1:
        gpr[thread, register] = as_int(gpr[thread, register]) & 0xFFFF | value << 16
    else:
        gpr[thread, register] = as_int(gpr[thread, register]) & 0xFFFF0000 | value
    return 0


@compiled
def write_config(t: Tensix, thread: int, word: int) -> int:
    """WRCFG: one or four configuration registers from general registers."""
    index = word & 0x7FF
    register = word >> 16 & 63
    count = 4 if word >> 15 & 1 else 1
    if word >> 22 & 3 or word >> 11 & 15 or (count == 4 and (index & 3 or register & 3)):
        return fail(t.error, E_FIELD, word & 0xFFFFFF)
    for i in range(count):
        if index + i >= 1024 or not CONFIG_KNOWN[t.chip[0], index + i]:
            return fail(t.error, E_CONFIG, index + i)
        t.config[index + i] = t.gpr[thread, register + i]
    return 0


@compiled
def set_thread_config(t: Tensix, thread: int, word: int) -> int:
    """SETC16."""
    index = word >> 16 & 0xFF
    value = word & 0xFFFF
    if not THREAD_KNOWN[t.chip[0], index] or (index == 0 and value):
        return fail(t.error, E_CONFIG, index)
    t.thread_config[thread, index] = value
    return 0


@compiled
def store_register(t: Tensix, thread: int, word: int, overlay: Words) -> int:
    """STOREREG: a general register to a stream register of the overlay."""
    address = word & 0x3FFFF
    if address < _OVERLAY_FIRST or address >= _OVERLAY_END:
        return fail(t.error, E_STOREREG, 0xFFB00000 + 4 * address)
    overlay_write(overlay, address - _OVERLAY_FIRST, as_int(t.gpr[thread, word >> 18 & 63]))
    return 0


@compiled
def _limit(index: int) -> int:
    """The bits of an address counter: x 18, y 13, z and w 8."""
    axis = index & 3
    return 0x3FFFF if axis == 0 else (0x1FFF if axis == 1 else 0xFF)


@compiled
def set_address_counters(t: Tensix, thread: int, word: int, opcode: int) -> int:
    """SETADC (0x50), SETADCXY (0x51), SETADCZW (0x54), SETADCXX (0x5E)."""
    error = t.error
    units = word >> 21 & 7
    if units == 0:
        return fail(error, E_FIELD, units)
    for unit in range(3):
        if not units >> unit & 1:
            continue
        counters = t.adc[thread, unit]
        if opcode == 0x50:
            if word & 0x3FFFF > 0xFFFF:
                return fail(error, E_COUNTER, word & 0x3FFFF)
            index = word >> 18 & 7
            counters[index] = word & 0xFFFF & _limit(index)
            counters[index + ADC_CR] = counters[index]
        elif opcode == 0x5E:
            counters[0] = word & 0x3FF
            counters[4] = word >> 10 & 0x3FF
            counters[ADC_CR] = counters[0]
            counters[4 + ADC_CR] = counters[4]
        else:
            if word & 15 == 0 or word & 0x30:
                return fail(error, E_FIELD, word & 0x3F)
            for i in range(4):
                if word >> i & 1:
                    index = 4 * (i >> 1) + (i & 1) + (2 if opcode == 0x54 else 0)
                    counters[index] = word >> (6 + 3 * i) & 7
                    counters[index + ADC_CR] = counters[index]
    return 0
