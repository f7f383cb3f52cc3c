"""Sequences of MVMULs, followed instruction by instruction: every product of a tile once per fidelity phase."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import pytest

from meshjit.arch import BLACKHOLE, WORMHOLE, Arch
from meshjit.codegen.tensix import isa
from meshjit.codegen.tensix.products import Products, products


@dataclass
class Follower:
    """The row counters, and what MVMULs have done: (row of A's tile, k, column of B's tile) by 8 x 16 x 16, with the
    phase."""

    sequence: Products
    arch: Arch
    a_transposed: bool
    b_transposed: bool
    counters: dict[str, int] = field(default_factory=lambda: {"a": 0, "b": 0, "phase": 0})
    face: int = 0
    turned: bool = False
    done: Counter[tuple[int, int, int, int]] = field(default_factory=Counter)
    handed: Counter[str] = field(default_factory=Counter)
    executed: Counter[str] = field(default_factory=Counter)

    def run(self, line: str) -> None:
        name, *fields = line.split()
        get = {k: int(v) for k, v in (f.split("=") for f in fields)}
        self.executed[name] += 1
        if name == "TRNSPSRCB":
            assert not self.turned
            self.turned = True
        elif name == "MVMUL":
            self.multiply(get)
        elif name in ("SETRWC", "INCRWC"):
            for key, bit in (("a", 1), ("b", 2)):
                if name == "INCRWC" or get.get("mask", 0) & bit:
                    self.counters[key] = get.get(key, 0) + (self.counters[key] if name == "INCRWC" else 0)
            if get.get("mask", 0) & 8:
                self.counters["phase"] = 0
        else:
            raise AssertionError(line)
        self.hand_back(get.get("clear", 0))

    def hand_back(self, mask: int) -> None:
        self.handed.update(key for key, bit in (("a", 1), ("b", 2)) if mask & bit)
        if mask & 2:
            self.face, self.turned = self.face + 1, False

    def multiply(self, get: dict[str, int]) -> None:
        a, b, phase = (self.counters[k] for k in ("a", "b", "phase"))
        if self.a_transposed:
            assert self.turned and 16 <= b < 32
            k, half = divmod(self.face % 4, 2)
            row = 16 * half + b - 16
        else:
            row, k = 16 * (b // 32) + b % 16, b % 32 // 16
        # SrcA holds faces (k, column half), or those of the transposed tile.
        first, second = divmod(a // 16, 2)
        srca_k, column = (second, first) if self.b_transposed else (first, second)
        assert srca_k == k
        assert get["dst"] == 32 * (row // 16) + 16 * column + row % 16
        self.done[row, k, column, phase] += 1
        ab, dst = self.sequence.modes[get["addr_mode"]]
        self.counters["a"] = (a + (ab & 63)) % 64
        self.counters["b"] = (b + (ab >> 8 & 63)) % 64
        self.counters["phase"] = 0 if dst >> 15 else (phase + (dst >> 13 & 3)) % 4

    def product(self) -> None:
        """What MOP expands to (ISA documentation, MOPExpander, template 1)."""
        outer, inner, start, end0, end1, loop, loop1, last, outer_last = self.sequence.mop
        assert isa.decode(loop1, self.arch.name) == "NOP"
        for j in range(outer):
            ending = last if j + 1 == outer else outer_last
            for word in (start, *[loop] * (inner - 1), ending, end0, end1):
                line = isa.decode(word, self.arch.name)
                assert line is not None
                if line.startswith("REPLAY"):
                    get = {k: int(v) for k, v in (f.split("=") for f in line.split()[1:])}
                    first = get.get("start", 0)
                    for replayed in self.sequence.replay[first : first + get["length"]]:
                        self.run(replayed)
                elif line != "NOP":
                    self.run(line)


@pytest.mark.parametrize("arch", [WORMHOLE, BLACKHOLE], ids=lambda a: a.name)
@pytest.mark.parametrize("phases", [1, 2, 3, 4])
@pytest.mark.parametrize("a_transposed", [False, True], ids=["", "a.T"])
@pytest.mark.parametrize("b_transposed", [False, True], ids=["", "b.T"])
@pytest.mark.parametrize("hold", ["a", "b"])
def test_every_product_is_made_once_per_phase(arch, phases, a_transposed, b_transposed, hold):
    hold = "b" if a_transposed else hold
    sequence = products(phases, arch, hold=hold, a_transposed=a_transposed, b_transposed=b_transposed)
    assert len(sequence.replay) <= 32  # entries of the replay buffer
    follower = Follower(sequence, arch, a_transposed, b_transposed)
    for line in sequence.begin:
        follower.run(line)
    for ending in (sequence.step, sequence.end, sequence.end):
        before = follower.handed.copy()
        follower.done.clear()
        follower.product()
        for line in ending:
            follower.run(line)
        wanted = {
            (row, k, column, p) for row in (0, 8, 16, 24) for k in (0, 1) for column in (0, 1) for p in range(phases)
        }
        assert follower.done == Counter(wanted)
        moving = "b" if hold == "a" else "a"
        faces = 4 if a_transposed else 1
        expected = {hold: ending is sequence.end, moving: 1}
        handed = follower.handed - before
        assert handed == +Counter({"a": expected["b"], "b": expected["a"] * faces})
    assert follower.executed["TRNSPSRCB"] == (12 if a_transposed else 0)
