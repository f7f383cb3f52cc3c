"""Whatever is put, run, replayed, donated and deleted in any order: no live data ever changes."""

from __future__ import annotations

import mesh_programs as programs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshjit.errors import DeviceError, OutOfMemoryError
from meshjit.ir.spec import P
from meshjit.runtime import MeshTensor, MeshTrace, open_mesh

ACTIONS = ("put", "run", "replay", "donate", "keep", "delete", "capture", "release")
Kept = list[tuple[MeshTensor, np.ndarray]]


class Machine:
    """A mesh, and what each of its live tensors must hold."""

    def __init__(self, mesh) -> None:
        self.mesh = mesh
        self.double = [MeshTrace.from_executable(mesh, programs.same_type(mesh), own=False)]
        self.update = MeshTrace.from_executable(mesh, programs.same_type_donated(mesh), donated=[0])
        self.through = MeshTrace.from_executable(mesh, programs.passed_through(mesh))
        self.kept: Kept = []
        self.replayed: tuple[MeshTensor, np.ndarray] | None = None
        self.count = 0

    def step(self, action: str, pick: int) -> None:
        tensor, value = self.kept[pick % len(self.kept)] if self.kept else (None, None)
        trace = self.double[pick % len(self.double)]
        if action == "put":
            self.count += 1
            array = np.full(64, self.count, np.float32)
            self.kept.append((self.mesh.put(array, P()), array))
        elif action == "capture" and len(self.double) < 4:
            self.double.append(MeshTrace.from_executable(self.mesh, programs.same_type(self.mesh)))
        elif action == "release" and len(self.double) > 1:
            self.double.remove(trace)
            trace.release()
            self.replayed = None
        elif tensor is None or value is None:
            return
        elif action == "run":
            self.kept.append((trace.run(tensor if pick % 3 else value)[0], 2 * value))
        elif action == "replay":
            self.replayed = (trace.replay(tensor if pick % 3 else value)[0], 2 * value)
        elif action == "keep":
            same, twice, again, constant = self.through.run(tensor, tensor)
            self.kept += [(same, value), (twice, 2 * value), (again, 2 * value)]
            self.kept.append((constant, np.arange(64, dtype=np.float32)))
        elif action == "donate":
            self.kept.append((self.update.run(tensor)[0], 4 * value))
            self.drop(tensor)
        elif action == "delete":
            tensor.delete()
            self.drop(tensor)

    def drop(self, tensor: MeshTensor) -> None:
        with pytest.raises(DeviceError, match="MJ5003"):
            tensor.numpy()
        self.kept = [k for k in self.kept if k[0] is not tensor]

    def check(self) -> None:
        for tensor, value in (*self.kept, *([self.replayed] if self.replayed else [])):
            np.testing.assert_array_equal(tensor.numpy(), value)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 20)), max_size=25))
def test_live_data_never_changes_on_the_null_mesh(steps):
    with open_mesh((2, 2), target="null", memory_bytes=1 << 14) as mesh:
        machine = Machine(mesh)
        for action, pick in [("put", 0), *steps]:
            try:
                machine.step(action, pick)
            except OutOfMemoryError:
                continue
            machine.check()


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 20)), max_size=25))
def test_live_data_never_changes_on_the_cpu_mesh(steps):
    with open_mesh((2, 2), target="cpu", capacity_bytes=1 << 20) as mesh:
        machine = Machine(mesh)
        for action, pick in [("put", 0), *steps]:
            machine.step(action, pick)
        machine.check()
