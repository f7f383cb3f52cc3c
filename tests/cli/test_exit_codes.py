"""Exit codes, and messages that say what to do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cli_run import MLP, Outcome, Run

from meshjit.cli import main as cli
from meshjit.cli import mesh as mesh_verb
from meshjit.errors import DeviceTimeoutError


def refused(outcome: Outcome, code: int, *parts: str) -> None:
    """Check the exit code, that standard output is empty, and that the message holds these parts in order."""
    assert outcome.code == code, outcome
    assert outcome.out == ""
    assert "\nway out: " in outcome.err
    at = 0
    for part in parts:
        found = outcome.err.find(part, at)
        assert found >= 0, f"no {part!r} in order in:\n{outcome.err}"
        at = found + len(part)


def test_help_and_version(run: Run) -> None:
    text = run("--help").out
    assert all(f"\n  {verb} " in text for verb in cli.VERBS)
    assert run("--version").out.startswith("meshjit ")
    assert run().code == 2


@pytest.mark.parametrize("verb", cli.VERBS)
def test_help_of_a_verb(run: Run, verb: str) -> None:
    done = run(verb, "--help")
    assert done.code == 0 and done.out.startswith(f"usage: meshjit {verb}")


def test_a_mistake_in_the_function_exits_1_with_line_and_caret(run: Run, model: Path) -> None:
    refused(
        run("dump", f"{model}:wrong", "--arg", "x=f32[8,16]", "--arg", "w=f32[8,4]"),
        1, "MJ2005: ", f'File "{model}", line 21, in wrong', "return y @ w", "       ^^^^^", "w: f32[8,4]?",
    )  # fmt: skip


def test_branching_on_a_traced_value(run: Run, model: Path) -> None:
    refused(
        run("dump", f"{model}:branch", "--arg", "x=f32[8]"), 1, "MJ2101", "line 25", "if x > 0:", "^^^^^", "np.where"
    )


def test_an_exception_of_the_function(run: Run, model: Path) -> None:
    refused(run("explain", f"{model}:raises", "--arg", "x=f32[8]"), 1, "MJ2109", "KeyError", "line 31", "^", "way out")


@pytest.mark.parametrize(
    ("text", "line", "mark"),
    [("def f(:\n    pass\n", "def f(:", "^"), ("x = 1\nimport no_such_module\n", "import no_such_module", "^^^^^^")],
)
def test_a_file_that_does_not_load_exits_1_at_its_line(
    run: Run, tmp_path: Path, text: str, line: str, mark: str
) -> None:
    file = tmp_path / "broken.py"
    file.write_text(text)
    refused(run("dump", f"{file}:f"), 1, "MJ2109", f'File "{file}"', line, mark, "way out", str(file))


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (("--arg", "x"), ("no '='", "way out: write --arg 'x=")),
        (("--arg", "x=f99[8]"), ("'f99[8]' is no type", "f32[8,16]@dp,-")),
        (("--arg", "x=f32[8"), ("is no type",)),
        (("--arg", "x=f32[8,8]@zz"), ("MJ3001", "no mesh axis is called 'zz'", "x: f32[8,8]", "'dp', 'tp'")),
        (("--arg", "x=f32[8]@dp,tp"), ("MJ3002",)),
        (("--arg", "x=f32[8,8]@dp,dp"), ("MJ3003",)),
        (("--arg", "x=f32[8,8]"), ("needs the argument 'w1'", "--arg 'w1=")),
        (
            ("--arg", "x=f32[8,8]", "--arg", "zz=f32[8]", "--arg", "w1=f32[8]", "--arg", "w2=f32[8]"),
            ("'zz'", "x, w1, w2"),
        ),
        (("--static", "n"), ("is no name=value",)),
        (("--static", "n=nonsense"), ("is no name=value",)),
        (("--target", "gpu"), ("needs the argument 'x'",)),
    ],
)
def test_bad_arguments_exit_2(run: Run, model: Path, words: tuple[str, ...], parts: tuple[str, ...]) -> None:
    refused(run("dump", f"{model}:mlp", "--mesh", "2x2", "--axes", "dp,tp", *words), 2, *parts)


@pytest.mark.parametrize("words", [("--mesh", "2y2"), ("--mesh", "0x2"), ("--mesh", "2x2", "--axes", "a")])
def test_bad_meshes_exit_2(run: Run, model: Path, words: tuple[str, ...]) -> None:
    refused(run("mesh", *words), 2, "MJ7101", "way out: write --mesh 2x4")
    refused(run("dump", f"{model}:mlp", *words), 2, "MJ7101")


@pytest.mark.parametrize("target", ["gpu", "emulator:grayskull", "emulator"])
def test_unknown_targets_exit_2(run: Run, model: Path, target: str) -> None:
    refused(run("dump", f"{model}:mlp", *MLP, "--target", target), 2, "MJ7101", "way out: use --target cpu")
    refused(run("mesh", "--target", target), 2, "MJ5013", "way out: ")


def test_a_missing_static_argument_is_asked_for_as_one(run: Run, model: Path) -> None:
    refused(run("dump", f"{model}:planned", "--arg", "x=f32[4]"), 2, "needs the argument 'n'", "add --static n=3")


def test_missing_functions_and_files_exit_2(run: Run, model: Path) -> None:
    refused(run("dump", "nowhere.py:f"), 2, "no function at 'nowhere.py:f'", "way out: write FILE.py:FUNC")
    refused(run("dump", str(model)), 2, "no function at")
    refused(run("dump", f"{model}:nothing"), 2, "has no function 'nothing'", "it has mlp, scaled")
    refused(run("dump", f"{model}:constant"), 2, "has no function 'constant'")
    refused(run("opt", "nowhere.mj"), 2, "cannot read nowhere.mj")
    refused(run("opt"), 2, "no IR file")


def test_ir_that_does_not_parse_exits_2_at_line_and_column(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "bad.mj"
    file.write_text("mesh (a=2) stage traced\nfunc f(%x: f32[4]?) {\n  %0 = exp(%x) : f32[5]?\n  return %0\n}\n")
    refused(run("opt", str(file)), 2, "MJ7001", "line 3, column 18", "%0 = exp(%x) : f32[5]?", "^")
    file.write_bytes(b"\xff\xfe")
    refused(run("opt", str(file)), 2, "cannot read")


def test_passes_that_do_not_fit_exit_2(run: Run, model: Path, tmp_path: Path) -> None:
    file = tmp_path / "traced.mj"
    file.write_text(run("dump", f"{model}:mlp", *MLP, "--stage", "traced").out)
    refused(run("opt", "-p", "cse,nonsense", str(file)), 2, "no pass is called 'nonsense'", "simplify, cse, dce")
    refused(run("opt", "-p", "plan", str(file)), 2, "MJ1004", "--stage fused")


def test_no_such_kernel_exits_2(run: Run, model: Path) -> None:
    refused(run("dump", f"{model}:mlp", *MLP, "--stage", "ll", "--kernel", "zz"), 2, "holds 'zz'", "there are 0_matmul")


def test_missing_devices_exit_3(run: Run, tmp_path: Path) -> None:
    refused(run("mesh", "--target", f"ttsim:{tmp_path}"), 3, "MJ5110", "way out: ")


def test_a_passed_deadline_exits_4(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(options: object) -> int:
        raise DeviceTimeoutError("MJ5008", "late", fix="wait longer")

    monkeypatch.setattr(mesh_verb, "run", late)
    refused(run("mesh"), 4, "MJ5008: late")


def test_an_interrupt_exits_130(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(options: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(mesh_verb, "run", interrupted)
    assert run("mesh").code == 130


def test_as_a_module_and_into_a_closed_pipe() -> None:
    command = f"{sys.executable} -m meshjit opt --list | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("simplify") or done.stdout.startswith("pins")
    assert done.stderr == ""
