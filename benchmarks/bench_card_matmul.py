"""Matmuls on an emulated card: what sharing tiles among cores saves, and how busy the matrix unit's thread is.

Run ``python benchmarks/bench_card_matmul.py [--arch wormhole|blackhole] [M K N ...]``. For each shape, the plan that
:func:`meshjit.codegen.tensix.matmul.plan` chooses is compared with the same blocks without sharing and keeping.
Printed: DRAM bytes read, bytes that all cores receive by multicast; executed instructions per tile product: RISC-V,
unpacker, math thread; the share of MVMULs among the math thread's instructions; milliseconds of the emulator.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from meshjit.arch import ARCHS, Arch
from meshjit.codegen.tensix import matmul
from meshjit.codegen.tensix.eltwise import Operand
from meshjit.codegen.tensix.isa import by_opcode
from meshjit.codegen.tensix.matmul_blocks import Plan, Problem
from meshjit.ir.mesh import Mesh
from meshjit.ir.program import RunProgram
from meshjit.ir.types import BF16
from meshjit.runtime import layouts
from meshjit.runtime.devices.base import Region
from meshjit.runtime.devices.card import CardTarget
from meshjit.runtime.emulator import EmulatedMesh

SHAPES = ((256, 256, 256), (512, 512, 512), (128, 4544, 4672), (32, 4544, 4672))


def measure(arch: Arch, spec: matmul.MatmulSpec, cut: Plan) -> str:
    """One launch on a new emulated card, as a row of the table."""
    chips = EmulatedMesh(arch.name, 1)
    card = CardTarget(f"emulator:{arch.name}", Mesh((1,), ("tp",)), arch, chips)
    rng = np.random.default_rng(0)
    regions: list[Region] = []
    address = card.base_address
    for shape in (spec.a.shape, spec.b.shape, spec.shape):
        size = layouts.storage_bytes(BF16, card.layout, shape)
        regions.append(Region(address, size, 2048))
        address += -(-card.footprint(size, 2048) // 4096) * 4096
        if len(regions) < 3:
            values = rng.standard_normal(shape, np.float32).astype(BF16.numpy)
            card.write(0, regions[-1], layouts.encode(values, card.layout))
    program = matmul.build(spec, arch, cut)
    loaded = card.load([RunProgram(program, (0, 1, 2), (0,))], regions, frozenset())
    start = time.perf_counter()
    card.submit(loaded, {}, 600.0)
    elapsed_ms = (time.perf_counter() - start) * 1e3
    workers = chips.counters()
    problem = Problem.of(spec.a.shape, spec.b.shape, spec.shape)
    products = problem.m * problem.k * problem.n
    names = {op: i.name for op, i in by_opcode(arch.name).items()}
    unpack, math = (sum(sum(w.opcodes[t].values()) for w in workers) for t in (0, 1))
    multiplies = sum(n for w in workers for op, n in w.opcodes[1].items() if names.get(op) == "MVMUL")
    riscv = sum(sum(w.riscv.values()) for w in workers)
    written = sum(w.noc_written_bytes for w in workers) - regions[2].size_bytes
    card.close()
    plan = f"{cut.rows}x{cut.columns}x{cut.k_block} share={cut.share or '-'} keep={cut.keep or '-'} halves={cut.halves}"
    return (
        f"  {plan:36} {len(workers):5} {sum(w.noc_read_bytes for w in workers) / 1e6:9.2f} {written / 1e6:9.2f} "
        f"{riscv / products:8.1f} {unpack / products:7.1f} {math / products:6.1f} {multiplies / math:7.1%} "
        f"{elapsed_ms:8.0f}"
    )


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


if __name__ == "__main__":
    main()
