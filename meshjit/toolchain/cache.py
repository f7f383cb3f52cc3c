"""Built binaries, kept by content: the source text and the machine it was built for.

Entries are files ``<digest>.bin`` under ``config.cache_dir / "kernels"``: 32 bytes SHA-256 of the rest, then the
binary. A file is written beside its place and renamed, so readers never see half of one; an entry whose hash does not
match is built again. Several processes and threads may use one cache.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from meshjit import config

#: Changes whenever the meaning of entries changes: compiler version, pass pipeline.
SCHEMA = "meshjit-kernels-2"

_memory: dict[str, bytes] = {}
_lock = threading.Lock()


def key(text: str, machine: str) -> str:
    """The digest that names a binary built from ``text`` for ``machine`` (CPU name, features, options)."""
    return hashlib.sha256("\0".join((SCHEMA, machine, text)).encode()).hexdigest()


def get(text: str, machine: str, build: Callable[[], bytes]) -> bytes:
    """The binary for ``text`` on ``machine``: from memory, from disk, or from ``build``.

    A cache folder that cannot be written costs time only: the binary is built again by the next process.
    """
    digest = key(text, machine)
    with _lock:
        found = _memory.get(digest)
    if found is not None:
        return found
    path = config.load().cache_dir / "kernels" / f"{digest}.bin"
    binary = _read(path)
    if binary is None:
        binary = build()
        _write(path, binary)
    with _lock:
        return _memory.setdefault(digest, binary)


def forget() -> None:
    """Drop the in-memory entries, so that the next :func:`get` looks on disk."""
    with _lock:
        _memory.clear()


def _read(path: Path) -> bytes | None:
    try:
        data = path.read_bytes()
    except OSError:  # absent or unreadable: build it
        return None
    digest, binary = data[:32], data[32:]
    return binary if hashlib.sha256(binary).digest() == digest else None


def _write(path: Path, binary: bytes) -> None:
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.stem[:16])
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(binary).digest() + binary)
        os.replace(temporary, path)
    except OSError:  # a read-only or full disk: the cache is an optimisation
        if temporary:
            Path(temporary).unlink(missing_ok=True)
