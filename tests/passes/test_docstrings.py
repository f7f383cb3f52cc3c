"""The example in every pass's docstring is run and compared."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import textwrap
from collections.abc import Callable
from types import ModuleType

import pytest
from checks import MACHINE

import meshjit.passes
from meshjit.ir.graph import Graph
from meshjit.ir.parser import parse
from meshjit.ir.verify import verify
from meshjit.passes import PIPELINE

MODULES = [importlib.import_module(f"meshjit.passes.{m.name}") for m in pkgutil.iter_modules(meshjit.passes.__path__)]
WITH_EXAMPLES = [m for m in MODULES if "Before::" in (m.__doc__ or "")]


def graph_function(module: ModuleType) -> Callable[..., Graph]:
    """The pass: the last function of the module that takes a graph and returns one."""
    found = [
        f
        for name, f in inspect.getmembers(module, inspect.isfunction)
        if f.__module__ == module.__name__
        and not name.startswith("_")
        and inspect.signature(f).return_annotation == "Graph"
    ]
    return max(found, key=lambda f: f.__code__.co_firstlineno)


def run(function: Callable[..., Graph], graph: Graph) -> Graph:
    return function(graph, MACHINE) if len(inspect.signature(function).parameters) == 2 else function(graph)


@pytest.mark.parametrize("module", WITH_EXAMPLES, ids=lambda m: m.__name__.rsplit(".", 1)[1])
def test_example(module: ModuleType) -> None:
    blocks = re.findall(r"::\n\n(    mesh.*?\n    })", module.__doc__ or "", re.DOTALL)
    assert len(blocks) == 2, "one graph after Before:: and one after After::"
    before, after = (textwrap.dedent(b) + "\n" for b in blocks)
    graph = parse(before)
    assert str(graph) == before, "the example is not written as it prints"
    out = run(graph_function(module), graph)
    verify(out, after=module.__name__)
    assert str(out) == after


def test_every_pass_has_an_example() -> None:
    for step in PIPELINE:
        names = {m.__name__.rsplit(".", 1)[1] for m in WITH_EXAMPLES}
        assert step.name in names, f"the module of pass {step.name} shows no example"
        assert step.reason
