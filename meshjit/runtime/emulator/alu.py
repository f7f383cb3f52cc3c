"""Arithmetic of RV32IM and of Zba and Zbb (which Blackhole's cores add), on values held as unsigned 32 bits.

Source: The RISC-V Instruction Set Manual, volume I (RV32I, M, Zba, Zbb).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from meshjit.runtime.emulator.compiled import compiled
from meshjit.runtime.emulator.overlay import Int

M32 = 0xFFFFFFFF


@njit(cache=True, nogil=True, inline="always")
def signed(value: Int) -> Int:
    """Unsigned 32 bits as a signed number."""
    return (value ^ 0x80000000) - 0x80000000


@compiled
def base(f3: Int, alternate: bool, a: Int, b: Int) -> Int:
    """ADD (SUB when ``alternate``), SLL, SLT, SLTU, XOR, SRL (SRA), OR, AND by funct3."""
    if f3 == 0:
        return (a - b if alternate else a + b) & M32
    if f3 == 7:
        return a & b
    if f3 == 6:
        return a | b
    if f3 == 4:
        return a ^ b
    if f3 == 1:
        return (a << (b & 31)) & M32
    if f3 == 5:
        return (signed(a) >> (b & 31)) & M32 if alternate else a >> (b & 31)
    if f3 == 2:
        return 1 if signed(a) < signed(b) else 0
    return 1 if a < b else 0


@compiled
def multiply(f3: Int, a: Int, b: Int) -> Int:
    """MUL, MULH, MULHSU, MULHU, DIV, DIVU, REM, REMU by funct3."""
    if f3 == 0:
        return (a * b) & M32
    if f3 == 1:
        return ((signed(a) * signed(b)) >> 32) & M32
    if f3 == 2:
        return ((signed(a) * b) >> 32) & M32
    if f3 == 3:
        return np.int64((np.uint64(a) * np.uint64(b)) >> np.uint64(32))
    if b == 0:
        return M32 if f3 < 6 else a
    if f3 == 5:
        return np.int64(np.uint32(a) // np.uint32(b))
    if f3 == 7:
        return np.int64(np.uint32(a) % np.uint32(b))
    x, y = signed(a), signed(b)
    quotient = abs(x) // abs(y)
    if (x < 0) != (y < 0):
        quotient = -quotient
    return (quotient if f3 == 4 else x - quotient * y) & M32


@compiled
def count_bits(which: Int, a: Int) -> Int:
    """CLZ (0), CTZ (1), CPOP (2) of 32 bits."""
    n = 0
    if which == 2:
        while a:
            n += a & 1
            a >>= 1
        return n
    for i in range(32):
        if a >> (31 - i if which == 0 else i) & 1:
            return n
        n += 1
    return n


@compiled
def rotate(a: Int, by: Int) -> Int:
    """Rotate right by ``by`` mod 32."""
    by &= 31
    return (a >> by | a << (32 - by)) & M32


@compiled
def bits_of_two(f7: Int, f3: Int, a: Int, b: Int) -> Int:
    """Two-operand instructions of Zba and Zbb, or -1."""
    if f7 == 0x10:
        if f3 == 2 or f3 == 4 or f3 == 6:
            return ((a << (f3 >> 1)) + b) & M32
    elif f7 == 0x20:
        if f3 == 7:
            return a & ~b & M32
        if f3 == 6:
            return (a | ~b) & M32
        if f3 == 4:
            return (a ^ ~b) & M32
    elif f7 == 0x05:
        if f3 == 4:
            return a if signed(a) < signed(b) else b
        if f3 == 5:
            return min(a, b)
        if f3 == 6:
            return a if signed(a) > signed(b) else b
        if f3 == 7:
            return max(a, b)
    elif f7 == 0x30:
        if f3 == 1:
            return rotate(a, 32 - (b & 31))
        if f3 == 5:
            return rotate(a, b)
    elif f7 == 0x04 and f3 == 4 and b == 0:
        return a & 0xFFFF
    return -1


@compiled
def bits_of_one(imm: Int, f3: Int, a: Int) -> Int:
    """One-operand instructions and rotation by a constant of Zbb, ``imm`` the 12 bits of the I-type, or -1."""
    if f3 == 1:
        if 0x600 <= imm <= 0x602:
            return count_bits(imm & 3, a)
        if imm == 0x604:
            return ((a & 0xFF ^ 0x80) - 0x80) & M32
        if imm == 0x605:
            return ((a & 0xFFFF ^ 0x8000) - 0x8000) & M32
    elif f3 == 5:
        if imm >> 5 == 0x30:
            return rotate(a, imm & 31)
        if imm == 0x698:
            return (a & 0xFF) << 24 | (a & 0xFF00) << 8 | a >> 8 & 0xFF00 | a >> 24
        if imm == 0x287:
            out = 0
            for i in range(0, 32, 8):
                if a >> i & 0xFF:
                    out |= 0xFF << i
            return out
    return -1
