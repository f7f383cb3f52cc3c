"""A small compiler for the vector unit: straight-line SFPU programs from virtual registers.

A program runs on one vector (4 rows by 8 columns) of a tile; the kernel repeats it 32 times, each time two Dst rows
further. Tiles sit in Dst slots of 64 rows. :class:`Builder` records instructions on virtual registers, :func:`compile`
gives them LReg 0-7: values are reloaded from the Dst slot they came from, constants are loaded again, and only what is
neither spills to a free slot. Instructions under a lane condition form a bundle, inside which nothing is moved.

On Wormhole the multiply-add unit's results may not be read in the next cycle (ISA documentation, SFPMAD), so an SFPNOP
is put between; Blackhole waits by itself.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

import ml_dtypes
import numpy as np

from meshjit.errors import CodegenError

#: Instructions whose result may not be read in the next cycle on Wormhole.
SLOW = frozenset({"SFPMAD", "SFPADD", "SFPMUL", "SFPMULI", "SFPADDI"})

NUM_REGISTERS = 8
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


def load_constant(register: int, word: int) -> list[str]:
    """Lines that load the bits ``word``: one when bf16 holds them, else two."""
    if not word & 0xFFFF:
        return [f"SFPLOADI d={register} mode=0 imm={word >> 16}"]
    if word < 1 << 16:
        return [f"SFPLOADI d={register} mode=2 imm={word}"]
    return [
        f"SFPLOADI d={register} mode=10 imm={word & 0xFFFF}",
        f"SFPLOADI d={register} mode=8 imm={word >> 16}",
    ]


@dataclass(frozen=True)
class _Line:
    """An instruction in real registers."""

    text: str
    reads: frozenset[int]
    writes: frozenset[int]

    @property
    def name(self) -> str:
        return self.text.partition(" ")[0]


class _Allocator:
    """Linear scan over bundles, evicting what is needed last."""

    def __init__(self, builder: Builder, pinned: dict[int, int]) -> None:
        self.b = builder
        self.pinned = pinned
        self.lines: list[_Line] = []
        self.holds: list[V | None] = [None] * NUM_REGISTERS
        self.where: dict[int, int] = {}
        self.uses: dict[int, list[int]] = {}
        #: The last use of what each slot that may be written holds.
        self.slot_taken: dict[int, int] = {slot: -1 for slot in builder.free_slots}
        for i, op in enumerate(builder.ops):
            for v in (*op.sources.values(), *op.modifies.values()):
                self.uses.setdefault(id(v), []).append(i)
                if v.home in builder.reusable:
                    self.slot_taken[v.home] = i

    def emit(
        self, name: str, regs: dict[str, int], fields: dict[str, int], reads: Sequence[int], writes: Sequence[int]
    ) -> None:
        parts = [name, *(f"{k}={v}" for k, v in regs.items()), *(f"{k}={v}" for k, v in fields.items() if v)]
        self.lines.append(_Line(" ".join(parts), frozenset(reads), frozenset(writes)))

    def next_use(self, v: V, after: int) -> int:
        return next((i for i in self.uses.get(id(v), ()) if i > after), 1 << 30)

    def fixed(self, v: V) -> int | None:
        if v.fixed is not None:
            return v.fixed
        return self.pinned.get(v.const) if v.const is not None else None

    def free(self, at: int, keep: set[int]) -> int:
        """A register for a new value: an empty one, or that of the value needed last."""
        for r, v in enumerate(self.holds):
            if v is None and r not in keep:
                return r
        candidates = [r for r in range(NUM_REGISTERS) if r not in keep]
        if not candidates:
            raise CodegenError(
                "MJ4110",
                "an SFPU condition needs more than 8 registers",
                fix="split the fused node: shorten the chain of operations",
            )

        def cost(r: int) -> tuple[int, int]:
            v = self.holds[r]
            assert v is not None
            cheap = v.home is not None or v.const is not None
            return (self.next_use(v, at - 1), int(cheap))

        victim = max(candidates, key=cost)
        v = self.holds[victim]
        assert v is not None
        if v.home is None and v.const is None and self.next_use(v, at - 1) < 1 << 30:
            v.home = self.slot(v, at)
            row = v.home * self.b.stride
            self.emit("SFPSTORE", {"d": victim}, {"row": row, "mode": self.b.mode}, [victim], [])
        self.holds[victim] = None
        del self.where[id(v)]
        return victim

    def slot(self, v: V, at: int) -> int:
        """A slot for ``v`` until its last use: one whose value is not needed any more."""
        free = next((s for s, last in self.slot_taken.items() if last < at), None)
        if free is None:
            raise CodegenError(
                "MJ4111",
                "a fused chain keeps more values alive than the Dst register file holds",
                fix="split the fused node: shorten the chain of operations",
            )
        self.slot_taken[free] = self.uses[id(v)][-1]
        return free

    def place(self, v: V, register: int) -> None:
        self.holds[register] = v
        self.where[id(v)] = register

    def ensure(self, v: V, at: int, keep: set[int]) -> int:
        """The register of ``v``, loading it when it is not in one."""
        fixed = self.fixed(v)
        if fixed is not None:
            return fixed
        if id(v) in self.where:
            return self.where[id(v)]
        r = self.free(at, keep)
        if v.const is not None:
            lines = load_constant(r, v.const)
            reads = frozenset({r} if len(lines) > 1 else ())  # each of two keeps the other half, whatever it is
            self.lines += [_Line(line, reads, frozenset({r})) for line in lines]
        elif v.home is not None:
            self.emit("SFPLOAD", {"d": r}, {"row": v.home * self.b.stride, "mode": self.b.mode}, [], [r])
        else:
            raise AssertionError("a value that was never computed")
        self.place(v, r)
        return r

    def expire(self, at: int) -> None:
        for r, v in enumerate(self.holds):
            if v is not None and self.next_use(v, at) == 1 << 30:
                self.holds[r] = None
                del self.where[id(v)]

    def run(self) -> None:
        ops, i = self.b.ops, 0
        while i < len(ops):
            j = i + 1
            if ops[i].bundle:
                while j < len(ops) and ops[j].bundle == ops[i].bundle:
                    j += 1
                keep: set[int] = set()
                for op in ops[i:j]:
                    for v in (*op.sources.values(), *op.modifies.values()):
                        keep.add(self.ensure(v, i, keep))
                for k in range(i, j):
                    self.instruction(ops[k], k, keep)
                self.expire(j - 1)
            else:
                self.instruction(ops[i], i, set())
                self.expire(i)
            i = j

    def instruction(self, op: Op, at: int, keep: set[int]) -> None:
        keep = set(keep)
        regs: dict[str, int] = {}
        for key, v in (*op.sources.items(), *op.modifies.items()):
            regs[key] = self.ensure(v, at, keep)
            keep.add(regs[key])
        reads = list(regs.values())
        writes = [] if op.name == "SFPSTORE" else [regs[key] for key in op.modifies]
        if op.d is not None:
            if op.name == "SFPMOV" and not op.fields and not op.bundle:
                source = op.sources["c"]
                if self.fixed(source) is None and self.next_use(source, at) == 1 << 30:
                    r = self.where.pop(id(source))
                    self.place(op.d, r)
                    return
            for v in op.sources.values():  # a dying operand's register may take the result
                if self.next_use(v, at) == 1 << 30 and id(v) in self.where and not op.bundle:
                    keep.discard(self.where[id(v)])
                    self.holds[self.where.pop(id(v))] = None
            target = self.free(at + 1, keep)
            self.place(op.d, target)
            regs = {"d": target, **regs}
            writes = [target]
        self.emit(op.name, regs, op.fields, reads, writes)
        for v in op.modifies.values():
            v.home = None


def compile(builder: Builder, *, pin: bool = True) -> Program:
    """The builder's program in real registers. With ``pin`` the dearest constants live in LReg 12 to 14.

    Raises :class:`~meshjit.errors.CodegenError`: MJ4110 or MJ4111 when it needs more registers than there are.
    """
    pinned = _pin_constants(builder) if pin else {}
    allocator = _Allocator(builder, pinned)
    allocator.run()
    lines = _space_out(allocator.lines, builder.blackhole)
    setup: list[str] = []
    for word, register in pinned.items():
        setup += [*load_constant(0, word), f"SFPCONFIG d={register}"]
    if lines:  # the last store steps to the next vector
        assert lines[-1].startswith("SFPSTORE")
        lines[-1] += " addr_mode=3"
    return Program(tuple(lines), tuple(setup))


#: How far ahead an instruction is looked for that can go between a slow one and its reader.
_WINDOW = 10
_BARRIERS = frozenset({"SFPSETCC", "SFPENCC", "SFPSTORE", "SFPCONFIG", "SFPTRANSP", "SFPSHFT2"})


def _space_out(lines: Sequence[_Line], blackhole: bool) -> list[str]:
    """The lines with something between a slow instruction and one that reads its result: an independent later
    instruction moved up, or an SFPNOP."""
    todo = list(lines)
    out: list[str] = []
    last: _Line | None = None
    while todo:
        at = 0
        if last is not None and last.name == "SFPSHFT2":
            out.append("SFPNOP")
        elif last is not None and not blackhole and last.name in SLOW and last.writes & todo[0].reads:
            at = _filler(todo, last)
            if not at:
                out.append("SFPNOP")
        last = todo.pop(at)
        out.append(last.text)
    return out


def _filler(todo: Sequence[_Line], slow: _Line) -> int:
    """The index of an instruction that may go before ``todo[0]``, which waits for ``slow``; 0 when there is none."""
    reads, writes = frozenset[int](), frozenset[int]()
    for i, line in enumerate(todo[:_WINDOW]):
        if line.name in _BARRIERS:
            return 0
        free = not (line.reads & writes or line.writes & (reads | writes) or (line.reads | line.writes) & slow.writes)
        if i and free:
            return i
        reads, writes = reads | line.reads, writes | line.writes
    return 0


def _pin_constants(builder: Builder) -> dict[int, int]:
    """Put the three constants that cost most to load into the programmable LRegs 12 to 14."""
    cost: dict[int, int] = {}
    for op in builder.ops:
        for v in op.sources.values():
            if v.const is not None:
                cost[v.const] = cost.get(v.const, 0) + len(load_constant(0, v.const))
    best = sorted(cost, key=lambda w: (-cost[w], w))[:3]
    return {word: 12 + i for i, word in enumerate(best)}
