"""Shapes and coordinates of a mesh of devices, after TT-NN's nouns."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from meshjit.errors import UsageError


class _Ints:
    """A short immutable row of integers."""

    __slots__ = ("dims",)
    dims: tuple[int, ...]

    def __init__(self, *dims: int) -> None:
        object.__setattr__(self, "dims", tuple(int(d) for d in dims))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a {type(self).__name__} cannot change")

    def __iter__(self) -> Iterator[int]:
        return iter(self.dims)

    def __len__(self) -> int:
        return len(self.dims)

    def __getitem__(self, dim: int) -> int:
        return self.dims[dim]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, tuple):
            return self.dims == other
        return type(other) is type(self) and self.dims == other.dims

    def __hash__(self) -> int:
        return hash(self.dims)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(str, self.dims))})"


class MeshShape(_Ints):
    """Devices along each axis of a mesh: ``MeshShape(2, 4)``. Equal to the tuple of its dims.

    Raises :class:`~meshjit.errors.UsageError` (MJ1001) for an axis without devices.
    """

    def __init__(self, *dims: int) -> None:
        super().__init__(*dims)
        if any(d < 1 for d in self.dims):
            raise UsageError("MJ1001", f"{self!r} has an axis without devices", fix="give every axis at least one")

    @property
    def size(self) -> int:
        """The number of devices."""
        return math.prod(self.dims)


class MeshCoordinate(_Ints):
    """The place of a device: ``MeshCoordinate(row, column)``. Equal to the tuple of its numbers."""


@dataclass(frozen=True)
class MeshCoordinateRange:
    """An inclusive box of coordinates, from ``start`` to ``end``; ``MeshCoordinateRange.whole(shape)`` is all of a
    mesh.

    Raises :class:`~meshjit.errors.UsageError` (MJ5016) when the corners have different ranks or ``end`` lies before
    ``start``.
    """

    start: MeshCoordinate
    end: MeshCoordinate

    def __post_init__(self) -> None:
        fits = len(self.start) == len(self.end) and all(a <= b for a, b in zip(self.start, self.end, strict=True))
        if not fits:
            raise UsageError(
                "MJ5016",
                f"no box of coordinates reaches from {self.start!r} to {self.end!r}",
                fix="give the smallest corner first: MeshCoordinateRange(MeshCoordinate(0, 0), MeshCoordinate(1, 3))",
            )

    @classmethod
    def whole(cls, shape: MeshShape) -> MeshCoordinateRange:
        """Every coordinate of a mesh."""
        return cls(MeshCoordinate(*([0] * len(shape))), MeshCoordinate(*(d - 1 for d in shape)))

    @property
    def shape(self) -> MeshShape:
        """Devices along each axis of the box."""
        return MeshShape(*(b - a + 1 for a, b in zip(self.start, self.end, strict=True)))

    def __iter__(self) -> Iterator[MeshCoordinate]:
        """Yield the coordinates, the last axis fastest."""
        for at in product(*(range(a, b + 1) for a, b in zip(self.start, self.end, strict=True))):
            yield MeshCoordinate(*at)

    def __len__(self) -> int:
        return self.shape.size

    def __contains__(self, coordinate: object) -> bool:
        if not isinstance(coordinate, MeshCoordinate | tuple):
            return False
        at: list[object] = [*coordinate]
        return len(at) == len(self.start) and all(
            isinstance(c, int) and a <= c <= b for a, c, b in zip(self.start, at, self.end, strict=True)
        )

    def intersects(self, other: MeshCoordinateRange) -> bool:
        """Whether the two boxes share a coordinate."""
        return all(
            max(a, c) <= min(b, d)
            for a, b, c, d in zip(self.start, self.end, other.start, other.end, strict=True)
        )  # fmt: skip
