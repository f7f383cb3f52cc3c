from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshjit.ir.program import Layout
from meshjit.ir.types import BF16, BOOL, DTYPES, F32, I32, dtype_of
from meshjit.runtime import layouts

SHAPES = [(), (1,), (33,), (1, 1), (31, 33), (32, 32), (2, 3, 40, 5), (0, 4)]


def test_faces_of_a_tile_are_in_order():
    array = np.arange(32 * 32, dtype=np.int32).reshape(32, 32)
    words = np.frombuffer(layouts.tilize(array), np.int32).reshape(4, 16, 16)
    assert (words[0] == array[:16, :16]).all()
    assert (words[1] == array[:16, 16:]).all()
    assert (words[2] == array[16:, :16]).all()
    assert (words[3] == array[16:, 16:]).all()


def test_tiles_follow_rows_then_columns_with_zeros_around():
    array = np.ones((40, 70), np.float32)
    tiles = np.frombuffer(layouts.tilize(array), np.float32).reshape(2, 3, 1024)
    assert tiles.sum(axis=2).tolist() == [[1024, 1024, 32 * 6], [8 * 32, 8 * 32, 8 * 6]]


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("layout", Layout)
def test_decode_gives_back_what_was_encoded(dtype, shape, layout):
    rng = np.random.default_rng(1)
    values = rng.standard_normal(shape) * 5
    array = (values > 0 if dtype is BOOL else values).astype(dtype.numpy)
    data = layouts.encode(array, layout)
    assert data.nbytes <= layouts.storage_bytes(dtype, layout, shape)
    back = layouts.decode(data, shape, dtype, layout)
    assert back.dtype == dtype.numpy and back.shape == shape
    assert np.array_equal(back, array)


def test_pages_are_tiles():
    sizes = {d.name: layouts.page_bytes(d, Layout.TILE, (1,)) for d in DTYPES}
    assert sizes == {"f32": 4096, "bf16": 2048, "i32": 4096, "bool": 2048}
    assert layouts.storage_bytes(BF16, Layout.TILE, (2, 33, 64)) == 2 * 2 * 2 * 2048
    assert layouts.storage_bytes(F32, Layout.ROW, (3, 5)) == layouts.page_bytes(F32, Layout.ROW, (3, 5)) == 60
    assert layouts.storage_bytes(I32, Layout.ROW, (0,)) == 4


def test_cards_keep_bool_as_bfloat16():
    data = layouts.tilize(np.array([[True, False, True]]))
    assert np.frombuffer(data, ml_dtypes.bfloat16)[:3].tolist() == [1.0, 0.0, 1.0]
    assert dtype_of(layouts.untilize(data, (1, 3), BOOL).dtype) is BOOL


@given(st.lists(st.integers(1, 40), max_size=3))
def test_tilize_and_back_on_any_shape(dims):
    array = np.arange(np.prod(dims, dtype=int), dtype=np.float32).reshape(dims)
    assert np.array_equal(layouts.untilize(layouts.tilize(array), array.shape, F32), array)


def test_row_major_data_is_not_copied():
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    view = layouts.encode(array, Layout.ROW)
    array[0, 0] = 7
    assert np.frombuffer(view, np.float32)[0] == 7
