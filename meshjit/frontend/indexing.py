"""Basic indexing: integers, slices, ``...`` and None."""

from __future__ import annotations

from typing import Any

import numpy as np

from meshjit.errors import ShapeError, TraceError
from meshjit.frontend import shapes
from meshjit.frontend.tracer import Traced, where
from meshjit.ir.graph import describe


def take(x: Traced, index: Any) -> Traced:
    """``x[index]`` as NumPy's basic indexing gives it.

    Raises ShapeError for indices out of range or too many, TraceError for arrays as indices.
    """
    entries = list(index) if isinstance(index, tuple) else [index]
    for e in entries:
        if not (e is None or e is Ellipsis or isinstance(e, (slice, int, np.integer))) or isinstance(e, bool):
            raise TraceError(
                "MJ2106",
                f"an index of type {type(e).__name__} is not basic indexing",
                where=where(),
                operands=[describe(x.node)],
                fix="index with integers, slices, ... and None; pick per element with np.where(mask, a, b)",
            )
    named = sum(1 for e in entries if e is not None and e is not Ellipsis)
    if named > x.ndim or entries.count(Ellipsis) > 1:
        raise ShapeError(
            "MJ2008",
            f"{named} indices for an array of {x.ndim} dims",
            where=where(),
            operands=[describe(x.node)],
            fix=f"use at most {x.ndim} indices and one ...",
        )
    if Ellipsis not in entries:
        entries.append(Ellipsis)
    at = entries.index(Ellipsis)
    entries[at : at + 1] = [slice(None)] * (x.ndim - named)

    start: list[int] = []
    size: list[int] = []
    step: list[int] = []
    shape: list[int] = []
    for e in entries:
        if e is None:
            shape.append(1)
            continue
        d = len(start)
        n = x.shape[d]
        if isinstance(e, slice):
            span = range(*e.indices(n))
            start.append(span.start if len(span) else 0)
            size.append(len(span))
            step.append(span.step if len(span) else 1)
            shape.append(len(span))
            continue
        i = int(e)
        if not -n <= i < n:
            raise ShapeError(
                "MJ2008",
                f"index {i} is out of range for dim {d} of {n} elements",
                where=where(),
                operands=[describe(x.node)],
                fix=f"use {-n} to {n - 1}" if n else "the dim is empty",
            )
        start.append(i % n)
        size.append(1)
        step.append(1)
    return shapes.reshape(shapes.slice_(x, start, size, step), shape)
