"""What repeats is followed once.

Induction: what a core does from now on depends on its state (:meth:`~meshjit.codegen.tensix.check.cores.Core.key`, and
where rings stand) and on the events to come. When all that is as it was at some earlier time, and the events to come
are, for ``times`` rounds more and one event, those that followed then, then the same happens again, ``times`` times:
each round begins in the state in which the round before began and looks at the same events. Neither waiting for ever
nor a broken rule can be in it, since there was none in the first. Only the number of pages pushed so far, on which
nobody's next step depends, goes on growing.
"""

from __future__ import annotations

from collections.abc import Sequence

from meshjit.codegen.tensix.check.cores import Core


class Repeats:
    """Looks at a core now and again, and lets it skip what it has done before."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self._seen: dict[tuple[object, ...], tuple[Sequence[int], Sequence[int]]] = {}

    def look(self) -> None:
        """Skip rounds if possible."""
        core = self.core
        key = core.key()
        before = self._seen.get(key)
        times = 0 if before is None else self._times(before[0])
        if before is not None and times:
            at, state = before
            core.move(
                [n + times * (n - a) for n, a in zip(core.next, at, strict=True)],
                [n + times * (n - a) for n, a in zip(core.state, state, strict=True)],
            )
        self._seen[key] = tuple(core.next), tuple(core.state)

    def _times(self, before: Sequence[int]) -> int:
        """For how many more rounds all events are those of the last round."""
        times: list[int] = []
        for stream, a, b in zip(self.core.streams, before, self.core.next, strict=True):
            if a != b:
                times.append((stream.common(a, b) - 1) // (b - a))
                if times[-1] < 1:
                    return 0
        return min(times, default=0)
