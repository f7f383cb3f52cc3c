"""``meshjit dump``: a function's IR, or its kernels, at any stage."""

from __future__ import annotations

import argparse
import json

from meshjit.cli.program import add_options, traced

STAGES = ("traced", "sharded", "local", "fused", "planned", "ll", "asm")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_options(parser)
    parser.add_argument("--stage", choices=STAGES, default="local", help="what to print (default: local)")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Print the stage."""
    trace = traced(options)
    if options.stage == "traced":
        text = trace.as_text()
    elif options.stage in ("ll", "asm"):
        text = trace.lower().compile().as_text(options.stage)
    else:
        text = trace.lower().as_text(options.stage)
    if options.json:
        text = json.dumps(
            {"function": options.function, "stage": options.stage, "target": options.target, "text": text}
        )
    print(text.rstrip("\n"))
    return 0
