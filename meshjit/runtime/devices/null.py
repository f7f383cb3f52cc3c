"""The null target: keeps memory and counts, but runs no kernel.

It tests the whole compiler and the runtime without a device: buffers hold what is written, collectives are carried out,
programs only counted unless a Python function stands for them.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from meshjit.errors import DeviceTimeoutError
from meshjit.ir.mesh import Mesh
from meshjit.ir.program import Collective, Command, Layout, RunProgram
from meshjit.runtime import layouts
from meshjit.runtime.collectives import run_collective
from meshjit.runtime.devices.base import Region

#: Granularity of memory that is kept, in bytes.
PAGE = 1 << 16
#: What freed memory reads as, so that a use of it shows.
FREED = 0xDD

#: Stands for a program: ``(device, contents of the buffers)`` to the new content of the last one.
PythonKernel = Callable[[int, Sequence[bytes]], bytes]


@dataclass(frozen=True)
class _LoadedCommands:
    commands: tuple[Command, ...]
    regions: tuple[Region, ...]
    rebindable: frozenset[int]


class NullTarget:
    """Devices that only remember and count.

    ``kernels`` maps program names to Python functions that stand for them. ``arch`` and ``layout`` make it look like
    another target. With ``hangs`` nothing that is submitted ever completes. ``counts`` holds what happened: "write",
    "read", "write_bytes", "read_bytes", "load", "submit", "wait", "free", "unload", the programs by device launch as
    "run_program", and each collective kind with its "collective_bytes" (bytes that leave a device).
    """

    def __init__(
        self, mesh: Mesh, *, memory_bytes: int = 1 << 30, arch: str = "cpu", layout: str = "row",
        kernels: Mapping[str, PythonKernel] | None = None, hangs: bool = False,
    ) -> None:  # fmt: skip
        self.name = "null"
        self.arch = arch
        self.mesh = mesh
        self.base_address = 0x1000
        self.capacity_bytes = memory_bytes
        self.alignment_bytes = 64
        self.layout = Layout(layout)
        self.one_copy = True
        self.counts: Counter[str] = Counter()
        self.kernels = dict(kernels or {})
        self.hangs = hangs
        self._pages: dict[tuple[int, int], bytearray] = {}
        self._waiting_for = ""

    def footprint(self, size_bytes: int, page_bytes: int) -> int:
        """As many bytes as the buffer has."""
        del page_bytes
        return size_bytes

    def free(self, region: Region) -> None:
        """Overwrite the region on every device."""
        self.counts["free"] += 1
        for device in range(self.mesh.size):
            for page, start, end, _ in _pieces(region.address, region.size_bytes):
                if (device, page) in self._pages:
                    self._pages[device, page][start:end] = bytes([FREED]) * (end - start)

    def write(self, device: int, region: Region, data: memoryview) -> None:
        """Copy ``data`` to one device; devices that hold the same bytes share those of their representative."""
        assert self.mesh.representative(device, region.varies) == device, "written once is enough"
        self.counts["write"] += 1
        self.counts["write_bytes"] += data.nbytes
        self._store(device, region, data)

    def read(self, device: int, region: Region) -> bytes:
        """The region's bytes; zero where nothing was written."""
        self.counts["read"] += 1
        self.counts["read_bytes"] += region.size_bytes
        return self._fetch(device, region)

    def load(self, commands: Sequence[Command], regions: Sequence[Region], rebindable: frozenset[int]) -> object:
        """Keep the commands."""
        self.counts["load"] += 1
        return _LoadedCommands(tuple(commands), tuple(regions), rebindable)

    def submit(self, loaded: object, bindings: Mapping[int, Region], timeout_s: float) -> None:
        """Count the commands and carry out what can be."""
        del timeout_s
        assert isinstance(loaded, _LoadedCommands)
        assert set(bindings) <= loaded.rebindable, "a binding of a buffer that was final at load"
        self.counts["submit"] += 1
        regions = [bindings.get(i, r) for i, r in enumerate(loaded.regions)]
        for command in loaded.commands:
            if self.hangs:
                self._waiting_for = command.label
            elif isinstance(command, RunProgram):
                self._run(command, regions)
            else:
                self._exchange(command, regions)

    def wait(self, timeout_s: float) -> None:
        """Return at once; with ``hangs``, wait in vain."""
        self.counts["wait"] += 1
        if self.hangs:
            time.sleep(timeout_s)
            raise DeviceTimeoutError(
                "MJ5008",
                f"null mesh: {self._waiting_for or 'a command'} did not complete on device 0 within {timeout_s:.3g} s",
                fix="give it more time: open_mesh(..., timeout_s=600)",
            )

    def unload(self, loaded: object) -> None:
        """Forget the commands."""
        del loaded
        self.counts["unload"] += 1

    def close(self) -> None:
        """Forget all memory."""
        self._pages.clear()

    def _run(self, command: RunProgram, regions: Sequence[Region]) -> None:
        kernel = self.kernels.get(command.program.name)
        for device in command.devices:
            self.counts["run_program"] += 1
            if kernel is not None:
                bound = [regions[b] for b in command.buffers]
                result = kernel(device, [self._fetch(device, r) for r in bound])
                if self.mesh.representative(device, bound[-1].varies) == device:
                    self._store(device, bound[-1], memoryview(result))

    def _exchange(self, command: Collective, regions: Sequence[Region]) -> None:
        source, destination = regions[command.source], regions[command.destination]
        self.counts[command.kind] += 1
        self.counts["collective_bytes"] += sum(len(g) for g in command.groups) * source.size_bytes
        inputs = {
            d: layouts.decode(self._fetch(d, source), command.in_shape, command.dtype, self.layout)
            for group in command.groups
            for d in group
        }
        for device, array in run_collective(command, inputs).items():
            if self.mesh.representative(device, destination.varies) == device:
                self._store(device, destination, layouts.encode(array, self.layout))

    def _store(self, device: int, region: Region, data: memoryview) -> None:
        for page, start, end, at in _pieces(region.address, data.nbytes):
            kept = self._pages.setdefault((device, page), bytearray(PAGE))
            kept[start:end] = data[at : at + end - start]

    def _fetch(self, device: int, region: Region) -> bytes:
        holder = self.mesh.representative(device, region.varies)
        out = bytearray(region.size_bytes)
        for page, start, end, at in _pieces(region.address, region.size_bytes):
            kept = self._pages.get((holder, page))
            if kept is not None:
                out[at : at + end - start] = kept[start:end]
        return bytes(out)


def _pieces(address: int, size_bytes: int) -> list[tuple[int, int, int, int]]:
    """A range of memory as ``(page, start in page, end in page, offset in the range)``."""
    out: list[tuple[int, int, int, int]] = []
    at = 0
    while at < size_bytes:
        page, start = divmod(address + at, PAGE)
        end = min(PAGE, start + size_bytes - at)
        out.append((page, start, end, at))
        at += end - start
    return out
