"""Speed of the emulator: RISC-V instructions per second, NoC bytes per second, start of the process.

Run as ``python benchmarks/bench_emulator.py``. Printed, not asserted.
"""

from __future__ import annotations

import struct
import time

import numpy as np

from meshjit.arch import L1, WORMHOLE
from meshjit.runtime.emulator.mesh import EmulatedMesh

CORE = WORMHOLE.workers[0]
COUNT_LOOP = [
    0x004C52B7,  # lui x5, 0x4c5        five million and some rounds
    0x0062C333,  # xor x6, x5, x6
    0x00631393,  # slli x7, x6, 6
    0x007303B3,  # add x7, x6, x7
    0xFFF28293,  # addi x5, x5, -1
    0xFE0298E3,  # bnez x5, -16
]
MEMORY_LOOP = [
    0x00100437,  # lui x8, 0x100
    0x001E82B7,  # lui x5, 0x1e8
    0x00542023,  # sw x5, 0(x8)
    0x00042303,  # lw x6, 0(x8)
    0x006282B3,  # add x5, x5, x6
    0x4012D293,  # srai x5, x5, 1
    0xFFF28293,  # addi x5, x5, -1
    0xFE0296E3,  # bnez x5, -20
]
UPPER = (L1.flags + 0x800) & 0xFFFFF000
#: Store 1 to the flag, stay there.
FINISH = [UPPER | 0xB7, ((L1.flags - UPPER) & 0xFFF) << 20 | 0x08093, 0x00100113, 0x0020A023, 0x0000006F]


def run(mesh: EmulatedMesh, code: list[int]) -> float:
    words = code + FINISH
    mesh.write(0, CORE, WORMHOLE.soft_reset, struct.pack("<I", WORMHOLE.reset_all))
    mesh.write(0, CORE, 0, struct.pack(f"<{len(words)}I", *words))
    mesh.write(0, CORE, L1.flags, bytes(4))
    mesh.write(0, CORE, WORMHOLE.soft_reset, struct.pack("<I", WORMHOLE.run_brisc))
    start = time.perf_counter()
    mesh.run([(0, CORE, L1.flags, 1)], 600.0)
    return time.perf_counter() - start


def instructions(mesh: EmulatedMesh) -> int:
    return sum(sum(c.riscv.values()) for c in mesh.counters())


def main() -> None:
    start = time.perf_counter()
    mesh = EmulatedMesh("wormhole", 1)
    run(mesh, [0x00000013])
    print(
        f"first run, compiled code {'made or ' if time.perf_counter() - start > 5 else ''}loaded: "
        f"{time.perf_counter() - start:.2f} s"
    )
    for name, code in (("arithmetic loop", COUNT_LOOP), ("load and store loop", MEMORY_LOOP)):
        before = instructions(mesh)
        seconds = run(mesh, code)
        count = instructions(mesh) - before
        print(f"{name}: {count / seconds / 1e6:.1f} M instructions/s ({count} in {seconds:.2f} s)")
    data = np.zeros(1 << 26, np.uint8).tobytes()
    start = time.perf_counter()
    mesh.write(0, WORMHOLE.dram_banks[0], WORMHOLE.dram_base, data)
    mesh.read(0, WORMHOLE.dram_banks[0], WORMHOLE.dram_base, len(data))
    print(f"host to DRAM and back: {2 * len(data) / (time.perf_counter() - start) / 1e9:.2f} GB/s")
    mesh.close()


if __name__ == "__main__":
    main()
