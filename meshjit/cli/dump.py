"""``meshjit dump``: a function's IR, or its kernels, at any stage."""

from __future__ import annotations

import argparse
import json
from typing import Any

from meshjit.cli.main import BadInputError
from meshjit.cli.program import add_options, traced
from meshjit.stages import Compiled

STAGES = ("traced", "sharded", "local", "fused", "planned", "ll", "asm")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_options(parser)
    parser.add_argument("--stage", choices=STAGES, default="local", help="what to print (default: local)")
    parser.add_argument(
        "--kernel", metavar="NAME", default="", help="of the stages ll and asm, only kernels whose name holds NAME"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Print the stage."""
    trace = traced(options)
    answer: dict[str, Any] = {"function": options.function, "stage": options.stage, "target": options.target}
    if options.stage in ("ll", "asm"):
        compiled = trace.lower().compile()
        names = [n for n in compiled.kernels if options.kernel in n]
        if options.kernel and not names:
            known = ", ".join(compiled.kernels) or "none: nothing is left to compute"
            raise BadInputError("MJ7101", f"no kernel's name holds {options.kernel!r}", fix=f"there are {known}")
        kernels = [(n, compiled.kernels[n].template, _text(compiled, n, options.stage)) for n in names]
        text = "\n".join(f"; ---- {n} ({template})\n{body}" for n, template, body in kernels)
        answer["kernels"] = [dict(zip(("name", "template", "text"), k, strict=True)) for k in kernels]
    else:
        text = trace.as_text() if options.stage == "traced" else trace.lower().as_text(options.stage)
        answer["text"] = text
    print(json.dumps(answer) if options.json else text.rstrip("\n"))
    return 0


def _text(compiled: Compiled, name: str, stage: str) -> str:
    return compiled.kernels[name].source if stage == "ll" else compiled.disassembly(name)
