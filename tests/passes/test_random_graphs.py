"""Random graphs through every pass and onto the CPU mesh; whatever is sharded how, it compiles and computes the same."""

from __future__ import annotations

from checks import check_cpu, check_passes, inputs_of, jobs_reversed
from hypothesis import given
from hypothesis import strategies as st
from random_graphs import Text, graphs

from meshjit.ir.parser import parse

SEEDS = st.integers(0, 3)


@given(graphs(), SEEDS)
def test_passes_keep_the_meaning(text: Text, seed: int) -> None:
    graph = parse(text)
    assert str(graph) == text
    check_passes(graph, inputs_of(graph, seed))


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
