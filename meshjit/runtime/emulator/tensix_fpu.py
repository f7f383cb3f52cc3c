"""The matrix unit's arithmetic: MVMUL, GAPOOL, GMPOOL and the elementwise instructions.

How the hardware adds: the products of 8 columns are aligned to their largest exponent, each rounded half away from
zero, and summed; the two sums and Dst are aligned to the largest exponent, added and normalised. A fidelity phase
takes 5 of SrcA's 11 mantissa bits and 7 (or the other 4) of SrcB's. ISA documentation, pages MatrixUnit, MVMUL,
ELWMUL, ELWADD, GAPOOL, GMPOOL.
"""

from __future__ import annotations

from meshjit.runtime.emulator.compiled import compiled, inlined
from meshjit.runtime.emulator.tensix_bits import (
    as_int,
    count_leading_zeros,
    plain_halves,
    read_wide,
    swap_halves,
    total_order,
    wide_row,
)
from meshjit.runtime.emulator.tensix_counters import dst_row, fail, matrix_ready, release_sources, step_counters
from meshjit.runtime.emulator.tensix_state import (
    BLOCKED_SRCA_EMPTY,
    BLOCKED_SRCB_EMPTY,
    C_ALU,
    C_ZERO_FLAGS,
    CONFIG,
    E_CONFIG,
    E_FIELD,
    E_FORMAT,
    E_POOL_SCALER,
    E_ROW,
    FIDELITY,
    FORMATS,
    MATRIX_BANK,
    RWC_A,
    RWC_B,
    SRC_ROWS,
    T_FIDELITY_BASE,
    T_IMPLIED_A,
    T_IMPLIED_B,
    THREAD,
    Bytes,
    Halves,
    Ints,
    Tensix,
)

#: Offsets in ``Tensix.work``: SrcA's exponents, magnitudes and signs (16 rows by 16 columns), then per-column vectors.
_EXPONENT, _MAGNITUDE, _SIGN = 0, 256, 512
_LARGEST, _SUM = 768, 784
#: An exponent low enough that a zero never is the largest.
_ZERO_EXPONENT = -2000


@compiled
def exponent_offset(phase: int) -> int:
    """What to add to the two biased exponents of a product in a fidelity phase."""
    return -127 - 5 * (phase & 1) - 7 * (phase >> 1 & 1)


@inlined
def add_and_round(exponent0: int, sum0: int, exponent1: int, sum1: int, old: int, wide: bool, wormhole: bool) -> int:
    """Dst's new value (float32 bits) from two signed sums (23 fraction bits above 2**23) and the old value.

    ``wide`` says that Dst holds 32 bits; else the result is rounded to bf16. ``wormhole`` brings that chip's wrong
    normalisation of -1 (an exact cancellation down to one unit).
    """
    # No branches, so that LLVM makes vectors of it. A sign is 0 or -1, (x ^ sign) - sign applies it.
    sign0, sign1, sign = sum0 >> 63, sum1 >> 63, -(old >> 31 & 1)
    m0 = (sum0 ^ sign0) - sign0
    m1 = (sum1 ^ sign1) - sign1
    old_exponent = old >> 23 & 255
    m = (old & 0x7FFFFF | 0x800000) & -min(old_exponent, 1)
    top = max(max(exponent0, exponent1), old_exponent)
    d0 = min(top - exponent0, 31)
    d1 = min(top - exponent1, 31)
    d = min(top - old_exponent, 31)
    m0 = (m0 + (1 << d0 >> 1) + (sign0 & -min(d0, 1))) >> d0
    m1 = (m1 + (1 << d1 >> 1) + (sign1 & -min(d1, 1))) >> d1
    m = (m + (1 << d >> 1)) >> d
    if not wide:
        m0 = (m0 + 4096 + sign0) & ~0x1FFF
        m1 = (m1 + 4096 + sign1) & ~0x1FFF
        m = (m + 4096) & ~0x1FFF
    total = ((m ^ sign) - sign) + ((m0 ^ sign0) - sign0) + ((m1 ^ sign1) - sign1)
    sign = total >> 63
    m = (total ^ sign) - sign
    shift = count_leading_zeros(m | 1) - 40
    if wormhole:
        shift -= 27 if total == -1 else 0
    e = top - shift
    if not wide:
        shift -= 16
    left, right = max(shift, 0), max(-shift, 0)
    r = ((m << left) + (1 << right >> 1)) >> right
    if not wide:
        r <<= 16
    e += r >> 24 & 1
    bits = 0x7F800000 if e >= 255 else e << 23 | r & 0x7FFFFF
    bits |= sign & 0x80000000
    bits = bits if e > 0 else 0
    bits = bits if total != 0 else 0
    return bits if top > 0 else 0


@compiled
def source_format(t: Tensix, alu: int, thread: int, unit: int) -> int:
    """The data format that math sees in SrcA (0) or SrcB (1)."""
    banks = t.banks
    if t.chip[0]:
        implied = THREAD[1, T_IMPLIED_B if unit else T_IMPLIED_A]
        if not t.thread_config[thread, implied] & 1:
            return as_int(banks[FORMATS + 2 * unit + banks[3 * unit + MATRIX_BANK]])
    return alu >> (21 if unit else 17) & 15


@compiled
def keep_mask(data_format: int) -> int:
    """The bits of a source datum that math uses, 0 for a format not modelled (5-bit exponents, integers)."""
    if data_format == 4:
        return 0xFFFFE000
    if data_format in (0, 5, 6, 7):
        return 0xFFFF0000
    return 0


@compiled
def _decode_columns(source: Ints, bank: int, row: int, mask: int, phase: int, work: Halves) -> None:
    for i in range(16):
        for column in range(16):
            value = source[0, bank, row + i, column] & mask
            exponent = value >> 23 & 255
            mantissa = value >> 13 & 0x3FF | 0x400
            mantissa = (mantissa >> 1 & 31) if phase & 1 else mantissa >> 6
            at = 16 * i + column
            work[_EXPONENT + at] = exponent if exponent else _ZERO_EXPONENT
            work[_MAGNITUDE + at] = mantissa if exponent else 0
            work[_SIGN + at] = -(value >> 31)


@compiled
def _multiply_row(source: Ints, bank: int, row: int, mask: int, phase: int, work: Halves) -> None:
    """One row of SrcB times the decoded SrcA: per group of 8, the aligned sum and its exponent, into ``work``."""
    offset = exponent_offset(phase)
    for group in range(2):
        largest = _LARGEST + 32 * group
        total = _SUM + 32 * group
        for column in range(16):
            work[largest + column] = 0
            work[total + column] = 0
        for i in range(8 * group, 8 * group + 8):
            exponent = (source[1, bank, row, i] >> 23 & 255) + offset
            if exponent > offset:
                for column in range(16):
                    e = work[_EXPONENT + 16 * i + column] + exponent
                    work[largest + column] = max(work[largest + column], e)
        for i in range(8 * group, 8 * group + 8):
            value = source[1, bank, row, i] & mask
            exponent = value >> 23 & 255
            if exponent:
                exponent += offset
                mantissa = value >> 13 & 0x3FF | 0x400
                mantissa = (mantissa & 15) << 3 if phase & 2 else mantissa >> 4
                sign = -(value >> 31)
                for column in range(16):
                    at = 16 * i + column
                    d = min(work[largest + column] - work[_EXPONENT + at] - exponent, 14)
                    product = work[_MAGNITUDE + at] * mantissa
                    product = ((product << 1) + (1 << d)) >> (d + 1)
                    s = work[_SIGN + at] ^ sign
                    work[total + column] += (product ^ s) - s
        for column in range(16):  # products that all underflow count for nothing
            work[total + column] &= -min(work[largest + column], 1)


@compiled
def _finish_row(dst: Halves, valid: Bytes, row: int, work: Halves, wide: bool, wormhole: bool) -> None:
    """Add a row's sums to Dst."""
    if not wide:
        keep = -as_int(valid[row])
        for column in range(16):
            old = (dst[row, column] & keep) << 16
            e0, e1 = work[_LARGEST + column], work[_LARGEST + 32 + column]
            sum0, sum1 = work[_SUM + column] << 13, work[_SUM + 32 + column] << 13
            dst[row, column] = add_and_round(e0, sum0, e1, sum1, old, False, wormhole) >> 16
        valid[row] = 1
        return
    at = wide_row(row)
    keep = -as_int(valid[at])
    for column in range(16):
        old = (dst[at, column] << 16 | swap_halves(dst[at + 8, column])) & keep
        e0, e1 = work[_LARGEST + column], work[_LARGEST + 32 + column]
        sum0, sum1 = work[_SUM + column] << 13, work[_SUM + 32 + column] << 13
        bits = add_and_round(e0, sum0, e1, sum1, old, True, wormhole)
        dst[at, column] = bits >> 16
        dst[at + 8, column] = plain_halves(bits & 0xFFFF)
    valid[at] = 1


@compiled
def check_math(t: Tensix, thread: int) -> int:
    """Errors that all arithmetic of the matrix unit shares. Returns 0 or 2."""
    chip, config, error = t.chip, t.config, t.error
    alu = as_int(config[CONFIG[chip[0], C_ALU]])
    if alu >> 31 or alu & 0x7FFF or as_int(config[0]) & 0x4210:
        return fail(error, E_CONFIG, CONFIG[chip[0], C_ALU])
    if as_int(config[CONFIG[chip[0], C_ZERO_FLAGS]]) & 3:
        return fail(error, E_CONFIG, CONFIG[chip[0], C_ZERO_FLAGS])
    for unit in range(2):
        data_format = source_format(t, alu, thread, unit)
        if keep_mask(data_format) == 0:
            return fail(error, E_FORMAT, data_format)
    return 0


@compiled
def multiply(t: Tensix, thread: int, word: int, rows: int) -> int:
    """MVMUL (``rows`` 8) and GAPOOL (4)."""
    chip = t.chip[0]
    if not matrix_ready(t.banks, 0):
        return -BLOCKED_SRCA_EMPTY
    if not matrix_ready(t.banks, 1):
        return -BLOCKED_SRCB_EMPTY
    if word >> 19 & 1 != (1 if rows == 4 else 0) or (rows == 4 and word >> 14 & 1):
        return fail(t.error, E_FIELD, word >> 14 & 63)
    if check_math(t, thread):
        return 2
    alu = as_int(t.config[CONFIG[chip, C_ALU]])
    wide = (alu >> 29 & 1) == 1
    a_row, b_row = t.rwc[thread, RWC_A], t.rwc[thread, RWC_B]
    row = dst_row(t, thread, word & 0x3FF)
    if a_row & 15 or b_row & 7:
        return fail(t.error, E_ROW, a_row if a_row & 15 else b_row)
    if word & (rows - 1) or row & (rows - 1):
        return fail(t.error, E_ROW, row)
    phase = t.rwc[thread, FIDELITY]
    if chip == 0:
        phase = (phase + t.thread_config[thread, THREAD[0, T_FIDELITY_BASE]]) & 3
    mask_a = keep_mask(source_format(t, alu, thread, 0))
    mask_b = keep_mask(source_format(t, alu, thread, 1))
    _decode_columns(t.source, t.banks[MATRIX_BANK], a_row, mask_a, phase, t.work)
    for i in range(rows):
        _multiply_row(t.source, t.banks[3 + MATRIX_BANK], b_row + i, mask_b, phase, t.work)
        _finish_row(t.dst, t.dst_valid, row + i, t.work, wide, chip == 0)
    if chip == 0:
        mode = word >> 15 & 3
    elif rows == 4:
        mode = word >> 15 & 7
    else:
        mode = word >> 14 & 7
    if step_counters(t, thread, mode, True):
        return 2
    return release_sources(t, thread, word >> 22 & 3)


@compiled
def _product(a: int, b: int, phase: int, old: int, wide: bool, wormhole: bool) -> int:
    """ELWMUL of one element: float32 bits of SrcA and SrcB."""
    ea, eb = a >> 23 & 255, b >> 23 & 255
    exponent = ea + eb + exponent_offset(phase)
    ma = a >> 13 & 0x3FF | 0x400
    mb = b >> 13 & 0x3FF | 0x400
    ma = (ma >> 1 & 31) if phase & 1 else ma >> 6
    mb = (mb & 15) << 3 if phase & 2 else mb >> 4
    m = (ma * mb) << 13
    if ea == 0 or eb == 0 or exponent <= 0:
        exponent, m = 0, 0
    if (a ^ b) & 0x80000000:
        m = -m
    return add_and_round(exponent, m, 0, 0, old, wide, wormhole)


@compiled
def _sum(a: int, b: int, old: int, wide: bool, wormhole: bool) -> int:
    """ELWADD of one element. ``old`` is Dst's value when it is accumulated, else 0."""
    a = a >> 13 if a & 0x7F800000 else 0
    b = b >> 13 if b & 0x7F800000 else 0
    if a & 0x3FFFF < b & 0x3FFFF:
        a, b = b, a
    exponent = a >> 10 & 255
    ma = (a & 0x3FF | 0x400) if a else 0
    mb = (b & 0x3FF | 0x400) if b else 0
    d = exponent - (b >> 10 & 255)
    mb = (mb + (1 << d >> 1)) >> d if d < 12 else 0
    m = ma + mb if a >> 18 == b >> 18 else ma - mb
    m <<= 13
    return add_and_round(exponent, -m if a >> 18 else m, 0, 0, old, wide, wormhole)


@compiled
def elementwise(t: Tensix, thread: int, word: int, opcode: int) -> int:
    """ELWMUL (0x27), ELWADD (0x28) and ELWSUB (0x30) on 8 rows."""
    chip = t.chip[0]
    accumulate = word >> 21 & 1
    if not matrix_ready(t.banks, 0):
        return -BLOCKED_SRCA_EMPTY
    if not matrix_ready(t.banks, 1):
        return -BLOCKED_SRCB_EMPTY
    if opcode == 0x27 and accumulate:
        return fail(t.error, E_FIELD, accumulate)
    if check_math(t, thread):
        return 2
    alu = as_int(t.config[CONFIG[chip, C_ALU]])
    wide = (alu >> 29 & 1) == 1
    a_row, b_row = t.rwc[thread, RWC_A], t.rwc[thread, RWC_B]
    row = dst_row(t, thread, word & 0x3FF)
    if a_row & 7 or b_row & 7:
        return fail(t.error, E_ROW, a_row if a_row & 7 else b_row)
    if row & 7 or word & 7:
        return fail(t.error, E_ROW, row)
    phase = t.rwc[thread, FIDELITY]
    if chip == 0:
        phase = (phase + t.thread_config[thread, THREAD[0, T_FIDELITY_BASE]]) & 3
    if opcode != 0x27 and phase:
        return fail(t.error, E_FIELD, phase)
    mask_a = keep_mask(source_format(t, alu, thread, 0))
    mask_b = keep_mask(source_format(t, alu, thread, 1))
    a_bank, b_bank = t.banks[MATRIX_BANK], t.banks[3 + MATRIX_BANK]
    flip = 0x80000000 if opcode == 0x30 else 0
    for i in range(8):
        at = wide_row(row + i) if wide else row + i
        fresh = t.dst_valid[at] == 0 or not (opcode == 0x27 or accumulate)
        b_at = b_row + (0 if word >> 20 & 1 else i)
        for column in range(16):
            a = t.source[0, a_bank, a_row + i, column] & mask_a
            b = (t.source[1, b_bank, b_at, 0 if word >> 19 & 1 else column] ^ flip) & mask_b
            old = 0
            if not fresh:
                old = t.dst[at, column] << 16
                if wide:
                    old |= swap_halves(t.dst[at + 8, column])
            multiplied = opcode == 0x27
            bits = _product(a, b, phase, old, wide, chip == 0) if multiplied else _sum(a, b, old, wide, chip == 0)
            t.dst[at, column] = bits >> 16
            if wide:
                t.dst[at + 8, column] = plain_halves(bits & 0xFFFF)
        t.dst_valid[at] = 1
    mode = word >> 14 & 7 if chip else word >> 15 & 3
    if step_counters(t, thread, mode, True):
        return 2
    return release_sources(t, thread, word >> 22 & 3)


@compiled
def pool_maximum(t: Tensix, thread: int, word: int) -> int:
    """GMPOOL: the largest of Dst's row and 16 rows of SrcA, per column; three zero rows follow."""
    chip = t.chip[0]
    if not matrix_ready(t.banks, 0):
        return -BLOCKED_SRCA_EMPTY
    if not matrix_ready(t.banks, 1):
        return -BLOCKED_SRCB_EMPTY
    if not word >> 19 & 1 or word >> 14 & 1:
        return fail(t.error, E_FIELD, word >> 14 & 63)
    if check_math(t, thread):
        return 2
    alu = as_int(t.config[CONFIG[chip, C_ALU]])
    wide = (alu >> 29 & 1) == 1
    a_row, b_row = t.rwc[thread, RWC_A], t.rwc[thread, RWC_B]
    row = dst_row(t, thread, word & 0x3FF)
    if a_row & 15 or b_row & 7 or a_row >= SRC_ROWS:
        return fail(t.error, E_ROW, a_row if a_row & 15 else b_row)
    if row & 3 or word & 3:
        return fail(t.error, E_ROW, row)
    a_bank, b_bank = t.banks[MATRIX_BANK], t.banks[3 + MATRIX_BANK]
    for column in range(16):
        if t.source[1, b_bank, b_row, column] != 0x3F800000:
            return fail(t.error, E_POOL_SCALER, t.source[1, b_bank, b_row, column])
    mask = keep_mask(source_format(t, alu, thread, 0))
    at = wide_row(row) if wide else row
    for column in range(16):
        if t.dst_valid[at] == 0:
            best = 0xFFFFFFFF
        elif wide:
            best = read_wide(t.dst, t.dst_valid, row, column)
        else:
            best = t.dst[at, column] << 16
        best &= 0xFFFFE000 if wide else 0xFFFF0000
        for i in range(16):
            value = t.source[0, a_bank, a_row + i, column] & mask
            if not value & 0x7F800000:
                value = 0
            if total_order(value) > total_order(best):
                best = value
        t.dst[at, column] = best >> 16
        if wide:
            t.dst[at + 8, column] = plain_halves(best & 0xFFFF)
    for i in range(4):
        to = wide_row(row + i) if wide else row + i
        t.dst_valid[to] = 1
        if i:
            t.dst[to, :] = 0
            if wide:
                t.dst[to + 8, :] = 0
    mode = word >> 15 & 7 if chip else word >> 15 & 3
    if step_counters(t, thread, mode, True):
        return 2
    return release_sources(t, thread, word >> 22 & 3)
