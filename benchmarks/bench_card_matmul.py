"""Matmuls on an emulated card: what sharing tiles among cores saves, and how busy the matrix unit's thread is.

Run ``python benchmarks/bench_card_matmul.py [--arch wormhole|blackhole] [M K N ...]``. For each shape, the plan that
:func:`meshjit.codegen.tensix.matmul.plan` chooses is compared with the same blocks without sharing and keeping.
Printed: DRAM bytes read, bytes that all cores receive by multicast; executed instructions per tile product: RISC-V,
unpacker, math thread; the share of MVMULs among the math thread's instructions; milliseconds of the emulator.

Then x.T @ w: a kernel that transposes x and a matmul of the result, against the matmul that reads x transposed.
Printed: DRAM bytes, read and written, and cycles of the busiest unit of the busiest core, summed over the kernels; the
row of the table above for the matmul that reads x transposed.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence

import numpy as np

from meshjit.arch import ARCHS, Arch
from meshjit.codegen.tensix import matmul
from meshjit.codegen.tensix.eltwise import Operand
from meshjit.codegen.tensix.isa import by_opcode
from meshjit.codegen.tensix.lower import lower
from meshjit.codegen.tensix.matmul_blocks import Plan
from meshjit.ir.graph import Builder
from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import LOCAL
from meshjit.ir.ops.shape import TRANSPOSE
from meshjit.ir.program import Layout, Program, RunProgram
from meshjit.ir.types import BF16, TensorType
from meshjit.runtime import layouts
from meshjit.runtime.devices.base import Region
from meshjit.runtime.devices.card import CardTarget
from meshjit.runtime.emulator import EmulatedMesh, WorkerCounters, unit_cycles

SHAPES = ((256, 256, 256), (512, 512, 512), (128, 4544, 4672), (32, 4544, 4672))
#: K and M, K and N of x.T @ w.
TRANSPOSED = ((512, 512, 512), (2048, 512, 512))
ONE = Mesh((1,), ("tp",))
Shape = tuple[int, ...]


def launch(arch: Arch, program: Program, shapes: Sequence[Shape]) -> tuple[list[WorkerCounters], float]:
    """One launch on a new emulated card: what the workers counted, and milliseconds of the emulator. The last of
    ``shapes`` is the output's."""
    chips = EmulatedMesh(arch.name, 1)
    card = CardTarget(f"emulator:{arch.name}", ONE, arch, chips)
    rng = np.random.default_rng(0)
    regions: list[Region] = []
    address = card.base_address
    for shape in shapes:
        size = layouts.storage_bytes(BF16, card.layout, shape)
        regions.append(Region(address, size, 2048))
        address += -(-card.footprint(size, 2048) // 4096) * 4096
        if len(regions) < len(shapes):
            values = rng.standard_normal(shape, np.float32).astype(BF16.numpy)
            card.write(0, regions[-1], layouts.encode(values, card.layout))
    loaded = card.load([RunProgram(program, tuple(range(len(shapes))), (0,))], regions, frozenset())
    start = time.perf_counter()
    card.submit(loaded, {}, 600.0)
    elapsed_ms = (time.perf_counter() - start) * 1e3
    workers = chips.counters()
    card.close()
    return workers, elapsed_ms


def measure(arch: Arch, spec: matmul.MatmulSpec, cut: Plan) -> str:
    """One launch of a matmul as a row of the table."""
    a = spec.a.shape[::-1] if spec.a_transposed else spec.a.shape
    workers, elapsed_ms = launch(arch, matmul.build(spec, arch, cut), (a, spec.b.shape, spec.shape))
    problem = spec.problem
    products = problem.m * problem.k * problem.n
    names = {op: i.name for op, i in by_opcode(arch.name).items()}
    unpack, math = (sum(sum(w.opcodes[t].values()) for w in workers) for t in (0, 1))
    multiplies = sum(n for w in workers for op, n in w.opcodes[1].items() if names.get(op) == "MVMUL")
    riscv = sum(sum(w.riscv.values()) for w in workers)
    written = sum(w.noc_written_bytes for w in workers) - 2048 * problem.m * problem.n
    plan = f"{cut.rows}x{cut.columns}x{cut.k_block} share={cut.share or '-'} keep={cut.keep or '-'} halves={cut.halves}"
    return (
        f"  {plan:36} {len(workers):5} {sum(w.noc_read_bytes for w in workers) / 1e6:9.2f} {written / 1e6:9.2f} "
        f"{riscv / products:8.1f} {unpack / products:7.1f} {math / products:6.1f} {multiplies / math:7.1%} "
        f"{elapsed_ms:8.0f}"
    )


def transposed(arch: Arch, k: int, m: int, n: int, fidelity: matmul.Fidelity) -> str:
    """x.T @ w of a k x m and a k x n matrix, both ways, as lines of text."""

    def product(*, in_place: bool) -> matmul.MatmulSpec:
        return matmul.MatmulSpec(
            "matmul", Operand((m, k), BF16), Operand((k, n), BF16), BF16, fidelity=fidelity, a_transposed=in_place
        )

    builder = Builder(ONE, LOCAL)
    x = builder.param("x", TensorType(BF16, (k, m), ((), ())))
    turn = lower(builder.add(TRANSPOSE, [x], {"perm": (1, 0)}), ONE, arch)
    ways = {
        "transpose, then matmul": (
            (turn, ((k, m), (m, k))),
            (matmul.build(product(in_place=False), arch), ((m, k), (k, n), (m, n))),
        ),
        "transposed in place": ((matmul.build(product(in_place=True), arch), ((k, m), (k, n), (m, n))),),
    }
    lines: list[str] = []
    for name, programs in ways.items():
        cycles: list[int] = []
        moved = 0
        for program, shapes in programs:
            workers, _ = launch(arch, program, shapes)
            cycles.append(max(max(unit_cycles(w, blackhole=arch.is_blackhole).values()) for w in workers))
            moved += sum(w.noc_read_bytes for w in workers) + layouts.storage_bytes(BF16, Layout.TILE, shapes[-1])
        parts = " + ".join(f"{c:,}" for c in cycles)
        lines.append(f"  {name:36} {moved / 1e6:9.2f} MB {sum(cycles):12,} cycles  ({parts})")
    spec = product(in_place=True)
    return "\n".join([*lines, measure(arch, spec, matmul.plan(spec, arch))])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arch", choices=sorted(ARCHS), default="wormhole")
    parser.add_argument("--fidelity", choices=sorted(matmul.PHASES), default="hifi2")
    parser.add_argument("sizes", type=int, nargs="*", help="M K N of more shapes than the usual ones")
    arguments = parser.parse_args()
    arch = ARCHS[arguments.arch]
    sizes = arguments.sizes
    shapes = [(sizes[i], sizes[i + 1], sizes[i + 2]) for i in range(0, len(sizes) - 2, 3)] or SHAPES
    print(f"{arguments.fidelity} bf16 on emulated {arch.name}; DRAM and multicast in MB, instructions per tile product")
    print(
        f"  {'plan':36} {'cores':>5} {'DRAM':>9} {'multicast':>9} {'RISC-V':>8} {'unpack':>7} "
        f"{'math':>6} {'MVMUL':>7} {'ms':>8}"
    )
    for m, k, n in shapes:
        spec = matmul.MatmulSpec(
            "matmul", Operand((m, k), BF16), Operand((k, n), BF16), BF16, fidelity=arguments.fidelity
        )
        cut = matmul.plan(spec, arch)
        print(f"{m} x {k} x {n}")
        print(measure(arch, spec, cut), flush=True)
        print(measure(arch, spec, Plan(cut.rows, cut.columns, 1, halves=1, depth=4)), flush=True)
    if sizes:
        return
    print(f"x.T @ w, {arguments.fidelity} bf16 on emulated {arch.name}; DRAM bytes, and cycles of the busiest unit")
    for k, m, n in TRANSPOSED:
        print(f"{k} x {m} transposed times {k} x {n}")
        print(transposed(arch, k, m, n, arguments.fidelity), flush=True)


if __name__ == "__main__":
    main()
