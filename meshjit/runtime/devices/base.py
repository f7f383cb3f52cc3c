"""What a target is: the few methods the runtime asks of a kind of device."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from meshjit.ir.mesh import Mesh
from meshjit.ir.program import Command, Layout


@dataclass(frozen=True)
class Region:
    """A buffer's place: the same ``address`` on every device of the mesh.

    ``size_bytes`` is per device. Cards spread a buffer over DRAM banks in pages of ``page_bytes``. Devices that agree
    along the mesh axes in ``varies`` hold the same bytes; a target may keep one copy for them, that of
    :meth:`Mesh.representative`.
    """

    address: int
    size_bytes: int
    page_bytes: int
    varies: tuple[str, ...] = ()


class Target(Protocol):
    """One kind of device. A target owns memory and execution; allocation, layouts and shardings are the runtime's.

    ``arch`` names the programs it runs ("cpu", "wormhole", "blackhole"). ``capacity_bytes`` is the size of the address
    space that the mesh's one allocator hands out, ``base_address`` where it starts, ``alignment_bytes`` what every
    address is a multiple of. ``one_copy`` says that devices which agree along a region's ``varies`` share the copy of
    :meth:`Mesh.representative`, the only one that is then written.
    """

    name: str
    arch: str
    mesh: Mesh
    base_address: int
    capacity_bytes: int
    alignment_bytes: int
    layout: Layout
    one_copy: bool

    def footprint(self, size_bytes: int, page_bytes: int) -> int:
        """How much of the address space a buffer takes."""
        ...

    def free(self, region: Region) -> None:
        """Give a region's memory back to the machine; its content is lost."""
        ...

    def write(self, device: int, region: Region, data: memoryview) -> None:
        """Copy ``data`` to the start of the region on one device."""
        ...

    def read(self, device: int, region: Region) -> bytes:
        """Copy the region's bytes from one device."""
        ...

    def load(self, commands: Sequence[Command], regions: Sequence[Region], rebindable: frozenset[int]) -> Any:
        """Make commands ready to run any number of times, and return a handle.

        Commands name buffers by index into ``regions``. Those in ``rebindable`` may be given another region at each
        submission; all other addresses are final.
        """
        ...

    def submit(self, loaded: Any, bindings: Mapping[int, Region], timeout_s: float) -> None:
        """Run loaded commands in order. Returns when they have run, or when they are under way: see :meth:`wait`.

        Raises :class:`~meshjit.errors.DeviceTimeoutError` when the device does not accept them in time.
        """
        ...

    def wait(self, timeout_s: float) -> None:
        """Wait until everything submitted has run.

        Raises :class:`~meshjit.errors.DeviceTimeoutError` on expiry, naming op, device, core and peer waited for.
        """
        ...

    def unload(self, loaded: Any) -> None:
        """Drop what :meth:`load` made."""
        ...

    def close(self) -> None:
        """Release the devices. Closing twice is harmless."""
        ...
