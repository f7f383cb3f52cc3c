"""What an emulated worker has done, counted, and how many cycles its units need for that at least."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from meshjit.arch import Arch
from meshjit.runtime.emulator.state import NOCS, ROLES, Chip
from meshjit.runtime.emulator.tensix_state import Stack

#: Opcodes of the matrix unit; each is accepted in one cycle (ISA documentation, MatrixUnit: throughput table).
_MATRIX = frozenset({0x08, 0x0A, 0x0B, 0x10, 0x11, 0x12, 0x13, 0x16, 0x26, 0x27, 0x28, 0x30, 0x33, 0x34, 0x37, 0x38})
#: First and last opcode of the vector unit, one a cycle (VectorUnit). SFPSWAP and SFPSHFT2 hold it for a second cycle.
_VECTOR = (0x70, 0x99)
_VECTOR_TWO = frozenset({0x92, 0x94})
#: Cycles that the scalar unit takes: SETDMAREG 1, STOREREG 3 (ScalarUnit, STOREREG).
_SCALAR = {0x45: 1, 0x67: 3, 0x60: 1}
_UNPACR = 0x42
#: Least cycles of an UNPACR (UNPACR_Regular), and bytes a cycle: one unpacker reads 4 words of 16 bytes from L1, both
#: together 5 (L1); the packers write 4 (L1).
_UNPACR_CYCLES, _UNPACK_BYTES, _UNPACK_BOTH, _PACK_BYTES = 2, 64, 80, 64
#: Bytes that a NoC moves in a cycle to or from a tile: Wormhole 256 bits (NoC/README), Blackhole 512 (tt-metal,
#: noc_parameters.h, NOC_PAYLOAD_WIDTH).
_NOC_BYTES = {False: 32, True: 64}


@dataclass(frozen=True)
class WorkerCounters:
    """What one worker has done.

    ``riscv`` counts instructions by role, ``opcodes`` Tensix instructions executed by each thread and opcode, ``noc``
    (read, written) bytes of each role on NoC 0 and NoC 1, ``moved`` the bytes of unpacker 0, unpacker 1 and the
    packers.
    """

    chip: int
    core: tuple[int, int]
    riscv: Mapping[str, int]
    opcodes: tuple[Mapping[int, int], ...]
    noc: Mapping[str, tuple[tuple[int, int], ...]]
    moved: tuple[int, int, int]

    @property
    def tensix(self) -> tuple[int, int, int]:
        """Tensix instructions of each thread."""
        unpack, math, pack = (sum(c.values()) for c in self.opcodes)
        return unpack, math, pack

    @property
    def noc_read_bytes(self) -> int:
        """Bytes that the worker read over both NoCs."""
        return sum(read for both in self.noc.values() for read, _ in both)

    @property
    def noc_written_bytes(self) -> int:
        """Bytes that the worker wrote over both NoCs."""
        return sum(written for both in self.noc.values() for _, written in both)

    def since(self, before: WorkerCounters) -> WorkerCounters:
        """What was done after ``before`` was read from the same worker."""
        return WorkerCounters(
            self.chip,
            self.core,
            {role: n - before.riscv[role] for role, n in self.riscv.items()},
            tuple(
                {op: n - b.get(op, 0) for op, n in a.items() if n > b.get(op, 0)}
                for a, b in zip(self.opcodes, before.opcodes, strict=True)
            ),
            {role: _pairs(both, before.noc[role]) for role, both in self.noc.items()},
            (
                self.moved[0] - before.moved[0],
                self.moved[1] - before.moved[1],
                self.moved[2] - before.moved[2],
            ),
        )


def _pairs(after: Sequence[tuple[int, int]], before: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    return tuple((a[0] - b[0], a[1] - b[1]) for a, b in zip(after, before, strict=True))


def read_counters(chip: Chip, stack: Stack, arch: Arch, index: int) -> list[WorkerCounters]:
    """Counts of every worker of chip ``index`` that has executed anything."""
    out: list[WorkerCounters] = []
    for w in np.flatnonzero(chip.instructions.any(axis=1)):
        if w >= len(arch.workers):
            continue
        noc = chip.noc_bytes[w]
        unpacked0, unpacked1, packed = (int(n) for n in stack["moved"][w])
        out.append(
            WorkerCounters(
                index,
                arch.workers[w],
                {role: int(n) for role, n in zip(ROLES, chip.instructions[w], strict=True)},
                tuple({int(op): int(row[op]) for op in np.flatnonzero(row)} for row in stack["counts"][w]),
                {
                    role: tuple((int(noc[c, n, 0]), int(noc[c, n, 1])) for n in range(NOCS))
                    for c, role in enumerate(ROLES)
                },
                (unpacked0, unpacked1, packed),
            )
        )
    return out


def unit_cycles(counters: WorkerCounters, *, blackhole: bool) -> dict[str, int]:
    """Cycles that each unit of a worker is busy, by name: what it did at its full rate, as the ISA documentation gives
    it. Units work side by side, so a worker takes at least as long as its busiest unit; waiting for one another,
    latencies, bank conflicts and DRAM come on top."""
    total: dict[int, int] = {}
    for thread in counters.opcodes:
        for opcode, n in thread.items():
            total[opcode] = total.get(opcode, 0) + n

    def count(fits: Callable[[int], bool]) -> int:
        return sum(n for opcode, n in total.items() if fits(opcode))

    width = _NOC_BYTES[blackhole]
    unpacked0, unpacked1, packed = counters.moved
    unpack = max(max(unpacked0, unpacked1) / _UNPACK_BYTES, (unpacked0 + unpacked1) / _UNPACK_BOTH)
    out = dict(counters.riscv)  # one RISC-V instruction a cycle (BabyRISCV/README)
    # A thread issues one instruction a cycle (MOPExpander).
    out.update({f"thread{i}": n for i, n in enumerate(counters.tensix)})
    out["matrix"] = count(lambda op: op in _MATRIX)
    out["vector"] = count(lambda op: _VECTOR[0] <= op <= _VECTOR[1]) + count(lambda op: op in _VECTOR_TWO)
    out["scalar"] = sum(n * total.get(op, 0) for op, n in _SCALAR.items())
    out["unpack"] = max(_UNPACR_CYCLES * total.get(_UNPACR, 0), int(-(-unpack // 1)))
    out["pack"] = -(-packed // _PACK_BYTES)
    for n in range(NOCS):
        read = sum(both[n][0] for both in counters.noc.values())
        written = sum(both[n][1] for both in counters.noc.values())
        out[f"noc{n}"] = -(-max(read, written) // width)
    return out
