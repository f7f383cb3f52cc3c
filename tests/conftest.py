"""Options and profiles of the whole test suite."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from meshjit.toolchain import cache

_SLOW_OK = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
settings.register_profile(
    "suite", max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=_SLOW_OK
)
# For a hunt: pytest --hypothesis-profile=search
settings.register_profile(
    "search", max_examples=2000, deadline=None, report_multiple_bugs=False, suppress_health_check=_SLOW_OK
)
settings.load_profile("suite")

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write golden files instead of comparing with them")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--update-golden") and os.environ.get("CI"):
        raise pytest.UsageError("--update-golden is refused when CI is set: golden files change by hand")


class Golden:
    """Compares text with a file under tests/golden; a missing file fails."""

    def __init__(self, update: bool) -> None:
        self.update = update

    def check(self, name: str, text: str) -> None:
        """Compare ``text`` with golden file ``name``, or write it."""
        path = GOLDEN / name
        if self.update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            return
        assert path.exists(), f"no golden file {path}; write it with pytest --update-golden and read it"
        assert text == path.read_text(), (
            f"{name} differs; if that is meant, run pytest --update-golden and read the diff"
        )


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Golden files under tests/golden."""
    return Golden(bool(request.config.getoption("--update-golden")))


@pytest.fixture
def built_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kernels are built, and programs proved, anew: what a fault builds is kept from the cache, and what the cache has
    from the checker."""
    monkeypatch.setattr(cache, "get", lambda text, machine, build: build())
