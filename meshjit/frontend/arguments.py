"""Arguments: binding a call to parameters, flattening trees, and the signature that picks a compiled variant."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import optree

from meshjit.errors import MeshJitError, ShardingError, TraceError, UsageError
from meshjit.ir.spec import PartitionSpec
from meshjit.ir.types import BOOL, F32, I32, TensorType, dtype_of

NAMESPACE = "meshjit"
_registered: set[type] = set()


@dataclass(frozen=True)
class Leaf:
    """One array argument: its path (``params.w1``), its type (open unless it is on the mesh already), its weakness."""

    path: str
    type: TensorType
    weak: bool


@dataclass(frozen=True)
class Call:
    """A call, taken apart: its array leaves, their description, the tree around them and the static arguments."""

    leaves: tuple[Any, ...]
    described: tuple[Leaf, ...]
    tree: Any
    names: tuple[str, ...]
    static: tuple[tuple[str, Hashable], ...]
    donated: tuple[int, ...]

    @property
    def key(self) -> Hashable:
        """What a compiled variant depends on."""
        return (self.tree, self.names, self.described, self.static)


class Parameters:
    """A function's parameters, with those that are static or donated."""

    def __init__(self, function: Callable[..., Any], static: Sequence[str], donated: Sequence[str]) -> None:
        self.function = function
        self.name = str(getattr(function, "__name__", "f"))  # a partial has none
        self.signature = inspect.signature(function)
        self.static = _names(static, "static_argnames", self.signature)
        self.donated = _names(donated, "donate_argnames", self.signature)
        both = self.static & self.donated
        if both:
            raise UsageError(
                "MJ1006",
                f"{sorted(both)[0]!r} is both static and donated",
                fix="static arguments are no arrays: keep one",
            )

    def bind(self, args: Sequence[Any], kwargs: dict[str, Any]) -> Call:
        """Take a call apart.

        Raises :class:`~meshjit.errors.UsageError` (MJ1007) for arguments that do not fit the signature or static ones
        that are not hashable, :class:`~meshjit.errors.TraceError` (MJ2107) for leaves that are no arrays.
        """
        try:
            bound = self.signature.bind(*args, **kwargs)
        except TypeError as error:
            raise UsageError(
                "MJ1007", f"{self.name}{self.signature}: {error}", fix="call it as its signature says"
            ) from None
        bound.apply_defaults()
        dynamic: dict[str, Any] = {}
        static: list[tuple[str, Hashable]] = []
        for name, value in bound.arguments.items():
            if name in self.static:
                static.append((name, _hashable(name, value)))
            else:
                dynamic[name] = value
        register_dataclasses(dynamic)
        names = tuple(dynamic)
        paths, leaves, tree = optree.tree_flatten_with_path(cast(Any, tuple(dynamic.values())), namespace=NAMESPACE)
        described = tuple(
            describe_leaf(leaf, path_name((names[path[0]], *path[1:])))
            for leaf, path in zip(leaves, paths, strict=True)
        )
        donated = tuple(i for i, path in enumerate(paths) if names[path[0]] in self.donated)
        return Call(tuple(leaves), described, tree, names, tuple(static), donated)

    def rebuild(self, call: Call, leaves: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The positional and keyword arguments of the call, with its array leaves replaced."""
        dynamic = optree.tree_unflatten(call.tree, list(leaves))
        values: dict[str, Any] = {**dict(zip(call.names, dynamic, strict=True)), **dict(call.static)}
        bound = inspect.BoundArguments(self.signature, {n: values[n] for n in self.signature.parameters if n in values})  # type: ignore[arg-type]  # order is all it needs
        return bound.args, bound.kwargs

    def shardings(self, call: Call, prefix: Any) -> list[PartitionSpec | None]:
        """``in_shardings``, one per leaf: a prefix tree of the parameters in order, or a dict by name."""
        if prefix is None or isinstance(prefix, PartitionSpec):
            return [prefix] * len(call.leaves)
        names = [n for n in self.signature.parameters if n not in self.static]
        if isinstance(prefix, str):
            raise ShardingError(
                "MJ3011",
                f"in_shardings is the string {prefix!r}, which says of no argument how it is sharded",
                fix=f"write P({prefix!r}) for all arguments, or a tuple of one entry per argument ({', '.join(names)})",
            )
        if isinstance(prefix, dict) and set(prefix) <= set(names):
            entries = {n: prefix.get(n) for n in names}
        else:
            items = list(prefix)
            if len(items) != len(names):
                raise ShardingError(
                    "MJ3011",
                    f"in_shardings has {len(items)} entries, {self.name}{self.signature} takes "
                    f"{len(names)} array arguments",
                    fix=f"give one entry per argument ({', '.join(names)}), None where nothing is said",
                )
            entries = dict(zip(names, items, strict=True))
        numbered = optree.tree_unflatten(call.tree, list(range(len(call.leaves))))
        dynamic = dict(zip(call.names, numbered, strict=True))
        out: list[PartitionSpec | None] = [None] * len(call.leaves)
        for name, entry in entries.items():
            if name in dynamic:
                for i, spec in broadcast_prefix(entry, dynamic[name], f"in_shardings of {name}"):
                    out[i] = spec
        return out


def broadcast_prefix(prefix: Any, tree: Any, what: str) -> list[tuple[Any, PartitionSpec | None]]:
    """(leaf of ``tree``, the entry of ``prefix`` above it) pairs; None and P are leaves of the prefix.

    Raises :class:`~meshjit.errors.ShardingError` (MJ3011) when the prefix is not a prefix of the tree.
    """
    if prefix is None or isinstance(prefix, PartitionSpec):
        return [(leaf, prefix) for leaf in optree.tree_leaves(tree, namespace=NAMESPACE)]
    children: Sequence[Any] | None = None
    parts: Sequence[Any] | None = None
    if not optree.tree_is_leaf(tree, namespace=NAMESPACE):
        children, _, entries, _ = optree.tree_flatten_one_level(tree, namespace=NAMESPACE)
        if isinstance(prefix, dict):
            parts = [prefix.get(e) for e in entries] if set(prefix) <= set(entries) else None
        elif isinstance(prefix, (list, tuple)):
            parts = prefix
        elif dataclasses.is_dataclass(prefix):
            parts = [getattr(prefix, str(e), None) for e in entries]
    if children is None or parts is None or len(parts) != len(children):
        raise ShardingError(
            "MJ3011",
            f"{what}: {prefix!r} is no prefix of the tree {optree.tree_structure(tree, namespace=NAMESPACE)}",
            fix="give one P(...) for the whole argument, or a tree of its shape with P(...) or None at the leaves",
        )
    return [pair for p, c in zip(parts, children, strict=True) for pair in broadcast_prefix(p, c, what)]


def describe_leaf(leaf: Any, path: str) -> Leaf:
    """The type of an argument leaf.

    Raises :class:`~meshjit.errors.TraceError` (MJ2107) for what is no array, DTypeError (MJ2002) for element types
    that no target has.
    """
    type = getattr(leaf, "type", None)
    if isinstance(type, TensorType):  # a MeshTensor
        return Leaf(path, type, False)
    if isinstance(leaf, (bool, np.bool_)):
        return Leaf(path, TensorType(BOOL, ()), False)
    if isinstance(leaf, (int, float)) and not isinstance(leaf, np.generic):
        return Leaf(path, TensorType(I32 if isinstance(leaf, int) else F32, ()), True)
    if not hasattr(leaf, "dtype") or not hasattr(leaf, "shape"):
        if hasattr(leaf, "__array__"):
            leaf = np.asarray(leaf)
        elif hasattr(leaf, "__dlpack__"):
            leaf = np.from_dlpack(cast(Any, leaf))
        else:
            raise TraceError(
                "MJ2107",
                f"argument {path} is a {leaf.__class__.__name__}, which is no array",
                fix=f"pass an array, or mark it: static_argnames=({path.split('.')[0].split('[')[0]!r},)",
            )
    try:
        dtype = dtype_of(leaf.dtype if isinstance(leaf.dtype, np.dtype) else np.asarray(leaf).dtype)
    except MeshJitError as error:
        shape = ",".join(map(str, leaf.shape))
        raise error.__class__(
            error.code, f"argument {path}: {error.summary}", operands=[f"{path}: {leaf.dtype}[{shape}]"],
            fix=error.fix.replace("array.", f"{path}."),
        ) from None  # fmt: skip
    return Leaf(path, TensorType(dtype, tuple(int(n) for n in leaf.shape)), False)


def path_name(path: Sequence[Any]) -> str:
    """``params.w1`` or ``layers.0.w``: a leaf's place, as IR names are written."""
    text = ".".join(str(p) for p in path)
    return "".join(c if c.isalnum() or c in "_." else "_" for c in text) or "x"


def register_dataclasses(value: Any) -> None:
    """Make the plain dataclasses in a tree known as containers of their fields."""
    if isinstance(value, dict):
        children: Sequence[Any] = list(value.values())
    elif isinstance(value, (list, tuple)):
        children = value
    elif dataclasses.is_dataclass(value) and not isinstance(value, type) and not hasattr(value, "__array__"):
        cls = value.__class__
        names = tuple(f.name for f in dataclasses.fields(value) if f.init)
        if cls not in _registered:
            _registered.add(cls)
            register: Any = optree.register_pytree_node  # typed for collections; any class will do
            register(
                cls,
                lambda d, names=names: (tuple(getattr(d, n) for n in names), names, names),
                lambda _, children, cls=cls, names=names: cls(**dict(zip(names, children, strict=True))),
                namespace=NAMESPACE,
            )
        children = [getattr(value, n) for n in names]
    else:
        return
    for child in children:
        register_dataclasses(child)


def _names(given: Sequence[str], option: str, signature: inspect.Signature) -> frozenset[str]:
    names = frozenset([given] if isinstance(given, str) else given)
    unknown = sorted(names - set(signature.parameters))
    if unknown:
        raise UsageError(
            "MJ1006",
            f"{option} names {unknown[0]!r}, which is no parameter of {signature}",
            fix=f"use some of {', '.join(signature.parameters)}",
        )
    return names


def _hashable(name: str, value: Any) -> Hashable:
    try:
        hash(value)
    except TypeError:
        raise UsageError(
            "MJ1007",
            f"the static argument {name} is a {value.__class__.__name__}, which is not hashable",
            fix="pass a tuple instead of a list, or a frozen dataclass instead of a dict",
        ) from None
    return value
