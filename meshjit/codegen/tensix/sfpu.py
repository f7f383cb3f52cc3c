"""Programs of the vector unit as they are written: straight-line SFPU code on virtual registers.

A program runs on one vector (4 rows by 8 columns) of a tile; the kernel repeats it 32 times, each time two Dst rows
further. Tiles sit in Dst slots of 64 rows. :class:`Builder` records instructions on virtual registers, to which
:mod:`~meshjit.codegen.tensix.registers` gives real ones. Instructions under a lane condition form a bundle, inside
which nothing is moved.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

import ml_dtypes
import numpy as np

#: Multiply-adds, whose result takes two cycles (hazards.py).
SLOW = frozenset({"SFPMAD", "SFPADD", "SFPMUL", "SFPMULI", "SFPADDI"})

ROWS_PER_SLOT = 64


@dataclass(eq=False)
class V:
    """A virtual register. ``home`` is the Dst slot that holds the same value, ``const`` the bits of a constant."""

    home: int | None = None
    const: int | None = None
    fixed: int | None = None


ZERO, ONE, MINUS_ONE = V(fixed=9), V(fixed=10), V(fixed=11)


@dataclass
class Op:
    """One virtual instruction. ``d`` is written; ``modifies`` lists registers that are read and written."""

    name: str
    fields: dict[str, int]
    d: V | None = None
    sources: dict[str, V] = field(default_factory=dict[str, V])
    modifies: dict[str, V] = field(default_factory=dict[str, V])
    bundle: int = 0


@dataclass(frozen=True)
class Program:
    """Compiled lines for one vector; ``setup`` runs once; ``replay`` says that the lines fit the replay buffer."""

    lines: tuple[str, ...]
    setup: tuple[str, ...] = ()

    @property
    def replay(self) -> bool:
        """Whether the lines fit the replay buffer."""
        return 0 < len(self.lines) <= 32


#: A program without lines.
NOTHING = Program(())


def bits(value: float) -> int:
    """The bits of ``value`` rounded to float32."""
    return struct.unpack("<I", np.float32(value).tobytes())[0]


def bf16_bits(value: float) -> int:
    """The bits of ``value`` rounded to bfloat16."""
    return int(np.asarray(value, ml_dtypes.bfloat16).view(np.uint16))


class Builder:
    """Records a program. Values are immutable unless a method says that it changes its argument.

    ``slots`` Dst slots lie ``stride`` rows apart. ``fast`` says that the result is rounded to bfloat16, so that
    functions may take their shorter forms.
    """

    def __init__(
        self, *, dst32: bool, blackhole: bool, slots: int, stride: int = ROWS_PER_SLOT, fast: bool = False
    ) -> None:
        self.ops: list[Op] = []
        self.dst32 = dst32
        self.fast = fast
        self.blackhole = blackhole
        self.free_slots = list(range(slots))
        self.reusable: set[int] = set()
        self.stride = stride
        self._bundle = 0
        self._bundles = 0

    # ---- values

    def load(self, slot: int, *, keep: bool = False) -> V:
        """The vector in Dst slot ``slot``, which other values may take afterwards unless ``keep``."""
        if slot in self.free_slots:
            self.free_slots.remove(slot)
        if not keep:
            self.reusable.add(slot)
        return V(home=slot)

    def const(self, value: float) -> V:
        """A float constant."""
        return self.const_bits(bits(value))

    def const_bits(self, word: int) -> V:
        """A constant by its bits."""
        special = {0: ZERO, bits(1.0): ONE, bits(-1.0): MINUS_ONE}.get(word)
        return special or V(const=word)

    def _new(self, name: str, sources: dict[str, V], **fields: int) -> V:
        d = V()
        self.ops.append(Op(name, fields, d, sources, bundle=self._bundle))
        return d

    def copy(self, x: V) -> V:
        """A new register with the same value, to be changed in place."""
        return self._new("SFPMOV", {"c": x})

    def change(self, name: str, d: V, sources: dict[str, V] | None = None, **fields: int) -> V:
        """An instruction that reads and writes ``d``. Returns ``d``."""
        self.ops.append(Op(name, fields, None, sources or {}, {"d": d}, bundle=self._bundle))
        d.home = d.const = None
        return d

    # ---- arithmetic

    def mad(self, a: V, b: V, c: V) -> V:
        """a * b + c, the product not rounded first (Blackhole) or to 27 bits (Wormhole)."""
        return self._new("SFPMAD", {"a": a, "b": b, "c": c})

    def add(self, x: V, y: V) -> V:
        """x + y."""
        return self._new("SFPADD", {"a": ONE, "b": x, "c": y})

    def sub(self, x: V, y: V) -> V:
        """x - y."""
        return self._new("SFPMAD", {"a": y, "b": MINUS_ONE, "c": x})

    def mul(self, x: V, y: V) -> V:
        """x * y."""
        return self._new("SFPMUL", {"a": x, "b": y, "c": ZERO})

    def addi(self, x: V, value: float) -> V:
        """x + value, where ``value`` is rounded to bf16."""
        return self.change("SFPADDI", self.copy(x), imm=bf16_bits(value))

    def muli(self, x: V, value: float) -> V:
        """x * value, where ``value`` is rounded to bf16."""
        return self.change("SFPMULI", self.copy(x), imm=bf16_bits(value))

    def neg(self, x: V) -> V:
        """-x."""
        return self._new("SFPMOV", {"c": x}, mode=1)

    def abs(self, x: V) -> V:
        """The absolute value (a negative NaN stays)."""
        return self._new("SFPABS", {"c": x}, mode=1)

    def maximum(self, x: V, y: V) -> V:
        """The larger by total order: +NaN is above everything."""
        return self._swap(x, y, 9)

    def minimum(self, x: V, y: V) -> V:
        """The smaller by total order."""
        return self._swap(x, y, 1)

    def _swap(self, x: V, y: V, mode: int) -> V:
        d = self.copy(x)
        if y.fixed is not None:
            return self.change("SFPSWAP", d, {"c": y}, mode=mode)
        other = self.copy(y)
        self.ops.append(Op("SFPSWAP", {"mode": mode}, None, {}, {"d": d, "c": other}, bundle=self._bundle))
        return d

    def sorted(self, x: V, y: V) -> tuple[V, V]:
        """The larger and the smaller of two values by total order."""
        d, c = self.copy(x), self.copy(y)
        self.ops.append(Op("SFPSWAP", {"mode": 9}, None, {}, {"d": d, "c": c}, bundle=self._bundle))
        return d, c

    def horner(self, x: V, coefficients: Sequence[float]) -> V:
        """The polynomial in x with these coefficients, highest power first."""
        p = self.const(coefficients[0])
        for c in coefficients[1:]:
            p = self.mad(p, x, self.const(c))
        return p

    # ---- bits

    def bit_and(self, x: V, y: V) -> V:
        """x & y."""
        return self.change("SFPAND", self.copy(x), {"c": y})

    def bit_or(self, x: V, y: V) -> V:
        """x | y."""
        return self.change("SFPOR", self.copy(x), {"c": y})

    def bit_xor(self, x: V, y: V) -> V:
        """x ^ y."""
        return self.change("SFPXOR", self.copy(x), {"c": y})

    def shift(self, x: V, by: int) -> V:
        """x shifted left (right when negative) as an unsigned integer."""
        return self.change("SFPSHFT", self.copy(x), mode=1, imm=by & 0xFFF)

    def int_add(self, x: V, y: V) -> V:
        """x + y as integers."""
        return self.change("SFPIADD", self.copy(x), {"c": y}, mode=4)

    def int_sub(self, x: V, y: V) -> V:
        """x - y as integers."""
        return self.change("SFPIADD", self.copy(y), {"c": x}, mode=6)

    def int_abs(self, x: V) -> V:
        """The magnitude of a two's complement integer."""
        return self._new("SFPABS", {"c": x})

    def abs_bits(self, x: V) -> V:
        """x with the sign bit cleared."""
        return self._new("SFPSETSGN", {"c": x}, mode=1)

    def minus_abs(self, x: V) -> V:
        """x with the sign bit set."""
        return self._new("SFPSETSGN", {"c": x}, mode=1, imm=1)

    def mantissa(self, x: V) -> V:
        """The mantissa with its hidden bit, as an integer below 2**24."""
        return self._new("SFPEXMAN", {"c": x})

    def shift_by(self, x: V, by: V) -> V:
        """x shifted left by an integer (right when it is negative); amounts beyond 31 are meaningless."""
        return self.change("SFPSHFT", self.copy(x), {"c": by})

    def exponent(self, x: V) -> V:
        """The biased exponent as an integer, 0 to 255."""
        return self._new("SFPEXEXP", {"c": x}, mode=1)

    def with_exponent(self, x: V, biased: int) -> V:
        """x's sign and mantissa with the biased exponent given."""
        return self._new("SFPSETEXP", {"c": x}, mode=1, imm=biased)

    def with_exponent_of(self, x: V, biased: V) -> V:
        """x's sign and mantissa with the low 8 bits of the integer ``biased`` as exponent."""
        return self.change("SFPSETEXP", self.copy(biased), {"c": x})

    def with_sign_of(self, x: V, sign: V) -> V:
        """|x| with the sign of ``sign``."""
        return self.change("SFPSETSGN", self.copy(sign), {"c": x})

    def to_float(self, x: V) -> V:
        """A non-negative integer as a float."""
        return self._new("SFPCAST", {"c": x})

    def round_bf16(self, x: V) -> V:
        """x rounded to bfloat16, kept as float32."""
        return self._new("SFPSTOCHRND", {"c": x}, mode=1)

    def rotate(self, x: V) -> V:
        """Each group of 8 lanes rotated by one."""
        return self._new("SFPSHFT2", {"c": x}, mode=3)

    # ---- lane conditions

    def begin_if(self, x: V, mode: int) -> None:
        """Start a bundle on the lanes where x, as an integer, is < 0 (mode 0), != 0 (2), >= 0 (4) or == 0 (6)."""
        self._bundles += 1
        self._bundle = self._bundles
        self.ops.append(Op("SFPSETCC", {"mode": mode}, None, {"c": x}, bundle=self._bundle))

    def and_if(self, x: V, mode: int) -> None:
        """Inside a bundle: go on with those of its lanes that meet this condition, too."""
        self.ops.append(Op("SFPSETCC", {"mode": mode}, None, {"c": x}, bundle=self._bundle))

    def and_if_number(self, size: V) -> None:
        """Inside a bundle: go on with the lanes where ``size``, a float without sign, is not NaN. Changes ``size``."""
        self.change("SFPIADD", size, {"c": self.const_bits(0x7F800000)}, mode=10)  # infinity - size >= 0

    def begin_if_nan(self, size: V) -> None:
        """Start a bundle on the lanes where ``size``, a float without sign, is NaN. Changes ``size``."""
        self._bundles += 1
        self._bundle = self._bundles
        self.change("SFPIADD", size, {"c": self.const_bits(0x7F800000)}, mode=2)  # infinity - size < 0

    def end_if(self) -> None:
        """End the bundle: all lanes again."""
        self.ops.append(Op("SFPENCC", {}, bundle=self._bundle))
        self._bundle = 0

    def assign(self, d: V, x: V) -> None:
        """Inside a bundle: set ``d`` on the active lanes."""
        self.change("SFPMOV", d, {"c": x})

    def assign_bf16(self, d: V, value: float) -> None:
        """Inside a bundle: set ``d`` to a constant that bf16 holds, on the active lanes."""
        self.change("SFPLOADI", d, imm=bf16_bits(value))

    def select(self, x: V, mode: int, then: V, otherwise: V) -> V:
        """Lanewise: ``then`` where x meets the condition (as in :meth:`begin_if`), else ``otherwise``."""
        d = self.copy(otherwise)
        self.begin_if(x, mode)
        self.assign(d, then)
        self.end_if()
        return d

    # ---- results

    def store(self, x: V, slot: int) -> None:
        """Write a vector to Dst slot ``slot``."""
        if x.const is not None:  # SFPSTORE does not take the programmable constants
            x = self.copy(x)
        self.ops.append(Op("SFPSTORE", {"row": slot * self.stride, "mode": self.mode}, None, {"d": x}))

    @property
    def mode(self) -> int:
        """The load and store mode of Dst: 4 is 32 bits as they are, 2 bf16."""
        return 4 if self.dst32 else 2
