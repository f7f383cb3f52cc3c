"""The emulator of chips: see :mod:`meshjit.runtime.chips`."""

from meshjit.runtime.chips import EmulatedMesh, Step, WorkerCounters

__all__ = ["EmulatedMesh", "Step", "WorkerCounters"]
