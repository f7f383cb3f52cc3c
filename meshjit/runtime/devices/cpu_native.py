"""Native code in this process: objects loaded through LLVM's ORC JIT, each once, dropped when nobody uses it."""

from __future__ import annotations

import hashlib
import itertools
import threading
import weakref
from functools import cache

import llvmlite.binding as llvm

from meshjit.errors import DeviceError

_lock = threading.RLock()
_ids = itertools.count()
_loaded: weakref.WeakValueDictionary[str, Library] = weakref.WeakValueDictionary()


class Library:
    """A loaded object. Its functions' addresses are valid as long as it lives."""

    def __init__(self, tracker: llvm.orcjit.ResourceTracker, names: tuple[str, ...]) -> None:
        self._tracker = tracker
        self._addresses = {name: int(tracker[name]) for name in names}

    def __getitem__(self, name: str) -> int:
        """The address of a function."""
        return self._addresses[name]


@cache
def _jit() -> llvm.LLJIT:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), jit=True, reloc="pic"
    )
    # JITLink lays the sections of an object side by side. The older linker asks for memory section by section, and
    # aborts the process when the gaps of a full address space put them more than 2 GiB apart.
    return llvm.create_lljit_compiler(machine, use_jit_link=True, suppress_errors=True)


def load(binary: bytes, *names: str) -> Library:
    """Load an ELF object that defines functions ``names``; the same object is loaded once.

    Raises :class:`~meshjit.errors.DeviceError` (MJ5201) when the object is not one that this machine can link.
    """
    digest = hashlib.sha256(binary).hexdigest()
    with _lock:
        found = _loaded.get(digest)
        if found is not None:
            return found
        builder = llvm.JITLibraryBuilder().add_object_img(binary).add_current_process()
        for name in names:
            builder.export_symbol(name)
        try:
            tracker = builder.link(_jit(), f"lib{next(_ids)}")
        except RuntimeError as error:
            raise DeviceError(
                "MJ5201",
                f"native kernel {', '.join(names)} cannot be loaded: {error}",
                fix="empty the kernel cache (the folder that `meshjit doctor` shows) and compile again",
            ) from error
        library = Library(tracker, names)
        _loaded[digest] = library
        return library
