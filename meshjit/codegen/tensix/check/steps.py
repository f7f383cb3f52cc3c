"""What cores do, remembered: cores whose kernels are alike mostly do the same, one after the other."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

from meshjit.codegen.tensix.check.cores import Core, Effect, Layout, Mode
from meshjit.codegen.tensix.check.events import Place, Range, Trace
from meshjit.codegen.tensix.check.streams import Stream
from meshjit.ir.program import Role


class Standing:
    """Where the kernels of a core are, in which state. Nothing of it changes; how it went on is kept with it."""

    __slots__ = ("_key", "_moves", "_room", "_waits", "_words", "kind", "next", "state")

    def __init__(self, kind: Kind, at: tuple[int, ...], state: tuple[int, ...]) -> None:
        self.kind = kind
        self.next = at
        self.state = state
        self._key: int | None = None
        self._moves: dict[Mode, tuple[Standing, list[Effect]]] = {}
        self._waits: list[tuple[int, int]] | None = None
        self._words: dict[tuple[tuple[int, int], ...], Standing] = {}
        self._room: dict[tuple[int, int], bool] = {}

    def key(self) -> int:
        """A number for :meth:`Core.key`."""
        if self._key is None:
            self._key = self.kind.numbers.setdefault(self._core().key(), len(self.kind.numbers))
        return self._key

    def advance(self, mode: Mode) -> tuple[Standing, list[Effect]]:
        """Where the core is next, and what it does to others."""
        found = self._moves.get(mode)
        if found is None:
            core = self._core()
            core.advance(mode)
            found = self._moves[mode] = self.kind.standing(core), core.effects
        return found

    def value(self, address: int) -> int:
        """What a word is."""
        slot = self.kind.core.layout.gaps[address][0]
        return self.state[slot] + self.state[slot + self.kind.core.layout.to_base]

    def put(self, words: Mapping[int, int]) -> Standing:
        """Where the core is when words have become something else."""
        known = tuple(words.items())
        if known not in self._words:
            core = self._core()
            for address, value in known:
                core.put(address, value)
            self._words[known] = self.kind.standing(core)
        return self._words[known]

    def goes_on(self, mode: Mode, words: Mapping[int, int]) -> bool:
        """Whether the core may go on, perhaps because words have become something else."""
        found = self._moves.get(mode)
        if found is None or found[0] is not self:
            return True
        if self._waits is None:
            self._waits = self._core().waits()
        return any(words.get(address, value - 1) >= value for address, value in self._waits)

    def has_room(self, touched: Range) -> bool:
        """Whether bytes lie in pages that the producer of their circular buffer has been granted."""
        if touched not in self._room:
            self._room[touched] = self._core().has_room(touched)
        return self._room[touched]

    def _core(self) -> Core:
        core = self.kind.core
        core.move(self.next, self.state)
        core.effects = []
        return core


class Kind:
    """Cores whose kernels are alike but for the cores that they send to. ``numbers`` is shared by kinds."""

    def __init__(self, core: Core, numbers: dict[Hashable, int]) -> None:
        self.core = core
        self.numbers = numbers
        self._known: dict[tuple[tuple[int, ...], tuple[int, ...]], Standing] = {}
        self.start = self.standing(core)

    def standing(self, core: Core) -> Standing:
        """Where ``core`` is now."""
        at, state = tuple(core.next), tuple(core.state)
        found = self._known.get((at, state))
        if found is None:
            found = self._known[at, state] = Standing(self, at, state)
        return found


class Member:
    """A core of a group: a place, and where its kernels are."""

    def __init__(self, kind: Kind, traces: Mapping[Role, Trace], place: Place) -> None:
        self.kind = kind
        self.traces = traces
        self.kernels = list(traces.values())
        self.place = place
        self.now = kind.start
        #: Words as others have made them since the core was last asked to go on.
        self.words: dict[int, int] = {}
        self.effects: list[Effect] = []

    @property
    def layout(self) -> Layout:
        """Where the state has what."""
        return self.kind.core.layout

    @property
    def streams(self) -> Sequence[Stream]:
        """What the kernels do."""
        return self.kind.core.streams

    @property
    def next(self) -> Sequence[int]:
        """The next event of each kernel."""
        return self.now.next

    @property
    def state(self) -> Sequence[int]:
        """Counters and words."""
        self._read()
        return self.now.state

    def key(self) -> int:
        """A number for :meth:`Core.key`."""
        self._read()
        return self.now.key()

    def move(self, at: Sequence[int], state: Sequence[int]) -> None:
        """Be where the kernels are at events ``at``, in a state."""
        core = self.kind.core
        core.move(at, state)
        self.now = self.kind.standing(core)

    def value(self, address: int) -> int:
        """What a word is."""
        found = self.words.get(address)
        return self.now.value(address) if found is None else found

    def advance(self, mode: Mode) -> bool:
        """Go on; whether anything moved. It is to be called until nothing does."""
        if self.words:
            if not self.now.goes_on(mode, self.words):
                return False
            self._read()
        before = self.now
        self.now, effects = before.advance(mode)
        if effects:
            self.effects += effects
        return self.now is not before

    def _read(self) -> None:
        if self.words:
            self.now = self.now.put(self.words)
            self.words = {}
