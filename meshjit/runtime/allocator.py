"""The lock-step allocator: one address space for all devices of a mesh."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from meshjit.errors import DeviceError, OutOfMemoryError

#: How many of the largest live buffers an out-of-memory error lists.
LISTED = 8


@dataclass(frozen=True)
class Block:
    """A live allocation: ``size_bytes`` of address space from ``address``, on every device."""

    address: int
    size_bytes: int
    name: str


class LockstepAllocator:
    """First fit over a list of gaps sorted by address; neighbours join again when freed.

    Sizes count address space. Where an address exists in each of several ``banks``, messages give the bytes of all of
    them together. A buffer has the same address on every device, so one allocator serves the mesh. It knows addresses
    alone and touches no memory. Not thread-safe: its owner holds a lock.
    """

    def __init__(self, base: int, capacity_bytes: int, alignment_bytes: int, banks: int = 1) -> None:
        start = _round_up(base, alignment_bytes)
        self.banks = banks
        self.alignment_bytes = alignment_bytes
        self.capacity_bytes = capacity_bytes
        self._starts: list[int] = [start]
        self._sizes: list[int] = [max(0, base + capacity_bytes - start)]
        self._live: dict[int, Block] = {}
        self._live_bytes = 0
        self.peak_bytes = 0

    @property
    def live_bytes(self) -> int:
        """Address space in use, per device."""
        return self._live_bytes

    @property
    def largest_gap_bytes(self) -> int:
        """The largest buffer that would fit now."""
        return max(self._sizes, default=0)

    def blocks(self) -> tuple[Block, ...]:
        """The live allocations by address."""
        return tuple(self._live[a] for a in sorted(self._live))

    def allocate(self, size_bytes: int, name: str) -> int:
        """Take ``size_bytes`` of address space and return its address.

        Raises :class:`~meshjit.errors.OutOfMemoryError` (MJ5001), which lists the largest live buffers.
        """
        # A buffer of no bytes takes a unit too, so that addresses of live buffers always differ.
        size = max(_round_up(size_bytes, self.alignment_bytes), self.alignment_bytes)
        for i, gap in enumerate(self._sizes):
            if gap >= size:
                address = self._starts[i]
                if gap == size:
                    del self._starts[i], self._sizes[i]
                else:
                    self._starts[i], self._sizes[i] = address + size, gap - size
                self._live[address] = Block(address, size, name)
                self._live_bytes += size
                self.peak_bytes = max(self.peak_bytes, self._live_bytes)
                return address
        raise self._out_of_memory(size_bytes, name)

    def free(self, address: int) -> None:
        """Give the block at ``address`` back.

        Raises :class:`~meshjit.errors.DeviceError` (MJ5019) when none is live there.
        """
        block = self._live.pop(address, None)
        if block is None:
            raise DeviceError(
                "MJ5019",
                f"no live buffer starts at address {address:#x}",
                operands=[f"{b.name}: {b.size_bytes} bytes at {b.address:#x}" for b in self.blocks()[:LISTED]],
                fix="release a buffer once, through the object that owns it",
            )
        self._live_bytes -= block.size_bytes
        start, size = block.address, block.size_bytes
        i = bisect_left(self._starts, start)
        if i < len(self._starts) and start + size == self._starts[i]:
            size += self._sizes[i]
            del self._starts[i], self._sizes[i]
        if i and self._starts[i - 1] + self._sizes[i - 1] == start:
            self._sizes[i - 1] += size
        else:
            self._starts.insert(i, start)
            self._sizes.insert(i, size)

    def _out_of_memory(self, size_bytes: int, name: str) -> OutOfMemoryError:
        def text(size: int) -> str:
            return size_text(size * self.banks)

        largest = sorted(self._live.values(), key=lambda b: (-b.size_bytes, b.address))
        lines = [f"{b.name}: {text(b.size_bytes)} at {b.address:#x}" for b in largest[:LISTED]]
        if len(largest) > LISTED:
            rest = sum(b.size_bytes for b in largest[LISTED:])
            lines.append(f"and {len(largest) - LISTED} more of {text(rest)} together")
        free = sum(self._sizes)
        return OutOfMemoryError(
            "MJ5001",
            f"{name or 'a buffer'} needs {text(size_bytes)} on each device; of {text(self.capacity_bytes)} "
            f"{text(free)} are free, the largest piece {text(self.largest_gap_bytes)}",
            operands=lines,
            fix="shard what is large over a mesh axis, mesh.put(w, P(None, 'tp')), give back what is no longer used, "
            "tensor.delete() or trace.release(), or open a mesh of more devices",
        )


def size_text(size_bytes: int) -> str:
    """A size for people: ``2.50 MiB``."""
    if size_bytes < 1024:
        return f"{size_bytes} B"
    value, unit = float(size_bytes), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if value < 1024:
            break
        value, unit = value / 1024, larger
    return f"{value:.2f} {unit}"


def _round_up(value: int, unit: int) -> int:
    return -(-value // unit) * unit
