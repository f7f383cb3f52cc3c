"""The official simulator in child processes, one per chip, driven through tt-umd.

The simulator is a process-wide singleton that ends its process on every error, so it never runs in the user's process.
Parent and child speak over a socket in frames: a header, then a payload of the length it gives. A chip's simulated time
advances only while the child serves a RUN request.

Run as ``python -m meshjit.runtime.devices.ttsim_process FOLDER SOCKET_FD``.
"""

from __future__ import annotations

import ctypes
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from meshjit.errors import DeviceError, DeviceTimeoutError, EnvironmentMissingError
from meshjit.runtime.devices.launch import Flag

#: Request: operation, core x, core y, address, payload bytes (or bytes to read). Reply: status, payload bytes.
_REQUEST = struct.Struct("<BHHQI")
_REPLY = struct.Struct("<BI")
_FLAG = struct.Struct("<HHQI")
_HELLO, _WRITE, _READ, _RUN = range(4)
_OK, _PENDING = range(2)
#: Simulated clocks between two looks at the done flags.
_CLOCKS = 2000


class TtsimMesh:
    """Simulated chips behind the transport protocol of :mod:`meshjit.runtime.devices.launch`.

    ``folder`` holds ``libttsim.so`` and ``soc_descriptor.yaml``; each of ``num_chips`` chips is a process of its own
    that uses the library's first chip. ``arch`` is "wormhole" or "blackhole", as the library says.

    Raises :class:`~meshjit.errors.EnvironmentMissingError` (MJ5110) when the library is not there or does not start.
    """

    def __init__(self, folder: str | Path, num_chips: int) -> None:
        root = Path(folder)
        root = root.parent if root.name == "libttsim.so" else root
        for name in ("libttsim.so", "soc_descriptor.yaml"):
            if not (root / name).is_file():
                raise EnvironmentMissingError(
                    "MJ5110",
                    f"no {name} in {root}",
                    fix='give the folder of a simulator release: open_mesh(..., target="ttsim:/path/to/wh")',
                )
        self._chips = [_Chip(root, i) for i in range(num_chips)]
        self.arch = self._chips[0].hello()
        for chip in self._chips[1:]:
            chip.hello()

    def write(self, chip: int, core_xy: tuple[int, int], address: int, data: bytes) -> None:
        """Write bytes; writes are posted, and take effect in order."""
        self._chips[chip].send(_WRITE, core_xy, address, len(data), data)

    def read(self, chip: int, core_xy: tuple[int, int], address: int, size: int) -> bytes:
        """Read bytes."""
        self._chips[chip].send(_READ, core_xy, address, size)
        return self._chips[chip].reply()[1]

    def run(self, done: Sequence[Flag], timeout_s: float) -> None:
        """Run all chips with flags at once until each flag has its value.

        Raises :class:`~meshjit.errors.DeviceTimeoutError` (MJ5101) naming what has not finished.
        """
        groups: dict[int, list[Flag]] = {}
        for flag in done:
            groups.setdefault(flag[0], []).append(flag)
        for chip, flags in groups.items():
            payload = struct.pack("<d", timeout_s) + b"".join(_FLAG.pack(*xy, at, v) for _, xy, at, v in flags)
            self._chips[chip].send(_RUN, (0, 0), 0, len(payload), payload)
        late: list[str] = []
        for chip in groups:
            status, data = self._chips[chip].reply()
            if status == _PENDING:
                late += [f"chip {chip} core ({x}, {y})" for x, y, _, _ in _FLAG.iter_unpack(data)]
        if late:
            raise DeviceTimeoutError(
                "MJ5101",
                f"{len(late)} cores had not finished after {timeout_s:g} s",
                operands=late[:8],
                fix="raise MESHJIT_TIMEOUT, or run the same program on the emulator, which names what blocks",
            )

    def discard(self, chip: int, core_xy: tuple[int, int], address: int, size: int) -> None:
        """Nothing to do: these chips do not know what was written."""

    def close(self) -> None:
        """End the processes."""
        for chip in self._chips:
            chip.close()


class _Chip:
    """One child process."""

    def __init__(self, folder: Path, index: int) -> None:
        ours, theirs = socket.socketpair()
        self.index = index
        self.output = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the process; close() closes it
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(folder), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=self.output,
                stderr=subprocess.STDOUT,
            )
        self.socket = ours
        self.out = bytearray()

    def hello(self) -> str:
        """Wait until the simulator is up; the chip's name."""
        self.send(_HELLO, (0, 0), 0, 0)
        return self.reply()[1].decode()

    def send(self, operation: int, xy: tuple[int, int], address: int, size: int, payload: bytes = b"") -> None:
        """Queue a request; small ones leave together."""
        self.out += _REQUEST.pack(operation, *xy, address, size)
        self.out += payload
        if len(self.out) > 1 << 16:
            self._flush()

    def _flush(self) -> None:
        try:
            self.socket.sendall(self.out)
        except OSError as error:
            raise self._died() from error
        self.out.clear()

    def reply(self) -> tuple[int, bytes]:
        """The next reply: status and payload."""
        self._flush()
        try:
            status, size = _REPLY.unpack(_receive(self.socket, _REPLY.size))
            return status, _receive(self.socket, size)
        except (EOFError, OSError) as error:
            raise self._died() from error

    def _died(self) -> DeviceError:
        code = self.process.wait()
        self.output.seek(0)
        lines = [line for line in self.output.read().decode(errors="replace").split("\n") if line.strip()]
        return DeviceError(
            "MJ5104",
            f"the simulator of chip {self.index} ended with status {code}",
            operands=[line for line in lines if "ERROR" in line][-1:] or lines[-1:],
            fix="report this program: meshjit dump --stage asm shows its kernels",
        )

    def close(self) -> None:
        self.socket.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.output.close()


def _receive(connection: socket.socket, size: int) -> bytes:
    """Exactly ``size`` bytes. Raises EOFError when the other side is gone."""
    data = bytearray(size)
    view = memoryview(data)
    while view:
        n = connection.recv_into(view)
        if not n:
            raise EOFError
        view = view[n:]
    return bytes(data)


def serve(folder: str, fd: int) -> None:
    """The child: serve requests until the parent closes the socket."""
    import tt_umd  # noqa: PLC0415  # only the child process may load the driver and the simulator

    library = Path(folder) / "libttsim.so"
    device = tt_umd.TTSimTTDevice.create(str(library))
    clock = ctypes.CDLL(str(library)).libttsim_clock
    arch = "blackhole" if "BLACKHOLE" in str(device.get_arch()).upper() else "wormhole"
    with socket.socket(fileno=fd) as connection:

        def answer(status: int, data: bytes = b"") -> None:
            connection.sendall(_REPLY.pack(status, len(data)) + data)

        while True:
            try:
                operation, x, y, address, size = _REQUEST.unpack(_receive(connection, _REQUEST.size))
            except EOFError:
                return
            if operation == _WRITE:
                device.noc_write(x, y, address, _receive(connection, size))
            elif operation == _READ:
                answer(_OK, bytes(device.noc_read(x, y, address, size)))
            elif operation == _RUN:
                payload = _receive(connection, size)
                pending = _run(device, clock, list(_FLAG.iter_unpack(payload[8:])), struct.unpack("<d", payload[:8])[0])
                answer(_PENDING if pending else _OK, b"".join(_FLAG.pack(*f) for f in pending))
            else:
                answer(_OK, arch.encode())


def _run(
    device: object, clock: object, flags: list[tuple[int, int, int, int]], timeout_s: float
) -> list[tuple[int, int, int, int]]:
    """Advance time until all flags are set or the time is over. Returns the flags that are not."""
    deadline = time.monotonic() + timeout_s
    while True:
        flags = [f for f in flags if device.noc_read32(f[0], f[1], f[2]) != f[3]]  # type: ignore[attr-defined]
        if not flags or time.monotonic() > deadline:
            return flags
        clock(_CLOCKS)  # type: ignore[operator]


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
