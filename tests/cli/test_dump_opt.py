"""dump and opt: every stage prints, parses back and passes on."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from cli_run import MLP, Run

from meshjit.cli.dump import STAGES
from meshjit.ir.parser import parse
from meshjit.passes import PIPELINE

GRAPHS = STAGES[:5]


@pytest.mark.parametrize("stage", GRAPHS)
@pytest.mark.parametrize("target", ["cpu", "emulator:wormhole", "emulator:blackhole"])
def test_what_dump_prints_opt_prints(run: Run, model: Path, tmp_path: Path, stage: str, target: str) -> None:
    dumped = run("dump", f"{model}:mlp", *MLP, "--stage", stage, "--target", target)
    assert (dumped.code, dumped.err) == (0, "")
    graph = parse(dumped.out)
    assert graph.stage == stage and str(graph) == dumped.out
    file = tmp_path / "graph.mj"
    file.write_text(dumped.out)
    assert run("opt", str(file)).out == dumped.out


def test_the_passes_by_hand_give_each_stage(run: Run, model: Path, tmp_path: Path) -> None:
    file = tmp_path / "graph.mj"
    file.write_text(run("dump", f"{model}:mlp", *MLP, "--stage", "traced").out)
    for step in PIPELINE:
        done = run("opt", "-p", step.name, str(file))
        assert done.code == 0, done.err
        file.write_text(done.out)
        if step.gives:
            assert done.out == run("dump", f"{model}:mlp", *MLP, "--stage", step.gives).out


def test_opt_runs_several_passes_on_standard_input(run: Run, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = run("dump", f"{model}:mlp", *MLP, "--stage", "local").out
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    assert (
        run("opt", "-p", "fuse, tile,schedule,plan", "-").out
        == run("dump", f"{model}:mlp", *MLP, "--stage", "planned").out
    )


def test_opt_list_has_every_pass_with_its_reason(run: Run) -> None:
    lines = run("opt", "--list").out.splitlines()
    assert [line.split()[0] for line in lines] == [p.name for p in PIPELINE]
    assert all(p.reason in line for p, line in zip(PIPELINE, lines, strict=True))
    listed = run("opt", "--list", "--json").json
    assert [entry["pass"] for entry in listed] == [p.name for p in PIPELINE]
    assert listed[-1]["leaves"] == "planned"


def test_native_kernels(run: Run, model: Path) -> None:
    text = run("dump", f"{model}:mlp", *MLP, "--stage", "ll").out
    assert text.startswith("; ---- 0_") and "define " in text and text.count("; ---- ") == 3
    assert "_native" in run("dump", f"{model}:mlp", *MLP, "--stage", "asm").out


def test_card_kernels_are_five_a_program(run: Run, model: Path) -> None:
    arguments = ("dump", f"{model}:mlp", *MLP, "--target", "emulator:wormhole", "--json")
    kernels = run(*arguments, "--stage", "ll").json["kernels"]
    assert len(kernels) == 15
    assert {k["name"].rsplit("_", 1)[1] for k in kernels} == {"brisc", "ncrisc", "trisc0", "trisc1", "trisc2"}
    assert all(k["template"].startswith("tensix/") for k in kernels)
    (one,) = run(*arguments, "--stage", "asm", "--kernel", "1_matmul_trisc1").json["kernels"]
    assert one["text"].count("tt MVMUL") == 16


def test_json_of_a_graph_stage(run: Run, model: Path) -> None:
    answer = run("dump", f"{model}:mlp", *MLP, "--stage", "local", "--json").json
    assert answer["stage"] == "local" and parse(answer["text"]).stage == "local"
    assert answer["target"] == "cpu"


def test_a_decorated_function_brings_mesh_and_shardings(run: Run, model: Path) -> None:
    done = run("dump", f"{model}:decorated", "--arg", "x=f32[8,16]", "--arg", "w=f32[16,32]", "--stage", "sharded")
    assert done.out.startswith("mesh (dp=2, tp=4) stage sharded\nfunc decorated(%x: f32[8@dp,16], %w: f32[16,32@tp])")


def test_an_argument_says_more_than_the_decorator(run: Run, model: Path) -> None:
    done = run("dump", f"{model}:decorated", "--arg", "x=f32[8,16]@-,tp", "--arg", "w=f32[16,32]", "--stage", "traced")
    assert "%x: f32[8,16@tp], %w: f32[16,32@tp]" in done.out


def test_static_arguments_defaults_and_trees(run: Run, model: Path) -> None:
    scaled = run("dump", f"{model}:scaled", "--arg", "x=f32[4]", "--static", "n=3", "--stage", "traced")
    assert scaled.code == 0 and "value=3" in scaled.out
    trees = ("x=f32[4,8]", "params.w=f32[8,2]", "params.b=f32[2]", "layers.0=f32[8,2]", "layers.1=f32[8,2]")
    nested = run("dump", f"{model}:nested", *[w for a in trees for w in ("--arg", a)])
    assert nested.code == 0 and nested.out.count(" = matmul(") == 3


def test_several_axes_and_scalars(run: Run, model: Path) -> None:
    done = run(
        "dump", f"{model}:scaled", "--mesh", "2x2", "--axes", "a,b", "--arg", "x=f32[8,4]@a+b", "--arg", "n=f32[]",
        "--stage", "traced",
    )  # fmt: skip
    assert "func scaled(%x: f32[8@a+b,4], %n: f32[]?" in done.out


def test_strategy_from_the_decorator_and_the_command_line(run: Run, model: Path) -> None:
    planned = ("explain", f"{model}:planned", "--mesh", "2x2", "--arg", "x=f32[512,512]", "--static", "n=2.0")
    assert "chosen by the planner" in run(*planned).out
    assert "chosen by the planner" not in run(*planned, "--strategy", "propagate").out


def test_members_of_a_dataclass(run: Run, model: Path) -> None:
    members = ("x=f32[4,8]", "p.w=f32[8,2]", "p.b=f32[2]")
    done = run("dump", f"{model}:affine", *[w for a in members for w in ("--arg", a)], "--stage", "traced")
    assert done.code == 0 and "%p.w: f32[8,2]" in done.out
    short = run("dump", f"{model}:affine", "--arg", "x=f32[4,8]", "--arg", "p.w=f32[8,2]")
    assert short.code == 2 and "way out: its members are p.w, p.b" in short.err


def test_members_of_an_argument_whose_annotation_is_unknown(run: Run, model: Path) -> None:
    done = run("dump", f"{model}:unresolved", "--arg", "x=f32[4,8]", "--arg", "p.w=f32[8,2]")
    assert done.code == 0 and "%p.w: f32[8,2]" in done.out
