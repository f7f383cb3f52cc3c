"""The table of ops, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from meshjit.ir.opdef import OpDef
from meshjit.ir.ops.create import CREATION
from meshjit.ir.ops.elementwise import ELEMENTWISE
from meshjit.ir.ops.linear import LINEAR
from meshjit.ir.ops.reduce import NORMALIZATIONS, REDUCTIONS
from meshjit.ir.ops.shape import SHAPE_OPS
from meshjit.ir.ops.sharding import MESH_OPS
from meshjit.ir.ops.structure import FUSION, PARAM

#: All ops a graph may hold, by name.
OPS: Mapping[str, OpDef] = MappingProxyType(
    {
        op.name: op
        for op in (
            PARAM,
            FUSION,
            *ELEMENTWISE,
            *LINEAR,
            *REDUCTIONS,
            *NORMALIZATIONS,
            *SHAPE_OPS,
            *CREATION,
            *MESH_OPS,
        )
    }
)
