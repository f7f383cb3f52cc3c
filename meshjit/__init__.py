"""meshjit: compile NumPy-style Python functions for a mesh of accelerator cards, or of CPU devices.

    import numpy as np
    import meshjit as mj
    from meshjit import P

    mesh = mj.open_mesh((2, 4), ("dp", "tp"), target="cpu")

    @mj.compile(mesh=mesh, in_shardings=(P("dp", None), P(None, "tp"), P("tp", None)))
    def mlp(x, w1, w2):
        return mj.nn.gelu(x @ w1) @ w2

The README says more.
"""

from meshjit import errors, nn, numpy
from meshjit.compile import CompiledFunction, compile
from meshjit.errors import MeshJitError
from meshjit.frontend.tracing import with_sharding
from meshjit.ir.evaluate import evaluate
from meshjit.ir.parser import parse
from meshjit.ir.spec import PartitionSpec
from meshjit.ir.types import BF16
from meshjit.runtime.buffers import MeshBuffer
from meshjit.runtime.coordinates import MeshCoordinate, MeshCoordinateRange, MeshShape
from meshjit.runtime.events import MeshEvent
from meshjit.runtime.mesh_device import MeshDevice, current_mesh, open_mesh
from meshjit.runtime.queue import MeshCommandQueue
from meshjit.runtime.tensor import MeshTensor
from meshjit.runtime.trace import MeshTrace
from meshjit.runtime.workload import MeshWorkload

__version__ = "0.1.0"

P = PartitionSpec
#: The scalar type of bfloat16 arrays (ml_dtypes').
bfloat16 = BF16.numpy.type

__all__ = [
    "CompiledFunction",
    "MeshBuffer",
    "MeshCommandQueue",
    "MeshCoordinate",
    "MeshCoordinateRange",
    "MeshDevice",
    "MeshEvent",
    "MeshJitError",
    "MeshShape",
    "MeshTensor",
    "MeshTrace",
    "MeshWorkload",
    "P",
    "PartitionSpec",
    "bfloat16",
    "compile",
    "current_mesh",
    "errors",
    "evaluate",
    "nn",
    "numpy",
    "open_mesh",
    "parse",
    "with_sharding",
]
