"""Comparisons of floats on the vector unit: right for infinities, zeros of both signs and NaN."""

from __future__ import annotations

from meshjit.codegen.tensix.sfpu import ONE, ZERO, Builder, V


def _order(b: Builder, x: V, y: V, mode: int) -> V:
    """1.0 where the larger of x and y (as SFPSWAP orders floats) is not x (mode 2) or is (6), and neither is NaN."""
    x, y = b.mad(x, ONE, ZERO), b.mad(y, ONE, ZERO)  # denormals and -0 are 0
    larger, smaller = b.sorted(x, y)
    other = b.int_sub(larger, x)
    sizes = b.abs_bits(larger), b.abs_bits(smaller)
    d = b.copy(ZERO)
    b.begin_if(other, mode)
    for size in sizes:
        b.and_if_number(size)
    b.assign(d, ONE)
    b.end_if()
    return d


def less(b: Builder, x: V, y: V) -> V:
    """1.0 where x < y, else 0.0. Denormals count as zeros; NaN is neither less nor more than anything."""
    return _order(b, x, y, 2)


def greater_equal(b: Builder, x: V, y: V) -> V:
    """1.0 where x >= y, else 0.0."""
    return _order(b, x, y, 6)


def _same(b: Builder, x: V, y: V, then: V, otherwise: V) -> V:
    x, y = b.mad(x, ONE, ZERO), b.mad(y, ONE, ZERO)
    other = b.int_sub(x, y)
    size = b.abs_bits(x)
    d = b.copy(otherwise)
    b.begin_if(other, 6)
    b.and_if_number(size)
    b.assign(d, then)
    b.end_if()
    return d


def equal(b: Builder, x: V, y: V) -> V:
    """1.0 where x == y, else 0.0. NaN equals nothing."""
    return _same(b, x, y, ONE, ZERO)


def not_equal(b: Builder, x: V, y: V) -> V:
    """1.0 where x != y, else 0.0."""
    return _same(b, x, y, ZERO, ONE)
