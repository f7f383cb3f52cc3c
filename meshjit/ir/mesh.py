"""The logical mesh: named axes over a row-major grid of devices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from meshjit.errors import UsageError


@dataclass(frozen=True)
class Mesh:
    """A grid of devices whose axes have names. ``Mesh((2, 4), ("dp", "tp"))`` has eight devices.

    Device ``i`` sits at the coordinate whose row-major index is ``i``.

    Raises :class:`~meshjit.errors.UsageError` when shape and names do not fit together.
    """

    shape: tuple[int, ...]
    axes: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.shape) != len(self.axes):
            raise UsageError(
                "MJ1001",
                f"a mesh of shape {self.shape} needs {len(self.shape)} axis names, got {list(self.axes)}",
                fix=f"name every axis, for example open_mesh({self.shape}, {default_axes(len(self.shape))!r})",
            )
        if len(set(self.axes)) != len(self.axes):
            raise UsageError(
                "MJ1001",
                f"mesh axis names must differ, got {list(self.axes)}",
                fix=f"give each axis its own name, for example {default_axes(len(self.shape))!r}",
            )
        for size, axis in zip(self.shape, self.axes, strict=True):
            if size < 1:
                raise UsageError(
                    "MJ1001", f"mesh axis {axis!r} has size {size}", fix="give every axis at least one device"
                )
            if not axis.isidentifier():
                raise UsageError(
                    "MJ1001", f"mesh axis name {axis!r} is not an identifier", fix="use letters, digits and _"
                )

    @property
    def size(self) -> int:
        """The number of devices."""
        return math.prod(self.shape)

    def axis_size(self, axis: str) -> int:
        """The number of devices along ``axis``."""
        return self.shape[self.axes.index(axis)]

    def axes_size(self, axes: Sequence[str]) -> int:
        """The number of devices along all of ``axes`` together."""
        return math.prod(self.axis_size(a) for a in axes)

    def coordinate(self, device: int) -> tuple[int, ...]:
        """The coordinate of linear device index ``device``."""
        out: list[int] = []
        for size in reversed(self.shape):
            out.append(device % size)
            device //= size
        return tuple(reversed(out))

    def device(self, coordinate: Sequence[int]) -> int:
        """The linear index of ``coordinate``."""
        index = 0
        for c, size in zip(coordinate, self.shape, strict=True):
            index = index * size + c
        return index

    def position(self, device: int, axes: Sequence[str]) -> int:
        """The row-major index of ``device`` within the sub-grid spanned by ``axes``, in the order given."""
        coord = self.coordinate(device)
        index = 0
        for axis in axes:
            index = index * self.axis_size(axis) + coord[self.axes.index(axis)]
        return index

    def groups(self, axes: Sequence[str]) -> tuple[tuple[int, ...], ...]:
        """Devices that differ only along ``axes``, one tuple a group, ordered by :meth:`position`."""
        others = [a for a in self.axes if a not in axes]
        out: list[tuple[int, ...]] = []
        for fixed in product(*(range(self.axis_size(a)) for a in others)):
            group: list[int] = []
            for moving in product(*(range(self.axis_size(a)) for a in axes)):
                at = dict(zip(others, fixed, strict=True)) | dict(zip(axes, moving, strict=True))
                group.append(self.device([at[a] for a in self.axes]))
            out.append(tuple(group))
        return tuple(out)

    def representative(self, device: int, varies: Sequence[str]) -> int:
        """The first device that agrees with ``device`` along the axes of ``varies``."""
        coord = self.coordinate(device)
        return self.device([c if a in varies else 0 for a, c in zip(self.axes, coord, strict=True)])

    def __str__(self) -> str:
        return ", ".join(f"{a}={n}" for a, n in zip(self.axes, self.shape, strict=True))


def default_axes(rank: int) -> tuple[str, ...]:
    """Axis names to propose for a mesh of ``rank`` dims."""
    return {1: ("tp",), 2: ("dp", "tp"), 3: ("dp", "sp", "tp")}.get(rank, tuple(f"a{i}" for i in range(rank)))
