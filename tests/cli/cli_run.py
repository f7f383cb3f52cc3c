"""What the tests of the command line share: a file of functions, and the outcome of a command."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MODEL = """\
from dataclasses import dataclass

import meshjit as mj
from meshjit import P


def mlp(x, w1, w2):
    return mj.nn.softmax(mj.nn.gelu(x @ w1) @ w2)


def scaled(x, n, offset=1.0):
    return x * n + offset


def nested(x, params, layers):
    return sum((x @ w for w in layers), x @ params["w"] + params["b"])


def wrong(x, w):
    y = x + 1
    return y @ w


def branch(x):
    if x > 0:
        return x
    return -x


def raises(x):
    return {"a": x}["b"]


@mj.compile(mesh=mj.open_mesh((2, 4), ("dp", "tp"), target="cpu"), in_shardings=(P("dp", None), P(None, "tp")))
def decorated(x, w):
    return x @ w


@mj.compile(static_argnames=("n",), strategy="auto")
def planned(x, n):
    return mj.nn.relu(x) ** n


constant = 3


@dataclass
class Affine:
    w: object
    b: object


def affine(x, p: Affine):
    return x @ p.w + p.b


def unresolved(x, p: "Nowhere"):
    return x @ p["w"]
"""


@dataclass(frozen=True)
class Outcome:
    """What a command gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The output as JSON."""
        return json.loads(self.out)


Run = Callable[..., Outcome]


#: The mesh and the arguments of the model's mlp.
MLP = (
    "--mesh", "2x2", "--axes", "dp,tp", "--arg", "x=bf16[64,64]@dp,-", "--arg", "w1=bf16[64,128]@-,tp",
    "--arg", "w2=bf16[128,64]@tp,-",
)  # fmt: skip
