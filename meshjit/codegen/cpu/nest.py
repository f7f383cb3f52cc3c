"""Loop nests over strided arrays: the data that :file:`kernel_templates/cpu/nest.ll.j2` renders."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

#: Elements one task covers: some ten microseconds of work, so that claiming a task costs nothing beside it.
TASK_ELEMENTS = 32 * 1024

#: A chain of float additions longer than this is cut, so that its rounding errors do not pile up. A power of two.
_FOLD = 256

#: The kind of a value in registers: float32, int32, bool, double, or bits that only move.
Kind = Literal["f", "i", "b", "d", "raw16", "raw8"]


@dataclass(frozen=True)
class Operand:
    """An argument of a macro: an SSA name (with its %) or a literal."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Call:
    """One elementwise operation: ``result`` = ``macro(args)``."""

    result: str
    macro: str
    kind: Kind
    args: tuple[Operand, ...]


@dataclass(frozen=True)
class Access:
    """How a nest reads or writes an array: pointer word ``slot``, element strides per loop dim, element offset.

    ``offset_word`` names an argument word that holds a further offset in elements, or is -1.
    """

    slot: int
    dtype: str
    strides: tuple[int, ...]
    offset: int = 0
    offset_word: int = -1


@dataclass(frozen=True)
class Index:
    """The index along loop dim ``dim`` (-1: zero), plus argument word ``word`` (-1: none), as an int32 vector."""

    dim: int
    word: int


@dataclass(frozen=True)
class Nest:
    """A loop nest; the last dim runs along vector lanes.

    ``reduced`` dims are folded with ``op``, starting from the literal ``identity``. ``limit_dim`` runs only to the
    argument word ``limit_word``. The rest of the fields follow from these: see :func:`plan`.
    """

    extents: tuple[int, ...]
    reads: tuple[Access, ...]
    write: Access
    result: Operand
    calls: tuple[Call, ...] = ()
    indices: tuple[Index, ...] = ()
    reduced: tuple[int, ...] = ()
    op: str = "sum"
    identity: str = ""
    limit_dim: int = -1
    limit_word: int = -1
    reduce: Literal["", "lanes", "rows"] = ""
    outer: tuple[int, ...] = ()
    sequential: tuple[int, ...] = ()
    steps: int = 1
    unroll: int = 1
    fold: int = 0
    chunk: int = 0
    chunks: int = 1
    units: int = 0
    per_task: int = 1
    tasks: int = 0
    first_task: int = 0
    index: int = 0

    @property
    def pointers(self) -> tuple[int, ...]:
        """The argument words that hold pointers."""
        return tuple(sorted({a.slot for a in (*self.reads, self.write)}))

    @property
    def scalars(self) -> tuple[int, ...]:
        """The argument words that hold numbers."""
        used = {a.offset_word for a in self.reads} | {i.word for i in self.indices} | {self.limit_word}
        return tuple(sorted(used - {-1}))


def row_major(shape: Sequence[int]) -> tuple[int, ...]:
    """The element strides of a row-major array."""
    return tuple(math.prod(shape[d + 1 :]) for d in range(len(shape)))


def broadcast_strides(shape: Sequence[int], to: Sequence[int]) -> tuple[int, ...]:
    """The strides with which a row-major array of ``shape`` is read as one of shape ``to``."""
    lead = len(to) - len(shape)
    own = row_major(shape)
    return (0,) * lead + tuple(0 if n == 1 else s for n, s in zip(shape, own, strict=True))


def collapse(nest: Nest) -> Nest:
    """Drop dims of one element and merge neighbours that every access walks as one."""
    keep = {i.dim for i in nest.indices} | {nest.limit_dim}
    accesses = (*nest.reads, nest.write)
    groups: list[list[int]] = []
    for d, n in enumerate(nest.extents):
        if n == 1 and d not in keep:
            continue
        if groups:
            e = groups[-1][-1]
            same = (e in nest.reduced) == (d in nest.reduced) and e not in keep and d not in keep
            if same and all(a.strides[e] == a.strides[d] * n for a in accesses):
                groups[-1].append(d)
                continue
        groups.append([d])
    last = groups[-1] if groups else []
    if not last or (nest.write.strides[last[-1]] != 1 and last[-1] not in nest.reduced):
        groups.append([])  # vectors run along a dim on which the result is contiguous
    new = {d: g for g, dims in enumerate(groups) for d in dims}

    def strides(a: Access) -> Access:
        return replace(a, strides=tuple(a.strides[dims[-1]] if dims else 0 for dims in groups))

    write = strides(nest.write)
    if not groups[-1]:
        write = replace(write, strides=(*write.strides[:-1], 1))
    return replace(
        nest,
        extents=tuple(math.prod(nest.extents[d] for d in dims) for dims in groups),
        reads=tuple(strides(a) for a in nest.reads),
        write=write,
        indices=tuple(replace(i, dim=new.get(i.dim, -1)) for i in nest.indices),
        reduced=tuple(sorted({new[d] for d in nest.reduced if d in new})),
        limit_dim=new.get(nest.limit_dim, -1),
    )


def plan(nest: Nest, lanes: int) -> Nest:
    """The nest with loops ordered, unrolled and cut into tasks for vectors of ``lanes``."""
    nest = collapse(nest)
    last = len(nest.extents) - 1
    outer = tuple(d for d in range(last) if d not in nest.reduced)
    sequential = tuple(d for d in range(last) if d in nest.reduced)
    rows = math.prod(nest.extents[d] for d in outer)
    steps = math.prod(nest.extents[d] for d in sequential)
    n = nest.extents[last]
    across = last in nest.reduced
    # Several accumulators hide the latency of additions; a long prologue hides it by itself, and takes time to build.
    unroll = max(1, min(4 if len(nest.calls) <= 2 else 1, n // lanes))
    if nest.reduced and not across:
        # Outer dims are walked in vectors of several cache lines: a column of a row-major array is a slow read.
        chunk = _chunk(n, lanes * unroll, max(1, TASK_ELEMENTS // max(1, steps)), rows)
    elif across:
        chunk = n
    else:
        unroll = 1
        chunk = _chunk(n, lanes, TASK_ELEMENTS, rows)
    chunks = -(-n // chunk) if n else 0
    units = rows * (1 if across else chunks)
    unit_cost = max(1, chunk * max(1, steps) * (1 + len(nest.calls) // 4))
    per_task = max(1, min(units, TASK_ELEMENTS // unit_cost))
    return replace(
        nest,
        reduce="" if not nest.reduced else "lanes" if across else "rows",
        outer=outer,
        sequential=sequential,
        steps=steps,
        unroll=unroll,
        fold=_FOLD if _is_long_sum(nest, steps * (-(-n // (lanes * unroll)) if across else 1)) else 0,
        chunk=max(1, chunk),
        chunks=1 if across else max(1, chunks),
        units=units,
        per_task=per_task,
        tasks=-(-units // per_task),
    )


def _is_long_sum(nest: Nest, additions: int) -> bool:
    return bool(nest.reduced) and nest.op == "sum" and nest.result.kind == "f" and additions > _FOLD


def _chunk(n: int, step: int, wanted: int, rows: int) -> int:
    """How much of a dim of ``n`` one unit covers: all of it, or whole steps of about ``wanted`` elements."""
    if n <= wanted or n <= step:
        return max(1, n)
    return max(1, wanted // step) * step


def arrange(nests: Sequence[Nest], lanes: int) -> tuple[tuple[Nest, ...], int]:
    """Planned nests of one kernel, and its number of tasks."""
    out: list[Nest] = []
    first = 0
    for nest in nests:
        planned = plan(nest, lanes)
        out.append(replace(planned, first_task=first, index=len(out)))
        first += planned.tasks
    return tuple(out), first
