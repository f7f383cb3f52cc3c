"""emu: counters, cycle estimates and single steps of functions on emulated cards."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_run import Run

MLP = ("--arg", "x=bf16[64,64]", "--arg", "w1=bf16[64,128]", "--arg", "w2=bf16[128,64]")
SCALED = ("--arg", "x=bf16[32,32]", "--static", "n=3")
CHIPS = ("emulator:wormhole", "emulator:blackhole")


@pytest.mark.parametrize("target", CHIPS)
def test_counters_of_every_launch(run: Run, model: Path, target: str) -> None:
    done = run("emu", f"{model}:mlp", *MLP, "--target", target, "--json")
    assert (done.code, done.err) == (0, "")
    launches = done.json["launches"]
    assert [launch["name"] for launch in launches] == ["0_matmul_gelu", "1_matmul", "2_softmax"]
    first = launches[0]["workers"]
    assert len(first) == 8 and first[0]["core"] == ([1, 1] if target == CHIPS[0] else [1, 2])
    # 2 x 4 tiles of results, each from 2 tiles of K in 2 fidelity phases of 16 MVMUL
    assert sum(w["tensix"]["math"]["MVMUL"] for w in first) == 8 * 2 * 2 * 16
    read = sum(b[0] for w in first for both in w["noc"].values() for b in both)
    written = sum(b[1] for w in first for both in w["noc"].values() for b in both)
    assert written == 8 * 2048 and read % 2048 == 0 and read >= 8 * 2048
    for worker in first:
        assert worker["packed_bytes"] == 2048
        assert worker["cycles"] == max(worker["busy_cycles"].values()) > 0
        assert all(n > 0 for n in worker["riscv"].values())


def test_the_table(run: Run, model: Path) -> None:
    done = run("emu", f"{model}:mlp", *MLP, "--inputs", "zeros")
    assert (done.code, done.err) == (0, "")
    assert "3 launches" in done.out and done.out.count("launch ") == 3
    assert "math on 1,1: " in done.out and "MVMUL 64" in done.out
    one = run("emu", f"{model}:mlp", *MLP, "--kernel", "1", "--core", "2,1").out
    assert one.count("launch ") == 1 and "launch 1_matmul: " in one and "on 2,1: " in one


@pytest.mark.parametrize("target", CHIPS)
def test_single_steps_follow_the_kernel(run: Run, model: Path, target: str) -> None:
    arguments = ("emu", f"{model}:scaled", *SCALED, "--target", target)
    steps = run(*arguments, "--role", "trisc1", "--steps", "30", "--json").json["launches"][0]["steps"]
    assert len(steps) == 30
    assert steps[0]["text"].startswith("lui sp") and steps[0]["changed"] == {"sp": steps[0]["word"] & 0xFFFFF000}
    later = run(*arguments, "--role", "trisc1", "--steps", "10", "--skip", "20", "--json").json["launches"][0]["steps"]
    assert [s["pc"] for s in later] == [s["pc"] for s in steps[20:]]
    text = run(*arguments, "--role", "trisc1", "--steps", "30").out
    assert "trisc1 of worker" in text and "  tt " in text and "  # lib.ll.j2:" in text


def test_what_tensix_executes(run: Run, model: Path) -> None:
    arguments = ("emu", f"{model}:mlp", *MLP, "--kernel", "1", "--role", "thread1", "--steps", "400", "--json")
    steps = run(*arguments).json["launches"][0]["steps"]
    assert [s["pc"] for s in steps] == list(range(steps[0]["pc"], steps[0]["pc"] + len(steps)))
    assert sum(s["text"].startswith("tt MVMUL") for s in steps) == 64 * 2
    pushed = run("emu", f"{model}:mlp", *MLP, "--role", "trisc0", "--steps", "300").out
    assert "pushes to thread 0: SETDMAREG" in pushed


def test_turns_change_no_counts_of_work(run: Run, model: Path) -> None:
    def work(*words: str) -> list[tuple[int, ...]]:
        launches = run("emu", f"{model}:mlp", *MLP, "--json", *words).json["launches"]
        names = (("unpack", "UNPACR"), ("math", "MVMUL"), ("math", "SFPMAD"), ("pack", "PACR"))
        return [tuple(w["tensix"][t].get(op, 0) for t, op in names) for x in launches for w in x["workers"]]

    assert work() == work("--turns", "3") == work("--fast", "--turns", "4")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--target", "cpu"), "is no emulator"),
        (("--kernel", "7"), "there is no launch 7"),
        (("--core", "0,0"), "is no worker"),
        (("--core", "here"), "is no worker"),
        (("--device", "1"), "there is no device 1"),
    ],
)
def test_bad_usage(run: Run, model: Path, words: tuple[str, ...], text: str) -> None:
    done = run("emu", f"{model}:scaled", *SCALED, *words)
    assert done.code == 2 and text in done.err and "way out: " in done.err
