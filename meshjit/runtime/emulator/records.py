"""State as one NumPy record with arrays inside: compiled code gets one pointer, whatever the number of arrays.

(A tuple of arrays is passed array by array, each with its size, shape and strides: hundreds of arguments a call.)
"""

from __future__ import annotations

import mmap
from collections.abc import Mapping
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numba.np.numpy_support import carray
from numpy.typing import DTypeLike, NDArray

from meshjit.runtime.emulator.compiled import compiled
from meshjit.runtime.emulator.overlay import Int

#: Bytes to which every array of a record is aligned.
_LINE = 64
#: Linux's flag, by its number on x86-64 and AArch64: Python names it only from 3.12 on.
_MAP_NORESERVE = 0x4000


class Record(np.void):
    """A record whose arrays are attributes. (Those of NumPy's own, ``np.record``, take microseconds.)"""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except ValueError:
            raise AttributeError(name) from None

    @property
    def data(self) -> Any:
        """The record's bytes, by which Numba finds them: a void's own buffer describes each field at every call."""
        memory = self.__dict__.get("memory")
        return super().data if memory is None else memory


def record(array: NDArray[Any], index: int) -> Any:
    """One record of an array; using it often costs little."""
    found = array[index]
    # Views of the array, not of the record: those would keep it, and it them, for ever.
    found.__dict__.update({name: array[name][index] for name in array.dtype.names or ()})
    found.memory = array[index : index + 1].view(np.uint8)
    return found


def record_type(fields: Mapping[str, tuple[DTypeLike, tuple[int, ...]]]) -> np.dtype[Any]:
    """The type of a record of arrays: name to (element type, shape)."""
    offsets: list[int] = []
    size = 0
    for element, shape in fields.values():
        offsets.append(size)
        size += -(-np.dtype(element).itemsize * int(np.prod(shape, dtype=np.int64)) // _LINE) * _LINE
    formats = [(np.dtype(element), shape) for element, shape in fields.values()]
    plain = np.dtype({"names": list(fields), "formats": formats, "offsets": offsets, "itemsize": size})
    return np.dtype((Record, plain))


def sparse(count: int, element: np.dtype[Any]) -> NDArray[Any]:
    """Zeros that take memory only where they are written, however large the array is."""
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _MAP_NORESERVE
    return np.frombuffer(mmap.mmap(-1, count * element.itemsize, flags=flags), element)


def _as_pointer(typingctx: Any, address: Any) -> Any:
    del typingctx, address

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        del context, signature
        return builder.inttoptr(args[0], ir.IntType(8).as_pointer())

    return types.voidptr(types.int64), generate


_pointer: Any = intrinsic(_as_pointer)


@compiled
def bytes_at(address: Int, size: Int) -> NDArray[np.uint8]:
    """The ``size`` bytes at an address of this process. Their owner must be kept."""
    return carray(_pointer(np.int64(address)), (size,), np.uint8)  # pyright: ignore[reportArgumentType, reportCallIssue]  # compiled code has one kind of integer
