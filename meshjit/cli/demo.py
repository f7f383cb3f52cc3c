"""``meshjit demo``: the main job, shown end to end."""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from meshjit.cli import falcon
from meshjit.errors import MeshJitError
from meshjit.ir.program import Collective
from meshjit.ir.types import BF16
from meshjit.runtime.mesh_device import open_mesh

#: How near the replayed result must be to float64, by target: the demo fails otherwise.
_LEAST_CORRELATION = 0.999


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--only", choices=("cpu", "emulator"), help="only one half of the demo")
    parser.add_argument(
        "--small", action="store_true", help="a small model on the CPU mesh too, in place of Falcon-7B's"
    )
    parser.add_argument("--steps", type=int, default=20, help="steps of the CPU mesh's serving loop (default: 20)")
    parser.add_argument("--json", action="store_true", help="print only the measurements, as JSON")


def run(options: argparse.Namespace) -> int:
    """Run both halves; fails when a result is far from float64's."""
    console = Console(quiet=options.json, highlight=False, soft_wrap=True)
    results: list[dict[str, Any]] = []
    if options.only != "emulator":
        size = falcon.SMALL if options.small else falcon.FALCON_7B
        results.append(_half(console, "cpu", size, np.float32, max(1, options.steps)))
    if options.only != "cpu":
        results.append(_half(console, "emulator:wormhole", falcon.SMALL, BF16.numpy, 2))
    if options.json:
        print(json.dumps(results, indent=2))
    bad = [r for r in results if not r["correlation"] >= _LEAST_CORRELATION]
    if bad:
        raise MeshJitError(
            "MJ7102",
            f"on {bad[0]['target']} the result correlates with float64 by {bad[0]['correlation']:.6f} only",
            fix="run `meshjit doctor`, and report what it prints with this message",
        )
    return 0


def _half(console: Console, target: str, size: falcon.Size, dtype: Any, steps: int) -> dict[str, Any]:
    console.rule(f"[bold]{target}: Falcon-style MLP, {size}, {np.dtype(dtype).name}")
    start = time.perf_counter()
    with open_mesh((2, 4), ("dp", "tp"), target=target) as mesh:
        console.print(mesh.describe(), markup=False)
        with console.status("placing weights, compiling, capturing"):
            model = falcon.build(mesh, size, dtype)
        lowered = model.function.lower(model.host[0], *model.weights)
        console.print("\n[bold]IR before partition[/] (stage sharded)")
        console.print(lowered.as_text("sharded"), markup=False)
        console.print("[bold]IR after partition[/] (stage local): what each device does, with the collectives inserted")
        console.print(lowered.as_text("local"), markup=False)
        console.print(str(lowered.explain()), markup=False)
        _show_commands(console, model)
        if target.startswith("emulator"):
            _show_kernel(console, model)
        result, latency = _serve(console, model, steps)
        correlation, error = falcon.accuracy(result, model.reference())
    total = time.perf_counter() - start
    console.print(
        f"traced, compiled and captured in {model.capture_s * 1e3:.0f} ms; median step {latency * 1e3:.2f} ms "
        f"({size.tokens / latency:,.0f} tokens/s)"
        + ("; an emulator's time is no card's time" if target.startswith("emulator") else "")
    )
    console.print(f"against NumPy in float64: Pearson correlation {correlation:.7f}, largest error {error:.2e}")
    console.print(f"{target}: {total:.1f} s in all\n")
    return {
        "target": target, "tokens": size.tokens, "hidden": size.hidden, "inner": size.inner,
        "dtype": np.dtype(dtype).name, "capture_s": model.capture_s, "step_s": latency, "correlation": correlation,
        "max_error": error, "total_s": total,
    }  # fmt: skip


def _serve(console: Console, model: falcon.Model, steps: int) -> tuple[Any, float]:
    """The serving loop; returns the last result and the median time of a step."""
    times: list[float] = []
    out = None
    columns = (TextColumn("serving"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=False) as progress:
        for _ in progress.track(range(steps)):
            start = time.perf_counter()
            out = model.step(model.host[0])
            times.append(time.perf_counter() - start)
    assert out is not None
    return out.numpy(), float(np.median(times))


def _show_commands(console: Console, model: falcon.Model) -> None:
    console.print("[bold]Commands of the trace[/]")
    for command in model.trace.commands:
        if isinstance(command, Collective):
            console.print(f"  {command.label}: {command.kind} in {len(command.groups)} groups", markup=False)
        else:
            program = command.program
            console.print(f"  {command.label}: program {program.name} on {len(command.devices)} devices", markup=False)
            for k in program.kernels:
                cores = f"{len(k.cores)} cores" if len(k.cores) > 1 else "1 core"
                text = f"      {k.role.value:<8} {k.template:<34} {len(k.binary):>6} bytes, {cores}"
                console.print(text, markup=False)
    console.print()


def _show_kernel(console: Console, model: falcon.Model, lines: int = 40) -> None:
    """The disassembly of the first command's math kernel, around its first matrix instruction."""
    compiled = model.function.lower(model.host[0], *model.weights).compile()
    name, text = compiled.kernel_text("trisc1")
    listing = text.splitlines()
    first = max(0, next((i for i, line in enumerate(listing) if "tt MVMUL" in line), 0) - 6)
    last = min(first + lines, len(listing))
    console.print(f"[bold]Disassembly of {name}[/] (lines {first + 1} to {last} of {len(listing)})")
    console.print("\n".join(listing[first:last]) + "\n", markup=False)
