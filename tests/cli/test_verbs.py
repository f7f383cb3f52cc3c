"""explain, mesh, doctor, bench, demo, and the dump folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from cli_run import MLP, Run

import meshjit as mj
from meshjit.cli import doctor, falcon
from meshjit.cli.codes import CODES
from meshjit.ir.parser import parse


def test_explain_says_why_and_how_much(run: Run, model: Path) -> None:
    text = run("explain", f"{model}:mlp", *MLP).out
    for part in (
        'given: P("dp", None)',
        "all_reduce over tp",
        "because matmul reduces",
        "cost: ",
        "memory per device: ",
    ):
        assert part in text
    answer = run("explain", f"{model}:mlp", *MLP, "--json").json
    assert set(answer) >= {"cost", "memory_bytes"}
    assert all(isinstance(n, int) for n in answer["memory_bytes"].values())


@pytest.mark.parametrize("code", ["MJ2005", "mj5004"])
def test_explain_a_code(run: Run, code: str) -> None:
    text = run("explain", code).out
    assert " ".join(text.split()) == f"{code.upper()}: {CODES[code.upper()]}"
    assert max(map(len, text.splitlines())) <= 100
    assert run("explain", code, "--json").json == {"code": code.upper(), "meaning": CODES[code.upper()]}


def test_explain_an_unknown_code(run: Run) -> None:
    done = run("explain", "MJ9999")
    assert done.code == 2 and "no error has the code MJ9999" in done.err and "way out" in done.err


def test_mesh_draws_devices_and_links(run: Run) -> None:
    text = run("mesh", "--mesh", "2x4", "--axes", "dp,tp").out
    assert "8 devices" in text and "dp=1 │ 4  │──│ 5  │" in text
    answer = run("mesh", "--mesh", "2x4", "--axes", "dp,tp", "--json").json
    assert answer["axes"] == {"dp": 2, "tp": 4} and len(answer["devices"]) == 8


def test_doctor_finds_this_machine_fit(run: Run) -> None:
    done = run("doctor")
    assert done.code == 0 and "MISSING" not in done.out and "CPU mesh" in done.out
    checks = {c["name"]: c for c in run("doctor", "--json").json}
    assert checks["numpy"]["detail"] == np.__version__
    assert not checks["Tenstorrent cards"]["needed"]


def test_doctor_exits_3_when_something_needed_is_broken(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> str:
        raise OSError("read-only file system")

    monkeypatch.setattr(doctor, "_cache", broken)
    done = run("doctor")
    assert done.code == 3 and "MISSING  kernel cache" in done.out and "read-only file system" in done.out


def test_bench(run: Run) -> None:
    answer = run("bench", "--small", "--repeats", "3", "--mesh", "1x2", "--json").json
    assert answer["mesh"] == "1x2" and answer["ratio_to_two_matmuls"] > 0
    assert "replay / matmuls" in run("bench", "--small", "--repeats", "1", "--dtype", "bfloat16").out
    assert run("bench", "--mesh", "4").code == 2
    assert run("bench", "--mesh", "axb").code == 2


def test_demo_shows_the_main_job(run: Run) -> None:
    done = run("demo", "--only", "cpu", "--small", "--steps", "3")
    assert done.code == 0
    order = (
        "8 devices", "stage sharded", "reshard(", "stage local", "all_reduce(", "Commands of the trace",
        "cpu/gemm.ll.j2", "3/3", "median step", "Pearson correlation 1.0000",
    )  # fmt: skip
    at = 0
    for part in order:
        at = done.out.find(part, at)
        assert at >= 0, part
    (measured,) = run("demo", "--only", "cpu", "--small", "--steps", "1", "--json").json
    assert measured["correlation"] > 0.9999 and measured["target"] == "cpu"


def test_demo_fails_when_the_result_is_wrong(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(falcon, "accuracy", lambda result, reference: (0.5, 1.0))
    done = run("demo", "--only", "cpu", "--small", "--steps", "1", "--json")
    assert done.code == 1 and "MJ7102" in done.err and "0.500000" in done.err


def test_the_dump_folder_receives_every_stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESHJIT_DUMP", str(tmp_path))

    def twice(x):  # type: ignore[no-untyped-def]  # as a user writes it
        return mj.nn.silu(x) @ x

    with mj.open_mesh((2,), ("tp",), target="cpu") as mesh:
        mj.compile(twice, mesh=mesh, in_shardings=(mj.P("tp", None),))(np.ones((8, 8), np.float32))
    files = {p.name: p.read_text() for p in (tmp_path / "twice").iterdir()}
    stages = ("traced", "sharded", "local", "fused", "planned")
    for number, stage in enumerate(stages):
        assert parse(files[f"{number}_{stage}.mj"]).stage == stage
    kernels = {Path(name).stem for name in files if not name.endswith(".mj")}
    assert kernels and all(files[f"{k}.ll"] and files[f"{k}.asm"] for k in kernels)


def test_demo_on_emulated_cards_shows_a_kernel(run: Run) -> None:
    done = run("demo", "--only", "emulator")
    assert done.code == 0, done.err
    order = ("wormhole mesh", "all_reduce(", "tensix/math_matmul.ll.j2", "Disassembly of", "tt MVMUL", "2/2")
    at = 0
    for part in order:
        at = done.out.find(part, at)
        assert at >= 0, part
    assert "Pearson correlation 0.9999" in done.out
