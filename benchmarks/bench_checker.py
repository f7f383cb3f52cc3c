"""What the static checker costs: rules about each kernel, and the proof of each program, beside building the kernels.

Run as ``python benchmarks/bench_checker.py``. Times are of the processor, in milliseconds. Printed, not asserted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from meshjit.arch import ARCHS, Arch
from meshjit.codegen import riscv
from meshjit.codegen.tensix import check, copy, eltwise, matmul, rows
from meshjit.codegen.tensix.check.translate import compiled
from meshjit.codegen.tensix.eltwise import EltwiseSpec, Operand
from meshjit.codegen.tensix.expression import Expression, Step
from meshjit.ir.program import Program
from meshjit.ir.types import BF16

#: Rows, K and columns of matmuls.
SIZES = (
    (64, 64, 64), (256, 256, 256), (1024, 1024, 1024), (2048, 2048, 2048), (128, 4544, 4544), (512, 4096, 4096),
    (4096, 4096, 4096),
)  # fmt: skip
CHAIN = Expression(2, (Step("add", (0, 1)), Step("gelu_tanh", (2,))))


def programs(arch: Arch) -> Iterator[tuple[str, Program]]:
    """A chain, a softmax, matmuls of several sizes, the larger ones shared by cores, and copies."""
    one = Operand((1024, 1024), BF16)
    yield "chain 1024x1024", eltwise.build(EltwiseSpec("chain", CHAIN, (one, one), one.shape, BF16), arch)
    yield "softmax 1024x1024", rows.build_softmax(rows.SoftmaxSpec("softmax", one, 1, BF16), arch)
    for m, k, n in SIZES:
        spec = matmul.MatmulSpec("matmul", Operand((m, k), BF16), Operand((k, n), BF16), BF16)
        yield f"matmul {m}x{k}x{n}", matmul.build(spec, arch)
    copies = (
        copy.transpose("transpose 4096x1024", (4096, 1024), (1, 0), BF16),
        copy.reshape("reshape 1000x1000", (1000, 1000), (500, 2000), BF16),
        copy.concat("concat 1024x1024", [(1024, 1024), (1024, 1024)], 1, BF16),
        copy.pad("pad 1000x1000", (1000, 1000), (0, 3), (24, 21), 0.0, BF16),
    )
    for spec in copies:
        yield spec.name, copy.build(spec, arch)


def milliseconds(work: Callable[[], object]) -> float:
    """The processor's time for a call, the better of two."""
    best = float("inf")
    for _ in range(2):
        start = time.process_time()
        work()
        best = min(best, (time.process_time() - start) * 1e3)
    return best


def main() -> None:
    """Print a row for each chip and program."""
    print(f"{'chip':10} {'program':21} {'build':>7} {'rules':>7} {'proof':>7}")
    for arch in ARCHS.values():
        for name, program in programs(arch):
            kernels = program.kernels

            def build(kernels=kernels, arch=arch):
                return [riscv.compile_image(k.source, k.role, arch, name=k.name) for k in kernels]

            def rules(kernels=kernels, arch=arch):
                return [check.check(k.binary, arch, k.name, k.role, k.source) for k in kernels]

            def proof(program=program, arch=arch):
                compiled.cache_clear()
                return check.program.prove(program, arch)

            times = [milliseconds(work) for work in (build, rules, proof)]
            print(f"{arch.name:10} {name:21} " + " ".join(f"{t:7.1f}" for t in times))


if __name__ == "__main__":
    main()
