"""Meshes of every kind of target that needs no hardware: one set of runtime tests for all of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from mesh_programs import KERNELS

from meshjit.runtime import MeshDevice, open_mesh

TARGETS = ("null", "cpu")


@pytest.fixture(params=TARGETS)
def mesh(request: pytest.FixtureRequest) -> Iterator[MeshDevice]:
    """A 2x2 mesh of each target."""
    with open_mesh((2, 2), ("dp", "tp"), target=request.param, timeout_s=60) as opened:
        yield opened


@pytest.fixture
def null() -> Iterator[MeshDevice]:
    """A 2x2 mesh that counts, with Python functions for kernels."""
    with open_mesh((2, 2), ("dp", "tp"), target="null", timeout_s=10, kernels=KERNELS) as opened:
        yield opened


@pytest.fixture
def x() -> np.ndarray:
    """An argument of the programs of mesh_programs."""
    return np.arange(64, dtype=np.float32) + 1
