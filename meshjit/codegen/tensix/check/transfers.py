"""NoC transfers of a kernel: request initiators, counters of answers, and what may be under way."""

from __future__ import annotations

from meshjit.arch import Arch
from meshjit.codegen.tensix.check.events import Range

#: Bits of NOC_CTRL (NoC/MemoryMap.md): NOC_CMD_AT, NOC_CMD_WR, NOC_CMD_WR_INLINE, NOC_CMD_BRCST_PACKET.
ATOMIC, WRITE, INLINE, MULTICAST = 1, 2, 8, 32


def transfer_counters(arch: Arch) -> dict[int, bool | None]:
    """Counters of answers by address: True for those of reads, False of writes, None of atomic requests."""
    noc = arch.noc
    kinds = ((noc.read_responses, True), (noc.write_acks, False), (noc.atomic_responses, None))
    return {base + offset: kind for base in (noc.base, noc.noc1_base) for offset, kind in kinds}


def initiators(arch: Arch) -> frozenset[int]:
    """Addresses of the request initiators' registers, on both NoCs."""
    noc = arch.noc
    return frozenset(first + i * noc.stride for first in (noc.base, noc.noc1_base) for i in range(4))


def unsupported(arch: Arch, ctrl: int, length: int) -> tuple[str, str]:
    """What no kernel may ask of a request initiator, and the page; ("", "") when there is nothing."""
    if ctrl & INLINE:
        return "a write of a word of its own, which is not safe to L1 on Blackhole", "NoC/MemoryMap.md"
    if length > arch.noc.max_packet_bytes:  # other initiators must be left alone until it is split
        return f"a request of {length} bytes, more than one packet", "NoC/Counters.md"
    return "", ""


class Transfers:
    """Transfers by the counter of their answers: how many packets were asked for, and what may be under way, each with
    the word that asked for it."""

    def __init__(self, arch: Arch) -> None:
        self.counters = transfer_counters(arch)
        self.issued = dict.fromkeys(self.counters, 0)
        self.flying: dict[int, list[tuple[Range, int]]] = {c: [] for c in self.counters}
        reads = [flying for counter, flying in self.flying.items() if self.counters[counter]]
        #: Those that write here, and all.
        self._changing = reads, list(self.flying.values())

    def under_way(self, *, reads: bool) -> list[tuple[Range, int]]:
        """Transfers that may be under way: what they write to here, or what they read from here."""
        return [t for counter, flying in self.flying.items() if self.counters[counter] == reads for t in flying]

    def conflict(self, touched: Range, *, changes: bool) -> int | None:
        """The word that asked for a transfer that ``touched`` gets in the way of: one that writes there or, when the
        bytes are changed, one that reads there. None when there is none."""
        for flying in self._changing[changes]:
            for other, since in flying:
                if other.first < touched.end and touched.first < other.end:
                    return since
        return None

    def begin(self, counter: int, touched: Range, packets: int, at: int) -> None:
        """A transfer begins; one that goes on where the last ended is joined with it (unless it is a word)."""
        self.issued[counter] += packets
        flying = self.flying[counter]
        if flying and flying[-1][1] == at and touched.end - touched.first > 4:
            last = flying[-1][0]
            if last == touched:
                return
            if last.end == touched.first:
                flying[-1] = Range(last.first, touched.end), at
                return
        flying.append((touched, at))
