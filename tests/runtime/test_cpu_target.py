"""The CPU mesh below the runtime: memory, streams, collectives, threads."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

import numpy as np
import pytest

from meshjit.errors import DeviceError, DeviceTimeoutError
from meshjit.ir.mesh import Mesh
from meshjit.ir.program import BufferAddress, Collective, CollectiveKind, Kernel, PerDevice, Program, Role, RunProgram
from meshjit.ir.types import BF16, BOOL, F32, I32, DType
from meshjit.runtime.collectives import run_collective
from meshjit.runtime.devices import cpu_native
from meshjit.runtime.devices.base import Region
from meshjit.runtime.devices.cpu import CpuTarget
from meshjit.runtime.devices.cpu_pool import WorkerPool
from meshjit.toolchain import llvm

MESH = Mesh((2, 4), ("dp", "tp"))
ALL = tuple(range(8))

ADD_WORD = """
define void @add_word(ptr %args, i64 %task) {
  %src = load ptr, ptr %args
  %dstp = getelementptr i64, ptr %args, i64 1
  %dst = load ptr, ptr %dstp
  %wp = getelementptr i64, ptr %args, i64 2
  %w = load i64, ptr %wp
  %s = getelementptr i64, ptr %src, i64 %task
  %x = load i64, ptr %s
  %y = add i64 %x, %w
  %d = getelementptr i64, ptr %dst, i64 %task
  store i64 %y, ptr %d
  ret void
}
"""
SLOW = """
declare i32 @usleep(i32)
define void @slow(ptr %args, i64 %task) {
  %r = call i32 @usleep(i32 20000)
  ret void
}
"""


def program(source: str, name: str, words, tasks: int, buffers: int = 2) -> Program:
    kernel = Kernel(name, Role.NATIVE, llvm.build(source), source, "test")
    return Program(name, "cpu", (kernel,), (((0, 0), tuple(words)),), buffers, num_tasks=tasks)


def add_word(word, tasks: int = 4) -> Program:
    return program(ADD_WORD, "add_word", (BufferAddress(0), BufferAddress(1), word), tasks)


def region(index: int, varies: Sequence[str] = ("dp", "tp"), size: int = 4096) -> Region:
    return Region(index * 65536, size, 64, tuple(varies))


@pytest.fixture
def target():
    target = CpuTarget(MESH, 1 << 24)
    yield target
    target.close()


def put(target: CpuTarget, r: Region, device: int, array: np.ndarray) -> None:
    target.write(device, r, memoryview(np.ascontiguousarray(array).reshape(-1).view(np.uint8)))


def get(target: CpuTarget, r: Region, device: int, dtype, shape) -> np.ndarray:
    count = int(np.prod(shape, dtype=int)) * np.dtype(dtype).itemsize
    return np.frombuffer(target.read(device, r)[:count], dtype).reshape(shape)


def test_devices_have_memory_of_their_own_and_share_copies(target: CpuTarget) -> None:
    own, shared = region(0), region(1, ("dp",))
    for d in ALL:
        put(target, own, d, np.full(4, d))
        put(target, shared, d, np.full(4, d // 4))
    assert [int(get(target, own, d, np.int64, 4)[3]) for d in ALL] == list(ALL)
    assert [int(get(target, shared, d, np.int64, 4)[0]) for d in ALL] == [0] * 4 + [1] * 4


def test_freed_pages_read_as_zero(target: CpuTarget) -> None:
    big = region(0, (), 1 << 20)
    put(target, big, 0, np.ones(1 << 17))
    target.free(big)
    assert not np.frombuffer(target.read(0, big), np.uint8).any()


def test_words_per_device_and_a_chain_of_programs(target: CpuTarget) -> None:
    regions = [region(0), region(1), region(2)]
    for d in ALL:
        put(target, regions[0], d, np.arange(4) + 100 * d)
    commands = [
        RunProgram(add_word(PerDevice(tuple(1000 * d for d in ALL))), (0, 1), ALL, "first"),
        RunProgram(add_word(7), (1, 2), ALL, "second"),
    ]
    loaded = target.load(commands, regions, frozenset())
    assert loaded.labels == ("first", "second")
    for _ in range(3):
        target.submit(loaded, {}, 10.0)
    for d in ALL:
        assert get(target, regions[2], d, np.int64, 4).tolist() == [1100 * d + i + 7 for i in range(4)]


def test_independent_programs_share_a_phase(target: CpuTarget) -> None:
    regions = [region(i) for i in range(4)]
    commands = [RunProgram(add_word(i), (0, i), ALL, f"p{i}") for i in (1, 2, 3)]
    assert target.load(commands, regions, frozenset()).labels == ("p1, p2, p3",)
    overlapping = [regions[0], region(1), Region(65536 + 64, 4096, 64, ("dp", "tp")), region(3)]
    assert target.load(commands, overlapping, frozenset()).labels == ("p1", "p2, p3")
    written_after_read = [commands[0], RunProgram(add_word(1), (1, 0), ALL, "back")]
    assert target.load(written_after_read, regions, frozenset()).labels == ("p1", "back")


def test_a_result_that_does_not_vary_is_computed_once(target: CpuTarget) -> None:
    regions = [region(0, ()), region(1, ())]
    put(target, regions[0], 0, np.arange(4))
    loaded = target.load([RunProgram(add_word(5), (0, 1), ALL)], regions, frozenset())
    assert int(loaded.phases[0, 2]) == 4  # four tasks of one device
    target.submit(loaded, {}, 10.0)
    assert get(target, regions[1], 7, np.int64, 4).tolist() == [5, 6, 7, 8]


def test_rebinding_changes_addresses_until_rebound(target: CpuTarget) -> None:
    regions = [region(0), region(1)]
    other = region(5)
    for d in ALL:
        put(target, regions[0], d, np.arange(4))
        put(target, other, d, np.arange(4) * 10)
    loaded = target.load([RunProgram(add_word(1), (0, 1), ALL)], regions, frozenset({0}))
    for bound, want in ((regions[0], [1, 2, 3, 4]), (other, [1, 11, 21, 31]), (regions[0], [1, 2, 3, 4])):
        target.submit(loaded, {0: bound}, 10.0)
        assert get(target, regions[1], 3, np.int64, 4).tolist() == want
    for bad in ({1: other}, {0: region(5, ("dp",))}, {0: region(5, size=64)}):
        with pytest.raises(DeviceError) as error:
            target.submit(loaded, bad, 10.0)
        assert error.value.code == "MJ5209"
    with pytest.raises(DeviceError, match="MJ5209"):
        target.submit(loaded, {0: other, 1: other}, 10.0)
    target.submit(loaded, {0: other}, 10.0)
    assert get(target, regions[1], 3, np.int64, 4).tolist() == [1, 11, 21, 31]


def test_wrong_uses_are_errors(target: CpuTarget) -> None:
    with pytest.raises(DeviceError, match="MJ5206"):
        target.write(0, region(0, size=64), memoryview(bytes(65)))
    foreign = Program("f", "wormhole", (), (), 1)
    with pytest.raises(DeviceError, match="MJ5207"):
        target.load([RunProgram(foreign, (0,), ALL)], [region(0)], frozenset())
    with pytest.raises(DeviceError, match="MJ5201"):
        cpu_native.load(b"not an object", "f")
    loaded = target.load([], [], frozenset())
    target.submit(loaded, {}, 1.0)
    target.close()
    target.close()
    for use in (lambda: target.read(0, region(0)), lambda: target.submit(loaded, {}, 1.0)):
        with pytest.raises(DeviceError, match="MJ5205"):
            use()


def test_a_deadline_names_the_step_and_the_mesh_works_on(target: CpuTarget) -> None:
    regions = [region(0), region(1), region(2)]
    slow = program(SLOW, "slow", (BufferAddress(0), BufferAddress(1)), 50)
    loaded = target.load(
        [RunProgram(add_word(1), (0, 1), (0,), "quick"), RunProgram(slow, (1, 2), (0,), "slow one")],
        regions,
        frozenset(),
    )
    start = time.monotonic()
    with pytest.raises(DeviceTimeoutError) as error:
        target.submit(loaded, {}, 0.05)
    assert error.value.code == "MJ5208" and "slow one" in error.value.summary
    assert time.monotonic() - start < 0.7
    quick = target.load([RunProgram(add_word(1), (0, 1), ALL)], regions, frozenset())
    target.submit(quick, {}, 10.0)


@pytest.mark.parametrize("threads", (1, 2, 5))
def test_every_item_runs_exactly_once(threads: int) -> None:
    counter = """
    define void @count(ptr %args, i64 %task) {
      %p = load ptr, ptr %args
      %q = getelementptr i64, ptr %p, i64 %task
      %old = load i64, ptr %q
      %new = add i64 %old, 1
      store i64 %new, ptr %q
      ret void
    }
    """
    target = CpuTarget(Mesh((2,), ("tp",)), 1 << 24)
    pool = WorkerPool(threads)
    target._pool = pool
    regions = [region(0, ("tp",), 65536)]
    count = program(counter, "count", (BufferAddress(0),), 1000, buffers=1)
    loaded = target.load([RunProgram(count, (0,), (0, 1))] * 3, regions, frozenset())
    for _ in range(200):
        target.submit(loaded, {}, 30.0)
    for d in (0, 1):
        assert (get(target, regions[0], d, np.int64, 1000) == 600).all()
    pool.stop()


def test_threads_may_submit_at_once(target: CpuTarget) -> None:
    streams = []
    for i in range(4):
        regions = [region(2 * i), region(2 * i + 1)]
        put(target, regions[0], 0, np.arange(4))
        streams.append((target.load([RunProgram(add_word(i), (0, 1), (0,))], regions, frozenset()), regions[1], i))
    errors: list[BaseException] = []

    def work(stream, out, i: int) -> None:
        try:
            for _ in range(200):
                target.submit(stream, {}, 30.0)
                assert get(target, out, 0, np.int64, 4).tolist() == [i, i + 1, i + 2, i + 3]
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=s) for s in streams]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not errors
    target.wait(1.0)


def test_unloading_drops_the_code(target: CpuTarget) -> None:
    source = ADD_WORD.replace("add_word", "add_once")
    p = program(source, "add_once", (BufferAddress(0), BufferAddress(1), 3), 4)
    loaded = target.load([RunProgram(p, (0, 1), ALL)], [region(0), region(1)], frozenset())
    before = len(cpu_native._loaded)
    target.unload(loaded)
    assert len(cpu_native._loaded) == before - 1
    with pytest.raises(DeviceError, match="MJ5210"):
        target.submit(loaded, {}, 1.0)


CASES: list[tuple[CollectiveKind, tuple[str, ...], tuple[int, ...], tuple[int, ...], int, int]] = [
    ("all_gather", ("tp",), (3, 5), (12, 5), 0, 0),
    ("all_gather", ("tp",), (3, 5), (3, 18), 1, 0),
    ("all_gather", ("dp", "tp"), (2, 3, 4), (2, 24, 4), 1, 0),
    ("all_gather", ("tp",), (1, 200_000), (4, 200_000), 0, 0),
    ("all_reduce", ("tp",), (7, 33), (7, 33), 0, 0),
    ("all_reduce", ("dp",), (3, 100_003), (3, 100_003), 0, 0),
    ("all_reduce", ("dp", "tp"), (), (), 0, 0),
    ("reduce_scatter", ("tp",), (8, 6), (2, 6), 0, 0),
    ("reduce_scatter", ("tp",), (5, 10), (5, 3), 1, 0),
    ("reduce_scatter", ("tp",), (2, 5, 3), (2, 2, 3), 1, 0),
    ("reduce_scatter", ("dp",), (2, 100_000), (1, 100_000), 0, 0),
    ("reduce_scatter", ("dp",), (200, 2000), (200, 1000), 1, 0),
    ("all_to_all", ("tp",), (8, 3), (2, 12), 1, 0),
    ("all_to_all", ("tp",), (3, 8), (12, 2), 0, 1),
    ("all_to_all", ("tp",), (3, 10), (11, 3), 0, 1),
    ("all_to_all", ("tp",), (2, 3, 4, 8, 5), (2, 12, 4, 2, 5), 1, 3),
    ("all_to_all", ("dp",), (2, 3, 4, 7, 5), (2, 3, 4, 4, 5), 1, 3),
]


def _collective(kind, axes, in_shape, out_shape, dim, split_dim, dtype: DType = F32, op="sum") -> Collective:
    return Collective(kind, MESH.groups(axes), dtype, in_shape, out_shape, 0, 1, dim, split_dim, op)


def _run_both(target: CpuTarget, command: Collective, axes: tuple[str, ...]) -> None:
    rng = np.random.default_rng(0)
    dtype = command.dtype.numpy
    size = command.dtype.size_bytes
    whole = command.kind in ("all_gather", "all_reduce")
    left = tuple(a for a in MESH.axes if a not in axes) if whole else MESH.axes
    source = Region(0, int(np.prod(command.in_shape, dtype=int)) * size, 64, MESH.axes)
    out = Region(1 << 22, int(np.prod(command.out_shape, dtype=int)) * size, 64, left)
    arrays = {d: (rng.standard_normal(command.in_shape) * 20).astype(dtype) for d in ALL}
    for d in ALL:
        put(target, source, d, np.asarray(arrays[d]))
        target.write(d, out, memoryview(b"\xff" * out.size_bytes))
    target.submit(target.load([command], [source, out], frozenset()), {}, 30.0)
    want = run_collective(command, arrays)
    for d in ALL:
        got = get(target, out, d, dtype, command.out_shape)
        exact = command.op != "sum" or command.kind.startswith("all_g") or command.kind == "all_to_all"
        np.testing.assert_allclose(
            got.astype(np.float64), want[d].astype(np.float64), rtol=0 if exact else 1e-6, atol=0 if exact else 1e-5
        )


@pytest.mark.parametrize("kind,axes,in_shape,out_shape,dim,split_dim", CASES, ids=str)
def test_collective(target: CpuTarget, kind, axes, in_shape, out_shape, dim: int, split_dim: int) -> None:
    _run_both(target, _collective(kind, axes, in_shape, out_shape, dim, split_dim), axes)


@pytest.mark.parametrize("dtype,op", list(itertools.product((F32, BF16, I32), ("sum", "max", "min"))), ids=str)
def test_reductions_of_every_dtype(target: CpuTarget, dtype: DType, op: str) -> None:
    for kind, out in (("all_reduce", (5, 37)), ("reduce_scatter", (2, 37))):
        _run_both(target, _collective(kind, ("tp",), (5, 37), out, 0, 0, dtype, op), ("tp",))


def test_bits_of_any_dtype_are_gathered(target: CpuTarget) -> None:
    for dtype in (BF16, BOOL, I32):
        _run_both(target, _collective("all_gather", ("tp",), (3, 7), (3, 28), 1, 0, dtype), ("tp",))


def test_sums_of_denormal_bfloat16_are_kept(target: CpuTarget) -> None:
    source, out = region(0), region(1, ("dp",))
    for d in ALL:
        put(target, source, d, np.full(37, 1, np.uint16))
    command = Collective("all_reduce", MESH.groups(("tp",)), BF16, (37,), (37,), 0, 1)
    target.submit(target.load([command], [source, out], frozenset()), {}, 10.0)
    assert (get(target, out, 5, np.uint16, 37) == 4).all()


def test_a_gather_of_what_is_kept_once(target: CpuTarget) -> None:
    """The source does not vary along dp: only the representatives hold it."""
    source, out = region(0, ("tp",)), region(1, ())
    for d in range(4):
        put(target, source, d, np.full((2,), d, np.int32))
    command = Collective("all_gather", MESH.groups(("tp",)), I32, (2,), (8,), 0, 1)
    loaded = target.load([command], [source, out], frozenset())
    assert int(loaded.phases[0, 1]) == 4  # one copy per shard, none twice
    target.submit(loaded, {}, 10.0)
    assert get(target, out, 6, np.int32, 8).tolist() == [0, 0, 1, 1, 2, 2, 3, 3]


EXIT = """
import os
import numpy as np
import meshjit as mj

mesh = mj.open_mesh((2,), ("tp",), target="cpu")
grow = mj.compile(lambda x: x + 1, mesh=mesh)
x = np.zeros((4, 100_000), np.float32)
assert (np.asarray(grow(x)) == 1).all()
child = os.fork()
if child == 0:
    os._exit(0 if (np.asarray(grow(x)) == 1).all() else 1)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
print("done")
"""


def test_a_process_ends_cleanly_while_its_workers_wait_and_may_fork() -> None:
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", EXIT], capture_output=True, text=True, timeout=120, check=False
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


def test_objects_are_loaded_once() -> None:
    binary = llvm.build(ADD_WORD)
    assert cpu_native.load(binary, "add_word") is cpu_native.load(binary, "add_word")
