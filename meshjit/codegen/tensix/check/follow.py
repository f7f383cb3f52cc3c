"""One kernel of a program followed on one core: what it tells the others, and what it does to L1 meanwhile.

Waits are taken to end: whether they do is shown by :mod:`~meshjit.codegen.tensix.check.network`, from the events that
are collected here. What a kernel does between its waits does not depend on when they end, so one run shows all.

A side of a circular buffer may touch the pages that its own waits have granted it and that it has not given away. Those
are counted, not looked up, so what holds here holds for every timing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence

from meshjit.arch import Arch
from meshjit.codegen.tensix.check.events import (
    ABOVE,
    ADD,
    AWAIT,
    BELOW,
    CAST,
    GET,
    INIT,
    POP,
    POST,
    PUSH,
    RESERVE,
    SET,
    TELL,
    VALID,
    WAIT,
    Place,
    Range,
    Remote,
    receivers,
)
from meshjit.codegen.tensix.check.machine import Image
from meshjit.codegen.tensix.check.report import refuse
from meshjit.codegen.tensix.check.sides import Side
from meshjit.codegen.tensix.check.sources import Sources
from meshjit.codegen.tensix.check.words import Word, decode
from meshjit.ir.program import CircularBuffer, Role

#: What NoC counters show at a kernel's start: anything may, since nobody clears them.
_START = 0xFFFFFFFE
_MASK = 0xFFFFFFFF
#: What kernels build at run time: instructions that set registers, or clear the half of Dst that the thread holds.
_BUILT = frozenset({"SETDMAREG", "SETADC", "SETADCXX", "SETADCXY", "SETADCZW", "SETC16", "ZEROACC"})

#: Bits of NOC_CTRL (NoC/MemoryMap.md): NOC_CMD_AT, NOC_CMD_WR, NOC_CMD_BRCST_PACKET.
ATOMIC, WRITE, MULTICAST = 1, 2, 32
#: NOC_AT_LEN_BE of an increment by the whole word (NoC/Atomics.md).
_INCREMENT = 0x107C


class Address(int):
    """The value of an argument that only says where requests go, and the argument's address."""

    argument = 0


def _transfer_counters(arch: Arch) -> dict[int, bool | None]:
    """Counters of answers by address: True for those of reads, False of writes, None of atomic requests."""
    noc = arch.noc
    kinds = ((noc.read_responses, True), (noc.write_acks, False), (noc.atomic_responses, None))
    return {base + offset: kind for base in (noc.base, noc.noc1_base) for offset, kind in kinds}


class Follower(Sources):
    """Follows one kernel. ``words`` is its argument block by address, ``recorded`` what each REPLAY records."""

    def __init__(
        self,
        image: Image,
        buffers: Sequence[CircularBuffer],
        words: Mapping[int, int],
        recorded: Mapping[int, tuple[Word, ...]],
    ) -> None:
        super().__init__(image, recorded)
        arch = image.arch
        self.words = words
        self.read: dict[int, int] = {}
        self.gpr = dict.fromkeys(range(128), 0)
        self.config: dict[int, int] = {}
        self.noc: dict[int, int] = {}
        self._registers = {arch.cb_register(b.index, received=r): (b, r) for b in buffers for r in (True, False)}
        self._buffers = buffers
        self._sides: dict[int, Side] = {}
        self._thresholds: dict[int, int] = {}
        self.remote: list[Remote] = []
        self._local: dict[int, int] = {}
        self._places: dict[int, int] = {}
        self._reach: dict[tuple[int, bool], tuple[Place, ...]] = {}
        self._said: dict[int, int] = {}
        self._numbers: dict[tuple[int, Remote], int] = {}
        self._busy: set[int] = set()
        self.initiators: set[int] = set()
        self._counters = _transfer_counters(arch)
        self._flying: dict[int, list[tuple[Range, int]]] = {c: [] for c in self._counters}
        self.issued = dict.fromkeys(self._counters, 0)
        self._cleared: set[int] | None = set() if image.role is Role.BRISC else None
        names = (("unpack0_base", 0), ("unpack1_base", 1), ("pack_dest0", 2))
        self._initiators = frozenset(
            first + i * arch.noc.stride for first in (arch.noc.base, arch.noc.noc1_base) for i in range(4)
        )
        self._bases = {unit: arch.config[name] for name, unit in names}

    # ---- loads and waits ----

    def load(self, at: int, address: int) -> int:
        """A load that decides something: of an argument, or of a NoC counter's first value."""
        if address in self._local:
            return self._local[address]
        value = self.words.get(address)
        if value is not None:
            self.read[address] = value
            return value
        if address in self._counters:
            return _START + self.issued[address] & _MASK
        what = "what the kernel tells others depends on data in memory"
        raise self.refuse("MJ4147", at, what, "BabyRISCV/README.md")

    def where(self, at: int, address: int) -> int:
        """A load of an argument that only says where requests go. Other cores may go elsewhere and do the same."""
        if address in self._local or address not in self.words:
            return self.load(at, address)
        place = Address(self.words[address])
        place.argument = address
        self._places[address] = place
        return place

    def _cores(self, initiator: int, *, multicast: bool) -> tuple[tuple[Place, ...], int]:
        """The cores that a request goes to, and the argument that says so."""
        noc = self.image.arch.noc
        word = self.noc.get(initiator + (noc.return_coordinate if multicast else noc.target_coordinate), 0)
        place = word.argument if isinstance(word, Address) else 0
        if not place:
            self.read.update(self._places)  # computed: it is only known for this core
        key = int(word), multicast
        if key not in self._reach:
            self._reach[key] = receivers(self.image.arch, self.words, word, multicast=multicast)
        return self._reach[key], place

    def poll(self, at: int, address: int, ends: Callable[[int], bool]) -> None:
        """A loop that repeats a load until ``ends`` of the value is true."""
        known = self._registers.get(address)
        if known is not None:
            return self._poll_counter(at, *known, ends)
        if address in self._counters:
            return self._poll_transfers(at, address, ends)
        initiator = address - self.image.arch.noc.command
        if initiator in self._initiators:
            if not ends(0) or ends(1):
                raise self.refuse("MJ4155", at, "this does not wait for the request initiator", "NoC/MemoryMap.md")
            self._busy.discard(initiator)
            return None
        raise self.refuse("MJ4147", at, f"a wait for {address:#x}, which nobody is known to change", "NoC/MemoryMap.md")

    # ---- words of L1 ----

    def set_word(self, at: int, address: int, value: int, size: int) -> None:
        """A word of the argument block, which others may read, is stored."""
        if size != 4:  # read back by the primitive that settles stores: it stores what is there
            if value & 0xFFFF != self.load(at, address) & 0xFFFF:
                raise self.refuse("MJ4147", at, "a part of a word that others may read", "BabyRISCV/README.md")
            return
        for transfer, since in self._transfers(reads=False):
            if transfer.overlaps(Range(address, address + 4)):
                what = f"changes the word at {address:#x}, of which others may not have been told yet"
                raise refuse(self.image, "MJ4155", at, what, "NoC/Ordering.md", [f"requested at word {since}"])
        self._local[address] = value
        self._say(SET, at, address, value)

    def await_word(self, at: int, address: int, value: int) -> None:
        """A loop that waits until a word has a value."""
        if address not in self.words:
            raise self.refuse(
                "MJ4147", at, f"a wait for {address:#x}, no word of the argument block", "TensixTile/L1.md"
            )
        self._say(AWAIT, at, address, value)

    def _say(self, kind: int, at: int, address: int, value: int) -> None:
        self._remote(kind, at, Remote(address, address + 4, value - self._said.get(address, 0)))
        self._said[address] = value

    def _remote(self, kind: int, at: int, what: Remote) -> None:
        number = self._numbers.setdefault((kind, what), len(self.remote))
        if number == len(self.remote):
            self.remote.append(what)
        self.events.append((kind, number, 0, at))

    def _side(self, at: int, buffer: CircularBuffer, producer: bool) -> Side:
        # at the start every page is free
        side = self._sides.setdefault(buffer.index, Side(buffer, producer, 0, buffer.num_pages if producer else 0))
        if side.producer != producer:
            raise self.refuse(
                "MJ4150", at, f"both sides of buffer {buffer.index} in one kernel", "NoC/Overlay/README.md"
            )
        return side

    def _poll_counter(self, at: int, buffer: CircularBuffer, received: bool, ends: Callable[[int], bool]) -> None:
        """The producer polls what was acknowledged, the consumer what was received."""
        side = self._side(at, buffer, not received)
        sign, told, pages = (1 if received else -1), side.told, side.pages

        def enough(amount: int) -> bool:  # that many pages are there (or free)
            return ends(told + sign * (amount if received else pages - amount) & 0xFFFF)

        least = self._thresholds.get(at)
        if least is None:
            passes = [enough(amount) for amount in range(pages + 1)]
            if passes != sorted(passes):
                what = f"the wait for buffer {buffer.index} does not end with more pages"
                raise self.refuse("MJ4147", at, what, "NoC/Overlay/README.md")
        if least is None or not enough(least) or (least and enough(least - 1)):
            least = bisect_left(range(pages + 1), True, key=enough)
        if least > pages:
            what = f"waits for more pages than the {pages} of buffer {buffer.index}"
            raise self.refuse("MJ4152", at, what, "NoC/Overlay/README.md")
        self._thresholds[at] = least
        side.granted = max(side.granted, least)
        self.events.append((WAIT if received else RESERVE, buffer.index, least, at))

    # ---- circular buffers ----

    def counter(self, at: int, address: int, value: int) -> None:
        """A counter is stored: pages become the other side's."""
        known = self._registers.get(address)
        if known is None:
            raise self.refuse("MJ4147", at, f"a store to {address:#x}, which is no counter", "NoC/Overlay/README.md")
        buffer, received = known
        if self._cleared is not None:
            if value:
                raise self.refuse("MJ4151", at, "a counter is set before the cores start", "NoC/Overlay/README.md")
            self._cleared.add(address)
            return
        side = self._side(at, buffer, received)
        pages = value - side.told & 0xFFFF
        verb = "pushes" if received else "pops"
        if not 0 < pages <= side.granted:
            what = f"{verb} {pages} pages of buffer {buffer.index}, {side.granted} were waited for"
            raise self.refuse("MJ4150", at, what, "NoC/Overlay/README.md")
        flying = self._transfers(reads=received)
        if flying:
            gone = side.next_pages(pages)
            for transfer, since in flying:
                if any(transfer.overlaps(page) for page in gone):
                    kind = "arrived" if received else "been read"
                    what = f"{verb} a page of buffer {buffer.index} that may not have {kind} over the NoC yet"
                    raise refuse(self.image, "MJ4155", at, what, "NoC/Counters.md", [f"requested at word {since}"])
        side.told += pages
        side.granted -= pages
        self.events.append((PUSH if received else POP, buffer.index, pages, at))

    def _owned(self, at: int, touched: Range, producer: bool | None, what: str) -> None:
        """Refuse unless bytes of circular buffers are in pages that this side (None: either) has been granted."""
        for buffer in self._buffers:
            if not touched.overlaps(Range(buffer.address, buffer.address + buffer.num_pages * buffer.page_bytes)):
                continue
            side = self._sides.get(buffer.index) or Side(buffer, True, 0, buffer.num_pages)
            if producer not in (side.producer, None) or not side.has(touched):
                text = f"{what} {touched.first:#x}, outside the pages of buffer {buffer.index} that it has waited for"
                raise self.refuse("MJ4154", at, text, "TensixTile/L1.md")

    def _tile(self, at: int, first: int, producer: bool, what: str) -> None:
        """Refuse unless a tile begins where a page does, and the page is this side's."""
        for buffer in self._buffers:
            page, offset = divmod(first - buffer.address, buffer.page_bytes)
            if 0 <= page < buffer.num_pages and not offset:
                return self._owned(at, Range(first, first + buffer.page_bytes), producer, what)
        raise self.refuse("MJ4154", at, f"{what} {first:#x}, where no page begins", "TensixTile/L1.md")

    # ---- NoC ----

    def _transfers(self, *, reads: bool) -> list[tuple[Range, int]]:
        """Transfers that may be under way: what they write to here, or what they read from here."""
        return [t for counter, flying in self._flying.items() if self._counters[counter] == reads for t in flying]

    def send(self, at: int, initiator: int) -> None:
        """A request is given to a request initiator."""
        noc = self.image.arch.noc
        ctrl, length = self.noc.get(initiator + noc.ctrl, 0), self.noc.get(initiator + noc.length, 0)
        if initiator in self._busy:
            raise self.refuse("MJ4155", at, "the request initiator may still be busy", "NoC/MemoryMap.md")
        self._busy.add(initiator)
        self.initiators.add(initiator)
        base = noc.noc1_base if initiator >= noc.noc1_base else noc.base
        if ctrl & ATOMIC:
            return self._increment(at, initiator, base, length)
        reads = not ctrl & WRITE
        first = self.noc.get(initiator + (noc.return_lo if reads else noc.target_lo), 0)
        touched = Range(first, first + length)
        self._owned(at, touched, True if reads else None, "reads over the NoC to" if reads else "sends from")
        for counter, flying in self._flying.items():
            if not reads and not self._counters[counter]:
                continue
            for other, since in flying:
                if other.first < touched.end and touched.first < other.end:
                    what = f"L1 at {touched.first:#x} is still in use by another transfer"
                    raise refuse(self.image, "MJ4155", at, what, "NoC/Ordering.md", [f"requested at word {since}"])
        packets = max(1, -(-length // noc.max_packet_bytes))
        if ctrl & MULTICAST:
            packets *= self._multicast(at, initiator, touched)
        counter = base + (noc.read_responses if reads else noc.write_acks)
        self._fly(self._flying[counter], touched, at)
        self.issued[counter] += packets
        return None

    def _fly(self, flying: list[tuple[Range, int]], touched: Range, at: int) -> None:
        """A transfer is under way; one that goes on where the last ended is joined with it (unless it is a word)."""
        length = touched.end - touched.first
        if flying and flying[-1][1] == at and length > 4:
            last = flying[-1][0]
            if last == touched:
                return
            if last.end == touched.first:
                flying[-1] = Range(last.first, touched.end), at
                return
        flying.append((touched, at))

    def _increment(self, at: int, initiator: int, base: int, length: int) -> None:
        noc = self.image.arch.noc
        first = self.noc.get(initiator + noc.target_lo, 0)
        if length != _INCREMENT or base != noc.base:
            raise self.refuse("MJ4147", at, "an atomic request that is not followed", "NoC/Atomics.md")
        cores, place = self._cores(initiator, multicast=False)
        self._remote(ADD, at, Remote(first, first + 4, self.noc.get(initiator + noc.data, 0), cores, place))
        self.issued[base + noc.atomic_responses] += 1

    def _multicast(self, at: int, initiator: int, touched: Range) -> int:
        """A multicast to a rectangle of cores, which leaves out this one; how many there are."""
        noc = self.image.arch.noc
        cores, place = self._cores(initiator, multicast=True)
        first = self.noc.get(initiator + noc.return_lo, 0)
        if first in self.words:
            if touched != (first, first + 4):
                raise self.refuse("MJ4147", at, "a multicast of several words", "NoC/Ordering.md")
            if any(flying.end - flying.first > 4 for flying, _ in self._transfers(reads=False)):
                what = "tells others of what may not have arrived there yet"
                raise self.refuse("MJ4155", at, what, "NoC/Ordering.md")
            self._remote(TELL, at, Remote(first, first + 4, 0, cores, place))
        else:
            self._remote(CAST, at, Remote(first, first + touched.end - touched.first, 0, cores, place))
        return len(cores)

    def _poll_transfers(self, at: int, counter: int, ends: Callable[[int], bool]) -> None:
        flying, count = self._flying[counter], self.issued[counter]
        if not ends(_START + count & _MASK):
            what = f"waits for another number of transfers than the {count} under way or done"
            raise self.refuse("MJ4152", at, what, "NoC/Counters.md")
        if flying and not ends(_START + count - 1 & _MASK):
            flying.clear()

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
        self._tile(at, first, False, "unpacks from")
        if valid:
            self.events.append((VALID, unpacker, 1, at))

    def pack(self, at: int) -> None:
        """PACR: writes a tile."""
        first = ((self.config.get(self._bases[2], 0) & 0x7FFFFFFF) + 1) * 16
        self._tile(at, first, True, "packs to")

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

    # ---- start and end ----

    def release(self, at: int) -> None:
        """BRISC starts the other cores: every counter is 0."""
        missing = set(self._registers) - (self._cleared or set())
        if self._cleared is not None and missing:
            index = min(self._registers[a][0].index for a in missing)
            raise self.refuse("MJ4151", at, f"buffer {index}'s counters are not cleared", "NoC/Overlay/README.md")
        self._cleared = None

    def done(self, at: int) -> None:
        """The kernel says that it has ended."""
        if any(self._flying.values()):
            raise self.refuse("MJ4155", at, "transfers may still be under way at the end", "NoC/Counters.md")

    def finish(self) -> None:
        """The kernel has ended."""
        self.done(len(self.image.code) - 1)
        if self.held:
            what = f"Src{'AB'[self.held >> 1]} is used and never handed back"
            raise self.refuse("MJ4156", len(self.image.code) - 1, what, "TensixCoprocessor/SrcASrcB.md")

    @property
    def sides(self) -> Mapping[int, bool]:
        """The circular buffers that the kernel has a side of, and whether it is the producer's."""
        return {index: side.producer for index, side in self._sides.items()}

    @property
    def registers(self) -> frozenset[int]:
        """NoC registers that the kernel needs for itself: request initiators, and counters of what they ask for."""
        return frozenset(self.initiators | {counter for counter, issued in self.issued.items() if issued})
