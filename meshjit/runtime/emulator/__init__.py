"""Emulated chips: RISC-V cores, Tensix coprocessors, NoC and DRAM, functionally bit-exact."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from numba.core import config as numba_config

from meshjit import config
from meshjit.arch import ARCHS

_here = Path(__file__).parent
#: Modules that run in Python alone: no compiled module imports one, so compiled code does not depend on them.
PYTHON_ONLY = frozenset({"__init__", "counters", "follow", "links", "mesh", "report"})


def _digest() -> str:
    """Digest of all that compiled code is made of: its modules' sources, and the chip tables."""
    digest = hashlib.sha256()
    for path in sorted(_here.glob("*.py")):
        if path.stem not in PYTHON_ONLY:
            digest.update(path.read_bytes())
    digest.update(repr(ARCHS).encode())
    return digest.hexdigest()[:16]


# Numba keeps compiled functions by the file each is in and would not notice a change in what a function calls. A
# folder per state of all compiled modules cannot hold stale code. A function's folder is chosen when it is defined.
_SETTING = "CACHE_DIR"
_before = getattr(numba_config, _SETTING)
_folder = config.load().cache_dir / "emulator" / _digest()
if not _folder.exists():
    print("meshjit: compiling the emulator, once per installation; this takes a minute or two", file=sys.stderr)
setattr(numba_config, _SETTING, str(_folder))
try:
    from meshjit.runtime.emulator.counters import WorkerCounters, unit_cycles
    from meshjit.runtime.emulator.follow import Step
    from meshjit.runtime.emulator.mesh import EmulatedMesh
finally:
    setattr(numba_config, _SETTING, _before)

__all__ = ["EmulatedMesh", "Step", "WorkerCounters", "unit_cycles"]
