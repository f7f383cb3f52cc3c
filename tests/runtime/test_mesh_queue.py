from __future__ import annotations

import mesh_programs as programs
import numpy as np
import pytest

from meshjit.errors import DeviceError, DeviceTimeoutError, ShapeError, UsageError
from meshjit.ir.spec import P
from meshjit.runtime import (
    MeshBuffer,
    MeshCommandQueue,
    MeshCoordinate,
    MeshCoordinateRange,
    MeshEvent,
    MeshWorkload,
    open_mesh,
)

WHOLE = MeshCoordinateRange(MeshCoordinate(0, 0), MeshCoordinate(1, 1))


def typed(mesh, *axes):
    return MeshBuffer.typed(mesh, programs.tensor((64,), *axes), name="buffer")


def test_typed_buffers_take_and_give_arrays(mesh, x):
    queue = MeshCommandQueue(mesh)
    buffer = typed(mesh, "tp")
    queue.enqueue_write(buffer, x, blocking=True)
    assert np.array_equal(queue.enqueue_read(buffer), x)
    with pytest.raises(ShapeError, match=r"MJ5010: buffer: an array of float32\[10\] for a buffer of f32\[64@tp\]"):
        queue.enqueue_write(buffer, x[:10])


def test_buffers_of_bytes_are_replicated_or_sharded():
    with open_mesh((2, 2), target="null") as mesh:
        queue = MeshCommandQueue(mesh)
        same, each = MeshBuffer.replicated(mesh, 4), MeshBuffer.sharded(mesh, 4, name="each")
        queue.enqueue_write(same, b"abcd")
        assert queue.enqueue_read(same) == [b"abcd"] * 4
        queue.enqueue_write(each, [b"0000", b"1111", b"2222", b"3333"])
        queue.enqueue_write(each, b"9", coordinate=MeshCoordinate(1, 0))
        assert queue.enqueue_read(each) == [b"0000", b"1111", b"9222", b"3333"]
        assert queue.enqueue_read(each, coordinate=MeshCoordinate(1, 1)) == b"3333"
        assert same.address != each.address and each.size_bytes == 4
        with pytest.raises(ShapeError, match=r"MJ5010: bytes for 2 devices|MJ5010: each: bytes for 2 devices"):
            queue.enqueue_write(each, [b"0", b"1"])
        with pytest.raises(ShapeError, match="MJ5010: 5 bytes for device 0 do not fit each, which has 4"):
            queue.enqueue_write(each, b"12345")


def test_a_released_buffer_names_the_call(null):
    queue = MeshCommandQueue(null)
    buffer = MeshBuffer.replicated(null, 64, name="scratch")
    before = null.memory().live_bytes
    buffer.release()
    buffer.release()
    assert null.memory().live_bytes == before - 64 and not buffer.is_allocated
    assert "gone: MeshBuffer.release()" in repr(buffer)
    for use in (lambda: queue.enqueue_write(buffer, b"x"), lambda: queue.enqueue_read(buffer), lambda: buffer.address):
        with pytest.raises(DeviceError, match=r"MJ5003: scratch is gone: MeshBuffer.release\(\) \(.*test_mesh_q"):
            use()


def test_a_read_gives_what_was_there_at_its_place_in_the_queue(mesh, x):
    queue = MeshCommandQueue(mesh)
    source, target = typed(mesh, "tp"), typed(mesh, "tp")
    queue.enqueue_write(source, x)
    queue.enqueue_write(target, x * 0)
    first = queue.enqueue_read(target, blocking=False)
    queue.enqueue_collective(programs.all_reduce(mesh, "dp", source.type, 0, 0), source, target)
    second = queue.enqueue_read(target, blocking=False)
    queue.enqueue_write(target, x * 7)
    target.release()
    assert np.array_equal(first.result(), x * 0)
    assert np.array_equal(second.result(), x * 2)


def test_a_workload_runs_programs_on_ranges(null, x):
    queue = MeshCommandQueue(null)
    a, b, y = (typed(null, "tp") for _ in range(3))
    queue.enqueue_write(a, x)
    queue.enqueue_write(b, x * 2)
    program = programs.python_program("add", 3)
    workload = MeshWorkload("sum")
    workload.add_program(WHOLE, program, [a, b, y])
    queue.enqueue_workload(workload, blocking=True)
    queue.enqueue_workload(workload)
    assert np.array_equal(queue.enqueue_read(y), 3 * x)
    counts = null.engine.target.counts
    assert (counts["load"], counts["submit"], counts["run_program"]) == (1, 2, 8)
    # Another program on one row of devices, after the first.
    workload.add_program(MeshCoordinateRange(MeshCoordinate(0, 0), MeshCoordinate(0, 1)), program, [y, a, y])
    queue.enqueue_workload(workload)
    assert np.array_equal(queue.enqueue_read(y), 4 * x) and counts["load"] == 2


def test_a_tensor_lends_its_buffer_to_a_workload(null, x):
    queue = MeshCommandQueue(null)
    a, y = null.put(x, P("tp")), typed(null, "tp")
    workload = MeshWorkload()
    workload.add_program(WHOLE, programs.python_program("add", 3), [a.buffer, a.buffer, y])
    queue.enqueue_workload(workload)
    assert np.array_equal(queue.enqueue_read(y), 2 * x)


def test_workloads_that_do_not_fit_are_refused(null):
    queue = MeshCommandQueue(null)
    buffer = typed(null)
    program = programs.python_program("add", 1)
    with pytest.raises(UsageError, match="MJ5012: program 'add' binds 1 buffers, got 2"):
        MeshWorkload().add_program(WHOLE, program, [buffer, buffer])

    def run(devices, program, buffers):
        workload = MeshWorkload()
        workload.add_program(devices, program, buffers)
        queue.enqueue_workload(workload)

    with pytest.raises(UsageError, match=r"MJ5016.*outside the mesh"):
        run(MeshCoordinateRange(MeshCoordinate(0, 0), MeshCoordinate(1, 2)), program, [buffer])
    with pytest.raises(UsageError, match="MJ5012: program 'add' is built for wormhole, the mesh runs cpu"):
        run(WHOLE, programs.python_program("add", 1, "wormhole"), [buffer])
    with open_mesh((2, 2), target="null") as other, pytest.raises(UsageError, match="MJ5009: buffer lies on another"):
        run(WHOLE, program, [typed(other)])
    buffer.release()
    with pytest.raises(DeviceError, match="MJ5003"):
        run(WHOLE, program, [buffer])


def test_capture_records_and_replay_runs(mesh, x):
    queue = MeshCommandQueue(mesh)
    source, middle, out = typed(mesh, "tp"), typed(mesh, "tp"), typed(mesh)
    queue.enqueue_write(source, x)
    queue.enqueue_write(out, x * 0)
    queue.begin_capture("sum")
    queue.enqueue_collective(programs.all_reduce(mesh, "dp", source.type, 0, 0), source, middle)
    queue.enqueue_collective(programs.all_gather(mesh, "tp", source.type, 0, 0), middle, out)
    trace = queue.end_capture()
    assert np.array_equal(queue.enqueue_read(out), x * 0)
    assert trace.name == "sum" and len(trace.commands) == 2 and len(trace.buffers) == 3
    assert all(p.known == "load" for p in trace.patches)
    assert queue.replay(trace, blocking=True) == ()
    assert np.array_equal(queue.enqueue_read(out), 2 * x)
    queue.enqueue_write(source, x + 5)
    queue.replay(trace)
    assert np.array_equal(queue.enqueue_read(out), 2 * x + 10)


def test_a_captured_trace_keeps_the_memory_of_its_buffers(mesh, x):
    queue = MeshCommandQueue(mesh)
    source, out = typed(mesh, "tp"), typed(mesh, "tp")
    queue.enqueue_write(source, x)
    queue.begin_capture()
    queue.enqueue_collective(programs.all_reduce(mesh, "dp", source.type, 0, 0), source, out)
    trace = queue.end_capture()
    source.release()
    others = [mesh.put(np.zeros(64, np.float32), P("tp")) for _ in range(10)]
    queue.replay(trace)
    assert np.array_equal(queue.enqueue_read(out), 2 * x)
    assert not any(o.numpy().any() for o in others)
    trace.release()
    with pytest.raises(DeviceError, match="MJ5005"):
        queue.replay(trace)


def test_capture_of_workloads(null, x):
    queue = MeshCommandQueue(null)
    a, y = typed(null, "tp"), typed(null, "tp")
    queue.enqueue_write(a, x)
    workload = MeshWorkload()
    workload.add_program(WHOLE, programs.python_program("add", 3), [a, a, y])
    queue.begin_capture()
    queue.enqueue_workload(workload)
    queue.enqueue_workload(workload)
    trace = queue.end_capture()
    assert null.engine.target.counts["run_program"] == 0
    queue.replay(trace)
    assert null.engine.target.counts["run_program"] == 8
    assert np.array_equal(queue.enqueue_read(y), 2 * x)


def test_only_workloads_can_be_captured(null):
    queue = MeshCommandQueue(null)
    buffer = typed(null)
    with pytest.raises(DeviceError, match="MJ5011: end_capture: no capture is under way"):
        queue.end_capture()
    queue.begin_capture("loop")
    calls = [
        lambda: queue.enqueue_write(buffer, b""),
        lambda: queue.enqueue_read(buffer),
        queue.record_event,
        queue.record_event_to_host,
        queue.finish,
        queue.begin_capture,
    ]
    for call in calls:
        with pytest.raises(DeviceError, match=r"MJ5011: .* during the capture of 'loop'"):
            call()
    queue.end_capture()
    queue.enqueue_read(buffer)


def test_events_complete_in_order(mesh, x):
    queue, other = MeshCommandQueue(mesh), MeshCommandQueue(mesh)
    source, out = typed(mesh, "tp"), typed(mesh, "tp")
    queue.enqueue_write(source, x)
    assert queue.record_event().is_complete
    queue.enqueue_collective(programs.all_reduce(mesh, "dp", source.type, 0, 0), source, out)
    event = queue.record_event_to_host()
    other.wait_for_event(event)
    event.synchronize(timeout_s=30)
    assert event.is_complete and isinstance(event, MeshEvent) and "done" in repr(event)
    queue.finish()


def test_an_event_of_another_mesh_is_waited_for(null):
    with open_mesh((2, 2), target="null", hangs=True, timeout_s=0.02) as stuck:
        queue = MeshCommandQueue(stuck)
        buffer = typed(stuck, "tp")
        queue.enqueue_collective(programs.all_reduce(stuck, "dp", buffer.type, 0, 0), buffer, buffer)
        event = queue.record_event()
        assert not event.is_complete and "not known" in repr(event)
        for wait in (lambda: MeshCommandQueue(null).wait_for_event(event), event.synchronize, queue.finish):
            with pytest.raises(DeviceTimeoutError, match=r"MJ5008.*sum over dp"):
                wait()
