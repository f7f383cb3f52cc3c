"""The Tensix instruction set, as far as the kernels use it: names, opcodes and operand fields of both chips.

One line an instruction: ``NAME opcode field=high:low ...``. A chip's differences follow in its own table. Source: the
public ISA documentation, TensixTile/TensixCoprocessor, one page an instruction; the names of fields follow the vendor's
published assembly description.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from meshjit.errors import CodegenError

_COMMON = """
MOP 0x01 mask=15:0 count=22:16 type=23:23
NOP 0x02
REPLAY 0x04 load=0:0 execute=1:1 length=13:4 start=23:14
MOVD2A 0x08 dst=9:0 mode=13:12 addr_mode=16:15 src=22:17
MOVD2B 0x0A dst=9:0 mode=13:12 addr_mode=16:15 src=22:17
ZEROACC 0x10 dst=9:0 addr_mode=16:15 mode=21:19
ZEROSRC 0x11 sources=1:0 banks=2:2 write=3:3
MOVA2D 0x12 dst=9:0 mode=13:12 addr_mode=16:15 src=22:17
MOVB2D 0x13 dst=9:0 mode=14:12 addr_mode=16:15 src=22:17
TRNSPSRCB 0x16
MVMUL 0x26 dst=9:0 addr_mode=16:15 mode=19:19 clear=23:22
ELWMUL 0x27 dst=9:0 addr_mode=16:15 mode=20:19 accumulate=21:21 clear=23:22
ELWADD 0x28 dst=9:0 addr_mode=16:15 mode=20:19 accumulate=21:21 clear=23:22
ELWSUB 0x30 dst=9:0 addr_mode=16:15 mode=20:19 accumulate=21:21 clear=23:22
GMPOOL 0x33 dst=9:0 addr_mode=16:15 mode=19:19 clear=23:22
GAPOOL 0x34 dst=9:0 addr_mode=16:15 mode=19:19 clear=23:22
SETRWC 0x37 mask=3:0 a=9:6 b=13:10 d=17:14 cr=21:18 clear=23:22
INCRWC 0x38 a=9:6 b=13:10 d=17:14 cr=20:18
PACR 0x41 last=0:0 pack_sel=11:8 addr_mode=16:15
UNPACR 0x42 last=0:0 set_valid=6:6 override=7:7 addr_mode=22:15 unpacker=23:23
SETDMAREG 0x45 reg16=6:0 value=23:8
SETADC 0x50 value=17:0 dimension=19:18 channel=20:20 units=23:21
SETADCXY 0x51 mask=3:0 x0=8:6 y0=11:9 x1=14:12 y1=17:15 units=23:21
SETADCZW 0x54 mask=3:0 z0=8:6 w0=11:9 z1=14:12 w1=17:15 units=23:21
SETADCXX 0x5E start=9:0 end=19:10 units=23:21
DMANOP 0x60
STOREREG 0x67 address=17:0 reg=23:18
SFPLOAD 0x70 row=9:0 addr_mode=15:14 mode=19:16 d=23:20
SFPLOADI 0x71 imm=15:0 mode=19:16 d=23:20
SFPSTORE 0x72 row=9:0 addr_mode=15:14 mode=19:16 d=23:20
SFPMULI 0x74 mode=3:0 d=7:4 imm=23:8
SFPADDI 0x75 mode=3:0 d=7:4 imm=23:8
SFPDIVP2 0x76 mode=3:0 d=7:4 c=11:8 imm=23:12
SFPEXEXP 0x77 mode=3:0 d=7:4 c=11:8
SFPEXMAN 0x78 mode=3:0 d=7:4 c=11:8
SFPIADD 0x79 mode=3:0 d=7:4 c=11:8 imm=23:12
SFPSHFT 0x7A mode=3:0 d=7:4 c=11:8 imm=23:12
SFPSETCC 0x7B mode=3:0 d=7:4 c=11:8 imm=23:12
SFPMOV 0x7C mode=3:0 d=7:4 c=11:8
SFPABS 0x7D mode=3:0 d=7:4 c=11:8
SFPAND 0x7E mode=3:0 d=7:4 c=11:8
SFPOR 0x7F mode=3:0 d=7:4 c=11:8
SFPNOT 0x80 mode=3:0 d=7:4 c=11:8
SFPLZ 0x81 mode=3:0 d=7:4 c=11:8
SFPSETEXP 0x82 mode=3:0 d=7:4 c=11:8 imm=23:12
SFPSETMAN 0x83 mode=3:0 d=7:4 c=11:8 imm=23:12
SFPMAD 0x84 mode=3:0 d=7:4 c=11:8 b=15:12 a=19:16
SFPADD 0x85 mode=3:0 d=7:4 c=11:8 b=15:12 a=19:16
SFPMUL 0x86 mode=3:0 d=7:4 c=11:8 b=15:12 a=19:16
SFPPUSHC 0x87 mode=3:0 d=7:4
SFPPOPC 0x88 mode=3:0 d=7:4
SFPSETSGN 0x89 mode=3:0 d=7:4 c=11:8 imm=23:12
SFPENCC 0x8A mode=3:0 d=7:4 imm=23:12
SFPCOMPC 0x8B
SFPTRANSP 0x8C
SFPXOR 0x8D mode=3:0 d=7:4 c=11:8
SFPSTOCHRND 0x8E mode=3:0 d=7:4 c=11:8 b=15:12 imm=20:16 rounding=23:21
SFPNOP 0x8F
SFPCAST 0x90 mode=3:0 d=7:4 c=11:8
SFPCONFIG 0x91 mode=3:0 d=7:4 imm=23:8
SFPSWAP 0x92 mode=3:0 d=7:4 c=11:8
SFPSHFT2 0x94 mode=3:0 d=7:4 c=11:8 imm=23:12
STALLWAIT 0xA2 wait=14:0 block=23:15
SEMINIT 0xA3 semaphores=9:2 value=19:16 max=23:20
SEMPOST 0xA4 semaphores=9:2
SEMGET 0xA5 semaphores=9:2
SEMWAIT 0xA6 condition=1:0 semaphores=9:2 block=23:15
WRCFG 0xB0 config=10:0 wide=15:15 reg=21:16
SETC16 0xB2 value=15:0 config=23:16
"""

_BLACKHOLE = """
MOVD2A 0x08 dst=9:0 mode=13:12 addr_mode=16:14 src=22:17
MOVD2B 0x0A dst=9:0 mode=13:12 addr_mode=16:14 src=22:17
ZEROACC 0x10 dst=9:0 addr_mode=16:14 mode=20:19
MOVA2D 0x12 dst=9:0 mode=13:12 addr_mode=16:14 src=22:17
MOVB2D 0x13 dst=9:0 mode=13:11 addr_mode=16:14 src=22:17
MVMUL 0x26 dst=9:0 addr_mode=16:14 mode=19:19 clear=23:22
ELWMUL 0x27 dst=9:0 addr_mode=16:14 mode=20:19 accumulate=21:21 clear=23:22
ELWADD 0x28 dst=9:0 addr_mode=16:14 mode=20:19 accumulate=21:21 clear=23:22
ELWSUB 0x30 dst=9:0 addr_mode=16:14 mode=20:19 accumulate=21:21 clear=23:22
GMPOOL 0x33 dst=9:0 addr_mode=17:15 mode=19:19 clear=23:22
GAPOOL 0x34 dst=9:0 addr_mode=17:15 mode=19:19 clear=23:22
PACR 0x41 last=0:0 pack_sel=11:8 addr_mode=16:15
SFPLOAD 0x70 row=9:0 addr_mode=15:13 mode=19:16 d=23:20
SFPSTORE 0x72 row=9:0 addr_mode=15:13 mode=19:16 d=23:20
SFPAND 0x7E mode=3:0 d=7:4 c=11:8 b=15:12
SFPOR 0x7F mode=3:0 d=7:4 c=11:8 b=15:12
STALLWAIT 0xA2 wait=12:0 block=23:15
"""

#: What STALLWAIT and SEMWAIT block (the block mask is the same on both chips) and what STALLWAIT waits for.
BLOCK = {"TDMA": 1, "SYNC": 2, "PACK": 4, "UNPACK": 8, "THCON": 32, "MATH": 64, "CFG": 128, "SFPU": 256}
WAIT_WORMHOLE = {
    "THCON": 1 << 0,
    "UNPACK0": 1 << 1,
    "UNPACK1": 1 << 2,
    "UNPACK": 3 << 1,
    "PACK": 15 << 3,
    "MATH": 1 << 7,
    "SRCA_VALID": 1 << 10,
    "SRCB_VALID": 1 << 11,
    "MMIO": 1 << 13,
    "SFPU": 1 << 14,
}
WAIT_BLACKHOLE = {
    "THCON": 1 << 0,
    "UNPACK0": 1 << 1,
    "UNPACK1": 1 << 2,
    "UNPACK": 3 << 1,
    "PACK": 1 << 3,
    "MATH": 1 << 4,
    "SRCA_VALID": 1 << 7,
    "SRCB_VALID": 1 << 8,
    "MMIO": 1 << 10,
    "SFPU": 1 << 11,
}


@dataclass(frozen=True)
class Instruction:
    """One instruction's encoding: its opcode (bits 31-24) and its operand fields as (low bit, width)."""

    name: str
    opcode: int
    fields: Mapping[str, tuple[int, int]]

    def encode(self, operands: Mapping[str, int]) -> int:
        """The instruction word. Fields left out are 0.

        Raises :class:`~meshjit.errors.CodegenError` (MJ4102) for an unknown field or a value that does not fit.
        """
        word = self.opcode << 24
        for name, value in operands.items():
            place = self.fields.get(name)
            if place is None or not 0 <= value < 1 << place[1]:
                known = ", ".join(f"{n} < {1 << w}" for n, (_, w) in self.fields.items())
                raise CodegenError(
                    "MJ4102",
                    f"{self.name} cannot take {name}={value}",
                    operands=[f"fields: {known or 'none'}"],
                    fix="give each field a value that fits",
                )
            word |= value << place[0]
        return word


def _table(text: str) -> dict[str, Instruction]:
    out: dict[str, Instruction] = {}
    for line in text.split("\n"):
        words = line.split()
        if not words:
            continue
        fields: dict[str, tuple[int, int]] = {}
        for field in words[2:]:
            name, _, span = field.partition("=")
            high, _, low = span.partition(":")
            fields[name] = (int(low), int(high) - int(low) + 1)
        out[words[0]] = Instruction(words[0], int(words[1], 16), fields)
    return out


@cache
def instructions(arch: str) -> Mapping[str, Instruction]:
    """All instructions of a chip, by name."""
    table = _table(_COMMON)
    if arch == "blackhole":
        table |= _table(_BLACKHOLE)
    return table


@cache
def by_opcode(arch: str) -> Mapping[int, Instruction]:
    """All instructions of a chip, by opcode."""
    return {i.opcode: i for i in instructions(arch).values()}


@cache
def encode_line(text: str, arch: str) -> int:
    """The word of one line such as ``SFPMAD d=0 a=1 b=2 c=9``.

    Values are integers, or names joined by ``+`` in the fields ``wait`` and ``block``: ``STALLWAIT block=CFG
    wait=UNPACK0``.

    Raises :class:`~meshjit.errors.CodegenError` (MJ4101) for a name the chip does not have.
    """
    name, *fields = text.split()
    instruction = instructions(arch).get(name)
    if instruction is None:
        raise CodegenError(
            "MJ4101", f"{arch} has no instruction {name}", operands=[text], fix="use an instruction of isa.py"
        )
    operands: dict[str, int] = {}
    for field in fields:
        key, _, value = field.partition("=")
        if value and not value[0].isdigit():
            names = BLOCK if key == "block" else WAIT_BLACKHOLE if arch == "blackhole" else WAIT_WORMHOLE
            operands[key] = sum(names[n] for n in value.split("+"))
        else:
            operands[key] = int(value, 0)
    return instruction.encode(operands)


def decode(word: int, arch: str) -> str | None:
    """One instruction word as text, None when the kernels use no such instruction."""
    instruction = by_opcode(arch).get(word >> 24)
    if instruction is None:
        return None
    parts = [instruction.name]
    for name, (low, width) in instruction.fields.items():
        value = word >> low & (1 << width) - 1
        if not value:
            continue
        parts.append(f"{name}={_names(name, value, arch) or value}")
    return " ".join(parts)


def _names(field: str, value: int, arch: str) -> str:
    if field == "block":
        table = BLOCK
    elif field == "wait":
        table = WAIT_BLACKHOLE if arch == "blackhole" else WAIT_WORMHOLE
    else:
        return ""
    names = [n for n, bits in table.items() if bits & value == bits and (n not in ("UNPACK0", "UNPACK1"))]
    for single in ("UNPACK0", "UNPACK1"):
        if single in table and table[single] & value and "UNPACK" not in names:
            names.append(single)
    return "+".join(names) if sum(table[n] for n in names) == value else ""
