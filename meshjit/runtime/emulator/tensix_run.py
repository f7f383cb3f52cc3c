"""Running the coprocessor: one thread's instructions in order, until it blocks or its budget ends."""

from __future__ import annotations

from meshjit.runtime.emulator import tensix_fpu as fpu
from meshjit.runtime.emulator import tensix_move as move
from meshjit.runtime.emulator import tensix_sfpu as sfpu
from meshjit.runtime.emulator import tensix_sync as sync
from meshjit.runtime.emulator.compiled import compiled
from meshjit.runtime.emulator.tensix_counters import fail, increase_counters, note, set_counters
from meshjit.runtime.emulator.tensix_fetch import NOTHING, next_instruction
from meshjit.runtime.emulator.tensix_hazards import hazard, started
from meshjit.runtime.emulator.tensix_pack import pack
from meshjit.runtime.emulator.tensix_state import (
    E_OPCODE,
    EXECUTED,
    LOG_COUNTER,
    LOG_POST,
    LOG_SIZE,
    LOG_WAIT,
    MOP_AT,
    MOP_END,
    PENDING,
    PENDING_WORD,
    REPLAY_LEFT,
    Bytes,
    Tensix,
    Words,
)
from meshjit.runtime.emulator.tensix_unpack import unpack


@compiled
def step_thread(t: Tensix, l1: Bytes, l1_init: Bytes, overlay: Words, thread: int, budget: int) -> int:
    """Run up to ``budget`` instructions of ``thread`` (0 to 2); returns how many ran.

    ``t`` is a :class:`~meshjit.runtime.emulator.tensix_state.Tensix`, ``l1`` its memory, ``l1_init`` one byte per
    16 of them that says whether something wrote there, ``overlay`` the stream registers. 0 when nothing is queued, the
    thread is blocked (``t.blocked`` says on what), or the coprocessor stopped on an error (``t.error``: code, thread,
    instruction word, detail).
    """
    # One function for all opcodes: each further level of calls makes LLVM compile everything below once more.
    error, e = t.error, t.expander[thread]
    strict = t.chip[1] != 0
    t.logged[0] = 0
    done = 0
    while done < budget and error[0] == 0 and t.logged[0] < LOG_SIZE - 8:
        if e[PENDING]:
            word = e[PENDING_WORD]
        else:
            word = next_instruction(t, thread)
            if word == NOTHING:
                break
        op = word >> 24
        if word < 0 or (strict and hazard(t, thread, word)):
            status = 2
        elif 0x70 <= op <= 0x99:
            status = sfpu.vector(t, thread, word, op)
        elif op == 0x26 or op == 0x34:  # MVMUL, GAPOOL
            status = fpu.multiply(t, thread, word, 8 if op == 0x26 else 4)
        elif op == 0x27 or op == 0x28 or op == 0x30:  # ELWMUL, ELWADD, ELWSUB
            status = fpu.elementwise(t, thread, word, op)
        elif op == 0x33:
            status = fpu.pool_maximum(t, thread, word)
        elif op == 0x37:
            status = set_counters(t, thread, word)
        elif op == 0x38:
            status = increase_counters(t, thread, word)
        elif op == 0x41:
            status = pack(t, thread, word, l1, l1_init)
        elif op == 0x42:
            status = unpack(t, thread, word, l1, l1_init)
        elif op == 0x45:
            status = sync.set_register_half(t, thread, word)
        elif op == 0x60:  # DMANOP
            status = 0
        elif op == 0xA2:
            status = sync.stall(t, word)
        elif 0xA3 <= op <= 0xA6:
            status = sync.semaphore(t, word, op)
        elif op == 0xB0:
            status = sync.write_config(t, thread, word)
        elif op == 0xB2:
            status = sync.set_thread_config(t, thread, word)
        elif op == 0x67:
            status = sync.store_register(t, thread, word, overlay)
        elif op == 0x50 or op == 0x51 or op == 0x54 or op == 0x5E:
            status = sync.set_address_counters(t, thread, word, op)
        elif op == 0x12:
            status = move.a_to_dst(t, thread, word)
        elif op == 0x13:
            status = move.b_to_dst(t, thread, word)
        elif op == 0x08 or op == 0x0A:
            status = move.dst_to_source(t, thread, word, 0 if op == 0x08 else 1)
        elif op == 0x0B:
            status = move.b_to_a(t, thread, word)
        elif op == 0x10:
            status = move.clear_dst(t, thread, word)
        elif op == 0x11:
            status = move.clear_sources(t, word)
        elif op == 0x16:
            status = move.transpose_b(t)
        else:
            status = fail(error, E_OPCODE, op)
        if status == 0:
            t.counts[thread, op] += 1
            e[EXECUTED] = word
            if strict:
                started(t, thread, word)
                if op == 0x67:
                    note(t, LOG_COUNTER, word & 0x3FFFF, 4, word)
                elif op == 0xA6:
                    note(t, LOG_WAIT, word >> 2 & 0xFF, 0, word)
                elif op == 0xA4 or op == 0xA5:
                    note(t, LOG_POST, word >> 2 & 0xFF, 0, word)
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
            if word >= 0:  # the expanders name the word that they stopped at themselves
                error[2] = word
    return done


@compiled
def thread_idle(t: Tensix, thread: int) -> bool:
    """Whether everything that ``thread`` was given has run."""
    e = t.expander[thread]
    if e[PENDING] or e[REPLAY_LEFT] or e[MOP_AT] < e[MOP_END]:
        return False
    return t.fifo_head[thread] == t.fifo_tail[thread]
