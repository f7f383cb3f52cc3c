"""The command stream of the CPU mesh: what :file:`kernel_templates/cpu/replay.ll.j2` walks, built once at load."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from meshjit.errors import DeviceError
from meshjit.runtime.devices.base import Region

#: Items (task, instance) that one phase may have: the driver counts them in 24 bits.
MAX_ITEMS = 1 << 23
#: Phases that touch fewer bytes than this run on the calling thread: waking another costs more.
SERIAL_BYTES = 192 * 1024

_PHASE, _JOB, _PATCH = 4, 6, 3


@dataclass(frozen=True)
class Pointer:
    """An argument word: the address of a buffer on a device, plus ``offset_bytes``."""

    device: int
    buffer: int
    offset_bytes: int = 0


@dataclass(frozen=True)
class Job:
    """A function (its address) to call for ``num_tasks`` tasks with each of ``blocks`` (argument words)."""

    function: int
    blocks: tuple[tuple[int | Pointer, ...], ...]
    num_tasks: int
    bytes_touched: int = 0


@dataclass
class Phase:
    """Jobs that may run in any order, and the buffers they read and write."""

    label: str
    jobs: list[Job] = field(default_factory=list[Job])
    reads: set[int] = field(default_factory=set[int])
    writes: set[int] = field(default_factory=set[int])


def merge(phases: Sequence[Phase], regions: Sequence[Region], rebindable: frozenset[int]) -> list[Phase]:
    """Join neighbouring phases that do not depend on one another."""

    def overlap(a: int, b: int) -> bool:
        if a == b:
            return True
        if a in rebindable or b in rebindable:
            return False
        x, y = regions[a], regions[b]
        return x.address < y.address + y.size_bytes and y.address < x.address + x.size_bytes

    def clash(left: set[int], right: set[int]) -> bool:
        return any(overlap(a, b) for a in left for b in right)

    out: list[Phase] = []
    for phase in phases:
        last = out[-1] if out else None
        if last and not (clash(last.writes, phase.reads | phase.writes) or clash(last.reads, phase.writes)):
            last.jobs += phase.jobs
            last.reads |= phase.reads
            last.writes |= phase.writes
            last.label += f", {phase.label}"
        else:
            out.append(Phase(phase.label, list(phase.jobs), set(phase.reads), set(phase.writes)))
    return out


@dataclass
class Stream:
    """Phases as records in memory, ready for the driver.

    ``phases_at``, ``patches_at`` and ``bindings_at`` are the addresses that the driver is given; ``bindings`` holds the
    address of each rebindable buffer, in the order of ``slots``, and ``bound`` the regions they came from. ``stale``
    says that argument words do not hold ``bindings`` yet. ``keep`` owns the records and the code; it is empty once the
    stream is unloaded.
    """

    labels: tuple[str, ...]
    phases: np.ndarray
    phases_at: int
    patches_at: int
    num_patches: int
    bindings: np.ndarray
    bindings_at: int
    slots: Mapping[int, int]
    regions: tuple[Region, ...]
    bound: dict[int, Region]
    keep: tuple[object, ...]
    stale: bool = False


class _Encoder:
    """Lays argument words, patches and jobs out, in the order in which the phases name them."""

    def __init__(
        self,
        phases: Sequence[Phase],
        regions: Sequence[Region],
        slots: Mapping[int, int],
        locate: Callable[[int, Region], int],
    ) -> None:
        self.regions, self.slots, self.locate = regions, slots, locate
        self.arguments = np.zeros(max(1, sum(len(b) for p in phases for j in p.jobs for b in j.blocks)), np.int64)
        self.jobs = np.zeros((max(1, sum(len(p.jobs) for p in phases)), _JOB), np.int64)
        self.arguments_at, self.jobs_at = int(self.arguments.ctypes.data), int(self.jobs.ctypes.data)
        self.patches: list[tuple[int, int, int]] = []
        self.word = self.job = 0

    def _append(self, value: int | Pointer) -> None:
        if isinstance(value, Pointer):
            region = self.regions[value.buffer]
            base = self.locate(value.device, region) + value.offset_bytes
            slot = self.slots.get(value.buffer)
            if slot is not None:
                self.patches.append((self.arguments_at + 8 * self.word, base, slot))
            value = base + region.address
        self.arguments[self.word] = value
        self.word += 1

    def phase(self, phase: Phase) -> tuple[int, int, int, int]:
        """Append the jobs of a phase, and return its record.

        Raises :class:`~meshjit.errors.DeviceError` (MJ5203) when it has more items than the driver counts.
        """
        first, items = self.job, 0
        for job in phase.jobs:
            begin = self.word
            for block in job.blocks:
                for value in block:
                    self._append(value)
            count = job.num_tasks * len(job.blocks)
            at = self.arguments_at + 8 * begin
            self.jobs[self.job] = (job.function, at, 8 * len(job.blocks[0]), len(job.blocks), items, items + count)
            items += count
            self.job += 1
        if items > MAX_ITEMS:
            raise DeviceError(
                "MJ5203",
                f"{phase.label} has {items} tasks, more than {MAX_ITEMS}",
                fix="compile again with this version: programs must ask for fewer tasks",
            )
        touched = sum(j.bytes_touched * len(j.blocks) for j in phase.jobs)
        shared = items > 1 and (touched > SERIAL_BYTES or any(j.num_tasks > 1 for j in phase.jobs))
        return self.jobs_at + 8 * _JOB * first, self.job - first, items, int(shared)


def encode(
    phases: Sequence[Phase],
    regions: Sequence[Region],
    rebindable: frozenset[int],
    locate: Callable[[int, Region], int],
    keep: Sequence[object],
) -> Stream:
    """Lay the records out. ``locate(device, region)`` gives the base pointer to which a region's address is added.

    Raises :class:`~meshjit.errors.DeviceError` (MJ5203) when a phase has more items than the driver counts.
    """
    for phase in phases:
        phase.jobs = [j for j in phase.jobs if j.num_tasks and j.blocks]
    phases = [p for p in phases if p.jobs]
    slots = {buffer: i for i, buffer in enumerate(sorted(rebindable))}
    encoder = _Encoder(phases, regions, slots, locate)
    records = np.array([encoder.phase(p) for p in phases], np.int64).reshape(-1, _PHASE)
    patches = np.array(encoder.patches, np.int64).reshape(-1, _PATCH)
    bindings = np.array([regions[b].address for b in slots], np.int64)
    return Stream(
        labels=tuple(p.label for p in phases),
        phases=records,
        phases_at=int(records.ctypes.data),
        patches_at=int(patches.ctypes.data),
        num_patches=len(patches),
        bindings=bindings,
        bindings_at=int(bindings.ctypes.data),
        slots=slots,
        regions=tuple(regions),
        bound={b: regions[b] for b in slots},
        keep=(encoder.arguments, encoder.jobs, patches, *keep),
    )
