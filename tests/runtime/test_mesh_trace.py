from __future__ import annotations

import gc
import threading
from dataclasses import replace

import mesh_programs as programs
import numpy as np
import pytest

from meshjit.errors import DeviceError, DeviceTimeoutError, OutOfMemoryError, ShapeError, UsageError
from meshjit.ir.program import BufferSpec, Executable
from meshjit.ir.spec import P
from meshjit.ir.types import F32, Pending, TensorType
from meshjit.runtime import MeshTrace, open_mesh


def capture(mesh, executable, **options):
    return MeshTrace.from_executable(mesh, executable, **options)


def test_replay_takes_host_arrays_and_tensors(mesh, x):
    trace = capture(mesh, programs.doubled(mesh))
    (y,) = trace.replay(x)
    assert np.array_equal(y, 2 * x) and y.sharding == P() and y.name == "y"
    (y,) = trace.replay(mesh.put(x + 1, P("tp")), blocking=True)
    assert np.array_equal(y, 2 * x + 2)
    assert repr(trace) == f"MeshTrace(double, 2 commands on {mesh.target})"


def test_a_run_returns_fresh_outputs_that_later_calls_never_change(mesh, x):
    trace = capture(mesh, programs.doubled(mesh), own=False)
    outputs = [trace.run(x * i)[0] for i in range(4)]
    tensor = mesh.put(x, P("tp"))
    outputs += trace.run(tensor)
    trace.replay(x * 9)
    assert all(np.array_equal(y, 2 * x * i) for i, y in enumerate([*outputs[:4]]))
    assert np.array_equal(outputs[4], 2 * x) and np.array_equal(tensor, x)


def test_an_output_of_a_replay_ends_with_the_next(mesh, x):
    trace = capture(mesh, programs.doubled(mesh))
    (first,) = trace.replay(x)
    kept = first.numpy()
    (second,) = trace.replay(x + 1)
    with pytest.raises(DeviceError, match="MJ5004: this output of double was overwritten by a later replay") as caught:
        first.numpy()
    assert "np.asarray(y)" in str(caught.value) and not first.is_live
    with pytest.raises(DeviceError, match="MJ5004"):
        trace.run(first)
    assert np.array_equal(kept, 2 * x) and np.array_equal(second, 2 * x + 2)


def test_a_replayed_output_may_be_the_next_argument(mesh, x):
    trace = capture(mesh, programs.same_type(mesh))
    y = x
    for _ in range(5):
        (y,) = trace.replay(y)
    assert np.array_equal(y, 32 * x)


def test_a_replay_does_not_write_over_its_argument(mesh, x):
    trace = capture(mesh, programs.same_type(mesh))
    (y,) = trace.replay(x)
    (z,) = trace.replay(y)
    (w,) = trace.replay(z)
    assert y.region.address != z.region.address and w.region.address == y.region.address
    assert np.array_equal(w, 8 * x)


def test_a_stale_output_is_no_argument_even_of_a_type_seen_before(mesh, x):
    trace = capture(mesh, programs.same_type(mesh))
    (fresh,) = trace.run(x)
    trace.run(fresh)
    (stale,) = trace.replay(x)
    trace.replay(fresh)
    with pytest.raises(DeviceError, match="MJ5004"):
        trace.run(stale)


def test_an_argument_that_another_call_consumes_meanwhile_is_noticed(null, x, monkeypatch):
    double, update = capture(null, programs.doubled(null)), capture(null, programs.updated(null), donated=[0])
    cache, submit = null.put(x, P("tp"), name="cache"), null.engine.submit

    def donate_first(*args):
        monkeypatch.undo()
        update.run(cache)
        return submit(*args)

    monkeypatch.setattr(null.engine, "submit", donate_first)
    submitted = null.engine.target.counts["submit"]
    with pytest.raises(DeviceError, match=r"MJ5003: cache is gone: donated to update"):
        double.run(cache)
    assert null.engine.target.counts["submit"] == submitted + 1


def test_a_donated_tensor_is_updated_in_place_and_then_gone(mesh, x):
    trace = capture(mesh, programs.updated(mesh), donated=[0])
    cache = mesh.put(x, P("tp"), name="cache")
    address = cache.region.address
    (after,) = trace.run(cache)
    assert np.array_equal(after, 4 * x) and after.region.address == address
    with pytest.raises(DeviceError, match=r"MJ5003: cache is gone: donated to update\(cache=\.\.\.\)") as caught:
        cache.numpy()
    assert "test_mesh_trace.py:" in str(caught.value) and "leave 'cache' out of donate_argnames" in str(caught.value)
    with pytest.raises(DeviceError, match="MJ5003"):
        trace.run(cache)
    (again,) = trace.run(after)
    assert np.array_equal(again, 16 * x) and again.region.address == address


def test_a_donated_cache_goes_round_a_replay_loop_in_place(mesh, x):
    trace = capture(mesh, programs.updated(mesh), donated=[0])
    cache = mesh.put(x, P("tp"))
    address = cache.region.address
    for _ in range(3):
        (cache,) = trace.replay(cache)
    assert np.array_equal(cache, 64 * x) and cache.region.address == address
    (cache,) = trace.replay(x)
    (cache,) = trace.replay(cache)
    assert np.array_equal(cache, 16 * x)


def test_a_donated_host_array_gives_a_fresh_output(mesh, x):
    trace = capture(mesh, programs.updated(mesh), donated=[0])
    (a,) = trace.run(x)
    (b,) = trace.run(2 * x)
    assert np.array_equal(a, 4 * x) and np.array_equal(b, 8 * x)


def test_a_donated_output_of_a_replay_does_not_make_run_share_the_traces_memory(mesh, x):
    trace = capture(mesh, programs.updated(mesh), donated=[0])
    (cache,) = trace.replay(x)
    (fresh,) = trace.run(cache)
    trace.replay(5 * x)
    assert np.array_equal(fresh, 16 * x)


def test_one_tensor_cannot_be_donated_and_read(mesh, x):
    trace = capture(mesh, programs.two_inputs(mesh), donated=[0])
    a, b = mesh.put(x, P("tp"), name="a"), mesh.put(x + 1, P("tp"))
    with pytest.raises(UsageError, match="MJ5014: second: argument cache is donated and is passed twice"):
        trace.run(a, a)
    cache, y = trace.run(a, b)
    assert np.array_equal(cache, 2 * x) and np.array_equal(y, 2 * x + 2)


def test_returned_arguments_repeated_results_and_constants(mesh, x):
    trace = capture(mesh, programs.passed_through(mesh))
    a, b = mesh.put(x), mesh.put(x + 1)
    same, twice, again, constant = trace.run(a, b)
    host, *_ = trace.run(3 * x, b)
    trace.run(5 * x, 7 * x)
    trace.release()
    a.delete()
    assert np.array_equal(same, x) and np.array_equal(host, 3 * x)
    assert np.array_equal(twice, 2 * x + 2) and np.array_equal(again, twice)
    assert np.array_equal(constant, np.arange(64))


def test_donating_what_another_tensor_shows_leaves_that_one_alone(mesh, x):
    keep = capture(mesh, programs.passed_through(mesh))
    double = capture(mesh, programs.same_type_donated(mesh), donated=[0])
    a = mesh.put(x)
    same, twice, again, constant = keep.run(a, a)
    for shared in (same, twice, constant):
        before = shared.numpy()
        (y,) = double.run(shared)
        assert np.array_equal(y, 4 * before)
    assert np.array_equal(a, x) and np.array_equal(again, 2 * x)
    assert np.array_equal(keep.run(a, a)[3], np.arange(64))


def test_arguments_are_checked_against_the_signature(mesh, x):
    trace = capture(mesh, programs.doubled(mesh))
    with pytest.raises(UsageError, match="MJ5007: double was captured with 1 arguments, got 2"):
        trace.run(x, x)
    cases = [x[:5], x.astype(np.int32), x.astype(np.float64), mesh.put(x), mesh.put(x, P("dp"))]
    for bad in cases:
        with pytest.raises(ShapeError, match=r"MJ5006: double: argument x is .*, captured was f32\[64@tp\]") as caught:
            trace.run(bad)
        assert "mesh.put(x, P('tp'), dtype='float32')" in str(caught.value)
    with (
        open_mesh((2, 2), target="null") as other,
        pytest.raises(UsageError, match="MJ5009: double: argument x lies on another mesh"),
    ):
        trace.run(other.put(x, P("tp")))


def test_axes_of_one_device_do_not_matter(x):
    for target in ("null", "cpu"):
        with open_mesh((2, 1), target=target) as mesh:
            trace = capture(mesh, programs.doubled(mesh))
            assert np.array_equal(trace.run(mesh.put(x))[0], 2 * x)
            assert np.array_equal(trace.run(mesh.put(x, P("tp")))[0], 2 * x)


def test_a_trace_owns_its_memory(mesh, x):
    trace = capture(mesh, programs.doubled(mesh))
    (y,) = trace.replay(x)
    others = [mesh.put(np.full(64, i, np.float32)) for i in range(20)]
    assert np.array_equal(y, 2 * x)
    (y,) = trace.replay(x + 1)
    assert all((o.numpy() == i).all() for i, o in enumerate(others)) and np.array_equal(y, 2 * x + 2)


def test_release_gives_the_memory_back(mesh, x):
    before = mesh.memory().live_bytes
    trace = capture(mesh, programs.doubled(mesh))
    (y,) = trace.replay(x)
    (fresh,) = trace.run(x)
    trace.release()
    trace.release()
    assert trace.is_released and "released" in repr(trace)
    with pytest.raises(DeviceError, match="MJ5004: this output of double went with its trace"):
        y.numpy()
    for call in (trace.replay, trace.run):
        with pytest.raises(DeviceError, match=r"MJ5005: the trace of double was released.*test_mesh_trace.py"):
            call(x)
    assert np.array_equal(fresh, 2 * x)
    del y, fresh
    gc.collect()
    assert mesh.memory().live_bytes == before


def test_memory_does_not_grow_over_calls(mesh, x):
    trace = capture(mesh, programs.doubled(mesh))
    tensor = mesh.put(x, P("tp"))
    trace.run(tensor)
    trace.replay(tensor)
    before = mesh.memory().live_bytes
    for _ in range(5):
        trace.run(tensor)
        trace.replay(tensor)
        trace.run(x)
    assert mesh.memory().live_bytes == before


def test_replay_allocates_and_loads_nothing(null, x):
    trace = capture(null, programs.doubled(null))
    tensor = null.put(x, P("tp"))
    target, peak = null.engine.target, null.memory().peak_bytes
    before = target.counts.copy()
    for _ in range(10):
        trace.replay(tensor)
    null.synchronize()
    difference = target.counts - before
    assert difference["submit"] == 10 and difference["all_reduce"] == 10 and difference["all_gather"] == 10
    assert not {"load", "write", "read", "free"} & set(difference)
    assert null.memory().peak_bytes == peak


def test_a_trace_is_data(null):
    trace = capture(null, programs.passed_through(null))
    assert [(p.name, p.known) for p in trace.patches] == [("x", "call"), ("s", "call"), ("d", "call"), ("c", "load")]
    assert trace.commands == trace.executable.commands and trace.name == "keep"
    assert [b.name for b in trace.buffers] == ["x", "s", "d", "c"]


def test_threads_may_call_one_trace(mesh, x):
    trace = capture(mesh, programs.doubled(mesh))
    wrong: list[object] = []

    def work(n: int) -> None:
        tensor = mesh.put(x + n, P("tp"))
        for i in range(6):
            try:
                (y,) = trace.run(tensor if i % 2 else x + n)
                if not np.array_equal(y, 2 * (x + n)):
                    wrong.append((n, i))
            except Exception as error:
                wrong.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(60)
    assert not wrong


def test_threads_that_replay_see_their_own_data_or_an_error(null, x):
    trace = capture(null, programs.doubled(null))
    wrong: list[object] = []

    def work(n: int) -> None:
        for _ in range(50):
            (y,) = trace.replay(x + n)
            try:
                if not np.array_equal(y.numpy(), 2 * (x + n)):
                    wrong.append(n)
            except DeviceError as error:
                if error.code != "MJ5004":
                    wrong.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(60)
    assert not wrong


def test_threads_that_donate_one_tensor_get_one_result(null, x):
    trace = capture(null, programs.updated(null), donated=[0])
    for _ in range(20):
        cache = null.put(x, P("tp"), name="cache")
        results: list[object] = []

        def work(tensor=cache, results=results) -> None:
            try:
                results.append(trace.run(tensor)[0].numpy())
            except DeviceError as error:
                results.append(error.code)

        threads = [threading.Thread(target=work) for _ in range(3)]
        for t in threads:
            t.start()
        for t in threads:
            t.join(60)
        arrays = [r for r in results if isinstance(r, np.ndarray)]
        assert len(arrays) == 1 and np.array_equal(arrays[0], 4 * x)
        assert [r for r in results if isinstance(r, str)] == ["MJ5003"] * 2


def test_results_without_a_name_are_called_after_the_function(null, x):
    executable = programs.doubled(null)
    buffers = (executable.buffers[0], replace(executable.buffers[1], name="%1"), executable.buffers[2])
    (y,) = capture(null, replace(executable, buffers=buffers)).run(x)
    y.delete()
    with pytest.raises(DeviceError, match="MJ5003: the result of double is gone"):
        y.numpy()


def test_python_kernels_of_the_null_target(null, x):
    trace = capture(null, programs.added(null))
    assert np.array_equal(trace.run(x, 2 * x)[0], 3 * x)
    assert null.engine.target.counts["run_program"] == 4


def test_executables_for_other_meshes_and_devices_are_refused(null, x):
    executable = programs.added(null)
    with open_mesh((4,), target="null") as other, pytest.raises(UsageError, match=r"MJ5017.*mesh"):
        capture(other, executable)
    with (
        open_mesh((2, 2), target="null", arch="wormhole") as other,
        pytest.raises(UsageError, match=r"MJ5012.*built for cpu, the mesh runs wormhole"),
    ):
        capture(other, executable)


def test_executables_whose_buffers_do_not_fit_their_types_are_refused(null):
    type = TensorType(F32, (4,), ((),))
    spec = BufferSpec("y", type, 999, "output")
    executable = Executable("f", null.mesh, "null", (spec,), (), (), (0,), 0)
    with pytest.raises(UsageError, match="MJ5017: f: buffer 0"):
        capture(null, executable)


def test_a_pending_sum_cannot_leave_a_program(null):
    type = TensorType(F32, (4,), ((),), Pending(("tp",)))
    spec = BufferSpec("y", type, 16, "output", varies=type.varies)
    trace = capture(null, Executable("f", null.mesh, "null", (spec,), (), (), (0,), 0))
    with pytest.raises(DeviceError, match=r"MJ5018: y: f32\[4\]\{\+tp\}"):
        trace.run()


def test_a_capture_that_does_not_fit_leaves_nothing_behind(x):
    with open_mesh((2, 2), target="null", memory_bytes=256) as mesh:
        with pytest.raises(OutOfMemoryError, match="MJ5001"):
            capture(mesh, programs.doubled(mesh, 128))
        gc.collect()
        assert mesh.memory().live_bytes == 0


def test_waits_end_at_their_deadline(x):
    with open_mesh((2, 2), target="null", hangs=True, timeout_s=0.05) as mesh:
        trace = capture(mesh, programs.doubled(mesh))
        tensor = mesh.put(x, P("tp"))
        (y,) = trace.replay(tensor)
        for wait in (y.numpy, mesh.synchronize, lambda: trace.replay(tensor, blocking=True)):
            with pytest.raises(DeviceTimeoutError, match=r"MJ5008: .*gather tp did not complete on device 0"):
                wait()
        with pytest.raises(DeviceTimeoutError, match=r"within 0\.0"):
            mesh.synchronize(timeout_s=0.01)


def test_memory_of_commands_that_may_still_run_is_not_given_away(x):
    with open_mesh((2, 2), target="null", hangs=True, timeout_s=0.02) as mesh:
        trace = capture(mesh, programs.doubled(mesh))
        tensor = mesh.put(x, P("tp"))
        trace.replay(tensor)
        freed = mesh.engine.target.counts["free"]
        tensor.delete()
        trace.release()
        gc.collect()
        with pytest.raises(DeviceTimeoutError):
            mesh.put(x)
        assert mesh.engine.target.counts["free"] == freed


def test_a_thread_that_holds_the_trace_is_waited_for_with_a_deadline(x):
    with open_mesh((2, 2), target="null", hangs=True, timeout_s=0.5) as mesh:
        trace = capture(mesh, programs.doubled(mesh))
        trace.replay(mesh.put(x, P("tp")))

        def work() -> None:
            with pytest.raises(DeviceTimeoutError):
                trace.replay(x)

        thread = threading.Thread(target=work)
        thread.start()
        with pytest.raises(DeviceTimeoutError, match="MJ5008"):
            while thread.is_alive():
                trace.replay(x, timeout_s=0.01)
        thread.join(10)
