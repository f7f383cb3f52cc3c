"""The packers: rows of Dst to L1. Wormhole's four work side by side, each on a face; Blackhole's one takes 4 rows.

ISA documentation, pages PACR, Packers/FormatConversion, Packers/InputAddressGenerator, Packers/OutputAddressGenerator.
"""

from __future__ import annotations

from meshjit.runtime.emulator.compiled import compiled
from meshjit.runtime.emulator.tensix_bits import as_int, swap_halves, wide_row
from meshjit.runtime.emulator.tensix_counters import fail, note
from meshjit.runtime.emulator.tensix_state import (
    C_ALU,
    C_PACK_COUNTERS,
    C_PACK_COUNTERS1,
    C_PACK_DEST,
    C_PACK_DEST1,
    C_PACK_DST_ROW,
    C_PACK_EDGE,
    C_PACK_FORMAT,
    C_PACK_FORMAT1,
    C_PACK_MISC,
    C_PACK_MISC1,
    C_PACK_OUT_BASE,
    C_PACK_OUT_XY,
    C_PACK_READ,
    C_PACK_ROW_MAP,
    C_PACK_SECTION,
    C_PACK_SECTION1,
    C_PACK_XY,
    C_PACK_ZW,
    C_ZERO_FLAGS,
    CONFIG,
    DST_ROWS,
    E_ADDRESS,
    E_CONFIG,
    E_COUNTER,
    E_FIELD,
    E_FORMAT,
    E_ROW,
    LOG_WRITE,
    T_PACK,
    THREAD,
    W0,
    W1,
    X0,
    X1,
    Y0,
    Y1,
    Z0,
    Z1,
    Bytes,
    Tensix,
)

#: ``Tensix.packer``: row p holds packer p's L1 address, ``[4, 0]`` whether a tile is under way.
_TILE_OPEN = 4


@compiled
def _check_registers(t: Tensix, packers: int) -> int:
    """Modes that only other settings use: errors. Returns 0 or 2."""
    chip = t.chip[0]
    # Datums masked off at tile edges, activation, address offsets, compression, downsampling, L1 accumulation.
    for name, bad in (
        (C_PACK_ROW_MAP, 0xFFFFFFFF),
        (C_PACK_READ, 0xFFFFFFFE),
        (C_PACK_SECTION, 0xFFFF),
        (C_PACK_MISC, 0xFFFFFFFF),
        (C_PACK_FORMAT, 0xFFFFF00E),
        (C_ZERO_FLAGS, 0x3FFFFC),
    ):
        if as_int(t.config[CONFIG[chip, name]]) & bad:
            return fail(t.error, E_CONFIG, CONFIG[chip, name])
    if not as_int(t.config[CONFIG[chip, C_PACK_FORMAT]]) & 1:  # zero compression
        return fail(t.error, E_CONFIG, CONFIG[chip, C_PACK_FORMAT])
    if as_int(t.config[CONFIG[chip, C_PACK_EDGE]]) != 0xFFFF:
        return fail(t.error, E_CONFIG, CONFIG[chip, C_PACK_EDGE])
    counters = as_int(t.config[CONFIG[chip, C_PACK_COUNTERS]])
    if counters >> 23 & 1 or (counters >> 8 & 0xFF) - 1 > 15 or counters >> 8 & 0xFF == 0:
        return fail(t.error, E_CONFIG, CONFIG[chip, C_PACK_COUNTERS])
    for i in range(3):
        if chip:
            break
        # All four packers must be set alike.
        for other, first in (
            (C_PACK_FORMAT1 + i, C_PACK_FORMAT),
            (C_PACK_MISC1 + i, C_PACK_MISC),
            (C_PACK_COUNTERS1 + i, C_PACK_COUNTERS),
            (C_PACK_SECTION1 + i, C_PACK_SECTION),
        ):
            if as_int(t.config[CONFIG[0, other]]) != as_int(t.config[CONFIG[0, first]]):
                return fail(t.error, E_CONFIG, CONFIG[0, other])
    if chip and as_int(t.config[CONFIG[1, C_PACK_OUT_BASE]]):
        return fail(t.error, E_CONFIG, CONFIG[1, C_PACK_OUT_BASE])
    for i in range(packers):
        if as_int(t.config[CONFIG[chip, C_PACK_DST_ROW] + i]) >> 12:
            return fail(t.error, E_CONFIG, CONFIG[chip, C_PACK_DST_ROW] + i)
    return 0


@compiled
def _source_row(t: Tensix, thread: int, size: int) -> int:
    """The Dst row that the counters point at, or -1 after recording an error."""
    chip = t.chip[0]
    shift, mask = (16, 0xFFFF) if chip else (12, 0xFFF)
    adc = t.adc[thread, 2]
    xy, zw = as_int(t.config[CONFIG[chip, C_PACK_XY]]), as_int(t.config[CONFIG[chip, C_PACK_ZW]])
    if adc[X0] or adc[Z1] or adc[W1] or (chip == 0 and adc[Y1]):
        fail(t.error, E_COUNTER, adc[X0])
        return -1
    w_stride = zw >> shift & 0xFFFF
    at = (adc[Y0] * (xy >> shift & mask) + adc[Z0] * (zw & mask) + adc[W0] * w_stride) // size
    if at & 15:
        fail(t.error, E_ROW, at)
        return -1
    return at >> 4


@compiled
def _pack_rows(t: Tensix, row: int, rows: int, mode: int, l1: Bytes, to: int) -> None:
    """Convert and write ``rows`` rows. ``mode`` is (Dst is 32 bits) << 8 | intermediate << 4 | output format."""
    for i in range(rows):
        at = row + i
        if mode & 0x100:
            at = wide_row(at)
        fresh = t.dst_valid[at] == 0
        for column in range(16):
            value = 0
            if not fresh:
                value = t.dst[at, column] << 16
                if mode & 0x100:
                    value |= swap_halves(t.dst[at + 8, column])
            if mode & 0xF0 == 0x50:
                if value & 0x7FFFFFFF > 0x7F800000:  # NaN becomes infinity
                    value = value & 0x80000000 | 0x7F800000
                value = value + 0x8000 & 0xFFFF0000
                if value & 0x7FFFFFFF < 0x800000:
                    value = 0
            if mode & 15 == 5:
                b = to + 32 * i + 2 * column
                l1[b] = value >> 16 & 0xFF
                l1[b + 1] = value >> 24 & 0xFF
            else:
                b = to + 64 * i + 4 * column
                l1[b] = value & 0xFF
                l1[b + 1] = value >> 8 & 0xFF
                l1[b + 2] = value >> 16 & 0xFF
                l1[b + 3] = value >> 24 & 0xFF


@compiled
def _step(t: Tensix, thread: int, mode: int) -> int:
    """The packer's address mode. Returns 0 or 2."""
    at = THREAD[t.chip[0], T_PACK] + mode
    value = t.thread_config[thread, at]
    if value >> 4 & 1 or value >> 10 & 1:
        return fail(t.error, E_CONFIG, at)
    adc = t.adc[thread, 2]
    for index, increment, clear, mask in (
        (Y0, value & 15, value >> 5 & 1, 0x1FFF),
        (Y1, value >> 6 & 15, value >> 11 & 1, 0x1FFF),
        (Z0, value >> 12 & 1, value >> 13 & 1, 0xFF),
        (Z1, value >> 14 & 1, value >> 15 & 1, 0xFF),
    ):
        if clear:
            adc[index] = 0
            adc[index + 8] = 0
        else:
            adc[index] = (adc[index] + increment) & mask
    return 0


@compiled
def pack(t: Tensix, thread: int, word: int, l1: Bytes, l1_init: Bytes) -> int:
    """PACR. Marks what it writes in ``l1_init``."""
    chip = t.chip[0]
    select = word >> 8 & 15
    if word & 0x10FE or word >> 13 & 3 or word >> 17 & 0x7F:
        return fail(t.error, E_FIELD, word & 0xFFFFFF)
    if (select != 0) if chip else (select not in (1, 3, 15)):
        return fail(t.error, E_FIELD, select)
    packers = 1
    if chip == 0:
        packers = 4 if select == 15 else (2 if select == 3 else 1)
    if _check_registers(t, packers):
        return 2
    formats = as_int(t.config[CONFIG[chip, C_PACK_FORMAT]])
    inner = formats >> 8 & 15
    mode = (as_int(t.config[CONFIG[chip, C_PACK_READ]]) & 1) << 8 | inner << 4 | formats >> 4 & 15
    if as_int(t.config[CONFIG[chip, C_ALU]]) >> 25 & 15 != inner or mode not in (0x50, 0x55, 0x100, 0x155, 0x188):
        return fail(t.error, E_FORMAT, mode)
    first_row = _source_row(t, thread, 2 if inner == 5 else 4)
    if first_row < 0:
        return 2
    adc = t.adc[thread, 2]
    count = adc[X1] + 1
    if (count != 16) if chip else (count & 15 or count > 256):
        return fail(t.error, E_COUNTER, count)
    rows = 4 if chip else count >> 4
    size = 16 * rows * (2 if mode & 15 == 5 else 4)
    for p in range(packers):
        row = (first_row + (as_int(t.config[CONFIG[chip, C_PACK_DST_ROW] + p]) & 0xFFF)) & (DST_ROWS - 1)
        if row + rows > (DST_ROWS // 2 if mode & 0x100 else DST_ROWS):
            return fail(t.error, E_ROW, row)
        if t.packer[_TILE_OPEN, 0] == 0:
            to = as_int(t.config[CONFIG[chip, C_PACK_DEST]]) + 1
            if p:
                base = to if to & 0x80000000 else 0
                to = base + as_int(t.config[CONFIG[0, C_PACK_DEST1 + p - 1]]) + 1
            if chip:
                to += adc[Y1] * (as_int(t.config[CONFIG[1, C_PACK_OUT_XY]]) >> 16) >> 4
            t.packer[p, 0] = (to & 0x0FFFFFFF) << 4
        to = t.packer[p, 0]
        if to + size > l1.shape[0]:
            return fail(t.error, E_ADDRESS, to)
        _pack_rows(t, row, rows, mode, l1, to)
        l1_init[to >> 4 : (to + size) >> 4] = 1
        t.packer[p, 0] = to + size
        t.moved[2] += size
        note(t, LOG_WRITE, to, size, word)
    t.packer[_TILE_OPEN, 0] = 0 if word & 1 else 1
    return _step(t, thread, word >> 15 & 3)
