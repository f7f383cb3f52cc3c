"""``meshjit.numpy``: array functions, named after the Python array API standard and NumPy.

On traced arrays they record nodes; on anything else they are NumPy's own, so a model runs outside a trace as it stands.
The same table serves ``np.*`` functions on traced arrays.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from meshjit.frontend import functions as fn
from meshjit.frontend import reductions, shapes
from meshjit.frontend.array import TracedArray
from meshjit.frontend.tracer import Traced, current_tracer
from meshjit.ir.ops import elementwise as ew
from meshjit.ir.ops import reduce
from meshjit.ir.types import BF16, F32


def _holds_traced(values: Sequence[object]) -> bool:
    for value in values:
        if isinstance(value, Traced):
            return True
        if isinstance(value, (list, tuple)) and _holds_traced(value):  # type: ignore[arg-type]  # any nesting is fine
            return True
    return False


def _function(name: str, traced: Callable[..., Any], *, creates: bool = False) -> Callable[..., Any]:
    eager = getattr(np, name)

    @functools.wraps(eager, updated=())
    def call(*args: Any, **kwargs: Any) -> Any:
        if _holds_traced(args) or _holds_traced(list(kwargs.values())) or (creates and current_tracer() is not None):
            return traced(*args, **kwargs)
        return eager(*args, **kwargs)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"{(traced.__doc__ or '').strip() or name} As np.{name}, on traced arrays too."
    for target in {eager, getattr(np, name)}:
        TracedArray.numpy_functions.setdefault(target, traced)
    return call


def _unary(name: str, op: Any, *, to_float: bool = True) -> Callable[..., Any]:
    return _function(name, lambda x, /: fn.unary(op, x, to_float=to_float))


def _arithmetic(name: str, op: Any) -> Callable[..., Any]:
    return _function(name, lambda a, b, /: fn.arithmetic(op, a, b))


def _compare(name: str, op: Any) -> Callable[..., Any]:
    return _function(name, lambda a, b, /: fn.binary(op, a, b))


def _logical(name: str, op: Any) -> Callable[..., Any]:
    return _function(name, lambda a, b, /: fn.logical(op, a, b))


def _bitwise(name: str, on_ints: Any, on_bools: Any) -> Callable[..., Any]:
    return _function(name, lambda a, b, /: fn.bitwise(on_ints, on_bools, a, b))


def _reduction(name: str, op: Any) -> Callable[..., Any]:
    def traced(a: Any, axis: fn.Axis = None, dtype: object = None, out: None = None, keepdims: bool = False) -> Traced:
        result = reductions.reduction(op, a, axis, keepdims)
        return result if dtype is None else result.astype(dtype)  # type: ignore[attr-defined]  # a TracedArray

    return _function(name, traced)


float32 = np.float32
bfloat16 = BF16.numpy.type
int32 = np.int32
bool_ = np.bool_
pi, e, inf, nan, newaxis = np.pi, np.e, np.inf, np.nan, None

negative = _unary("negative", ew.NEG, to_float=False)
absolute = _unary("absolute", ew.ABS, to_float=False)
abs = absolute
fabs = _unary("fabs", ew.ABS)
exp = _unary("exp", ew.EXP)
log = _unary("log", ew.LOG)
sqrt = _unary("sqrt", ew.SQRT)
reciprocal = _unary("reciprocal", ew.RECIPROCAL)
tanh = _unary("tanh", ew.TANH)
positive = _function("positive", lambda x, /: x)
square = _function("square", lambda x, /: fn.arithmetic(ew.MUL, x, x))
logical_not = _function("logical_not", lambda x, /: fn.invert(fn.to_bool(fn.tracer_of(x).lift(x))))
bitwise_not = _function("bitwise_not", lambda x, /: fn.invert(x))
bitwise_invert = invert = bitwise_not

add = _arithmetic("add", ew.ADD)
subtract = _arithmetic("subtract", ew.SUB)
multiply = _arithmetic("multiply", ew.MUL)
maximum = _arithmetic("maximum", ew.MAXIMUM)
minimum = _arithmetic("minimum", ew.MINIMUM)
divide = _function("divide", lambda a, b, /: fn.binary(ew.DIV, a, b, at_least=F32))
true_divide = divide
power = _function("power", lambda a, b, /: fn.power(a, b))
pow = power

equal = _compare("equal", ew.EQ)
not_equal = _compare("not_equal", ew.NE)
less = _compare("less", ew.LT)
less_equal = _compare("less_equal", ew.LE)
greater = _compare("greater", ew.GT)
greater_equal = _compare("greater_equal", ew.GE)
logical_and = _logical("logical_and", ew.LOGICAL_AND)
logical_or = _logical("logical_or", ew.LOGICAL_OR)
logical_xor = _logical("logical_xor", ew.LOGICAL_XOR)
bitwise_and = _bitwise("bitwise_and", ew.BITWISE_AND, ew.LOGICAL_AND)
bitwise_or = _bitwise("bitwise_or", ew.BITWISE_OR, ew.LOGICAL_OR)
bitwise_xor = _bitwise("bitwise_xor", ew.BITWISE_XOR, ew.LOGICAL_XOR)
where = _function("where", fn.where_)
clip = _function("clip", fn.clip)

matmul = _function("matmul", reductions.matmul)
dot = _function("dot", reductions.matmul)
sum = _reduction("sum", reduce.SUM)
max = _reduction("max", reduce.MAX)
min = _reduction("min", reduce.MIN)
amax, amin = max, min
any = _function("any", lambda a, axis=None, out=None, keepdims=False: reductions.any_(a, axis, keepdims))
all = _function("all", lambda a, axis=None, out=None, keepdims=False: reductions.all_(a, axis, keepdims))
TracedArray.numpy_functions[np.amax] = TracedArray.numpy_functions[np.max]
TracedArray.numpy_functions[np.amin] = TracedArray.numpy_functions[np.min]


def _mean(a: Any, axis: fn.Axis = None, dtype: object = None, out: None = None, keepdims: bool = False) -> Traced:
    return reductions.mean(a, axis, keepdims)


def _var(
    a: Any, axis: fn.Axis = None, dtype: object = None, out: None = None, ddof: float = 0, keepdims: bool = False,
    correction: float | None = None,
) -> Traced:  # fmt: skip
    return reductions.var(a, axis, ddof if correction is None else correction, keepdims)


mean = _function("mean", _mean)
var = _function("var", _var)
std = _function("std", lambda *args, **kwargs: fn.unary(ew.SQRT, _var(*args, **kwargs)))

reshape = _function("reshape", lambda a, /, shape, order="C": shapes.reshape(a, shape))
transpose = _function("transpose", shapes.transpose)
permute_dims = _function("permute_dims", shapes.transpose)
matrix_transpose = _function("matrix_transpose", lambda x, /: fn.tracer_of(x).lift(x).swapaxes(-1, -2))  # type: ignore[attr-defined]  # a TracedArray
swapaxes = _function("swapaxes", lambda a, axis1, axis2: fn.tracer_of(a).lift(a).swapaxes(axis1, axis2))  # type: ignore[attr-defined]  # a TracedArray
broadcast_to = _function("broadcast_to", lambda array, shape: shapes.broadcast_to(array, shape))
expand_dims = _function("expand_dims", lambda a, axis: shapes.expand_dims(a, axis))
squeeze = _function("squeeze", lambda a, axis=None: shapes.squeeze(a, axis))
ravel = _function("ravel", lambda a, order="C": shapes.reshape(a, (-1,)))
concatenate = _function("concatenate", lambda arrays, axis=0: shapes.concat(arrays, axis))
concat = _function("concat", lambda arrays, axis=0: shapes.concat(arrays, axis))
stack = _function("stack", lambda arrays, axis=0: shapes.stack(arrays, axis))
split = _function("split", lambda ary, indices_or_sections, axis=0: shapes.split(ary, indices_or_sections, axis))
array_split = _function(
    "array_split", lambda ary, indices_or_sections, axis=0: _array_split(ary, indices_or_sections, axis)
)
pad = _function("pad", shapes.pad)
flip = _function("flip", lambda m, axis=None: shapes.flip(m, axis))
tril = _function("tril", lambda m, k=0: shapes.triangle(m, k, lower=True))
triu = _function("triu", lambda m, k=0: shapes.triangle(m, k, lower=False))


def _array_split(x: Any, parts: Any, axis: int) -> list[Traced]:
    if not isinstance(parts, int):
        return shapes.split(x, parts, axis)
    n = x.shape[axis]
    sizes = [n // parts + (i < n % parts) for i in range(parts)]
    return shapes.split(x, np.cumsum(sizes)[:-1].tolist(), axis)


def _moveaxis(a: Any, source: Any, destination: Any) -> Traced:
    order = np.moveaxis(np.empty((1,) * 0 + tuple(range(1, a.ndim + 1))), source, destination).shape
    return shapes.transpose(a, [n - 1 for n in order])


moveaxis = _function("moveaxis", _moveaxis)

full = _function("full", lambda shape, fill_value, dtype=None: shapes.full(shape, fill_value, dtype), creates=True)
zeros = _function("zeros", lambda shape, dtype=np.float32: shapes.full(shape, 0, dtype), creates=True)
ones = _function("ones", lambda shape, dtype=np.float32: shapes.full(shape, 1, dtype), creates=True)
arange = _function("arange", shapes.arange, creates=True)


def _like(value: float | None) -> Callable[..., Traced]:
    def traced(a: Any, fill_value: Any = value, dtype: object = None, shape: Any = None) -> Traced:
        return shapes.full(a.shape if shape is None else shape, fill_value, a.dtype if dtype is None else dtype)

    return traced


full_like = _function("full_like", _like(None))
zeros_like = _function("zeros_like", lambda a, dtype=None, shape=None: _like(0)(a, 0, dtype, shape))
ones_like = _function("ones_like", lambda a, dtype=None, shape=None: _like(1)(a, 1, dtype, shape))


def asarray(x: Any, dtype: object = None) -> Any:
    """``x`` as an array: a traced array as it is, anything else through np.asarray."""
    if isinstance(x, TracedArray):
        return x if dtype is None else x.astype(dtype)
    tracer = current_tracer()
    if tracer is not None:
        lifted = tracer.lift(np.asarray(x) if isinstance(x, (list, tuple)) else x)
        return lifted if dtype is None else lifted.astype(dtype)  # type: ignore[attr-defined]  # a TracedArray
    return np.asarray(x, dtype=dtype)  # type: ignore[arg-type]  # any dtype-like


array = asarray


def astype(x: Any, dtype: object, /, *, copy: bool = True) -> Any:
    """``x`` converted to ``dtype``."""
    return x.astype(dtype)


TracedArray.numpy_functions[np.astype] = astype
TracedArray.numpy_functions[np.shape] = lambda a: a.shape
TracedArray.numpy_functions[np.ndim] = lambda a: a.ndim
TracedArray.numpy_functions[np.size] = lambda a: a.size
TracedArray.numpy_functions[np.copy] = lambda a, **kwargs: a
TracedArray.numpy_functions[np.abs] = TracedArray.numpy_functions[np.absolute]

__all__ = [
    "abs", "absolute", "add", "all", "amax", "amin", "any", "arange", "array", "array_split", "asarray", "astype",
    "bfloat16", "bitwise_and", "bitwise_invert", "bitwise_not", "bitwise_or", "bitwise_xor", "bool_", "broadcast_to",
    "clip", "concat", "concatenate", "divide", "dot", "e", "equal", "exp", "expand_dims", "fabs", "flip", "float32",
    "full", "full_like", "greater", "greater_equal", "inf", "int32", "invert", "less", "less_equal", "log",
    "logical_and", "logical_not", "logical_or", "logical_xor", "matmul", "matrix_transpose", "max", "maximum", "mean",
    "min", "minimum", "moveaxis", "multiply", "nan", "negative", "newaxis", "not_equal", "ones", "ones_like", "pad",
    "permute_dims", "pi", "positive", "pow", "power", "ravel", "reciprocal", "reshape", "split", "sqrt", "square",
    "squeeze", "stack", "std", "subtract", "sum", "swapaxes", "tanh", "transpose", "tril", "triu", "true_divide",
    "var", "where", "zeros", "zeros_like",
]  # fmt: skip
