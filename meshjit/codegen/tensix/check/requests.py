"""NoC requests of a kernel that is followed: where they go, what they touch here, and waits for their answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from meshjit.codegen.tensix.check.events import ADD, CAST, TELL, Place, Range, Remote, receivers
from meshjit.codegen.tensix.check.machine import Image
from meshjit.codegen.tensix.check.report import refuse
from meshjit.codegen.tensix.check.rings import Rings
from meshjit.codegen.tensix.check.transfers import ATOMIC, MULTICAST, WRITE, initiators, unsupported
from meshjit.codegen.tensix.check.words import Word
from meshjit.ir.program import Area, CircularBuffer

#: What NoC counters show at a kernel's start: anything may, since nobody clears them.
_START = 0xFFFFFFFE
_MASK = 0xFFFFFFFF
#: NOC_AT_LEN_BE of an increment by the whole word (NoC/Atomics.md).
_INCREMENT = 0x107C


class Address(int):
    """The value of an argument that only says where requests go, and the argument's address."""

    argument = 0


class Requests(Rings):
    """Follows a kernel's NoC requests. ``words`` is its argument block by address."""

    def __init__(
        self,
        image: Image,
        recorded: Mapping[int, tuple[Word, ...]],
        buffers: Sequence[CircularBuffer],
        areas: Sequence[Area],
        words: Mapping[int, int],
    ) -> None:
        super().__init__(image, recorded, buffers, areas)
        self.words = words
        self.read: dict[int, int] = {}
        self.noc: dict[int, int] = {}
        self.remote: list[Remote] = []
        #: Arguments that the kernel has changed.
        self.local: dict[int, int] = {}
        self._places: dict[int, Address] = {}
        self._reach: dict[tuple[int, bool], tuple[Place, ...]] = {}
        self._numbers: dict[tuple[int, Remote], int] = {}
        #: Multicasts by kind, bytes and the argument that says where they go: their number, and how many cores.
        self._casts: dict[tuple[int, int, int, int], tuple[int, int]] = {}
        self._busy: set[int] = set()
        self._used: set[int] = set()
        command = image.arch.noc.command
        self._commands = {initiator + command: initiator for initiator in initiators(image.arch)}
        #: Waits for request initiators that depend on nothing else.
        self._idle: set[int] = set()

    @property
    def registers(self) -> frozenset[int]:
        """NoC registers that the kernel needs for itself: request initiators, and counters of what they ask for."""
        return frozenset(self._used | {counter for counter, issued in self.transfers.issued.items() if issued})

    # ---- arguments ----

    def load(self, at: int, address: int) -> int:
        """A load that decides something: of an argument, or of a NoC counter's first value."""
        if address in self.local:
            return self.local[address]
        value = self.words.get(address)
        if value is not None:
            self.read[address] = value
            return value
        if address in self.transfers.counters:
            return _START + self.transfers.issued[address] & _MASK
        what = "what the kernel tells others depends on data in memory"
        raise self.refuse("MJ4147", at, what, "BabyRISCV/README.md")

    def where(self, at: int, address: int) -> int:
        """A load of an argument that only says where requests go. Other cores may go elsewhere and do the same."""
        if address in self.local or address not in self.words:
            return self.load(at, address)
        place = self._places.get(address)
        if place is None:
            place = self._places[address] = Address(self.words[address])
            place.argument = address
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

    # ---- requests ----

    def tell(self, kind: int, at: int, what: Remote) -> int:
        """An event of words or of other cores; the number of ``what``."""
        number = self._numbers.setdefault((kind, what), len(self.remote))
        if number == len(self.remote):
            self.remote.append(what)
        self.events.append((kind, number, 0, at))
        return number

    def send(self, at: int, initiator: int) -> None:
        """A request is given to a request initiator."""
        noc, registers = self.image.arch.noc, self.noc
        ctrl, length = registers.get(initiator + noc.ctrl, 0), registers.get(initiator + noc.length, 0)
        if initiator in self._busy:
            raise self.refuse("MJ4155", at, "the request initiator may still be busy", "NoC/MemoryMap.md")
        self._busy.add(initiator)
        self._used.add(initiator)
        base = noc.noc1_base if initiator >= noc.noc1_base else noc.base
        if ctrl & ATOMIC:
            return self._increment(at, initiator, base, length)
        what, page = unsupported(self.image.arch, ctrl, length)
        if what:
            raise self.refuse("MJ4155", at, what, page)
        reads = not ctrl & WRITE
        first = registers.get(initiator + (noc.return_lo if reads else noc.target_lo), 0)
        touched = Range(first, first + length)
        what = "reads over the NoC to" if reads else "sends from"
        self.owned(at, touched, True if reads else None, what, changes=reads)
        since = self.transfers.conflict(touched, changes=reads)
        if since is not None:
            what = f"L1 at {first:#x} is still in use by another transfer"
            raise refuse(self.image, "MJ4155", at, what, "NoC/Ordering.md", [f"requested at word {since}"])
        packets = self._multicast(at, initiator, touched) if ctrl & MULTICAST else 1
        counter = base + (noc.read_responses if reads else noc.write_acks)
        self.transfers.begin(counter, touched, packets, at)
        return None

    def _increment(self, at: int, initiator: int, base: int, length: int) -> None:
        noc = self.image.arch.noc
        first = self.noc.get(initiator + noc.target_lo, 0)
        if length != _INCREMENT or base != noc.base:
            raise self.refuse("MJ4147", at, "an atomic request that is not followed", "NoC/Atomics.md")
        cores, place = self._cores(initiator, multicast=False)
        answer = self.noc.get(initiator + noc.return_lo, 0)
        if answer not in self.words:
            raise self.refuse("MJ4154", at, f"is answered at {answer:#x}, no word of the arguments", "NoC/Atomics.md")
        self.tell(ADD, at, Remote(first, first + 4, self.noc.get(initiator + noc.data, 0), cores, place))
        self.transfers.issued[base + noc.atomic_responses] += 1

    def _multicast(self, at: int, initiator: int, touched: Range) -> int:
        """A multicast to a rectangle of cores, which leaves out this one; how many there are."""
        noc = self.image.arch.noc
        first, length = self.noc.get(initiator + noc.return_lo, 0), touched.end - touched.first
        kind = TELL if first in self.words else CAST
        if kind == TELL:
            if touched != (first, first + 4):
                raise self.refuse("MJ4147", at, "a multicast of several words", "NoC/Ordering.md")
            if any(flying.end - flying.first > 4 for flying, _ in self.transfers.under_way(reads=False)):
                what = "tells others of what may not have arrived there yet"
                raise self.refuse("MJ4155", at, what, "NoC/Ordering.md")
        word = self.noc.get(initiator + noc.return_coordinate, 0)
        key = kind, first, length, word.argument if isinstance(word, Address) else 0
        known = self._casts.get(key) if key[3] else None
        if known is None:
            cores, place = self._cores(initiator, multicast=True)
            number = self.tell(kind, at, Remote(first, first + length, 0, cores, place))
            self._casts[key] = number, len(cores)
            return len(cores)
        self.events.append((kind, known[0], 0, at))
        return known[1]

    def poll_transfers(self, at: int, counter: int, ends: Callable[[int], bool]) -> None:
        """A loop that repeats a load of a counter of answers until ``ends`` of it is true."""
        flying, count = self.transfers.flying[counter], self.transfers.issued[counter]
        if not ends(_START + count & _MASK):
            what = f"waits for another number of transfers than the {count} under way or done"
            raise self.refuse("MJ4152", at, what, "NoC/Counters.md")
        if flying and not ends(_START + count - 1 & _MASK):
            flying.clear()

    def poll_initiator(self, at: int, address: int, ends: Callable[[int], bool]) -> bool:
        """The same of a request initiator's command register; False when the address is none."""
        initiator = self._commands.get(address)
        if initiator is None:
            return False
        if at not in self._idle:
            if not ends(0) or ends(1):
                raise self.refuse("MJ4155", at, "this does not wait for the request initiator", "NoC/MemoryMap.md")
            if ends.__closure__ is None:
                self._idle.add(at)
        self._busy.discard(initiator)
        return True
