"""How the emulator's functions are compiled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from numba import njit, types

_njit: Any = njit
#: Compile a function into each of its callers: for what LLVM would not put there by itself, so that it sees a loop.
inlined: Any = _njit(cache=True, nogil=True, inline="always")


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function with Numba, cached, once for each set of argument types.

    Numba would compile it once more for each constant that a caller passes; the emulator's callers pass many (register
    indices, error codes), which made half of the compile time.
    """
    made: Any = _njit(cache=True, nogil=True, no_cfunc_wrapper=True)(function)
    template = made.get_call_template

    def plain(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        return template(tuple(map(types.unliteral, args)), {k: types.unliteral(v) for k, v in kwargs.items()})

    made.get_call_template = plain
    return made
