"""Tensix instructions of an image, in the orders in which they may be pushed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from meshjit.codegen.tensix import isa
from meshjit.codegen.tensix.check import report
from meshjit.codegen.tensix.check.machine import Image
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
    """The control flow of an image: which Tensix instruction may follow which."""

    def __init__(self, image: Image) -> None:
        self.image = image
        self.arch = image.arch
        self.words: dict[int, Word] = {}
        self._after: dict[int, tuple[Word, ...]] = {}
        for at, instr in enumerate(image.code):
            if instr.kind == "tensix":
                self.words[at] = Word(at, *decode(instr.imm, image.arch.name))
        order = list(self.words)
        #: (first, last) word of each sequence that is loaded into the replay buffer.
        self.bodies: list[tuple[int, int]] = []
        for n, word in enumerate(self.words.values()):
            if word.name == "REPLAY" and word.get("load"):
                self.bodies.append((order[n + 1], order[n + word.get("length")]))
        self.replays = [w for w in self.words.values() if w.name == "REPLAY" and not w.get("load")]

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

    def every_path(self, step: Callable[[frozenset[str], Word], frozenset[str]]) -> None:
        """Run ``step`` over all Tensix instructions along all paths, joining states by union, until nothing changes.

        What is only recorded for replay is skipped: it executes at its replays, which share its surroundings.
        """
        recorded = {at for first, last in self.bodies for at in range(first, last + 1)}
        state: dict[int, frozenset[str]] = {}
        todo = [(word, frozenset[str]()) for word in self.entry]
        while todo:
            word, incoming = todo.pop()
            known = state.get(word.at)
            joined = incoming | (known or frozenset())
            if known is not None and joined == known:
                continue
            state[word.at] = joined
            after = joined if word.at in recorded and not word.is_sfpu else step(joined, word)
            todo += [(following, after) for following in self.after(word.at)]


def refuse(flow: Flow, code: str, word: Word, what: str, source: str) -> CodegenError:
    """The error for an instruction that breaks a rule of a page of the ISA documentation."""
    return report.refuse(flow.image, code, word.at, what, source)
