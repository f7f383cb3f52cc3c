"""What a graph means: NumPy, node by node, globally or device by device on a simulated mesh.

This is the only place where ops get their meaning, and the oracle of every test of a pass or a kernel.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from meshjit.errors import UsageError
from meshjit.ir.graph import Graph, Node
from meshjit.ir.opdef import PER_DEVICE, Array, EvalContext
from meshjit.ir.types import TensorType


def evaluate(graph: Graph, inputs: Sequence[Array], *, exact: bool = False) -> list[Array]:
    """Run a graph of any stage on global arrays, and return the global outputs.

    Floats are computed in float32 and rounded to the node's dtype after each node (after each kernel, in a fusion).
    With ``exact`` they are computed in float64 and never rounded: the yardstick for errors.

    Raises :class:`~meshjit.errors.UsageError` when inputs do not match the parameters.
    """
    if len(inputs) != len(graph.params):
        raise UsageError(
            "MJ1002",
            f"{graph.name} takes {len(graph.params)} arrays, got {len(inputs)}",
            fix="pass one array per parameter of the graph",
        )
    for param, array in zip(graph.params, inputs, strict=True):
        if tuple(np.shape(array)) != param.type.shape:
            raise UsageError(
                "MJ1002",
                f"{param.name} has shape {np.shape(array)}, the graph says {param.type}",
                fix=f"pass an array of shape {param.type.shape}",
            )
    with np.errstate(all="ignore"):
        if graph.stage in PER_DEVICE:
            return _per_device(graph, inputs, exact)
        env = {p: store(np.asarray(x), p.type, exact) for p, x in zip(graph.params, inputs, strict=True)}
        for node in graph.nodes:
            env[node] = _apply(node, [env[o] for o in node.operands], global_context(node, exact), exact)
        return [env[o] for o in graph.outputs]


def split(array: Array, type: TensorType, graph: Graph, device: int, fill: float = 0) -> Array:
    """The block of a global array that ``device`` holds, padding filled with ``fill``."""
    local, origin = type.local_shape(graph.mesh), type.origin(graph.mesh, device)
    valid = type.valid_shape(graph.mesh, device)
    block = array[tuple(slice(o, o + v) for o, v in zip(origin, valid, strict=True))]
    if valid == local:
        return block
    out = np.full(local, fill, array.dtype)
    out[tuple(slice(0, v) for v in valid)] = block
    return out


def join(blocks: Sequence[Array], type: TensorType, graph: Graph) -> Array:
    """The global array whose blocks the devices hold; padding is dropped."""
    out = np.empty(type.shape, blocks[0].dtype)
    for device, block in enumerate(blocks):
        origin, valid = type.origin(graph.mesh, device), type.valid_shape(graph.mesh, device)
        out[tuple(slice(o, o + v) for o, v in zip(origin, valid, strict=True))] = block[
            tuple(slice(0, v) for v in valid)
        ]
    return out


def _per_device(graph: Graph, inputs: Sequence[Array], exact: bool) -> list[Array]:
    env: dict[Node, list[Array]] = {}
    devices = range(graph.mesh.size)
    for param, x in zip(graph.params, inputs, strict=True):
        whole = store(np.asarray(x), param.type, exact)
        # Padding has no defined content, so it is filled with what would be noticed.
        fill = np.nan if param.type.dtype.kind == "float" else 77
        env[param] = [split(whole, param.type, graph, d, fill) for d in devices]
    for node in graph.nodes:
        env[node] = _run_node(node, [env[o] for o in node.operands], graph, exact)
    return [join(env[o], o.type, graph) for o in graph.outputs]


def _run_node(node: Node, operands: Sequence[Sequence[Array]], graph: Graph, exact: bool) -> list[Array]:
    contexts = [local_context(node, graph, d, exact) for d in range(graph.mesh.size)]
    if node.op.exchange is None:
        if node.body is not None:
            return [_fusion(node.body, [x[d] for x in operands], graph, d, exact) for d in range(graph.mesh.size)]
        return [_apply(node, [x[d] for x in operands], contexts[d], exact) for d in range(graph.mesh.size)]
    out: list[Array] = [np.empty(0)] * graph.mesh.size
    axes = tuple(str(a) for a in node.attrs["axes"])  # type: ignore[union-attr]  # a list by the type rule
    for group in graph.mesh.groups(axes):
        wide = [widen(operands[0][d], exact) for d in group]
        for d, x in zip(group, node.op.exchange([contexts[d] for d in group], wide), strict=True):
            out[d] = store(x, node.type, exact)
    return out


def _fusion(body: Graph, operands: Sequence[Array], graph: Graph, device: int, exact: bool) -> Array:
    """A fused kernel keeps what it computes in float32 and rounds its result once."""
    env = {p: widen(x, exact) for p, x in zip(body.params, operands, strict=True)}
    for node in body.nodes:
        context = local_context(node, graph, device, exact)
        env[node] = _reference(node, [env[o] for o in node.operands], context)
    return store(env[body.outputs[0]], body.outputs[0].type, exact)


def _apply(node: Node, operands: Sequence[Array], context: EvalContext, exact: bool) -> Array:
    return store(_reference(node, [widen(x, exact) for x in operands], context), node.type, exact)


def _reference(node: Node, operands: Sequence[Array], context: EvalContext) -> Array:
    if node.op.reference is None:
        raise UsageError("MJ1003", f"{node.op.name} has no NumPy meaning", fix="give its OpDef a reference")
    return np.asarray(node.op.reference(context, *operands))


def widen(x: Array, exact: bool) -> Array:
    """The array in the precision ops compute in."""
    if x.dtype.kind in "bi":
        return x
    return x.astype(_precision(exact), copy=False)


def store(x: Array, type: TensorType, exact: bool) -> Array:
    """The array as a value of ``type``."""
    if type.dtype.kind == "float" and exact:
        return x.astype(np.float64, copy=False)
    return x.astype(type.dtype.numpy, copy=False)


def global_context(node: Node, exact: bool = False) -> EvalContext:
    """The context of a node evaluated on whole arrays."""
    zero = (0,) * node.type.rank
    return EvalContext(
        node.attrs,
        node.type,
        tuple(o.type for o in node.operands),
        node.type.shape,
        zero,
        tuple((0,) * o.type.rank for o in node.operands),
        node.type.shape,
        _precision(exact),
    )


def local_context(node: Node, graph: Graph, device: int, exact: bool = False) -> EvalContext:
    """The context of a node evaluated on one device's blocks."""
    return EvalContext(
        node.attrs,
        node.type,
        tuple(o.type for o in node.operands),
        node.type.local_shape(graph.mesh),
        node.type.origin(graph.mesh, device),
        tuple(o.type.origin(graph.mesh, device) for o in node.operands),
        node.type.valid_shape(graph.mesh, device),
        _precision(exact),
    )


def _precision(exact: bool) -> type[np.floating[Any]]:
    return np.float64 if exact else np.float32
