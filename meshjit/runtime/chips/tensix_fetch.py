"""The front end: MOP and REPLAY expanders.

ISA documentation, pages MOPExpander, MOP, REPLAY. Expansion is lazy: one instruction a call.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from meshjit.runtime.chips.tensix_counters import fail
from meshjit.runtime.chips.tensix_state import (
    E_EXPANDER,
    FIFO_MASK,
    LOAD_AT,
    LOAD_EXECUTE,
    LOAD_LEFT,
    MASK_HIGH,
    MOP_AT,
    MOP_END,
    REPLAY_AT,
    REPLAY_LEFT,
    REPLAY_SIZE,
)

_NOP = 0x02000000
#: What :func:`next_instruction` returns when nothing is queued, and after an error.
NOTHING = -1
STOPPED = -2


@njit(cache=True, nogil=True)
def _entry(t, thread, index):
    return np.int64(t.mop_config[thread, index])


@njit(cache=True, nogil=True)
def _append(t, thread, word):
    if word != _NOP:
        t.mop[thread, t.expander[thread, MOP_END]] = word
        t.expander[thread, MOP_END] += 1


@njit(cache=True, nogil=True)
def _is_nop(word):
    return word >> 24 == 2


@njit(cache=True, nogil=True)
def _unpack_template(t, thread, word):
    """Template 0: one or the other group of instructions for each bit of a mask."""
    count = word >> 16 & 0x7F
    flags = _entry(t, thread, 1)
    if count > 31 or flags > 3:
        return fail(t.error, E_EXPANDER, count)
    mask = word & 0xFFFF | t.expander[thread, MASK_HIGH] << 16
    for i in range(count + 1):
        if mask >> i & 1:
            _append(t, thread, _entry(t, thread, 7))
            if flags & 1:
                _append(t, thread, _entry(t, thread, 8))
        else:
            _append(t, thread, _entry(t, thread, 3))
            if flags & 2:
                for k in range(4, 7):
                    _append(t, thread, _entry(t, thread, k))
            if flags & 1:
                _append(t, thread, _entry(t, thread, 2))
    return 0


@njit(cache=True, nogil=True)
def _loop_template(t, thread, word):
    """Template 1: two nested loops."""
    outer, inner = _entry(t, thread, 0), _entry(t, thread, 1)
    if word & 0x7FFFFF or outer < 1 or outer > 32 or inner < 1 or inner > 64:
        return fail(t.error, E_EXPANDER, outer << 8 | inner)
    loop = _entry(t, thread, 5)
    flip = 0
    if not _is_nop(_entry(t, thread, 6)):
        flip = loop ^ _entry(t, thread, 6)
        inner *= 2
    for i in range(outer):
        if not _is_nop(_entry(t, thread, 2)):
            _append(t, thread, _entry(t, thread, 2))
        for j in range(inner):
            if j + 1 < inner:
                _append(t, thread, loop)
            elif i + 1 < outer:
                _append(t, thread, _entry(t, thread, 8))
            else:
                _append(t, thread, _entry(t, thread, 7))
            loop ^= flip
        if not _is_nop(_entry(t, thread, 3)):
            _append(t, thread, _entry(t, thread, 3))
            if not _is_nop(_entry(t, thread, 4)):
                _append(t, thread, _entry(t, thread, 4))
    return 0


@njit(cache=True, nogil=True)
def _from_mop(t, thread):
    """The next word behind the MOP expander, or NOTHING or STOPPED."""
    e = t.expander[thread]
    while True:
        if e[MOP_AT] < e[MOP_END]:
            e[MOP_AT] += 1
            return t.mop[thread, e[MOP_AT] - 1]
        head = t.fifo_head[thread]
        if head == t.fifo_tail[thread]:
            return NOTHING
        word = np.int64(t.fifo[thread, head & FIFO_MASK])
        t.fifo_head[thread] = head + 1
        opcode = word >> 24
        if opcode == 1:
            e[MOP_AT] = 0
            e[MOP_END] = 0
            status = _loop_template(t, thread, word) if word >> 23 & 1 else _unpack_template(t, thread, word)
            if status != 0:
                return STOPPED
        elif opcode == 3:
            e[MASK_HIGH] = word & 0xFFFF
        elif word != _NOP:
            return word


@njit(cache=True, nogil=True)
def next_instruction(t, thread):
    """The next instruction to execute, NOTHING when there is none, STOPPED after an error."""
    e = t.expander[thread]
    while True:
        if e[REPLAY_LEFT]:
            e[REPLAY_LEFT] -= 1
            word = t.replay[thread, e[REPLAY_AT]]
            e[REPLAY_AT] = (e[REPLAY_AT] + 1) % REPLAY_SIZE
            return word
        word = _from_mop(t, thread)
        if word < 0:
            return word
        if e[LOAD_LEFT]:
            t.replay[thread, e[LOAD_AT]] = word
            e[LOAD_AT] = (e[LOAD_AT] + 1) % REPLAY_SIZE
            e[LOAD_LEFT] -= 1
            if e[LOAD_EXECUTE]:
                return word
            continue
        if word >> 24 != 4:
            return word
        length, start = word >> 4 & 0x3FF, word >> 14 & 0x3FF
        if length < 1 or length > REPLAY_SIZE or start >= REPLAY_SIZE or word & 0xC or word & 3 == 2:
            fail(t.error, E_EXPANDER, length)
            return STOPPED
        if word & 1:
            e[LOAD_AT] = start
            e[LOAD_LEFT] = length
            e[LOAD_EXECUTE] = word >> 1 & 1
        else:
            e[REPLAY_AT] = start
            e[REPLAY_LEFT] = length
