"""The official simulator for differential tests: environment variable MESHJIT_TTSIM names the folder that holds it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from tensix_pair import Pair


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not os.environ.get("MESHJIT_TTSIM"):
        for item in items:
            if item.get_closest_marker("ttsim") and "runtime/emulator" in item.nodeid:
                item.add_marker(pytest.mark.skip(reason="set MESHJIT_TTSIM to the simulator's folder"))


@pytest.fixture(scope="module", params=["wormhole", "blackhole"])
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    pair = Pair(request.param)
    yield pair
    pair.close()
