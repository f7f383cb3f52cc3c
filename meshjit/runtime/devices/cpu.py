"""The CPU mesh: N devices in this process, shards in host memory, kernels built by LLVM for this machine."""

from __future__ import annotations

import ctypes
import mmap
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from meshjit import config
from meshjit.errors import DeviceError, DeviceTimeoutError, OutOfMemoryError
from meshjit.ir.mesh import Mesh
from meshjit.ir.program import BufferAddress, Collective, Command, Layout, PerDevice, RunProgram, Word
from meshjit.runtime.devices import cpu_collective, cpu_native, cpu_stream
from meshjit.runtime.devices.base import Region
from meshjit.runtime.devices.cpu_pool import shared_pool
from meshjit.runtime.devices.cpu_stream import Job, Phase, Pointer, Stream

_ALIGNMENT = 64
#: Reading past a buffer's end by less than a vector must stay inside the mapping.
_MARGIN = 1 << 20


def machine_memory_bytes() -> int:
    """The machine's physical memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


class CpuTarget:
    """N devices in host memory.

    Device ``d`` owns one reserved mapping of ``capacity_bytes`` (default: the machine's memory); pages cost memory
    once they are written. A region that does not vary along an axis is kept once, on its representative.

    Raises :class:`~meshjit.errors.OutOfMemoryError` (MJ5204) when the address space cannot be reserved.
    """

    name = "cpu"
    arch = "cpu"
    layout = Layout.ROW
    base_address = 0
    alignment_bytes = _ALIGNMENT
    one_copy = True

    def __init__(self, mesh: Mesh, capacity_bytes: int | None = None) -> None:
        self.mesh = mesh
        self.capacity_bytes = (capacity_bytes or machine_memory_bytes()) // mmap.PAGESIZE * mmap.PAGESIZE
        self._pool = shared_pool()
        self._lock = threading.Lock()
        self._closed = False
        self._maps = [self._reserve() for _ in range(mesh.size)]
        self._bases = [ctypes.addressof(ctypes.c_char.from_buffer(m)) for m in self._maps]

    def _reserve(self) -> mmap.mmap:
        # 0x4000 is MAP_NORESERVE on Linux; Python names it from 3.13 on.
        flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | (0x4000 if sys.platform == "linux" else 0)
        try:
            memory = mmap.mmap(-1, self.capacity_bytes + _MARGIN, flags=flags)
        except OSError as error:
            raise OutOfMemoryError(
                "MJ5204",
                f"cannot reserve {self.capacity_bytes} bytes of address space per device: {error}",
                fix="raise the limit of virtual memory (ulimit -v unlimited)",
            ) from error
        if hasattr(mmap, "MADV_HUGEPAGE"):
            memory.madvise(mmap.MADV_HUGEPAGE)
        return memory

    def footprint(self, size_bytes: int, page_bytes: int) -> int:
        """How much of the address space a buffer takes: its size, rounded up to cache lines."""
        return -(-size_bytes // _ALIGNMENT) * _ALIGNMENT

    def _holders(self, region: Region) -> set[int]:
        return {self.mesh.representative(d, region.varies) for d in range(self.mesh.size)}

    def free(self, region: Region) -> None:
        """Give the whole pages of a region back to the machine."""
        start = -(-region.address // mmap.PAGESIZE) * mmap.PAGESIZE
        length = (region.address + region.size_bytes) // mmap.PAGESIZE * mmap.PAGESIZE - start
        if length > 0 and not self._closed and hasattr(mmap, "MADV_DONTNEED"):
            for device in self._holders(region):
                self._maps[device].madvise(mmap.MADV_DONTNEED, start, length)

    def _place(self, device: int, region: Region) -> mmap.mmap:
        if self._closed:
            raise DeviceError("MJ5205", "the mesh is closed", fix="open it again: open_mesh(...)")
        return self._maps[self.mesh.representative(device, region.varies)]

    def write(self, device: int, region: Region, data: memoryview) -> None:
        """Copy ``data`` to the start of the region, in the one copy that ``device`` shares.

        Raises :class:`~meshjit.errors.DeviceError`: MJ5205 on a closed mesh, MJ5206 when data outgrows the region.
        """
        memory = self._place(device, region)
        flat = data.cast("B") if data.nbytes else memoryview(b"")
        if flat.nbytes > region.size_bytes:
            raise DeviceError(
                "MJ5206",
                f"{flat.nbytes} bytes do not fit a region of {region.size_bytes}",
                fix="write at most the region's size",
            )
        memory[region.address : region.address + flat.nbytes] = flat

    def read(self, device: int, region: Region) -> bytes:
        """Copy the region's bytes. Raises :class:`~meshjit.errors.DeviceError` (MJ5205) on a closed mesh."""
        memory = self._place(device, region)
        return memory[region.address : region.address + region.size_bytes]

    def load(self, commands: Sequence[Command], regions: Sequence[Region], rebindable: frozenset[int]) -> Stream:
        """Turn commands into one native command stream.

        Raises :class:`~meshjit.errors.DeviceError` (MJ5207) for programs of another architecture.
        """
        phases: list[Phase] = []
        keep: list[object] = []
        for command in commands:
            if isinstance(command, Collective):
                source, destination = regions[command.source], regions[command.destination]
                more, kept = cpu_collective.phases(
                    command,
                    lambda d, r=source: self.mesh.representative(d, r.varies),
                    lambda d, r=destination: self.mesh.representative(d, r.varies),
                )
                phases += more
                keep += kept
            else:
                phases.append(self._launch(command, regions, keep))
        merged = cpu_stream.merge(phases, regions, rebindable)
        return cpu_stream.encode(merged, regions, rebindable, self._locate, keep)

    def _locate(self, device: int, region: Region) -> int:
        return self._bases[self.mesh.representative(device, region.varies)]

    def _launch(self, command: RunProgram, regions: Sequence[Region], keep: list[object]) -> Phase:
        program = command.program
        if program.target != self.arch:
            raise DeviceError(
                "MJ5207",
                f"program {program.name} is for {program.target}, this mesh is {self.arch}",
                fix=f"compile it for this target: open_mesh(..., target={self.name!r})",
            )
        (kernel,) = program.kernels
        library = cpu_native.load(kernel.binary, kernel.name)
        keep.append(library)
        output = regions[command.buffers[-1]]
        devices = sorted({self.mesh.representative(d, output.varies) for d in command.devices})
        words = program.arguments[0][1]
        inputs = [regions[b] for b in command.buffers[:-1]]
        touched = sum(r.size_bytes for r in inputs) + output.size_bytes
        jobs = [
            Job(
                library[kernel.name],
                tuple(tuple(_resolve(w, d, command.buffers) for w in words) for d in group),
                program.num_tasks,
                touched,
            )
            for group in self._sharing(devices, inputs)
        ]
        reads, writes = set(command.buffers[:-1]), {command.buffers[-1]}
        return Phase(command.label or program.name, jobs, reads, writes)

    def _sharing(self, devices: Sequence[int], inputs: Sequence[Region]) -> list[list[int]]:
        """Devices grouped by the largest input that several of them share, so that they use it while it is cached."""
        best: dict[int, list[int]] = {d: [d] for d in devices}
        size = 0
        for region in inputs:
            groups: dict[int, list[int]] = {}
            for d in devices:
                groups.setdefault(self.mesh.representative(d, region.varies), []).append(d)
            if len(groups) < len(devices) and region.size_bytes > size:
                best, size = groups, region.size_bytes
        return list(best.values())

    def submit(self, loaded: Stream, bindings: Mapping[int, Region], timeout_s: float) -> None:
        """Run a loaded stream, and return when it has run.

        Raises :class:`~meshjit.errors.DeviceTimeoutError` (MJ5202, MJ5208) when it does not end in time, and
        :class:`~meshjit.errors.DeviceError`: MJ5205 on a closed mesh, MJ5210 for an unloaded stream, MJ5209 for a
        binding that does not fit.
        """
        self._acquire(timeout_s)
        try:
            if self._closed:
                raise DeviceError("MJ5205", "the mesh is closed", fix="open it again: open_mesh(...)")
            if not loaded.keep:
                raise DeviceError("MJ5210", "the stream is unloaded", fix="load its commands again")
            self._bind(loaded, bindings)
            late = self._pool.run(
                loaded.phases_at,
                len(loaded.labels),
                loaded.patches_at,
                loaded.num_patches if loaded.stale else 0,
                loaded.bindings_at,
                timeout_s,
            )
            loaded.stale = False
        finally:
            self._lock.release()
        if late >= 0:
            raise DeviceTimeoutError(
                "MJ5208",
                f"the CPU mesh did not finish within {timeout_s:g} s; it was at step {late}: {loaded.labels[late]}",
                fix=f"allow more time: MESHJIT_TIMEOUT={2 * timeout_s:g}",
            )

    def _bind(self, loaded: Stream, bindings: Mapping[int, Region]) -> None:
        """Note new addresses of rebindable buffers; the driver patches them in when it runs next."""
        for buffer, region in bindings.items():
            if loaded.bound.get(buffer) == region:
                continue
            slot, old = loaded.slots.get(buffer), loaded.regions[buffer]
            if slot is None or region.varies != old.varies or region.size_bytes < old.size_bytes:
                raise DeviceError(
                    "MJ5209",
                    f"buffer {buffer} cannot be bound to {region}",
                    operands=[f"loaded with {old}", f"rebindable: {sorted(loaded.slots)}"],
                    fix="bind a region of the same size and sharding as at load",
                )
            loaded.bindings[slot] = region.address
            loaded.bound[buffer] = region
            loaded.stale = True

    def wait(self, timeout_s: float) -> None:
        """Wait until everything submitted has run.

        Raises :class:`~meshjit.errors.DeviceTimeoutError` (MJ5202) when another thread's submission does not end.
        """
        self._acquire(timeout_s)
        self._lock.release()

    def _acquire(self, timeout_s: float) -> None:
        if not self._lock.acquire(timeout=timeout_s):
            raise DeviceTimeoutError(
                "MJ5202", f"a submission still runs after {timeout_s:g} s", fix="raise MESHJIT_TIMEOUT"
            )

    def unload(self, loaded: Stream) -> None:
        """Drop a stream's code and records, once it does not run."""
        with self._lock:
            loaded.keep = ()

    def close(self) -> None:
        """Release the devices' memory. Closing twice is harmless."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._maps.clear()  # the mappings go with the last reference to them


def _resolve(word: Word, device: int, buffers: Sequence[int]) -> int | Pointer:
    if isinstance(word, BufferAddress):
        return Pointer(device, buffers[word.index], word.offset_bytes)
    return word.values[device] if isinstance(word, PerDevice) else word


@dataclass(frozen=True)
class Machine:
    """What the CPU mesh runs on, for ``meshjit doctor``."""

    threads: int
    memory_bytes: int


def describe() -> Machine:
    """This machine, as the CPU mesh sees it."""
    return Machine(config.load().threads, machine_memory_bytes())
