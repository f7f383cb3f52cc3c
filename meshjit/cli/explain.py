"""``meshjit explain``: why this placement, why this collective; or what an error code means."""

from __future__ import annotations

import argparse
import json
import re
import sys
import textwrap

from meshjit.cli.codes import CODES
from meshjit.cli.main import BadInputError
from meshjit.cli.program import add_options, traced


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_options(parser, "CODE or FILE.py:FUNC", "an error code, or a function in a file, decorated or plain")
    parser.usage = "meshjit explain (MJ2001 | FILE.py:FUNC [--mesh 2x4 --axes dp,tp --arg ...]) [--json]"
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Explain."""
    if re.fullmatch(r"[A-Za-z]{2}\d{4}", options.function):
        return _code(options.function.upper(), options.json)
    lowered = traced(options).lower()
    explanation, cost, memory = lowered.explain(), lowered.cost(), lowered.memory()
    if options.json:
        json.dump(
            {**explanation.as_dict(), "cost": dict(vars(cost)), "memory_bytes": dict(memory)}, sys.stdout, indent=2
        )
        print()
        return 0
    print(explanation, end="")
    print(f"cost: {cost}")
    print("memory per device: " + ", ".join(f"{n:,} bytes of {use}" for use, n in memory.items()))
    return 0


def _code(code: str, as_json: bool) -> int:
    if code not in CODES:
        raise BadInputError(
            "MJ7101", f"no error has the code {code}", fix=f"codes run from {min(CODES)} to {max(CODES)}"
        )
    if as_json:
        print(json.dumps({"code": code, "meaning": CODES[code]}))
    else:
        print(textwrap.fill(f"{code}: {CODES[code]}", width=100, break_long_words=False, break_on_hyphens=False))
    return 0
