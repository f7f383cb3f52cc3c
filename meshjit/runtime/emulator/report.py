"""What each core and coprocessor thread of a stopped chip waits for, as lines of text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from meshjit.arch import Arch
from meshjit.runtime.emulator.ethernet import ETH_BASE, ETH_END
from meshjit.runtime.emulator.links import core_names, tile_name
from meshjit.runtime.emulator.noc import NOC_BASE
from meshjit.runtime.emulator.overlay import OVERLAY_BASE, OVERLAY_WORDS
from meshjit.runtime.emulator.races import READS, REMOTE, THREADS, TRANSMIT, WRITES
from meshjit.runtime.emulator.riscv import run_core
from meshjit.runtime.emulator.state import BLOCKED, ROLES, SPINNING, TRISC0, WAIT_FIFO, WAIT_SYNC, Chip
from meshjit.runtime.emulator.tensix_run import thread_idle
from meshjit.runtime.emulator.tensix_state import BLOCK_REASONS, FIFO_MASK, PENDING, PENDING_WORD, Stack, Tensix

_COUNTER_NAMES = {0: "atomic responses", 1: "write acknowledgements", 2: "read responses"}
#: Instructions of one turn of a polling loop that a report follows, at most.
_LOOP_LIMIT = 400
_FIRST_STREAM = 8


def register_name(arch: Arch, address: int) -> str:
    """What lies at an address of a core, for people."""
    if OVERLAY_BASE <= address < OVERLAY_BASE + 4 * OVERLAY_WORDS:
        index = (address - OVERLAY_BASE) // 0x1000 - _FIRST_STREAM
        offset = address & 0xFFF
        what = {arch.cb_received: "pages received", arch.cb_acked: "pages acknowledged"}.get(offset, "register")
        return f"circular buffer {index}, {what} ({address:#010x})"
    if NOC_BASE <= address < NOC_BASE + 0x20000:
        noc, offset = (address - NOC_BASE) >> 16, address & 0xFFFF
        name = _COUNTER_NAMES.get((offset - 0x200) >> 2, "counter") if 0x200 <= offset < 0x300 else "register"
        return f"NoC {noc} {name} ({address:#010x})"
    if ETH_BASE <= address < ETH_END:
        name = {0x04: "command", 0x08: "status"}.get(address & 0xFFF, "register")
        return f"Ethernet transmit queue {(address - ETH_BASE) >> 12}, {name} ({address:#010x})"
    if 0xFFE80020 <= address < 0xFFE80040:
        return f"semaphore {(address - 0xFFE80020) >> 2} ({address:#010x})"
    if address < arch.l1_bytes:
        return f"L1 word {address:#x}"
    return f"register {address:#010x}"


def polled(chip: Chip, stack: Stack, w: int, core: int) -> list[tuple[int, int]]:
    """(address, value) of each load in the loop in which a core spins; stepping once round it changes nothing."""
    t = stack[w]
    start, found = int(chip.pc[w, core]), dict[int, int]()
    instructions = int(chip.instructions[w, core])
    for _ in range(_LOOP_LIMIT):
        word = int(chip.l1_words[w, chip.pc[w, core] >> 2])
        base = int(chip.regs[w, core, word >> 15 & 31])
        if run_core(chip, t, w, core, 1) == 0:
            break
        if word & 0x7F == 0x03:
            address = (base + ((word >> 20 ^ 0x800) - 0x800)) & 0xFFFFFFFF
            if address < 0xFFB00000 or address >= 0xFFB10000:
                found[address] = int(chip.regs[w, core, word >> 7 & 31])
        if chip.pc[w, core] == start:
            break
    chip.instructions[w, core], chip.ended[w, core] = instructions, SPINNING
    return list(found.items())


def core_line(chip: Chip, stack: Stack, arch: Arch, w: int, core: int) -> str:
    """What one running core waits for, or "" when it has come to its end (a loop that polls nothing)."""
    pc = f"pc {int(chip.pc[w, core]):#x}"
    if chip.ended[w, core] == BLOCKED:
        kind, thread = (int(v) for v in chip.waits[w, core])
        if kind == WAIT_FIFO:
            return f"{pc}, waits for room in the queue of Tensix thread {thread}"
        what = "has run everything pushed (TENSIX_SYNC)" if kind == WAIT_SYNC else "has expanded its MOPs (MOP sync)"
        return f"{pc}, waits until Tensix thread {thread} {what}"
    if chip.ended[w, core] == SPINNING:
        loads = polled(chip, stack, w, core)
        if not loads:
            return ""
        return f"{pc}, polls " + ", ".join(f"{register_name(arch, a)} = {v:#x}" for a, v in loads)
    return f"{pc}, runs"


def thread_line(t: Tensix, thread: int) -> str:
    """What a coprocessor thread waits for, or "" when it is idle."""
    if thread_idle(t, thread):
        return ""
    queued = int(t.fifo_tail[thread] - t.fifo_head[thread])
    pending = int(t.expander[thread, PENDING])
    word = int(t.expander[thread, PENDING_WORD] if pending else t.fifo[thread, t.fifo_head[thread] & FIFO_MASK])
    reason = BLOCK_REASONS.get(int(t.blocked[thread]), "not blocked")
    return f"instruction {word:#010x} {reason}; {queued} more queued"


def report(chip: Chip, stack: Stack, arch: Arch, index: int) -> list[str]:
    """A line for every core and thread of chip ``index`` that has not come to its end."""
    lines: list[str] = []
    for w in np.flatnonzero(chip.running.any(axis=1)):
        at = f"chip {index} {tile_name(arch, int(w))}"
        roles = core_names(arch, int(w), ROLES)
        for core, role in enumerate(roles):
            if chip.running[w, core]:
                line = core_line(chip, stack, arch, int(w), core)
                if line:
                    lines.append(f"{at} {role}: {line}")
        if roles is not ROLES:
            continue
        t = stack[int(w)]
        for thread in range(3):
            line = thread_line(t, thread)
            if line:
                lines.append(f"{at} Tensix thread {thread} ({ROLES[TRISC0 + thread]}): {line}")
    return lines


def agent_name(agent: int, roles: Sequence[str] = ROLES) -> str:
    """Who accesses a tile's L1, as :mod:`meshjit.runtime.emulator.races` numbers them."""
    if agent < len(ROLES):
        return roles[agent]
    if agent < READS:
        return f"Tensix thread {agent - THREADS}"
    if agent == REMOTE:
        return "another tile"
    if agent >= TRANSMIT:
        return f"Ethernet transmit queue {agent - TRANSMIT}"
    what, first = ("read", READS) if agent < WRITES else ("write", WRITES)
    return f"a NoC {(agent - first) % 2} {what} of {roles[(agent - first) // 2]}"
