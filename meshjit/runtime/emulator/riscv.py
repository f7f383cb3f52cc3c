"""The baby RISC-V cores: RV32IM, on Blackhole with Zba and Zbb, and words that push Tensix instructions.

Facts: ISA documentation, TensixTile/BabyRISCV (README, PushTensixInstruction). A core whose loop repeats itself with
the same registers and no side effect cannot go on by itself: its slice ends there, as spinning.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from meshjit.runtime.emulator.alu import M32, base, bits_of_one, bits_of_two, multiply, signed
from meshjit.runtime.emulator.compiled import compiled, inlined
from meshjit.runtime.emulator.faults import (
    E_BREAK,
    E_FETCH,
    E_MISALIGNED,
    E_RANGE,
    E_UNKNOWN_INSTRUCTION,
    E_UNWRITTEN,
    fault,
)
from meshjit.runtime.emulator.mmio import mmio_load, mmio_store
from meshjit.runtime.emulator.overlay import Int
from meshjit.runtime.emulator.races import core_load, core_store
from meshjit.runtime.emulator.registers import BAD, OK, WAIT
from meshjit.runtime.emulator.state import (
    BLACKHOLE,
    BLOCKED,
    BUDGET,
    FAULTED,
    L1_GRANULE,
    LOCAL_BASE,
    NCRISC,
    SPINNING,
    STRICT,
    TRISC0,
    WAIT_FIFO,
    WORKERS,
    Chip,
)
from meshjit.runtime.emulator.tensix_state import FIFO_MASK, Tensix

#: Where registers start in a core's address space.
REGISTERS = LOCAL_BASE + 0x10000
#: Bits of a store's value by funct3.
SIZE_MASK = np.array([0xFF, 0xFFFF, M32], np.int64)
#: Backward branches between two snapshots of the registers, at most (Brent's cycle detection doubles the distance).
SNAPSHOTS = 1024
#: ``csrrs zero, cfg0, rs1``, without rs1: what the bits of Blackhole's cfg0 change is a matter of time.
SET_CFG0 = 0x7C002073


@inlined
def bytes_load(memory: NDArray[np.uint8], at: Int, size: Int) -> Int:
    """``size`` bytes, little-endian."""
    value = np.int64(memory[at])
    if size > 1:
        value |= np.int64(memory[at + 1]) << 8
    if size > 2:
        value |= np.int64(memory[at + 2]) << 16 | np.int64(memory[at + 3]) << 24
    return value


@inlined
def bytes_store(memory: NDArray[np.uint8], at: Int, size: Int, value: Int) -> None:
    """``size`` bytes, little-endian."""
    memory[at] = value & 0xFF
    if size > 1:
        memory[at + 1] = value >> 8 & 0xFF
    if size > 2:
        memory[at + 2] = value >> 16 & 0xFF
        memory[at + 3] = value >> 24 & 0xFF


@compiled
def load(chip: Chip, t: Tensix, w: Int, core: Int, at: Int, size: Int) -> tuple[Int, Int]:
    """A load that is no good access to L1 or local memory. Returns (OK, WAIT or BAD, value)."""
    if at & (size - 1):
        fault(chip, E_MISALIGNED, w, core, at, size)
    elif at < chip.l1_bytes[w]:
        fault(chip, E_UNWRITTEN, w, core, at, size)
    elif at < REGISTERS or size != 4:
        fault(chip, E_RANGE, w, core, at, size)
    else:
        return mmio_load(chip, t, w, core, at)
    return BAD, 0


@compiled
def store(chip: Chip, t: Tensix, w: Int, core: Int, at: Int, size: Int, value: Int) -> Int:
    """A store that is no good access to L1 or local memory. Returns OK, WAIT or BAD."""
    if at & (size - 1):
        fault(chip, E_MISALIGNED, w, core, at, size)
    elif at < REGISTERS or size != 4:
        fault(chip, E_RANGE, w, core, at, size)
    else:
        return mmio_store(chip, t, w, core, at, value)
    return BAD


@compiled
def register_op(blackhole: Int, word: Int, a: Int, b: Int) -> Int:
    """OP (0x33): the result, or -1."""
    f3, f7 = word >> 12 & 7, word >> 25
    if f7 == 1:
        return multiply(f3, a, b)
    if f7 == 0 or (f7 == 0x20 and (f3 == 0 or f3 == 5)):
        return base(f3, f7 == 0x20, a, b)
    if blackhole:
        if f7 == 0x04 and word >> 20 & 31:
            return -1
        return bits_of_two(f7, f3, a, b)
    return -1


@compiled
def immediate_op(blackhole: Int, word: Int, a: Int) -> Int:
    """OP-IMM (0x13): the result, or -1."""
    f3, imm = word >> 12 & 7, word >> 20
    if f3 == 1 or f3 == 5:
        if imm >> 5 == 0 or (imm >> 5 == 0x20 and f3 == 5):
            return base(f3, imm >> 5 == 0x20, a, imm & 31)
        return bits_of_one(imm, f3, a) if blackhole else -1
    return base(f3, False, a, ((imm ^ 0x800) - 0x800) & M32)


@compiled
def branches(f3: Int, a: Int, b: Int) -> Int | np.bool | bool:
    """Whether a BRANCH is taken, or -1 for no such branch."""
    if f3 == 0:
        return a == b
    if f3 == 1:
        return a != b
    if f3 == 4:
        return signed(a) < signed(b)
    if f3 == 5:
        return signed(a) >= signed(b)
    if f3 == 6:
        return a < b
    if f3 == 7:
        return a >= b
    return -1


@compiled
def same_registers(a: NDArray[np.uint32], b: NDArray[np.uint32]) -> bool:
    """Whether two register files are equal."""
    for i in range(32):  # noqa: SIM110  # compiled code has no all()
        if a[i] != b[i]:
            return False
    return True


@compiled
def run_core(chip: Chip, t: Tensix, w: Int, core: Int, budget: Int) -> Int:
    """Execute up to ``budget`` instructions of one core. Returns how many; ``chip.ended`` says why it stopped."""
    x = chip.regs[w, core]
    code = chip.l1_words[w]
    written = chip.l1_written[w]
    wrote, strict = chip.wrote[w], chip.facts[STRICT] != 0
    snapshot = chip.snapshot[w, core]
    l1, local = code.view(np.uint8), chip.local[w, core]
    fifo, head, tail = t.fifo, t.fifo_head, t.fifo_tail
    activity = chip.activity
    blackhole = chip.facts[BLACKHOLE]
    top = chip.l1_bytes[w]
    no_tensix = core == NCRISC or w >= chip.facts[WORKERS]
    local_top = LOCAL_BASE + chip.local_bytes[core]
    pcs = chip.pc
    pc = chip.pc[w, core]
    mark, count, limit, dirty = -1, 0, 1, False
    done, ended = 0, BUDGET
    while done < budget:
        pcs[w, core] = pc
        if pc >= top or pc & 3 or written[pc // L1_GRANULE] == 0:
            fault(chip, E_FETCH, w, core, pc, 0)
            ended = FAULTED
            break
        word = np.int64(code[pc >> 2])
        following = pc + 4
        if word & 3 != 3:
            if no_tensix:
                fault(chip, E_UNKNOWN_INSTRUCTION, w, core, pc, word)
                ended = FAULTED
                break
            thread = max(core - TRISC0, 0)
            end = tail[thread]
            if end - head[thread] > FIFO_MASK:
                chip.waits[w, core, 0] = WAIT_FIFO
                chip.waits[w, core, 1] = thread
                ended = BLOCKED
                break
            fifo[thread, end & FIFO_MASK] = (word >> 2 | word << 30) & M32
            tail[thread] = end + 1
            activity[0] += 1
            dirty = True
            pc = following
            done += 1
            continue
        op, rd = word & 0x7F, word >> 7 & 31
        a, b = np.int64(x[word >> 15 & 31]), np.int64(x[word >> 20 & 31])
        value = np.int64(-1)
        if op == 0x13:
            value = immediate_op(blackhole, word, a)
        elif op == 0x33:
            value = register_op(blackhole, word, a, b)
        elif op == 0x03:
            f3 = word >> 12 & 7
            if f3 != 3 and f3 < 6:
                size = 1 << (f3 & 3)
                at = (a + ((word >> 20 ^ 0x800) - 0x800)) & M32
                aligned = at & (size - 1) == 0
                if aligned and at < top and written[at // L1_GRANULE]:
                    last = wrote[at // L1_GRANULE]
                    if last and last & 31 != core and not core_load(chip, w, core, at, pc):
                        ended = FAULTED
                        break
                    value = np.int64(code[at >> 2]) if size == 4 else bytes_load(l1, at, size)
                elif aligned and LOCAL_BASE <= at < local_top:
                    value = bytes_load(local, at - LOCAL_BASE, size)
                else:
                    status, value = load(chip, t, w, core, at, size)
                    if status != OK:
                        ended = BLOCKED if status == WAIT else FAULTED
                        break
                if f3 == 0:
                    value = ((value ^ 0x80) - 0x80) & M32
                elif f3 == 1:
                    value = ((value ^ 0x8000) - 0x8000) & M32
        elif op == 0x23:
            f3 = word >> 12 & 7
            if f3 < 3:
                offset = ((word >> 25 << 5 | rd) ^ 0x800) - 0x800
                at, size = (a + offset) & M32, 1 << f3
                aligned = at & (size - 1) == 0
                if aligned and at < top:
                    if strict and not core_store(chip, w, core, at, pc):
                        ended = FAULTED
                        break
                    same = written[at // L1_GRANULE] != 0 and bytes_load(l1, at, size) == b & SIZE_MASK[f3]
                    bytes_store(l1, at, size, b)
                    written[at // L1_GRANULE] = 1
                elif aligned and LOCAL_BASE <= at < local_top:
                    same = bytes_load(local, at - LOCAL_BASE, size) == b & SIZE_MASK[f3]
                    bytes_store(local, at - LOCAL_BASE, size, b)
                else:
                    status = store(chip, t, w, core, at, size, b)
                    if status != OK:
                        ended = BLOCKED if status == WAIT else FAULTED
                        break
                    same = False
                    if not chip.running[w, core]:
                        done += 1
                        pc = following
                        break
                if not same:
                    activity[0] += 1
                    dirty = True
                value, rd = 0, 0
        elif op == 0x63:
            taken = branches(word >> 12 & 7, a, b)
            if taken >= 0:
                value, rd = 0, 0
                if taken:
                    offset = word >> 8 & 15 | (word >> 25 & 63) << 4 | (word >> 7 & 1) << 10 | word >> 31 << 11
                    following = (pc + 2 * ((offset ^ 0x800) - 0x800)) & M32
        elif op == 0x37:
            value = word & 0xFFFFF000
        elif op == 0x17:
            value = (pc + (word & 0xFFFFF000)) & M32
        elif op == 0x6F:
            value = following
            offset = word >> 21 & 0x3FF | (word >> 20 & 1) << 10 | (word >> 12 & 0xFF) << 11 | word >> 31 << 19
            following = (pc + 2 * ((offset ^ 0x80000) - 0x80000)) & M32
        elif op == 0x67 and word >> 12 & 7 == 0:
            value = following
            following = (a + ((word >> 20 ^ 0x800) - 0x800)) & 0xFFFFFFFE
        elif op == 0x0F or (blackhole and word & 0xFFF07FFF == SET_CFG0):
            value, rd = 0, 0
        elif word == 0x73 or word == 0x100073:
            fault(chip, E_BREAK, w, core, pc, word)
            ended = FAULTED
            break
        if value < 0:
            fault(chip, E_UNKNOWN_INSTRUCTION, w, core, pc, word)
            ended = FAULTED
            break
        if rd:
            x[rd] = value
        done += 1
        if following <= pc:
            count += 1
            if dirty:
                mark, count, limit, dirty = following, 0, 1, False
                snapshot[:] = x
            elif following == mark and same_registers(snapshot, x):
                pc = following
                ended = SPINNING
                break
            elif count >= limit:
                mark, count, limit = following, 0, min(2 * limit, SNAPSHOTS)
                snapshot[:] = x
        pc = following
    pcs[w, core] = pc
    chip.ended[w, core] = ended
    chip.instructions[w, core] += done
    return done
