"""Speed of the emulator: start of the process, RISC-V instructions and tile matmuls per second of one core, NoC bytes.

Run as ``python benchmarks/bench_emulator.py``. With MESHJIT_TTSIM the official simulator runs the same in the same
process. Printed, not asserted.
"""

from __future__ import annotations

import struct
import time
from dataclasses import replace

import numpy as np

from meshjit import config
from meshjit.arch import L1, WORMHOLE, num_tiles, tile_bytes
from meshjit.codegen.tensix import matmul
from meshjit.codegen.tensix.eltwise import Operand
from meshjit.ir.mesh import Mesh
from meshjit.ir.program import RunProgram
from meshjit.ir.types import BF16
from meshjit.runtime import layouts
from meshjit.runtime.devices.base import Region
from meshjit.runtime.devices.card import CardTarget, open_ttsim
from meshjit.runtime.devices.launch import Transport
from meshjit.runtime.devices.ttsim_process import TtsimMesh
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


#: A matmul of one core: rows, inner and columns.
SHAPE = (128, 1024, 128)
REPEATS = 3


def run(mesh: Transport, code: list[int]) -> float:
    """Seconds that one core takes for some words."""
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


def tile_matmuls(card: CardTarget, fidelity: matmul.Fidelity) -> float:
    """Tile matmuls per second of one core, warm launches, everything of a launch included."""
    rows, inner, columns = SHAPE
    alone = replace(WORMHOLE, grid=(1, 1), workers=WORMHOLE.workers[:1])
    operands = [Operand((rows, inner), BF16), Operand((inner, columns), BF16), Operand((rows, columns), BF16)]
    program = matmul.build(matmul.MatmulSpec("matmul", operands[0], operands[1], BF16, None, (), fidelity), alone)
    regions: list[Region] = []
    address, page = card.base_address, tile_bytes(BF16.size_bytes)
    rng = np.random.default_rng(0)
    for operand in operands:
        size = num_tiles(operand.shape) * page
        regions.append(Region(address, size, page))
        address += -(-card.footprint(size, page) // 4096) * 4096
        data = rng.standard_normal(operand.shape).astype(BF16.numpy)
        card.write(0, regions[-1], memoryview(layouts.encode(data, card.layout)))
    loaded = card.load([RunProgram(program, (0, 1, 2), (0,))], regions, frozenset())
    times: list[float] = []
    for _ in range(REPEATS + 1):
        start = time.perf_counter()
        card.submit(loaded, {}, 120.0)
        times.append(time.perf_counter() - start)
    return rows * inner * columns / 32**3 / min(times[1:])


def compare() -> None:
    """Tile matmuls and RISC-V instructions per second on the emulator, and beside it the official simulator."""
    folder = config.load().ttsim_dir
    one = Mesh((1,), ("tp",))
    for fidelity in ("lofi", "hifi2", "hifi4"):
        card = CardTarget("emulator:wormhole", one, WORMHOLE, EmulatedMesh(WORMHOLE, 1))
        rates = [tile_matmuls(card, fidelity)]
        card.close()
        if folder is not None:
            card = open_ttsim(one, str(folder / "wh"))
            rates.append(tile_matmuls(card, fidelity))
            card.close()
        print(f"bf16 tile matmuls/s, {fidelity}: " + " | official simulator ".join(f"{r:.0f}" for r in rates))
    if folder is not None:
        chip = TtsimMesh(str(folder / "wh"), 1)
        seconds = run(chip, COUNT_LOOP)
        print(f"official simulator, arithmetic loop: {25e6 / seconds / 1e6:.1f} M instructions/s")
        chip.close()


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
    compare()


if __name__ == "__main__":
    main()
