"""The one emitter of elementwise expressions: nodes to macro calls, for chains, epilogues and prologues alike."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from meshjit.codegen.cpu.macros import CASTS, STEMS, closure, kind_of
from meshjit.codegen.cpu.nest import Call, Index, Kind, Operand
from meshjit.codegen.templates import float_literal
from meshjit.errors import CodegenError
from meshjit.ir.graph import Node
from meshjit.ir.mesh import Mesh
from meshjit.ir.program import PerDevice, Word
from meshjit.ir.types import DType


@dataclass
class Arguments:
    """The argument words of a kernel, each distinct word once. Buffers come first."""

    words: list[Word]

    def slot(self, word: Word) -> int:
        """The index of ``word``, appended if it is new."""
        if word not in self.words:
            self.words.append(word)
        return self.words.index(word)


@dataclass
class Chain:
    """Calls that compute nodes one after the other, on an index space of shape ``shape`` (local dims)."""

    mesh: Mesh
    shape: tuple[int, ...]
    arguments: Arguments
    values: dict[Node, Operand] = field(default_factory=dict[Node, Operand])
    calls: list[Call] = field(default_factory=list[Call])
    indices: list[Index] = field(default_factory=list[Index])

    def call(self, macro: str, kind: Kind, *args: Operand) -> Operand:
        """Append a macro call and return its result."""
        value = Operand(kind, f"%c{len(self.calls)}")
        self.calls.append(Call(value.text, macro, value.kind, args))
        return value

    def index(self, node: Node, dim: int, starts: tuple[int, ...]) -> Operand:
        """The index along ``dim`` of ``node`` (its dims align with the index space's last), from ``starts[device]``."""
        word = self.arguments.slot(PerDevice(starts)) if any(starts) else -1
        at = len(self.shape) - node.type.rank + dim
        local = node.type.local_shape(self.mesh)[dim]
        item = Index(at if local == self.shape[at] and local > 1 else -1, word)
        if item.dim < 0 and word < 0:
            return literal(0, "i")
        if item not in self.indices:
            self.indices.append(item)
        return Operand("i", f"%ix{self.indices.index(item)}")

    def emit(self, nodes: Sequence[Node]) -> None:
        """Append the calls of ``nodes``, whose operands have values.

        Raises :class:`~meshjit.errors.CodegenError` (MJ4205) for an op that has no macro.
        """
        for node in nodes:
            args = [self.values[o] for o in node.operands]
            special = _SPECIAL.get(node.op.name)
            if special is not None:
                self.values[node] = special(self, node, args)
                continue
            stem = STEMS.get(node.op.name)
            if stem is None:
                raise CodegenError(
                    "MJ4205",
                    f"{node.op.name} has no elementwise kernel on the CPU mesh",
                    where=node.location.snippet() if node.location else "",
                    fix="open the mesh with another target, or write the op with those that `meshjit.numpy` lists",
                )
            if node.attrs.get("approximate") == "tanh":
                stem += "_tanh"
            self.values[node] = self.call(f"{stem}_{args[0].kind}", kind_of(node.type.dtype), *args)

    @property
    def macros(self) -> tuple[str, ...]:
        """The macros that the calls need."""
        return closure(c.macro for c in self.calls)


def literal(value: object, kind: Kind) -> Operand:
    """A constant vector."""
    number = np.asarray(value)
    if kind == "f":
        return Operand("f", f"splat (float {float_literal(float(number))})")
    if kind == "d":
        bits = struct.unpack("<Q", struct.pack("<d", float(number)))[0]
        return Operand("d", f"splat (double 0x{bits:016X})")
    if kind == "i":
        return Operand("i", f"splat (i32 {int(number)})")
    return Operand("b", f"splat (i1 {'true' if number else 'false'})")


def _cast(chain: Chain, node: Node, args: Sequence[Operand]) -> Operand:
    to = kind_of(node.type.dtype)
    return args[0] if args[0].kind == to else chain.call(CASTS[args[0].kind, to], to, args[0])


def _where(chain: Chain, node: Node, args: Sequence[Operand]) -> Operand:
    return chain.call(f"where_{args[1].kind}", args[1].kind, *args)


def _full(chain: Chain, node: Node, args: Sequence[Operand]) -> Operand:
    return literal(node.attrs["value"], kind_of(node.type.dtype))


def _iota(chain: Chain, node: Node, args: Sequence[Operand]) -> Operand:
    dim = node.attrs["dim"]
    assert isinstance(dim, int)
    index = chain.index(node, dim, tuple(node.type.origin(chain.mesh, d)[dim] for d in range(chain.mesh.size)))
    to = kind_of(node.type.dtype)
    start, step = node.attrs["start"], node.attrs["step"]
    if to == "i" and isinstance(start, int) and isinstance(step, int):
        return chain.call("affine_i", "i", index, literal(start, "i"), literal(step, "i"))
    value = chain.call("affine_f", "f", index, literal(start, "d"), literal(step, "d"))
    return value if to == "f" else chain.call(CASTS["f", to], to, value)


def _mask(chain: Chain, node: Node, args: Sequence[Operand]) -> Operand:
    value = args[0]
    fill = literal(node.attrs["value"], value.kind)
    for dim in node.type.padded_dims(chain.mesh):
        # Blocks of blocks may be short in the middle of a dim, so the global index does not tell what exists.
        size = node.type.shape[dim]
        starts = tuple(size - node.type.valid_shape(chain.mesh, d)[dim] for d in range(chain.mesh.size))
        inside = chain.call("lt_i", "b", chain.index(node, dim, starts), literal(size, "i"))
        value = chain.call(f"where_{value.kind}", value.kind, inside, value, fill)
    return value


#: Ops whose calls depend on more than the kinds of their operands.
_SPECIAL: Mapping[str, Callable[[Chain, Node, Sequence[Operand]], Operand]] = {
    "cast": _cast,
    "where": _where,
    "full": _full,
    "iota": _iota,
    "mask": _mask,
}


def identity_of(op: str, dtype: DType) -> str:
    """The literal that leaves ``op`` ("sum", "max", "min") unchanged."""
    if dtype.kind == "float":
        return literal({"sum": 0.0, "max": -np.inf, "min": np.inf}[op], "f").text
    return literal({"sum": 0, "max": -(2**31), "min": 2**31 - 1}[op], "i").text
