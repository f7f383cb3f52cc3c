"""From a node of the fused stage to the program that computes it on each card of a mesh."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import cast

from meshjit.arch import TILE_DIM, Arch
from meshjit.codegen.tensix import check, copy, eltwise, matmul, rows
from meshjit.codegen.tensix.eltwise import EltwiseSpec, Operand
from meshjit.codegen.tensix.expression import Expression, Step
from meshjit.codegen.tensix.matmul_blocks import Keep, Plan, Share
from meshjit.errors import CodegenError, MeshJitError
from meshjit.ir.graph import Node, describe
from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import Attr, Attrs, attrs_of
from meshjit.ir.program import PerDevice, Program
from meshjit.ir.types import BF16, BOOL, F32, I32, DType

#: Ops whose integer form is another step.
_INTEGER: Mapping[str, str] = MappingProxyType(
    {op: f"int_{op}" for op in ("add", "sub", "mul", "neg", "abs", "maximum", "minimum", "relu")}
    | {op: f"int_{op}" for op in ("lt", "le", "gt", "ge", "eq", "ne")}
    | {op: op for op in ("bitwise_and", "bitwise_or", "bitwise_xor")}
)
_FLOAT = frozenset(
    (
        "add", "sub", "mul", "neg", "abs", "maximum", "minimum", "div", "exp", "log", "sqrt", "rsqrt", "reciprocal",
        "tanh", "sigmoid", "erf", "relu", "silu", "gelu", "pow", "lt", "le", "gt", "ge", "eq", "ne", "logical_and",
        "logical_or", "logical_xor", "logical_not", "where",
    )
)  # fmt: skip
#: A step before the number of operands is known: op, values, constant.
Pending = tuple[str, tuple[int, ...], float]


@dataclass
class _Chain:
    """An elementwise expression in the making: operands (buffers first seen first), steps, and each node's value."""

    mesh: Mesh
    shape: tuple[int, ...]
    operands: list[Operand] = field(default_factory=list[Operand])
    pending: list[Pending] = field(default_factory=list[Pending])
    values: dict[Node, int] = field(default_factory=dict["Node", int])


def lower(node: Node, mesh: Mesh, arch: Arch) -> Program:
    """The program of a node: one op, or a fusion. The launch binds its distinct operands in order, then the result.

    Raises :class:`~meshjit.errors.CodegenError`: MJ4130 for an op or fusion that has no card kernel yet, MJ41xx when a
    kernel does not fit a core, with the node's source line.
    """
    reason = supports(node)
    if reason is not None:
        raise _error(node, "MJ4130", reason)
    try:
        program = _FAMILIES[_family(node)](node, mesh, arch)
        check.prove(program, arch)
    except CodegenError as error:
        if error.where or node.location is None:
            raise
        operands = error.operands or tuple(describe(o) for o in node.operands)
        raise CodegenError(
            error.code, error.summary, where=node.location.snippet(), operands=operands, fix=error.fix
        ) from error
    distinct = list(dict.fromkeys(node.operands))
    if len(distinct) == len(node.operands):
        return program
    return eltwise.reorder(program, [distinct.index(o) for o in node.operands], len(distinct))


def supports(node: Node) -> str | None:
    """None when the node has a card kernel, else a sentence that names what has none."""
    family = _family(node)
    if family not in _FAMILIES:
        return f"{node.op.name} ({family or 'no kernel family'}) has no card kernel yet"
    for member in node.body.nodes if node.body is not None else (node,):
        if member.op.kernel not in ("elementwise", "create"):
            continue
        known = member.op.name in _FLOAT or _integer_known(member)
        kinds = [t.dtype for t in (member.type, *(o.type for o in member.operands))]
        if not known or (I32 in kinds and not _integer_known(member)):
            types = ", ".join(str(o.type.dtype) for o in member.operands)
            return f"{member.op.name} of {types} has no card kernel yet"
    return None


def _integer_known(node: Node) -> bool:
    return node.op.name in _INTEGER or node.op.name in ("cast", "mask", "full", "iota", "where")


def _family(node: Node) -> str:
    if node.body is None:
        return node.op.kernel
    kinds = {n.op.kernel for n in node.body.nodes} - {"elementwise", "create"}
    if "matmul" in kinds:
        kinds -= {"copy"}  # the transposition of its second operand
    return kinds.pop() if len(kinds) == 1 else "+".join(sorted(kinds)) if kinds else "elementwise"


def _error(node: Node, code: str, summary: str) -> MeshJitError:
    return CodegenError(
        code,
        summary,
        where=node.location.snippet() if node.location else "",
        operands=[describe(o) for o in node.operands],
        fix='run this function on the CPU mesh: open_mesh(..., target="cpu")',
    )


def _stored(dtype: DType) -> DType:
    """The dtype in card memory: bool is bf16 0.0 and 1.0."""
    return BF16 if dtype == BOOL else dtype


def _operand(node: Node, mesh: Mesh) -> Operand:
    return Operand(node.type.local_shape(mesh), _stored(node.type.dtype))


def _members(node: Node) -> tuple[tuple[Node, ...], tuple[Node, ...], Node]:
    """(buffers read, in order; nodes computed; result) of a node or its body."""
    if node.body is None:
        return node.operands, (node,), node
    return node.body.params, node.body.nodes, node.body.outputs[0]


def _chain(mesh: Mesh, shape: tuple[int, ...], inputs: Sequence[Node], nodes: Sequence[Node], given: int = 0) -> _Chain:
    """The steps of elementwise ``nodes`` on ``inputs``. Values are numbered: inputs, then indices, then steps."""
    chain = _Chain(mesh, shape, [_operand(o, mesh) for o in inputs[given:]])
    for i, value in enumerate(inputs):
        chain.values[value] = i
    for node in nodes:
        if node not in chain.values:
            _record(chain, node)
    return chain


def _finish(chain: _Chain, given: int = 0) -> Expression:
    """Number the steps: their operands were recorded before the number of index operands was known."""
    inputs = given + len(chain.operands)
    steps = tuple(Step(op, tuple(_number(a, inputs) for a in args), value) for op, args, value in chain.pending)
    return Expression(inputs, steps)


_STEP_BASE = 1 << 20  # steps are numbered from here until the operands are all known


def _number(value: int, inputs: int) -> int:
    return value - _STEP_BASE + inputs if value >= _STEP_BASE else value


def _add(chain: _Chain, op: str, args: Sequence[int] = (), value: float = 0.0) -> int:
    chain.pending.append((op, tuple(args), value))
    return _STEP_BASE + len(chain.pending) - 1


def _index(chain: _Chain, dim: int, origin: int | PerDevice, given: int = 0) -> int:
    operand = Operand(chain.shape, I32, dim, origin)
    if operand not in chain.operands:
        chain.operands.append(operand)
    return given + chain.operands.index(operand)


def _record(chain: _Chain, node: Node) -> None:
    name = node.op.name
    args = [chain.values[o] for o in node.operands]
    integer = I32 in (node.type.dtype, *(o.type.dtype for o in node.operands))
    if name == "full":
        value = node.attrs["value"]
        assert isinstance(value, (int, float))
        result = _add(chain, "int_const" if node.type.dtype == I32 else "const", value=value)
    elif name == "iota":
        result = _iota(chain, node)
    elif name == "mask":
        result = _mask(chain, node, args[0])
    elif name == "cast":
        result = _cast(chain, args[0], node.operands[0].type.dtype, node.type.dtype)
    elif name == "gelu":
        result = _add(chain, "gelu_tanh" if node.attrs["approximate"] == "tanh" else "gelu", args)
    elif name == "pow":
        result = _power(chain, node, args)
    elif integer and name in _INTEGER:
        result = _add(chain, _INTEGER[name], args)
    else:
        result = _add(chain, name, args)
    chain.values[node] = result


def _origin(node: Node, mesh: Mesh, dim: int) -> int | PerDevice:
    """The global index of the first element along ``dim``, per device."""
    values = tuple(node.type.origin(mesh, d)[dim] for d in range(mesh.size))
    return values[0] if len(set(values)) == 1 else PerDevice(values)


def _from_end(node: Node, mesh: Mesh, dim: int) -> int | PerDevice:
    """Where indices must start so that exactly the elements of a block that exist stay below the dim's size.

    Blocks of blocks may be short in the middle of a dim, so the global index does not tell.
    """
    values = tuple(node.type.shape[dim] - node.type.valid_shape(mesh, d)[dim] for d in range(mesh.size))
    return values[0] if len(set(values)) == 1 else PerDevice(values)


def _iota(chain: _Chain, node: Node) -> int:
    dim, start, step = node.attrs["dim"], node.attrs["start"], node.attrs["step"]
    assert isinstance(dim, int) and isinstance(start, (int, float)) and isinstance(step, (int, float))
    if node.type.shape[dim] == 1:
        return _add(chain, "int_const" if node.type.dtype == I32 else "const", value=start)
    index = _index(chain, len(chain.shape) - node.type.rank + dim, _origin(node, chain.mesh, dim))
    if node.type.dtype == I32:
        scaled = index if step == 1 else _add(chain, "int_mul", (index, _add(chain, "int_const", value=step)))
        return scaled if start == 0 else _add(chain, "int_add", (scaled, _add(chain, "int_const", value=start)))
    value = _add(chain, "int_to_float", (index,))
    scaled = value if step == 1 else _add(chain, "mul", (value, _add(chain, "const", value=step)))
    return scaled if start == 0 else _add(chain, "add", (scaled, _add(chain, "const", value=start)))


def _mask(chain: _Chain, node: Node, value: int) -> int:
    """``value`` inside the array, the mask's own value in the padding of a shard."""
    fill = node.attrs["value"]
    assert isinstance(fill, (int, float))
    integer = node.type.dtype == I32
    for dim in node.type.padded_dims(chain.mesh):
        index = _index(chain, len(chain.shape) - node.type.rank + dim, _from_end(node, chain.mesh, dim))
        end = _add(chain, "int_const", value=node.type.shape[dim])
        inside = _add(chain, "int_lt", (index, end))
        other = _add(chain, "int_const" if integer else "const", value=fill)
        value = _add(chain, "where", (inside, value, other))
    return value


def _power(chain: _Chain, node: Node, args: Sequence[int]) -> int:
    """Small integer exponents, and halves, without a logarithm."""
    exponent = node.operands[1]
    value = exponent.attrs["value"] if exponent.op.name == "full" else None
    if isinstance(value, (int, float)) and float(value).is_integer() and 1 <= value <= 16:
        return _add(chain, "integer_pow", args[:1], value)
    simple = {-1.0: "reciprocal", 0.5: "sqrt", -0.5: "rsqrt"}.get(value) if isinstance(value, (int, float)) else None
    return _add(chain, simple, args[:1]) if simple else _add(chain, "pow", args)


def _cast(chain: _Chain, value: int, before: DType, after: DType) -> int:
    if after == before:
        return value
    if after == BOOL:
        return _add(chain, "int_to_bool" if before == I32 else "float_to_bool", (value,))
    if after == I32:
        return _add(chain, "float_to_int", (value,))
    if before == I32:
        value = _add(chain, "int_to_float", (value,))
    return _add(chain, "round_bf16", (value,)) if after == BF16 and before != BOOL else value


def _elementwise(node: Node, mesh: Mesh, arch: Arch) -> Program:
    inputs, nodes, result = _members(node)
    shape = result.type.local_shape(mesh)
    chain = _chain(mesh, shape, inputs, nodes)
    expression = _finish(chain)
    if result in inputs:
        expression = Expression(len(chain.operands), ())
    return eltwise.build(
        EltwiseSpec(_name(node), _ending_in(expression, chain.values[result]), tuple(chain.operands), shape,
                    _stored(result.type.dtype)),
        arch,
    )  # fmt: skip


def _ending_in(expression: Expression, value: int) -> Expression:
    """The expression cut so that its last value is ``value``."""
    last = _number(value, expression.inputs)
    return replace(expression, steps=expression.steps[: last - expression.inputs + 1])


def _name(node: Node) -> str:
    if node.body is None:
        return node.op.name
    names = [n.op.name for n in node.body.nodes if n.op.kernel != "create"]
    return "_".join(names[:4]) + ("_etc" if len(names) > 4 else "")


@dataclass(frozen=True)
class _Product:
    """A matmul with its epilogue; ``order`` says which of the launch's buffers each of the kernels' is."""

    spec: matmul.MatmulSpec
    order: tuple[int, ...]


def _product(node: Node, mesh: Mesh) -> _Product:
    inputs, nodes, result = _members(node)
    root = next(n for n in nodes if n.op.kernel == "matmul")
    a, b = root.operands
    turned = {o for o in (a, b) if o.op.kernel == "copy" and o in nodes}
    nodes = tuple(n for n in nodes if n.op.kernel != "copy")
    read = {o for n in nodes if n is not root for o in n.operands}
    others = [i for i in inputs if i in read]
    # The launch binds the node's operands in order; the matmul's kernels want a, b, then the rest.
    matrices = (o.operands[0] if o in turned else o for o in (a, b))
    order = tuple(inputs.index(o) for o in (*matrices, *others))
    epilogue = None
    chain = None
    if result is not root:
        chain = _chain(mesh, result.type.local_shape(mesh), [root, *others], [n for n in nodes if n is not root], 1)
        epilogue = _ending_in(_finish(chain, 1), chain.values[result])
    chosen = node.attrs.get("fidelity")
    fidelity = cast(matmul.Fidelity, chosen) if chosen else "hifi4" if a.type.dtype == F32 else "hifi2"
    spec = matmul.MatmulSpec(
        name=_name(node),
        a=_operand(a, mesh),
        b=_operand(b, mesh),
        dtype=_stored(result.type.dtype),
        epilogue=epilogue,
        operands=tuple(chain.operands) if chain else (),
        fidelity=fidelity,
        fp32_accumulate=node.attrs.get("accumulate") != "bf16" or any(o.type.dtype != BF16 for o in (*inputs, result)),
        a_transposed=a in turned,
        b_transposed=b in turned,
    )
    return _Product(spec, order)


def _matmul(node: Node, mesh: Mesh, arch: Arch) -> Program:
    product = _product(node, mesh)
    program = matmul.build(product.spec, arch, _plan_of(node.attrs))
    return eltwise.reorder(program, product.order, len(_members(node)[0]))


def tiling(node: Node, mesh: Mesh, arch: Arch) -> Attrs:
    """How a fused matmul is cut, as attributes of its node (:class:`~meshjit.codegen.tensix.matmul_blocks.Plan`).

    ``tile`` counts elements; ``multicast`` names the operands that cores share, ``keep`` the one that stays
    in L1, ``halves`` those of Dst when not two.

    Raises :class:`~meshjit.errors.CodegenError` for what cards cannot compute (MJ4111, MJ413x).
    """
    plan = matmul.plan(_product(node, mesh).spec, arch)
    attrs: dict[str, Attr] = {"tile": tuple(TILE_DIM * n for n in (plan.rows, plan.columns, plan.k_block))}
    attrs |= {"multicast": plan.share} if plan.share else {}
    attrs |= {"keep": plan.keep} if plan.keep else {}
    attrs |= {"halves": plan.halves} if plan.halves != 2 else {}
    return attrs_of(**attrs)


def _plan_of(attrs: Attrs) -> Plan | None:
    if "tile" not in attrs:
        return None
    rows, columns, depth = (-(-n // TILE_DIM) for n in cast("tuple[int, int, int]", attrs["tile"]))
    share, keep = cast("Share", attrs.get("multicast", "")), cast("Keep", attrs.get("keep", ""))
    return Plan(rows, columns, depth, share, keep, cast("int", attrs.get("halves", 2)))


def _reduce(node: Node, mesh: Mesh, arch: Arch) -> Program:
    inputs, nodes, result = _members(node)
    source = result.operands[0]
    shape = source.type.local_shape(mesh)
    chain = _chain(mesh, shape, inputs, [n for n in nodes if n is not result])
    axes = result.attrs["axes"]
    op = result.op.name
    assert isinstance(axes, tuple) and op in ("sum", "max", "min")
    return rows.build_reduce(
        rows.ReduceSpec(
            name=_name(node),
            expression=_ending_in(_finish(chain), chain.values[source]),
            operands=tuple(chain.operands),
            shape=shape,
            axes=tuple(int(a) for a in axes),
            op=op,
            dtype=_stored(result.type.dtype),
            out_shape=result.type.local_shape(mesh),
        ),
        arch,
    )


def _normalize(node: Node, mesh: Mesh, arch: Arch) -> Program:
    inputs, nodes, root = _members(node)
    operands = tuple(_operand(o, mesh) for o in root.operands)
    dtype = _stored(root.type.dtype)
    source, *weights = root.operands
    expression, sources = None, ()
    if source not in inputs:
        read = [i for i in inputs if any(i in n.operands for n in nodes if n is not root)]
        chain = _chain(mesh, operands[0].shape, read, [n for n in nodes if n is not root])
        expression = _ending_in(_finish(chain), chain.values[source])
        sources = tuple(chain.operands)
    else:
        read = [source]
    if root.op.name == "softmax":
        axis = root.attrs["axis"]
        assert isinstance(axis, int)
        spec = rows.SoftmaxSpec(_name(node), operands[0], axis, dtype, expression, sources)
        program = rows.build_softmax(spec, arch)
    else:
        eps = root.attrs["eps"]
        assert isinstance(eps, float)
        kind = "layer_norm" if root.op.name == "layer_norm" else "rms_norm"
        program = rows.build_norm(rows.NormSpec(_name(node), kind, operands, eps, dtype, expression, sources), arch)
    return eltwise.reorder(program, [inputs.index(o) for o in (*read, *weights)], len(inputs))


def _copy(node: Node, mesh: Mesh, arch: Arch) -> Program:
    return copy.lower(node, mesh, arch)


_FAMILIES: Mapping[str, Callable[[Node, Mesh, Arch], Program]] = MappingProxyType(
    {
        "elementwise": _elementwise,
        "create": _elementwise,
        "matmul": _matmul,
        "reduce": _reduce,
        "normalize": _normalize,
        "copy": _copy,
    }
)
