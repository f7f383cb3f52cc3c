"""One kernel launch: the nodes it computes, and the program they become."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from meshjit.codegen.templates import render
from meshjit.ir.graph import Node
from meshjit.ir.mesh import Mesh
from meshjit.ir.program import Kernel, Program, Role, Word
from meshjit.toolchain import llvm


@dataclass(frozen=True)
class Launch:
    """``nodes`` computed from ``params`` (the buffers read, in order) on every device of ``mesh``.

    The last node is the result. ``machine`` is the CPU to build for.
    """

    mesh: Mesh
    params: tuple[Node, ...]
    nodes: tuple[Node, ...]
    machine: llvm.Machine

    @property
    def result(self) -> Node:
        """The node whose value is written."""
        return self.nodes[-1]


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
        num_buffers=len(launch.params) + 1,
        num_tasks=num_tasks,
    )
