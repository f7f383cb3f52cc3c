"""The checker skips rounds that are the same, and nothing else."""

from __future__ import annotations

import pytest

from meshjit.arch import WORMHOLE
from meshjit.codegen.tensix.check.cores import Core
from meshjit.codegen.tensix.check.events import POP, PUSH, RESERVE, WAIT, Event, Trace
from meshjit.codegen.tensix.check.machine import Image
from meshjit.codegen.tensix.check.network import Network
from meshjit.codegen.tensix.check.streams import Stream
from meshjit.errors import CodegenError
from meshjit.ir.program import CircularBuffer, Role
from meshjit.ir.types import BF16

ROUNDS = 20_000
BUFFER = CircularBuffer(index=0, address=0x20000, page_bytes=2048, num_pages=3, dtype=BF16)
IMAGE = Image(bytes.fromhex("6f000000"), WORMHOLE, "kernel")


def trace(events: list[Event], producer: bool) -> Trace:
    return Trace(IMAGE, events, list(dict.fromkeys(events)), [], {0: producer}, frozenset())


def prove(produce: list[Event], consume: list[Event]) -> None:
    traces = {Role.NCRISC: trace(produce, True), Role.TRISC0: trace(consume, False)}
    Network([BUFFER]).prove(traces, "a core")


def produced(rounds: int) -> list[Event]:
    return [(RESERVE, 0, 2, 0), (PUSH, 0, 2, 0)] * rounds


def consumed(rounds: int) -> list[Event]:
    return [(WAIT, 0, 2, 0), (POP, 0, 2, 0)] * rounds


def test_rounds_that_are_the_same_are_followed_once(monkeypatch):
    calls: list[int] = []
    advance = Core.advance
    monkeypatch.setattr(Core, "advance", lambda core, mode: calls.append(core.next[0]) or advance(core, mode))
    prove(produced(ROUNDS), consumed(ROUNDS))
    assert len(calls) < 100
    assert calls[-1] == 2 * ROUNDS


@pytest.mark.parametrize("at", [0, 1, ROUNDS // 2, ROUNDS - 2, ROUNDS - 1, ROUNDS])
def test_a_round_that_differs_is_found(at):
    with pytest.raises(CodegenError, match="MJ4152"):
        prove(produced(ROUNDS), [*consumed(at), (WAIT, 0, 3, 0), *consumed(ROUNDS - at)])
    with pytest.raises(CodegenError, match="MJ4151"):
        prove([*produced(at), (RESERVE, 0, 1, 0), (PUSH, 0, 1, 0), *produced(ROUNDS - at)], consumed(ROUNDS))


@pytest.mark.parametrize("same", [0, 1, 63, 64, 65, 1000])
def test_common_events(same):
    word = b"abcd"
    codes = word * (same + 1) + b"wxyz" + word * 5
    stream = Stream([(WAIT, 0, 1, 0)] * (len(codes) // 4), codes)
    assert stream.common(0, 1) == same
    assert Stream([], word * (same + 2)).common(0, 2) == same
