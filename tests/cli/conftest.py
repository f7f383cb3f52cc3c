"""The command line, called in this process."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_run import MODEL, Outcome, Run

from meshjit.cli.main import main


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command; usage errors of argparse count as its exit code."""

    def call(*words: str) -> Outcome:
        capsys.readouterr()
        try:
            code = main(words)
        except SystemExit as error:
            code = int(error.code or 0)
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return call


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of functions, good and bad."""
    path = tmp_path_factory.mktemp("models") / "cli_model.py"
    path.write_text(MODEL)
    return path
