"""Collectives in NumPy: what the null target and hosts of cards run, and what tests compare with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from meshjit.ir.program import Collective
from meshjit.ir.types import BF16
from meshjit.runtime.layouts import Array


def run_collective(command: Collective, arrays: Mapping[int, Array]) -> dict[int, Array]:
    """The outputs of a collective, by device, from the local inputs by device.

    Every input has ``command.in_shape``, every output ``command.out_shape``; what is not data is zero. Sums of bf16 are
    taken in f32, in the order of the group, and rounded once.
    """
    run = _KINDS[command.kind]
    out: dict[int, Array] = {}
    for group in command.groups:
        results = run(command, [arrays[d] for d in group])
        out.update(zip(group, results, strict=True))
    return out


def _all_gather(command: Collective, inputs: Sequence[Array]) -> list[Array]:
    whole = _fit(np.concatenate(inputs, axis=command.dim), command.out_shape)
    return [whole] * len(inputs)


def _all_reduce(command: Collective, inputs: Sequence[Array]) -> list[Array]:
    return [_reduce(command, inputs)] * len(inputs)


def _reduce_scatter(command: Collective, inputs: Sequence[Array]) -> list[Array]:
    return _parts(_reduce(command, inputs), command.dim, command.out_shape[command.dim], len(inputs))


def _all_to_all(command: Collective, inputs: Sequence[Array]) -> list[Array]:
    n = len(inputs)
    cut = [_parts(a, command.split_dim, command.out_shape[command.split_dim], n) for a in inputs]
    return [
        _fit(np.concatenate([cut[sender][receiver] for sender in range(n)], axis=command.dim), command.out_shape)
        for receiver in range(n)
    ]


_KINDS: dict[str, Callable[[Collective, Sequence[Array]], list[Array]]] = {
    "all_gather": _all_gather,
    "all_reduce": _all_reduce,
    "reduce_scatter": _reduce_scatter,
    "all_to_all": _all_to_all,
}

_OPS: dict[str, Callable[[Any, Any], Any]] = {"sum": np.add, "max": np.maximum, "min": np.minimum}


def _reduce(command: Collective, inputs: Sequence[Array]) -> Array:
    """The elementwise reduction over all inputs."""
    op, wide = _OPS[command.op], np.dtype(np.float32) if command.dtype is BF16 else command.dtype.numpy
    total = inputs[0].astype(wide)
    for array in inputs[1:]:
        total = op(total, array.astype(wide, copy=False))
    return total.astype(command.dtype.numpy, copy=False)


def _parts(array: Array, dim: int, part: int, n: int) -> list[Array]:
    """``array`` zero-padded along ``dim`` to ``n`` parts of ``part``, and cut."""
    shape = list(array.shape)
    shape[dim] = n * part
    return np.split(_fit(array, tuple(shape)), n, axis=dim)


def _fit(array: Array, shape: tuple[int, ...]) -> Array:
    """``array`` cut and zero-padded at the ends of its dims to ``shape``."""
    kept = array[tuple(slice(0, n) for n in shape)]
    if kept.shape == shape:
        return kept
    out = np.zeros(shape, array.dtype)
    out[tuple(slice(0, n) for n in kept.shape)] = kept
    return out
