"""``meshjit.nn``: the functions models are made of. See :mod:`meshjit.frontend.nn`."""

from meshjit.frontend.nn import *  # noqa: F403  # the public names, listed there
from meshjit.frontend.nn import __all__ as __all__
