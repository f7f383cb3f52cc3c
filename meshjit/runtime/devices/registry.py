"""Target names: what a user may open, and which module serves it."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from meshjit.errors import UsageError
from meshjit.ir.mesh import Mesh
from meshjit.runtime.devices.base import Target

#: Where the Tenstorrent kernel driver shows its cards.
CARD_DEVICES = Path("/dev/tenstorrent")

#: Target name or prefix: (module, callable, how it is written).
TARGETS: dict[str, tuple[str, str, str]] = {
    "cpu": ("meshjit.runtime.devices.cpu", "CpuTarget", "cpu"),
    "null": ("meshjit.runtime.devices.null", "NullTarget", "null"),
    "emulator": ("meshjit.runtime.devices.card", "open_emulator", "emulator:wormhole, emulator:blackhole"),
    "card": ("meshjit.runtime.devices.card", "open_card", "card"),
    "ttsim": ("meshjit.runtime.devices.card", "open_ttsim", "ttsim:PATH"),
}

#: The chips that an emulator exists for.
EMULATED = ("wormhole", "blackhole")


def has_cards() -> bool:
    """Whether this machine has Tenstorrent cards and their driver."""
    return CARD_DEVICES.is_dir() and any(CARD_DEVICES.iterdir())


def resolve(name: str) -> str:
    """The name that "auto" stands for on this machine; other names are themselves."""
    return ("card" if has_cards() else "cpu") if name == "auto" else name


def open_target(name: str, mesh: Mesh, options: Mapping[str, Any]) -> Target:
    """Open the devices of a mesh.

    ``cpu``, ``null`` and ``card`` take ``(mesh, **options)``; what stands after the colon of ``emulator:`` (a chip) and
    ``ttsim:`` (a path) is their second argument. Raises :class:`~meshjit.errors.UsageError` (MJ5013) for a name that is
    none of the targets, or an option that the target does not have.
    """
    kind, colon, detail = resolve(name).partition(":")
    takes_detail = kind in ("emulator", "ttsim")
    fits = kind in TARGETS and takes_detail == bool(detail) and (takes_detail or not colon)
    if not fits or (kind == "emulator" and detail not in EMULATED):
        names = ", ".join(text for _, _, text in TARGETS.values())
        raise UsageError(
            "MJ5013", f"no target is called {name!r}", fix=f'use one of auto, {names}: open_mesh(..., target="cpu")'
        )
    module, attribute, _ = TARGETS[kind]
    # By name, so that a mesh of CPU devices never imports the emulator and its compiler.
    make = getattr(importlib.import_module(module), attribute)
    arguments = (mesh, detail) if takes_detail else (mesh,)
    try:
        return cast(Target, make(*arguments, **options))
    except TypeError as error:
        if options and any(option in str(error) for option in options):
            raise UsageError(
                "MJ5013", f"target {name!r}: {error}", fix="leave the option out of open_mesh(...)"
            ) from error
        raise
