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
    """A function (its address) to call for ``num_tasks`` tasks with each of ``blocks``, argument words of equal number."""

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
        if last and not (
            clash(last.writes, phase.reads | phase.writes) or clash(last.reads, phase.writes)
        ):
            last.jobs += phase.jobs
            last.reads |= phase.reads
            last.writes |= phase.writes
            last.label += f", {phase.label}"
        else:
            out.append(Phase(phase.label, list(phase.jobs), set(phase.reads), set(phase.writes)))
    return out


@dataclass
class Stream:
    """Phases as records in memory, ready for the driver. ``bindings`` holds the address per rebindable buffer."""

    labels: tuple[str, ...]
    phases: np.ndarray
    jobs: np.ndarray
    arguments: np.ndarray
    patches: np.ndarray
    bindings: np.ndarray
    slots: Mapping[int, int]
    regions: tuple[Region, ...]
    keep: tuple[object, ...]
    bound: dict[int, Region]


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
    arguments = np.zeros(max(1, sum(len(b) for p in phases for j in p.jobs for b in j.blocks)), np.int64)
    jobs = np.zeros((max(1, sum(len(p.jobs) for p in phases)), _JOB), np.int64)
    records = np.zeros((max(1, len(phases)), _PHASE), np.int64)
    patches: list[tuple[int, int, int]] = []
    word = job_index = 0
    for i, phase in enumerate(phases):
        first, items = job_index, 0
        for job in phase.jobs:
            begin = word
            for block in job.blocks:
                for value in block:
                    if isinstance(value, Pointer):
                        base = locate(value.device, regions[value.buffer]) + value.offset_bytes
                        if value.buffer in slots:
                            patches.append((arguments.ctypes.data + 8 * word, base, slots[value.buffer]))
                        value = base + regions[value.buffer].address
                    arguments[word] = value
                    word += 1
            count = job.num_tasks * len(job.blocks)
            address = arguments.ctypes.data + 8 * begin
            jobs[job_index] = (job.function, address, 8 * len(job.blocks[0]), len(job.blocks), items, items + count)
            items += count
            job_index += 1
        if items > MAX_ITEMS:
            raise DeviceError(
                "MJ5203",
                f"{phase.label} has {items} tasks, more than {MAX_ITEMS}",
                fix="compile again with this version: programs must ask for fewer tasks",
            )
        touched = sum(j.bytes_touched * len(j.blocks) for j in phase.jobs)
        shared = items > 1 and (touched > SERIAL_BYTES or any(j.num_tasks > 1 for j in phase.jobs))
        records[i] = (jobs.ctypes.data + 8 * _JOB * first, job_index - first, items, int(shared))
    return Stream(
        labels=tuple(p.label for p in phases),
        phases=records,
        jobs=jobs,
        arguments=arguments,
        patches=np.array(patches, np.int64).reshape(-1, _PATCH),
        bindings=np.array([regions[b].address for b in slots] or [0], np.int64),
        slots=slots,
        regions=tuple(regions),
        keep=tuple(keep),
        bound={b: regions[b] for b in slots},
    )
