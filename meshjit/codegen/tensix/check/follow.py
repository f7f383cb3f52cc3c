"""One kernel of a program followed on one core: what it tells the others, and what it does to L1 meanwhile.

Waits are taken to end: whether they do is shown by :mod:`~meshjit.codegen.tensix.check.network`, from the events that
are collected here. What a kernel does between its waits does not depend on when they end, so one run shows all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from meshjit.codegen.tensix.check.events import (
    ABOVE,
    AWAIT,
    BELOW,
    GET,
    INIT,
    POST,
    SET,
    VALID,
    Range,
    Remote,
)
from meshjit.codegen.tensix.check.machine import Image
from meshjit.codegen.tensix.check.report import refuse
from meshjit.codegen.tensix.check.requests import Requests
from meshjit.codegen.tensix.check.words import Word, decode
from meshjit.ir.program import Area, CircularBuffer

#: What kernels build at run time: instructions that set registers, or clear the half of Dst that the thread holds.
_BUILT = frozenset({"SETDMAREG", "SETADC", "SETADCXX", "SETADCXY", "SETADCZW", "SETC16", "ZEROACC"})


class Follower(Requests):
    """Follows one kernel. ``words`` is its argument block by address, ``recorded`` what each REPLAY records."""

    def __init__(
        self,
        image: Image,
        buffers: Sequence[CircularBuffer],
        areas: Sequence[Area],
        words: Mapping[int, int],
        recorded: Mapping[int, tuple[Word, ...]],
    ) -> None:
        super().__init__(image, recorded, buffers, areas, words)
        self.gpr = dict.fromkeys(range(128), 0)
        self.config: dict[int, int] = {}
        self._said: dict[int, int] = {}
        names = (("unpack0_base", 0), ("unpack1_base", 1), ("pack_dest0", 2))
        self._bases = {unit: image.arch.config[name] for name, unit in names}

    def poll(self, at: int, address: int, ends: Callable[[int], bool]) -> None:
        """A loop that repeats a load until ``ends`` of the value is true."""
        if self.poll_initiator(at, address, ends):
            return
        known = self.counters.get(address)
        if known is not None:
            self.poll_counter(at, *known, ends)
        elif address in self.transfers.counters:
            self.poll_transfers(at, address, ends)
        else:
            what = f"a wait for {address:#x}, which nobody is known to change"
            raise self.refuse("MJ4147", at, what, "NoC/MemoryMap.md")

    # ---- words of L1 ----

    def set_word(self, at: int, address: int, value: int, size: int) -> None:
        """A word of the argument block, which others may read, is stored."""
        if size != 4:  # read back by the primitive that settles stores: it stores what is there
            if value & 0xFFFF != self.load(at, address) & 0xFFFF:
                raise self.refuse("MJ4147", at, "a part of a word that others may read", "BabyRISCV/README.md")
            return
        since = self.transfers.conflict(Range(address, address + 4), changes=True)
        if since is not None:
            what = f"changes the word at {address:#x}, of which others may not have been told yet"
            raise refuse(self.image, "MJ4155", at, what, "NoC/Ordering.md", [f"requested at word {since}"])
        self.local[address] = value
        self._say(SET, at, address, value)

    def await_word(self, at: int, address: int, value: int) -> None:
        """A loop that waits until a word has a value."""
        if address not in self.words:
            raise self.refuse(
                "MJ4147", at, f"a wait for {address:#x}, no word of the argument block", "TensixTile/L1.md"
            )
        self._say(AWAIT, at, address, value)

    def _say(self, kind: int, at: int, address: int, value: int) -> None:
        self.tell(kind, at, Remote(address, address + 4, value - self._said.get(address, 0)))
        self._said[address] = value

    # ---- Tensix ----

    def push(self, at: int, word: int) -> None:
        """An instruction that was built at run time."""
        if word >> 24 == 0x45:
            self.gpr[word & 127] = word >> 8 & 0xFFFF
            return
        name, _ = decode(word, self.image.arch.name)
        if name not in _BUILT:
            what = f"pushes {name} ({word:#010x}), which must be a constant to be checked"
            raise self.refuse("MJ4147", at, what, "BabyRISCV/PushTensixInstruction.md")

    def unpack(self, at: int, unpacker: int, valid: int) -> None:
        """UNPACR: reads a tile, and hands it to the matrix unit when ``valid``."""
        first = (self.config.get(self._bases[unpacker], 0) + 1) * 16
        self.tile(at, first, False, "unpacks from")
        if valid:
            self.events.append((VALID, unpacker, 1, at))

    def pack(self, at: int) -> None:
        """PACR: writes a tile."""
        first = ((self.config.get(self._bases[2], 0) & 0x7FFFFFFF) + 1) * 16
        self.tile(at, first, True, "packs to")

    # ---- semaphores ----

    def semwait(self, at: int, mask: int, condition: int) -> None:
        """SEMWAIT: until all are above 0 (condition 1), or below their maximum (2)."""
        for kind, bit in ((ABOVE, 1), (BELOW, 2)):
            if condition & bit:
                self.events += [(kind, i, 1, at) for i in range(8) if mask >> i & 1]

    def seminit(self, at: int, mask: int, value: int, most: int) -> None:
        """SEMINIT."""
        self.events += [(INIT, i, value | most << 4, at) for i in range(8) if mask >> i & 1]

    def sempost(self, at: int, mask: int) -> None:
        """SEMPOST."""
        self.events += [(POST, i, 1, at) for i in range(8) if mask >> i & 1]

    def semget(self, at: int, mask: int) -> None:
        """SEMGET."""
        self.events += [(GET, i, 1, at) for i in range(8) if mask >> i & 1]

    # ---- the end ----

    def done(self, at: int) -> None:
        """The kernel says that it has ended."""
        if any(self.transfers.flying.values()):
            raise self.refuse("MJ4155", at, "transfers may still be under way at the end", "NoC/Counters.md")

    def finish(self) -> None:
        """The kernel has ended."""
        self.done(len(self.image.code) - 1)
        self.check_sides()
        if self.held:
            what = f"Src{'AB'[self.held >> 1]} is used and never handed back"
            raise self.refuse("MJ4156", len(self.image.code) - 1, what, "TensixCoprocessor/SrcASrcB.md")
