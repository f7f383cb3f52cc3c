"""Which macros of :file:`kernel_templates/cpu/math.ll.j2` compute which elementwise op.

Kinds: f is float32 (bfloat16 is computed in it), i int32, b bool.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from meshjit.codegen.cpu.nest import Kind
from meshjit.ir.types import DType

#: Macros that a macro calls.
NEEDS: Mapping[str, tuple[str, ...]] = {
    "tanh_f": ("exp_f",),
    "erf_f": ("exp_f",),
    "sigmoid_f": ("exp_f",),
    "silu_f": ("sigmoid_f",),
    "gelu_f": ("erf_f",),
    "gelu_tanh_f": ("sigmoid_f",),
}

#: Op name to the stem of its macro: the kind of the operands is appended.
STEMS: Mapping[str, str] = {
    **{
        name: name
        for name in (
            *("add", "sub", "mul", "div", "pow", "neg", "abs", "exp", "log", "sqrt", "rsqrt", "reciprocal", "tanh"),
            *("sigmoid", "erf", "relu", "silu", "gelu", "eq", "ne", "lt", "le", "gt", "ge"),
        )
    },
    "maximum": "max",
    "minimum": "min",
    "logical_and": "and",
    "logical_or": "or",
    "logical_xor": "xor",
    "logical_not": "not",
    "bitwise_and": "and",
    "bitwise_or": "or",
    "bitwise_xor": "xor",
}

#: (from, to) kinds to the macro that converts; equal kinds need none.
CASTS: Mapping[tuple[str, str], str] = {
    ("i", "f"): "float_i",
    ("b", "f"): "float_b",
    ("f", "i"): "int_f",
    ("b", "i"): "int_b",
    ("f", "b"): "bool_f",
    ("i", "b"): "bool_i",
}


_KINDS: Mapping[str, Kind] = {"float": "f", "int": "i", "bool": "b"}


def kind_of(dtype: DType) -> Kind:
    """The kind that values of ``dtype`` have in registers."""
    return _KINDS[dtype.kind]


def closure(macros: Iterable[str]) -> tuple[str, ...]:
    """``macros`` and what they call, each once, callees first."""
    out: list[str] = []

    def visit(name: str) -> None:
        for need in NEEDS.get(name, ()):
            visit(need)
        if name not in out:
            out.append(name)

    for name in sorted(set(macros)):
        visit(name)
    return tuple(out)
