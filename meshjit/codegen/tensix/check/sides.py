"""A side of a circular buffer as its kernel sees it: the pages that it may touch."""

from __future__ import annotations

from meshjit.codegen.tensix.check.events import Range
from meshjit.ir.program import CircularBuffer


class Side:
    """One side of a circular buffer: pages told of so far, pages granted by waits and not yet told of."""

    __slots__ = ("buffer", "granted", "pages", "producer", "told")

    def __init__(self, buffer: CircularBuffer, producer: bool, told: int, granted: int) -> None:
        self.buffer = buffer
        self.producer = producer
        #: The pages of the ring.
        self.pages = buffer.num_pages
        self.told = told
        self.granted = granted

    def next_pages(self, count: int) -> list[Range]:
        """The next ``count`` pages of the ring, as the one or two ranges that they make up."""
        size, base, first = self.buffer.page_bytes, self.buffer.address, self.told % self.pages
        end = min(first + count, self.pages)
        out = [Range(base + first * size, base + end * size)]
        if first + count > end:
            out.append(Range(base, base + (first + count - end) * size))
        return out

    def has(self, touched: Range) -> bool:
        """Whether bytes lie in pages that were granted."""
        buffer = self.buffer
        first = (touched.first - buffer.address) // buffer.page_bytes
        end = -((buffer.address - touched.end) // buffer.page_bytes)
        if first < 0 or end > buffer.num_pages:
            return False
        return self.granted >= buffer.num_pages or (first - self.told) % self.pages + end - first <= self.granted
