"""Which modules the digest of compiled code covers."""

from __future__ import annotations

import ast
from pathlib import Path

from meshjit.runtime import emulator

HERE = Path(emulator.__file__).parent
PACKAGE = "meshjit.runtime.emulator"


def imported(path: Path) -> set[str]:
    """Modules of the package that a module imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(PACKAGE):
            inside = node.module.removeprefix(PACKAGE).lstrip(".")
            found |= {inside} if inside else {a.name for a in node.names}
    return found


def test_modules_outside_the_digest_have_no_compiled_code_and_serve_none() -> None:
    modules = {p.stem: p for p in HERE.glob("*.py")}
    assert set(modules) >= emulator.PYTHON_ONLY
    for name, path in modules.items():
        if name in emulator.PYTHON_ONLY:
            assert "@njit" not in path.read_text() and "intrinsic(" not in path.read_text(), name
        else:
            assert not imported(path) & emulator.PYTHON_ONLY, name


def test_compiled_modules_use_nothing_of_the_tables_but_the_chips() -> None:
    for path in HERE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if path.stem not in emulator.PYTHON_ONLY and isinstance(node, ast.ImportFrom):
                inside = (node.module or "").startswith(PACKAGE) or not (node.module or "").startswith("meshjit")
                assert inside or {a.name for a in node.names} <= {"ARCHS", "Arch"}, (path.stem, node.module)
