"""Faults seeded in templates, which the static checker refuses in some node's program."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pytest
from card_run import ONE
from seeding import seed

from meshjit.arch import ARCHS
from meshjit.codegen.tensix import check
from meshjit.codegen.tensix.lower import lower
from meshjit.errors import CodegenError
from meshjit.ir.graph import Graph

Nodes = Mapping[str, Callable[[], Graph]]


@dataclass(frozen=True)
class Fault:
    """``old`` becomes ``new`` in a template (or module); the program of ``node`` is refused with ``code``, whose
    message has ``says``."""

    name: str
    place: str
    old: str
    new: str
    node: str
    code: str
    says: str


def by_name(faults: Sequence[Fault]) -> pytest.MarkDecorator:
    """A test for each fault."""
    return pytest.mark.parametrize("fault", [pytest.param(f, id=f.name.replace(" ", "_")) for f in faults])


def check_proved(nodes: Nodes, node: str, chip: str) -> None:
    """The node's program is proved, on at least one core."""
    program = lower(nodes[node]().nodes[0], ONE, ARCHS[chip])
    assert check.program.prove(program, ARCHS[chip]) >= 1


def check_refused(nodes: Nodes, fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault is refused; the message cites a page and names a core."""
    seed(monkeypatch, fault.place, fault.old, fault.new)
    with pytest.raises(CodegenError) as caught:
        lower(nodes[fault.node]().nodes[0], ONE, ARCHS["wormhole"])
    message = str(caught.value)
    assert caught.value.code == fault.code, message
    assert fault.says in message, message
    assert "ISA documentation" in message
    assert any(f" on {core}" in message for core in ("ncrisc", "trisc", "brisc"))
