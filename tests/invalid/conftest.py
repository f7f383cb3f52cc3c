"""The mesh of the corpus: it counts, so that mistakes are found without a kernel being built."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import meshjit as mj


@pytest.fixture
def mesh() -> Iterator[mj.MeshDevice]:
    """An open 2x2 mesh."""
    opened = mj.open_mesh((2, 2), ("dp", "tp"), target="null", timeout_s=10)
    yield opened
    opened.close()
