"""emu: a kernel that stops is shown with the instructions and template lines where it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cli_run import Run
from seeding import seed

from meshjit.codegen.tensix import check
from meshjit.toolchain import cache

SCALED = ("--arg", "x=bf16[128,128]", "--static", "n=3")


@pytest.fixture(autouse=True)
def _unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kernels are built anew, and the static checker lets them pass."""
    monkeypatch.setattr(cache, "get", lambda text, machine, build: build())
    monkeypatch.setattr(check, "check", lambda *args: None)
    monkeypatch.setattr(check, "prove", lambda *args: None)


def test_a_deadlock_names_instructions_and_lines(run: Run, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seed(monkeypatch, "tensix/lib.ll.j2", "  tt STALLWAIT block=SYNC wait=MATH+SFPU\n  tt SEMPOST semaphores=1\n", "")
    done = run("emu", f"{model}:scaled", *SCALED)
    assert done.code == 1 and done.err.startswith("MJ6001")
    assert "trisc2 pushed tt SEMWAIT" in done.err and ": tt SEMWAIT" in done.err
    assert re.search(r"\(lib\.ll\.j2:\d+ < pack_tiles\.ll\.j2:\d+: ", done.err)
    assert "brisc at 0x" in done.err and re.search(r" < writer_range\.ll\.j2:\d+: ", done.err)


def test_a_race_names_instructions_and_lines(run: Run, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seed(monkeypatch, "tensix/reader_tiles.ll.j2", "{{ t.reads_done('done') }}\n", "")
    done = run("emu", f"{model}:scaled", *SCALED)
    assert done.code == 1 and done.err.startswith("MJ6116")
    assert "ncrisc at 0x" in done.err and "sw " in done.err
    assert "trisc0 pushed tt UNPACR" in done.err and ": tt UNPACR" in done.err
