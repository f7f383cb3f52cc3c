"""Ask the compiler why: the same matmul under four shardings, a plan of its own, and a mistake.

python examples/explain_it.py
"""

import numpy as np

import meshjit as mj
from meshjit import P


def project(x, w):
    """One projection: (tokens, features) @ (features, outputs)."""
    return mj.nn.silu(x @ w)


def main() -> None:
    """Compile under each sharding and print why data moves, and how much."""
    x, w = np.ones((256, 512), np.float32), np.ones((512, 1024), np.float32)
    with mj.open_mesh((2, 4), ("dp", "tp"), target="cpu") as mesh:
        choices = {
            "rows of x, columns of w: nothing moves": (P("dp", None), P(None, "tp")),
            "the summed dim on both: a sum over tp": (P("dp", "tp"), P("tp", None)),
            "the summed dim of w alone: x is sliced, which is free": (P("dp", None), P("tp", None)),
            "tp on rows of x and on columns of w: the smaller moves": (P(("dp", "tp"), None), P(None, "tp")),
        }
        for title, shardings in choices.items():
            lowered = mj.compile(project, mesh=mesh, in_shardings=shardings).lower(x, w)
            print(f"--- {title}\n{lowered.explain()}{lowered.cost()}\n")

        planned = mj.compile(project, mesh=mesh, strategy="auto").lower(x, w)
        print(f"--- nobody says anything, strategy='auto'\n{planned.explain()}{planned.cost()}\n")

        print("--- a mistake")
        try:
            mj.compile(project, mesh=mesh)(x, w.T)
        except mj.MeshJitError as error:
            print(error)


if __name__ == "__main__":
    main()
