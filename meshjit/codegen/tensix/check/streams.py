"""Sequences of events as bytes, four for each event: equal bytes are equal events, and long runs compare fast."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np

from meshjit.codegen.tensix.check.events import SET, Event, Trace

#: Bytes of an event.
SIZE = 4


class Stream:
    """The events of a kernel, and their bytes."""

    def __init__(self, events: Sequence[Event], codes: bytes) -> None:
        self.events = events
        self.codes = codes
        self._common: dict[tuple[int, int], int] = {}

    def window(self, at: int, length: int) -> bytes:
        """The bytes of events ``at`` to ``at + length``, or to the end."""
        return self.codes[SIZE * at : SIZE * (at + length)]

    def last(self, event: Event) -> int:
        """Where an event is for the last time."""
        number = np.frombuffer(self.window(self.events.index(event), 1), np.uint32)
        return int(np.flatnonzero(np.frombuffer(self.codes, np.uint32) == number)[-1])

    def common(self, a: int, b: int) -> int:
        """How many events from ``a`` on are those from ``b`` on, for ``a`` before ``b``."""
        found = self._common.get((a, b))
        if found is None:
            found = self._common[a, b] = self._compare(SIZE * a, SIZE * b) // SIZE
        return found

    def _compare(self, a: int, b: int) -> int:
        codes, size, same = self.codes, 64 * SIZE, 0
        while b + size <= len(codes) and codes[a : a + size] == codes[b : b + size]:
            a, b, same, size = a + size, b + size, same + size, 2 * size
        while size >= SIZE:
            if b + size <= len(codes) and codes[a : a + size] == codes[b : b + size]:
                a, b, same = a + size, b + size, same + size
            size //= 2
        return same


class Streams:
    """Numbers of the events of a program's kernels: the same for all cores, without words and other cores."""

    def __init__(self) -> None:
        self._numbers: dict[Event, int] = {}
        self._found: dict[int, Stream] = {}
        self._kept: list[Sequence[Event]] = []

    def of(self, trace: Trace) -> Stream:
        """The stream of a trace."""
        key = id(trace.events)
        if key not in self._found:
            self._kept.append(trace.events)  # its id stays its own
            events, distinct = trace.events, trace.distinct
            if trace.remote:
                events, distinct = [e for e in events if e[0] < SET], [e for e in distinct if e[0] < SET]
            numbers = {e: self._numbers.setdefault(e, len(self._numbers)) for e in distinct}
            self._found[key] = Stream(events, array("I", map(numbers.__getitem__, events)).tobytes())
        return self._found[key]
