"""Values of registers as linear forms over symbols, modulo 2^32: addresses that loops compute, without running them.

A symbol stands for a value that is not known but does not change: an argument, how often a loop has come round, what
was loaded. Sums and products with constants stay exact; other results become symbols, and it is known where they lie
and which of their bits may be set. A remainder that was computed by a multiplication (Granlund and Montgomery, Division
by Invariant Integers using Multiplication, 1994) is recognized.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import NamedTuple

from meshjit.codegen.tensix.check.machine import MASK, function

_numbers = count()


class Quotient(NamedTuple):
    """What a symbol is: the quotient of ``form`` by ``divisor`` (0: not known to be one), which is
    ((form >> before) * factor) >> (32 + after)."""

    form: Form
    before: int
    factor: int
    after: int
    divisor: int


class Symbol:
    """A value from ``low`` to ``high`` of which only ``bits`` may be set; ``place`` is the register that holds it where
    a piece of code begins, -1 for others. One that ``grows`` is a counter: what is computed from it is not kept."""

    __slots__ = ("bits", "grows", "high", "low", "number", "place", "quotients", "shifted")

    def __init__(
        self, low: int = 0, high: int = MASK, bits: int = MASK, *, place: int = -1, grows: bool = False
    ) -> None:
        self.low = low
        self.high = min(high, bits)
        self.bits = bits & _below(self.high)
        self.place = place
        self.grows = grows
        self.number = next(_numbers)
        self.quotients: tuple[Quotient, ...] = ()
        #: The form that was shifted right, and by how much.
        self.shifted: tuple[Form, int] | None = None


class Form(NamedTuple):
    """``const`` plus the sum of symbols times coefficients, modulo 2^32."""

    const: int
    terms: tuple[tuple[Symbol, int], ...] = ()


#: Least and largest values, known on a path, of symbols, and of forms of several.
Known = Mapping[Symbol | Form, tuple[int, int]]


ZERO = Form(0)


def symbol(low: int = 0, high: int = MASK, bits: int = MASK) -> Form:
    """A value of which nothing else is known."""
    return Form(0, ((Symbol(low, high, bits), 1),))


def signed(value: int) -> int:
    """A number modulo 2^32, from -2^31 on."""
    value &= MASK
    return value - 2 * (value & 0x80000000)


def add(x: Form, y: Form, times: int = 1) -> Form:
    """``x + times * y``."""
    const = x.const + times * y.const & MASK
    if not y.terms:
        return Form(const, x.terms)
    if not x.terms and times == 1:
        return Form(const, y.terms)
    sums = dict(x.terms)
    for s, c in y.terms:
        total = signed(sums.get(s, 0) + times * c)
        if total:
            sums[s] = total
        else:
            sums.pop(s, None)
    return Form(const, tuple(sorted(sums.items(), key=_number)))


def _number(term: tuple[Symbol, int]) -> int:
    return term[0].number


def scale(x: Form, times: int) -> Form:
    """``times * x``."""
    if times == 1:
        return x
    return Form(x.const * times & MASK, tuple((s, k) for s, c in x.terms if (k := signed(c * times))))


def coefficient(x: Form, of: Symbol) -> int:
    """How often a form has a symbol."""
    return next((c for s, c in x.terms if s is of), 0)


def bounds(x: Form, known: Known) -> tuple[int, int]:
    """The least and the largest number (from 0 to 2^32 - 1) that a form may be."""
    low = high = x.const
    for s, c in x.terms:
        a, b = known.get(s) or (s.low, s.high)
        low, high = (low + c * a, high + c * b) if c > 0 else (low + c * b, high + c * a)
    first = low & MASK
    found = (first, first + high - low) if high - low <= MASK - first else (0, MASK)
    learned = known.get(x) if x.terms else None
    if learned is not None:
        return max(found[0], learned[0]), min(found[1], learned[1])
    return found


def bits(x: Form, known: Known) -> int:
    """The bits of a form that may be set."""
    if not x.terms:
        return x.const
    groups = [(x.const, x.const)] if x.const else []  # (largest value, bits) of sums that share no bits
    for s, c in x.terms:
        high = known[s][1] if s in known else s.high
        most, may = c * high, c * (s.bits & _below(high))
        if c & (c - 1):
            may = _below(most) & -((c & -c) * (s.bits & -s.bits))
        if c < 0:
            return _below(bounds(x, known)[1]) & -_unit(x)
        while any(may & g for _, g in groups):
            most += sum(m for m, g in groups if may & g)
            unit = min((g & -g for _, g in groups if may & g), default=may)
            groups = [(m, g) for m, g in groups if not may & g]
            may = _below(most) & -min(unit, may & -may)
        groups.append((most, may))
    out = 0
    for _, may in groups:
        out |= may
    return out if out <= MASK else _below(bounds(x, known)[1]) & -_unit(x)


def _below(high: int) -> int:
    """The bits that numbers up to ``high`` have."""
    return (1 << high.bit_length()) - 1


def _unit(x: Form) -> int:
    """The largest power of two that divides a form."""
    out = x.const & -x.const or 1 << 32
    for s, c in x.terms:
        out = min(out, (c & -c) * (s.bits & -s.bits or 1 << 32))
    return out


class Arithmetic:
    """What instructions make of forms. The same of the same is the same symbol, if as much was known."""

    def __init__(self) -> None:
        self._made: dict[tuple[object, ...], Form] = {}

    def compute(self, op: str, x: Form, y: Form, known: Known) -> Form:
        """The result of an arithmetic instruction."""
        if not x.terms and not y.terms:
            return Form(function(op)(x.const, y.const))
        if op in ("add", "sub"):
            return self._remainder(add(x, y, 1 if op == "add" else -1))
        if op in ("sh1add", "sh2add", "sh3add"):
            return add(y, x, 1 << int(op[2]))
        if op == "sll" and not y.terms:
            return scale(x, 1 << (y.const & 31))
        if op == "mul" and not (x.terms and y.terms):
            return scale(x, signed(y.const)) if x.terms else scale(y, signed(x.const))
        if op in ("or", "xor") and not bits(x, known) & bits(y, known):
            return add(x, y)
        if op == "and" and not y.terms:
            zeros = (~y.const & MASK).bit_length()
            if y.const == MASK << zeros & MASK:  # all but the lowest bits
                return scale(self.compute("srl", x, Form(zeros), known), 1 << zeros)
            if not bits(x, known) & ~y.const:
                return x
        if any(s.grows for s, _ in (*x.terms, *y.terms)):
            return symbol()
        facts = [known.get(s) for s, _ in (*x.terms, *y.terms)] if known else ()
        key = op, x, y, known.get(x), known.get(y), *facts
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = self._symbol(op, x, y, known)
        return found

    def _remainder(self, x: Form) -> Form:
        """A form, or the remainder that it is a multiple of."""
        for s, c in x.terms:
            for quotient in s.quotients if c < 0 else ():
                if quotient.divisor and not c % quotient.divisor:
                    times = -c // quotient.divisor
                    rest = add(add(x, quotient.form, -times), Form(0, ((s, 1),)), -c)
                    if not rest.terms:
                        key = "rem", quotient.form, Form(quotient.divisor)
                        found = self._made.get(key)
                        if found is None:
                            found = self._made[key] = symbol(0, quotient.divisor - 1)
                        return add(rest, found, times)
        return x

    def _symbol(self, op: str, x: Form, y: Form, known: Known) -> Form:
        (low, high), (least, most) = bounds(x, known), bounds(y, known)
        if op == "srl" and not y.terms:
            by = y.const & 31
            out = symbol(low >> by, high >> by, bits(x, known) >> by)
            self._shift(out.terms[0][0], x, by, known)
            return out
        if op == "mulhu" and not y.terms:
            return _high(x, y.const, known)
        if op == "mulhu" and not x.terms:
            return _high(y, x.const, known)
        if op == "and":
            may = bits(x, known) & bits(y, known)
            return symbol(0, min(high, most, may), may)
        if op in ("or", "xor"):
            may = bits(x, known) | bits(y, known)
            return symbol(max(low, least) if op == "or" else 0, may, may)
        if op in ("slt", "sltu"):
            return symbol(0, 1)
        if op == "remu" and not y.terms and y.const:
            return symbol(0, min(high, y.const - 1))
        if op == "divu" and not y.terms and y.const:
            return symbol(low // y.const, high // y.const)
        if op == "minu" or (op == "min" and max(high, most) >> 31 == 0):
            return symbol(min(low, least), min(high, most))
        if op == "maxu" or (op == "max" and max(high, most) >> 31 == 0):
            return symbol(max(low, least), max(high, most))
        return symbol()

    def _shift(self, made: Symbol, x: Form, by: int, known: Known) -> None:
        """What a value shifted right is: perhaps a quotient; also (h + ((y - h) >> 1)) >> by, for h the upper half of y
        times a factor, which is (y * (2^32 + factor)) >> (33 + by)."""
        made.shifted = x, by
        single = _single(x)
        if single is not None:
            made.quotients = tuple(_quotient(q.form, q.before, q.factor, q.after + by, known) for q in single.quotients)
        if len(x.terms) == 2 and not x.const and x.terms[0][1] == x.terms[1][1] == 1:
            for (h, _), (s, _) in (x.terms, x.terms[::-1]):
                for q in h.quotients:
                    if not q.before | q.after and s.shifted == (add(q.form, Form(0, ((h, 1),)), -1), 1):
                        made.quotients = (_quotient(q.form, 0, q.factor + (1 << 32), by + 1, known),)


def _high(x: Form, factor: int, known: Known) -> Form:
    """The upper half of a product: perhaps a quotient, also of what ``x`` was shifted from."""
    low, high = bounds(x, known)
    out = symbol(low * factor >> 32, high * factor >> 32)
    found = [_quotient(x, 0, factor, 0, known)]
    single = _single(x)
    if single is not None and single.shifted is not None:
        form, by = single.shifted
        found.append(_quotient(form, by, factor, 0, known))
    out.terms[0][0].quotients = tuple(found)
    return out


def _single(x: Form) -> Symbol | None:
    """The symbol that a form is."""
    return x.terms[0][0] if len(x.terms) == 1 and not x.const and x.terms[0][1] == 1 else None


def _quotient(form: Form, before: int, factor: int, after: int, known: Known) -> Quotient:
    """(x * factor) >> (32 + after) is x // divisor where factor * divisor is 2^(32 + after) and a little more, as long
    as x times what is more stays below 2^(32 + after)."""
    unit = 1 << 32 + after
    divisor = -(-unit // factor) if factor else 0
    exact = (bounds(form, known)[1] >> before) * (divisor * factor - unit) < unit
    return Quotient(form, before, factor, after, divisor << before if exact else 0)
