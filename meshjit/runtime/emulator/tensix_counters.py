"""Register window counters: where math instructions read and write, and how they step.

ISA documentation, pages RWCs, SrcASrcB and ADCs.
"""

from __future__ import annotations

from meshjit.runtime.emulator.compiled import compiled
from meshjit.runtime.emulator.tensix_state import (
    BIAS,
    DST_ROWS,
    E_BANK,
    E_CONFIG,
    FIDELITY,
    LOG_SIZE,
    MATRIX_BANK,
    RWC_A,
    RWC_B,
    RWC_D,
    RWC_D_CR,
    SRC_ROWS,
    T_AB,
    T_ADDR_MOD_SET,
    T_BIAS,
    T_CLEAR_DISABLE,
    T_DST,
    T_MATH_OFFSET,
    THREAD,
    VALID,
    Ints,
    Tensix,
)


@compiled
def fail(error: Ints, code: int, detail: int) -> int:
    """Record an error; the caller adds thread and instruction. Returns the status that stops the thread."""
    if error[0] == 0:
        error[0] = code
        error[3] = detail
    return 2


@compiled
def _step_counter(rwc: Ints, thread: int, at: int, increment: int, carriage_return: int, clear: int, rows: int) -> None:
    if clear:
        rwc[thread, at] = 0
        rwc[thread, at + 1] = 0
    elif carriage_return:
        rwc[thread, at + 1] = (rwc[thread, at + 1] + increment) & (rows - 1)
        rwc[thread, at] = rwc[thread, at + 1]
    else:
        rwc[thread, at] = (rwc[thread, at] + increment) & (rows - 1)


@compiled
def step_counters(t: Tensix, thread: int, mode: int, with_fidelity: bool) -> int:
    """Apply an address mode after an instruction. Returns 0, or 2 on an error."""
    thread_config, rwc, error, c = t.thread_config, t.rwc, t.error, t.chip[0]
    if c == 0:
        if rwc[thread, BIAS] or thread_config[thread, THREAD[0, T_ADDR_MOD_SET]]:
            mode += 4
    elif rwc[thread, BIAS]:
        return fail(error, E_CONFIG, THREAD[c, T_BIAS])
    ab = thread_config[thread, THREAD[c, T_AB] + (mode if c else 2 * mode)]
    d = thread_config[thread, THREAD[c, T_DST] + mode]
    bias = thread_config[thread, THREAD[c, T_BIAS] + mode]
    if bias > 1 or (d >> 12 & 1 and d & 0xC00):
        return fail(error, E_CONFIG, THREAD[c, T_DST] + mode)
    _step_counter(rwc, thread, RWC_A, ab & 63, ab >> 6 & 1, ab >> 7 & 1, SRC_ROWS)
    _step_counter(rwc, thread, RWC_B, ab >> 8 & 63, ab >> 14 & 1, ab >> 15 & 1, SRC_ROWS)
    if d >> 12 & 1:
        rwc[thread, RWC_D] = (rwc[thread, RWC_D] + (d & 0x3FF)) & (DST_ROWS - 1)
        rwc[thread, RWC_D_CR] = rwc[thread, RWC_D]
    else:
        _step_counter(rwc, thread, RWC_D, d & 0x3FF, d >> 10 & 1, d >> 11 & 1, DST_ROWS)
    if with_fidelity:
        if d >> 15 & 1:
            rwc[thread, FIDELITY] = 0
        else:
            rwc[thread, FIDELITY] = (rwc[thread, FIDELITY] + (d >> 13 & 3)) & 3
    rwc[thread, BIAS] ^= bias
    return 0


@compiled
def release_sources(t: Tensix, thread: int, mask: int) -> int:
    """Hand SrcA (bit 0) and SrcB (bit 1) back to the unpackers and go to the other bank."""
    banks, disabled = t.banks, t.thread_config[thread, THREAD[t.chip[0], T_CLEAR_DISABLE]]
    for unit in range(2):
        if mask >> unit & 1:
            bank = banks[3 * unit + MATRIX_BANK]
            if not disabled >> unit & 1:
                if not banks[3 * unit + VALID] >> bank & 1:
                    return fail(t.error, E_BANK, unit)
                banks[3 * unit + VALID] &= ~(1 << bank)
            banks[3 * unit + MATRIX_BANK] = bank ^ 1
    return 0


@compiled
def note(t: Tensix, kind: int, at: int, size: int, word: int) -> None:
    """Log an access to L1 or a synchronisation."""
    n = t.logged[0]
    if t.chip[1] and n < LOG_SIZE:
        t.log[n, 0] = kind
        t.log[n, 1] = at
        t.log[n, 2] = size
        t.log[n, 3] = word
        t.logged[0] = n + 1


@compiled
def matrix_ready(banks: Ints, unit: int) -> int:
    """Whether the matrix unit's bank of SrcA (0) or SrcB (1) is filled."""
    return banks[3 * unit + VALID] >> banks[3 * unit + MATRIX_BANK] & 1


@compiled
def dst_row(t: Tensix, thread: int, row: int) -> int:
    """The Dst row that an instruction's ``row`` means now."""
    return (row + t.rwc[thread, RWC_D] + t.thread_config[thread, THREAD[t.chip[0], T_MATH_OFFSET]]) & (DST_ROWS - 1)


@compiled
def set_counters(t: Tensix, thread: int, word: int) -> int:
    """SETRWC."""
    rwc, mask = t.rwc, word & 15
    carriage = word >> 18 & 15
    if carriage > 7 or (carriage & ~mask & 3):
        return fail(t.error, E_CONFIG, carriage)
    for i in range(3):
        if mask >> i & 1:
            rows = DST_ROWS if i == 2 else SRC_ROWS
            value = word >> (6 + 4 * i) & 15
            if carriage >> i & 1:
                value = (rwc[thread, 2 * i + 1] + value) & (rows - 1)
            rwc[thread, 2 * i] = value
            rwc[thread, 2 * i + 1] = value
    if mask & 8:
        rwc[thread, FIDELITY] = 0
    return release_sources(t, thread, word >> 22 & 3)


@compiled
def increase_counters(t: Tensix, thread: int, word: int) -> int:
    """INCRWC."""
    rwc = t.rwc
    carriage = word >> 18 & 7
    if carriage & 3:
        return fail(t.error, E_CONFIG, carriage)
    rwc[thread, RWC_A] = (rwc[thread, RWC_A] + (word >> 6 & 15)) & (SRC_ROWS - 1)
    rwc[thread, RWC_B] = (rwc[thread, RWC_B] + (word >> 10 & 15)) & (SRC_ROWS - 1)
    if carriage & 4:
        rwc[thread, RWC_D_CR] = (rwc[thread, RWC_D_CR] + (word >> 14 & 15)) & (DST_ROWS - 1)
        rwc[thread, RWC_D] = rwc[thread, RWC_D_CR]
    else:
        rwc[thread, RWC_D] = (rwc[thread, RWC_D] + (word >> 14 & 15)) & (DST_ROWS - 1)
    return 0
