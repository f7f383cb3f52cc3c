"""Cards: emulated, simulated or real chips behind one transport.

Buffers lie in DRAM, tiled, their pages going round the banks. A program is started by releasing reset on its workers
(see :mod:`meshjit.runtime.devices.launch`); collectives go through the host.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from meshjit.arch import ARCHS, DONE_VALUE, L1, NOT_DONE_VALUE, Arch
from meshjit.errors import DeviceError, DeviceTimeoutError, EnvironmentMissingError, UsageError
from meshjit.ir.mesh import Mesh
from meshjit.ir.program import Collective, Command, Layout, Program, RunProgram
from meshjit.runtime import layouts
from meshjit.runtime.collectives import run_collective
from meshjit.runtime.devices import launch
from meshjit.runtime.devices.base import Region
from meshjit.runtime.devices.launch import Flag, Transport
from meshjit.runtime.devices.silicon import SiliconMesh
from meshjit.runtime.devices.ttsim_process import TtsimMesh
from meshjit.runtime.topology import Link, ethernet_links


@dataclass(frozen=True)
class _Loaded:
    """Commands that :meth:`CardTarget.submit` runs, and where their buffers are."""

    commands: tuple[Command, ...]
    regions: tuple[Region, ...]


class CardTarget:
    """A mesh of chips; device ``i`` of the mesh is chip ``i`` of the transport.

    An address names the same offset in every DRAM bank; a buffer of n pages takes ``ceil(n / banks)`` pages from there
    in each. A launch that fails leaves the chip in an unknown state, so every later submission is refused (MJ5105).
    ``links`` are the cables between Ethernet tiles, where they are known.
    """

    def __init__(self, name: str, mesh: Mesh, arch: Arch, transport: Transport, links: Sequence[Link] = ()) -> None:
        self.name = name
        self.arch = arch.name
        self.mesh = mesh
        self.base_address = arch.dram_base
        self.capacity_bytes = arch.dram_bank_bytes
        self.alignment_bytes = arch.dram_alignment
        self.layout = Layout.TILE
        self.one_copy = False
        self._chip = arch
        self._transport = transport
        self.links = tuple(links)
        self._closed = False
        self._failed = ""
        # What each worker's L1 holds from the last launch: the program, and its buffers' addresses.
        self._resident: dict[tuple[int, tuple[int, int]], tuple[Program, Sequence[int]]] = {}

    @property
    def transport(self) -> Transport:
        """The way to the chips, for kernels that no program has, such as those of Ethernet tiles."""
        self._check_open()
        return self._transport

    # ---- memory

    def footprint(self, size_bytes: int, page_bytes: int) -> int:
        """Bytes that a buffer takes in each bank."""
        pages = -(-size_bytes // page_bytes)
        return -(-pages // len(self._chip.dram_banks)) * page_bytes

    def free(self, region: Region) -> None:
        """DRAM is the mesh's own: an emulated mesh notes that nobody may read the region any more."""
        if self._closed:
            return
        banks = self._chip.dram_banks
        size = self.footprint(region.size_bytes, region.page_bytes)
        for device in range(self.mesh.size):
            for xy in banks:
                self._transport.discard(device, xy, region.address, size)

    def write(self, device: int, region: Region, data: memoryview) -> None:
        """Copy ``data`` to the region's pages on one device."""
        self._check_open()
        page, banks = region.page_bytes, self._chip.dram_banks
        pages = [bytes(data[i : i + page]) for i in range(0, len(data), page)]
        for bank, xy in enumerate(banks[: len(pages)]):
            self._transport.write(device, xy, region.address, b"".join(pages[bank :: len(banks)]))

    def read(self, device: int, region: Region) -> bytes:
        """The region's bytes on one device."""
        self._check_open()
        page, banks = region.page_bytes, self._chip.dram_banks
        count = -(-region.size_bytes // page)
        pages: list[bytes] = [b""] * count
        for bank, xy in enumerate(banks[:count]):
            mine = len(range(bank, count, len(banks)))
            data = self._transport.read(device, xy, region.address, mine * page)
            pages[bank :: len(banks)] = [data[i : i + page] for i in range(0, len(data), page)]
        return b"".join(pages)[: region.size_bytes]

    # ---- execution

    def load(self, commands: Sequence[Command], regions: Sequence[Region], rebindable: frozenset[int]) -> Any:
        """Check that the commands are for this chip."""
        del rebindable
        for command in commands:
            if isinstance(command, RunProgram) and command.program.target != self.arch:
                raise DeviceError(
                    "MJ5106",
                    f"program {command.program.name} is for {command.program.target}, these chips are {self.arch}",
                    fix="compile the function for this mesh",
                )
        return _Loaded(tuple(commands), tuple(regions))

    def submit(self, loaded: Any, bindings: Mapping[int, Region], timeout_s: float) -> None:
        """Run the commands in order; returns when they have run."""
        self._check_open()
        assert isinstance(loaded, _Loaded)
        regions = [bindings.get(i, region) for i, region in enumerate(loaded.regions)]
        deadline = time.monotonic() + timeout_s
        for command in loaded.commands:
            if isinstance(command, RunProgram):
                self._run_program(command, regions, deadline)
            else:
                self._run_collective(command, regions)

    def wait(self, timeout_s: float) -> None:
        """Submission runs to the end, so there is nothing to wait for."""
        del timeout_s

    def unload(self, loaded: Any) -> None:
        """Nothing is kept on the chips but code, which the next launch replaces."""

    def close(self) -> None:
        """Let go of the chips."""
        if not self._closed:
            self._closed = True
            self._transport.close()

    def _check_open(self) -> None:
        if self._closed:
            raise DeviceError("MJ5107", "this mesh is closed", fix="open it again: meshjit.open_mesh(...)")
        if self._failed:
            raise DeviceError(
                "MJ5105",
                "a launch on this mesh failed before, and its chips are in an unknown state",
                operands=[self._failed],
                fix="close this mesh and open a new one",
            )

    def _run_program(self, command: RunProgram, regions: Sequence[Region], deadline: float) -> None:
        addresses = [regions[b].address for b in command.buffers]
        label = command.label or command.program.name
        try:
            flags: list[Flag] = []
            for device in command.devices:
                flags += self._start(command.program, device, addresses)
            self._transport.run(flags, max(deadline - time.monotonic(), 0.001))
        except DeviceTimeoutError as error:
            self._failed = f"{label}: {error.summary}"
            raise DeviceTimeoutError(
                error.code, f"{label}: {error.summary}", operands=error.operands, fix=error.fix
            ) from error
        except DeviceError as error:
            self._failed = f"{label}: {error.summary}"
            raise

    def _start(self, program: Program, device: int, addresses: Sequence[int]) -> list[Flag]:
        """Write what differs from the last launch, and release BRISC on every worker of the program."""
        chip, transport = self._chip, self._transport
        images = launch.static_images(program, chip)
        reset, release = struct.pack("<I", chip.reset_all), struct.pack("<I", chip.run_brisc)
        flags: list[Flag] = []
        for core, words in program.arguments:
            xy = chip.worker(core)
            before = self._resident.get((device, core))
            transport.write(device, xy, chip.soft_reset, reset)
            if before is not None and before[0] is program:
                transport.write(device, xy, L1.flags, struct.pack("<I", NOT_DONE_VALUE))
            else:
                for address, data in images:
                    transport.write(device, xy, address, data)
            if before is None or before[0] is not program or before[1] != addresses:
                block = launch.argument_block(program, chip, core, words, addresses, device)
                transport.write(device, xy, L1.arguments, block)
            self._resident[device, core] = (program, addresses)
            flags.append((device, xy, L1.flags, DONE_VALUE))
        for core, _ in program.arguments:
            transport.write(device, chip.worker(core), chip.soft_reset, release)
        return flags

    def _run_collective(self, command: Collective, regions: Sequence[Region]) -> None:
        source, destination = regions[command.source], regions[command.destination]
        arrays = {
            device: layouts.decode(self.read(device, source), command.in_shape, command.dtype, self.layout)
            for group in command.groups
            for device in group
        }
        for device, array in run_collective(command, arrays).items():
            self.write(device, destination, layouts.encode(array, self.layout))


def open_emulator(mesh: Mesh, arch: str, **options: Any) -> CardTarget:
    """Emulated chips: ``emulator:wormhole`` or ``emulator:blackhole``. Options go to the emulator.

    The option ``links`` names other cables than those between neighbours along each axis of the mesh
    (:func:`~meshjit.runtime.topology.ethernet_links`); ``links=()`` is none.
    """
    from meshjit.runtime.emulator.mesh import EmulatedMesh  # noqa: PLC0415  # brings numba in, which other targets do not need

    chip = _arch(arch)
    links = options.setdefault("links", ethernet_links(mesh, chip))
    return CardTarget(f"emulator:{arch}", mesh, chip, EmulatedMesh(chip, mesh.size, **options), links)


def open_ttsim(mesh: Mesh, path: str) -> CardTarget:
    """The official simulator, one process per chip: ``ttsim:PATH`` with the folder that holds ``libttsim.so``."""
    transport = TtsimMesh(path, mesh.size)
    return CardTarget(f"ttsim:{path}", mesh, _arch(transport.arch), transport)


def open_card(mesh: Mesh) -> CardTarget:
    """The cards of this machine, through tt-umd.

    Raises :class:`~meshjit.errors.EnvironmentMissingError` (MJ5111) when there are fewer chips than the mesh has
    devices.
    """
    transport = SiliconMesh()
    if transport.num_chips < mesh.size:
        found = transport.num_chips
        transport.close()
        raise EnvironmentMissingError(
            "MJ5111",
            f"a mesh of {mesh.size} devices, but this machine has {found} chips",
            fix='open a smaller mesh, or use emulated cards: target="emulator:wormhole"',
        )
    return CardTarget("card", mesh, _arch(transport.arch), transport)


def _arch(name: str) -> Arch:
    if name not in ARCHS:
        raise UsageError("MJ5112", f"no chip is called {name!r}", fix="use one of " + ", ".join(ARCHS))
    return ARCHS[name]
