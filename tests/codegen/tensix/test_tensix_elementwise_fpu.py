"""Chains whose first steps the matrix unit computes: what it takes, what that costs, and how exact it is."""

from __future__ import annotations

import numpy as np
import pytest
from card_run import CHIPS, ONE, check, fused, plain, random, run_node, single

from meshjit.arch import BLACKHOLE, WORMHOLE
from meshjit.codegen.disassemble import tensix_words
from meshjit.codegen.tensix import eltwise, fpu, isa
from meshjit.codegen.tensix.eltwise import EltwiseSpec, Operand
from meshjit.codegen.tensix.expression import Expression, Step
from meshjit.ir.ops import elementwise
from meshjit.ir.types import BF16, BOOL, F32

ARITHMETIC = {"add": elementwise.ADD, "sub": elementwise.SUB, "mul": elementwise.MUL}
#: The second operand's shape beside (64, 96), by how it is repeated inside a tile.
SHAPES = {"": (64, 96), "row": (96,), "column": (64, 1), "scalar": ()}


def words_of(program):
    """The names of the Tensix instructions of a program's math kernel."""
    return [isa.decode(word, program.target).split()[0] for _, word in tensix_words(program.kernels[2])]


def one(op):
    return Expression(2, (Step(op, (0, 1)),))


def build(expression, arch=WORMHOLE, shapes=None):
    shapes = shapes or [(32, 32)] * expression.inputs
    return eltwise.build(EltwiseSpec("e", expression, tuple(Operand(s, BF16) for s in shapes), (32, 32), BF16), arch)


@pytest.mark.parametrize("arch", [WORMHOLE, BLACKHOLE], ids=lambda a: a.name)
@pytest.mark.parametrize(("op", "words"), [("add", 8), ("sub", 8), ("mul", 34), ("logical_and", 9)])
def test_words_of_a_tile(arch, op, words):
    names = words_of(build(one(op), arch))
    assert sum(n.startswith("ELW") or n == "ZEROACC" for n in names) == words
    assert not {"MOVA2D", "SFPLOAD"} & set(names)


def test_a_copy_is_eight_moves_and_nothing_of_the_vector_unit():
    names = words_of(build(Expression(1, ())))
    assert names.count("MOVA2D") == 8 and "SFPLOAD" not in names


def test_pairs_are_steps_whose_operands_nothing_else_reads():
    steps = (Step("add", (0, 1)), Step("mul", (2, 3)), Step("sub", (4, 5)), Step("mul", (4, 6)), Step("add", (5, 6)))
    cut = fpu.split(Expression(5, (*steps[:2], Step("div", (5, 6)), Step("exp", (4,)))), [True] * 5, [""] * 5)
    assert [(p.op, p.a, p.b) for p in cut.pairs] == [("add", 0, 1), ("mul", 2, 3)]
    assert cut.singles == (4,)
    assert cut.expression.steps == (Step("div", (0, 1)), Step("exp", (2,)))
    assert not fpu.split(Expression(2, (Step("add", (0, 1)), Step("mul", (2, 1)))), [True] * 2, [""] * 2).pairs
    assert not fpu.split(one("add"), [True, False], [""] * 2).pairs
    assert not fpu.split(Expression(1, (Step("mul", (0, 0)),)), [True], [""]).pairs


def test_the_repeated_operand_goes_to_the_source_register_that_repeats():
    cut = fpu.split(one("add"), [True] * 2, ["row", ""])
    assert cut.pairs == (fpu.Pair("add", 1, 0, "row"),)
    assert fpu.split(one("sub"), [True] * 2, ["row", ""]).pairs == (fpu.Pair("sub", 0, 1, ""),)


def test_the_reader_repeats_where_address_modes_run_out():
    chain = Expression(2, (Step("mul", (0, 1)), Step("exp", (2,))))
    cut = fpu.split(chain, [True] * 2, ["", "row"])
    assert cut.pairs == (fpu.Pair("mul", 0, 1, ""),)
    assert len(cut.modes) == fpu.NUM_MODES and cut.modes[-1] == fpu.NEXT_VECTOR


@pytest.mark.parametrize("chip", CHIPS)
@pytest.mark.parametrize("repeated", SHAPES)
@pytest.mark.parametrize("op", ARITHMETIC)
def test_repeated_operands(chip, op, repeated):
    types = plain(BF16, 64, 96), plain(BF16, *SHAPES[repeated])
    inputs = [random(t, i) for i, t in enumerate(types)]
    tolerance = 2.0**-8 if op == "mul" else 1.25 * 2.0**-8
    graph = single(lambda b, x, y: b.add(ARITHMETIC[op], [x, y]), *types)
    check(graph, inputs, chip, tolerance, relative=True)
    swapped = single(lambda b, x, y: b.add(ARITHMETIC[op], [y, x]), *types)
    check(swapped, inputs, chip, tolerance, relative=True)


@pytest.mark.parametrize("chip", CHIPS)
@pytest.mark.parametrize("repeated", SHAPES)
@pytest.mark.parametrize("op", ARITHMETIC)
def test_a_chain_goes_on_with_exact_sums_and_products(chip, op, repeated):
    types = plain(BF16, 64, 96), plain(BF16, *SHAPES[repeated]), plain(BF16, 64, 96), plain(F32, 64, 96)

    def steps(b, x, y, z, w):
        first = b.add(elementwise.CAST, [b.add(ARITHMETIC[op], [x, y])], {"dtype": F32})
        return b.add(
            elementwise.ADD, [b.add(elementwise.CAST, [z], {"dtype": F32}), b.add(elementwise.SUB, [first, w])]
        )

    inputs = [random(t, i) for i, t in enumerate(types)]
    x, y, z, w = (i.astype(np.float32) for i in inputs)
    (got,) = run_node(fused(steps, *types).nodes[0], ONE, inputs, chip)
    want = {"add": x + y, "sub": x - y, "mul": x * y}[op]
    assert np.array_equal(got, z + (want - w))


@pytest.mark.parametrize("chip", CHIPS)
def test_two_pairs_and_single_operands(chip):
    types = [plain(BF16, 40, 70)] * 5 + [plain(F32, 40, 1)]

    def steps(b, p, q, r, s, t, u):
        left, right = b.add(elementwise.ADD, [p, q]), b.add(elementwise.MUL, [r, s])
        total = b.add(elementwise.MAXIMUM, [b.add(elementwise.SUB, [left, right]), t])
        return b.add(elementwise.MUL, [b.add(elementwise.CAST, [total], {"dtype": F32}), u])

    check(fused(steps, *types), [random(t, i) for i, t in enumerate(types)], chip, 2.0**-8)


@pytest.mark.parametrize("chip", CHIPS)
def test_logical_and(chip):
    types = plain(BOOL, 40, 70), plain(BOOL, 70)
    graph = single(lambda b, x, y: b.add(elementwise.LOGICAL_AND, [x, y]), *types)
    check(graph, [random(t, i) for i, t in enumerate(types)], chip, 0.0)


@pytest.mark.parametrize("chip", CHIPS)
def test_products_that_are_too_large_are_infinite(chip):
    type = plain(BF16, 32, 32)
    x = np.exp2(np.arange(1024).reshape(32, 32) % 127 + 1.0).astype(BF16.numpy)
    x[1::2] *= BF16.numpy.type(-1.9)
    (got,) = run_node(single(lambda b, p, q: b.add(elementwise.MUL, [p, q]), type, type).nodes[0], ONE, [x, x.T], chip)
    with np.errstate(over="ignore"):
        want = x.astype(np.float32) * x.T.astype(np.float32)
    large = np.abs(want) >= 2.0**128 - 2.0**119
    assert np.array_equal(got[large], np.copysign(np.inf, want[large])) and np.isfinite(got[~large]).all()


@pytest.mark.parametrize("chip", CHIPS[:2])
@pytest.mark.parametrize("op", ARITHMETIC)
def test_error_over_the_whole_range(chip, op):
    """Random exponents: a product is correctly rounded, a sum within 5/8 of its last place."""
    rng = np.random.default_rng(5)
    type = plain(BF16, 256, 256)
    pattern = rng.integers(0, 1 << 16, (2, 256, 256)).astype(np.uint16)
    near = pattern[1] & 0x807F | (pattern[0] & 0x7F80) + (rng.integers(-6, 7, (256, 256)) << 7 & 0x7F80) & 0x7F80
    x, y = pattern[0].view(BF16.numpy), (near if op != "mul" else pattern[1]).astype(np.uint16).view(BF16.numpy)
    (got,) = run_node(single(lambda b, p, q: b.add(ARITHMETIC[op], [p, q]), type, type).nodes[0], ONE, [x, y], chip)
    with np.errstate(all="ignore"):
        wide = np.asarray([x, y]).astype(np.float64)
        want = {"add": wide[0] + wide[1], "sub": wide[0] - wide[1], "mul": wide[0] * wide[1]}[op]
        usual = np.isfinite(wide).all(axis=0) & (np.abs(want) > 2.0**-114) & (np.abs(want) < 2.0**127)
        usual &= (np.abs(wide) > 2.0**-126).all(axis=0)
        ulp = np.exp2(np.floor(np.log2(np.abs(want))) - 7)
        error = np.where(usual, np.abs(got.astype(np.float64) - want) / ulp, 0)
    assert usual.mean() > 0.2
    assert error.max() <= (0.5 if op == "mul" else 0.625), error.max()
