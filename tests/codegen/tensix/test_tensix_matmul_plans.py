"""How matmuls are cut and shared among cores, without running them; and under adversarial scheduling."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from card_run import ONE, target
from hypothesis import given, settings
from hypothesis import strategies as st
from test_tensix_matmul import PLANS, run_plan

from meshjit.arch import BLACKHOLE, MAX_ARGUMENT_WORDS, WORMHOLE
from meshjit.codegen.tensix import matmul
from meshjit.codegen.tensix.eltwise import Operand
from meshjit.codegen.tensix.hw import hw
from meshjit.codegen.tensix.matmul_blocks import (
    GIVE_A,
    GIVE_B,
    READ_A,
    READ_B,
    Plan,
    Problem,
    assign,
    count,
    groups,
    layout,
)
from meshjit.codegen.tensix.multicast import rectangles, runs
from meshjit.errors import CodegenError
from meshjit.ir.program import CoreRange
from meshjit.ir.types import BF16, F32
from meshjit.runtime.devices.card import open_emulator

ARCH = [pytest.param(arch, id=arch.name) for arch in (WORMHOLE, BLACKHOLE)]


def test_runs_of_coordinates():
    assert runs(()) == ()
    assert runs((9, 1, 2, 2, 3, 7, 8)) == ((1, 3), (7, 9))


@pytest.mark.parametrize("arch", ARCH)
def test_rectangles_hold_the_workers_of_a_group_and_nothing_else(arch):
    columns, rows = arch.grid
    for cores in (
        CoreRange((0, 0), (columns - 1, rows - 1)),
        CoreRange((0, 3), (columns - 1, 3)),
        CoreRange((5, 0), (5, rows - 1)),
        CoreRange((3, 4), (4, 5)),
    ):
        sender = cores.start
        words = rectangles(arch, cores, sender)
        assert words is not None
        inside: list[tuple[int, int]] = []
        for word in words:
            corners = word >> arch.noc.coordinate_shift
            (x0, y0), (x1, y1) = ((c & 63, c >> 6) for c in (corners >> 12, corners & 0xFFF))
            inside += [(x, y) for x in range(x0, x1 + 1) for y in range(y0, y1 + 1)]
        assert len(inside) == len(set(inside))
        assert set(inside) - {arch.worker(sender)} == {arch.worker(c) for c in cores} - {arch.worker(sender)}


def test_a_chip_whose_rows_lie_apart_is_not_reached_in_one_group():
    odd = [xy for xy in WORMHOLE.workers if xy[1] % 2]
    apart = replace(WORMHOLE, grid=(8, 5), workers=tuple(odd))
    assert rectangles(apart, CoreRange((0, 0), (7, 4)), (0, 0)) is None
    spec = matmul.MatmulSpec("m", Operand((1024, 512), BF16), Operand((512, 1024), BF16), BF16)
    cut = matmul.plan(spec, apart)
    place = layout(_problem(spec), cut, apart)
    for core in place.cores:
        for cores, sender in groups(place, cut, core).values():
            assert rectangles(apart, cores, sender) is not None


def _problem(spec: matmul.MatmulSpec) -> Problem:
    return Problem.of(spec.a.shape, spec.b.shape, spec.shape)


@settings(max_examples=200, deadline=None)
@given(
    st.integers(1, 40), st.integers(1, 9), st.integers(1, 40), st.lists(st.integers(1, 3), max_size=2),
    st.integers(1, 4), st.integers(1, 4), st.sampled_from(["", "a", "b", "ab"]), st.sampled_from(["", "a", "b"]),
    st.sampled_from([WORMHOLE, BLACKHOLE]),
)  # fmt: skip
def test_blocks_cover_the_output_once_and_cores_that_share_go_in_step(m, k, n, lead, rows, columns, share, keep, arch):
    a, b = (*lead, 32 * m, 32 * k), (*lead, 32 * k, 32 * n)
    problem = Problem.of(a, b, (*lead, 32 * m, 32 * n))
    cut = Plan(rows, columns, 1, share, keep)
    place = layout(problem, cut, arch)
    shares = assign(problem, cut, place)
    pages = np.zeros(int(np.prod(lead, initial=1)) * m * n, int)
    for _, blocks in shares:
        held = {"a": -1, "b": -1}
        for block in blocks:
            for i in range(block.rows):
                pages[block.out_first + i * n : block.out_first + i * n + block.columns] += 1
            for key, first, read, give in (
                ("a", block.a_first, READ_A, GIVE_A),
                ("b", block.b_first, READ_B, GIVE_B),
            ):
                held[key] = first if block.flags & read else held[key]
                assert held[key] == first or not block.rows or not block.columns
                held[key] = -1 if block.flags & give else held[key]
    assert (pages == 1).all()
    by_core = dict(shares)
    expected = count(problem, cut, place)
    assert max(len(blocks) for blocks in by_core.values()) == expected.blocks
    for core, blocks in shares:
        for key, (cores, sender) in groups(place, cut, core).items():
            assert core in cores and sender in cores
            bits, lines = (READ_A | GIVE_A, "a_first") if key == "a" else (READ_B | GIVE_B, "b_first")
            theirs = by_core[sender]
            assert [(x.flags & bits, getattr(x, lines)) for x in blocks] == [
                (x.flags & bits, getattr(x, lines)) for x in theirs
            ]


@pytest.mark.parametrize("arch", ARCH)
@pytest.mark.parametrize("dtype", [BF16, F32], ids=str)
@pytest.mark.parametrize("shape", [(512, 512, 512), (128, 4544, 18176), (128, 18176, 4544), (4096, 64, 4096)])
def test_chosen_plans_fit_and_read_little(arch, dtype, shape):
    m, k, n = shape
    spec = matmul.MatmulSpec("m", Operand((m, k), dtype), Operand((k, n), dtype), dtype)
    cut = matmul.plan(spec, arch)
    problem = _problem(spec)
    place = layout(problem, cut, arch)
    read = 0
    for core, blocks in assign(problem, cut, place):
        senders = {key: sender for key, (_, sender) in groups(place, cut, core).items()}
        for block in blocks:
            for key, lines, flag in (("a", block.rows, READ_A), ("b", block.columns, READ_B)):
                mine = senders.get(key, core) == core
                read += lines * problem.k if mine and (cut.keep != key or block.flags & flag) else 0
    least = problem.k * (problem.m + problem.n)
    assert read <= 3 * least, (cut, read / least)
    assert sum(cb.num_pages * cb.page_bytes for cb in matmul.build(spec, arch).circular_buffers) <= arch.l1_data_bytes


@pytest.mark.parametrize("arch", ARCH)
def test_a_plan_that_l1_does_not_hold_names_the_buffer(arch):
    spec = matmul.MatmulSpec("m", Operand((128, 18176), BF16), Operand((18176, 64), BF16), BF16)
    with pytest.raises(CodegenError, match="first operand: 2272 pages") as caught:
        matmul.build(spec, arch, Plan(4, 1, 4, keep="a"))
    assert caught.value.code == "MJ4121"


@pytest.mark.parametrize("chip", ["wormhole", "blackhole"])
@pytest.mark.parametrize(("seed", "a_transposed"), [(1, False), (7, False), (12345, False), (2, True)])
def test_results_do_not_depend_on_who_runs_when(chip, seed, a_transposed):
    expected = run_plan(target("emulator", chip, ONE), PLANS[0], BF16, a_transposed=a_transposed)[0]
    card = open_emulator(ONE, chip, seed=seed)
    for cut in PLANS[4:]:
        assert run_plan(card, cut, BF16, times=2, a_transposed=a_transposed)[0] == expected, cut
    card.close()


@pytest.mark.parametrize("arch", ARCH)
def test_increments_go_to_the_first_word_of_16_bytes(arch):
    """The simulator demands it, and the increment's length field says so (ISA documentation, NoC/Atomics)."""
    spec = matmul.MatmulSpec("m", Operand((512, 512), BF16), Operand((512, 512), BF16), BF16)
    program = matmul.build(spec, arch, Plan(2, 2, 4, "ab"))
    reader = next(k for k in program.kernels if k.template.endswith("reader_matmul.ll.j2"))
    register = hw(arch.name).noc_atomic.target_lo
    targets = re.findall(rf"store volatile i32 (\d+), ptr inttoptr \(i32 {register} ", reader.source)
    assert len(targets) == 2 and all(int(address) % 16 == 0 for address in targets)


@pytest.mark.parametrize("arch", ARCH)
def test_a_plan_keeps_to_the_argument_block(arch):
    spec = matmul.MatmulSpec("m", Operand((1000, 256, 64), BF16), Operand((1000, 64, 256), BF16), BF16)
    cut = matmul.plan(spec, arch)
    problem = spec.problem
    assert count(problem, cut, layout(problem, cut, arch)).blocks * 6 < MAX_ARGUMENT_WORDS
    assert max(len(words) for _, words in matmul.build(spec, arch, cut).arguments) <= MAX_ARGUMENT_WORDS
