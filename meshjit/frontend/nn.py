"""``meshjit.nn``: the functions models are made of.

On traced arrays each records one op where the IR has one. On NumPy arrays it computes that op's NumPy meaning, in the
arrays' own precision (bfloat16 through float32).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from meshjit.errors import ShapeError, UsageError
from meshjit.frontend import functions as fn
from meshjit.frontend import numpy as mnp
from meshjit.frontend.tracer import Traced, current_tracer, where
from meshjit.ir.graph import describe
from meshjit.ir.opdef import EvalContext, OpDef, attrs_of
from meshjit.ir.ops import elementwise as ew
from meshjit.ir.ops import reduce
from meshjit.ir.types import BF16, F32, TensorType


def _call(op: OpDef, arrays: tuple[Any, ...], **attrs: Any) -> Any:
    """Record ``op`` on traced arrays, or compute its NumPy meaning."""
    if current_tracer() is not None or any(isinstance(a, Traced) for a in arrays):
        tracer = fn.tracer_of(*arrays)
        lifted = tracer.promote(arrays, at_least=F32)
        return tracer.emit(op, lifted, weak=all(t.weak for t in lifted), **attrs)
    values = [np.asarray(a) for a in arrays]
    common = np.result_type(*values) if len(values) > 1 else values[0].dtype
    if common.kind in "biu":
        common = np.dtype(np.float32)
    wide = np.dtype(np.float32) if common == BF16.numpy else common
    values = [v.astype(wide) for v in values]
    types = [TensorType(F32, v.shape) for v in values]
    # Half-finite inputs are ordinary here: NumPy's warnings about them would only be noise.
    with np.errstate(all="ignore"):
        _, shape = op.shape_rule(types, attrs_of(**attrs))  # type: ignore[misc]  # every nn op has a shape rule
        zero = (0,) * len(shape)
        origins = tuple((0,) * t.rank for t in types)
        context = EvalContext(attrs_of(**attrs), TensorType(F32, shape), tuple(types), shape, zero, origins, shape)
        return op.reference(context, *values).astype(common)  # type: ignore[misc]  # and a reference


def _axis(x: Any, axis: int) -> int:
    rank = np.ndim(x) if not isinstance(x, Traced) else x.ndim
    if not -rank <= axis < rank:
        raise ShapeError(
            "MJ2004",
            f"axis {axis} is out of range for an array of {rank} dims",
            where=where(),
            operands=[describe(x.node)] if isinstance(x, Traced) else (),
            fix=f"use an axis from {-rank} to {rank - 1}" if rank else "pass an array of one dim or more",
        )
    return axis % rank


def relu(x: Any) -> Any:
    """max(x, 0)."""
    if isinstance(x, Traced):
        return fn.unary(ew.RELU, x, to_float=False)
    return _call(ew.RELU, (x,))


def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x))."""
    return _call(ew.SIGMOID, (x,))


def silu(x: Any) -> Any:
    """x * sigmoid(x)."""
    return _call(ew.SILU, (x,))


def gelu(x: Any, approximate: str | bool = "tanh") -> Any:
    """x * Phi(x), by its tanh approximation ("tanh" or True, the default) or exactly ("none" or False).

    Source: Hendrycks and Gimpel, Gaussian Error Linear Units (2016).
    """
    kind = {True: "tanh", False: "none"}.get(approximate, approximate)  # type: ignore[call-overload]  # str or bool
    if kind not in ("tanh", "none"):
        raise UsageError("MJ1003", f"gelu has no approximation {kind!r}", where=where(), fix="use 'tanh' or 'none'")
    return _call(ew.GELU, (x,), approximate=kind)


def erf(x: Any) -> Any:
    """The error function."""
    return _call(ew.ERF, (x,))


def tanh(x: Any) -> Any:
    """The hyperbolic tangent."""
    return _call(ew.TANH, (x,))


def rsqrt(x: Any) -> Any:
    """1 / sqrt(x)."""
    return _call(ew.RSQRT, (x,))


def softmax(x: Any, axis: int = -1) -> Any:
    """exp(x - max) / sum(exp(x - max)) along ``axis``; shapes unchanged."""
    return _call(reduce.SOFTMAX, (x,), axis=_axis(x, axis))


def layer_norm(x: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Any:
    """(x - mean) / sqrt(var + eps) * weight + bias over the last dim; weight and bias have its size."""
    weight = mnp.ones(x.shape[-1], dtype=x.dtype) if weight is None else weight
    bias = mnp.zeros(x.shape[-1], dtype=x.dtype) if bias is None else bias
    return _call(reduce.LAYER_NORM, (x, weight, bias), eps=float(eps))


def rms_norm(x: Any, weight: Any = None, eps: float = 1e-6) -> Any:
    """x / sqrt(mean(x^2) + eps) * weight over the last dim; weight has its size."""
    weight = mnp.ones(x.shape[-1], dtype=x.dtype) if weight is None else weight
    return _call(reduce.RMS_NORM, (x, weight), eps=float(eps))


def linear(x: Any, weight: Any, bias: Any = None) -> Any:
    """x @ weight + bias, with x (..., k), weight (k, n), bias (n,)."""
    out = mnp.matmul(x, weight)
    return out if bias is None else out + bias


def one_hot(ids: Any, num_classes: int, dtype: object = np.float32) -> Any:
    """1 where the new last dim's index equals ``ids``, else 0: (...) gives (..., num_classes)."""
    classes = mnp.arange(num_classes, dtype=np.int32)
    return mnp.equal(mnp.expand_dims(ids, -1), classes).astype(dtype)


def embedding(ids: Any, table: Any) -> Any:
    """Rows of ``table`` (n, features) picked by integer ``ids`` (...): (..., features).

    In a trace this is a product with one-hot rows, so that the table may be sharded on either dim; ids outside 0 to
    n - 1 give zeros.
    """
    if isinstance(ids, Traced) or isinstance(table, Traced):
        return mnp.matmul(one_hot(fn.tracer_of(ids, table).lift(ids), table.shape[0], table.dtype), table)
    return np.asarray(table)[np.asarray(ids)]


def rope(x: Any, cos: Any, sin: Any) -> Any:
    """Rotary position embedding of x (..., seq, features) with cos and sin (seq, features), halves rotated.

    Source: Su et al., RoFormer (2021), in the layout of GPT-NeoX: (x1, x2) becomes x * cos + (-x2, x1) * sin.
    """
    half = x.shape[-1] // 2
    rotated = mnp.concatenate([-x[..., half:], x[..., :half]], axis=-1)
    return x * cos + rotated * sin


def scaled_dot_product_attention(
    query: Any, key: Any, value: Any, mask: Any = None, *, is_causal: bool = False, scale: float | None = None
) -> Any:
    """softmax(query @ key^T * scale + mask) @ value over (..., seq, features); scale is 1/sqrt(features) by default.

    A bool ``mask`` keeps what is true; any other is added. ``is_causal`` keeps keys at or before each query.
    Source: Vaswani et al., Attention Is All You Need (2017).
    """
    factor = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    scores = mnp.matmul(query, mnp.swapaxes(key, -1, -2)) * factor
    if is_causal:
        rows = mnp.expand_dims(mnp.arange(query.shape[-2], dtype=np.int32), -1)
        keep = mnp.greater_equal(rows, mnp.arange(key.shape[-2], dtype=np.int32))
        scores = mnp.where(keep, scores, -1e9)
    if mask is not None:
        boolean = np.dtype(mask.dtype) == np.bool_
        scores = mnp.where(mask, scores, -1e9) if boolean else scores + mask
    return mnp.matmul(softmax(scores, axis=-1), value)


def log_softmax(x: Any, axis: int = -1) -> Any:
    """x - max - log(sum(exp(x - max))) along ``axis``."""
    shifted = x - mnp.max(x, axis=axis, keepdims=True)
    return shifted - mnp.log(mnp.sum(mnp.exp(shifted), axis=axis, keepdims=True))


__all__ = [
    "embedding", "erf", "gelu", "layer_norm", "linear", "log_softmax", "one_hot", "relu", "rms_norm", "rope", "rsqrt",
    "scaled_dot_product_attention", "sigmoid", "silu", "softmax", "tanh",
]  # fmt: skip
