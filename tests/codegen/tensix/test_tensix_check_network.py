"""Kernels of one core that do not fit together in some order are refused, whatever happens in others."""

from __future__ import annotations

import pytest
from interleaving import trace

from meshjit.codegen.tensix.check.events import ABOVE, BELOW, GET, INIT, POP, POST, PUSH, RESERVE, WAIT, Event
from meshjit.codegen.tensix.check.network import Network
from meshjit.errors import CodegenError
from meshjit.ir.program import CircularBuffer, Role
from meshjit.ir.types import BF16

BUFFER = CircularBuffer(index=0, address=0x20000, page_bytes=2048, num_pages=4, dtype=BF16)
#: INIT of semaphore 0 with a maximum of 1.
SET = (INIT, 0, 0 | 1 << 4, 0)
MATH, PACK = Role.TRISC1, Role.TRISC2


def one(kind: int, index: int = 0) -> Event:
    return kind, index, 1, 0


def prove(**events: list[Event]) -> None:
    """The kernels of roles; ``trisc1`` has the producer's side of the buffer, ``trisc2`` the consumer's."""
    sides = {MATH: {0: True}, PACK: {0: False}}
    traces = {Role(role): trace(e, [], sides.get(Role(role), {})) for role, e in events.items()}
    Network([BUFFER]).prove(traces, "a core")


def refused(code: str, says: str, **events: list[Event]) -> None:
    with pytest.raises(CodegenError, match=says) as caught:
        prove(**events)
    assert caught.value.code == code


POSTS, TAKES = [one(BELOW), one(POST)], [one(ABOVE), one(GET)]


def test_semaphores_in_order() -> None:
    prove(trisc1=[SET, *POSTS * 9], trisc2=TAKES * 9)


def test_posts_need_their_wait() -> None:
    refused("MJ4153", "above its maximum", trisc1=[SET, *POSTS, one(POST), *POSTS], trisc2=TAKES * 4)


def test_posts_are_as_early_as_they_can_be() -> None:
    """The pages that the taker gives back let the other one post again before it takes again."""
    produce, consume = [one(RESERVE), one(PUSH)], [one(WAIT), one(POP)]
    poster = [SET, one(POST), *produce * 5, one(POST)]
    refused("MJ4153", "above its maximum", trisc1=poster, trisc2=[*consume, *TAKES * 2, *consume * 4])
    prove(trisc1=poster, trisc2=[*TAKES, *consume * 5, *TAKES])


def test_takes_need_their_wait() -> None:
    refused("MJ4153", "taken from when it is 0", trisc1=[SET, *POSTS * 2], trisc2=[*TAKES, one(GET)])
    refused("MJ4153", "taken from when it is 0", trisc1=[SET, one(POST), one(PUSH)], trisc2=[one(WAIT), one(GET)])


def test_use_before_it_is_set() -> None:
    refused("MJ4153", "may not have been set yet", trisc0=[SET], trisc1=POSTS, trisc2=TAKES)
    other = (INIT, 1, 0 | 1 << 4, 0)
    told = [one(WAIT), one(POP), one(BELOW, 1), one(POST, 1), one(ABOVE, 1), one(GET, 1)]
    prove(trisc1=[SET, other, one(PUSH)], trisc2=told)
    refused("MJ4153", "may not have been set yet", trisc1=[SET, one(PUSH), other], trisc2=told)
