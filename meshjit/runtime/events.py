"""MeshEvent: a point in the order of a mesh's commands."""

from __future__ import annotations

from meshjit.runtime.engine import Engine


class MeshEvent:
    """Done when every command that was submitted before it was recorded has run."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._number = engine.submitted

    @property
    def is_complete(self) -> bool:
        """Whether it is known to be done, without asking the devices."""
        return self.engine.completed >= self._number

    def synchronize(self, timeout_s: float | None = None) -> None:
        """Wait until it is done.

        Raises :class:`~meshjit.errors.DeviceTimeoutError` after ``timeout_s`` seconds (default: the mesh's); the event
        can be waited for again.
        """
        self.engine.wait(self._number, timeout_s)

    def __repr__(self) -> str:
        return f"MeshEvent({self._number}, {'done' if self.is_complete else 'not known to be done'})"
