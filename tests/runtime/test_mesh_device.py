from __future__ import annotations

import gc
import threading

import ml_dtypes
import numpy as np
import pytest

from meshjit.errors import DeviceError, DTypeError, OutOfMemoryError, ShardingError, UsageError
from meshjit.ir.program import Layout
from meshjit.ir.spec import P
from meshjit.runtime import MeshBuffer, MeshCommandQueue, MeshShape, current_mesh, open_mesh
from meshjit.runtime.devices import registry


def test_a_mesh_has_shape_axes_and_size(mesh):
    assert mesh.shape == MeshShape(2, 2) and mesh.shape == (2, 2)
    assert mesh.axes == ("dp", "tp") and mesh.size == 4
    assert str(mesh.mesh) == "dp=2, tp=2"
    assert mesh.target in ("null", "cpu", "emulator:wormhole")
    assert repr(mesh) == f"MeshDevice(dp=2, tp=2; {mesh.target})"


def test_axes_have_default_names():
    with open_mesh(4, target="null") as one, open_mesh((2, 4), target="null") as two:
        assert (one.axes, two.axes) == (("tp",), ("dp", "tp"))
    with open_mesh(3, "x", target="null") as named:
        assert named.axes == ("x",)


@pytest.mark.parametrize(
    "spec",
    [None, P(), P("dp"), P("dp", "tp"), P(None, "tp"), P(("dp", "tp")), P(None, ("tp", "dp"))],
    ids=str,
)
@pytest.mark.parametrize("shape", [(4, 4), (5, 7), (1, 33)])
def test_what_is_put_comes_back(mesh, shape, spec):
    array = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    tensor = mesh.put(array, spec)
    assert tensor.shape == shape and tensor.dtype == np.float32 and tensor.mesh is mesh
    assert tensor.sharding == (spec or P()) and len(tensor.sharding) == 2
    assert np.array_equal(np.asarray(tensor), array)


@pytest.mark.parametrize("dtype", [np.float32, ml_dtypes.bfloat16, np.int32, np.bool_])
def test_every_dtype_comes_back(mesh, dtype):
    array = (np.arange(35).reshape(5, 7) % 3).astype(dtype)
    back = mesh.put(array, P("dp", "tp")).numpy()
    assert back.dtype == dtype and np.array_equal(back, array)


def test_scalars_and_empty_arrays_come_back(mesh):
    assert mesh.put(np.float32(3)).numpy() == 3
    assert mesh.put(np.zeros((0, 3), np.float32), P("dp")).numpy().shape == (0, 3)


def test_put_converts_and_takes_tensors_again(mesh):
    a = mesh.put([[1.0, 2.0], [3.0, 4.0]], P("dp"), dtype="bf16")
    assert a.dtype == ml_dtypes.bfloat16
    b = mesh.put(a, P(None, "tp"), dtype=np.float32)
    assert b.numpy().tolist() == [[1, 2], [3, 4]] and b.sharding == P(None, "tp")


def test_put_takes_what_only_has_dlpack(null):
    class Foreign:
        def __init__(self, array):
            self.array = array

        def __dlpack__(self, **options):
            return self.array.__dlpack__(**options)

        def __dlpack_device__(self):
            return self.array.__dlpack_device__()

    assert null.put(Foreign(np.arange(4, dtype=np.int32))).numpy().tolist() == [0, 1, 2, 3]


def test_shards_are_what_each_device_holds(mesh):
    array = np.arange(15, dtype=np.float32).reshape(5, 3)
    shards = mesh.put(array, P("dp", "tp")).shards
    assert [tuple(s.coordinate) for s in shards] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert [s.data.shape for s in shards] == [(3, 2), (3, 1), (2, 2), (2, 1)]
    assert all(np.array_equal(array[s.index], s.data) for s in shards)


def test_a_numpy_result_is_a_copy(mesh):
    tensor = mesh.put(np.ones(4, np.float32))
    first = tensor.numpy()
    first[:] = 5
    assert tensor.numpy().tolist() == [1, 1, 1, 1]
    assert np.asarray(tensor, dtype=np.int32).dtype == np.int32
    with pytest.raises(ValueError, match="lies on devices"):
        np.asarray(tensor, copy=False)


def test_put_says_what_is_wrong(null):
    with pytest.raises(DTypeError, match=r"MJ2002.*float64") as caught:
        null.put(np.zeros(3))
    assert "astype(np.float32)" in str(caught.value)
    with pytest.raises(ShardingError, match=r"MJ3001.*'pp'"):
        null.put(np.zeros(3, np.float32), P("pp"))
    with pytest.raises(ShardingError, match="MJ3002"):
        null.put(np.zeros(3, np.float32), P("dp", None))
    with pytest.raises(ShardingError, match=r"MJ3003.*'dp'") as caught:
        null.put(np.zeros((3, 3), np.float32), P("dp", "dp"), name="w")
    assert "w: f32[3,3]" in str(caught.value)


def test_a_tensor_frees_its_memory_when_collected(mesh):
    before = mesh.memory().live_bytes
    tensor = mesh.put(np.ones((64, 64), np.float32), P("dp"))
    assert mesh.memory().live_bytes > before
    cycle = [tensor]
    cycle.append(cycle)
    del tensor, cycle
    gc.collect()
    assert mesh.memory().live_bytes == before


def test_memory_lists_names():
    with open_mesh((2,), target="null") as mesh:
        kept = mesh.put(np.ones((8, 4), np.float32), P("tp"), name="w1")
        use = mesh.memory()
        assert [b.name for b in use.blocks] == ["w1: f32[8@tp,4]"]
        assert (use.live_bytes, use.capacity_bytes) == (64, 1 << 30)
        assert kept.is_live


def test_memory_that_does_not_fit_is_an_error_until_something_is_deleted():
    with open_mesh(2, target="null", memory_bytes=1024) as mesh:
        w1 = mesh.put(np.ones(128, np.float32), name="w1")
        with pytest.raises(OutOfMemoryError, match="w2") as caught:
            mesh.put(np.ones(256, np.float32), name="w2")
        assert "w1: f32[128]: 512 B" in str(caught.value)
        mesh.put(np.ones(256, np.float32), P("tp"), name="w2")
        w1.delete()
        assert mesh.put(np.ones(240, np.float32)).numpy().sum() == 240


def test_memory_in_reference_cycles_is_found_before_giving_up():
    with open_mesh(1, target="null", memory_bytes=1024) as mesh:
        gc.disable()
        try:
            cycle = [mesh.put(np.ones(200, np.float32))]
            cycle.append(cycle)
            del cycle
            assert mesh.put(np.ones(200, np.float32)).is_live
        finally:
            gc.enable()


def test_a_deleted_tensor_names_the_call_and_the_line(mesh):
    tensor = mesh.put(np.ones(4, np.float32), name="w")
    tensor.delete()
    tensor.delete()
    assert not tensor.is_live and "gone" in repr(tensor)
    with pytest.raises(DeviceError, match=r"MJ5003: w is gone: MeshTensor.delete") as caught:
        tensor.numpy()
    assert "test_mesh_device.py:" in str(caught.value) and "w: f32[4]" in str(caught.value)
    for use in (lambda: tensor.shards, tensor.block_until_ready, lambda: tensor.buffer, lambda: np.asarray(tensor)):
        with pytest.raises(DeviceError, match="MJ5003"):
            use()


def test_everything_after_close_names_its_call():
    mesh = open_mesh((2, 2), target="null")
    tensor, buffer, queue = mesh.put(np.ones(4, np.float32)), MeshBuffer.replicated(mesh, 64), MeshCommandQueue(mesh)
    event = queue.record_event()
    mesh.close()
    mesh.close()
    assert mesh.is_closed and not tensor.is_live and not buffer.is_allocated
    calls = {
        "MeshDevice.put": lambda: mesh.put(np.ones(4, np.float32)),
        "MeshTensor.numpy": tensor.numpy,
        "MeshTensor.shards": lambda: tensor.shards,
        "MeshTensor.block_until_ready": tensor.block_until_ready,
        "entering the mesh": mesh.__enter__,
        "allocating memory": lambda: MeshBuffer.replicated(mesh, 64),
        "giving memory back": mesh.memory,
        "waiting": mesh.synchronize,
        "enqueue_write": lambda: queue.enqueue_write(buffer, b"x"),
        "enqueue_read": lambda: queue.enqueue_read(buffer),
        "finish": queue.finish,
        "record_event": queue.record_event,
        "begin_capture": queue.begin_capture,
    }
    for name, call in calls.items():
        with pytest.raises(DeviceError, match=f"MJ5002: .*{name}.*: the mesh is closed"):
            call()
    event.synchronize()  # nothing was left to wait for


def test_a_with_block_makes_the_mesh_current_and_closes_it():
    assert current_mesh() is None
    with open_mesh(2, target="null") as outer:
        assert current_mesh() is outer
        with open_mesh(3, target="null") as inner:
            assert current_mesh() is inner
            with outer:
                assert current_mesh() is outer
            assert current_mesh() is inner and not outer.is_closed
        assert inner.is_closed and current_mesh() is outer
        seen = []
        thread = threading.Thread(target=lambda: seen.append(current_mesh()))
        thread.start()
        thread.join(10)
        assert seen == [None]
    assert outer.is_closed and current_mesh() is None


def test_unknown_targets_and_options_are_named():
    for name in ("gpu", "emulator", "emulator:", "emulator:grayskull", "cpu:1", "ttsim", "null:"):
        with pytest.raises(UsageError, match="MJ5013") as caught:
            open_mesh(1, target=name)
        assert name in str(caught.value) and "emulator:blackhole" in str(caught.value)
    with pytest.raises(UsageError, match=r"MJ5013.*speed"):
        open_mesh(1, target="null", speed=9)
    with pytest.raises(UsageError, match="MJ1001"):
        open_mesh((2, 0), target="null")
    with pytest.raises(UsageError, match="MJ1001"):
        open_mesh((2, 2), ("dp",), target="null")
    with pytest.raises(UsageError, match="deadline"):
        open_mesh(1, target="null", timeout_s=0)


def test_auto_is_cards_if_there_are_any(tmp_path, monkeypatch):
    monkeypatch.setattr(registry, "CARD_DEVICES", tmp_path / "tenstorrent")
    assert registry.resolve("auto") == "cpu"
    (tmp_path / "tenstorrent").mkdir()
    assert registry.resolve("auto") == "cpu"
    (tmp_path / "tenstorrent" / "0").touch()
    assert registry.resolve("auto") == "card" and registry.resolve("null") == "null"


def test_tiled_memory_round_trips():
    with open_mesh((2, 2), target="null", layout="tile", arch="wormhole") as mesh:
        assert mesh.layout is Layout.TILE and mesh.arch == "wormhole"
        for dtype in (np.float32, np.bool_):
            array = (np.arange(70 * 50).reshape(70, 50) % 2).astype(dtype)
            tensor = mesh.put(array, P("dp", "tp"))
            assert np.array_equal(tensor.numpy(), array)
        assert tensor.region.page_bytes == 2048 and tensor.region.size_bytes == 2 * 2048


def test_devices_with_the_same_bytes_are_written_once():
    with open_mesh((2, 4), target="null") as mesh:
        counts = mesh.engine.target.counts
        mesh.put(np.ones(64, np.float32))
        assert (counts["write"], counts["write_bytes"]) == (1, 256)
        mesh.put(np.ones(64, np.float32), P("dp")).numpy()
        assert (counts["write"], counts["write_bytes"]) == (3, 512)
        assert counts["read"] == 2
