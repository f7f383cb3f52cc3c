"""The coprocessors of all workers of a chip as one set of arrays, so that compiled code can choose one by index."""

from __future__ import annotations

import numpy as np
from numba import njit

from meshjit.runtime.emulator.overlay import Int
from meshjit.runtime.emulator.tensix_state import Tensix, new_tensix, reset_tensix


def new_stack(blackhole: bool, workers: int) -> Tensix:
    """Coprocessors of ``workers`` workers: every array gets a leading dimension. Each is as after reset."""
    one = new_tensix(blackhole)
    stack = Tensix._make(np.zeros((workers, *a.shape), a.dtype) for a in one)
    stack.chip[...] = one.chip
    return stack


def reset_worker(stack: Tensix, worker: int) -> None:
    """Bring one worker's coprocessor to its state after reset."""
    reset_tensix(tensix_of.py_func(stack, worker))


@njit(cache=True, nogil=True)
def tensix_of(s: Tensix, w: Int) -> Tensix:
    """Worker ``w``'s coprocessor."""
    return Tensix(
        s.chip[w],
        s.fifo[w],
        s.fifo_head[w],
        s.fifo_tail[w],
        s.config[w],
        s.thread_config[w],
        s.gpr[w],
        s.mop_config[w],
        s.mop[w],
        s.replay[w],
        s.expander[w],
        s.semaphore_value[w],
        s.semaphore_max[w],
        s.adc[w],
        s.rwc[w],
        s.source[w],
        s.banks[w],
        s.dst[w],
        s.dst_valid[w],
        s.lreg[w],
        s.lanes[w],
        s.packer[w],
        s.work[w],
        s.blocked[w],
        s.error[w],
        s.counts[w],
        s.moved[w],
    )
