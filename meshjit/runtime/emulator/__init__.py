"""Emulated chips: RISC-V cores, Tensix coprocessors, NoC and DRAM, functionally bit-exact."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from numba.core import config as numba_config

from meshjit import config

_here = Path(__file__).parent


def _sources() -> str:
    """Digest of the package's sources and the chip tables: compiled code inlines functions across modules."""
    digest = hashlib.sha256()
    for path in sorted([*_here.glob("*.py"), _here.parents[1] / "arch.py"]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


# Numba keeps compiled functions by the file each is in and would not notice a change in what a function calls. A
# folder per state of the whole package cannot hold stale code. A function's folder is chosen when it is defined.
_SETTING = "CACHE_DIR"
_before = getattr(numba_config, _SETTING)
_folder = config.load().cache_dir / "emulator" / _sources()
if not _folder.exists():
    print("meshjit: compiling the emulator, once per installation; this takes a minute or two", file=sys.stderr)
setattr(numba_config, _SETTING, str(_folder))
try:
    from meshjit.runtime.emulator.mesh import EmulatedMesh, Step, WorkerCounters
finally:
    setattr(numba_config, _SETTING, _before)

__all__ = ["EmulatedMesh", "Step", "WorkerCounters"]
