"""Render packaged kernel templates with strict, typed parameters."""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Mapping
from enum import Enum
from functools import cache
from pathlib import Path

import jinja2
import numpy as np

from meshjit.errors import CodegenError
from meshjit.toolchain.origins import Marks, without_marks


def template_root() -> Path:
    """The folder of the templates: inside the installed package, or beside it in a checkout.

    Raises :class:`~meshjit.errors.CodegenError` (MJ4201) when the installation has none.
    """
    package = Path(__file__).resolve().parent.parent
    for root in (package / "kernel_templates", package.parent / "kernel_templates"):
        if root.is_dir():
            return root
    raise CodegenError(
        "MJ4201", "this installation has no kernel templates", fix="pip install --force-reinstall --no-deps meshjit"
    )


def float_literal(value: float) -> str:
    """``value`` rounded to float32, as LLVM writes a float: the bits of the equal double, in hexadecimal."""
    rounded = float(np.float32(value))
    return f"0x{struct.unpack('<Q', struct.pack('<d', rounded))[0]:016X}"


def double_literal(value: float) -> str:
    """``value`` as LLVM writes a double: its bits, in hexadecimal."""
    return f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"


@cache
def _environment() -> jinja2.Environment:
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(template_root()),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
        extensions=[Marks],
    )
    env.filters["f32"] = float_literal
    env.filters["f64"] = double_literal
    return env


def _check(name: str, value: object) -> None:
    """Refuse parameters that are not plain data: templates see numbers, names and frozen records of them."""
    if isinstance(value, (bool, int, float, Enum)):
        return
    if isinstance(value, str):
        if "\n" not in value and ";" not in value:
            return
    elif isinstance(value, (tuple, list)):
        for i, item in enumerate(value):  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
            _check(f"{name}[{i}]", item)  # pyright: ignore[reportUnknownArgumentType]
        return
    elif isinstance(value, Mapping):
        for key, item in value.items():  # pyright: ignore[reportUnknownVariableType]
            _check(f"{name} key", key)  # pyright: ignore[reportUnknownArgumentType]
            _check(f"{name}[{key!r}]", item)  # pyright: ignore[reportUnknownArgumentType]
        return
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            _check(f"{name}.{field.name}", getattr(value, field.name))
        return
    elif value is None:
        return
    raise CodegenError(
        "MJ4202",
        f"template parameter {name} is {value!r:.80}, not plain data",
        fix="pass numbers, one-line names without ';', and tuples, mappings or frozen dataclasses of them",
    )


def render(template: str, **params: object) -> str:
    """The text of ``template`` (a path below ``kernel_templates/``, such as ``"cpu/gemm.ll.j2"``) under ``params``.

    The same template and parameters always give the same text.

    Raises :class:`~meshjit.errors.CodegenError`: MJ4202 for a parameter that is not plain data, MJ4203 for a template
    that does not exist, asks for a parameter it was not given, or is not valid.
    """
    return without_marks(render_marked(template, **params))


def render_marked(template: str, **params: object) -> str:
    """As :func:`render`, with the marks that :mod:`meshjit.toolchain.origins` reads."""
    for name, value in params.items():
        _check(name, value)
    try:
        return _environment().get_template(template).render(**params)
    except jinja2.TemplateError as error:
        raise CodegenError(
            "MJ4203",
            f"template {template} does not render: {type(error).__name__}: {error}",
            operands=[f"{k} = {v!r:.100}" for k, v in params.items()],
            fix="pass every parameter that the template's first lines declare",
        ) from error
