"""The NoC overlay's stream registers, which circular buffers use as counters.

Facts: ISA documentation, NoC/Overlay/AsGeneralUse. Each tile has 64 streams of 4 KiB of register space. Two registers
of a stream serve as counters of 17 bits that both RISC-V and Tensix (STOREREG) write: the remote destination buffer's
start and size.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from meshjit.runtime.emulator.compiled import compiled

#: A number in compiled code, where Python and NumPy integers are one.
Int = int | np.signedinteger

OVERLAY_BASE = 0xFFB40000
STREAMS = 64
STREAM_WORDS = 0x1000 // 4
OVERLAY_WORDS = STREAMS * STREAM_WORDS
#: Bits that a counter register keeps.
COUNTER_MASK = 0x1FFFF
#: Word offsets, inside a stream, of the registers that exist here: start and size on Wormhole, then on Blackhole.
COUNTERS = np.array([[3, 4], [8, 10]], np.int64)


@compiled
def overlay_known(blackhole: Int, index: Int) -> bool:
    """Whether the register at word ``index`` from ``OVERLAY_BASE`` is one that the emulator models."""
    if index < 0 or index >= OVERLAY_WORDS:
        return False
    word = index % STREAM_WORDS
    return word == COUNTERS[blackhole, 0] or word == COUNTERS[blackhole, 1]


@compiled
def overlay_write(overlay: NDArray[np.uint32], index: Int, value: Int) -> None:
    """Write a counter register; bits beyond its width are lost, as in the hardware."""
    overlay[index] = value & COUNTER_MASK
