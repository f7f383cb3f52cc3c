"""What dump and explain share: a function named on the command line, with the types of its arguments."""

from __future__ import annotations

import argparse
import ast
import dataclasses
import importlib.util
import inspect
import re
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from meshjit.cli.main import BadInputError
from meshjit.codegen.backends import machine_of
from meshjit.compile import STRATEGIES, CompiledFunction
from meshjit.errors import MeshJitError, TraceError
from meshjit.frontend.arguments import Parameters
from meshjit.frontend.tracer import is_user_code
from meshjit.frontend.tracing import trace_function
from meshjit.ir.location import Location, frame_location
from meshjit.ir.mesh import Mesh, default_axes
from meshjit.ir.types import TensorType, check_spec, dtype_named
from meshjit.runtime.devices.registry import resolve
from meshjit.stages import Traced

_TYPE = re.compile(r"^(?P<dtype>\w+)\[(?P<dims>[\d,\s]*)\](?:@(?P<spec>[\w+,\-\s]*))?$")


class Argument:
    """Stands for an array: enough to trace with. (A plain class: a dataclass would count as a tree of its fields.)"""

    def __init__(self, type: TensorType) -> None:
        self.type = type


def add_options(
    parser: argparse.ArgumentParser,
    metavar: str = "FILE.py:FUNC",
    about: str = "a function in a file, decorated or plain",
) -> None:
    """The options that name a function and its arguments."""
    parser.add_argument("function", metavar=metavar, help=about)
    parser.add_argument(
        "--mesh", metavar="2x4", help="devices along each axis (default: the decorated function's mesh)"
    )
    parser.add_argument("--axes", metavar="dp,tp", help="names of the axes")
    parser.add_argument(
        "--arg", action="append", default=[], metavar="'x=bf16[128,1024]@dp,-'",
        help="an argument's dtype, shape and sharding: one mesh axis a dim, - for none, a+b for two; without @ the "
        "sharding is left open. Members of dicts and lists: params.w1=..., layers.0=...",
    )  # fmt: skip
    parser.add_argument("--static", action="append", default=[], metavar="n=3", help="a static argument's Python value")
    parser.add_argument("--target", default="cpu", help="cpu, emulator:wormhole, emulator:blackhole, card")
    parser.add_argument(
        "--strategy", choices=STRATEGIES,
        help="who chooses what is not said: propagate derives it, auto plans it (default: the decorated function's)",
    )  # fmt: skip


def traced(options: argparse.Namespace) -> Traced:
    """Trace the function named by the options.

    Raises BadInputError for a bad command line or file, and whatever the user's function is to blame for.
    """
    function = load_function(options.function)
    compiled = function if isinstance(function, CompiledFunction) else None
    plain = compiled.function if compiled else function
    mesh = mesh_of(options, compiled)
    static = _statics(options.static)
    names = [*(compiled.parameters.static if compiled else ()), *(n for n in static)]
    known = inspect.signature(plain).parameters
    donated = sorted(compiled.parameters.donated) if compiled else ()
    parameters = Parameters(plain, sorted(set(names) & set(known)), donated)
    arguments = _tree(options.arg, mesh)
    missing = [
        n
        for n, p in parameters.signature.parameters.items()
        if n not in {**arguments, **static} and p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    ]
    if missing:
        name = missing[0]
        fix = f"add --static {name}=3" if name in names else f"add --arg '{name}=f32[128,128]'"
        raise BadInputError("MJ7101", f"{plain.__name__} needs the argument {name!r}", fix=fix)
    unknown = [n for n in (*arguments, *static) if n not in parameters.signature.parameters]
    if unknown:
        raise BadInputError(
            "MJ7101", f"{plain.__name__}{parameters.signature} has no argument {unknown[0]!r}",
            fix=f"its arguments are {', '.join(parameters.signature.parameters)}",
        )  # fmt: skip
    arguments = {n: _as_annotated(plain, n, v) for n, v in arguments.items()}
    call = parameters.bind((), {**arguments, **static})
    specs = parameters.shardings(call, compiled.options.in_shardings if compiled else None)
    specs = [None if leaf.type.spec is not None else s for leaf, s in zip(call.described, specs, strict=True)]
    trace = trace_function(parameters, call, mesh, specs, compiled.options.out_shardings if compiled else None)
    arch = arch_of(options.target)
    strategy = options.strategy or (compiled.options.strategy if compiled else STRATEGIES[0])
    return Traced(trace, machine_of(arch), arch, strategy)


def arch_of(target: str) -> str:
    """The architecture that programs for a target are built for."""
    kind, _, chip = resolve(target).partition(":")
    known = {"cpu": "cpu", "null": "cpu", "card": "wormhole", "ttsim": "wormhole", "emulator": chip}
    if kind not in known:
        raise BadInputError("MJ7101", f"no target is called {target!r}", fix="use --target cpu or emulator:wormhole")
    try:
        return machine_of(known[kind]).arch
    except MeshJitError as error:
        raise BadInputError("MJ7101", error.summary, fix="use --target cpu or emulator:wormhole") from None


def mesh_of(options: argparse.Namespace, compiled: CompiledFunction | None = None) -> Mesh:
    """The mesh that the options, or the decorated function, name."""
    if options.mesh is None:
        if compiled is not None and compiled.mesh is not None:
            return compiled.mesh.mesh
        return Mesh((1,), ("tp",))
    try:
        shape = tuple(int(n) for n in options.mesh.lower().split("x"))
        axes = tuple(options.axes.split(",")) if options.axes else default_axes(len(shape))
        return Mesh(shape, axes)
    except ValueError as error:
        text = error.summary if isinstance(error, MeshJitError) else f"--mesh {options.mesh!r} is no mesh"
        raise BadInputError("MJ7101", text, fix="write --mesh 2x4 --axes dp,tp") from None


def load_function(text: str) -> Callable[..., Any]:
    """The function that ``FILE.py:FUNC`` names.

    Raises BadInputError when there is no such file or function, TraceError (MJ2109) when the file itself raises.
    """
    file, colon, name = text.rpartition(":")
    path = Path(file)
    if not colon or not name or not path.is_file():
        raise BadInputError("MJ7101", f"no function at {text!r}", fix="write FILE.py:FUNC, for example model.py:mlp")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(path.stem, module)
    sys.path.insert(0, str(path.resolve().parent))
    try:
        spec.loader.exec_module(module)
    except MeshJitError:
        raise
    except Exception as error:
        raise TraceError(
            "MJ2109",
            f"{path.name} raised {type(error).__name__} when it was loaded: {error}",
            where=_where_raised(error),
            fix=f"mend the line; `python {path}` shows the whole traceback",
        ) from error
    finally:
        sys.path.pop(0)
    function = getattr(module, name, None)
    if not callable(function):
        names = [n for n, v in vars(module).items() if callable(v) and getattr(v, "__module__", "") == path.stem]
        raise BadInputError(
            "MJ7101", f"{path.name} has no function {name!r}", fix=f"it has {', '.join(names) or 'none'}"
        )
    return function


def _where_raised(error: Exception) -> str:
    """The user's innermost line of a traceback, or the place of a syntax error."""
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        column, end = (error.offset or 0) - 1, (error.end_offset or 0) - 1
        return Location(error.filename, error.lineno, column, error.end_lineno or error.lineno, end).snippet()
    frames = [f for f, _ in traceback.walk_tb(error.__traceback__) if is_user_code(f.f_code)]
    return frame_location(frames[-1]).snippet() if frames else ""


def _statics(given: Sequence[str]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for text in given:
        name, _, value = text.partition("=")
        try:
            out[name.strip()] = ast.literal_eval(value.strip())
        except (ValueError, SyntaxError):
            raise BadInputError("MJ7101", f"--static {text!r} is no name=value", fix="write --static n=3") from None
    return out


def _tree(given: Sequence[str], mesh: Mesh) -> dict[str, Any]:
    """Arguments by name; dotted names build dicts, and lists where all the names are numbers."""
    out: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise BadInputError("MJ7101", f"--arg {text!r} has no '='", fix="write --arg 'x=bf16[128,1024]@dp,-'")
        at = out
        *path, last = name.strip().split(".")
        for key in path:
            at = at.setdefault(key, {})
        at[last] = Argument(parse_type(value.strip(), mesh, name.strip()))
    return {k: _lists(v) for k, v in out.items()}


def _as_annotated(function: Callable[..., Any], name: str, value: Any) -> Any:
    """Members given for an argument that is annotated as a dataclass, as one."""
    if not isinstance(value, dict):
        return value
    try:
        wanted = inspect.signature(function, eval_str=True).parameters[name].annotation
    except NameError:  # an annotation only type checkers can resolve: the members stay a dict
        return value
    if not (isinstance(wanted, type) and dataclasses.is_dataclass(wanted)):
        return value
    try:
        return wanted(**value)
    except TypeError as error:
        fields = ", ".join(f"{name}.{f.name}" for f in dataclasses.fields(wanted))
        raise BadInputError("MJ7101", f"argument {name}: {error}", fix=f"its members are {fields}") from None


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    items: dict[str, Any] = {k: _lists(v) for k, v in value.items()}
    return [items[k] for k in sorted(items, key=int)] if all(k.isdigit() for k in items) else items


def parse_type(text: str, mesh: Mesh, name: str) -> TensorType:
    """``bf16[128,1024]@dp,-`` as a type; without ``@`` its sharding is open."""
    match = _TYPE.match(text.replace(" ", ""))
    dtype = dtype_named(match["dtype"]) if match else None
    if match is None or dtype is None:
        raise BadInputError(
            "MJ7101", f"argument {name}: {text!r} is no type", fix="write dtype[dims]@axes, for example f32[8,16]@dp,-"
        )
    shape = tuple(int(n) for n in match["dims"].split(",") if n)
    if match["spec"] is None:
        return TensorType(dtype, shape)
    entries = [e for e in match["spec"].split(",") if e]
    spec = tuple(() if e == "-" else tuple(e.split("+")) for e in entries)
    type = TensorType(dtype, shape, spec + ((),) * (len(shape) - len(spec)))
    try:
        check_spec(type, mesh, name=name)
    except MeshJitError as error:
        raise BadInputError(error.code, error.summary, operands=error.operands, fix=error.fix) from None
    return type
