"""Tracing a whole function: arguments become parameters, results become outputs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import optree

from meshjit.errors import MeshJitError, TraceError
from meshjit.frontend.arguments import NAMESPACE, Call, Parameters, broadcast_prefix, register_dataclasses
from meshjit.frontend.array import TracedArray
from meshjit.frontend.tracer import Traced, Tracer, is_user_code, user_location
from meshjit.ir.graph import Graph, Node, describe, located
from meshjit.ir.location import Location, frame_location
from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import attrs_of
from meshjit.ir.ops.sharding import PIN, spec_text
from meshjit.ir.spec import PartitionSpec
from meshjit.ir.types import TensorType


@dataclass(frozen=True)
class Trace:
    """A traced function: its graph, the tree of its results, and what it captured from outside.

    The graph's parameters are the call's leaves, then one per captured array. ``constants`` lists the positions of
    captured arrays that nobody else holds: they can never change. ``donated`` lists parameters whose memory results may
    take.
    """

    graph: Graph
    out_tree: Any
    captured: tuple[Any, ...]
    captured_types: tuple[TensorType, ...]
    constants: tuple[int, ...]
    donated: tuple[int, ...] = ()


def trace_function(
    parameters: Parameters, call: Call, mesh: Mesh, in_specs: Sequence[PartitionSpec | None], out_shardings: Any
) -> Trace:
    """Run the function on traced arrays.

    Raises TraceError, ShapeError, DTypeError or ShardingError that point at the user's line.
    """
    function = parameters.function
    code = getattr(function, "__code__", None)
    here = Location(code.co_filename, code.co_firstlineno, function=code.co_name) if code else None
    tracer = Tracer(mesh, TracedArray)
    with tracer:
        values = [_param(tracer, leaf, spec, here) for leaf, spec in zip(call.described, in_specs, strict=True)]
        args, kwargs = parameters.rebuild(call, values)
        result = _call(parameters, args, kwargs, [v.node for v in values])
        register_dataclasses([result])
        leaves, tree = optree.tree_flatten(result, namespace=NAMESPACE)
        outputs = [_output(tracer, leaf, parameters.name) for leaf in leaves]
        outputs = _pin_outputs(tracer, outputs, tree, out_shardings, here)
    graph = tracer.graph(_identifier(parameters.name), outputs)
    del args, kwargs, result, leaves, values
    captured = [c.array for c in tracer.captured]
    own = _unshared(tracer)
    return Trace(
        graph,
        tree,
        tuple(captured),
        tuple(c.param.type for c in tracer.captured),
        tuple(len(call.leaves) + i for i in own),
        call.donated,
    )


def _call(parameters: Parameters, args: tuple[Any, ...], kwargs: dict[str, Any], params: list[Node]) -> Any:
    """The user's function on traced arrays; what it raises by itself gains the place and the arguments' types."""
    try:
        return parameters.function(*args, **kwargs)
    except MeshJitError:
        raise
    except Exception as error:
        raise TraceError(
            "MJ2109",
            f"{parameters.name} raised {type(error).__name__} while it was traced: {error}",
            where=_raised_at(error),
            operands=[describe(p) for p in params],
            fix="mend the line, or run it on NumPy arrays to debug it: "
            + (f"{parameters.name}.function(...)" if parameters.name.isidentifier() else "call the plain function"),
        ) from error


def _raised_at(error: Exception) -> str:
    """The innermost of the user's lines in a traceback."""
    place = ""
    step = error.__traceback__
    while step is not None:
        if is_user_code(step.tb_frame.f_code):
            place = frame_location(step.tb_frame, step.tb_lasti).snippet()
        step = step.tb_next
    return place


def _unshared(tracer: Tracer) -> list[int]:
    """Captured arrays that only the tracer and its caller hold."""
    out: list[int] = []
    for i, item in enumerate(tracer.captured):
        # The capture, the caller's list and getrefcount's own argument: three references.
        if sys.getrefcount(item.array) <= 3 and getattr(item.array, "base", 0) is None:
            out.append(i)
    return out


def _param(tracer: Tracer, leaf: Any, spec: PartitionSpec | None, here: Location | None) -> Traced:
    """A parameter; a sharding that differs from that of a tensor already on the mesh becomes a pin on it."""
    type: TensorType = leaf.type
    wanted = None
    if spec is not None:
        wanted = spec.to_spec(type.rank, tracer.mesh, shape=type.shape, dtype=type.dtype, name=leaf.path)
    if type.is_open and wanted is not None:
        type = type.with_spec(wanted)
    param = tracer.param(leaf.path, type, weak=leaf.weak)
    if wanted is not None and type.spec != wanted:
        return tracer.emit_at(here, PIN, [param], attrs_of(spec=spec_text(wanted), by="in_shardings"))
    return param


def _output(tracer: Tracer, leaf: Any, name: str) -> Traced:
    try:
        return tracer.lift(leaf)
    except TraceError as error:
        raise TraceError(
            "MJ2108",
            f"{name} returns a {leaf.__class__.__name__}, which is no array",
            where=error.where,
            fix="return arrays, in tuples, lists, dicts or dataclasses",
        ) from None


def _pin_outputs(
    tracer: Tracer, outputs: list[Traced], tree: Any, out_shardings: Any, here: Location | None
) -> list[Traced]:
    if out_shardings is None:
        return outputs
    numbered = optree.tree_unflatten(tree, list(range(len(outputs))))
    prefix = out_shardings
    if isinstance(prefix, (list, tuple)) and len(prefix) == 1 and optree.tree_is_leaf(numbered, namespace=NAMESPACE):
        prefix = prefix[0]
    out = list(outputs)
    for i, spec in broadcast_prefix(prefix, numbered, "out_shardings"):
        if spec is None:
            continue
        node = outputs[i].node
        try:
            wanted = spec.to_spec(node.type.rank, tracer.mesh, shape=node.type.shape, dtype=node.type.dtype)
        except MeshJitError as error:
            raise located(error, node.location or here, [node]) from None
        attrs = attrs_of(spec=spec_text(wanted), by="out_shardings")
        out[i] = tracer.emit_at(node.location or here, PIN, [outputs[i]], attrs)
    return out


def with_sharding(x: Any, spec: PartitionSpec) -> Any:
    """Pin the sharding of a value inside a compiled function; outside of one, ``x`` as it is.

    Raises :class:`~meshjit.errors.ShardingError` (MJ3001, MJ3002, MJ3003) at the user's line.
    """
    if not isinstance(x, Traced):
        return x
    from_user = user_location()
    type = x.node.type
    try:
        wanted = spec.to_spec(type.rank, x.tracer.mesh, shape=type.shape, dtype=type.dtype, name=x.node.name)
    except MeshJitError as error:
        raise located(error, from_user, [x.node]) from None
    return x.tracer.emit_at(from_user, PIN, [x], attrs_of(spec=spec_text(wanted), by="with_sharding"))


def _identifier(name: str) -> str:
    """A function's name as IR text takes it (a lambda's has angle brackets)."""
    return name if name.isidentifier() else name.strip("<>") or "f"
