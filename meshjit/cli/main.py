"""The ``meshjit`` command: verbs, and the exit code of each outcome.

Exit codes: 0 done, 1 the program or a check failed, 2 bad usage or a bad input file, 3 an environment or device is
missing, 4 a deadline passed, 130 interrupted.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

import meshjit
from meshjit.errors import DeviceTimeoutError, EnvironmentMissingError, IRError, MeshJitError, UsageError

#: Verb: (module, one line of help).
VERBS = {
    "demo": "compile an MLP, replay it on the CPU mesh and on emulated cards, and show every stage",
    "dump": "print a function's IR or kernels at any stage",
    "opt": "run passes over IR text",
    "explain": "say why arguments lie where they do and why each collective is there, or what an error code means",
    "mesh": "draw a mesh and its links",
    "doctor": "check this machine: packages, LLVM targets, cards, simulator",
    "emu": "run a function on emulated cards: counters, cycle estimates, single steps",
    "bench": "time the demo's MLP against NumPy",
}


class BadInputError(UsageError):
    """The command line itself, or a file it names, is wrong: exit code 2."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    parser = _parser()
    if not arguments:
        parser.print_help()
        return 2
    verb = arguments[0] if arguments[0] in VERBS else None
    if verb is None:
        parser.parse_args(arguments)  # --help, --version, or an error that lists the verbs
        return 2
    # Only the verb asked for is loaded: some start LLVM or the emulator.
    module = importlib.import_module(f"meshjit.cli.{verb}")
    sub = argparse.ArgumentParser(prog=f"meshjit {verb}", description=VERBS[verb])
    module.configure(sub)
    options = sub.parse_args(arguments[1:])
    try:
        return int(module.run(options))
    except (BadInputError, IRError) as error:
        return _report(error, 2)
    except EnvironmentMissingError as error:
        return _report(error, 3)
    except DeviceTimeoutError as error:
        return _report(error, 4)
    except MeshJitError as error:
        return _report(error, 1)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output went away: nothing more to say
        return 0


def _parser() -> argparse.ArgumentParser:
    width = max(map(len, VERBS))
    parser = argparse.ArgumentParser(
        prog="meshjit",
        description="Compile NumPy-style Python functions for a mesh of cards, or of CPU devices.",
        epilog="verbs:\n" + "\n".join(f"  {v:<{width}}  {text}" for v, text in VERBS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"meshjit {meshjit.__version__}")
    parser.add_argument("verb", choices=list(VERBS), metavar="verb", help="what to do; `meshjit VERB --help` says more")
    return parser


def _report(error: MeshJitError, code: int) -> int:
    print(error, file=sys.stderr)
    return code
