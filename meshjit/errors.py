"""The exception tree. Every error carries a code, where it happened, the operands involved and a way out.

Codes: MJ1xxx usage and meshes, MJ2xxx tracing (shapes, dtypes, Python), MJ3xxx shardings, MJ4xxx code generation,
MJ5xxx runtime, MJ6xxx emulator, MJ7xxx IR text and verification, MJ8xxx environment. ``meshjit explain CODE`` says
what a code means.
"""

from __future__ import annotations

from collections.abc import Sequence


class MeshJitError(Exception):
    """Base of all errors of the package.

    ``code`` is the MJ code, ``summary`` one sentence, ``where`` the user's source line with a caret (or ""),
    ``operands`` lines such as ``x: bf16[128@dp,1024]``, ``fix`` a way out that works when typed.
    """

    def __init__(
        self, code: str, summary: str, *, where: str = "", operands: Sequence[str] = (), fix: str = ""
    ) -> None:
        self.code = code
        self.summary = summary
        self.where = where
        self.operands = tuple(operands)
        self.fix = fix
        super().__init__(code, summary)

    def __str__(self) -> str:
        lines = [f"{self.code}: {self.summary}"]
        if self.where:
            lines.append(self.where)
        if self.operands:
            lines.append("operands:")
            lines += [f"  {operand}" for operand in self.operands]
        if self.fix:
            lines.append(f"way out: {self.fix}")
        return "\n".join(lines)


class UsageError(MeshJitError, ValueError):
    """A wrong argument to the package itself: a mesh, a sharding, an option."""


class TraceError(MeshJitError, TypeError):
    """The Python function does what a trace cannot follow, such as branching on a traced value."""


class ShapeError(MeshJitError, ValueError):
    """Shapes that do not fit together."""


class DTypeError(MeshJitError, TypeError):
    """Element types that do not fit together, or that no target has."""


class ShardingError(MeshJitError, ValueError):
    """Shardings that contradict one another or do not fit the mesh or the array."""


class CodegenError(MeshJitError, RuntimeError):
    """A kernel that cannot be built for the target."""


class OutOfMemoryError(MeshJitError, MemoryError):
    """Buffers that do not fit a device's memory."""


class DeviceError(MeshJitError, RuntimeError):
    """A device failed, or was used wrongly: released buffers, closed meshes, emulator faults."""


class DeviceTimeoutError(DeviceError, TimeoutError):
    """A wait passed its deadline."""


class DeadlockError(DeviceError):
    """No core of an emulated mesh can make progress."""


class IRError(MeshJitError, ValueError):
    """IR text that does not parse, or a graph that the verifier refuses."""


class EnvironmentMissingError(MeshJitError, RuntimeError):
    """A device, driver or optional package that this machine does not have."""
