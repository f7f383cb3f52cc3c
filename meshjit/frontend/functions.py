"""NumPy's elementwise functions on traced arrays: each records nodes.

:mod:`meshjit.frontend.numpy` dispatches to these, :mod:`~meshjit.frontend.shapes` and
:mod:`~meshjit.frontend.reductions`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from meshjit.errors import DTypeError, MeshJitError, TraceError
from meshjit.frontend.tracer import Traced, Tracer, current_tracer, user_location, where
from meshjit.ir.graph import describe, located
from meshjit.ir.opdef import OpDef
from meshjit.ir.ops import elementwise
from meshjit.ir.ops.rules import normal_axes
from meshjit.ir.types import BOOL, F32, DType, dtype_of

Axis = int | Sequence[int] | None


def tracer_of(*values: object) -> Tracer:
    """The tracer of the first traced value, or the current one."""
    for value in values:
        if isinstance(value, Traced):
            return value.tracer
    tracer = current_tracer()
    if tracer is None:
        raise TraceError("MJ2102", "no trace is under way", where=where(), fix="call it inside a compiled function")
    return tracer


def to_dtype(value: object) -> DType:
    """The IR dtype of a dtype-like. Raises DTypeError at the user's line."""
    try:
        return dtype_of(value)
    except MeshJitError as error:
        raise located(error, user_location(), ()) from None


def axes_of(x: Traced, axis: Axis) -> tuple[int, ...]:
    """Axes counted from 0, sorted; None means all. Raises ShapeError at the user's line."""
    if axis is None:
        return tuple(range(x.ndim))
    try:
        return normal_axes([axis] if isinstance(axis, (int, np.integer)) else list(axis), x.ndim)
    except MeshJitError as error:
        raise located(error, user_location(), [x.node]) from None


def unary(op: OpDef, x: object, *, to_float: bool = True, **attrs: Any) -> Traced:
    """An elementwise op of one operand; ints become floats where the op needs them."""
    tracer = tracer_of(x)
    value = tracer.lift(x)
    if to_float and value.node.type.dtype.kind != "float":
        value = tracer.cast(value, F32)
    return tracer.emit(op, [value], weak=value.weak, **attrs)


def binary(op: OpDef, a: object, b: object, *, at_least: DType | None = None) -> Traced:
    """An elementwise op of two operands, promoted to one dtype."""
    tracer = tracer_of(a, b)
    x, y = tracer.promote([a, b], at_least=at_least)
    return tracer.emit(op, [x, y], weak=x.weak and y.weak)


def arithmetic(op: OpDef, a: object, b: object) -> Traced:
    """As :func:`binary`; on bools the sum is "or" and the product "and", as in NumPy.

    Raises :class:`~meshjit.errors.DTypeError` (MJ2003) for a difference of bools.
    """
    tracer = tracer_of(a, b)
    x, y = tracer.promote([a, b])
    if x.node.type.dtype == BOOL:
        if op not in _ON_BOOLS:
            raise DTypeError(
                "MJ2003",
                f"{op.name} takes numbers, got bools",
                where=where(),
                operands=[describe(x.node), describe(y.node)],
                fix="use x ^ y, or convert first: x.astype('int32')",
            )
        op = _ON_BOOLS[op]
    return tracer.emit(op, [x, y], weak=x.weak and y.weak)


#: What arithmetic means on bools.
_ON_BOOLS = {
    elementwise.ADD: elementwise.LOGICAL_OR,
    elementwise.MAXIMUM: elementwise.LOGICAL_OR,
    elementwise.MUL: elementwise.LOGICAL_AND,
    elementwise.MINIMUM: elementwise.LOGICAL_AND,
}


def power(a: object, b: object) -> Traced:
    """``a ** b``; small whole powers become products, and so do all of integers.

    Raises :class:`~meshjit.errors.TraceError` (MJ2003) for integers to negative powers.
    """
    if not isinstance(b, (int, float)) or isinstance(b, bool):
        return binary(elementwise.POW, a, b)
    x = tracer_of(a).lift(a)
    if isinstance(b, int) and x.node.type.dtype.kind == "int":
        return _whole_power(x, b)
    roots = {0.5: elementwise.SQRT, -0.5: elementwise.RSQRT, -1.0: elementwise.RECIPROCAL}
    if b in roots:
        return unary(roots[b], x)
    if b in (1, 2, 3):
        return _whole_power(x if x.node.type.dtype.kind == "float" else x.tracer.cast(x, F32), int(b))
    return binary(elementwise.POW, x, b)


def _whole_power(x: Traced, n: int) -> Traced:
    """``x ** n`` by squaring."""
    if n < 0:
        raise TraceError(
            "MJ2003",
            "integers to negative powers are not integers",
            where=where(),
            operands=[describe(x.node)],
            fix=f"convert first: x.astype('float32') ** {n}",
        )
    if n == 0:
        return arithmetic(elementwise.ADD, arithmetic(elementwise.MUL, x, 0), 1)
    if n == 1:
        return x
    half = _whole_power(x, n // 2)
    square = arithmetic(elementwise.MUL, half, half)
    return arithmetic(elementwise.MUL, square, x) if n % 2 else square


def logical(op: OpDef, a: object, b: object) -> Traced:
    """A logical op: numbers count as true where they are not zero."""
    tracer = tracer_of(a, b)
    return tracer.emit(op, [to_bool(tracer.lift(a)), to_bool(tracer.lift(b))])


def bitwise(on_ints: OpDef, on_bools: OpDef, a: object, b: object) -> Traced:
    """An op on the bits of integers; on bools the logical op, as in NumPy.

    Raises :class:`~meshjit.errors.DTypeError` (MJ2003) for floats.
    """
    tracer = tracer_of(a, b)
    x, y = tracer.promote([a, b])
    if x.node.type.dtype.kind == "float":
        raise DTypeError(
            "MJ2003",
            f"{on_ints.name} takes integers or bools, got {x.node.type.dtype}",
            where=where(),
            operands=[describe(x.node), describe(y.node)],
            fix="compare first, (x > 0) & (y > 0), or convert: x.astype('int32')",
        )
    return tracer.emit(on_bools if x.node.type.dtype == BOOL else on_ints, [x, y], weak=x.weak and y.weak)


def invert(a: object) -> Traced:
    """Every bit of an integer changed; "not" of bools."""
    x = tracer_of(a).lift(a)
    if x.node.type.dtype == BOOL:
        return x.tracer.emit(elementwise.LOGICAL_NOT, [x])
    return bitwise(elementwise.BITWISE_XOR, elementwise.LOGICAL_XOR, x, -1)


def to_bool(x: Traced) -> Traced:
    """``x != 0``."""
    return x if x.node.type.dtype == BOOL else x.tracer.cast(x, BOOL)


def where_(condition: object, x: object = None, y: object = None) -> Traced:
    """Elements of ``x`` where the condition holds, else of ``y``.

    Raises :class:`~meshjit.errors.TraceError` (MJ2104) without ``x`` and ``y``: how many elements hold is data.
    """
    tracer = tracer_of(condition, x, y)
    if x is None or y is None:
        raise TraceError(
            "MJ2104",
            "where(condition) gives as many indices as elements hold, which is not known while the function is traced",
            where=where(),
            operands=[describe(tracer.lift(condition).node)],
            fix="choose per element with np.where(condition, a, b), or count with np.sum(condition.astype(np.int32))",
        )
    a, b = tracer.promote([x, y])
    return tracer.emit(elementwise.WHERE, [to_bool(tracer.lift(condition)), a, b], weak=a.weak and b.weak)


def clip(a: object, a_min: object = None, a_max: object = None, *, min: object = None, max: object = None) -> Traced:
    """``a`` limited to an interval; either bound may be None."""
    low = min if a_min is None else a_min
    high = max if a_max is None else a_max
    out = tracer_of(a, low, high).lift(a)
    if low is not None:
        out = arithmetic(elementwise.MAXIMUM, out, low)
    return out if high is None else arithmetic(elementwise.MINIMUM, out, high)
