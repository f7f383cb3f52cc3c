"""Rebuild the corpus with the official simulator: MESHJIT_TTSIM=DIR python tests/corpus/regenerate.py [NAME ...]

With names (parts of names), only triples that have one of them are computed again.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from corpus.cases import cases  # found through the path above
from corpus.runner import TRIPLES, Triple, load, node_of, open_chip, run

from meshjit import config
from meshjit.arch import ARCHS
from meshjit.ir.mesh import Mesh
from meshjit.runtime.devices.card import CardTarget


def compute(triples: list[Triple]) -> list[Triple]:
    """The triples with the simulator's digests."""
    chips: dict[tuple[str, Mesh], CardTarget] = {}
    out: list[Triple] = []
    for done, triple in enumerate(triples, 1):
        mesh = node_of(triple.text)[1]
        digests: dict[str, tuple[str, str]] = {}
        for chip in ARCHS:
            if (chip, mesh) not in chips:
                chips[chip, mesh] = open_chip("ttsim", chip, mesh)
            digests[chip] = run(triple, chip, chips[chip, mesh])
        out.append(replace(triple, digests=digests))
        print(f"\r{done}/{len(triples)} {triple.name:40}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    for card in chips.values():
        card.close()
    return out


def main(names: list[str]) -> int:
    """Write the corpus; 1 without the simulator."""
    if config.load().ttsim_dir is None:
        print("The corpus is what the official simulator computes: set MESHJIT_TTSIM to its folder.", file=sys.stderr)
        return 1
    kept = {t.name: t for t in load()} if names else {}
    wanted = cases()
    todo = [t for t in wanted if t.name not in kept or any(n in t.name for n in names)]
    fresh = {t.name: t for t in compute(todo)}
    TRIPLES.write_text("".join(fresh.get(t.name, kept.get(t.name, t)).line() + "\n" for t in wanted))
    changed = [t.name for t in fresh.values() if t.name in kept and t.digests != kept[t.name].digests]
    print(f"{len(fresh)} cases computed on {len(ARCHS)} chips, {len(wanted)} in {TRIPLES.name}; changed: {changed}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
