"""The one place that talks to a target: memory, order of commands, waits and what may be thrown away.

Every call into a target happens under one lock, so a target need not be thread-safe. Objects whose last reference goes
away may do so on any thread and inside any call; they put what they owned on a list that is cleared at the next safe
moment, when nothing that was submitted can still use it.
"""

from __future__ import annotations

import gc
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from meshjit.errors import DeviceError, DeviceTimeoutError, OutOfMemoryError
from meshjit.ir.mesh import Mesh
from meshjit.ir.program import Command
from meshjit.runtime.allocator import LockstepAllocator
from meshjit.runtime.devices.base import Region, Target


@dataclass(frozen=True)
class Request:
    """Memory to ask for: ``size_bytes`` per device in pages, ``footprint`` of address space, a name for messages."""

    size_bytes: int
    page_bytes: int
    varies: tuple[str, ...]
    name: str
    footprint: int


class Allocation:
    """Owns one region: its memory goes back when the last reference to this object is gone.

    ``shared`` says that more than one tensor may show this memory, so that no call may take it as donated.
    """

    __slots__ = ("_engine", "region", "shared")

    def __init__(self, engine: Engine, region: Region) -> None:
        self._engine = engine
        self.region = region
        self.shared = False

    def __del__(self) -> None:
        self._engine.discard_region(self.region)


class Loaded:
    """Owns loaded commands: they are unloaded when the last reference is gone."""

    __slots__ = ("_engine", "handle")

    def __init__(self, engine: Engine, handle: Any) -> None:
        self._engine = engine
        self.handle = handle

    def __del__(self) -> None:
        self._engine.discard_loaded(self.handle)


class Engine:
    """Memory and execution of one mesh. Methods may be called from any thread.

    ``submitted`` and ``completed`` count submissions: an event is the number of the last one before it.
    """

    def __init__(self, target: Target, timeout_s: float) -> None:
        self.target = target
        self.mesh: Mesh = target.mesh
        self.timeout_s = timeout_s
        # Cards spread a buffer over banks, and an address counts in each of them.
        probe = 1 << 30
        banks = max(1, round(probe / target.footprint(probe, 2048)))
        self.allocator = LockstepAllocator(
            target.base_address, target.capacity_bytes, target.alignment_bytes, banks
        )  # fmt: skip
        self.submitted = 0
        self.completed = 0
        #: Counts what ended some tensor's life, so that a submission knows when to look at its arguments again.
        self.invalidations = 0
        self._lock = threading.Lock()
        self._discarded_regions: deque[Region] = deque()
        self._discarded_loads: deque[Any] = deque()
        self._pending_reads: deque[Callable[[], None]] = deque()
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether the mesh is closed."""
        return self._closed

    # Memory

    def request(self, size_bytes: int, page_bytes: int, varies: tuple[str, ...], name: str) -> Request:
        """What to ask for to get ``size_bytes`` on every device."""
        return Request(size_bytes, page_bytes, varies, name, self.target.footprint(size_bytes, page_bytes))

    def allocate(self, wanted: Request) -> Allocation:
        """Memory at one address on every device.

        Raises :class:`~meshjit.errors.OutOfMemoryError` (MJ5001) when it does not fit, after everything that is no
        longer used was given back.
        """
        address = self._take(wanted.footprint, wanted.name)
        return Allocation(self, Region(address, wanted.size_bytes, wanted.page_bytes, wanted.varies))

    def _take(self, footprint: int, name: str) -> int:
        self._acquire("allocating memory")
        try:
            if self._discarded_regions or self._discarded_loads:
                self._settle(self.timeout_s)
            return self._place(footprint, name)
        finally:
            self._lock.release()

    def _place(self, footprint: int, name: str) -> int:
        try:
            return self.allocator.allocate(footprint, name)
        except OutOfMemoryError:
            # Tensors in reference cycles only go away here.
            gc.collect()
            if not self._discarded_regions:
                raise
            self._settle(self.timeout_s)
        return self.allocator.allocate(footprint, name)

    def discard_region(self, region: Region) -> None:
        """Give a region back as soon as nothing submitted can use it. Safe inside a finaliser."""
        self._discarded_regions.append(region)
        self._sweep()

    def discard_loaded(self, handle: Any) -> None:
        """Unload commands as soon as they cannot be running. Safe inside a finaliser."""
        self._discarded_loads.append(handle)
        self._sweep()

    def _sweep(self) -> None:
        # Never waits: the lock may be held by the very call in which the garbage collector runs.
        if self.completed == self.submitted and self._lock.acquire(blocking=False):
            try:
                if self.completed == self.submitted:
                    self._clear()
            finally:
                self._lock.release()

    def _clear(self) -> None:
        """Carry out what was discarded; the target is idle and the lock held."""
        while self._discarded_loads:
            handle = self._discarded_loads.popleft()
            if not self._closed:
                self.target.unload(handle)
        while self._discarded_regions:
            region = self._discarded_regions.popleft()
            if not self._closed:
                self.target.free(region)
                self.allocator.free(region.address)

    def settle(self) -> None:
        """Wait until the target is idle and give back all that is no longer used."""
        self._acquire("giving memory back")
        try:
            self._settle(self.timeout_s)
        finally:
            self._lock.release()

    # Data

    def write(self, region: Region, data: Mapping[int, memoryview], check: Callable[[], None] | None = None) -> None:
        """Copy ``data`` to the region, by device, once everything submitted has run."""
        self._acquire("writing a buffer")
        try:
            if check is not None:
                check()
            self._settle(self.timeout_s)
            self._write(region, data)
        finally:
            self._lock.release()

    def _write(self, region: Region, data: Mapping[int, memoryview]) -> None:
        for device, view in data.items():
            if not self.target.one_copy or self.mesh.representative(device, region.varies) == device:
                self.target.write(device, region, view)

    def read(self, region: Region, devices: Iterable[int], check: Callable[[], None] | None = None) -> dict[int, bytes]:
        """The region's bytes by device, once everything submitted has run.

        ``check`` runs when no other thread can submit or write until the bytes are read.
        """
        self._acquire("reading a buffer")
        try:
            if check is not None:
                check()
            self._settle(self.timeout_s)
            return {d: self.target.read(d, region) for d in devices}
        finally:
            self._lock.release()

    def read_later(self, region: Region, devices: Sequence[int], deliver: Callable[[dict[int, bytes]], None]) -> None:
        """Read before the next submission or write, or at the next wait, whichever comes first."""
        self._acquire("reading a buffer")
        try:
            self._pending_reads.append(lambda: deliver({d: self.target.read(d, region) for d in devices}))
        finally:
            self._lock.release()

    # Commands

    def load(self, commands: Sequence[Command], regions: Sequence[Region], rebindable: frozenset[int]) -> Loaded:
        """Make commands ready to run any number of times."""
        self._acquire("loading commands")
        try:
            self._settle(self.timeout_s)
            return Loaded(self, self.target.load(commands, regions, rebindable))
        finally:
            self._lock.release()

    def submit(
        self, loaded: Loaded, bindings: Mapping[int, Region], timeout_s: float,
        check: Callable[[], None] | None = None, writes: Sequence[tuple[Region, Mapping[int, memoryview]]] = (),
    ) -> int:  # fmt: skip
        """Write host data, then run loaded commands; returns the number of the submission, for :meth:`wait`.

        ``check`` runs before anything changes, when no other thread can read, write or submit before this submission.
        """
        if not self._lock.acquire(timeout=timeout_s):
            raise self._busy("submitting commands", timeout_s)
        try:
            if self._closed:
                raise closed_error("submitting commands")
            if check is not None:
                check()
            if writes or self._pending_reads:
                self._settle(timeout_s)
                for region, data in writes:
                    self._write(region, data)
            self.submitted += 1
            self.target.submit(loaded.handle, bindings, timeout_s)
            return self.submitted
        finally:
            self._lock.release()

    def wait(self, number: int | None = None, timeout_s: float | None = None) -> None:
        """Wait until submission ``number`` (default: every one so far) has run.

        Raises :class:`~meshjit.errors.DeviceTimeoutError` on expiry.
        """
        if number is not None and self.completed >= number:
            return
        limit = self.timeout_s if timeout_s is None else timeout_s
        start = time.monotonic()
        self._acquire("waiting", limit)
        try:
            if number is None or self.completed < number:
                self._settle(max(0.0, limit - (time.monotonic() - start)))
        finally:
            self._lock.release()

    def _settle(self, timeout_s: float) -> None:
        """Wait for the target; then the reads that were put off and the memory no longer used. The lock is held."""
        if self.completed != self.submitted:
            self.target.wait(timeout_s)
            self.completed = self.submitted
        while self._pending_reads:
            self._pending_reads.popleft()()
        if self._discarded_regions or self._discarded_loads:
            self._clear()

    # Life

    def close(self) -> None:
        """Release the devices; what is still running is given up."""
        if not self._lock.acquire(timeout=self.timeout_s):
            raise self._busy("closing the mesh", self.timeout_s)
        try:
            if not self._closed:
                self._closed = True
                self._pending_reads.clear()
                self.target.close()
        finally:
            self._lock.release()

    def _acquire(self, doing: str, timeout_s: float | None = None) -> None:
        limit = self.timeout_s if timeout_s is None else timeout_s
        if not self._lock.acquire(timeout=limit):
            raise self._busy(doing, limit)
        if self._closed:
            self._lock.release()
            raise closed_error(doing)

    def _busy(self, doing: str, timeout_s: float) -> DeviceTimeoutError:
        return DeviceTimeoutError(
            "MJ5008",
            f"{doing}: another thread held the {self.target.name} mesh for {timeout_s:g} s",
            fix="give waits more time: open_mesh(..., timeout_s=600)",
        )


def closed_error(call: str) -> DeviceError:
    """The error of every call on a closed mesh."""
    return DeviceError(
        "MJ5002",
        f"{call}: the mesh is closed",
        fix="do it before mesh.close(), or inside the block of 'with open_mesh(...) as mesh:'",
    )
