"""Tensix instructions of an image, in the orders in which they may be pushed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from meshjit.codegen.tensix import isa
from meshjit.codegen.tensix.check import report
from meshjit.codegen.tensix.check.machine import Image
from meshjit.codegen.tensix.check.values import Access
from meshjit.errors import CodegenError


@dataclass(frozen=True)
class Word:
    """A decoded Tensix instruction: ``at`` is its index in the image."""

    at: int
    name: str
    fields: tuple[tuple[str, int], ...]

    def get(self, field: str) -> int:
        """An operand field, 0 when the instruction has none of that name."""
        return dict(self.fields).get(field, 0)

    @property
    def is_sfpu(self) -> bool:
        """Whether the vector unit executes it."""
        return self.name.startswith("SFP")


@cache
def decode(word: int, arch: str) -> tuple[str, tuple[tuple[str, int], ...]]:
    """Name and operand fields of an instruction word, ``"?"`` for one that no kernel uses."""
    instruction = isa.by_opcode(arch).get(word >> 24)
    if instruction is None:
        return "?", ()
    fields = tuple((n, word >> low & (1 << width) - 1) for n, (low, width) in instruction.fields.items())
    return instruction.name, fields


class Flow:
    """The control flow of an image: which Tensix instruction may follow which.

    Instructions that are built at run time and stored to the push register count too: of those the constant part is
    known, which names the instruction. Raises :class:`~meshjit.errors.CodegenError` (MJ4140) for one without.
    """

    def __init__(self, image: Image, accesses: Mapping[int, Access]) -> None:
        self.image = image
        self.arch = image.arch
        self.words: dict[int, Word] = {}
        self._after: dict[int, tuple[Word, ...]] = {}
        for at, instr in enumerate(image.code):
            if instr.kind == "tensix":
                self.words[at] = Word(at, *decode(instr.imm, image.arch.name))
            elif instr.kind == "store" and at in accesses and accesses[at].region == "push":
                self.words[at] = Word(at, *decode(accesses[at].part or 0, image.arch.name))
            if at in self.words and self.words[at].name == "?":
                what = "pushes an instruction that no kernel uses, or of which nothing is known"
                raise report.refuse(image, "MJ4140", at, what, "BabyRISCV/PushTensixInstruction.md")
        #: The words that each REPLAY loads into the replay buffer.
        self.recorded: dict[int, tuple[Word, ...]] = {}
        order = list(self.words.values())
        for n, word in enumerate(order):
            if word.name == "REPLAY" and word.get("load"):
                self.recorded[word.at] = tuple(order[n + 1 : n + 1 + (word.get("length") or 32)])
        #: (first, last) word of each such sequence.
        self.bodies = [(words[0].at, words[-1].at) for words in self.recorded.values()]
        self.replays = [w for w in order if w.name == "REPLAY" and not w.get("load")]

    def targets(self, i: int) -> tuple[int, ...]:
        """Where control may go after word ``i``."""
        instr = self.image.code[i]
        if instr.kind == "jump":
            return (instr.imm,)
        return (i + 1, instr.imm) if instr.kind == "branch" else (i + 1,)

    def after(self, i: int) -> tuple[Word, ...]:
        """The Tensix instructions that may come next after word ``i``."""
        if i not in self._after:
            self._after[i] = tuple(self._walk(i))
        return self._after[i]

    def _walk(self, i: int) -> Iterator[Word]:
        seen: set[int] = set()
        todo = list(self.targets(i))
        while todo:
            j = todo.pop()
            if j in seen or not 0 <= j < len(self.image.code):
                continue
            seen.add(j)
            if j in self.words:
                yield self.words[j]
            else:
                todo += self.targets(j)

    @property
    def entry(self) -> tuple[Word, ...]:
        """The Tensix instructions that may be the first."""
        return (self.words[0],) if 0 in self.words else tuple(self.after(0))

    def predecessors(self) -> dict[int, list[Word]]:
        """The Tensix instructions that may come right before each."""
        out: dict[int, list[Word]] = {at: [] for at in self.words}
        for word in self.entry:
            out[word.at].append(Word(-1, "the kernel's start", ()))
        for word in self.words.values():
            for following in self.after(word.at):
                out[following.at].append(word)
        return out

    def wait(self, name: str) -> int:
        """The condition bits of STALLWAIT that ``name`` stands for."""
        return (isa.WAIT_BLACKHOLE if self.arch.is_blackhole else isa.WAIT_WORMHOLE)[name]


def refuse(flow: Flow, code: str, word: Word, what: str, source: str) -> CodegenError:
    """The error for an instruction that breaks a rule of a page of the ISA documentation."""
    return report.refuse(flow.image, code, word.at, what, source)
