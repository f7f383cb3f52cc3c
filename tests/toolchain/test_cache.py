from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from meshjit.toolchain import cache


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MESHJIT_CACHE", str(tmp_path))
    cache.forget()
    return tmp_path / "kernels"


class Counter:
    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> bytes:
        self.calls += 1
        return b"binary"


def test_built_once_in_memory_and_once_on_disk(folder: Path) -> None:
    build = Counter()
    assert cache.get("text", "machine", build) == cache.get("text", "machine", build) == b"binary"
    assert build.calls == 1
    cache.forget()
    assert cache.get("text", "machine", build) == b"binary"
    assert build.calls == 1
    assert len(list(folder.iterdir())) == 1


def test_text_and_machine_are_both_the_key(folder: Path) -> None:
    assert len({cache.key("a", "m"), cache.key("b", "m"), cache.key("a", "n"), cache.key("am", "")}) == 4


@pytest.mark.parametrize("damage", [b"", b"short", b"\0" * 100])
def test_a_corrupt_entry_is_built_again(folder: Path, damage: bytes) -> None:
    build = Counter()
    cache.get("text", "machine", build)
    (entry,) = folder.iterdir()
    entry.write_bytes(damage)
    cache.forget()
    assert cache.get("text", "machine", build) == b"binary"
    assert build.calls == 2
    cache.forget()
    assert cache.get("text", "machine", build) == b"binary"
    assert build.calls == 2


def test_a_folder_that_cannot_be_written_costs_time_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MESHJIT_CACHE", str(tmp_path / "file"))
    cache.forget()
    build = Counter()
    assert cache.get("text", "machine", build) == b"binary"
    cache.forget()
    assert cache.get("text", "machine", build) == b"binary"
    assert build.calls == 2


def test_threads_see_whole_entries(folder: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        texts = [str(i % 5) for i in range(200)]
        results = list(pool.map(lambda t: cache.get(t, "m", lambda: t.encode() * 1000), texts))
    assert results == [t.encode() * 1000 for t in texts]
    assert not [p for p in folder.iterdir() if p.suffix != ".bin"]
