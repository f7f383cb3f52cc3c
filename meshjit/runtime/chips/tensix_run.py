"""Running the coprocessor: one thread's instructions in order, until it blocks or its budget ends."""

from __future__ import annotations

from numba import njit

from meshjit.runtime.chips import tensix_fpu as fpu
from meshjit.runtime.chips import tensix_move as move
from meshjit.runtime.chips import tensix_sfpu as sfpu
from meshjit.runtime.chips import tensix_sync as sync
from meshjit.runtime.chips.tensix_bits import borrowed
from meshjit.runtime.chips.tensix_counters import fail, increase_counters, set_counters
from meshjit.runtime.chips.tensix_fetch import NOTHING, next_instruction
from meshjit.runtime.chips.tensix_pack import pack
from meshjit.runtime.chips.tensix_state import (
    E_OPCODE,
    MOP_AT,
    MOP_END,
    PENDING,
    PENDING_WORD,
    REPLAY_LEFT,
)
from meshjit.runtime.chips.tensix_unpack import unpack


@njit(cache=True, nogil=True)
def _matrix(t, thread, word, opcode):
    """Instructions of the matrix unit."""
    if opcode == 0x26:
        return fpu.multiply(t, thread, word, 8)
    if opcode == 0x27:
        return fpu.elementwise(t, thread, word, 2)
    if opcode == 0x28:
        return fpu.elementwise(t, thread, word, 0)
    if opcode == 0x30:
        return fpu.elementwise(t, thread, word, 1)
    if opcode == 0x33:
        return fpu.pool_maximum(t, thread, word)
    if opcode == 0x34:
        return fpu.multiply(t, thread, word, 4)
    if opcode == 0x37:
        return set_counters(t.chip, t.thread_config, t.rwc, t.banks, t.error, thread, word)
    if opcode == 0x38:
        return increase_counters(t.rwc, t.error, thread, word)
    return fail(t.error, E_OPCODE, opcode)


@njit(cache=True, nogil=True)
def _moves(t, thread, word, opcode):
    """Moves between Dst and the source registers."""
    if opcode == 0x12:
        return move.a_to_dst(t, thread, word)
    if opcode == 0x13:
        return move.b_to_dst(t, thread, word)
    if opcode == 0x08:
        return move.dst_to_source(t, thread, word, 0)
    if opcode == 0x0A:
        return move.dst_to_source(t, thread, word, 1)
    if opcode == 0x0B:
        return move.b_to_a(t, thread, word)
    if opcode == 0x10:
        return move.clear_dst(t, thread, word)
    if opcode == 0x11:
        return move.clear_sources(t, word)
    if opcode == 0x16:
        return move.transpose_b(t)
    return fail(t.error, E_OPCODE, opcode)


@njit(cache=True, nogil=True)
def _scalar(t, thread, word, opcode, overlay):
    """Synchronisation, general registers, configuration, address counters."""
    if opcode == 0xA2:
        return sync.stall(t, word)
    if 0xA3 <= opcode <= 0xA6:
        return sync.semaphore(t, word, opcode)
    if opcode == 0x45:
        return sync.set_register_half(t.gpr, t.error, thread, word)
    if opcode == 0xB0:
        return sync.write_config(t, thread, word)
    if opcode == 0xB2:
        return sync.set_thread_config(t, thread, word)
    if opcode == 0x67:
        return sync.store_register(t, thread, word, overlay)
    if opcode in (0x50, 0x51, 0x54, 0x5E):
        return sync.set_address_counters(t, thread, word, opcode)
    if opcode == 0x60:
        return 0
    return fail(t.error, E_OPCODE, opcode)


@njit(cache=True, nogil=True)
def _execute(t, l1, l1_init, overlay, thread, word, opcode):
    """Instructions of all units but the vector unit."""
    if opcode == 0x41:
        return pack(t, thread, word, l1, l1_init)
    if opcode == 0x42:
        return unpack(t, thread, word, l1, l1_init)
    if opcode < 0x20:
        return _moves(t, thread, word, opcode)
    if opcode < 0x40:
        return _matrix(t, thread, word, opcode)
    return _scalar(t, thread, word, opcode, overlay)


@njit(cache=True, nogil=True)
def _run(t, l1, l1_init, overlay, thread, budget):
    chip, config, thread_config, rwc = t.chip, t.config, t.thread_config, t.rwc
    dst, dst_valid, lreg, lanes, error = t.dst, t.dst_valid, t.lreg, t.lanes, t.error
    fifo, fifo_head, fifo_tail = t.fifo, t.fifo_head, t.fifo_tail
    mop_config, mop, replay, e = t.mop_config, t.mop, t.replay, t.expander[thread]
    counts = t.counts[thread]
    done = 0
    while done < budget and error[0] == 0:
        if e[PENDING]:
            word = e[PENDING_WORD]
        else:
            word = next_instruction(fifo, fifo_head, fifo_tail, mop_config, mop, replay, e, error, thread)
            if word == NOTHING:
                break
        opcode = word >> 24
        if word < 0:
            status = 2
        elif opcode == 0x70:
            status = sfpu.load(chip, config, thread_config, rwc, dst, dst_valid, lreg, lanes, error, thread, word)
        elif opcode == 0x72:
            status = sfpu.store(chip, config, thread_config, rwc, dst, dst_valid, lreg, lanes, error, thread, word)
        elif 0x71 <= opcode <= 0x99:
            status = sfpu.vector(lreg, lanes, chip, error, word, opcode)
        else:
            status = _execute(t, l1, l1_init, overlay, thread, word, opcode)
        if status == 0:
            counts[opcode] += 1
            done += 1
            if e[PENDING]:
                e[PENDING] = 0
                t.blocked[thread] = 0
        elif status < 0:
            e[PENDING] = 1
            e[PENDING_WORD] = word
            t.blocked[thread] = -status
            break
        else:
            error[1] = thread
            error[2] = word
    return done


@njit(cache=True, nogil=True)
def step_thread(t, l1, l1_init, overlay, thread, budget):
    """Run up to ``budget`` instructions of ``thread`` (0 to 2); returns how many ran.

    ``t`` is a :class:`~meshjit.runtime.chips.tensix_state.Tensix`, ``l1`` the core's memory, ``l1_init`` one byte per 16
    of them that says whether something wrote there, ``overlay`` the stream registers. 0 when nothing is queued, the
    thread is blocked (``t.blocked`` says on what), or the coprocessor stopped on an error (``t.error``: code, thread,
    instruction word, detail).
    """
    b = borrowed((l1, l1_init, overlay))
    return _run(borrowed(t), b[0], b[1], b[2], thread, budget)


@njit(cache=True, nogil=True)
def thread_idle(t, thread):
    """Whether everything that ``thread`` was given has run."""
    e = t.expander[thread]
    if e[PENDING] or e[REPLAY_LEFT] or e[MOP_AT] < e[MOP_END]:
        return False
    return t.fifo_head[thread] == t.fifo_tail[thread]
