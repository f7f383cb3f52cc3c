"""What a kernel does with source registers: its instructions, those of the replay buffer and macro operations."""

from __future__ import annotations

from collections.abc import Mapping

from meshjit.codegen.tensix.check.events import HAND, NEED, Event, source_use
from meshjit.codegen.tensix.check.machine import Image
from meshjit.codegen.tensix.check.report import refuse
from meshjit.codegen.tensix.check.words import Word, decode
from meshjit.errors import CodegenError


class Sources:
    """Follows the use of source registers. ``recorded`` is what each REPLAY records."""

    def __init__(self, image: Image, recorded: Mapping[int, tuple[Word, ...]]) -> None:
        self.image = image
        self.recorded = recorded
        self.events: list[Event] = []
        self.mop = dict.fromkeys(range(9), 0)
        #: Source registers in use (1 SrcA, 2 SrcB).
        self.held = 0
        self._replay: dict[int, Word] = {}
        self._expansions: dict[tuple[int, ...], list[tuple[int, int]]] = {}
        #: The events of a macro operation, and what is held after it, by its word, what is held before and ``mop``.
        self._expanded: dict[tuple[int, ...], tuple[list[Event], int]] = {}

    def refuse(self, code: str, at: int, what: str, source: str) -> CodegenError:
        """The error for the instruction at word ``at``."""
        return refuse(self.image, code, at, what, source)

    def source(self, at: int, use: int, hand: int) -> None:
        """An instruction that waits for source registers, or hands them back."""
        for bit in (0, 1):
            if use >> bit & 1 and not self.held >> bit & 1:
                self.events.append((NEED, bit, 1, at))
                self.held |= 1 << bit
            if hand >> bit & 1:
                if not self.held >> bit & 1:
                    what = f"hands back Src{'AB'[bit]} without having used it"
                    raise self.refuse("MJ4156", at, what, "TensixCoprocessor/SrcASrcB.md")
                self.events.append((HAND, bit, 1, at))
                self.held &= ~(1 << bit)

    def record(self, at: int, start: int, execute: int) -> None:
        """REPLAY that loads the replay buffer."""
        for i, word in enumerate(self.recorded[at]):
            self._replay[(start + i) % 32] = word
            if execute:
                self.source(word.at, *source_use(word))
        self._expansions.clear()
        self._expanded.clear()

    def replay(self, at: int, start: int, length: int) -> None:
        """REPLAY that runs the replay buffer."""
        for use, hand in self._uses((start, length)):
            self.source(at, use, hand)

    def _uses(self, key: tuple[int, int]) -> list[tuple[int, int]]:
        found = self._expansions.get(key)
        if found is None:
            start, length = key
            words = [self._replay.get((start + i) % 32) for i in range(length or 32)]
            found = [source_use(w) for w in words if w is not None]
            self._expansions[key] = found = [u for i, u in enumerate(found) if i == 0 or u != found[i - 1] or u[1]]
        return found

    def expand(self, at: int, kind: int, count: int, mask: int) -> None:
        """MOP, template 1 (MOPExpander.md): start, loop and end instructions."""
        if not kind:
            raise self.refuse("MJ4147", at, "MOP template 0, which the checker does not follow", "MOPExpander.md")
        del count, mask
        key = at, self.held, *self.mop.values()
        found = self._expanded.get(key)
        if found is None:
            start = len(self.events)
            for use, hand in self._template1(at, tuple(self.mop[i] for i in range(9))):
                self.source(at, use, hand)
            self._expanded[key] = self.events[start:], self.held
        else:
            self.events += found[0]
            self.held = found[1]

    def _template1(self, at: int, config: tuple[int, ...]) -> list[tuple[int, int]]:
        outer, inner, start, end0, end1, loop, loop1, last, outer_last = config
        inner &= 127
        nop = 2 << 24
        words: list[int] = []
        if loop1 != nop:
            raise self.refuse("MJ4147", at, "MOP with two loop instructions, which is not followed", "MOPExpander.md")
        for j in range(outer & 127):
            words += [start] if start != nop else []
            words += [loop] * (inner - 1) + [last if j == (outer & 127) - 1 else outer_last] if inner else []
            words += [w for w in ((end0, end1) if end0 != nop else ()) if w != nop]
        out: list[tuple[int, int]] = []
        for word in words:
            name, fields = decode(word, self.image.arch.name)
            decoded = Word(at, name, fields)
            if name == "REPLAY":
                out += self._uses((decoded.get("start"), decoded.get("length")))
            else:
                out.append(source_use(decoded))
        return [u for i, u in enumerate(out) if i == 0 or u != out[i - 1] or u[1]]
