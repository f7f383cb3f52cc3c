"""Kernel templates, as code generation sees them: see :mod:`meshjit.toolchain.templates`."""

from meshjit.toolchain.origins import Origin, compact, origins, shown
from meshjit.toolchain.templates import float_literal, render, render_marked, template_root

__all__ = [
    "Origin",
    "compact",
    "float_literal",
    "origins",
    "render",
    "render_marked",
    "shown",
    "template_root",
]
