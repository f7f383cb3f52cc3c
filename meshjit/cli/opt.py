"""``meshjit opt``: passes over IR text, as mlir-opt does it."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from meshjit.cli.main import BadInputError
from meshjit.cli.program import arch_of
from meshjit.codegen.backends import machine_of
from meshjit.errors import UsageError
from meshjit.ir.parser import parse
from meshjit.passes import PASSES, PIPELINE, run_pass


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("-p", "--passes", default="", metavar="cse,dce", help="passes to run, in this order")
    parser.add_argument("--list", action="store_true", help="list the passes in the compiler's order, with reasons")
    parser.add_argument("--target", default="cpu", help="whose memory the plan is for")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("file", nargs="?", metavar="FILE", help="IR text, as dump prints it; - for standard input")


def run(options: argparse.Namespace) -> int:
    """Read, transform, print."""
    if options.list:
        _list(options.json)
        return 0
    if options.file is None:
        raise BadInputError("MJ7101", "no IR file is named", fix="meshjit opt -p cse,dce FILE")
    names = [n.strip() for n in options.passes.split(",") if n.strip()]
    unknown = [n for n in names if n not in PASSES]
    if unknown:
        known = dict.fromkeys(s.name for s in PIPELINE)
        raise BadInputError("MJ7101", f"no pass is called {unknown[0]!r}", fix=f"use some of {', '.join(known)}")
    try:
        text = sys.stdin.read() if options.file == "-" else Path(options.file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError("MJ7101", f"cannot read {options.file}: {error}", fix="name a file of IR text") from None
    machine = machine_of(arch_of(options.target))
    graph = parse(text)
    for name in names:
        try:
            graph = run_pass(PASSES[name], graph, machine)
        except UsageError as error:
            raise BadInputError(error.code, error.summary, fix=error.fix) from None
    print(json.dumps({"stage": graph.stage, "text": str(graph)}) if options.json else str(graph).rstrip("\n"))
    return 0


def _list(as_json: bool) -> None:
    """The passes with the stages that they read and leave, and why they stand where they do."""
    steps = [(s.name, s.takes or "any", _leaves(i), s.reason) for i, s in enumerate(PIPELINE)]
    if as_json:
        print(json.dumps([dict(zip(("pass", "takes", "leaves", "reason"), s, strict=True)) for s in steps], indent=2))
        return
    for name, takes, leaves, reason in steps:
        print(f"{name:<12} {takes + ' -> ' + leaves:<20} {reason}")


def _leaves(at: int) -> str:
    """The stage after a pass: the one its successors read, up to the one that the pipeline then completes."""
    for step in PIPELINE[at + 1 :]:
        if step.takes:
            return step.takes
    return PIPELINE[-1].gives
