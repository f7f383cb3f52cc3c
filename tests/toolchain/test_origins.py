"""Marks in rendered text: which template line, called from where, each line comes from."""

from __future__ import annotations

import jinja2

from meshjit.toolchain.origins import Marks, compact, origins, shown, without_marks

LIB = """{# two
   lines #}
{% macro poke(address) %}
  store {{ address }}
{% endmacro %}
{% macro repeat(n) %}
head:
{{ caller() }}
  next {{ n }}
{% endmacro %}
"""
MAIN = """{% import 'lib' as t %}
{% macro both(a) %}
{% set body = caller() %}
{{ t.poke(a) }}
{{ body }}
{% endmacro %}
begin:

{% for i in range(2) %}
  {{ i }} is {{ i }}
{% endfor %}
{% call t.repeat(3) %}
{{ t.poke('x') }}
  own {# a comment #} text
{% call both('y') %}
  deep
{% endcall %}
{% endcall %}
end
"""


def rendered(marks: bool) -> str:
    env = jinja2.Environment(
        loader=jinja2.DictLoader({"lib": LIB, "main": MAIN}),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=[Marks] if marks else [],
    )
    return env.get_template("main").render()


def test_marks_do_not_change_the_text() -> None:
    assert without_marks(rendered(marks=True)) == rendered(marks=False)
    kept = [line for line in rendered(marks=False).split("\n") if line.strip()]
    assert compact(rendered(marks=True)) == "\n".join(kept) + "\n"


def test_every_line_knows_its_template_line_and_its_calls() -> None:
    marked = rendered(marks=True)
    found = zip(compact(marked).splitlines(), origins(marked), strict=True)
    repeat, inside = ("main", 12), ("lib", 8)
    assert dict(found) == {
        "begin:": (("main", 7),),
        "  0 is 0": (("main", 10),),
        "  1 is 1": (("main", 10),),
        "head:": (repeat, ("lib", 7)),
        "  store x": (repeat, inside, ("main", 13), ("lib", 4)),
        "  own  text": (repeat, inside, ("main", 14)),
        "  store y": (repeat, inside, ("main", 15), ("main", 4), ("lib", 4)),
        "  deep": (repeat, inside, ("main", 15), ("main", 16)),
        "  next 3": (repeat, ("lib", 9)),
        "end": (("main", 19),),
    }


def test_a_line_is_shown_with_the_call_in_the_kernels_own_template() -> None:
    marked = rendered(marks=True)
    found = dict(zip(compact(marked).splitlines(), origins(marked), strict=True))
    assert shown(found["end"]) == "main:19"
    assert shown(found["  store x"]) == "lib:4 < main:13"
    assert shown(found["  store y"]) == "lib:4 < main:4"
    assert shown(()) == ""
