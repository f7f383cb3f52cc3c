"""What repeats is followed once.

Induction: what cores do from now on depends on their states (:meth:`~meshjit.codegen.tensix.check.cores.Core.key`, and
where rings stand), on whose turn it is, and on the events to come. When all that is as it was at some earlier time, and
the events to come are, for ``times`` rounds more and one event, those that followed then, then the same happens again,
``times`` times: each round begins in the state in which the round before began and looks at the same events. Neither
waiting for ever nor a broken rule can be in it, since there was none in the first. Only numbers that nobody's next step
depends on go on growing: pages pushed so far, and words together with what was last said of them.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Protocol

from meshjit.codegen.tensix.check.cores import Layout
from meshjit.codegen.tensix.check.streams import Stream


class Place(Protocol):
    """Where the kernels of a core are."""

    @property
    def layout(self) -> Layout:
        """Where the state has what."""
        ...

    @property
    def streams(self) -> Sequence[Stream]:
        """What the kernels do."""
        ...

    @property
    def next(self) -> Sequence[int]:
        """The next event of each kernel."""
        ...

    @property
    def state(self) -> Sequence[int]:
        """Counters and words."""
        ...

    def key(self) -> Hashable:
        """What the core does next depends on this and on the events to come."""
        ...

    def move(self, at: Sequence[int], state: Sequence[int]) -> None:
        """Be where the kernels are at events ``at``, in a state."""
        ...


#: Words that one core copies to another: both cores' numbers, and where their states have what was last said of it.
Link = tuple[int, int, int, int]


class Repeats:
    """Looks at ``cores`` now and again, and lets them skip what they have done before."""

    def __init__(self, cores: Sequence[Place], links: Sequence[Link] = ()) -> None:
        self.cores = cores
        self.links = links
        self._last: Sequence[int] = ()
        self._seen: dict[Hashable, list[tuple[Sequence[int], Sequence[int]]]] = {}

    def look(self, turn: Hashable) -> None:
        """Skip rounds if possible. ``turn`` is what decides who goes on next."""
        if list(self.cores[0].next) == self._last:
            return
        self._last = list(self.cores[0].next)
        key = (turn, *[core.key() for core in self.cores])
        before = self._seen.get(key)
        now = [(core.next, core.state) for core in self.cores]
        times = 0
        if before is not None and self._apart(before) == self._apart(now):
            times = self._times([at for at, _ in before])
        if before is not None and times:
            for core, (at, state) in zip(self.cores, before, strict=True):
                core.move(
                    [n + times * (n - a) for n, a in zip(core.next, at, strict=True)],
                    [n + times * (n - a) for n, a in zip(core.state, state, strict=True)],
                )
        self._seen[key] = [(tuple(core.next), tuple(core.state)) for core in self.cores]

    def _apart(self, states: Sequence[tuple[Sequence[int], Sequence[int]]]) -> list[int]:
        """By how much what was said of linked words differs."""
        return [states[a][1][i] - states[b][1][j] for a, b, i, j in self.links]

    def _times(self, before: Sequence[Sequence[int]]) -> int:
        """For how many more rounds all events are those of the last round."""
        times: list[int] = []
        for core, at in zip(self.cores, before, strict=True):
            for stream, a, b in zip(core.streams, at, core.next, strict=True):
                if a != b:
                    times.append((stream.common(a, b) - 1) // (b - a))
                    if times[-1] < 1:
                        return 0
        return min(times, default=0)
