"""Meshes of every kind of target that needs no hardware: one set of runtime tests for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from mesh_programs import KERNELS

from meshjit.arch import ARCHS
from meshjit.ir.mesh import Mesh
from meshjit.runtime import MeshDevice, open_mesh
from meshjit.runtime.devices.card import CardTarget
from meshjit.runtime.devices.launch import Flag

TARGETS = ("null", "cpu", "card", "emulator:wormhole")


class MemoryTransport:
    """Chips that are memory alone: what is written can be read, and nothing runs."""

    def __init__(self) -> None:
        self.memory: dict[tuple[int, tuple[int, int]], bytearray] = {}

    def write(self, chip: int, core_xy: tuple[int, int], address: int, data: bytes) -> None:
        bank = self.memory.setdefault((chip, core_xy), bytearray(1 << 21))
        bank[address : address + len(data)] = data

    def read(self, chip: int, core_xy: tuple[int, int], address: int, size: int) -> bytes:
        return bytes(self.memory.get((chip, core_xy), bytearray(1 << 21))[address : address + size])

    def discard(self, chip: int, core_xy: tuple[int, int], address: int, size: int) -> None:
        pass

    def run(self, done: Sequence[Flag], timeout_s: float) -> None:
        raise AssertionError(f"nothing runs here: {done}, {timeout_s}")

    def close(self) -> None:
        self.memory.clear()


def open_for_tests(target: str, shape: tuple[int, ...] = (2, 2)) -> MeshDevice:
    """A mesh of null or CPU devices, or of cards whose chips are memory alone."""
    axes = ("dp", "tp")
    if target != "card":
        return open_mesh(shape, axes, target=target, timeout_s=60)
    card = CardTarget("emulator:wormhole", Mesh(shape, axes), ARCHS["wormhole"], MemoryTransport())
    return MeshDevice(card, timeout_s=60)


@pytest.fixture(params=TARGETS)
def mesh(request: pytest.FixtureRequest) -> Iterator[MeshDevice]:
    """A 2x2 mesh of each target."""
    with open_for_tests(request.param) as opened:
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
