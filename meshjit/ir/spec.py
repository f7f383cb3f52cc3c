"""PartitionSpec: how a user writes a sharding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from meshjit.errors import ShardingError
from meshjit.ir.mesh import Mesh
from meshjit.ir.types import F32, DType, Spec, TensorType, check_spec

#: One entry of a PartitionSpec: no axis, one axis, or several, outermost first.
Entry = None | str | tuple[str, ...]


class PartitionSpec:
    """The mesh axes of each dim of an array: ``P("dp", None)``, ``P(("dp", "tp"), None)``, ``P()``.

    Dims not mentioned at the end are not sharded, so ``P("dp")`` and ``P("dp", None)`` are equal; ``("dp",)`` is the
    same entry as ``"dp"`` and ``()`` the same as ``None``. Immutable and hashable; iterating yields the entries.

    Raises :class:`~meshjit.errors.ShardingError` (MJ3009) for entries that are no axis names.
    """

    __slots__ = ("entries",)
    entries: tuple[Entry, ...]

    def __init__(self, *entries: Entry | Sequence[str]) -> None:
        object.__setattr__(self, "entries", tuple(_entry(e) for e in entries))

    def to_spec(
        self, rank: int, mesh: Mesh, *, shape: Sequence[int] | None = None, dtype: DType = F32, where: str = "",
        name: str = "",
    ) -> Spec:  # fmt: skip
        """The IR sharding of an array of ``rank`` dims on ``mesh``; missing trailing dims are not sharded.

        ``shape``, ``dtype``, ``where`` and ``name`` only serve messages. Raises
        :class:`~meshjit.errors.ShardingError`: MJ3001 for an unknown axis, MJ3002 for more entries than dims, MJ3003
        for an axis used twice.
        """
        axes = tuple(() if e is None else (e,) if isinstance(e, str) else e for e in self.entries)
        spec = axes + ((),) * (rank - len(axes))
        dims = tuple(shape) if shape is not None else (1,) * rank
        check_spec(TensorType(dtype, dims, spec), mesh, where=where, name=name)
        return spec

    @classmethod
    def from_spec(cls, spec: Spec) -> PartitionSpec:
        """The PartitionSpec that writes an IR sharding."""
        return cls(*spec)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, dim: int) -> Entry:
        return self.entries[dim]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PartitionSpec) and _trimmed(self.entries) == _trimmed(other.entries)

    def __hash__(self) -> int:
        return hash(_trimmed(self.entries))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a PartitionSpec cannot change; write a new one instead of setting {name}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a PartitionSpec cannot change; write a new one instead of deleting {name}")

    def __copy__(self) -> PartitionSpec:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> PartitionSpec:
        return self

    def __repr__(self) -> str:
        return f"P({', '.join(map(repr, self.entries))})"


#: The short name, as everybody writes it.
P = PartitionSpec


def _entry(value: object) -> Entry:
    """An entry in its one form."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, tuple | list):
        names: list[object] = list(value)  # pyright: ignore[reportUnknownArgumentType]  # checked on the next line
        axes = tuple(a for a in names if isinstance(a, str))
        if len(axes) == len(names):
            return None if not axes else axes[0] if len(axes) == 1 else axes
    raise ShardingError(
        "MJ3009",
        f"{value!r} is no entry of a PartitionSpec",
        fix='use an axis name, a tuple of names or None per dim: P("dp", None), P(("dp", "tp"), None)',
    )


def _trimmed(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Without the unsharded dims at the end."""
    n = len(entries)
    while n and entries[n - 1] is None:
        n -= 1
    return entries[:n]
