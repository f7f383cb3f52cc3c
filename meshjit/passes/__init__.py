"""The passes, in the one order in which they run, each with the reason for its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from meshjit.errors import UsageError
from meshjit.ir.graph import Graph
from meshjit.ir.machine import Machine
from meshjit.ir.verify import verify
from meshjit.passes.collectives import rewrite_collectives
from meshjit.passes.cse import cse
from meshjit.passes.dce import dce
from meshjit.passes.fuse import fuse
from meshjit.passes.outputs import own_outputs
from meshjit.passes.partition import partition
from meshjit.passes.pins import check_pins
from meshjit.passes.place import place
from meshjit.passes.plan import plan
from meshjit.passes.propagate import propagate
from meshjit.passes.schedule import schedule
from meshjit.passes.simplify import simplify
from meshjit.passes.tile import tile


@dataclass(frozen=True)
class Pass:
    """A pass by name. ``takes`` is the stage it reads ("" for any), ``gives`` the stage text it completes, if any."""

    name: str
    run: Callable[[Graph, Machine], Graph]
    reason: str
    takes: str = ""
    gives: str = ""


def _plain(function: Callable[[Graph], Graph]) -> Callable[[Graph, Machine], Graph]:
    return lambda graph, machine: function(graph)


_PINS = Pass("pins", _plain(check_pins), "first: what follows merges values that were pinned apart")
_SIMPLIFY = Pass("simplify", _plain(simplify), "early, so that later passes see no detours")
_CSE = Pass("cse", _plain(cse), "after simplify, which makes more nodes equal")
_DCE = Pass("dce", _plain(dce), "after cse, which leaves unused nodes")
_PROPAGATE = Pass(
    "propagate", _plain(propagate), "on the smallest graph: every node costs a choice", takes="traced", gives="sharded"
)
_PARTITION = Pass(
    "partition", _plain(partition), "as soon as shardings are final: what follows works on devices", takes="sharded"
)
_COLLECTIVES = Pass(
    "collectives", _plain(rewrite_collectives), "before fusion, which would hide the ops they sink past", takes="local"
)
_CSE_LOCAL = Pass("cse", _plain(cse), "reshards of one value for several users became equal collectives")
_OUTPUTS = Pass("outputs", _plain(own_outputs), "after cse, which would merge the copies again", takes="local")
_DCE_LOCAL = Pass("dce", _plain(dce), "cse and the rewrites leave unused nodes", gives="local")
_FUSE = Pass("fuse", fuse, "when collectives are final: they bound what can be one kernel", takes="local")
_TILE = Pass("tile", tile, "as soon as each matmul's epilogue is final", takes="fused", gives="fused")
_SCHEDULE = Pass(
    "schedule", _plain(schedule), "before the memory plan, whose lifetimes follow the order", takes="fused"
)
_PLAN = Pass("plan", plan, "last: it needs the final order and the final kernels", takes="fused", gives="planned")

#: All passes in order.
PIPELINE: tuple[Pass, ...] = (
    _PINS,
    _SIMPLIFY,
    _CSE,
    _DCE,
    _PROPAGATE,
    _PARTITION,
    _COLLECTIVES,
    _CSE_LOCAL,
    _OUTPUTS,
    _DCE_LOCAL,
    _FUSE,
    _TILE,
    _SCHEDULE,
    _PLAN,
)

#: Passes by the name that ``meshjit opt -p`` takes.
PASSES: Mapping[str, Pass] = MappingProxyType({p.name: p for p in reversed(PIPELINE)})


def run_pass(step: Pass, graph: Graph, machine: Machine) -> Graph:
    """One pass, then the verifier.

    Raises :class:`~meshjit.errors.UsageError` (MJ1004) when the graph is not of the stage the pass reads.
    """
    if step.takes and graph.stage != step.takes:
        raise UsageError(
            "MJ1004",
            f"pass {step.name} reads a graph of stage {step.takes}, this one is {graph.stage}",
            fix=f"dump the function with --stage {step.takes}",
        )
    out = step.run(graph, machine)
    verify(out, after=step.name)
    return out


@dataclass(frozen=True)
class Lowering:
    """What the pipeline made: the graph of each stage, by name, and why the planner placed arguments as it did."""

    stages: Mapping[str, Graph]
    choices: Mapping[str, str]


def run_pipeline(graph: Graph, machine: Machine, *, strategy: str = "propagate") -> Lowering:
    """All passes on a traced graph. Strategy "auto" lets the planner place what nobody said, before propagation."""
    stages = {"traced": graph}
    choices: Mapping[str, str] = {}
    for step in PIPELINE:
        if step is _PROPAGATE and strategy == "auto":
            choice = place(graph, machine)
            verify(choice.graph, after="place")
            graph, choices = choice.graph, choice.reasons
        graph = run_pass(step, graph, machine)
        if step.gives:
            stages[step.gives] = graph
    return Lowering(stages, choices)
