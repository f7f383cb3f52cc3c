from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshjit.ir.mesh import Mesh
from meshjit.ir.types import F32, TensorType
from meshjit.runtime.sharding import compose, holders, shard, shard_slices, shards

MESH = Mesh((2, 4), ("dp", "tp"))
SPECS = [((), ()), (("dp",), ("tp",)), (("tp", "dp"), ()), ((), ("dp", "tp")), ((), ("tp",))]


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("shape", [(8, 16), (1, 1), (5, 7), (13, 31)])
def test_composing_the_shards_gives_the_array(spec, shape):
    array = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    type = TensorType(F32, shape, spec)
    blocks = shards(array, type, MESH)
    assert all(b.shape == type.local_shape(MESH) for b in blocks.values())
    assert np.array_equal(compose(blocks, type, MESH), array)


def test_padding_is_zero_and_blocks_beyond_the_end_are_empty():
    type = TensorType(F32, (5,), (("tp",),))
    array = np.ones(5, np.float32)
    assert [shard(array, type, MESH, d).tolist() for d in range(4)] == [[1, 1], [1, 1], [1, 0], [0, 0]]
    assert [shard_slices(type, MESH, d) for d in (2, 3)] == [(slice(4, 5),), (slice(0, 0),)]


def test_holders_hold_each_shard_once():
    assert holders(TensorType(F32, (8,), (("tp",),)), MESH) == (0, 1, 2, 3)
    assert holders(TensorType(F32, (8,), (("dp",),)), MESH) == (0, 4)
    assert holders(TensorType(F32, (8,), ((),)), MESH) == (0,)


@given(st.tuples(st.integers(1, 20), st.integers(1, 20)), st.sampled_from(SPECS))
def test_any_shape_comes_back(shape, spec):
    array = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    type = TensorType(F32, shape, spec)
    assert np.array_equal(compose(shards(array, type, MESH), type, MESH), array)
