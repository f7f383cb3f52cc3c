"""The emulator as plain Python: the same sources without Numba, so that a fault can be put in and run at once.

Compiled code computes in 64 bits whatever array a number comes from, NumPy's scalars have the array's width; here
numbers are Python's. Arrays hand out ints, and cut what is stored to their width as compiled code does.
"""

from __future__ import annotations

import ctypes
import importlib
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from meshjit.arch import ARCHS
from meshjit.ir.mesh import Mesh
from meshjit.runtime.devices.card import CardTarget
from meshjit.runtime.emulator import mesh as compiled

_REAL, _PLAIN = "meshjit.runtime.emulator", "plainly_emulated"
_FOLDER = Path(compiled.__file__).parent


class Plain:
    """An array whose elements are Python ints."""

    __slots__ = ("array", "bits", "signed")

    def __init__(self, array: np.ndarray) -> None:
        self.array = array
        self.bits = 8 * array.itemsize
        self.signed = array.dtype.kind == "i"

    def __getitem__(self, key: Any) -> Any:
        found = self.array[key]
        return Plain(found) if type(found) is np.ndarray else int(found)

    def __setitem__(self, key: Any, value: Any) -> None:
        if type(value) is Plain:
            value = value.array
        elif isinstance(value, int):
            value &= (1 << self.bits) - 1
            if self.signed and value >> (self.bits - 1):
                value -= 1 << self.bits
        self.array[key] = value

    def __getattr__(self, name: str) -> Any:
        return getattr(self.array, name)

    def view(self, dtype: Any) -> Plain:
        """The same memory as elements of another type."""
        return Plain(self.array.view(dtype))

    def __len__(self) -> int:
        return len(self.array)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        del copy
        return self.array.astype(dtype) if dtype else self.array


class _Numpy:
    """NumPy, whose integer of 64 bits is Python's."""

    int64 = int

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)


class Record:
    """A record of arrays, its arrays made plain."""

    def __init__(self, record: Any) -> None:
        for name in record.dtype.names:
            setattr(self, name, Plain(record[name]))


def njit(*args: Any, **options: Any) -> Any:
    """Numba's decorator, which compiles nothing here."""
    del options
    return args[0] if args else lambda function: function


def intrinsic(function: Callable[..., Any]) -> Callable[..., Any]:
    """What the emulator's two intrinsics compute."""
    if "leading_zeros" in function.__name__:
        return lambda x: 64 - (x & (1 << 64) - 1).bit_length()
    assert function.__name__ == "_as_pointer"
    return lambda address: address


def carray(address: int, shape: tuple[int], dtype: Any) -> Plain:
    """An array over memory of this process."""
    assert dtype is np.uint8
    return Plain(np.ctypeslib.as_array((ctypes.c_uint8 * shape[0]).from_address(address)))


numpy_ = _Numpy()
types = None

Replacement = tuple[str, str, str]


class _Copies(MetaPathFinder, Loader):
    """Imports the package of plain modules; ``faults`` are replacements (module, old, new) in their sources."""

    def __init__(self, faults: Sequence[Replacement]) -> None:
        self.faults = faults

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if fullname.partition(".")[0] != _PLAIN:
            return None
        return ModuleSpec(fullname, self, is_package=fullname == _PLAIN)

    def exec_module(self, module: ModuleType) -> None:
        stem = module.__name__.partition(".")[2]
        if not stem:
            return
        if stem == "compiled":
            module.__dict__.update(compiled=njit, inlined=njit)
            return
        path = _FOLDER / f"{stem}.py"
        text = path.read_text()
        for where, old, new in self.faults:
            if where == stem:
                assert old in text, f"{stem} no longer says {old!r}"
                text = text.replace(old, new)
        for old, new in (
            (_REAL, _PLAIN),
            ("from numba import", f"from {__name__} import"),
            ("from numba.extending import", f"from {__name__} import"),
            ("from numba.np.numpy_support import", f"from {__name__} import"),
            ("import numpy as np", f"from {__name__} import numpy_ as np"),
        ):
            text = text.replace(old, new)
        exec(compile(text, str(path), "exec"), module.__dict__)
        for name, value in vars(module).items():
            if isinstance(value, np.ndarray):
                setattr(module, name, Plain(value))


@contextmanager
def plain_card(chip: str, mesh: Mesh, faults: Sequence[Replacement] = ()) -> Generator[CardTarget]:
    """A card whose chips are emulated in plain Python, with faults; slow, so for programs of a tile or two."""
    finder = _Copies(faults)
    sys.meta_path.insert(0, finder)
    try:
        module = importlib.import_module(f"{_PLAIN}.mesh")
        new_chip, new_stack = module.new_chip, module.new_stack

        def plain_chip(*args: Any, **kwargs: Any) -> Any:
            record, memory = new_chip(*args, **kwargs)
            return Record(record), memory

        def plain_stack(*args: Any, **kwargs: Any) -> Any:
            return [Record(record) for record in new_stack(*args, **kwargs)]

        module.__dict__.update(new_chip=plain_chip, new_stack=plain_stack, record=lambda stack, worker: stack[worker])
        yield CardTarget(f"emulator:{chip}", mesh, ARCHS[chip], module.EmulatedMesh(chip, mesh.size))
    finally:
        sys.meta_path.remove(finder)
        for name in [n for n in sys.modules if n.partition(".")[0] == _PLAIN]:
            del sys.modules[name]
