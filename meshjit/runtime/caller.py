"""Where in the user's code a call came from."""

from __future__ import annotations

import sys
from pathlib import Path

_PACKAGE = str(Path(__file__).resolve().parent.parent) + "/"


def call_site() -> str:
    """`` (file.py:12)`` for the innermost caller outside this package, or an empty text."""
    frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]  # the traceback module takes far longer
    while frame is not None:
        code = frame.f_code
        if not code.co_filename.startswith(_PACKAGE):
            return f" ({code.co_filename}:{frame.f_lineno})"
        frame = frame.f_back
    return ""
