"""Hazards of the coprocessor that the emulator's instruction-by-instruction execution cannot show, as errors.

The rules are those that silicon needs and that programs must keep themselves (ISA documentation): a configuration write
waits for the unit that reads the register and is followed by two NOPs (WRCFG, STALLWAIT); a circular buffer's counter
is stored, and a semaphore posted, when the unit is done (STOREREG, SyncUnit, STALLWAIT); the matrix and the vector
unit take turns on Dst (STALLWAIT, conditions C7 and C14); Wormhole's vector unit has a latency of two cycles and no
interlock (SFPMAD), and a rotation is followed by SFPNOP (SFPSHFT2).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from meshjit.arch import ARCHS
from meshjit.runtime.emulator.compiled import compiled
from meshjit.runtime.emulator.tensix_counters import fail
from meshjit.runtime.emulator.tensix_state import BUSY, E_CONFIG_NOPS, E_HAZARD, E_LATENCY, LATE, Tensix

#: Units, as bits: what a thread has started and not waited for.
UNPACK0, UNPACK1, PACK, MATH, VECTOR, SCALAR = 1, 2, 4, 8, 16, 32
#: A configuration write one or two instructions ago.
_AGE1, _AGE2 = 64, 128
_AGES = _AGE1 | _AGE2
_WRCFG, _STALLWAIT, _UNPACR = 0xB0, 0xA2, 0x42
_MATRIX = (0x08, 0x0A, 0x0B, 0x10, 0x12, 0x13, 0x26, 0x27, 0x28, 0x30, 0x33, 0x34)
#: LATE: a rotation came before; smaller values are 1 + the LReg that a multiply-add wrote, 0 nothing.
_ROTATED = 100


def _table(*entries: tuple[int, Iterable[int]]) -> NDArray[np.int64]:
    """Bits by opcode."""
    out = np.zeros(256, np.int64)
    for bits, opcodes in entries:
        out[list(opcodes)] |= bits
    return out


#: Bits that an instruction sets, and bits that must not be set when it executes.
STARTS = _table((PACK, [0x41]), (MATH, _MATRIX), (VECTOR, [0x70, 0x72]), (SCALAR, [0x45]))
NEEDS = _table(
    (_AGES, [0x41, 0x42, *_MATRIX]),
    (UNPACK0 | UNPACK1 | PACK, [0x67]),  # STOREREG
    (UNPACK0 | PACK | MATH | VECTOR, [0xA4]),  # SEMPOST
    (PACK, [0xA5]),  # SEMGET
    (VECTOR, [*_MATRIX, 0x37, 0x38]),
    (MATH, [0x70, 0x72]),
)
#: STALLWAIT's wait bits by chip: (bits of the instruction, unit).
WAITS = np.array(
    [
        [[1, SCALAR], [2, UNPACK0], [4, UNPACK1], [0x78, PACK], [0x80, MATH], [1 << 14, VECTOR]],
        [[1, SCALAR], [2, UNPACK0], [4, UNPACK1], [8, PACK], [16, MATH], [1 << 11, VECTOR]],
    ],
    np.int64,
)


def _owners() -> NDArray[np.int64]:
    """The unit that reads each configuration register, by (chip, index)."""
    out = np.zeros((2, 1024), np.int64)
    for chip, arch in enumerate(("wormhole", "blackhole")):
        for name, index in ARCHS[arch].config.items():
            for prefix, unit in (("unpack0", UNPACK0), ("unpack1", UNPACK1), ("pack", PACK)):
                if name.startswith(prefix):
                    out[chip, index] |= unit
    return out


OWNERS = _owners()
#: LRegs that a vector instruction reads, by opcode: fields at bits 4 (1), 8 (2), 12 (4), 16 (8) and 20 (16).
_D, _C, _B, _A, _TOP = 1, 2, 4, 8, 16
READS = _table(
    (_A | _B | _C, [0x84, 0x85, 0x86]),
    (_D, [0x74, 0x75]),
    (_C | _D, [0x79, 0x7A, 0x7E, 0x7F, 0x82, 0x83, 0x89, 0x8D, 0x92]),
    (_C, [0x76, 0x77, 0x78, 0x7B, 0x7C, 0x7D, 0x80, 0x81, 0x8E, 0x90, 0x94, 0x96, 0x97]),
    (_TOP, [0x72]),
)
#: Instructions that read one register less when bit 0 of the mode says that an operand is immediate: which one stays.
IMMEDIATE = _table((_C, [0x79, 0x82, 0x83, 0x89]), (_D, [0x7A]))


@compiled
def _reads(word: int, register: int) -> bool:
    """Whether a vector instruction reads an LReg."""
    op = word >> 24
    fields = READS[op]
    if word & 1 and IMMEDIATE[op]:
        fields = IMMEDIATE[op]
    if op == 0x71 and word >> 16 & 15 in (8, 10):  # half of a register stays
        fields = 16
    if op == 0x8C:  # SFPTRANSP
        return register < 8
    if op == 0x91:  # SFPCONFIG
        return register == 0
    for i in range(5):  # noqa: SIM110  # compiled code has no any()
        if fields >> i & 1 and word >> (4 + 4 * i) & 15 == register:
            return True
    return False


@compiled
def hazard(t: Tensix, thread: int, word: int) -> int:
    """Refuse an instruction that what came before it in its thread makes unsafe. Returns 0 or 2."""
    op, error = word >> 24, t.error
    busy, late = t.expander[thread, BUSY], t.expander[thread, LATE]
    if busy & NEEDS[op]:
        if busy & NEEDS[op] & _AGES:
            return fail(error, E_CONFIG_NOPS, 2 if busy & _AGE2 else 1)
        return fail(error, E_HAZARD, busy & NEEDS[op])
    if op == _WRCFG:
        owned = OWNERS[t.chip[0], word & 0x3FF] | SCALAR
        if busy & owned:
            return fail(error, E_HAZARD, busy & owned)
    if late and 0x70 <= op <= 0x99:
        if late == _ROTATED:
            if op != 0x8F:
                return fail(error, E_LATENCY, -1)
        elif _reads(word, late - 1):
            return fail(error, E_LATENCY, late - 1)
    return 0


@compiled
def started(t: Tensix, thread: int, word: int) -> None:
    """Note what an executed instruction has set going."""
    op, e, blackhole = word >> 24, t.expander[thread], t.chip[0]
    busy = e[BUSY] & ~_AGES | (e[BUSY] & _AGE2) >> 1 | STARTS[op]
    e[LATE] = 0
    if op == _UNPACR:
        busy |= UNPACK1 if word >> 23 & 1 else UNPACK0
    elif op == _WRCFG:
        busy |= _AGE2
    elif op == _STALLWAIT:
        waits = WAITS[blackhole]
        for i in range(6):
            if word & waits[i, 0]:
                busy &= ~waits[i, 1]
    elif op == 0x94:
        e[LATE] = _ROTATED if word & 15 in (3, 4) else 0
    elif not blackhole and (0x84 <= op <= 0x86 or op == 0x74 or op == 0x75):
        e[LATE] = 1 + (word >> 4 & 15)
    e[BUSY] = busy
