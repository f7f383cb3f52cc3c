"""Links between Ethernet tiles of emulated chips, and what the firmware of those tiles keeps in their L1.

Packets go over between the chips' rounds, so that a run is deterministic whatever the host's threads do. Packets of one
queue arrive in order (TT-link: ISA documentation, EthernetTile/EthernetTxRx).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

import numpy as np

from meshjit.arch import Arch
from meshjit.errors import UsageError
from meshjit.runtime.emulator.ethernet import PARK, SEND_WORD
from meshjit.runtime.emulator.noc import mark_l1
from meshjit.runtime.emulator.races import REMOTE, TRANSMIT, arrive, bulk_read, signal
from meshjit.runtime.emulator.registers import tile_store
from meshjit.runtime.emulator.scheduler import QUIET_ROUNDS
from meshjit.runtime.emulator.state import BLACKHOLE, BY_NOC, F_CODE, PACKETS, STRICT, TILES, WORKERS, Chip
from meshjit.runtime.emulator.tensix_state import Stack
from meshjit.runtime.topology import Link, Port

#: Bytes of a packet that counts as a flag: the smallest there is.
_FLAG_BYTES = 16

#: What the firmware keeps in L1: a function that kernels call while they wait, the pointer to it (Wormhole).
_YIELD, _YIELD_POINTER, _RET, _SPIN = 0x440, 0x9020, 0x00008067, 0x0000006F


class Links:
    """The links of a mesh of chips, and the packets that go over them.

    Raises :class:`~meshjit.errors.UsageError` (MJ6003) for a link to no Ethernet tile, to itself or to a tile that has
    one.
    """

    def __init__(
        self, arch: Arch, chips: Sequence[Chip], stacks: Sequence[Stack], links: Sequence[Link], seed: int | None
    ) -> None:
        self._chips, self._stacks = chips, stacks
        self._random = None if seed is None else Random(seed)
        self._peers: dict[tuple[int, int], tuple[int, int]] = {}
        for one, two in links:
            a, b = self._port(arch, one), self._port(arch, two)
            if a == b or a in self._peers or b in self._peers:
                raise UsageError("MJ6003", f"a link of {one} and {two}: a tile has one link", fix="give each tile one")
            self._peers[a], self._peers[b] = b, a
        for chip, w in self._peers:
            chips[chip].linked[w] = 1

    def _port(self, arch: Arch, port: Port) -> tuple[int, int]:
        chip, (x, y) = port
        place = -1
        if 0 <= chip < len(self._chips) and 0 <= x < 64 and 0 <= y < 64:
            place = int(self._chips[chip].place[0, x | y << 6])
        if place < len(arch.workers):
            raise UsageError(
                "MJ6003",
                f"no Ethernet tile {port[1]} of chip {chip} (of {len(self._chips)})",
                fix="use tiles of " + ", ".join(map(str, arch.ethernet)),
            )
        return chip, place

    def __bool__(self) -> bool:
        return bool(self._peers)

    def busy(self, chip: int) -> bool:
        """Whether a chip's Ethernet tiles run a kernel, or have packets to send."""
        state = self._chips[chip]
        tiles = slice(int(state.facts[WORKERS]), int(state.facts[TILES]))
        parked = state.pc[tiles] == PARK[state.facts[BLACKHOLE]]
        ends = state.packet_ends[tiles]
        return bool((state.running[tiles] & ~parked).any() or (ends[:, :, 1] > ends[:, :, 0]).any())

    def rounds(self) -> int:
        """Rounds of every chip until packets go over: one or, under a seed, at times so many that a deadlock shows."""
        return 1 if self._random is None or self._random.random() < 0.75 else QUIET_ROUNDS + 2

    def step(self) -> bool:
        """Carry packets over: all, or under a seed some. Returns whether any waited. Faults are left in the chips."""
        moved = False
        for (chip, w), peer in self._peers.items():
            state = self._chips[chip]
            ends = state.packet_ends[w]
            for q in np.flatnonzero(ends[:, 1] > ends[:, 0]):
                moved = True
                while ends[q, 1] > ends[q, 0] and (self._random is None or self._random.random() < 0.5):
                    self._carry(state, w, int(q), peer)
                    ends[q, 0] += 1
                    if state.fault[F_CODE] or self._chips[peer[0]].fault[F_CODE]:
                        return True
        return moved

    def _carry(self, state: Chip, w: int, q: int, peer: tuple[int, int]) -> None:
        """Read a packet's bytes and write them at the peer; a fault of either is left in it."""
        other, v = self._chips[peer[0]], peer[1]
        command, start, size, target, value, pc = (
            int(n) for n in state.packets[w, q, int(state.packet_ends[w, q, 0]) % PACKETS]
        )
        strict = bool(state.facts[STRICT])
        if strict and command != SEND_WORD and not bulk_read(state, w, TRANSMIT + q, start, size, pc):
            return
        if strict:
            # What the peer has received of its own it may know: an answer says that its packets were read.
            row = other.clock[v]
            sent = slice(TRANSMIT, None)
            row[REMOTE, sent] = np.maximum(row[REMOTE, sent], row[range(TRANSMIT, len(row)), range(TRANSMIT, len(row))])
            if command == SEND_WORD or size == _FLAG_BYTES:
                signal(state, w, TRANSMIT + q)
        if command == SEND_WORD:
            tile_store(other, self._stacks[peer[0]][v], v, BY_NOC, target, value)
            return
        if arrive(other, v, REMOTE, target, 4 if size == _FLAG_BYTES else size, pc):
            data = state.l1_words[w, start >> 2 : (start + size) >> 2].copy()
            other.l1_words[v, target >> 2 : (target + size) >> 2] = data
            mark_l1(other, v, target, size)


def install(state: Chip, arch: Arch) -> None:
    """Put what kernels find of the firmware into the L1 of Ethernet tiles."""
    words = {int(PARK[int(arch.is_blackhole)]): _SPIN}
    if not arch.is_blackhole:
        words |= {_YIELD: _RET, _YIELD_POINTER: _YIELD}
    for w in range(len(arch.workers), len(arch.workers) + len(arch.ethernet)):
        for address, word in words.items():
            state.l1_words[w, address >> 2] = word
            mark_l1(state, w, address, 4)


def tile_name(arch: Arch, w: int) -> str:
    """A tile for people."""
    workers = len(arch.workers)
    return f"worker {arch.workers[w]}" if w < workers else f"Ethernet tile {arch.ethernet[w - workers]}"


def core_names(arch: Arch, w: int, roles: Sequence[str]) -> Sequence[str]:
    """The names of a tile's cores; ``roles`` are those of a worker."""
    return roles if w < len(arch.workers) else ("erisc0", "erisc1")


def is_ethernet(state: Chip, w: int) -> bool:
    """Whether a place is an Ethernet tile."""
    return w >= int(state.facts[WORKERS])


def all_set(states: Sequence[Chip], flags: Mapping[int, np.ndarray]) -> bool:
    """Whether every flag (tile, byte address, value) of every chip has its value."""
    return all(
        int(states[chip].l1_words[w, at >> 2]) == value
        for chip, rows in flags.items()
        for w, at, value in rows.tolist()
    )
