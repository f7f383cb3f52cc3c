"""The examples run, and print what they promise."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
#: Example: what its output must hold, in this order.
PROMISES = {
    "mlp": (r"dp=1 │ 4  │", r"device 4 at MeshCoordinate\(1, 0\) holds rows 64 to 128", r"all_reduce", r"float64: \d"),
    "serving_loop": (r"captured layer", r"rms_norm \(serving_loop.py:\d+\)", r"200 requests", r"MJ5004", r"way out:"),
    "transformer_block": (r"p\.wq: f32\[128,128@tp\]", r"all_reduce over tp", r"2 all_reduce;", r"correlation 1\.0000"),
    "explain_it": (
        r"data movement between devices: none", r"1 all_reduce", r"0 bytes a device", r"the smaller moves",
        r"chosen by the planner", r"MJ2005", r"\^\^\^", r"way out: transpose the second",
    ),
    "emulated_card": (
        r"cpu .* largest error \d\.\de-0[4-9]", r"emulator:wormhole .* 15 kernels .* error \d\.\de-0[3-9]",
        r"emulator:blackhole .* 15 kernels .* error \d\.\de-0[3-9]", r"MVMUL",
    ),
}  # fmt: skip


def test_every_example_is_covered() -> None:
    assert {p.stem for p in EXAMPLES.glob("*.py")} == set(PROMISES)


@pytest.mark.parametrize("name", PROMISES)
def test_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="__main__")
    text = capsys.readouterr().out
    at = 0
    for promise in PROMISES[name]:
        found = re.compile(promise).search(text, at)
        assert found, f"{name} does not print {promise!r} where it should:\n{text}"
        at = found.end()


def test_differences_from_numpy_are_small(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("mlp", "transformer_block"):
        runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="__main__")
        *_, last = re.findall(r"(?:float64: |error )(\d\.\de-\d+)", capsys.readouterr().out)
        assert float(last) < 1e-5
