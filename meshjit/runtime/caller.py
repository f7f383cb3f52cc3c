"""Where in the user's code a call came from."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType

from meshjit.ir.location import Location, frame_location

_PACKAGE = str(Path(__file__).resolve().parent.parent) + "/"


def call_site() -> str:
    """`` (file.py:12)`` for the innermost caller outside this package, or an empty text."""
    frame = _user_frame()
    return f" ({frame.f_code.co_filename}:{frame.f_lineno})" if frame else ""


def call_location() -> Location | None:
    """The innermost call from outside this package, to the column."""
    frame = _user_frame()
    return frame_location(frame) if frame else None


def _user_frame() -> FrameType | None:
    frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]  # the traceback module takes far longer
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    return frame
