"""What vector instructions compute in one lane, from LReg c (``source``) and the old LReg d (``old``).

ISA documentation, one page an instruction.
"""

from __future__ import annotations

from meshjit.runtime.emulator.compiled import compiled
from meshjit.runtime.emulator.tensix_bits import count_leading_zeros

_ALL = 0xFFFFFFFF


@compiled
def signed(value: int) -> int:
    """Two's complement of 32 bits as a signed integer."""
    return (value ^ 0x80000000) - 0x80000000


@compiled
def exponents_and_signs(opcode: int, mode: int, immediate: int, source: int, old: int) -> int:
    """SFPDIVP2, SFPEXMAN, SFPABS, SFPSETEXP, SFPSETMAN, SFPSETSGN of one lane."""
    if opcode == 0x76:
        e = source >> 23 & 255
        if e != 255 or not mode:
            e = (e + immediate if mode else immediate) & 255
        return source & 0x807FFFFF | e << 23
    if opcode == 0x78:
        return source & 0x7FFFFF | (0 if mode else 0x800000)
    if opcode == 0x7D:
        if mode:
            return source & 0x7FFFFFFF if source <= 0xFF800000 else source
        return -source & _ALL if source & 0x80000000 else source
    if opcode == 0x82:
        e = immediate if mode == 1 else (old >> 23 if mode == 2 else old)
        return source & 0x807FFFFF | (e & 255) << 23
    if opcode == 0x83:
        return source & 0xFF800000 | (immediate << 11 if mode else old & 0x7FFFFF)
    return source & 0x7FFFFFFF | (immediate << 31 if mode else old & 0x80000000)


@compiled
def cast(mode: int, source: int) -> int:
    """SFPCAST of one lane: sign and magnitude to float, or (mode 3, Blackhole) two's complement and back."""
    sign = source & 0x80000000
    if mode == 3:
        return sign | ((-source if sign else source) & _ALL)
    magnitude = source & 0x7FFFFFFF
    if magnitude == 0:
        return sign
    zeros = count_leading_zeros(magnitude) - 32
    magnitude = magnitude << zeros & _ALL
    bits = sign | ((157 - zeros) << 23) + (magnitude >> 8)
    if magnitude & 0x80 and magnitude & 0x17F:
        bits += 1
    return bits


@compiled
def rounded(mode: int, source: int) -> int:
    """SFPSTOCHRND of one lane with nearest rounding: to bf16 (mode 1), or to an integer of 8 or 16 bits."""
    exponent = source >> 23 & 255
    if mode == 1:
        if exponent == 0:
            return 0
        if exponent == 255:
            return source & 0xFF800000
        return (source & 0xFFFF0000) + (0x10000 if source & 0x8000 else 0) & _ALL
    most = 65535 if mode == 6 else (32767 if mode == 7 else (255 if mode == 2 else 127))
    sign = source & 0x80000000 if mode & 1 else 0
    exponent -= 127
    if exponent < -1:
        return 0
    if exponent >= 16:
        return sign | most
    magnitude = source & 0x7FFFFF | 0x800000
    magnitude = magnitude << exponent if exponent >= 0 else magnitude >> -exponent
    magnitude = (magnitude >> 23) + (1 if magnitude & 0x7FFFFF >= 0x400000 else 0)
    magnitude = min(magnitude, most)
    return sign | magnitude if magnitude else 0


@compiled
def integer(opcode: int, mode: int, immediate: int, source: int, old: int, chip: int) -> int:
    """SFPSHFT, SFPMOV, SFPAND, SFPOR, SFPNOT, SFPXOR of one lane."""
    if opcode == 0x7A:
        by = signed(immediate << 20) >> 20 if mode & 1 else signed(source)
        value = source if chip and mode & 4 else old
        if by >= 0:
            return value << (by & 31) & _ALL
        by = -by & 31
        return (signed(value) >> by & _ALL) if mode & 2 else value >> by
    if opcode == 0x7C:
        return source ^ 0x80000000 if mode == 1 else source
    if opcode == 0x7E:
        return source & old
    if opcode == 0x7F:
        return source | old
    if opcode == 0x80:
        return source ^ _ALL
    return source ^ old


@compiled
def modelled(chip: int, opcode: int, mode: int, word: int) -> int:
    """Whether the instruction's fields are modelled."""
    immediate = word >> 12 & 0xFFF
    if opcode == 0x76:
        return mode <= 1 and (immediate < 0x80 or immediate >= 0xF80)
    if opcode == 0x7A:
        if chip:
            return (mode <= 3 or mode in (5, 7)) and (mode & 1 or immediate == 0)
        return mode <= 1 and (mode or immediate == 0)
    if opcode == 0x82:
        return mode <= 2 and immediate <= 255 and (mode == 1 or immediate == 0)
    if opcode == 0x83:
        return mode <= 1 and immediate == 0
    if opcode == 0x89:
        return mode <= 1 and immediate <= 1 and (mode or immediate == 0)
    if opcode == 0x8E:
        return mode in (1, 2, 3, 6, 7) and word >> 16 & 0xFF == 0
    if immediate:
        return False
    if opcode == 0x7C:
        return mode <= 2
    if opcode == 0x90:
        return mode == 0 or (chip and mode == 3)
    if opcode in (0x7E, 0x7F, 0x80, 0x8D):
        return mode == 0
    return mode <= 1  # SFPEXMAN, SFPABS
