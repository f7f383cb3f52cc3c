"""Circular buffers, and other L1, as a kernel that is followed sees them.

A side of a circular buffer may touch the pages that its own waits have granted it and that it has not given away. Those
are counted, not looked up, so what holds here holds for every timing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence

from meshjit.arch import L1
from meshjit.codegen.tensix.check.events import POP, PUSH, RESERVE, WAIT, Range
from meshjit.codegen.tensix.check.machine import Image
from meshjit.codegen.tensix.check.report import refuse
from meshjit.codegen.tensix.check.sides import Side
from meshjit.codegen.tensix.check.sources import Sources
from meshjit.codegen.tensix.check.transfers import Transfers
from meshjit.codegen.tensix.check.words import Word
from meshjit.ir.program import Area, CircularBuffer, Role

#: L1 that kernels only load: the configuration table and the arguments, but for words that are followed.
CONSTANT = (Range(L1.config, L1.flags), Range(L1.arguments, L1.data))
_NOTHING = Range(0, 0)


class Rings(Sources):
    """Follows a kernel's sides of ``buffers``, and what it touches in L1: of these, or of ``areas``."""

    def __init__(
        self,
        image: Image,
        recorded: Mapping[int, tuple[Word, ...]],
        buffers: Sequence[CircularBuffer],
        areas: Sequence[Area],
    ) -> None:
        super().__init__(image, recorded)
        arch = image.arch
        self.transfers = Transfers(arch)
        self.counters = {arch.cb_register(b.index, received=r): (b, r) for b in buffers for r in (True, False)}
        self._buffers = [(Range(b.address, b.address + b.num_pages * b.page_bytes), b) for b in buffers]
        self._areas = [Range(a.address, a.address + a.size_bytes) for a in areas]
        self._readable = [*self._areas, *CONSTANT]
        self._sides: dict[int, Side] = {}
        #: Buffers that were touched before anything else was done with them, and the word that did.
        self._touched: dict[int, int] = {}
        self._thresholds: dict[int, int] = {}
        #: Where pages begin that tiles were in: the side, and the page of the ring.
        self._pages: dict[int, tuple[Side, int]] = {}
        #: A page that was found to be the kernel's to load, until pages change hands or are read to.
        self._page = _NOTHING
        self._cleared: set[int] | None = set() if image.role is Role.BRISC else None

    @property
    def sides(self) -> Mapping[int, bool]:
        """The circular buffers that the kernel has a side of, and whether it is the producer's."""
        return {index: side.producer for index, side in self._sides.items()}

    def _side(self, at: int, buffer: CircularBuffer, producer: bool) -> Side:
        # at the start every page is free
        side = self._sides.setdefault(buffer.index, Side(buffer, producer, 0, buffer.num_pages if producer else 0))
        if side.producer != producer:
            raise self.refuse(
                "MJ4150", at, f"both sides of buffer {buffer.index} in one kernel", "NoC/Overlay/README.md"
            )
        return side

    def poll_counter(self, at: int, buffer: CircularBuffer, received: bool, ends: Callable[[int], bool]) -> None:
        """The producer polls what was acknowledged, the consumer what was received."""
        side = self._side(at, buffer, not received)
        self._touched.pop(buffer.index, None)
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

    # ---- pages that change hands ----

    def counter(self, at: int, address: int, value: int) -> None:
        """A counter is stored: pages become the other side's."""
        known = self.counters.get(address)
        if known is None:
            raise self.refuse("MJ4147", at, f"a store to {address:#x}, which is no counter", "NoC/Overlay/README.md")
        buffer, received = known
        if self._cleared is not None:
            if value:
                raise self.refuse("MJ4151", at, "a counter is set before the cores start", "NoC/Overlay/README.md")
            self._cleared.add(address)
            return
        side = self._side(at, buffer, received)
        self._touched.pop(buffer.index, None)
        pages = value - side.told & 0xFFFF
        verb = "pushes" if received else "pops"
        if not 0 < pages <= side.granted:
            what = f"{verb} {pages} pages of buffer {buffer.index}, {side.granted} were waited for"
            raise self.refuse("MJ4150", at, what, "NoC/Overlay/README.md")
        flying = self.transfers.under_way(reads=received)
        if flying:
            gone = side.next_pages(pages)
            for transfer, since in flying:
                if any(transfer.overlaps(page) for page in gone):
                    kind = "arrived" if received else "been read"
                    what = f"{verb} a page of buffer {buffer.index} that may not have {kind} over the NoC yet"
                    raise refuse(self.image, "MJ4155", at, what, "NoC/Counters.md", [f"requested at word {since}"])
        self._page = _NOTHING
        side.told += pages
        side.granted -= pages
        self.events.append((PUSH if received else POP, buffer.index, pages, at))

    def owned(self, at: int, touched: Range, producer: bool | None, what: str, *, changes: bool = True) -> None:
        """Refuse unless bytes are in pages that this side (None: either) has been granted, in other memory of the
        program's, or, when they do not change, in its arguments."""
        for whole, buffer in self._buffers:
            if touched.first < whole.end and whole.first < touched.end:
                side = self._sides.get(buffer.index)
                if side is None:
                    self._touched[buffer.index] = at
                    side = self._side(at, buffer, True)
                if producer in (side.producer, None) and side.has(touched):
                    if changes:
                        self._page = _NOTHING
                    return
                text = f"{what} {touched.first:#x}, outside the pages of buffer {buffer.index} that it has waited for"
                raise self.refuse("MJ4154", at, text, "TensixTile/L1.md")
        inside = self._areas if changes else self._readable
        if not any(area.first <= touched.first and touched.end <= area.end for area in inside):
            text = f"{what} {touched.first:#x} to {touched.end:#x}, which is no memory of the program's"
            raise self.refuse("MJ4154", at, text, "TensixTile/L1.md")

    def touch(self, at: int, first: int, end: int, store: bool) -> None:
        """Loads or stores of L1: of what is the kernel's, which no transfer is changing nor, for stores, reading."""
        if not store and self._page.first <= first and end <= self._page.end:
            return
        verb = "stores to" if store else "loads from"
        touched = Range(first, end)
        since = self.transfers.conflict(touched, changes=store)
        if since is not None:
            what = f"{verb} {first:#x} to {end:#x}, where a NoC transfer may be under way"
            raise refuse(self.image, "MJ4155", at, what, "NoC/Counters.md", [f"requested at word {since}"])
        self.owned(at, touched, None, verb, changes=store)
        if not store:
            self._page = self._loadable(touched)

    def _loadable(self, touched: Range) -> Range:
        """The page in which bytes lie that may be loaded, when all of it may."""
        for whole, buffer in self._buffers:
            if whole.first <= touched.first < whole.end:
                first = touched.first - (touched.first - whole.first) % buffer.page_bytes
                page = Range(first, first + buffer.page_bytes)
                if touched.end <= page.end and self.transfers.conflict(page, changes=False) is None:
                    return page
        return _NOTHING

    def tile(self, at: int, first: int, producer: bool, what: str) -> None:
        """Refuse unless a tile begins where a page does, and the page is this side's."""
        known = self._pages.get(first)
        if known is not None:  # its side is known, too
            side, page = known
            if side.producer == producer and (page - side.told) % side.pages < side.granted:
                return None
        for _, buffer in self._buffers:
            page, offset = divmod(first - buffer.address, buffer.page_bytes)
            if 0 <= page < buffer.num_pages and not offset:
                self.owned(at, Range(first, first + buffer.page_bytes), producer, what)
                self._pages[first] = self._sides[buffer.index], page
                return None
        raise self.refuse("MJ4154", at, f"{what} {first:#x}, where no page begins", "TensixTile/L1.md")

    def check_sides(self) -> None:
        """The end: refuse touching a buffer without ever waiting for its pages or giving any away."""
        for index, at in self._touched.items():
            what = f"touches buffer {index}, whose pages it neither makes nor takes"
            raise self.refuse("MJ4154", at, what, "TensixTile/L1.md")

    def release(self, at: int) -> None:
        """BRISC starts the other cores: every counter is 0."""
        missing = set(self.counters) - (self._cleared or set())
        if self._cleared is not None and missing:
            index = min(self.counters[a][0].index for a in missing)
            raise self.refuse("MJ4151", at, f"buffer {index}'s counters are not cleared", "NoC/Overlay/README.md")
        self._cleared = None
