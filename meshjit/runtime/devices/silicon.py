"""Real chips, through tt-umd. Written from the driver's interface; it has not run on silicon yet."""

from __future__ import annotations

import time
from collections.abc import Sequence

from meshjit.errors import DeviceError, DeviceTimeoutError, EnvironmentMissingError
from meshjit.runtime.devices.launch import Flag


class SiliconMesh:
    """All chips that tt-umd finds, in the order of their ids, behind the transport protocol.

    Raises :class:`~meshjit.errors.EnvironmentMissingError` (MJ5111) without a driver or a card, and DeviceError
    (MJ5113) when chips differ in kind.
    """

    def __init__(self) -> None:
        try:
            import tt_umd  # noqa: PLC0415  # loads the driver, which machines without cards need not have
        except ImportError as error:
            raise EnvironmentMissingError(
                "MJ5111", f"tt-umd is not installed: {error}", fix="pip install tt-umd"
            ) from error
        try:
            _, devices = tt_umd.TopologyDiscovery.discover()
        except RuntimeError as error:
            raise EnvironmentMissingError(
                "MJ5111", f"tt-umd finds no chips: {error}", fix='use emulated cards: target="emulator:wormhole"'
            ) from error
        self._devices = [device for _, device in sorted(devices.items())]
        if not self._devices:
            raise EnvironmentMissingError(
                "MJ5111", "this machine has no Tenstorrent chips", fix='use target="emulator:wormhole"'
            )
        kinds = {"blackhole" if "BLACKHOLE" in str(d.get_arch()).upper() else "wormhole" for d in self._devices}
        if len(kinds) > 1:
            raise DeviceError("MJ5113", "the chips of this machine are of different kinds", fix="use one kind of card")
        self.arch = kinds.pop()

    @property
    def num_chips(self) -> int:
        """How many chips there are."""
        return len(self._devices)

    def write(self, chip: int, core_xy: tuple[int, int], address: int, data: bytes) -> None:
        """Write bytes. Remote chips take writes posted; see :meth:`run`."""
        self._devices[chip].noc_write(core_xy[0], core_xy[1], address, data)

    def read(self, chip: int, core_xy: tuple[int, int], address: int, size: int) -> bytes:
        """Read bytes."""
        return bytes(self._devices[chip].noc_read(core_xy[0], core_xy[1], address, size))

    def run(self, done: Sequence[Flag], timeout_s: float) -> None:
        """Poll the flags until each has its value.

        Raises :class:`~meshjit.errors.DeviceTimeoutError` (MJ5101) naming the cores that have not finished.
        """
        deadline = time.monotonic() + timeout_s
        left = list(done)
        while True:
            left = [f for f in left if self._devices[f[0]].noc_read32(f[1][0], f[1][1], f[2]) != f[3]]
            if not left:
                return
            if time.monotonic() > deadline:
                raise DeviceTimeoutError(
                    "MJ5101",
                    f"{len(left)} cores had not finished after {timeout_s:g} s",
                    operands=[f"chip {chip} core {xy}" for chip, xy, _, _ in left[:8]],
                    fix="raise MESHJIT_TIMEOUT, or run the same program on the emulator, which names what blocks",
                )

    def discard(self, chip: int, core_xy: tuple[int, int], address: int, size: int) -> None:
        """Nothing to do: these chips do not know what was written."""

    def close(self) -> None:
        """Let go of the devices."""
        self._devices.clear()
