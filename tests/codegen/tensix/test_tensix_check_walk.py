"""What the static checker says of values and loops holds for all of them, and is what it can be in common cases."""

from __future__ import annotations

import random
from functools import partial

import pytest

from meshjit.arch import ARCHS, WORMHOLE
from meshjit.codegen.image import link
from meshjit.codegen.tensix.check import slicing, touches, values
from meshjit.codegen.tensix.check.forms import Arithmetic, Form, Symbol, bits, bounds
from meshjit.codegen.tensix.check.machine import EXPRESSIONS, MASK, Image, function
from meshjit.codegen.tensix.check.slicing import Touch
from meshjit.ir.program import Role

BINARY = sorted(EXPRESSIONS.keys() - {"clz", "ctz", "cpop", "rev8", "orc.b", "zext.h", "sext.h", "sext.b"})
CONSTANTS = (0, 1, 2, 3, 4, 5, 7, 12, 15, 16, 31, 32, 70, 255, 512, 1000, 4096, 0x20000, 0xAAAAAAAB, MASK, MASK - 15)


def variable(rng: random.Random) -> tuple[Symbol, int]:
    """A symbol, and a value that it may have."""
    high = rng.choice((1, 9, 31, 100, 4095, 1 << 20, MASK))
    low = rng.choice((0, 0, high // 3))
    return Symbol(low, high), rng.choice((low, high, rng.randint(low, high)))


@pytest.mark.parametrize("seed", range(300))
def test_bounds_and_bits_hold_for_random_expressions(seed):
    rng = random.Random(seed)
    made = [variable(rng) for _ in range(3)]
    pool = [(Form(0, ((s, 1),)), value) for s, value in made]
    arithmetic = Arithmetic()
    for _ in range(12):
        (x, a), (y, b) = rng.choice(pool), rng.choice(pool)
        if rng.random() < 0.6:
            b = rng.choice(CONSTANTS)
            y = Form(b)
        op = rng.choice(BINARY)
        pool.append((arithmetic.compute(op, x, y, {}), int(function(op)(a, b)) & MASK))
        form, value = pool[-1]
        low, high = bounds(form, {})
        assert low <= value <= high
        assert not value & ~bits(form, {})


@pytest.mark.parametrize("divisor", [3, 5, 6, 7, 9, 10, 12, 20, 28, 70, 100, 641, 1000])
@pytest.mark.parametrize("chip", ARCHS)
def test_remainders_are_recognized_as_compilers_make_them(divisor, chip):
    text = f"""
define void @kernel() null_pointer_is_valid noreturn nounwind {{
  %x = load volatile i32, ptr inttoptr (i32 131072 to ptr)
  %r = urem i32 %x, {divisor}
  %o = shl i32 %r, 2
  %a = add i32 %o, 262144
  %p = inttoptr i32 %a to ptr
  store volatile i32 0, ptr %p
  br label %halt
halt:
  br label %halt
}}
"""
    assert _touched(text, chip)[-1] == (0x40000, 0x40000 + 4 * divisor)


def _touched(text: str, chip: str) -> list[tuple[int, int]]:
    """What the stores of the entry block touch."""
    image = Image(link(text, Role.BRISC, ARCHS[chip]), ARCHS[chip], "kernel")
    entries = values.entries(image)
    accesses = values.accesses(image, entries)
    summary = touches.Summary(image, accesses, slicing.Places(image, accesses), entries)
    spans = [(*bounds(s.address, s.known), s.size) for s in summary.block(0) if s.store]
    return [(low, high + size) for low, high, size in spans]


def _nest(extents: tuple[int, ...], shifts: tuple[int, ...], mask: int) -> str:
    """A kernel whose nested loops store to 0x40000 + ((sum of counters, each shifted) & mask)."""
    lines, offset = ["entry:", "  br label %h0"], "0"
    depth = len(extents)
    for d, (extent, shift) in enumerate(zip(extents, shifts, strict=True)):
        before = "entry" if d == 0 else f"b{d - 1}"
        lines += [
            f"h{d}:", f"  %i{d} = phi i32 [ 0, %{before} ], [ %n{d}, %l{d} ]",
            f"  %m{d} = icmp ult i32 %i{d}, {extent}", f"  br i1 %m{d}, label %b{d}, label %d{d}",
            f"b{d}:", f"  %s{d} = shl i32 %i{d}, {shift}", f"  %o{d} = add i32 {offset}, %s{d}",
        ]  # fmt: skip
        offset = f"%o{d}"
        if d + 1 < depth:
            lines.append(f"  br label %h{d + 1}")
    lines += [
        f"  %k = and i32 {offset}, {mask}", "  %a = add i32 %k, 262144", "  %p = inttoptr i32 %a to ptr",
        "  store volatile i32 7, ptr %p", f"  br label %l{depth - 1}",
    ]  # fmt: skip
    for d in range(depth - 1, -1, -1):
        lines += [f"l{d}:", f"  %n{d} = add i32 %i{d}, 1", f"  br label %h{d}", f"d{d}:"]
        lines.append("  br label %halt" if d == 0 else f"  br label %l{d - 1}")
    body = "\n".join([*lines, "halt:", "  br label %halt"])
    return f"define void @kernel() null_pointer_is_valid noreturn nounwind {{\n{body}\n}}\n"


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("chip", ARCHS)
def test_loops_touch_what_they_are_said_to(seed, chip):
    rng = random.Random(seed)
    depth = rng.randint(1, 3)
    extents = tuple(rng.randint(1, 40) for _ in range(depth))
    shifts = tuple(rng.randint(2, 9) for _ in range(depth))
    mask = rng.choice((MASK, 0xFFFC, 0x1FC, 0x3F3C))
    arch = ARCHS[chip]
    image = Image(link(_nest(extents, shifts, mask), Role.BRISC, arch), arch, "kernel")
    entries = values.entries(image)
    accesses = values.accesses(image, entries)
    places = slicing.Places(image, accesses)
    kept = slicing.slice_of(image, places, frozenset())
    single, regions = touches.find(image, accesses, places, entries, kept)
    offsets = [0]
    for extent, shift in zip(extents, shifts, strict=True):
        offsets = [o + (i << shift) for o in offsets for i in range(extent)]
    stored = {0x40000 + (o & mask) for o in offsets}
    if regions:
        [region] = regions.values()
        assert not single
        [touch] = region.touches
        assert touch.store
        assert not touch.place
        assert touch.first <= min(stored)
        assert touch.end >= max(stored) + 4
        if mask == MASK:
            assert touch == Touch(touch.at, 0, min(stored), max(stored) + 4, True)
    else:
        assert extents == (1,) * depth  # no loop is left


def test_what_is_known_on_a_path_is_not_taken_to_hold_elsewhere():
    arithmetic, s = Arithmetic(), Symbol()
    compute = partial(arithmetic.compute, "srl", Form(0, ((s, 1),)), Form(4))
    assert bounds(compute({s: (0, 31)}), {}) == (0, 1)
    assert bounds(compute({}), {}) == (0, MASK >> 4)
    assert bounds(compute({s: (0, 31)}), {}) == (0, 1)


def test_images_whose_loops_have_two_entries_are_refused():
    text = """
define void @kernel() null_pointer_is_valid noreturn nounwind {
  %x = load volatile i32, ptr inttoptr (i32 114944 to ptr)
  %c = icmp eq i32 %x, 0
  br i1 %c, label %a, label %b
a:
  store volatile i32 1, ptr inttoptr (i32 131072 to ptr)
  br label %b
b:
  store volatile i32 2, ptr inttoptr (i32 131076 to ptr)
  br label %a
}
"""
    image = Image(link(text, Role.BRISC, WORMHOLE), WORMHOLE, "kernel")
    with pytest.raises(Exception, match="MJ4147"):
        _ = touches.Summary(image, values.accesses(image), slicing.Places(image, {}), {}).loops
