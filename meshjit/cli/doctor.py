"""``meshjit doctor``: what this machine has, and whether the pieces work."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import llvmlite.binding as llvm
import numpy as np

import meshjit
from meshjit import config
from meshjit.compile import compile
from meshjit.errors import MeshJitError
from meshjit.runtime.devices.registry import has_cards
from meshjit.runtime.mesh_device import open_mesh
from meshjit.toolchain.llvm import host
from meshjit.toolchain.templates import template_root

_PACKAGES = ("numpy", "ml-dtypes", "llvmlite", "numba", "jinja2", "networkx", "optree", "rich", "tt-umd")


@dataclass(frozen=True)
class Check:
    """One finding. ``needed`` marks what the package cannot work without."""

    name: str
    ok: bool
    detail: str
    needed: bool = True


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Print the findings; exit code 3 when something needed is missing or broken."""
    checks = list(_checks())
    if options.json:
        print(json.dumps([asdict(c) for c in checks], indent=2))
    else:
        for c in checks:
            mark = "ok" if c.ok else "MISSING" if c.needed else "absent"
            print(f"{mark:<8} {c.name:<22} {c.detail}")
    return 0 if all(c.ok for c in checks if c.needed) else 3


def _checks() -> Iterator[Check]:
    yield Check("meshjit", True, f"{meshjit.__version__}, Python {platform.python_version()}, {sys.platform}")
    for package in _PACKAGES:
        try:
            yield Check(package, True, importlib.metadata.version(package))
        except importlib.metadata.PackageNotFoundError:
            yield Check(package, False, "not installed", needed=package != "tt-umd")
    machine = host()
    dots = "bfloat16 dot products" if machine.has_bf16_dot else "no bfloat16 dot products"
    threads = config.load().threads
    yield Check("host CPU", True, f"{machine.cpu}, {machine.vector} float32 lanes, {dots}, {threads} threads")
    yield _try("LLVM for cards", _riscv)
    yield _try("kernel templates", lambda: f"{len(list(template_root().rglob('*.j2')))} files")
    yield _try("kernel cache", _cache)
    yield _try("CPU mesh", _cpu_mesh)
    yield Check("Tenstorrent cards", has_cards(), "found" if has_cards() else "none on this machine", needed=False)
    folder = config.load().ttsim_dir
    found = sorted(p.parent.name for p in folder.glob("*/libttsim.so")) if folder else []
    yield Check("official simulator", bool(found), ", ".join(found) or "MESHJIT_TTSIM is not set", needed=False)


def _try(name: str, check: Callable[[], str]) -> Check:
    try:
        return Check(name, True, check())
    except (MeshJitError, OSError, RuntimeError) as error:
        return Check(name, False, str(error).splitlines()[0])


def _riscv() -> str:
    llvm.initialize_all_targets()
    return llvm.Target.from_triple("riscv32-unknown-elf").description


def _cache() -> str:
    folder = config.load().cache_dir
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / ".probe"
    probe.write_bytes(b"")
    probe.unlink()
    return f"{folder}, writable"


def _cpu_mesh() -> str:
    with open_mesh((2,), ("tp",), target="cpu") as mesh:
        x = np.arange(6, dtype=np.float32)
        y = compile(lambda x: x * 2 + 1, mesh=mesh)(x).numpy()
    if not np.array_equal(y, x * 2 + 1):
        raise MeshJitError("MJ7102", f"2 * x + 1 gave {y}", fix="remove the kernel cache (MESHJIT_CACHE) and try again")
    return "compiles and computes"
