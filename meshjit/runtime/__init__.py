"""The runtime: meshes of devices, their memory, queues and traces. It replays programs and knows no compiler."""

from meshjit.runtime.buffers import MeshBuffer
from meshjit.runtime.coordinates import MeshCoordinate, MeshCoordinateRange, MeshShape
from meshjit.runtime.events import MeshEvent
from meshjit.runtime.mesh_device import MeshDevice, current_mesh, open_mesh
from meshjit.runtime.queue import MeshCommandQueue
from meshjit.runtime.tensor import MeshTensor, Shard
from meshjit.runtime.trace import MeshTrace
from meshjit.runtime.workload import MeshWorkload

__all__ = [
    "MeshBuffer",
    "MeshCommandQueue",
    "MeshCoordinate",
    "MeshCoordinateRange",
    "MeshDevice",
    "MeshEvent",
    "MeshShape",
    "MeshTensor",
    "MeshTrace",
    "MeshWorkload",
    "Shard",
    "current_mesh",
    "open_mesh",
]
