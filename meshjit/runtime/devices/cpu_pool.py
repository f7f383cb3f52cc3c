"""The host threads of the CPU mesh: Python daemon threads that sit inside one native worker loop each."""

from __future__ import annotations

import atexit
import ctypes
import os
import platform
import sys
import threading
import time

from meshjit import config
from meshjit.errors import DeviceTimeoutError
from meshjit.runtime.devices import cpu_native
from meshjit.toolchain import llvm
from meshjit.toolchain.templates import render

_CONTROL_BYTES = 512
_REPLAY = ctypes.CFUNCTYPE(
    ctypes.c_int64,
    *(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64),
    *(ctypes.c_void_p, ctypes.c_int64),
)
_ON_CONTROL = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


def _driver() -> cpu_native.Library:
    arm = platform.machine().lower() in ("arm64", "aarch64")
    x86 = platform.machine().lower() in ("x86_64", "amd64")
    linux = sys.platform == "linux"
    text = render(
        "cpu/replay.ll.j2",
        futex=(202 if x86 else 98 if arm else 0) if linux else 0,
        clock=1 if linux else 6,
        pause="x86" if x86 else "arm" if arm else "none",
        spins=1500,
    )
    return cpu_native.load(llvm.build(text, name="replay"), "mj_worker", "mj_wake", "mj_replay")


class WorkerPool:
    """``threads`` host threads: the caller's own and ``threads - 1`` workers. One replay runs at a time."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self.process = os.getpid()
        self._memory = ctypes.create_string_buffer(_CONTROL_BYTES + 128)
        address = ctypes.addressof(self._memory)
        self._control = address + (-address) % 128
        self._library = _driver()
        self._replay = _REPLAY(self._library["mj_replay"])
        self._wake = _ON_CONTROL(self._library["mj_wake"])
        self._lock = threading.Lock()
        worker = _ON_CONTROL(self._library["mj_worker"])
        self._workers = [
            threading.Thread(target=worker, args=(self._control,), name=f"meshjit-{i}", daemon=True)
            for i in range(1, threads)
        ]
        for thread in self._workers:
            thread.start()

    def run(self, phases: int, num_phases: int, patches: int, num_patches: int, bindings: int, timeout_s: float) -> int:
        """Replay a stream (addresses of its records): -1, or the index of the phase that met the deadline.

        Raises :class:`~meshjit.errors.DeviceTimeoutError` (MJ5202) when another replay holds the threads too long.
        """
        deadline = time.monotonic_ns() + int(timeout_s * 1e9)
        if not self._lock.acquire(timeout=timeout_s):
            raise DeviceTimeoutError(
                "MJ5202",
                f"the CPU mesh's threads were busy with another replay for {timeout_s:g} s",
                fix="raise MESHJIT_TIMEOUT, or call from fewer threads at once",
            )
        try:
            return self._replay(self._control, phases, num_phases, patches, num_patches, bindings, deadline)
        finally:
            self._lock.release()

    def stop(self) -> None:
        """End the workers. The pool cannot be used afterwards."""
        ctypes.c_int64.from_address(self._control + 264).value = 1
        self._wake(self._control)
        for thread in self._workers:
            thread.join(timeout=1.0)


_pool: WorkerPool | None = None
_pool_lock = threading.Lock()


def shared_pool() -> WorkerPool:
    """The process's pool, with ``config.threads`` threads; a forked child starts its own."""
    global _pool
    threads = config.load().threads
    with _pool_lock:
        if _pool is None or _pool.process != os.getpid() or _pool.threads != threads:
            if _pool is not None and _pool.process == os.getpid():
                _pool.stop()
            _pool = WorkerPool(threads)
        return _pool


@atexit.register
def _stop() -> None:
    # Workers must have left native code before the interpreter frees it.
    if _pool is not None and _pool.process == os.getpid():
        _pool.stop()
