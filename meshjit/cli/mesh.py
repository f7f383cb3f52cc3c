"""``meshjit mesh``: the devices, the axes and the links between them."""

from __future__ import annotations

import argparse
import json

from meshjit.cli.main import BadInputError
from meshjit.cli.program import mesh_of
from meshjit.errors import UsageError
from meshjit.runtime.mesh_device import open_mesh


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--mesh", metavar="2x4", default="2x4", help="devices along each axis")
    parser.add_argument("--axes", metavar="dp,tp", help="names of the axes")
    parser.add_argument("--target", default="null", help="which devices (default: null, which needs none)")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Draw the mesh."""
    grid = mesh_of(options)
    try:
        mesh = open_mesh(grid.shape, grid.axes, target=options.target)
    except UsageError as error:
        raise BadInputError(error.code, error.summary, fix=error.fix) from None
    with mesh:
        if options.json:
            print(json.dumps({"target": mesh.target, **mesh.topology.as_dict()}))
        else:
            print(mesh.describe())
    return 0
