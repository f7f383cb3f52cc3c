"""The tracer: records what a Python function does to traced arrays as nodes of a graph."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextvars import ContextVar
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import numpy as np

from meshjit.errors import DTypeError, MeshJitError, TraceError
from meshjit.ir.graph import Builder, Graph, Node, describe, located
from meshjit.ir.location import Location, frame_location
from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import TRACED, Attrs, OpDef, attrs_of
from meshjit.ir.ops.create import FULL
from meshjit.ir.ops.elementwise import CAST
from meshjit.ir.types import BF16, BOOL, F32, I32, DType, TensorType, dtype_of

_PACKAGE = str(Path(__file__).resolve().parent.parent) + os.sep
_MODELS = _PACKAGE + "cli" + os.sep
_NUMPY = str(Path(np.__file__).resolve().parent) + os.sep
_current: ContextVar[Tracer | None] = ContextVar("tracer", default=None)


def current_tracer() -> Tracer | None:
    """The tracer of the trace under way, or None."""
    return _current.get()


class Traced:
    """A value of the trace: a node, and whether its dtype is weak (it came from a Python number)."""

    __slots__ = ("node", "tracer", "weak")

    def __init__(self, tracer: Tracer, node: Node, weak: bool = False) -> None:
        self.tracer = tracer
        self.node = node
        self.weak = weak

    @property
    def shape(self) -> tuple[int, ...]:
        """The global shape."""
        return self.node.type.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The NumPy dtype."""
        return self.node.type.dtype.numpy

    @property
    def ndim(self) -> int:
        """The number of dims."""
        return len(self.node.type.shape)


class Captured:
    """An array from outside that the function used: lifted to a parameter, so that its content is read at each call."""

    __slots__ = ("array", "param")

    def __init__(self, array: np.ndarray[Any, Any], param: Node) -> None:
        self.array = array
        self.param = param


class Tracer:
    """One trace. Use as a context manager around the call of the user's function."""

    def __init__(self, mesh: Mesh, array_type: type[Traced]) -> None:
        self.mesh = mesh
        self.builder = Builder(mesh, TRACED)
        self.array_type = array_type
        self.captured: list[Captured] = []

    def __enter__(self) -> Tracer:
        self._token = _current.set(self)
        return self

    def __exit__(self, *exc: object) -> None:
        _current.reset(self._token)

    def param(self, name: str, type: TensorType, *, weak: bool = False) -> Traced:
        """A parameter of the function."""
        return self.array_type(self, self.builder.param(name, type), weak)

    def emit(self, op: OpDef, operands: Sequence[Traced] = (), *, weak: bool = False, **attrs: Any) -> Traced:
        """Append a node at the user's current line."""
        return self.emit_at(user_location(), op, operands, attrs_of(**attrs), weak)

    def emit_at(
        self, location: Location | None, op: OpDef, operands: Sequence[Traced], attrs: Attrs, weak: bool = False
    ) -> Traced:
        """Append a node at ``location``."""
        for operand in operands:
            self._own(operand)
        return self.array_type(self, self.builder.add(op, [o.node for o in operands], attrs, location), weak)

    def _own(self, value: Traced) -> None:
        if value.tracer is not self:
            raise TraceError(
                "MJ2102",
                "a traced array of an earlier trace is used in this one",
                where=where(),
                operands=[describe(value.node)],
                fix="return the value from the function instead of keeping it in a variable outside",
            )

    def lift(self, value: object) -> Traced:
        """A value that may stand beside traced arrays: a traced array, a Python or NumPy number, or an array.

        Raises :class:`~meshjit.errors.TraceError` for anything else.
        """
        if isinstance(value, Traced):
            self._own(value)
            return value
        if isinstance(value, (bool, np.bool_)):
            return self.constant(bool(value), BOOL)
        if isinstance(value, (int, float)) and not isinstance(value, np.generic):
            return self.constant(value, I32 if isinstance(value, int) else F32, weak=True)
        if isinstance(value, np.generic):
            return self._scalar(value)
        if isinstance(value, np.ndarray) or hasattr(value, "__array__"):
            return self._array(value)
        raise TraceError(
            "MJ2103",
            f"a {type(value).__name__} cannot take part in array arithmetic",
            where=where(),
            fix="use numbers, NumPy arrays or traced arrays; mark what steers the function static_argnames",
        )

    def constant(self, value: float | bool, dtype: DType, *, weak: bool = False) -> Traced:
        """A scalar constant."""
        if dtype is I32 and not -(2**31) <= value < 2**31:
            raise DTypeError(
                "MJ2002", f"{value} does not fit int32", where=where(), fix="use a float, or a smaller number"
            )
        plain = bool(value) if dtype is BOOL else int(value) if dtype is I32 else float(value)
        return self.emit(FULL, shape=(), value=plain, dtype=dtype, weak=weak)

    def _scalar(self, value: np.generic[Any]) -> Traced:
        kind = value.dtype.kind
        if value.dtype == BF16.numpy or value.dtype == np.float32:
            return self.constant(float(value), dtype_of(value.dtype))  # type: ignore[arg-type]  # a real number
        if kind in "fiu":  # NumPy's 64-bit scalars come from np.sqrt(2) and the like: as weak as Python's numbers
            return self.constant(value.item(), F32 if kind == "f" else I32, weak=True)
        raise DTypeError("MJ2002", f"no target computes in {value.dtype}", where=where(), fix="use float32 or int32")

    def _array(self, value: Any) -> Traced:
        array = np.asarray(value)
        if array.dtype == np.float64 or array.dtype.kind in "iu":
            dtype = F32 if array.dtype.kind == "f" else I32
        else:
            try:
                dtype = dtype_of(array.dtype)
            except MeshJitError as error:
                raise located(error, user_location(), ()) from None
        for seen in self.captured:
            if seen.array is value:
                return self.array_type(self, seen.param)
        param = self.builder.param(f"captured{len(self.captured)}", TensorType(dtype, array.shape))
        self.captured.append(Captured(value if isinstance(value, np.ndarray) else array, param))
        return self.array_type(self, param)

    def promote(self, values: Sequence[object], *, at_least: DType | None = None) -> list[Traced]:
        """Values lifted to one dtype: f32 over bf16 over i32 over bool, where weak numbers only raise the kind."""
        lifted = [self.lift(v) for v in values]
        dtype = common_dtype([(t.node.type.dtype, t.weak) for t in lifted])
        if at_least is not None and dtype.kind != at_least.kind and at_least.kind == "float":
            dtype = at_least
        return [self.cast(t, dtype) for t in lifted]

    def cast(self, value: Traced, dtype: DType) -> Traced:
        """``value`` as ``dtype``; a constant is remade rather than converted."""
        node = value.node
        if node.type.dtype == dtype:
            return value
        if node.op is FULL and node.type.shape == ():
            number = node.attrs["value"]
            assert isinstance(number, (int, float))
            return self.constant(number if dtype is not I32 else int(number), dtype, weak=value.weak)
        return self.emit(CAST, [value], dtype=dtype, weak=value.weak)

    def graph(self, name: str, outputs: Sequence[Traced]) -> Graph:
        """The finished trace."""
        return self.builder.graph(name, [o.node for o in outputs])


_RANK = {BOOL: 0, I32: 1, BF16: 2, F32: 3}
_KIND = {"bool": 0, "int": 1, "float": 2}


def common_dtype(dtypes: Sequence[tuple[DType, bool]]) -> DType:
    """The dtype to compute in, from (dtype, weak) pairs."""
    strong = [d for d, weak in dtypes if not weak]
    weak = [d for d, weak in dtypes if weak]
    top = max(strong or weak, key=_RANK.__getitem__)
    for d in weak:
        if _KIND[d.kind] > _KIND[top.kind]:
            top = d
    return top


def user_frame() -> FrameType | None:
    """The innermost frame that is neither this package's nor NumPy's."""
    frame: FrameType | None = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]  # inspect.currentframe() is the same, slower
    while frame is not None and not is_user_code(frame.f_code):
        frame = frame.f_back
    return frame


def is_user_code(code: CodeType) -> bool:
    """Whether code is neither this package's machinery nor NumPy's. Models that the command line brings count."""
    file = code.co_filename
    return file.startswith(_MODELS) or not file.startswith((_PACKAGE, _NUMPY, "<frozen"))


def user_location() -> Location | None:
    """Where the user's code is now."""
    frame = user_frame()
    return frame_location(frame) if frame else None


def where() -> str:
    """The user's current line with a caret, for errors."""
    location = user_location()
    return location.snippet() if location else ""
