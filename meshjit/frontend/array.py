"""The traced array: what a model function sees in place of its arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, NoReturn

import numpy as np

from meshjit.errors import ShapeError, TraceError
from meshjit.frontend import functions as fn
from meshjit.frontend import reductions, shapes
from meshjit.frontend.indexing import take
from meshjit.frontend.tracer import Traced, where
from meshjit.ir.graph import describe
from meshjit.ir.ops import elementwise as ew
from meshjit.ir.ops import reduce
from meshjit.ir.types import F32


def _reverse(function: Callable[..., Traced], *ops: Any) -> Callable[[Any, object], Traced]:
    return lambda self, other: function(*ops, other, self)


#: What ``ufunc.reduce`` means: the functions np.sum and its like fall back on.
_REDUCTIONS: Mapping[np.ufunc, Callable[..., Traced]] = {
    np.add: lambda a, axis, keepdims: reductions.reduction(reduce.SUM, a, axis, keepdims),
    np.maximum: lambda a, axis, keepdims: reductions.reduction(reduce.MAX, a, axis, keepdims),
    np.minimum: lambda a, axis, keepdims: reductions.reduction(reduce.MIN, a, axis, keepdims),
    np.logical_or: lambda a, axis, keepdims: reductions.any_(a, axis, keepdims),
    np.logical_and: lambda a, axis, keepdims: reductions.all_(a, axis, keepdims),
}


class TracedArray(Traced):
    """A traced array: operators, methods and ``np.*`` functions on it record nodes.

    It has a ``shape``, a ``dtype`` and ``ndim``, but no elements: what would need them (``if``, ``float()``,
    ``np.asarray``) raises :class:`~meshjit.errors.TraceError` that says what to write instead.
    """

    __slots__ = ()
    __array_priority__ = 1000

    # NumPy's protocols -------------------------------------------------------------------------------------------

    #: NumPy function -> our function on traced arrays; filled by meshjit.frontend.numpy from its own table.
    numpy_functions: ClassVar[dict[Any, Callable[..., Any]]] = {}

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: object, **kwargs: Any) -> Any:
        function = self.numpy_functions.get(ufunc)
        if method == "reduce" and ufunc in _REDUCTIONS:
            return _REDUCTIONS[ufunc](inputs[0], kwargs.get("axis", 0), kwargs.get("keepdims", False))
        if function is None or method != "__call__":
            self._missing(f"np.{ufunc.__name__}" + ("" if method == "__call__" else f".{method}"))
        if kwargs.pop("out", None) is not None:
            self._no_assignment(f"np.{ufunc.__name__}(..., out=...)")
        dtype = kwargs.pop("dtype", None)
        result = function(*inputs, **kwargs)
        return result if dtype is None else result.astype(dtype)

    def __array_function__(self, func: Callable[..., Any], types: Any, args: Any, kwargs: Any) -> Any:
        function = self.numpy_functions.get(func)
        if function is None:
            self._missing(f"np.{func.__name__}")
        return function(*args, **kwargs)

    def _missing(self, name: str) -> NoReturn:
        raise TraceError(
            "MJ2104",
            f"{name} is not there for traced arrays",
            where=where(),
            operands=[describe(self.node)],
            fix="write it with the functions of meshjit.numpy and meshjit.nn (dir(meshjit.numpy) lists them)",
        )

    def _no_assignment(self, what: str) -> NoReturn:
        raise TraceError(
            "MJ2105",
            f"{what}: traced arrays cannot be changed in place",
            where=where(),
            operands=[describe(self.node)],
            fix="build a new array instead: np.where(mask, new, x), or np.concatenate([...])",
        )

    # What needs elements -----------------------------------------------------------------------------------------

    def _no_value(self, what: str, fix: str) -> NoReturn:
        raise TraceError(
            "MJ2101",
            f"{what} needs the elements of a traced array, which are not known while the function is traced",
            where=where(),
            operands=[describe(self.node)],
            fix=fix,
        )

    def __bool__(self) -> bool:
        self._no_value(
            "a branch or truth test",
            "choose per element with np.where(condition, a, b), or name the argument in static_argnames",
        )

    def __float__(self) -> float:
        self._no_value("float()", "keep it an array, or name the argument in static_argnames")

    def __int__(self) -> int:
        self._no_value("int()", "keep it an array, or name the argument in static_argnames")

    def __index__(self) -> int:
        self._no_value("an index or a size", "name the argument in static_argnames, so that it is a Python number")

    def __array__(self, *args: object, **kwargs: object) -> NoReturn:
        self._no_value("np.asarray()", "use the traced array as it is: NumPy functions accept it")

    def item(self) -> NoReturn:
        """Always raises: a traced array has no elements."""
        self._no_value("item()", "return the array and call .item() on the result")

    def tolist(self) -> NoReturn:
        """Always raises: a traced array has no elements."""
        self._no_value("tolist()", "return the array and call .numpy().tolist() on the result")

    def __len__(self) -> int:
        if not self.ndim:
            raise ShapeError(
                "MJ2004",
                "a scalar has no length",
                where=where(),
                operands=[describe(self.node)],
                fix="use x.size, which is 1",
            )
        return self.shape[0]

    def __iter__(self) -> Iterator[Traced]:
        return iter([self[i] for i in range(len(self))])

    def __hash__(self) -> int:
        return id(self)

    def __setitem__(self, index: object, value: object) -> NoReturn:
        self._no_assignment("x[...] = ...")

    def __getitem__(self, index: Any) -> Traced:
        return take(self, index)

    def __repr__(self) -> str:
        return f"TracedArray({self.node.type})"

    # Attributes --------------------------------------------------------------------------------------------------

    @property
    def size(self) -> int:
        """The number of elements."""
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def T(self) -> Traced:
        """The dims in reverse order."""
        return shapes.transpose(self)

    @property
    def mT(self) -> Traced:
        """The last two dims swapped."""
        return self.swapaxes(-1, -2)

    # Operators ---------------------------------------------------------------------------------------------------

    def __neg__(self) -> Traced:
        return fn.unary(ew.NEG, self, to_float=False)

    def __pos__(self) -> Traced:
        return self

    def __abs__(self) -> Traced:
        return fn.unary(ew.ABS, self, to_float=False)

    def __invert__(self) -> Traced:
        return fn.invert(self)

    def __add__(self, other: object) -> Traced:
        return fn.arithmetic(ew.ADD, self, other)

    def __sub__(self, other: object) -> Traced:
        return fn.arithmetic(ew.SUB, self, other)

    def __mul__(self, other: object) -> Traced:
        return fn.arithmetic(ew.MUL, self, other)

    def __truediv__(self, other: object) -> Traced:
        return fn.binary(ew.DIV, self, other, at_least=F32)

    def __pow__(self, other: object) -> Traced:
        return fn.power(self, other)

    def __matmul__(self, other: object) -> Traced:
        return reductions.matmul(self, other)

    def __eq__(self, other: object) -> Traced:  # type: ignore[override]  # elementwise, as in NumPy
        return fn.binary(ew.EQ, self, other)

    def __ne__(self, other: object) -> Traced:  # type: ignore[override]  # elementwise, as in NumPy
        return fn.binary(ew.NE, self, other)

    def __lt__(self, other: object) -> Traced:
        return fn.binary(ew.LT, self, other)

    def __le__(self, other: object) -> Traced:
        return fn.binary(ew.LE, self, other)

    def __gt__(self, other: object) -> Traced:
        return fn.binary(ew.GT, self, other)

    def __ge__(self, other: object) -> Traced:
        return fn.binary(ew.GE, self, other)

    def __and__(self, other: object) -> Traced:
        return fn.bitwise(ew.BITWISE_AND, ew.LOGICAL_AND, self, other)

    def __or__(self, other: object) -> Traced:
        return fn.bitwise(ew.BITWISE_OR, ew.LOGICAL_OR, self, other)

    def __xor__(self, other: object) -> Traced:
        return fn.bitwise(ew.BITWISE_XOR, ew.LOGICAL_XOR, self, other)

    __radd__ = _reverse(fn.arithmetic, ew.ADD)
    __rsub__ = _reverse(fn.arithmetic, ew.SUB)
    __rmul__ = _reverse(fn.arithmetic, ew.MUL)
    __rpow__ = _reverse(fn.power)
    __rmatmul__ = _reverse(reductions.matmul)
    __rand__ = _reverse(fn.bitwise, ew.BITWISE_AND, ew.LOGICAL_AND)
    __ror__ = _reverse(fn.bitwise, ew.BITWISE_OR, ew.LOGICAL_OR)
    __rxor__ = _reverse(fn.bitwise, ew.BITWISE_XOR, ew.LOGICAL_XOR)

    def __rtruediv__(self, other: object) -> Traced:
        return fn.binary(ew.DIV, other, self, at_least=F32)

    def __mod__(self, other: object) -> NoReturn:
        self._missing("%")

    def __floordiv__(self, other: object) -> NoReturn:
        self._missing("//")

    def __divmod__(self, other: object) -> NoReturn:
        self._missing("divmod()")

    def __lshift__(self, other: object) -> NoReturn:
        self._missing("<<")

    def __rshift__(self, other: object) -> NoReturn:
        self._missing(">>")

    __rmod__, __rfloordiv__, __rdivmod__ = __mod__, __floordiv__, __divmod__
    __rlshift__, __rrshift__ = __lshift__, __rshift__

    # Methods -----------------------------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> NoReturn:
        if hasattr(np.ndarray, name) and not name.startswith("_"):
            self._missing(f"the array's .{name}")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)

    def astype(self, dtype: object, copy: bool = True) -> Traced:
        """The elements converted to ``dtype``."""
        to = fn.to_dtype(dtype)
        cast = self.tracer.cast(self, to)
        return type(self)(self.tracer, cast.node) if cast.weak else cast

    def reshape(self, *shape: Any, order: str = "C") -> Traced:
        """The same elements in another shape; one dim may be -1."""
        return shapes.reshape(self, shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes: Any) -> Traced:
        """The dims in another order; reversed by default."""
        if len(axes) == 1 and (axes[0] is None or isinstance(axes[0], Sequence)):
            return shapes.transpose(self, axes[0])
        return shapes.transpose(self, axes or None)

    def swapaxes(self, a: int, b: int) -> Traced:
        """Two dims swapped."""
        (i,), (j,) = fn.axes_of(self, a), fn.axes_of(self, b)
        perm = list(range(self.ndim))
        perm[i], perm[j] = j, i
        return shapes.transpose(self, perm)

    def ravel(self) -> Traced:
        """The elements as one dim."""
        return shapes.reshape(self, (-1,))

    def flatten(self) -> Traced:
        """The elements as one dim."""
        return shapes.reshape(self, (-1,))

    def squeeze(self, axis: fn.Axis = None) -> Traced:
        """Without the dims of size 1."""
        return shapes.squeeze(self, axis)

    def sum(self, axis: fn.Axis = None, keepdims: bool = False) -> Traced:
        """The sum over dims."""
        return reductions.reduction(reduce.SUM, self, axis, keepdims)

    def max(self, axis: fn.Axis = None, keepdims: bool = False) -> Traced:
        """The largest element over dims."""
        return reductions.reduction(reduce.MAX, self, axis, keepdims)

    def min(self, axis: fn.Axis = None, keepdims: bool = False) -> Traced:
        """The smallest element over dims."""
        return reductions.reduction(reduce.MIN, self, axis, keepdims)

    def any(self, axis: fn.Axis = None, keepdims: bool = False) -> Traced:
        """Whether an element over dims is not zero."""
        return reductions.any_(self, axis, keepdims)

    def all(self, axis: fn.Axis = None, keepdims: bool = False) -> Traced:
        """Whether every element over dims is not zero."""
        return reductions.all_(self, axis, keepdims)

    def mean(self, axis: fn.Axis = None, keepdims: bool = False) -> Traced:
        """The arithmetic mean over dims."""
        return reductions.mean(self, axis, keepdims)

    def var(self, axis: fn.Axis = None, ddof: float = 0, keepdims: bool = False) -> Traced:
        """The variance over dims."""
        return reductions.var(self, axis, ddof, keepdims)

    def std(self, axis: fn.Axis = None, ddof: float = 0, keepdims: bool = False) -> Traced:
        """The standard deviation over dims."""
        return fn.unary(ew.SQRT, reductions.var(self, axis, ddof, keepdims))

    def clip(self, min: object = None, max: object = None) -> Traced:
        """The elements limited to an interval."""
        return fn.clip(self, min, max)

    def dot(self, other: object) -> Traced:
        """The matrix product."""
        return reductions.matmul(self, other)

    def copy(self) -> Traced:
        """The array itself: traced arrays never change."""
        return self
