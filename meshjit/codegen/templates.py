"""Kernel templates, as code generation sees them: see :mod:`meshjit.toolchain.templates`."""

from meshjit.toolchain.templates import float_literal, render, template_root

__all__ = ["float_literal", "render", "template_root"]
