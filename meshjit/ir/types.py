"""Types of the IR: element types, and tensor types whose dims carry shardings.

A type prints as ``bf16[128@dp,4096@tp]``; a dim sharded over two axes as ``256@dp+tp``; a pending reduction over an
axis as ``f32[128,1024]{+tp}`` (``{max:tp}``, ``{min:tp}``); a type whose sharding is not yet chosen ends in ``?``.

The dims of a type are always global. A dim of size ``n`` sharded over an axis of size ``k`` is cut into ``k`` blocks of
``ceil(n / k)``, the last ones short or empty; over several axes the rule applies axis by axis, outermost first. Devices
hold full blocks: what lies beyond the dim's end is padding with no defined content.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import ml_dtypes
import numpy as np

from meshjit.errors import DTypeError, ShardingError
from meshjit.ir.mesh import Mesh


@dataclass(frozen=True)
class DType:
    """An element type: its name in IR text, its NumPy dtype and its size on a device."""

    name: str
    numpy: np.dtype
    kind: Literal["float", "int", "bool"]

    @property
    def size_bytes(self) -> int:
        """Bytes an element takes in device memory."""
        return self.numpy.itemsize

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return self.name


F32 = DType("f32", np.dtype(np.float32), "float")
BF16 = DType("bf16", np.dtype(ml_dtypes.bfloat16), "float")
I32 = DType("i32", np.dtype(np.int32), "int")
BOOL = DType("bool", np.dtype(np.bool_), "bool")

DTYPES: tuple[DType, ...] = (F32, BF16, I32, BOOL)
_BY_NAME = {d.name: d for d in DTYPES}
_BY_NUMPY = {d.numpy: d for d in DTYPES}


def dtype_named(name: str) -> DType | None:
    """The dtype with that IR name, or None."""
    return _BY_NAME.get(name)


def dtype_of(value: object) -> DType:
    """The dtype for a NumPy dtype, a scalar type or an IR name.

    Raises :class:`~meshjit.errors.DTypeError` for element types that no target has, such as float64.
    """
    if isinstance(value, DType):
        return value
    if isinstance(value, str) and value in _BY_NAME:
        return _BY_NAME[value]
    if value == "bfloat16":
        return BF16
    dtype = np.dtype(value)  # type: ignore[call-overload]  # any dtype-like is welcome; numpy raises TypeError itself
    found = _BY_NUMPY.get(dtype)
    if found is None:
        names = ", ".join(str(d.numpy) for d in DTYPES)
        wanted = {"f": "float32", "i": "int32", "u": "int32"}.get(dtype.kind, "float32")
        raise DTypeError(
            "MJ2002",
            f"no target computes in {dtype}; supported are {names}",
            fix=f"convert it first: array.astype(np.{wanted})",
        )
    return found


ReduceOp = Literal["sum", "max", "min"]


@dataclass(frozen=True)
class Pending:
    """A reduction not yet carried out: the value is the ``op`` of what the devices along ``axes`` hold."""

    axes: tuple[str, ...]
    op: ReduceOp = "sum"

    def __str__(self) -> str:
        names = "+".join(self.axes)
        return "{+" + names + "}" if self.op == "sum" else "{" + self.op + ":" + names + "}"


#: The mesh axes of each dim, outermost first.
Spec = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class TensorType:
    """A tensor's element type, global dims and sharding. ``spec`` is None while the sharding is open."""

    dtype: DType
    shape: tuple[int, ...]
    spec: Spec | None = None
    pending: Pending | None = None

    @property
    def rank(self) -> int:
        """The number of dims."""
        return len(self.shape)

    @property
    def is_open(self) -> bool:
        """Whether the sharding is not chosen yet."""
        return self.spec is None

    @property
    def dims_spec(self) -> Spec:
        """The axes of each dim; an open type counts as replicated."""
        return self.spec if self.spec is not None else ((),) * len(self.shape)

    @property
    def sharded_axes(self) -> tuple[str, ...]:
        """All mesh axes that shard some dim."""
        return tuple(a for axes in self.dims_spec for a in axes)

    @property
    def varies(self) -> tuple[str, ...]:
        """The mesh axes over which devices hold different data."""
        return self.sharded_axes + (self.pending.axes if self.pending else ())

    def with_spec(self, spec: Spec | None, pending: Pending | None = None) -> TensorType:
        """The same tensor with another sharding."""
        return replace(self, spec=spec, pending=pending)

    def open(self) -> TensorType:
        """The same tensor, its sharding not chosen."""
        return replace(self, spec=None, pending=None)

    def replicated(self) -> TensorType:
        """The same tensor, whole on every device."""
        return replace(self, spec=((),) * len(self.shape), pending=None)

    def local_shape(self, mesh: Mesh) -> tuple[int, ...]:
        """The shape each device holds, padding included."""
        return tuple(block_size(n, axes, mesh) for n, axes in zip(self.shape, self.dims_spec, strict=True))

    def origin(self, mesh: Mesh, device: int) -> tuple[int, ...]:
        """The global index of the first element that ``device`` holds, per dim (it may lie beyond the end)."""
        return tuple(block_bounds(n, axes, mesh, device)[0] for n, axes in zip(self.shape, self.dims_spec, strict=True))

    def valid_shape(self, mesh: Mesh, device: int) -> tuple[int, ...]:
        """How many elements per dim of ``device``'s block are not padding."""
        return tuple(block_bounds(n, axes, mesh, device)[1] for n, axes in zip(self.shape, self.dims_spec, strict=True))

    def padded_dims(self, mesh: Mesh) -> tuple[int, ...]:
        """The dims in which some device holds padding."""
        return tuple(
            d
            for d, (n, axes) in enumerate(zip(self.shape, self.dims_spec, strict=True))
            if block_size(n, axes, mesh) * mesh.axes_size(axes) != n
        )

    def local_bytes(self, mesh: Mesh) -> int:
        """Bytes each device holds, padding included."""
        return math.prod(self.local_shape(mesh)) * self.dtype.size_bytes

    def __str__(self) -> str:
        dims = ",".join(
            str(n) + ("@" + "+".join(axes) if axes else "") for n, axes in zip(self.shape, self.dims_spec, strict=True)
        )
        return f"{self.dtype}[{dims}]" + (str(self.pending) if self.pending else "") + ("?" if self.is_open else "")


def block_size(n: int, axes: Sequence[str], mesh: Mesh) -> int:
    """Elements a device holds of a dim of ``n`` sharded over ``axes``, padding included."""
    for axis in axes:
        n = -(-n // mesh.axis_size(axis))
    return n


def block_bounds(n: int, axes: Sequence[str], mesh: Mesh, device: int) -> tuple[int, int]:
    """The global start of ``device``'s block of a dim of ``n`` over ``axes``, and how many of its elements exist."""
    coord = mesh.coordinate(device)
    start, size, valid = 0, n, n
    for axis in axes:
        size = -(-size // mesh.axis_size(axis))
        step = coord[mesh.axes.index(axis)] * size
        start += step
        valid = max(0, min(size, valid - step))
    return start, valid


def check_spec(type: TensorType, mesh: Mesh, *, where: str = "", name: str = "") -> None:
    """Refuse shardings that do not fit the mesh or the rank.

    Raises :class:`~meshjit.errors.ShardingError`.
    """
    if type.spec is None:
        return
    label = (f"{name}: " if name else "") + f"{type.dtype}[{','.join(map(str, type.shape))}]"
    if len(type.spec) != len(type.shape):
        raise ShardingError(
            "MJ3002",
            f"a sharding of {len(type.spec)} dims on an array of {len(type.shape)} dims",
            where=where,
            operands=[label],
            fix=f"give one entry per dim: P({', '.join(['None'] * len(type.shape))})",
        )
    seen: set[str] = set()
    for axis in type.sharded_axes + (type.pending.axes if type.pending else ()):
        if axis not in mesh.axes:
            raise ShardingError(
                "MJ3001",
                f"no mesh axis is called {axis!r}; this mesh has {mesh}",
                where=where,
                operands=[label],
                fix=f"use one of {', '.join(repr(a) for a in mesh.axes)}",
            )
        if axis in seen:
            raise ShardingError(
                "MJ3003",
                f"mesh axis {axis!r} is used twice in one sharding",
                where=where,
                operands=[label],
                fix="use each axis on one dim at most",
            )
        seen.add(axis)
