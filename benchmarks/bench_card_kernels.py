"""Kernels of the cards: build times, sizes, instruction counts, and run times on the emulator (or the simulator).

Run ``python benchmarks/bench_card_kernels.py [--target emulator|ttsim] [--arch wormhole|blackhole]``; numbers are
printed, nothing is asserted. ``ttsim`` needs MESHJIT_TTSIM. The emulator also counts: instructions a tile are what the
unpack, math and pack threads execute in a launch, start included, by the tiles of the result; KB read are what
all workers read from DRAM in a launch.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np

from meshjit import config
from meshjit.arch import ARCHS, Arch, num_tiles, tile_bytes
from meshjit.codegen.disassemble import tensix_words
from meshjit.codegen.riscv import compile_image
from meshjit.codegen.tensix import copy, eltwise, matmul, rows
from meshjit.codegen.tensix.eltwise import EltwiseSpec, Operand
from meshjit.codegen.tensix.expression import Expression, Step
from meshjit.ir.mesh import Mesh
from meshjit.ir.program import Program, RunProgram
from meshjit.ir.types import BF16, F32, DType
from meshjit.runtime import layouts
from meshjit.runtime.devices.base import Region
from meshjit.runtime.devices.card import CardTarget, open_ttsim
from meshjit.runtime.emulator.mesh import EmulatedMesh

SIDE = 256
REPEATS = 3


def square(dtype: DType) -> Operand:
    return Operand((SIDE, SIDE), dtype)


def programs(arch: Arch) -> dict[str, tuple[Callable[[], Program], list[Operand], DType]]:
    """Name to (builder, operands, dtype of the result); results are of the first operand's shape."""
    bias = Expression(2, (Step("add", (0, 1)), Step("gelu_tanh", (2,))))

    def mm(fidelity: matmul.Fidelity, dtype: DType = BF16, epilogue: Expression | None = None):
        extra = (Operand((SIDE,), dtype),) if epilogue else ()
        spec = matmul.MatmulSpec("matmul", square(dtype), square(dtype), dtype, epilogue, extra, fidelity)
        return (lambda: matmul.build(spec, arch)), [square(dtype), square(dtype), *extra], dtype

    def chain(op: str, n: int, dtype: DType, row: bool = False, then: str = ""):
        steps = () if op == "copy" else (Step(op, tuple(range(n))),)
        if then:
            steps = (*steps, Step(then, (n,)))
        operands = [square(dtype)] * (n - row) + [Operand((SIDE,), dtype)] * row
        spec = EltwiseSpec(op, Expression(n, steps), tuple(operands), (SIDE, SIDE), dtype)
        return (lambda: eltwise.build(spec, arch)), operands, dtype

    soft = rows.SoftmaxSpec("softmax", square(BF16), 1, BF16)
    norm_operands = (square(BF16), Operand((SIDE,), BF16))
    norm = rows.NormSpec("rms_norm", "rms_norm", norm_operands, 1e-5, BF16)
    wide, weight = Operand((SIDE, 4 * SIDE), BF16), Operand((4 * SIDE,), BF16)
    wide_soft = rows.SoftmaxSpec("softmax", wide, 1, BF16)
    wide_norm = rows.NormSpec("layer_norm", "layer_norm", (wide, weight, weight), 1e-5, BF16)
    return {
        "matmul lofi": mm("lofi"),
        "matmul hifi2": mm("hifi2"),
        "matmul hifi4": mm("hifi4"),
        "matmul f32": mm("hifi4", F32),
        "matmul bias gelu": mm("hifi2", epilogue=bias),
        "copy": chain("copy", 1, BF16),
        "add": chain("add", 2, BF16),
        "add row": chain("add", 2, BF16, row=True),
        "mul": chain("mul", 2, BF16),
        "add gelu": chain("add", 2, BF16, then="gelu_tanh"),
        "add f32": chain("add", 2, F32),
        "exp": chain("exp", 1, BF16),
        "gelu": chain("gelu_tanh", 1, BF16),
        "gelu erf": chain("gelu", 1, BF16),
        "gelu f32": chain("gelu_tanh", 1, F32),
        "exp f32": chain("exp", 1, F32),
        "softmax": ((lambda: rows.build_softmax(soft, arch)), [square(BF16)], BF16),
        "rms_norm": ((lambda: rows.build_norm(norm, arch)), list(norm_operands), BF16),
        "softmax wide": ((lambda: rows.build_softmax(wide_soft, arch)), [wide], BF16),
        "layer_norm wide": ((lambda: rows.build_norm(wide_norm, arch)), [wide, weight, weight], BF16),
        "transpose": (
            (lambda: copy.build(copy.transpose("transpose", (SIDE, SIDE), (1, 0), BF16), arch)), [square(BF16)], BF16,
        ),
    }  # fmt: skip


def executed(chips: EmulatedMesh | None) -> tuple[int, ...]:
    """Instructions that the three threads of all workers have executed so far, and bytes that the workers have read."""
    if chips is None:
        return (0, 0, 0, 0)
    workers = chips.counters()
    return (*(sum(w.tensix[t] for w in workers) for t in range(3)), sum(w.noc_read_bytes for w in workers))


def run_ms(card: CardTarget, program: Program, operands: list[Operand], dtype: DType, repeats: int) -> float:
    """Milliseconds of a warm launch, host included."""
    regions: list[Region] = []
    address = card.base_address
    for operand in [*operands, Operand(operands[0].shape, dtype)]:
        page = tile_bytes(operand.dtype.size_bytes)
        size = num_tiles(operand.shape) * page
        regions.append(Region(address, size, page))
        address += -(-card.footprint(size, page) // 4096) * 4096
    rng = np.random.default_rng(0)
    for operand, region in zip(operands, regions, strict=False):
        data = rng.standard_normal(operand.shape).astype(operand.dtype.numpy)
        card.write(0, region, layouts.encode(data, card.layout))
    loaded = card.load([RunProgram(program, tuple(range(len(regions))), (0,))], regions, frozenset())
    times: list[float] = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        card.submit(loaded, {}, 120.0)
        times.append((time.perf_counter() - start) * 1e3)
    return min(times[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", choices=("emulator", "ttsim"), default="emulator")
    parser.add_argument("--arch", choices=sorted(ARCHS), default="wormhole")
    arguments = parser.parse_args()
    arch = ARCHS[arguments.arch]
    mesh = Mesh((1,), ("tp",))
    chips = None
    if arguments.target == "emulator":
        chips = EmulatedMesh(arch.name, 1)
        card = CardTarget(f"emulator:{arch.name}", mesh, arch, chips)
    else:
        folder = config.load().ttsim_dir
        assert folder is not None, "set MESHJIT_TTSIM"
        card = open_ttsim(mesh, str(folder / {"wormhole": "wh", "blackhole": "bh"}[arch.name]))
    print(f"{SIDE}x{SIDE}, wide {SIDE}x{4 * SIDE}, on {arguments.target} {arch.name}")
    titles = f"{'words of T0/T1/T2':>18} {'run':>9} {'executed a tile':>18} {'KB read':>8}"
    print(f"{'program':18} {'build':>8} {'bytes':>6} {titles}")
    kernels: list[float] = []
    for name, (build, operands, dtype) in programs(arch).items():
        program = build()
        start = time.perf_counter()
        build()  # every binary is cached by now: what is left is planning and rendering
        built = (time.perf_counter() - start) * 1e3
        for kernel in program.kernels:
            start = time.perf_counter()
            compile_image(kernel.source, kernel.role, arch)
            kernels.append((time.perf_counter() - start) * 1e3)
            built += kernels[-1]
        words = "/".join(str(len(tensix_words(k))) for k in program.kernels if k.role.value.startswith("trisc"))
        size = sum(len(k.binary) for k in program.kernels)
        before = executed(chips)
        run = run_ms(card, program, operands, dtype, REPEATS)
        tiles = num_tiles(operands[0].shape) * (REPEATS + 1)
        *done, read = (n - m for n, m in zip(executed(chips), before, strict=True))
        counts = "/".join(f"{n / tiles:.0f}" for n in done)
        kb = f"{read / (REPEATS + 1) / 1024:8.0f}"
        print(f"{name:18} {built:6.1f}ms {size:6} {words:>18} {run:7.1f}ms {counts:>18} {kb}", flush=True)
    print(
        f"one kernel: median {statistics.median(kernels):.1f} ms, most {max(kernels):.1f} ms ({len(kernels)} kernels)"
    )
    card.close()


if __name__ == "__main__":
    main()
