from __future__ import annotations

import copy

import pytest

from meshjit.errors import ShardingError
from meshjit.ir.mesh import Mesh
from meshjit.ir.spec import P, PartitionSpec
from meshjit.ir.types import BF16

MESH = Mesh((2, 4), ("dp", "tp"))


def test_entries_and_repr():
    assert P is PartitionSpec
    assert repr(P("dp", None, ("dp", "tp"))) == "P('dp', None, ('dp', 'tp'))" and repr(P()) == "P()"
    assert list(P("dp", None)) == ["dp", None] and len(P("dp", None)) == 2 and P("dp")[0] == "dp"
    assert P(("dp",), ()).entries == ("dp", None) and P(["dp", "tp"]).entries == (("dp", "tp"),)


def test_unsharded_dims_at_the_end_do_not_count():
    assert P("dp") == P("dp", None) and hash(P("dp")) == hash(P("dp", None))
    assert P() == P(None, None) and P("dp") != P(None, "dp") and P("dp") != ("dp",)
    assert len({P("dp"), P("dp", None), P(("dp",))}) == 1


def test_it_cannot_change():
    spec = P("dp")
    for change in (lambda: setattr(spec, "entries", ()), lambda: delattr(spec, "entries")):
        with pytest.raises(AttributeError, match="cannot change"):
            change()
    assert copy.deepcopy(spec) is spec and copy.copy(spec) is spec


def test_missing_dims_are_unsharded():
    assert P("dp").to_spec(3, MESH) == (("dp",), (), ())
    assert P(("tp", "dp"), None).to_spec(2, MESH) == (("tp", "dp"), ())
    assert P().to_spec(0, MESH) == ()
    assert P.from_spec((("dp",), (), ("tp", "dp"))) == P("dp", None, ("tp", "dp"))


def test_what_does_not_fit_is_named():
    with pytest.raises(ShardingError, match="MJ3001: no mesh axis is called 'x'; this mesh has dp=2, tp=4") as caught:
        P("x").to_spec(2, MESH, shape=(8, 9), dtype=BF16, name="w1", where="f.py:3")
    assert "w1: bf16[8,9]" in str(caught.value) and "f.py:3" in str(caught.value)
    with pytest.raises(ShardingError, match="MJ3002: a sharding of 3 dims on an array of 2 dims") as caught:
        P("dp", None, None).to_spec(2, MESH)
    assert "P(None, None)" in str(caught.value)
    with pytest.raises(ShardingError, match="MJ3003: mesh axis 'dp' is used twice"):
        P("dp", ("tp", "dp")).to_spec(2, MESH)
    for bad in (3, ("dp", 3), 1.5):
        with pytest.raises(ShardingError, match="MJ3009"):
            P(bad)
