"""The front end: MOP and REPLAY expanders.

ISA documentation, pages MOPExpander, MOP, REPLAY. Expansion is lazy: one instruction a call.
"""

from __future__ import annotations

from meshjit.runtime.emulator.compiled import compiled
from meshjit.runtime.emulator.tensix_bits import as_int
from meshjit.runtime.emulator.tensix_counters import fail
from meshjit.runtime.emulator.tensix_state import (
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
    Tensix,
)

_NOP = 0x02000000
#: What :func:`next_instruction` returns when nothing is queued, and after an error.
NOTHING = -1
STOPPED = -2


@compiled
def _entry(t: Tensix, thread: int, index: int) -> int:
    return as_int(t.mop_config[thread, index])


@compiled
def _append(t: Tensix, thread: int, word: int) -> None:
    if word != _NOP:
        e = t.expander[thread]
        t.mop[thread, e[MOP_END]] = word
        e[MOP_END] += 1


@compiled
def _is_nop(word: int) -> bool:
    return word >> 24 == 2


@compiled
def _unpack_template(t: Tensix, thread: int, word: int) -> int:
    """Template 0: one or the other group of instructions for each bit of a mask."""
    count = word >> 16 & 0x7F
    flags = _entry(t, thread, 1)
    if count > 31 or flags > 3:
        t.error[2] = word
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


@compiled
def _loop_template(t: Tensix, thread: int, word: int) -> int:
    """Template 1: two nested loops."""
    outer, inner = _entry(t, thread, 0), _entry(t, thread, 1)
    if word & 0x7FFFFF or outer < 1 or outer > 32 or inner < 1 or inner > 64:
        t.error[2] = word
        return fail(t.error, E_EXPANDER, outer << 8 | inner)
    start, end = _entry(t, thread, 2), _entry(t, thread, 3)
    second_end = _entry(t, thread, 4)
    loop, other = _entry(t, thread, 5), _entry(t, thread, 6)
    flip = 0
    if not _is_nop(other):
        flip = loop ^ other
        inner *= 2
    for i in range(outer):
        if not _is_nop(start):
            _append(t, thread, start)
        for j in range(inner):
            if j + 1 < inner:
                _append(t, thread, loop)
            else:
                _append(t, thread, _entry(t, thread, 8 if i + 1 < outer else 7))
            loop ^= flip
        if not _is_nop(end):
            _append(t, thread, end)
            if not _is_nop(second_end):
                _append(t, thread, second_end)
    return 0


@compiled
def _expand(t: Tensix, thread: int, word: int) -> int:
    """Expand a MOP into ``Tensix.mop``. Returns 0, or 2 after an error."""
    t.expander[thread, MOP_AT] = 0
    t.expander[thread, MOP_END] = 0
    if word >> 23 & 1:
        return _loop_template(t, thread, word)
    return _unpack_template(t, thread, word)


@compiled
def _from_mop(t: Tensix, thread: int) -> int:
    """The next word behind the MOP expander, or NOTHING or STOPPED."""
    e = t.expander[thread]
    while True:
        if e[MOP_AT] < e[MOP_END]:
            e[MOP_AT] += 1
            return t.mop[thread, e[MOP_AT] - 1]
        head = t.fifo_head[thread]
        if head == t.fifo_tail[thread]:
            return NOTHING
        word = as_int(t.fifo[thread, head & FIFO_MASK])
        t.fifo_head[thread] = head + 1
        opcode = word >> 24
        if opcode == 1:
            if _expand(t, thread, word) != 0:
                return STOPPED
        elif opcode == 3:
            e[MASK_HIGH] = word & 0xFFFF
        elif word != _NOP:
            return word


@compiled
def _replay(t: Tensix, thread: int, word: int) -> int:
    """REPLAY: start loading or playing the buffer. Returns 0, or 2 after an error."""
    e = t.expander[thread]
    length, start = word >> 4 & 0x3FF, word >> 14 & 0x3FF
    if length < 1 or length > REPLAY_SIZE or start >= REPLAY_SIZE or word & 0xC or word & 3 == 2:
        t.error[2] = word
        return fail(t.error, E_EXPANDER, length)
    if word & 1:
        e[LOAD_AT] = start
        e[LOAD_LEFT] = length
        e[LOAD_EXECUTE] = word >> 1 & 1
    else:
        e[REPLAY_AT] = start
        e[REPLAY_LEFT] = length
    return 0


@compiled
def next_instruction(t: Tensix, thread: int) -> int:
    """The next instruction to execute, NOTHING when there is none, STOPPED after an error."""
    e = t.expander[thread]
    while True:
        if e[REPLAY_LEFT]:
            e[REPLAY_LEFT] -= 1
            word = t.replay[thread, e[REPLAY_AT]]
            e[REPLAY_AT] = (e[REPLAY_AT] + 1) & (REPLAY_SIZE - 1)
            return word
        word = _from_mop(t, thread)
        if word < 0:
            return word
        if e[LOAD_LEFT]:
            t.replay[thread, e[LOAD_AT]] = word
            e[LOAD_AT] = (e[LOAD_AT] + 1) & (REPLAY_SIZE - 1)
            e[LOAD_LEFT] -= 1
            if e[LOAD_EXECUTE]:
                return word
        elif word >> 24 != 4:
            return word
        elif _replay(t, thread, word) != 0:
            return STOPPED
