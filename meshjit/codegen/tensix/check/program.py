"""The whole program: every kernel on every core, followed with the core's own arguments, and the kernels together.

Cores that read the same argument words do the same: they are followed once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from meshjit.arch import HEADER_BANKS, HEADER_CONFIG_PAIRS, HEADER_NODE, HEADER_WORDS, L1, Arch
from meshjit.codegen.tensix.check import alone, grid, network
from meshjit.codegen.tensix.check.events import ADD, SET, Place, Remote, Trace, receivers
from meshjit.codegen.tensix.check.follow import Follower
from meshjit.codegen.tensix.check.machine import Image
from meshjit.codegen.tensix.check.translate import compiled, translate
from meshjit.ir.program import BufferAddress, Kernel, PerDevice, Program, Role
from meshjit.ir.program import Word as Argument

#: Where the launch's buffers are taken to lie: kernels must not depend on it.
_DRAM_STEP = 0x1000000


class _Kernel:
    """A kernel of the program, with the traces found so far: (argument words read, trace)."""

    def __init__(self, kernel: Kernel, program: Program, arch: Arch) -> None:
        self.image = Image(kernel.binary, arch, kernel.name, kernel.role, kernel.source, kernel.marked)
        text, self.recorded = translate(self.image)
        self.run = compiled(text)
        self.buffers, self.areas = program.circular_buffers, program.areas
        self.found: list[tuple[Mapping[int, int], Trace]] = []

    def trace(self, words: Mapping[int, int]) -> Trace:
        """What the kernel does on a core with these argument words."""
        for read, trace in self.found:
            if all(words.get(address) == value for address, value in read.items()):
                elsewhere = _elsewhere(trace, words)
                if elsewhere is not None:
                    return elsewhere
        follower = Follower(self.image, self.buffers, self.areas, words, self.recorded)
        self.run(follower)
        follower.finish()
        distinct = list(dict.fromkeys(follower.events))
        trace = Trace(self.image, follower.events, distinct, follower.remote, follower.sides, follower.registers)
        self.found.append((follower.read, trace))
        return trace


def _elsewhere(trace: Trace, words: Mapping[int, int]) -> Trace | None:
    """The trace of a core that does the same but sends to the cores that its own arguments name; None when those are
    another number."""
    if not any(what.place for what in trace.remote):
        return trace
    kinds = {index: kind for kind, index, *_ in trace.distinct if kind >= SET}
    reached: dict[tuple[int, bool], tuple[Place, ...]] = {}
    remote: list[Remote] = []
    for number, what in enumerate(trace.remote):
        if what.place:
            key = what.place, kinds[number] != ADD
            cores = reached.get(key)
            if cores is None:
                cores = reached[key] = receivers(trace.image.arch, words, words[key[0]], multicast=key[1])
            if len(cores) != len(what.cores):
                return None
            what = Remote(what.first, what.end, what.value, cores, what.place)
        remote.append(what)
    return replace(trace, remote=remote)


def prove(program: Program, arch: Arch) -> int:
    """Prove that the kernels of a card program fit together on every core and device; how many different cores there
    were.

    A program of one kernel and no circular buffers is proved for all arguments at once, by
    :mod:`~meshjit.codegen.tensix.check.alone`. Raises :class:`~meshjit.errors.CodegenError`, MJ4147 to MJ4156.
    """
    if len(program.kernels) == 1 and not program.circular_buffers:
        alone.prove(program.kernels[0], program.areas, len(program.config), arch)
        return 1
    kernels = {k.role: _Kernel(k, program, arch) for k in sorted(program.kernels, key=lambda k: _ORDER[k.role])}
    cores_alone, together = network.Network(program.circular_buffers), grid.Grid(program.circular_buffers)
    devices: dict[int, dict[Place, dict[Role, Trace]]] = {}
    for core, words in program.arguments:
        for device, block in _blocks(program, arch, core, words):
            traces = {role: kernel.trace(block) for role, kernel in kernels.items()}
            cores_alone.prove(traces, f"core {core} of device {device}")
            if any(trace.remote for trace in traces.values()):
                devices.setdefault(device, {})[arch.worker(core)] = traces
    for device, cores in devices.items():
        together.prove(cores, device)
    return len(cores_alone.proved)


#: Data flows in this order, so following it lets each kernel run far.
_ORDER = {Role.NCRISC: 0, Role.TRISC0: 1, Role.TRISC1: 2, Role.TRISC2: 3, Role.BRISC: 4}


def _blocks(
    program: Program, arch: Arch, core: tuple[int, int], words: Sequence[Argument]
) -> Iterator[tuple[int, dict[int, int]]]:
    """The argument block of a core by address, for each device on which it differs."""
    devices = max((len(w.values) for w in words if isinstance(w, PerDevice)), default=1)
    header = {L1.arguments + 4 * HEADER_NODE: arch.coordinate_word(arch.worker(core))}
    header[L1.arguments + 4 * HEADER_CONFIG_PAIRS] = len(program.config)
    for i, bank in enumerate(arch.dram_banks):
        header[L1.arguments + 4 * (HEADER_BANKS + i)] = arch.coordinate_word(bank)
    first = L1.arguments + 4 * HEADER_WORDS
    for device in range(devices):
        block = dict(header)
        for i, word in enumerate(words):
            if isinstance(word, BufferAddress):
                value = arch.dram_base + _DRAM_STEP * word.index + word.offset_bytes
            else:
                value = word.values[device] if isinstance(word, PerDevice) else word
            block[first + 4 * i] = value & 0xFFFFFFFF
        yield device, block
