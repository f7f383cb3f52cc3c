"""The unpackers: tiles from L1 into SrcA, SrcB or Dst.

ISA documentation, pages UNPACR_Regular, Unpackers/FormatConversion, ADCs. One instruction moves a whole tile.
"""

from __future__ import annotations

from meshjit.runtime.emulator.compiled import compiled
from meshjit.runtime.emulator.tensix_bits import as_int, plain_halves, wide_row
from meshjit.runtime.emulator.tensix_counters import fail, note
from meshjit.runtime.emulator.tensix_state import (
    BLOCKED_SRCA_FULL,
    C_UNP0_BASE,
    C_UNP0_CONTEXT,
    C_UNP0_DEST,
    C_UNP0_DEST_COUNTER,
    C_UNP0_OFFSET,
    C_UNP0_OUT,
    C_UNP0_TILE,
    C_UNP0_TILE1,
    C_UNP0_X_DIM,
    C_UNP0_XY,
    C_UNP0_ZW,
    C_UNP1_BASE,
    C_UNP1_CONTEXT,
    C_UNP1_OUT,
    C_UNP1_TILE,
    C_UNP1_TILE1,
    C_UNP1_ZW,
    CONFIG,
    DST_ROWS,
    E_ADDRESS,
    E_CONFIG,
    E_COUNTER,
    E_FIELD,
    E_FORMAT,
    E_ROW,
    E_UNINITIALISED,
    FORMATS,
    LOG_READ,
    SRC_ROWS,
    T_SRCA_SET,
    T_UNPACK_MISC,
    THREAD,
    UNPACK_BANK,
    VALID,
    W1,
    X0,
    X1,
    Y0,
    Y1,
    Z0,
    Z1,
    Bytes,
    Ints,
    Tensix,
)

#: Formats whose 16 data share an exponent.
_BFP = (2, 3, 6, 7, 11, 15)
#: Rows of 32 bits in Dst.
_WIDE_ROWS = DST_ROWS // 2


@compiled
def element_bits(data_format: int) -> int:
    """Bits of one datum in L1, 0 for a format not modelled."""
    if data_format in (0, 4, 8):
        return 32
    if data_format == 5:
        return 16
    if data_format == 6:
        return 8
    if data_format == 7:
        return 4
    return 0


@compiled
def _check_registers(t: Tensix, thread: int, unit: int) -> int:
    """Modes that only other settings use: errors. Returns 0 or 2."""
    chip = t.chip[0]
    tile = CONFIG[chip, C_UNP1_TILE if unit else C_UNP0_TILE]
    out = CONFIG[chip, C_UNP1_OUT if unit else C_UNP0_OUT]
    context = CONFIG[chip, C_UNP1_CONTEXT if unit else C_UNP0_CONTEXT]
    # Tileize, source set update, upsampling, format override and column shifts; haloize works for SrcA only.
    if (
        as_int(t.config[out]) & 0xFFFFFE00
        or (unit and as_int(t.config[out]) & 0x100)
        or (chip == 0 and as_int(t.config[out]) >> 4 & 3 == 3)
    ):
        return fail(t.error, E_CONFIG, out)
    # Zero compression, and a forced exponent.
    if not as_int(t.config[context]) & 1 or as_int(t.config[context]) & 0x100:
        return fail(t.error, E_CONFIG, context)
    if as_int(t.config[tile]) & 0x20:
        return fail(t.error, E_CONFIG, tile)
    misc = THREAD[chip, T_UNPACK_MISC]
    if t.thread_config[thread, misc]:
        return fail(t.error, E_CONFIG, misc)
    return 0


@compiled
def _destination(t: Tensix, thread: int, unit: int, out_bits: int, to_dst: int) -> int:
    """The first datum's place (16 a row), or -1 after recording an error."""
    chip = t.chip[0]
    shift, mask = (16, 0xFFFF) if chip else (12, 0xFFF)
    adc = t.adc[thread, unit]
    zw = as_int(t.config[CONFIG[chip, C_UNP1_ZW if unit else C_UNP0_ZW]])
    y_stride = 0 if unit else as_int(t.config[CONFIG[chip, C_UNP0_XY]]) >> shift
    if unit and adc[Y1]:
        fail(t.error, E_COUNTER, adc[Y1])
        return -1
    if adc[W1]:
        fail(t.error, E_COUNTER, adc[W1])
        return -1
    at = (adc[Y1] * y_stride + adc[Z1] * (zw & mask)) // max(out_bits // 8, 1)
    if unit:
        return at
    context = as_int(t.config[CONFIG[chip, C_UNP0_DEST]]) & 0xFFFF
    if to_dst or as_int(t.config[CONFIG[chip, C_UNP0_DEST_COUNTER]]) >> 8 & 1:
        at += context
    else:
        at = context
    if at < 64 or at & 15:
        fail(t.error, E_ROW, at)
        return -1
    return at - 64


@compiled
def _check_memory(error: Ints, l1: Bytes, l1_init: Bytes, start: int, size: int) -> int:
    """Whether the bytes exist and something has written them. Returns 0 or 2."""
    if start < 0 or start + size > l1.shape[0]:
        return fail(error, E_ADDRESS, start)
    for block in range(start >> 4, (start + size + 15) >> 4):
        if l1_init[block] == 0:
            return fail(error, E_UNINITIALISED, block << 4)
    return 0


@compiled
def _shared_exponent(magnitude_sign: int, exponent: int) -> int:
    """bf16 bits of a BFP8 datum (sign, 7 bits magnitude) with its shared exponent."""
    sign = magnitude_sign >> 7
    magnitude = magnitude_sign << 1 & 0xFF
    if magnitude == 0:
        return 0xFF80 if sign else 0
    while not magnitude & 0x80:
        magnitude <<= 1
        exponent -= 1
    return sign << 15 | (exponent & 0xFF) << 7 | magnitude & 0x7E


@compiled
def _to_source(
    t: Tensix,
    unit: int,
    bank: int,
    at: int,
    count: int,
    transpose: int,
    in_format: int,
    out_format: int,
    l1: Bytes,
    start: int,
    exponents: int,
) -> None:
    keep = 0xFFFFE000 if out_format == 4 else 0xFFFF0000
    for i in range(count):
        if in_format == 5:
            b = start + 2 * i
            value = as_int(l1[b]) << 16 | as_int(l1[b + 1]) << 24
        elif in_format == 0:
            b = start + 4 * i
            value = (as_int(l1[b]) | as_int(l1[b + 1]) << 8 | as_int(l1[b + 2]) << 16 | as_int(l1[b + 3]) << 24) & keep
            if out_format == 5 and not value & 0x7F800000:
                value &= 0x80000000
        elif in_format == 6:
            value = _shared_exponent(as_int(l1[start + i]), as_int(l1[exponents + (i >> 4)])) << 16
        else:
            nibble = as_int(l1[start + (i >> 1)]) >> (4 * (i & 1)) & 15
            value = _shared_exponent(nibble << 4, as_int(l1[exponents + (i >> 4)])) << 16
        row = (at + i) >> 4
        column = (at + i) & 15
        if transpose:
            row, column = row & ~15 | column, row & 15
        t.source[unit, bank, row, column] = value


@compiled
def _to_dst(t: Tensix, at: int, count: int, l1: Bytes, start: int) -> None:
    for i in range(count):
        b = start + 4 * i
        row = wide_row((at + i) >> 4)
        column = (at + i) & 15
        t.dst[row, column] = as_int(l1[b + 2]) | as_int(l1[b + 3]) << 8
        t.dst[row + 8, column] = plain_halves(as_int(l1[b]) | as_int(l1[b + 1]) << 8)
        t.dst_valid[row] = 1


@compiled
def unpack(t: Tensix, thread: int, word: int, l1: Bytes, l1_init: Bytes) -> int:
    """UNPACR. Strict: reading L1 that ``l1_init`` calls unwritten is an error."""
    chip = t.chip[0]
    unit = word >> 23 & 1
    if word & 0x7FBF != 0x81:
        return fail(t.error, E_FIELD, word & 0x7FFF)
    bank = t.banks[3 * unit + UNPACK_BANK]
    if t.banks[3 * unit + VALID] >> bank & 1:
        return -(BLOCKED_SRCA_FULL + unit)
    if _check_registers(t, thread, unit):
        return 2
    tile = as_int(t.config[CONFIG[chip, C_UNP1_TILE if unit else C_UNP0_TILE]])
    tile1 = as_int(t.config[CONFIG[chip, C_UNP1_TILE1 if unit else C_UNP0_TILE1]])
    out = as_int(t.config[CONFIG[chip, C_UNP1_OUT if unit else C_UNP0_OUT]])
    to_dst = 0 if unit else as_int(t.config[CONFIG[chip, C_UNP0_CONTEXT]]) >> 4 & 1
    in_format, out_format = tile & 15, out & 15
    in_bits = element_bits(in_format)
    if in_bits == 0 or in_format == 4 or not (in_format == out_format or (in_format == 0 and out_format in (4, 5))):
        return fail(t.error, E_FORMAT, in_format << 4 | out_format)
    # 32 bits as they are go to Dst only, and nothing else does.
    if (1 if in_bits == 32 and out_format != 5 and (out_format != 4 or to_dst) else 0) != to_dst:
        return fail(t.error, E_FORMAT, in_format << 4 | out_format)
    if to_dst and out >> 8 & 1:
        return fail(t.error, E_CONFIG, CONFIG[chip, C_UNP0_OUT])
    override = t.thread_config[thread, THREAD[chip, T_SRCA_SET]]
    if override & 3 or (override >> 2 & 1) == (1 if to_dst else 0):
        return fail(t.error, E_CONFIG, THREAD[chip, T_SRCA_SET])
    adc = t.adc[thread, unit]
    x_dim = tile >> 16 if unit else as_int(t.config[CONFIG[chip, C_UNP0_X_DIM]]) & 0xFFFF
    first = adc[X0] + x_dim * (adc[Y0] + (tile1 & 0xFF) * (adc[Z0] + max(tile1 >> 16 & 0xFF, 1) * adc[3]))
    count = adc[X1] - adc[X0] + 1
    if count < 1:
        return fail(t.error, E_COUNTER, adc[X1])
    at = _destination(t, thread, unit, element_bits(out_format), to_dst)
    if at < 0:
        return 2
    last_row = (at + count - 1) >> 4
    # SrcA's bursts of up to 8 rows must be aligned.
    if last_row >= (_WIDE_ROWS if to_dst else SRC_ROWS) or at & 15 or (unit == 0 and not to_dst and at & 127):
        return fail(t.error, E_ROW, last_row)
    offset = 0 if unit else as_int(t.config[CONFIG[chip, C_UNP0_OFFSET]]) & 0xFFFF
    base = as_int(t.config[CONFIG[chip, C_UNP1_BASE if unit else C_UNP0_BASE]])
    start = ((base + offset + 1) & 0x0FFFFFFF) << 4
    exponents = start
    if in_format in _BFP:
        elements = x_dim * (tile1 & 0xFF) * max(tile1 >> 16 & 0xFF, 1)
        start += ((elements + 15) // 16 + 15) & ~15
        if first & 15:
            return fail(t.error, E_COUNTER, first)
        exponents += first >> 4
        if _check_memory(t.error, l1, l1_init, exponents, (count + 15) >> 4):
            return 2
    start += first * in_bits // 8
    if _check_memory(t.error, l1, l1_init, start, (count * in_bits + 7) // 8):
        return 2
    if to_dst:
        _to_dst(t, at, count, l1, start)
    else:
        _to_source(t, unit, bank, at, count, out >> 8 & 1, in_format, out_format, l1, start, exponents)
    note(t, LOG_READ, start, (count * in_bits + 7) // 8, word)
    t.moved[unit] += (count * in_bits + 7) // 8
    adc[Z0] = (adc[Z0] + (word >> 15 & 3)) & 0xFF
    adc[Y0] = (adc[Y0] + (word >> 17 & 3)) & 0x1FFF
    adc[Z1] = (adc[Z1] + (word >> 19 & 3)) & 0xFF
    adc[Y1] = (adc[Y1] + (word >> 21 & 3)) & 0x1FFF
    if word >> 6 & 1:
        t.banks[3 * unit + VALID] |= 1 << bank
        t.banks[3 * unit + UNPACK_BANK] = bank ^ 1
        t.banks[FORMATS + 2 * unit + bank] = out_format
    return 0
