"""Faults seeded in passes, ops, text and CPU kernels: the checks that the other tests are made of catch each of them.

A fault is a replacement in a module's source or in a kernel template. The check named with it must pass on the graph as
the code stands, and fail with the fault.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from checks import check_cpu, check_passes, inputs_of, jobs_reversed
from seeding import seed

from meshjit.errors import MeshJitError
from meshjit.ir.parser import parse

# Graphs ---------------------------------------------------------------------------------------------------------------


def traced(params: str, *body: str, mesh: str = "dp=2, tp=2", results: str = "") -> str:
    """A traced function of these nodes, returning the last (or ``results``)."""
    lines = "\n".join(f"  %{i} = {line}" for i, line in enumerate(body))
    return f"mesh ({mesh}) stage traced\nfunc f({params}) {{\n{lines}\n  return {results or f'%{len(body) - 1}'}\n}}\n"


def local(params: str, *body: str, mesh: str = "dp=2, tp=2") -> str:
    return traced(params, *body, mesh=mesh).replace("stage traced", "stage local")


GRAPHS = {
    "mlp": traced(
        "%x: f32[6@dp,10], %w1: f32[10,13@tp], %b: f32[13]?, %w2: f32[13@tp,7]",
        "matmul(%x, %w1) : f32[6,13]?",
        "add(%0, %b) : f32[6,13]?",
        'gelu(%1) {approximate="tanh"} : f32[6,13]?',
        "matmul(%2, %w2) : f32[6,7]?",
    ),
    "max": traced(
        "%x: f32[5@dp+tp,3]",
        "abs(%x) : f32[5,3]?",
        "neg(%0) : f32[5,3]?",
        "max(%1) {axes=[0], keepdims=false} : f32[3]?",
    ),
    "sum": traced("%x: f32[5@dp+tp,3]", "sum(%x) {axes=[0], keepdims=true} : f32[1,3]?"),
    "max_local": traced(
        "%x: f32[5,3]?", "abs(%x) : f32[5,3]?", "neg(%0) : f32[5,3]?", "max(%1) {axes=[1], keepdims=false} : f32[5]?"
    ),
    "transpose": traced("%x: f32[6@dp,4]", "transpose(%x) {perm=[1,0]} : f32[4,6]?", "exp(%0) : f32[4,6]?"),
    "transposes": traced(
        "%x: f32[2,3,4]?",
        "transpose(%x) {perm=[1,2,0]} : f32[3,4,2]?",
        "transpose(%0) {perm=[1,2,0]} : f32[4,2,3]?",
        "neg(%1) : f32[4,2,3]?",
    ),
    "two_slices": traced(
        "%x: f32[7]?",
        "slice(%x) {start=[0], size=[3], step=[1]} : f32[3]?",
        "slice(%x) {start=[4], size=[3], step=[1]} : f32[3]?",
        "sub(%0, %1) : f32[3]?",
    ),
    "differences": traced(
        "%x: f32[3]?, %y: f32[3]?",
        "sub(%x, %y) : f32[3]?",
        "sub(%y, %x) : f32[3]?",
        "div(%0, %1) : f32[3]?",
        "add(%2, %0) : f32[3]?",
    ),
    "reversal": traced("%x: f32[5]?", "slice(%x) {start=[4], size=[5], step=[-1]} : f32[5]?", "exp(%0) : f32[5]?"),
    "zero_minus": traced(
        "%x: f32[5]?", "full() {shape=[], value=0.0, dtype=f32} : f32[]?", "sub(%0, %x) : f32[5]?", "exp(%1) : f32[5]?"
    ),
    "shared_value": traced(
        "%x: f32[4,6]?",
        "exp(%x) : f32[4,6]?",
        "neg(%0) : f32[4,6]?",
        "transpose(%0) {perm=[1,0]} : f32[6,4]?",
        results="%1, %2",
    ),
    "temporaries": traced(
        "%x: f32[8@dp,6]",
        "softmax(%x) {axis=1} : f32[8,6]?",
        "transpose(%0) {perm=[1,0]} : f32[6,8]?",
        "softmax(%1) {axis=0} : f32[6,8]?",
        "transpose(%2) {perm=[1,0]} : f32[8,6]?",
        "sub(%0, %3) : f32[8,6]?",
        "softmax(%4) {axis=1} : f32[8,6]?",
    ),
    "two_shapes": traced(
        "%x: f32[2,3]?",
        "abs(%x) : f32[2,3]?",
        "reshape(%0) {shape=[6]} : f32[6]?",
        "reshape(%0) {shape=[3,2]} : f32[3,2]?",
        results="%1, %2",
    ),
    "resharded": traced("%x: f32[5@dp+tp]", 'pin(%x) {spec=["-"], by="with_sharding"} : f32[5]?', "exp(%0) : f32[5]?"),
    "pinned": traced(
        "%x: f32[3,7]", 'pin(%x) {spec=["-","tp"], by="with_sharding"} : f32[3,7]?', "exp(%0) : f32[3,7]?"
    ),
    "gathered": traced(
        "%x: f32[6,5@tp], %y: f32[6,5]",
        'pin(%x) {spec=["-","-"], by="with_sharding"} : f32[6,5]?',
        "add(%0, %y) : f32[6,5]?",
    ),
    "merged_dims": traced("%x: f32[2@dp,2@tp]", "reshape(%x) {shape=[4]} : f32[4]?", "exp(%0) : f32[4]?"),
    "layer_norm": traced(
        "%x: f32[6,10@tp], %w: f32[10]?, %b: f32[10]?", "layer_norm(%x, %w, %b) {eps=0.1} : f32[6,10]?"
    ),
    "norm_whole": traced("%x: f32[6@dp,10], %w: f32[10]?", "rms_norm(%x, %w) {eps=0.5} : f32[6,10]?"),
    "softmax": traced("%x: f32[6,10]?", "softmax(%x) {axis=0} : f32[6,10]?"),
    "two_reduced": traced(
        "%x: f32[4,8@tp], %y: f32[4,8@tp]",
        "sum(%x) {axes=[1], keepdims=false} : f32[4]?",
        "sum(%y) {axes=[1], keepdims=false} : f32[4]?",
        "maximum(%0, %1) : f32[4]?",
    ),
    "broadcast": traced(
        "%x: f32[4,6@tp], %y: f32[4,1], %z: f32[6]?", "add(%x, %y) : f32[4,6]?", "mul(%0, %z) : f32[4,6]?"
    ),
    "arithmetic": traced("%x: f32[31]?, %y: f32[31]?", "sub(%x, %y) : f32[31]?", "div(%0, %y) : f32[31]?"),
    "bf16": traced("%x: bf16[31]?", "exp(%x) : bf16[31]?"),
    "slice": traced("%x: f32[7@dp,9]", "slice(%x) {start=[0,2], size=[7,3], step=[1,2]} : f32[7,3]?"),
    "concat": traced("%x: f32[7@dp,3], %y: f32[7,2]?", "concat(%x, %y) {axis=1} : f32[7,5]?"),
    "pad": traced("%x: f32[7@dp,3]", "pad(%x) {low=[0,1], high=[0,2], value=0.5} : f32[7,6]?"),
    "iota": traced(
        "%x: f32[8@tp]", "iota() {shape=[8], dim=0, start=0.0, step=1.0, dtype=f32} : f32[8]?", "mul(%x, %0) : f32[8]?"
    ),
    "local_slice": local("%x: f32[3,7]", 'local_slice(%x) {dim=1, axes=["tp"]} : f32[3,7@tp]'),
    "all_gather": local("%x: f32[6@dp,5@tp]", 'all_gather(%x) {dim=1, axes=["tp"]} : f32[6@dp,5]'),
    "reduce_scatter": local(
        "%x: f32[4,6@tp]",
        "sum(%x) {axes=[1], keepdims=false} : f32[4]{+tp}",
        'reduce_scatter(%0) {dim=0, axes=["tp"], op="sum"} : f32[4@tp]',
    ),
    "all_to_all": local("%x: f32[4,6@tp]", 'all_to_all(%x) {dim=1, split_dim=0, axes=["tp"]} : f32[4@tp,6]'),
}


# Checks ---------------------------------------------------------------------------------------------------------------


def passes(text: str) -> None:
    """Each pass keeps the meaning; sharded equals unsharded."""
    graph = parse(text)
    assert str(graph) == text or "stage local" in text
    check_passes(graph, inputs_of(graph))


def cpu(text: str) -> None:
    """The CPU mesh computes what evaluate says."""
    graph = parse(text)
    inputs = inputs_of(graph)
    tolerance = None if graph.stage == "traced" else [1e-5] * len(graph.outputs)
    check_cpu(check_passes(graph, inputs), inputs, tolerance)


def any_order(text: str) -> None:
    """As :func:`cpu`, with the jobs between two barriers in reverse."""
    with jobs_reversed():
        cpu(text)


# Faults ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """``old`` becomes ``new`` in a module's or template's source; ``check`` of ``graph`` notices."""

    name: str
    place: str
    old: str
    new: str
    check: Callable[[str], None]
    graph: str


FAULTS = (
    Fault("missing mask", "meshjit.passes.partition", "if reductions:", "if False:", passes, "sum"),
    Fault("wrong neutral element", "meshjit.passes.partition", 'low if op == "max" else high', "0.0", passes, "max"),
    Fault(
        "dropped all_reduce",
        "meshjit.passes.partition",
        "value = builder.add(step.op, [value], attrs, node.location)",
        'value = value if step.op.name == "all_reduce" else builder.add(step.op, [value], attrs, node.location)',
        passes,
        "mlp",
    ),
    Fault(
        "cse merges different attributes",
        "meshjit.passes.cse",
        "tuple(ids), attrs, node.type)",
        "tuple(ids), node.type)",
        passes,
        "two_slices",
    ),
    Fault(
        "cse orders operands of every op",
        "meshjit.passes.cse",
        "if node.op.commutative:",
        "if True:",
        passes,
        "differences",
    ),
    Fault(
        "transposes composed backwards",
        "meshjit.passes.simplify",
        "tuple(inner[p] for p in outer)",
        "tuple(outer[q] for q in [inner[p] for p in inner])",
        passes,
        "transposes",
    ),
    Fault("reversal dropped", "meshjit.passes.simplify", "if op is SLICE and (", "if False and (", passes, "reversal"),
    Fault(
        "0 - x taken for x",
        "meshjit.passes.simplify",
        "if op is ADD and _is_constant(operands[0], 0)",
        "if op in (ADD, SUB) and _is_constant(operands[0], 0)",
        passes,
        "zero_minus",
    ),
    Fault(
        "dce forgets second operands",
        "meshjit.passes.dce",
        "live.update(node.operands)",
        "live.update(node.operands[:1])",
        passes,
        "differences",
    ),
    Fault(
        "stale sharding after transpose",
        "meshjit.ir.ops.shape",
        "tuple((p,) for p in perm), types[0].shape)",
        "tuple((d,) for d in range(len(perm))), types[0].shape)",
        passes,
        "transpose",
    ),
    Fault(
        "minor part of a merged dim stays sharded",
        "meshjit.ir.opdef",
        "    if minor:",
        "    if False:",
        passes,
        "merged_dims",
    ),
    Fault(
        "local_slice of the first device",
        "meshjit.ir.ops.sharding",
        "start = ctx.origin[dim] - ctx.operand_origins[0][dim]",
        "start = 0",
        passes,
        "pinned",
    ),
    Fault(
        "padding not cut after a gather",
        "meshjit.ir.ops.sharding",
        "whole = _cut(np.concatenate(xs, axis=dim), dim, ctxs[0].shape[dim])",
        "whole = np.concatenate(xs, axis=dim)",
        passes,
        "gathered",
    ),
    Fault(
        "mask by global index",
        "meshjit.ir.ops.sharding",
        "np.arange(size) < valid",
        "ctx.origin[d] + np.arange(size) < ctx.type.shape[d]",
        passes,
        "sum",
    ),
    Fault(
        "blocks of blocks gathered at once",
        "meshjit.passes.reshard",
        "axes = axes[-1:]",
        "axes = axes[:]",
        passes,
        "resharded",
    ),
    Fault(
        "variance without its mean",
        "meshjit.passes.decompose",
        "_mean_square(emit, node, centred)",
        "_mean_square(emit, node, x)",
        passes,
        "layer_norm",
    ),
    Fault(
        "reductions sink past any op",
        "meshjit.passes.collectives",
        'node.op.linear == "all" and len',
        "len",
        passes,
        "two_reduced",
    ),
    Fault(
        "fusion hides a value others read",
        "meshjit.passes.fuse",
        " and all(u in groups for u in users)",
        "",
        passes,
        "shared_value",
    ),
    Fault(
        "schedule runs users early",
        "meshjit.passes.schedule",
        "if not waiting[user]:",
        "if True:",
        passes,
        "temporaries",
    ),
    Fault(
        "memory plan overlaps live values",
        "meshjit.passes.plan",
        "if offset + size <= a.offset:",
        "if True:",
        cpu,
        "temporaries",
    ),
    Fault(
        "memory plan forgets later uses",
        "meshjit.passes.plan",
        "last[owners[operand]] = i",
        "last.setdefault(owners[operand], i)",
        cpu,
        "temporaries",
    ),
    Fault("results share memory", "meshjit.passes.plan", "taken.add(source)", "pass", cpu, "two_shapes"),
    Fault(
        "collective over the other axis",
        "meshjit.codegen.executable",
        "mesh.groups(axes_of(attrs))",
        "mesh.groups([a for a in mesh.axes if a not in axes_of(attrs)])",
        cpu,
        "all_gather",
    ),
    Fault("reduction by another op", "meshjit.codegen.executable", 'attrs.get("op", "sum")', '"max"', cpu, "mlp"),
    Fault(
        "operands bound in reverse",
        "meshjit.codegen.executable",
        "dict.fromkeys(node.operands)",
        "dict.fromkeys(node.operands[::-1])",
        cpu,
        "arithmetic",
    ),
    Fault(
        "missing barrier",
        "meshjit.runtime.devices.cpu_stream",
        "return any(overlap(a, b) for a in left for b in right)",
        "return False",
        any_order,
        "temporaries",
    ),
    Fault(
        "gathered blocks in one place",
        "meshjit.runtime.devices.cpu_collective",
        "at = j * extents[command.dim] * out_strides[command.dim]",
        "at = 0",
        cpu,
        "all_gather",
    ),
    Fault(
        "every device keeps the first block",
        "meshjit.runtime.devices.cpu_collective",
        "offset = first * strides[command.dim]",
        "offset = 0",
        cpu,
        "reduce_scatter",
    ),
    Fault(
        "exchange sends the first part to all",
        "meshjit.runtime.devices.cpu_collective",
        "offset = first * source_strides[command.split_dim]",
        "offset = 0",
        cpu,
        "all_to_all",
    ),
    Fault(
        "wrong broadcasting stride",
        "meshjit.codegen.cpu.nest",
        "tuple(0 if n == 1 else s for n, s in",
        "tuple(1 if n == 1 else s for n, s in",
        cpu,
        "broadcast",
    ),
    Fault(
        "kernel transposes nothing",
        "meshjit.codegen.cpu.elementwise",
        "[source[p] for p in perm]",
        "list(row_major(node.type.local_shape(launch.mesh)))",
        cpu,
        "transpose",
    ),
    Fault(
        "slice starts at 0",
        "meshjit.codegen.cpu.elementwise",
        "offset = sum(o * s for o, s in zip(start, source, strict=True))",
        "offset = 0",
        cpu,
        "slice",
    ),
    Fault(
        "pad writes to the corner",
        "meshjit.codegen.cpu.elementwise",
        "start = sum(o * s for o, s in zip(low, out, strict=True))",
        "start = 0",
        cpu,
        "pad",
    ),
    Fault(
        "concat writes over itself", "meshjit.codegen.cpu.elementwise", "at += shape[axis]", "at += 0", cpu, "concat"
    ),
    Fault(
        "kernel slices for the first device",
        "meshjit.codegen.cpu.elementwise",
        "node.type.origin(mesh, d)[dim] - operand.origin(mesh, d)[dim]",
        "node.type.origin(mesh, 0)[dim] - operand.origin(mesh, 0)[dim]",
        cpu,
        "local_slice",
    ),
    Fault(
        "kernel masks by global index",
        "meshjit.codegen.cpu.chain",
        "size - node.type.valid_shape(chain.mesh, d)[dim]",
        "node.type.origin(chain.mesh, d)[dim]",
        cpu,
        "max",
    ),
    Fault(
        "index sequence starts anew on each device",
        "meshjit.codegen.cpu.chain",
        "tuple(node.type.origin(chain.mesh, d)[dim] for d",
        "tuple(0 for d",
        cpu,
        "iota",
    ),
    Fault("maximum starts from 0", "meshjit.codegen.cpu.chain", '"max": -np.inf', '"max": 0.0', cpu, "max_local"),
    Fault(
        "swapped operands",
        "cpu/math.ll.j2",
        "%r = {{ binary[name][0] }} {{ binary[name][1] }} %x, %y",
        "%r = {{ binary[name][0] }} {{ binary[name][1] }} %y, %x",
        cpu,
        "arithmetic",
    ),
    Fault(
        "norm without epsilon",
        "cpu/normalize.ll.j2",
        "splat (float {{ eps | f32 }})",
        "zeroinitializer",
        cpu,
        "norm_whole",
    ),
    Fault(
        "softmax not normalised",
        "cpu/softmax_columns.ll.j2",
        "%scale{{ v }} = fdiv {{ F }} splat (float 1.0), %b.new{{ v }}",
        "%scale{{ v }} = fadd {{ F }} %b.new{{ v }}, zeroinitializer",
        cpu,
        "softmax",
    ),
    Fault(
        "accumulators forget",
        "cpu/gemm.ll.j2",
        "fmuladd.v{{ w }}f32({{ F }} %a{{ r }}, {{ F }} %b{{ v }}, {{ F }} %c{{ r }}.{{ v }})",
        "fmuladd.v{{ w }}f32({{ F }} %a{{ r }}, {{ F }} %b{{ v }}, {{ F }} zeroinitializer)",
        cpu,
        "mlp",
    ),
)


@pytest.mark.parametrize("graph", GRAPHS)
def test_graphs_are_sound(graph: str) -> None:
    any_order(GRAPHS[graph])


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f.name.replace(" ", "_"))
def test_fault_is_caught(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    seed(monkeypatch, fault.place, fault.old, fault.new)
    with pytest.raises((AssertionError, MeshJitError, ValueError, IndexError, KeyError)):
        fault.check(GRAPHS[fault.graph])
