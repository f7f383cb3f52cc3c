"""``meshjit emu``: run a function on emulated chips and look inside: counters, cycle estimates, single steps."""

from __future__ import annotations

import argparse
import json
import struct
from collections.abc import Sequence
from typing import Any

from meshjit import config
from meshjit.arch import L1
from meshjit.cli.emulation import FILLS, Launched, Watch, launches, programs
from meshjit.cli.main import BadInputError
from meshjit.cli.program import add_options, traced
from meshjit.codegen import disassemble
from meshjit.codegen.tensix import isa
from meshjit.runtime.devices.registry import EMULATED
from meshjit.runtime.emulator import EmulatedMesh, Step, WorkerCounters, unit_cycles
from meshjit.runtime.emulator.follow import UNITS
from meshjit.stages import Compiled

#: Workers whose rows a table shows; JSON has all.
_ROWS = 8
_THREADS = ("unpack", "math", "pack")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_options(parser)
    parser.set_defaults(target="emulator:wormhole")
    parser.add_argument("--inputs", choices=FILLS, default="random", help="what the arguments hold (default: random)")
    parser.add_argument("--seed", type=int, default=0, help="of random inputs (default: 0)")
    parser.add_argument("--turns", type=int, metavar="SEED", help="make the cores' turns adversarial, by this seed")
    parser.add_argument("--fast", action="store_true", help="without the checks of strict mode")
    parser.add_argument("--kernel", type=int, metavar="N", help="only launch N (the number before its name)")
    parser.add_argument("--core", metavar="X,Y", help="only this worker, by NoC coordinate (default of --steps: first)")
    parser.add_argument("--device", type=int, default=0, help="the device that --core is on (default: 0)")
    parser.add_argument("--role", choices=UNITS, default="brisc", help="what --steps follows; threads are Tensix's")
    parser.add_argument("--steps", type=int, default=0, metavar="N", help="trace N instructions of one core")
    parser.add_argument("--skip", type=int, default=0, metavar="N", help="... after N instructions")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Compile, run and print."""
    kind, _, chip = options.target.partition(":")
    if kind != "emulator" or chip not in EMULATED:
        raise BadInputError(
            "MJ7101", f"--target {options.target!r} is no emulator", fix="use --target emulator:wormhole"
        )
    compiled = traced(options).lower().compile()
    emulated = EmulatedMesh(chip, compiled.executable.mesh.size, strict=not options.fast, seed=options.turns)
    core = _core(options.core, emulated)
    watch = _watch(options, compiled, core)
    done = list(
        launches(
            compiled, emulated, how=options.inputs, seed=options.seed, watch=watch, timeout_s=config.load().timeout_s
        )
    )
    emulated.close()
    chosen = [d for d in done if options.kernel is None or d.number == options.kernel]
    if watch is not None:
        chosen = [d for d in chosen if d.steps is not None]
    if options.json:
        print(json.dumps({"function": options.function, "target": options.target,
                          "launches": [_as_json(d, chip, core, options) for d in chosen]}))  # fmt: skip
        return 0
    sections = [_trace_text(d, chip, options) if watch else _table(d, chip, core, options.device) for d in chosen]
    mesh = "x".join(str(n) for n in compiled.executable.mesh.shape)
    print(f"{options.function} on {options.target}, mesh {mesh}, {options.inputs} inputs: {len(done)} launches")
    print("\n".join(("", *sections)).rstrip("\n"))
    return 0


def _core(text: str | None, emulated: EmulatedMesh) -> tuple[int, int] | None:
    """The worker that ``--core`` names."""
    if text is None:
        return None
    parts = text.split(",")
    xy = (int(parts[0]), int(parts[1])) if len(parts) == 2 and all(p.strip().isdigit() for p in parts) else None
    if xy not in emulated.arch.workers:
        first, last = emulated.arch.workers[0], emulated.arch.workers[-1]
        raise BadInputError(
            "MJ7101", f"--core {text!r} is no worker of {emulated.arch.name}",
            fix=f"use a NoC coordinate from {first[0]},{first[1]} to {last[0]},{last[1]}",
        )  # fmt: skip
    return xy


def _watch(options: argparse.Namespace, compiled: Compiled, core: tuple[int, int] | None) -> Watch | None:
    known = programs(compiled)
    numbers = [n for n, _ in known]
    if options.kernel is not None and options.kernel not in numbers:
        names = ", ".join(name for _, name in known) or "none: nothing is left to compute"
        raise BadInputError("MJ7101", f"there is no launch {options.kernel}", fix=f"there are {names}")
    if not 0 <= options.device < compiled.executable.mesh.size:
        last = compiled.executable.mesh.size - 1
        raise BadInputError("MJ7101", f"there is no device {options.device}", fix=f"use --device 0 to {last}")
    if options.steps < 1 or not numbers:
        return None
    launch = numbers[0] if options.kernel is None else options.kernel
    return Watch(launch, options.device, core, options.role, options.steps, options.skip)


# ---- counters


def _cycles(worker: WorkerCounters, chip: str) -> tuple[int, str]:
    """The cycles of a worker's busiest unit, and its name."""
    units = unit_cycles(worker, blackhole=chip == "blackhole")
    name = max(units, key=lambda n: units[n])
    return units[name], name


def _opcodes(thread: int, worker: WorkerCounters, chip: str) -> dict[str, int]:
    """Instructions executed by a thread, by name, the most frequent first."""
    names = isa.by_opcode(chip)
    counts = sorted(worker.opcodes[thread].items(), key=lambda pair: -pair[1])
    return {names[op].name if op in names else f"{op:#04x}": n for op, n in counts}


def _table(done: Launched, chip: str, core: tuple[int, int] | None, device: int) -> str:
    """One launch as text: a row for each worker, and what the busiest one's Tensix threads executed."""
    workers = [w for w in done.workers if core is None or (w.core, w.chip) == (core, device)]
    head = f"launch {done.name}: {done.label}, {len(done.workers)} workers"
    if not workers:
        return head + "\n"
    ranked = sorted(workers, key=lambda w: -_cycles(w, chip)[0])
    header = ["device", "worker", *workers[0].riscv, "read bytes", "written bytes", *_THREADS, "cycles", "busiest"]
    rows = [header]
    for w in ranked[:_ROWS]:
        cycles, unit = _cycles(w, chip)
        numbers = [*w.riscv.values(), w.noc_read_bytes, w.noc_written_bytes, *w.tensix, cycles]
        rows.append([str(w.chip), f"{w.core[0]},{w.core[1]}", *(str(n) for n in numbers), unit])
    widths = [max(len(r[i]) for r in rows) for i in range(len(header))]
    lines = [head, *("  " + "  ".join(c.rjust(n) for c, n in zip(r, widths, strict=True)) for r in rows)]
    if len(ranked) > _ROWS:
        lines.append(f"  ... and {len(ranked) - _ROWS} workers with fewer cycles (--json has them)")
    top = ranked[0]
    at = f"{top.core[0]},{top.core[1]}"
    for thread, name in enumerate(_THREADS):
        counts = ", ".join(f"{op} {n}" for op, n in _opcodes(thread, top, chip).items())
        lines.append(f"  {name} on {at}: {counts or 'nothing'}")
    units = {u: n for u, n in unit_cycles(top, blackhole=chip == "blackhole").items() if n}
    lines.append(f"  busy cycles on {at}: " + ", ".join(f"{u} {n}" for u, n in units.items()))
    return "\n".join(lines) + "\n"


def _as_json(done: Launched, chip: str, core: tuple[int, int] | None, options: argparse.Namespace) -> dict[str, Any]:
    out: dict[str, Any] = {"number": done.number, "name": done.name, "label": done.label}
    if done.steps is not None:
        out["core"], out["role"] = list(done.core), options.role
        out["steps"] = [_step_json(s, t) for s, t in zip(done.steps, _texts(done, chip, options.role), strict=True)]
        return out
    out["workers"] = [
        {
            "device": w.chip, "core": list(w.core), "riscv": dict(w.riscv), "noc": {r: b for r, b in w.noc.items()},
            "tensix": {name: _opcodes(i, w, chip) for i, name in enumerate(_THREADS)},
            "unpacked_bytes": list(w.moved[:2]), "packed_bytes": w.moved[2],
            "busy_cycles": unit_cycles(w, blackhole=chip == "blackhole"), "cycles": _cycles(w, chip)[0],
        }
        for w in done.workers
        if core is None or (w.core, w.chip) == (core, options.device)
    ]  # fmt: skip
    return out


# ---- single steps


def _texts(done: Launched, chip: str, role: str) -> list[str]:
    """The text of each step: as ``dump --stage asm`` shows the kernel, or the instruction decoded."""
    steps = done.steps or ()
    if role not in L1.code:
        return ["tt " + _tensix_text(s.word, chip) for s in steps]
    kernel = done.kernel(role)
    known = dict(_listing(disassemble.disassemble(kernel))) if kernel else {}
    return [known.get((s.pc, s.word)) or _plain_text(s, chip) for s in steps]


def _listing(text: str) -> list[tuple[tuple[int, int], str]]:
    """((address, word), text) of a disassembly's lines."""
    rows = [line.split("  ", 2) for line in text.splitlines() if not line.startswith(";")]
    return [((int(address, 16), int(word, 16)), rest) for address, word, rest in rows]


def _plain_text(step: Step, chip: str) -> str:
    if step.word & 3 != 3:
        return "tt " + _tensix_text((step.word >> 2 | step.word << 30) & 0xFFFFFFFF, chip)
    return disassemble.decode_riscv(step.word, step.pc) or f".word {step.word:#010x}"


def _tensix_text(word: int, chip: str) -> str:
    return isa.decode(word, chip) or f".word {word:#010x}"


def _effects(step: Step, chip: str) -> list[str]:
    """Registers that a step changed, and Tensix instructions that it built and pushed."""
    out = [f"{disassemble.REGISTERS[i]}={v:#x}" for i, v in step.changed.items()]
    if step.word & 3 == 3:
        out += [f"pushes to thread {t}: {_tensix_text(w, chip)}" for t, w in step.pushed]
    return out


def _step_json(step: Step, text: str) -> dict[str, Any]:
    changed = {disassemble.REGISTERS[i]: v for i, v in step.changed.items()}
    raw = struct.pack("<I", step.word).hex()
    return {"pc": step.pc, "word": step.word, "bytes": raw, "text": text, "changed": changed, "pushed": step.pushed}


def _trace_text(done: Launched, chip: str, options: argparse.Namespace) -> str:
    steps: Sequence[Step] = done.steps or ()
    x, y = done.core
    lines = [f"{options.role} of worker {x},{y} in launch {done.name}: {len(steps)} steps after {options.skip}"]
    thread = options.role not in L1.code
    for step, text in zip(steps, _texts(done, chip, options.role), strict=True):
        at = f"{step.pc:7}" if thread else f"{step.pc:#07x}"
        effects = ", ".join(_effects(step, chip))
        lines.append(f"  {at}  {step.word:08x}  {text:<48}  {effects}".rstrip())
    return "\n".join(lines) + "\n"
