"""Random graphs through every pass and onto the CPU mesh: however they are sharded, they compute the same."""

from __future__ import annotations

from dataclasses import replace

from checks import MACHINE, check_cpu, check_passes, inputs_of, jobs_reversed
from hypothesis import given, settings
from hypothesis import strategies as st
from random_graphs import Text, graphs

from meshjit.ir.parser import parse
from meshjit.ir.program import Layout
from meshjit.ir.verify import verify
from meshjit.passes.place import place

SEEDS = st.integers(0, 3)


@given(graphs(), SEEDS)
def test_passes_keep_the_meaning(text: Text, seed: int) -> None:
    graph = parse(text)
    assert str(graph) == text
    check_passes(graph, inputs_of(graph, seed))


@given(graphs())
def test_memory_of_cards_is_planned(text: Text) -> None:
    card = replace(MACHINE, arch="wormhole", layout=Layout.TILE, banks=12)
    check_passes(parse(text), inputs_of(parse(text)), card)


@given(graphs(), SEEDS)
def test_cpu_mesh_computes_what_evaluate_says(text: Text, seed: int) -> None:
    graph = parse(text)
    inputs = inputs_of(graph, seed)
    check_cpu(check_passes(graph, inputs), inputs)


@given(graphs(), SEEDS)
def test_jobs_of_a_phase_run_in_any_order(text: Text, seed: int) -> None:
    graph = parse(text)
    inputs = inputs_of(graph, seed)
    with jobs_reversed():
        check_cpu(check_passes(graph, inputs), inputs)


@settings(max_examples=10)
@given(graphs(most_nodes=6), SEEDS)
def test_the_planner_keeps_the_meaning(text: Text, seed: int) -> None:
    graph = parse(text)
    inputs = inputs_of(graph, seed)
    placed = place(graph, MACHINE).graph
    verify(placed)
    given_specs = [p.type.spec for p in graph.params]
    assert all(s is None or s == p.type.spec for s, p in zip(given_specs, placed.params, strict=True))
    check_passes(placed, inputs)
