from __future__ import annotations

import pytest

from meshjit.errors import UsageError
from meshjit.runtime import MeshCoordinate, MeshCoordinateRange, MeshShape


def test_shapes_are_rows_of_numbers():
    shape = MeshShape(2, 4)
    assert shape == (2, 4) and shape == MeshShape(2, 4) and shape != MeshShape(4, 2)
    assert (shape.size, len(shape), shape[1], tuple(shape)) == (8, 2, 4, (2, 4))
    assert repr(shape) == "MeshShape(2, 4)" and hash(shape) == hash(MeshShape(2, 4))
    assert shape != MeshCoordinate(2, 4)
    with pytest.raises(AttributeError):
        shape.dims = (1,)
    with pytest.raises(UsageError, match="MJ1001"):
        MeshShape(2, 0)


def test_a_range_is_an_inclusive_box():
    box = MeshCoordinateRange(MeshCoordinate(0, 1), MeshCoordinate(1, 2))
    assert [tuple(c) for c in box] == [(0, 1), (0, 2), (1, 1), (1, 2)]
    assert len(box) == 4 and box.shape == (2, 2)
    assert MeshCoordinate(1, 1) in box and (0, 2) in box
    assert (0, 0) not in box and (0,) not in box and "x" not in box
    whole = MeshCoordinateRange.whole(MeshShape(2, 4))
    assert len(whole) == 8 and whole.intersects(box)
    assert not box.intersects(MeshCoordinateRange(MeshCoordinate(0, 3), MeshCoordinate(1, 3)))


def test_corners_the_wrong_way_round_are_refused():
    with pytest.raises(UsageError, match=r"MJ5016.*MeshCoordinate"):
        MeshCoordinateRange(MeshCoordinate(1, 0), MeshCoordinate(0, 3))
    with pytest.raises(UsageError, match="MJ5016"):
        MeshCoordinateRange(MeshCoordinate(0), MeshCoordinate(0, 3))
