"""Error of the transcendental functions in ulp, against float64, over the whole of float32."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from cpu_run import plain, run_node, single

from meshjit.ir.mesh import Mesh
from meshjit.ir.opdef import Attr, attrs_of
from meshjit.ir.ops import OPS
from meshjit.ir.types import F32

ONE = Mesh((1,), ("tp",))
SPECIAL = [
    *(0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan, 1e-45, -1e-45, 1.17549435e-38, 3.4028235e38, -3.4028235e38),
    *(88.72283, 88.72284, -87.3, -103.9, -104.0, 0.625, 0.93, 4.0, 0.5, math.sqrt(2), math.sqrt(0.5), 2.0, -3.0),
]
_erf = np.vectorize(math.erf, otypes=[np.float64])
_erfc = np.vectorize(math.erfc, otypes=[np.float64])


def domain(count: int = 1 << 16) -> np.ndarray:
    """Bit patterns spread evenly over all of float32, values around zero, and special ones."""
    rng = np.random.default_rng(0)
    step = (1 << 32) // count
    bits = np.arange(count, dtype=np.uint64) * step + rng.integers(0, step, count).astype(np.uint64)
    near = rng.uniform(-12, 12, count).astype(np.float32)
    return np.concatenate([bits.astype(np.uint32).view(np.float32), near, np.array(SPECIAL, np.float32)])


def run(name: str, *arrays: np.ndarray, **attrs: Attr) -> np.ndarray:
    graph = single(lambda b, *p: b.add(OPS[name], p, attrs_of(**attrs)), *(plain(F32, a.shape) for a in arrays))
    return run_node(graph.nodes[0], ONE, arrays)[0]


def ulps(got: np.ndarray, want: np.ndarray) -> np.ndarray:
    """|got - want| in units of the float32 spacing at ``want``; 0 where both are NaN or round to the same."""
    rounded = want.astype(np.float32)
    spacing = np.spacing(np.minimum(np.abs(rounded), np.float32(3e38))).astype(np.float64)
    same = (got == rounded) | (np.isnan(got) & np.isnan(want))
    return np.where(same, 0.0, np.abs(got.astype(np.float64) - want) / spacing)


def sigmoid(x: np.ndarray) -> np.ndarray:
    z = np.exp(-np.abs(x))
    return np.where(x < 0, z, 1.0) / (1 + z)


#: Stated errors, in ulp (docs/cpu_math.md).
LIMITS: dict[str, tuple[Callable[[np.ndarray], np.ndarray], float]] = {
    "exp": (np.exp, 1.0),
    "log": (np.log, 1.0),
    "sqrt": (np.sqrt, 0.5),
    "rsqrt": (lambda x: 1 / np.sqrt(x), 1.5),
    "reciprocal": (lambda x: 1 / x, 0.5),
    "tanh": (np.tanh, 1.5),
    "sigmoid": (sigmoid, 2.5),
    "erf": (_erf, 2.5),
}


@pytest.mark.parametrize("name", LIMITS)
def test_error_in_ulp_over_the_whole_domain(name: str) -> None:
    reference, limit = LIMITS[name]
    x = domain()
    got = run(name, x)
    with np.errstate(all="ignore"):
        error = ulps(got, reference(x.astype(np.float64)))
    worst = int(np.argmax(error))
    assert error[worst] <= limit, f"{name}({x[worst]!r}) = {got[worst]!r}: {error[worst]:.2f} ulp"


@pytest.mark.parametrize("name", ["silu", "gelu_none", "gelu_tanh"])
def test_gated_units_err_little_beside_their_argument(name: str) -> None:
    """|error| <= 2^-22 |x|: on the far left these are differences that vanish."""
    op, _, approximate = name.partition("_")
    x = domain()
    got = run(op, x, **({"approximate": approximate} if approximate else {}))
    with np.errstate(all="ignore"):
        d = x.astype(np.float64)
        u = math.sqrt(2 / math.pi) * (d + 0.044715 * d**3)
        want = {
            "silu": lambda: d * sigmoid(d),
            "gelu_none": lambda: 0.5 * d * _erfc(-d / math.sqrt(2)),
            "gelu_tanh": lambda: d * sigmoid(2 * u),
        }[name]()
        error = np.abs(got - want) / np.abs(d)
    sane = np.isfinite(d) & (np.abs(d) > 1e-30)
    assert error[sane].max() <= 2.0**-22
    assert np.isnan(got[np.isnan(x)]).all() and (got[x == np.inf] == np.inf).all()


def test_pow_is_correctly_rounded_but_for_rare_ties() -> None:
    rng = np.random.default_rng(1)
    x = domain()
    near = rng.uniform(0.5, 2, 1 << 16).astype(np.float32)
    pairs = [
        (x, rng.permutation(x)),
        (near, rng.uniform(-100, 100, near.size).astype(np.float32)),
        (rng.uniform(-9, 9, near.size).astype(np.float32), rng.integers(-9, 9, near.size).astype(np.float32)),
        tuple(np.array([(a, b) for a in SPECIAL for b in SPECIAL], np.float32).T),
    ]
    for a, b in pairs:
        a, b = np.ascontiguousarray(a), np.ascontiguousarray(b)
        with np.errstate(all="ignore"):
            error = ulps(run("pow", a, b), np.power(a.astype(np.float64), b.astype(np.float64)))
        assert error.max() <= 0.501


def test_special_values() -> None:
    inf, nan = np.inf, np.nan
    cases = {
        "exp": [(inf, inf), (-inf, 0.0), (89.0, inf), (-104.5, 0.0)],
        "log": [(0.0, -inf), (-0.0, -inf), (-1.0, nan), (inf, inf)],
        "tanh": [(inf, 1.0), (-inf, -1.0), (-0.0, -0.0)],
        "erf": [(inf, 1.0), (-inf, -1.0), (-0.0, -0.0)],
        "sigmoid": [(inf, 1.0), (-inf, 0.0), (0.0, 0.5)],
        "rsqrt": [(0.0, inf), (inf, 0.0), (-1.0, nan)],
        "reciprocal": [(0.0, inf), (-0.0, -inf), (-inf, -0.0)],
    }
    for name, pairs in cases.items():
        x, want = (np.array(v, np.float32) for v in zip(*pairs, (nan, nan), strict=True))
        got = run(name, x)
        np.testing.assert_array_equal(got, want, err_msg=name)
        known = ~np.isnan(want)
        np.testing.assert_array_equal(np.signbit(got[known]), np.signbit(want[known]), err_msg=name)
