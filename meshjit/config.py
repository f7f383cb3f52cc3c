"""Knobs: every environment variable the package reads, typed, in one place."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Config:
    """Settings of one process.

    ``cache_dir`` holds built kernels (``MESHJIT_CACHE``, default ``$XDG_CACHE_HOME/meshjit``). ``dump_dir`` receives
    every stage of every compilation (``MESHJIT_DUMP``). ``threads`` is the number of host threads of the CPU mesh
    (``MESHJIT_THREADS``, default: all cores). ``timeout_s`` bounds every wait (``MESHJIT_TIMEOUT``, seconds).
    ``ttsim_dir`` is a folder with the official simulator's libraries (``MESHJIT_TTSIM``).
    """

    cache_dir: Path
    dump_dir: Path | None
    threads: int
    timeout_s: float
    ttsim_dir: Path | None


def load() -> Config:
    """Read the environment."""
    env = os.environ
    cache_home = Path(env.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    dump, ttsim = env.get("MESHJIT_DUMP"), env.get("MESHJIT_TTSIM")
    return Config(
        cache_dir=Path(env.get("MESHJIT_CACHE") or cache_home / "meshjit"),
        dump_dir=Path(dump) if dump else None,
        threads=int(env.get("MESHJIT_THREADS") or 0) or len(os.sched_getaffinity(0)),
        timeout_s=float(env.get("MESHJIT_TIMEOUT") or 60.0),
        ttsim_dir=Path(ttsim) if ttsim else None,
    )
