"""MeshCommandQueue: writes, reads, workloads and events of a mesh, in order."""

from __future__ import annotations

from typing import Any

from meshjit.errors import DeviceError
from meshjit.ir.program import Collective, Command
from meshjit.runtime.buffers import Data, MeshBuffer
from meshjit.runtime.coordinates import MeshCoordinate
from meshjit.runtime.events import MeshEvent
from meshjit.runtime.mesh_device import MeshDevice
from meshjit.runtime.tensor import MeshTensor
from meshjit.runtime.trace import MeshTrace
from meshjit.runtime.workload import BufferBook, MeshWorkload, bind_collective


class PendingRead:
    """A read that was enqueued: what the buffer held at that point of the queue."""

    def __init__(self, mesh: MeshDevice, buffer: MeshBuffer, device: int | None) -> None:
        self._mesh = mesh
        # Keeps the memory until it is read, whoever else releases it.
        self._buffer = MeshBuffer(mesh, buffer.allocation, buffer.name, buffer.type, buffer.layout)
        self._device = device
        self._blocks: dict[int, bytes] | None = None

    def deliver(self, blocks: dict[int, bytes]) -> None:
        """Take the bytes that were read."""
        self._blocks = blocks
        self._buffer.release()

    def result(self, timeout_s: float | None = None) -> Any:
        """Wait for the data: an array for a typed buffer, else bytes per device, or of the one device asked for.

        Raises :class:`~meshjit.errors.DeviceTimeoutError` on expiry.
        """
        if self._blocks is None:
            self._mesh.engine.wait(timeout_s=timeout_s)
        assert self._blocks is not None, "waiting delivers every read"
        if self._device is not None:
            return self._blocks[self._device]
        if self._buffer.type is not None:
            return self._buffer.decode(self._blocks)
        return [self._blocks[d] for d in range(self._mesh.size)]


class MeshCommandQueue:
    """Commands for all devices of a mesh, run in the order in which they are enqueued.

    Between :meth:`begin_capture` and :meth:`end_capture` workloads and collectives are recorded, not run. A queue is
    for one thread; several queues of a mesh share its order.
    """

    def __init__(self, mesh: MeshDevice) -> None:
        self.mesh = mesh
        self._capture: tuple[str, BufferBook, list[Command]] | None = None

    def enqueue_write(
        self, buffer: MeshBuffer, data: Data, *, coordinate: MeshCoordinate | None = None, blocking: bool = False
    ) -> None:
        """Copy ``data`` into a buffer: an array into a typed one, else bytes, the same for all devices or one each.

        With ``coordinate`` only that device is written. ``data`` may be changed once this returns, ``blocking`` or not.
        Raises :class:`~meshjit.errors.ShapeError` (MJ5010) for data that does not fit and
        :class:`~meshjit.errors.DeviceError` for a released buffer (MJ5003), during capture (MJ5011) or on a closed mesh
        (MJ5002).
        """
        del blocking  # the copy is made before this returns
        self._ready("enqueue_write")
        buffer.check_live()
        views = buffer.encode(data)
        if coordinate is not None:
            device = self.mesh.mesh.device(tuple(coordinate))
            views = {device: views[device]}
        self.mesh.engine.write(buffer.region, views, buffer.check_live)

    def enqueue_read(
        self, buffer: MeshBuffer, *, coordinate: MeshCoordinate | None = None, blocking: bool = True
    ) -> Any:
        """What the buffer holds at this point of the queue; a :class:`PendingRead` when not ``blocking``.

        A typed buffer gives an array, others a list of bytes per device; ``coordinate`` asks for one device's bytes.
        Raises as :meth:`enqueue_write`.
        """
        self._ready("enqueue_read")
        device = None if coordinate is None else self.mesh.mesh.device(tuple(coordinate))
        pending = PendingRead(self.mesh, buffer, device)
        devices = buffer.readers() if device is None else (device,)
        self.mesh.engine.read_later(buffer.region, devices, pending.deliver)
        return pending.result() if blocking else pending

    def enqueue_workload(self, workload: MeshWorkload, *, blocking: bool = False) -> None:
        """Run a workload, or record it during capture. With ``blocking`` it has run on return.

        Raises :class:`~meshjit.errors.UsageError` (MJ5009, MJ5012, MJ5016) for a workload that does not fit the mesh,
        :class:`~meshjit.errors.DeviceError` (MJ5003) for a released buffer.
        """
        self.mesh.check_open("MeshCommandQueue.enqueue_workload()")
        if self._capture is not None:
            _, book, commands = self._capture
            commands += workload.record(book)
            return
        engine = self.mesh.engine
        number = engine.submit(workload.load(self.mesh), {}, engine.timeout_s)
        if blocking:
            engine.wait(number)

    def enqueue_collective(
        self, collective: Collective, source: MeshBuffer, destination: MeshBuffer, *, blocking: bool = False
    ) -> None:
        """Exchange shards from ``source`` to ``destination``, or record it during capture.

        The buffer numbers in ``collective`` do not matter. Raises as :meth:`enqueue_workload`.
        """
        self.mesh.check_open("MeshCommandQueue.enqueue_collective()")
        if self._capture is not None:
            _, book, commands = self._capture
            commands.append(bind_collective(collective, source, destination, book))
            return
        book = BufferBook(self.mesh)
        command = bind_collective(collective, source, destination, book)
        engine = self.mesh.engine
        loaded = engine.load([command], [b.region for b in book.buffers], frozenset())
        number = engine.submit(loaded, {}, engine.timeout_s)
        if blocking:
            engine.wait(number)

    def record_event(self) -> MeshEvent:
        """An event that is done when everything enqueued so far has run, for another queue's :meth:`wait_for_event`."""
        self._ready("record_event")
        return MeshEvent(self.mesh.engine)

    def record_event_to_host(self) -> MeshEvent:
        """An event for the host to :meth:`~MeshEvent.synchronize` with."""
        self._ready("record_event_to_host")
        return MeshEvent(self.mesh.engine)

    def wait_for_event(self, event: MeshEvent) -> None:
        """Let what is enqueued from now on run after ``event``."""
        self._ready("wait_for_event")
        # The queues of a mesh share one order, so only another mesh's event needs waiting.
        if event.engine is not self.mesh.engine:
            event.synchronize()

    def finish(self, timeout_s: float | None = None) -> None:
        """Wait until everything enqueued has run. Raises :class:`~meshjit.errors.DeviceTimeoutError` on expiry."""
        self._ready("finish")
        self.mesh.engine.wait(timeout_s=timeout_s)

    def begin_capture(self, name: str = "trace") -> None:
        """Record workloads and collectives from now on.

        Raises :class:`~meshjit.errors.DeviceError` (MJ5011) when it does already.
        """
        self._ready("begin_capture")
        self._capture = (name, BufferBook(self.mesh), [])

    def end_capture(self) -> MeshTrace:
        """Stop recording, and load what was recorded.

        Raises :class:`~meshjit.errors.DeviceError` (MJ5011) when no capture is under way.
        """
        self.mesh.check_open("MeshCommandQueue.end_capture()")
        if self._capture is None:
            raise DeviceError("MJ5011", "end_capture: no capture is under way", fix="call queue.begin_capture() first")
        (name, book, commands), self._capture = self._capture, None
        return MeshTrace.from_commands(self.mesh, name, book.buffers, commands)

    def replay(self, trace: MeshTrace, *args: object, blocking: bool = False) -> tuple[MeshTensor, ...]:
        """Replay a trace; see :meth:`MeshTrace.replay`."""
        self._ready("replay")
        return trace.replay(*args, blocking=blocking)

    def _ready(self, call: str) -> None:
        self.mesh.check_open(f"MeshCommandQueue.{call}()")
        if self._capture is not None:
            raise DeviceError(
                "MJ5011",
                f"{call} during the capture of {self._capture[0]!r}: only workloads and collectives can be captured",
                fix="call queue.end_capture() before it",
            )
