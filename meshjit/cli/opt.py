"""``meshjit opt``: passes over IR text, as mlir-opt does it."""

from __future__ import annotations

import argparse
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
    parser.add_argument("file", nargs="?", metavar="FILE", help="IR text, as dump prints it; - for standard input")


def run(options: argparse.Namespace) -> int:
    """Read, transform, print."""
    if options.list:
        for step in PIPELINE:
            stage = f" [{step.takes or 'any'} -> {step.gives or step.takes or 'same'}]"
            print(f"{step.name + stage:<32} {step.reason}")
        return 0
    if options.file is None:
        raise BadInputError("MJ7101", "no IR file is named", fix="meshjit opt -p cse,dce FILE")
    names = [n.strip() for n in options.passes.split(",") if n.strip()]
    unknown = [n for n in names if n not in PASSES]
    if unknown:
        raise BadInputError("MJ7101", f"no pass is called {unknown[0]!r}", fix=f"use some of {', '.join(PASSES)}")
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
    print(str(graph), end="")
    return 0
