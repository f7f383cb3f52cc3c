"""Real registers for programs of the vector unit, and the order of their instructions.

:func:`compile` gives virtual registers LReg 0-7: values are reloaded from the Dst slot they came from, constants are
loaded again, and only what is neither spills to a free slot. On Wormhole the multiply-add unit's results may not be
read in the next cycle, so another instruction or an SFPNOP is put between; on Blackhole only before the instructions
that its vector unit does not hold back (ISA documentation, SFPMAD).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from meshjit.codegen.tensix import hazards
from meshjit.codegen.tensix.sfpu import SLOW, Builder, Op, Program, V
from meshjit.errors import CodegenError

NUM_REGISTERS = 8


def load_constant(register: int, word: int) -> list[str]:
    """Lines that load the bits ``word``: one when bf16, fp16 or 16 bits hold them, else two."""
    if not word & 0xFFFF:
        return [f"SFPLOADI d={register} mode=0 imm={word >> 16}"]
    if not word & 0x1FFF and 112 < word >> 23 & 255 < 143:
        half = word >> 16 & 0x8000 | (word & 0x7FFFFFFF) - (112 << 23) >> 13
        return [f"SFPLOADI d={register} mode=1 imm={half}"]
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

    @property
    def sets_conditions(self) -> bool:
        """Whether lanes may be off after it (SFPIADD without CC_NONE)."""
        return self.name == "SFPIADD" and not hazards.parse(self.text)[1]("mode") & 4


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
        elif last is not None and last.name in SLOW and last.writes & _late(todo[0], blackhole):
            at = _filler(todo, last)
            if not at:
                out.append("SFPNOP")
        last = todo.pop(at)
        out.append(last.text)
    return out


def _late(line: _Line, blackhole: bool) -> frozenset[int]:
    """The registers whose reads the chip does not hold an instruction back for."""
    return hazards.late(*hazards.parse(line.text), blackhole=True) if blackhole else line.reads


def _filler(todo: Sequence[_Line], slow: _Line) -> int:
    """The index of an instruction that may go before ``todo[0]``, which waits for ``slow``; 0 when there is none."""
    reads, writes = frozenset[int](), frozenset[int]()
    for i, line in enumerate(todo[:_WINDOW]):
        if line.name in _BARRIERS or line.sets_conditions:
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
