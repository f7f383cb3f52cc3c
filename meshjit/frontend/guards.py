"""Guards: what a function read from outside while it was traced, so that a change is noticed and it is traced anew.

Arrays from outside are lifted to arguments (see :mod:`meshjit.frontend.tracer`), so their content is read at each call;
guards watch that the name still means the same array. Numbers, strings and the like are part of the trace; guards watch
their values.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Iterator, Mapping
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
    collector = _Collector()
    collector.function(function, "", 0)
    return tuple(collector.found.values())


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


class _Collector:
    """Walks what code reaches by name. ``found`` holds guards by where the value is kept, ``seen`` what was walked."""

    def __init__(self) -> None:
        self.found: dict[Hashable, Guard] = {}
        self.seen: set[Hashable] = set()

    def function(self, function: object, prefix: str, depth: int) -> None:
        """Closure cells, globals and, of a method, attributes of its object."""
        if isinstance(function, MethodType):
            key: Hashable = (id(function.__self__), id(function.__func__))
            if key not in self.seen and isinstance(function.__func__, FunctionType):
                self.seen.add(key)
                names = set(_names(function.__func__.__code__))
                self.attributes(function.__self__, prefix.removesuffix(".") or "self", names, depth)
                self.function(function.__func__, prefix, depth)
            return
        if not isinstance(function, FunctionType):
            inner = getattr(function, "__wrapped__", None) or getattr(function, "func", None)
            method = getattr(type(function), "__call__", None)  # noqa: B004  # the method itself, to look into its code
            if inner is not None:
                self.function(inner, prefix, depth)
            elif isinstance(method, FunctionType) and not isinstance(function, type):
                self.function(MethodType(method, function), prefix, depth)
            return
        if id(function) in self.seen or depth > _MAX_DEPTH:
            return
        self.seen.add(id(function))
        names = set(_names(function.__code__))
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            try:
                value = cell.cell_contents
            except ValueError:
                continue  # not yet bound: nothing was read from it
            self.watch(id(cell), prefix + name, lambda cell=cell: cell.cell_contents, value, names, depth)
        scope = function.__globals__
        for name in sorted(names & scope.keys()):
            read = lambda name=name, scope=scope: scope[name]  # noqa: E731  # a closure over both
            self.watch((id(scope), name), name, read, scope[name], names, depth)

    def watch(
        self, key: Hashable, name: str, read: Callable[[], object], value: object, names: set[str], depth: int
    ) -> None:
        """Guard a value, and look into it."""
        if isinstance(value, ModuleType):
            if _is_user_module(value):
                for attribute in sorted(names & vars(value).keys()):
                    get = lambda m=value, a=attribute: getattr(m, a)  # noqa: E731  # a closure over both
                    inner = vars(value)[attribute]
                    self.watch((id(value), attribute), f"{name}.{attribute}", get, inner, names, depth + 1)
            return
        if isinstance(value, type) or _is_library_function(value):
            return
        self.found.setdefault(key, Guard(name, read, _snapshot(value)))
        self.inside(value, name, names, depth)

    def inside(self, value: object, name: str, names: set[str], depth: int) -> None:
        """What the code can reach through a value."""
        if isinstance(value, (list, tuple, dict)):
            leaves = optree.tree_leaves(value, none_is_leaf=True)  # type: ignore[arg-type]  # any container
            for i, leaf in enumerate(leaves):
                if not isinstance(leaf, (list, tuple, dict, type)) and not _is_library_function(leaf):
                    self.inside(leaf, f"{name}[{i}]", names, depth + 1)
        elif not isinstance(value, (*_SIMPLE, np.ndarray)) and depth <= _MAX_DEPTH:
            self.attributes(value, name, names, depth)
            if callable(value):
                self.function(value, f"{name}.", depth + 1)

    def attributes(self, value: object, name: str, names: set[str], depth: int) -> None:
        """Attributes of an instance that the code names, data of its classes included, and the methods it may call."""
        own = getattr(value, "__dict__", None)
        if not isinstance(own, Mapping) or isinstance(value, FunctionType) or depth > _MAX_DEPTH:
            return
        if type(value).__module__.split(".")[0] in _LIBRARIES:
            return
        shared = {k: v for cls in reversed(type(value).__mro__[:-1]) for k, v in vars(cls).items()}
        for attribute in sorted(names & (own.keys() | shared.keys())):
            inner = own[attribute] if attribute in own else shared[attribute]
            where = f"{name}.{attribute}"
            if attribute not in own and isinstance(inner, FunctionType):
                self.function(MethodType(inner, value), f"{name}.", depth + 1)
            elif attribute in own or isinstance(inner, (*_SIMPLE, list, tuple, dict, np.ndarray)):
                read = lambda v=value, a=attribute: getattr(v, a)  # noqa: E731  # a closure over both
                self.watch((id(value), attribute), where, read, inner, names, depth + 1)


def _is_library_function(value: object) -> bool:
    module = str(getattr(value, "__module__", "") or "")
    return callable(value) and module.split(".")[0] in _LIBRARIES and not hasattr(value, "__wrapped__")


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
