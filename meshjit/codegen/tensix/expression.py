"""Elementwise expressions as data, and their translation to SFPU code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from meshjit.codegen.tensix import comparisons, integers
from meshjit.codegen.tensix import functions as fn
from meshjit.codegen.tensix.sfpu import ONE, ZERO, Builder, V
from meshjit.errors import CodegenError


@dataclass(frozen=True)
class Step:
    """One operation: values are numbered, inputs first, then the steps in order. ``value`` is a constant's value."""

    op: str
    args: tuple[int, ...] = ()
    value: float = 0.0


@dataclass(frozen=True)
class Expression:
    """A straight-line elementwise function of ``inputs`` values; the last step (or input) is the result."""

    inputs: int
    steps: tuple[Step, ...]


Emit = Callable[..., V]

EMITTERS: Mapping[str, Emit] = MappingProxyType(
    {
        "add": Builder.add,
        "sub": Builder.sub,
        "mul": Builder.mul,
        "neg": Builder.neg,
        "abs": Builder.abs,
        "maximum": Builder.maximum,
        "minimum": Builder.minimum,
        "div": fn.divide,
        "exp": fn.exp,
        "log": fn.log,
        "sqrt": fn.sqrt,
        "rsqrt": fn.rsqrt,
        "reciprocal": fn.reciprocal,
        "tanh": fn.tanh,
        "sigmoid": fn.sigmoid,
        "erf": fn.erf,
        "relu": fn.relu,
        "silu": fn.silu,
        "gelu_tanh": fn.gelu_tanh,
        "gelu": fn.gelu_erf,
        "pow": fn.power,
        "lt": comparisons.less,
        "gt": lambda b, x, y: comparisons.less(b, y, x),
        "ge": comparisons.greater_equal,
        "le": lambda b, x, y: comparisons.greater_equal(b, y, x),
        "eq": comparisons.equal,
        "ne": comparisons.not_equal,
        "logical_and": Builder.mul,
        "logical_or": Builder.maximum,
        "logical_xor": integers.not_equal,
        "logical_not": lambda b, x: b.sub(ONE, x),
        "bitwise_and": Builder.bit_and,
        "bitwise_or": Builder.bit_or,
        "bitwise_xor": Builder.bit_xor,
        "where": fn.choose,
        "round_bf16": fn.round_bf16,
        "int_add": Builder.int_add,
        "int_sub": Builder.int_sub,
        "int_neg": lambda b, x: b.int_sub(ZERO, x),
        "int_abs": Builder.int_abs,
        "int_mul": integers.multiply,
        "int_maximum": integers.maximum,
        "int_minimum": integers.minimum,
        "int_relu": lambda b, x: integers.maximum(b, x, ZERO),
        "int_lt": integers.less,
        "int_gt": lambda b, x, y: integers.less(b, y, x),
        "int_ge": integers.greater_equal,
        "int_le": lambda b, x, y: integers.greater_equal(b, y, x),
        "int_eq": integers.equal,
        "int_ne": integers.not_equal,
        "int_to_float": integers.int_to_float,
        "float_to_int": integers.float_to_int,
        "float_to_bool": fn.nonzero,
        "int_to_bool": lambda b, x: integers.not_equal(b, x, ZERO),
    }
)


def emit(builder: Builder, expression: Expression, inputs: Sequence[V]) -> V:
    """Record the expression on ``inputs`` and return its result.

    Raises :class:`~meshjit.errors.CodegenError` (MJ4112) for an operation without SFPU code.
    """
    values: list[V] = list(inputs)
    for step in expression.steps:
        if step.op in ("const", "int_const"):
            value = step.value
            values.append(builder.const(value) if step.op == "const" else builder.const_bits(int(value) & 0xFFFFFFFF))
            continue
        if step.op == "integer_pow":
            values.append(fn.integer_power(builder, values[step.args[0]], int(step.value)))
            continue
        emitter = EMITTERS.get(step.op)
        if emitter is None:
            raise CodegenError(
                "MJ4112", f"{step.op} has no vector unit code", fix='run this function on the CPU mesh: target="cpu"'
            )
        values.append(emitter(builder, *(values[i] for i in step.args)))
    return values[-1]
