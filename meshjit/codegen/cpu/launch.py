"""One kernel launch: the nodes it computes, and the program they become."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from meshjit.codegen.templates import render
from meshjit.ir.graph import Node
from meshjit.ir.mesh import Mesh
from meshjit.ir.program import BufferAddress, Kernel, Program, Role, Word
from meshjit.toolchain import llvm


@dataclass(frozen=True)
class Launch:
    """``nodes`` computed from ``params`` on every device of ``mesh``; the last node is the result.

    ``slots`` says which buffer of the launch each parameter reads: buffers are distinct, the result's comes last.
    ``machine`` is the CPU to build for, ``tile`` a matmul's (rows, columns, depth) of a block (None: all is one block).
    """

    mesh: Mesh
    params: tuple[Node, ...]
    slots: tuple[int, ...]
    nodes: tuple[Node, ...]
    machine: llvm.Machine
    tile: tuple[int, int, int] | None = None

    @property
    def result(self) -> Node:
        """The node whose value is written."""
        return self.nodes[-1]

    @property
    def out_slot(self) -> int:
        """The buffer that is written."""
        return max(self.slots, default=-1) + 1

    def slot(self, param: Node) -> int:
        """The buffer that ``param`` reads."""
        return self.slots[self.params.index(param)]

    def buffers(self) -> list[Word]:
        """The argument words that every kernel starts with: its buffers."""
        return [BufferAddress(i) for i in range(self.out_slot + 1)]


def build(
    launch: Launch, family: str, template: str, words: Sequence[Word], num_tasks: int, **params: object
) -> Program:
    """Render ``template`` and build it for the launch's machine.

    Raises :class:`~meshjit.errors.CodegenError` (MJ4203, MJ4204) when the template or LLVM refuses.
    """
    symbol = f"mj_{family}"
    source = render(template, symbol=symbol, **params)
    kernel = Kernel(symbol, Role.NATIVE, llvm.build(source, launch.machine, name=symbol), source, template)
    return Program(
        name=family,
        target="cpu",
        kernels=(kernel,),
        arguments=(((0, 0), tuple(words)),),
        num_buffers=launch.out_slot + 1,
        num_tasks=num_tasks,
    )
