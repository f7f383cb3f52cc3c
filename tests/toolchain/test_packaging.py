"""The wheel brings everything: each package of the tree is named in pyproject.toml, and the templates are data."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
SETUPTOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]


def test_every_package_is_named() -> None:
    holding_code = {p.parent for p in (ROOT / "meshjit").rglob("*.py") if p.stat().st_size}
    on_disk = {".".join(folder.relative_to(ROOT).parts) for folder in holding_code}
    templates = {f"meshjit.{'.'.join(p.relative_to(ROOT).parts)}" for p in (ROOT / "kernel_templates").iterdir()}
    assert set(SETUPTOOLS["packages"]) == on_disk | templates | {"meshjit.kernel_templates"}


def test_every_template_is_package_data() -> None:
    (pattern,) = SETUPTOOLS["package-data"]["*"]
    root = ROOT / SETUPTOOLS["package-dir"]["meshjit.kernel_templates"]
    found = {file for folder in root.iterdir() for file in folder.glob(pattern)}
    assert found == {p for p in root.rglob("*") if p.is_file() and "__pycache__" not in p.parts}
