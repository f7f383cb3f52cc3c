"""Moves between Dst, SrcA and SrcB, and clearing them.

ISA documentation, pages MOVD2A, MOVD2B, MOVA2D, MOVB2D, MOVB2A, TRNSPSRCB, ZEROACC, ZEROSRC.
"""

from __future__ import annotations

from meshjit.runtime.emulator.compiled import compiled
from meshjit.runtime.emulator.tensix_bits import as_int, plain_halves, swap_halves, wide_row
from meshjit.runtime.emulator.tensix_counters import dst_row, fail, matrix_ready, step_counters
from meshjit.runtime.emulator.tensix_fpu import source_format
from meshjit.runtime.emulator.tensix_state import (
    BLOCKED_SRCA_EMPTY,
    BLOCKED_SRCB_EMPTY,
    C_ALU,
    C_DEST_ACCESS,
    C_ZERO_FLAGS,
    CONFIG,
    DST_ROWS,
    E_CONFIG,
    E_FIELD,
    E_FORMAT,
    E_ROW,
    MATRIX_BANK,
    RWC_A,
    RWC_B,
    RWC_D,
    SRC_ROWS,
    T_MATH_OFFSET,
    THREAD,
    Tensix,
)


@compiled
def _move_format(t: Tensix, thread: int, unit: int) -> int:
    """The format that a move converts by (8-bit exponents only), or -1 after recording an error."""
    alu = as_int(t.config[CONFIG[t.chip[0], C_ALU]])
    if alu >> 31 or as_int(t.config[0]) & 0x4210:
        fail(t.error, E_CONFIG, CONFIG[t.chip[0], C_ALU])
        return -1
    # Every move converts by SrcA's format; on Blackhole an implied one is that of the bank moved.
    data_format = alu >> 17 & 15
    if t.chip[0] and source_format(t, alu, thread, 0) != data_format:
        data_format = source_format(t, alu, thread, unit)
    if data_format in (0, 4, 5, 6, 7):
        return data_format
    fail(t.error, E_FORMAT, data_format)
    return -1


@compiled
def _mode(t: Tensix, word: int) -> int:
    return word >> 14 & 7 if t.chip[0] else word >> 15 & 3


@compiled
def dst_to_source(t: Tensix, thread: int, word: int, unit: int) -> int:
    """MOVD2A (``unit`` 0) and MOVD2B (1): 4 rows; MOVD2B with mode 0: one row."""
    mode = word >> 12 & 3
    if (mode != 2 and (mode or unit == 0)) or word >> 23 & 1:
        return fail(t.error, E_FIELD, mode)
    data_format = _move_format(t, thread, unit)
    if data_format < 0:
        return 2
    wide = as_int(t.config[CONFIG[t.chip[0], C_ALU]]) >> 29 & 1
    if data_format == 4 and not wide:
        return fail(t.error, E_FORMAT, data_format)
    to = (word >> 17 & 63) + t.rwc[thread, RWC_B if unit else RWC_A]
    if unit == 0:
        to &= SRC_ROWS - 1
    row = dst_row(t, thread, word & 0x3FF)
    if to & 3 or to >= SRC_ROWS or row & 3:
        return fail(t.error, E_ROW, to if to & 3 or to >= SRC_ROWS else row)
    bank = t.banks[3 * unit + MATRIX_BANK]
    for i in range(4 if mode == 2 else 1):
        at = wide_row(row + i) if wide else row + i
        for column in range(16):
            value = 0
            if t.dst_valid[at]:
                value = t.dst[at, column] << 16
                if data_format == 4:
                    value |= swap_halves(t.dst[at + 8, column]) & 0xE000
            t.source[unit, bank, to + i, column] = value
    return step_counters(t, thread, _mode(t, word), True)


@compiled
def _store(t: Tensix, row: int, column: int, value: int, data_format: int) -> None:
    """A moved datum into Dst: TF32 takes 32 bits, other formats 16."""
    if data_format == 4:
        at = wide_row(row)
        t.dst[at, column] = value >> 16
        t.dst[at + 8, column] = plain_halves(value & 0xFFFF)
        t.dst_valid[at] = 1
    else:
        t.dst[row, column] = value >> 16
        t.dst_valid[row] = 1


@compiled
def a_to_dst(t: Tensix, thread: int, word: int) -> int:
    """MOVA2D: 8 rows."""
    if word >> 12 & 3 != 2 or word >> 23 & 1 or word & 7 or word >> 17 & 7:
        return fail(t.error, E_FIELD, word >> 12 & 3)
    if not matrix_ready(t.banks, 0):
        return -BLOCKED_SRCA_EMPTY
    data_format = _move_format(t, thread, 0)
    if data_format < 0:
        return 2
    flush = not as_int(t.config[CONFIG[t.chip[0], C_ZERO_FLAGS]]) & 1
    src = (word >> 17 & 63) + t.rwc[thread, RWC_A]
    row = dst_row(t, thread, word & 0x3FF)
    if src & 7 or src >= SRC_ROWS or row & 7:
        return fail(t.error, E_ROW, src if src & 7 or src >= SRC_ROWS else row)
    bank = t.banks[MATRIX_BANK]
    for i in range(8):
        for column in range(16):
            value = t.source[0, bank, src + i, column]
            if flush and not value & 0x7F800000:
                value = 0
            _store(t, row + i, column, value, data_format)
    return step_counters(t, thread, _mode(t, word), True)


@compiled
def b_to_dst(t: Tensix, thread: int, word: int) -> int:
    """MOVB2D: 8 or 4 rows, or one row or column repeated."""
    mode = word >> 11 & 7 if t.chip[0] else word >> 12 & 7
    if mode < 2 or mode > 5 or word >> 23 & 1 or word & 3 or word >> 17 & 3:
        return fail(t.error, E_FIELD, mode)
    if not matrix_ready(t.banks, 1):
        return -BLOCKED_SRCB_EMPTY
    data_format = _move_format(t, thread, 1)
    if data_format < 0:
        return 2
    alu = as_int(t.config[CONFIG[t.chip[0], C_ALU]])
    b_format = source_format(t, alu, thread, 1)
    if b_format in (1, 10):
        return fail(t.error, E_FORMAT, b_format)
    flush = not as_int(t.config[CONFIG[t.chip[0], C_ZERO_FLAGS]]) & 1
    src = (word >> 17 & 63) + t.rwc[thread, RWC_B]
    row = dst_row(t, thread, word & 0x3FF)
    rows = 8 if mode & 2 else 4
    if src & (rows - 1) or src >= SRC_ROWS or row & (rows - 1):
        return fail(t.error, E_ROW, src if src & (rows - 1) or src >= SRC_ROWS else row)
    bank = t.banks[3 + MATRIX_BANK]
    for i in range(rows):
        for column in range(16):
            value = t.source[1, bank, src + (0 if mode & 2 else i), 0 if mode & 1 else column]
            if flush and not value & 0x7F800000:
                value = 0
            if b_format != 4:
                value &= 0xFFFF0000
            _store(t, row + i, column, value, data_format)
    return step_counters(t, thread, _mode(t, word), True)


@compiled
def b_to_a(t: Tensix, thread: int, word: int) -> int:
    """MOVB2A: 4 rows of SrcB into SrcA."""
    if word >> 12 & 3 != 2 or word & 3 or word >> 17 & 3:
        return fail(t.error, E_FIELD, word >> 12 & 3)
    if not matrix_ready(t.banks, 1):
        return -BLOCKED_SRCB_EMPTY
    to = (word >> 17 & 63) + t.rwc[thread, RWC_A]
    src = (word & 63) + t.rwc[thread, RWC_B]
    if to & 3 or to >= SRC_ROWS or src & 3 or src >= SRC_ROWS:
        return fail(t.error, E_ROW, to)
    flush = not as_int(t.config[CONFIG[t.chip[0], C_ZERO_FLAGS]]) & 1
    for i in range(4):
        for column in range(16):
            value = t.source[1, t.banks[3 + MATRIX_BANK], src + i, column]
            if flush and not value & 0x7F800000:
                value = 0
            t.source[0, t.banks[MATRIX_BANK], to + i, column] = value
    return step_counters(t, thread, _mode(t, word), True)


@compiled
def transpose_b(t: Tensix) -> int:
    """TRNSPSRCB: rows 16 to 31 of SrcB."""
    source, banks = t.source, t.banks
    if not matrix_ready(banks, 1):
        return -BLOCKED_SRCB_EMPTY
    bank = banks[3 + MATRIX_BANK]
    for i in range(16):
        for j in range(i):
            ij = source[1, bank, 16 + i, j]
            source[1, bank, 16 + i, j] = source[1, bank, 16 + j, i]
            source[1, bank, 16 + j, i] = ij
    return 0


@compiled
def clear_dst(t: Tensix, thread: int, word: int) -> int:
    """ZEROACC: mark rows as zero: 1, 16, half or all."""
    chip = t.chip[0]
    mode = word >> 19 & 7
    if chip:
        if word >> 17 & 1:
            return fail(t.error, E_FIELD, word >> 17 & 3)
        mode = mode & 3 | word >> 16 & 4
    at = word & 0x3FF
    offset = t.thread_config[thread, THREAD[chip, T_MATH_OFFSET]] + t.rwc[thread, RWC_D]
    absolute = chip and as_int(t.config[CONFIG[1, C_DEST_ACCESS]]) >> 3 & 1
    if mode & 3 == 3:
        if at:
            return fail(t.error, E_ROW, at)
        t.dst_valid[:] = 0
        return 0
    if mode & 3 == 2:
        if at > 1:
            return fail(t.error, E_ROW, at)
        t.dst_valid[512 * at : 512 * at + 512] = 0
        return 0
    if mode == 0:
        at += offset
        if at >= DST_ROWS:
            return fail(t.error, E_ROW, at)
        wide = as_int(t.config[CONFIG[chip, C_ALU]]) >> 29 & 1
        t.dst_valid[wide_row(at) if wide else at] = 0
    elif mode == 1:
        if chip and not absolute and offset & 512:
            at += 32
        if at >= DST_ROWS // 16:
            return fail(t.error, E_ROW, at)
        t.dst_valid[16 * at : 16 * at + 16] = 0
    elif mode == 5 and chip:
        if not absolute and offset & 768:
            at += 16
        if at >= DST_ROWS // 32:
            return fail(t.error, E_ROW, at)
        for i in range(16):
            t.dst_valid[32 * at + 2 * (i & 8) + (i & 7)] = 0
    else:
        return fail(t.error, E_FIELD, mode)
    return step_counters(t, thread, _mode(t, word), True)


@compiled
def clear_sources(t: Tensix, word: int) -> int:
    """ZEROSRC: the matrix unit's banks, or both banks of both."""
    source, banks = t.source, t.banks
    sources, everything, write = word & 3, word >> 2 & 1, word >> 3 & 1
    if word >> 4 & 1 or sources == 0 or write == everything or (everything and sources != 3):
        return fail(t.error, E_FIELD, word & 31)
    for unit in range(2):
        if sources >> unit & 1:
            if everything:
                source[unit, :, :, :] = 0
            else:
                source[unit, banks[3 * unit + MATRIX_BANK], :, :] = 0
    return 0
