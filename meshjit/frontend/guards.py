"""Guards: what a function read from outside while it was traced, so that a change is noticed and it is traced anew.

Arrays from outside are lifted to arguments (see :mod:`meshjit.frontend.tracer`), so their content is read at each call;
guards watch that the name still means the same array. Numbers, strings and the like are part of the trace; guards watch
their values.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np
import optree

_SIMPLE = (bool, int, float, complex, str, bytes, type(None), np.generic, np.dtype)
_MAX_DEPTH = 4
_LIBRARIES = ("numpy", "meshjit", "ml_dtypes", "optree", "llvmlite", "jinja2", "networkx")


@dataclass(frozen=True)
class Guard:
    """One outside value: its name for messages, how to read it now, and what it was when the function was traced."""

    name: str
    read: Callable[[], object]
    seen: object

    def holds(self) -> bool:
        """Whether the value is what it was."""
        try:
            now = self.read()
        except (NameError, AttributeError, KeyError, ValueError):
            return False
        return _same(_snapshot(now), self.seen)


def collect(function: Callable[..., Any]) -> tuple[Guard, ...]:
    """Guards for all that ``function``, and the user's functions it calls, can read by name."""
    found: dict[str, Guard] = {}
    _function(function, "", found, set(), 0)
    return tuple(found.values())


def changed(guards: tuple[Guard, ...]) -> str | None:
    """What differs from when the guards were collected, in words, or None."""
    for guard in guards:
        if not guard.holds():
            try:
                now = repr(guard.read())
            except (NameError, AttributeError, KeyError, ValueError):
                return f"the outside value {guard.name} is gone"
            if isinstance(guard.seen, _Simple):
                return f"the outside value {guard.name} changed from {guard.seen.value!r} to {now}"
            return f"the outside value {guard.name} is another object"
    return None


@dataclass(frozen=True)
class _Simple:
    """A value compared by type and value."""

    value: object


@dataclass(frozen=True)
class _Identity:
    """A value compared by identity; holding it keeps the identity from being used again."""

    value: object


@dataclass(frozen=True)
class _Tree:
    """A container: its structure, and a snapshot of each leaf."""

    spec: object
    leaves: tuple[object, ...]


def _snapshot(value: object) -> object:
    if isinstance(value, _SIMPLE):
        return _Simple(value)
    if isinstance(value, (list, tuple, dict)):
        leaves, spec = optree.tree_flatten(value, none_is_leaf=True)  # type: ignore[arg-type]  # any container
        return _Tree(spec, tuple(_Simple(v) if isinstance(v, _SIMPLE) else _Identity(v) for v in leaves))
    return _Identity(value)


def _same(now: object, seen: object) -> bool:
    if type(now) is not type(seen):
        return False
    if isinstance(now, _Simple) and isinstance(seen, _Simple):
        a, b = now.value, seen.value
        return type(a) is type(b) and (a == b or (a != a and b != b))
    if isinstance(now, _Identity) and isinstance(seen, _Identity):
        return now.value is seen.value
    assert isinstance(now, _Tree) and isinstance(seen, _Tree)
    return now.spec == seen.spec and all(map(_same, now.leaves, seen.leaves))


def _function(function: object, prefix: str, found: dict[str, Guard], visited: set[int], depth: int) -> None:
    if isinstance(function, MethodType):
        code = function.__func__.__code__
        _object(function.__self__, f"{prefix}self", set(_names(code)), found, visited, depth)
        function = function.__func__
    inner = getattr(function, "__wrapped__", None) or getattr(function, "func", None)
    if inner is not None and not isinstance(function, FunctionType):
        _function(inner, prefix, found, visited, depth)
        return
    if not isinstance(function, FunctionType):
        if callable(function) and not isinstance(function, type):
            method = getattr(function, "__call__", None)  # noqa: B004  # the method itself, to look into its code
            if isinstance(method, MethodType) and id(function) not in visited:
                visited.add(id(function))
                _function(method, prefix, found, visited, depth)
        return
    if id(function.__code__) in visited or depth > _MAX_DEPTH:
        return
    visited.add(id(function.__code__))
    names = set(_names(function.__code__))
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            value = cell.cell_contents
        except ValueError:
            continue  # not yet bound: nothing was read from it
        _watch(name, lambda cell=cell: cell.cell_contents, value, names, found, visited, depth)
    scope = function.__globals__
    for name in sorted(names & scope.keys()):
        _watch(name, lambda name=name, scope=scope: scope[name], scope[name], names, found, visited, depth)


def _watch(
    name: str, read: Callable[[], object], value: object, names: set[str], found: dict[str, Guard],
    visited: set[int], depth: int,
) -> None:  # fmt: skip
    if isinstance(value, ModuleType):
        if _is_user_module(value):
            for attribute in sorted(names & vars(value).keys()):
                inner = vars(value)[attribute]
                where = f"{name}.{attribute}"
                _watch(where, lambda m=value, a=attribute: getattr(m, a), inner, names, found, visited, depth + 1)
        return
    if isinstance(value, type):
        return
    if (
        callable(value)
        and getattr(value, "__module__", "").split(".")[0] in _LIBRARIES
        and not hasattr(value, "__wrapped__")
    ):
        return
    found.setdefault(name, Guard(name, read, _snapshot(value)))
    if callable(value):
        _function(value, f"{name}.", found, visited, depth + 1)
    elif not isinstance(value, (*_SIMPLE, list, tuple, dict, np.ndarray)):
        _object(value, name, names, found, visited, depth)


def _object(value: object, name: str, names: set[str], found: dict[str, Guard], visited: set[int], depth: int) -> None:
    """Attributes of an instance that the code names."""
    attributes = getattr(value, "__dict__", None)
    if not isinstance(attributes, Mapping) or id(value) in visited or depth > _MAX_DEPTH:
        return
    if type(value).__module__.split(".")[0] in _LIBRARIES:
        return
    visited.add(id(value))
    for attribute in sorted(names & attributes.keys()):
        where = f"{name}.{attribute}"
        read = lambda v=value, a=attribute: getattr(v, a)  # noqa: E731  # a closure over both
        _watch(where, read, attributes[attribute], names, found, visited, depth + 1)


def _names(code: CodeType) -> Iterator[str]:
    """Global and attribute names that code and the functions inside it mention."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _is_user_module(module: ModuleType) -> bool:
    top = module.__name__.split(".")[0]
    file = getattr(module, "__file__", None) or ""
    return top not in sys.stdlib_module_names and top not in _LIBRARIES and "site-packages" not in file
