"""``meshjit.numpy``: array functions for traced and NumPy arrays. See :mod:`meshjit.frontend.numpy`."""

from meshjit.frontend.numpy import *  # noqa: F403  # the public names, listed there
from meshjit.frontend.numpy import __all__ as __all__
