"""Putting faults into modules and kernel templates: a fault is a replacement in a source's text."""

from __future__ import annotations

import importlib
import inspect
from types import FunctionType, MappingProxyType, ModuleType
from typing import Any

import jinja2
import pytest

from meshjit.toolchain import templates

_real_environment = templates._environment


def seed(monkeypatch: pytest.MonkeyPatch, place: str, old: str, new: str) -> None:
    """Replace ``old`` by ``new`` in a module (by its name) or a template (by its path), until the test ends."""
    if place.endswith(".j2"):
        assert old in (templates.template_root() / place).read_text(), f"{place} no longer says {old!r}"
        loader = jinja2.FunctionLoader(lambda name: _template(name, place, old, new))
        environment = _real_environment().overlay(loader=loader, cache_size=0)
        monkeypatch.setattr(templates, "_environment", lambda: environment)
        return
    module = importlib.import_module(place)
    source = inspect.getsource(module)
    assert old in source, f"{place} no longer says {old!r}"
    faulty = ModuleType(module.__name__)
    faulty.__dict__.update({"__file__": module.__file__, "__package__": module.__package__})
    exec(compile(source.replace(old, new), str(module.__file__), "exec"), faulty.__dict__)
    # Other modules hold the functions themselves, so the functions get new code in place.
    for name, function in functions(module).items():
        code = functions(faulty)[name].__code__
        if code != function.__code__:
            monkeypatch.setattr(function, "__code__", code)
    for name, value in tables(module).items():
        if value != vars(faulty)[name]:
            monkeypatch.setattr(module, name, vars(faulty)[name])


def functions(module: ModuleType) -> dict[str, FunctionType]:
    """The functions and methods that a module defines, by name."""
    out: dict[str, FunctionType] = {}
    for name, value in vars(module).items():
        if getattr(value, "__module__", "") != module.__name__:
            continue
        if isinstance(value, FunctionType):
            out[name] = value
        elif isinstance(value, type):
            out |= {f"{name}.{n}": f for n, f in vars(value).items() if isinstance(f, FunctionType)}
    return out


def tables(module: ModuleType) -> dict[str, Any]:
    """The numbers, tuples and mappings that a module holds by name."""
    kinds = (int, float, tuple, dict, MappingProxyType)
    return {n: v for n, v in vars(module).items() if isinstance(v, kinds) and not n.startswith("__")}


def _template(name: str, place: str, old: str, new: str) -> str:
    text = (templates.template_root() / name).read_text()
    return text.replace(old, new) if name == place else text
