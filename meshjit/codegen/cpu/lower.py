"""From a node of the fused stage to the program that computes it on each device of a CPU mesh."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from meshjit.codegen.cpu import elementwise, matmul, normalize
from meshjit.codegen.cpu.launch import Launch
from meshjit.errors import CodegenError
from meshjit.ir.graph import Node
from meshjit.ir.mesh import Mesh
from meshjit.ir.program import Program
from meshjit.toolchain.llvm import Machine, host

#: Kernel family (as the OpDef names it) to the function that lowers it.
_FAMILIES: Mapping[str, Callable[[Launch], Program]] = {
    "elementwise": elementwise.chain,
    "create": elementwise.chain,
    "copy": elementwise.copy,
    "matmul": matmul.matmul,
    "normalize": normalize.normalize,
    "reduce": elementwise.reduction,
}


def lower(node: Node, mesh: Mesh, machine: Machine | None = None) -> Program:
    """The program of a node: one op, or a fusion. The launch binds the distinct operands in order, then the result.

    ``machine`` is the CPU to build for, this one by default.

    Raises :class:`~meshjit.errors.CodegenError`: MJ4206 for an op or fusion that has no CPU kernel, MJ4203 or MJ4204
    when a kernel cannot be built.
    """
    machine = machine or host()
    buffers = tuple(dict.fromkeys(node.operands))
    if node.body is None:
        launch = Launch(mesh, buffers, tuple(range(len(buffers))), (node,), machine)
        family = node.op.kernel
    else:
        slots = tuple(buffers.index(o) for o in node.operands)
        tile = cast("tuple[int, int, int] | None", node.attrs.get("tile"))  # the verifier has seen to it
        launch = Launch(mesh, node.body.params, slots, node.body.nodes, machine, tile)
        families = {n.op.kernel for n in node.body.nodes} - {"elementwise", "create"}
        families -= {"copy"} if "matmul" in families else set()  # the transposition of an operand
        family = families.pop() if len(families) == 1 else "elementwise" if not families else "+".join(sorted(families))
    lowering = _FAMILIES.get(family)
    if lowering is None:
        raise CodegenError(
            "MJ4206",
            f"{node.op.name} ({family or 'no kernel'}) has no kernel on the CPU mesh",
            where=node.location.snippet() if node.location else "",
            operands=[str(o.type) for o in node.operands],
            fix="compute it outside the compiled function, or with the ops that `meshjit.numpy` lists",
        )
    return lowering(launch)
