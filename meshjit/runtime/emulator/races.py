"""Races on L1: accesses of two agents of a tile, one of them a write, that no synchronisation orders.

Each agent has a vector clock (FastTrack, Flanagan and Freund 2009): how far it knows every other agent to be. What
orders them, and nothing else does:

- storing a circular buffer's counter (core, STOREREG or NoC) and loading it; posting or taking a Tensix semaphore and
  waiting for it; waiting for the coprocessor (TENSIX_SYNC); starting a core;
- loading a NoC counter after a transfer: the transfers of a core are agents of their own, which start with the command
  and are over for the core when it looks at the counter;
- a word that a core, or the NoC in at most 4 bytes, has stored to L1, once another core loads it: a flag.

An epoch is (clock << 8 | small << 7 | agent), 0 for none; every 16 bytes of L1 keep the last write's and two reads'. A
remote tile's accesses count as one agent; it knows what the tile's cores knew when they last sent it a word.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from meshjit.runtime.emulator.compiled import compiled
from meshjit.runtime.emulator.faults import E_RACE, fault
from meshjit.runtime.emulator.overlay import COUNTERS, STREAM_WORDS, Int
from meshjit.runtime.emulator.state import AGENTS, BLACKHOLE, CORES, STRICT, TRISC0, Chip
from meshjit.runtime.emulator.tensix_state import LOG_COUNTER, LOG_POST, LOG_READ, LOG_WRITE, Tensix

#: Agents: cores, Tensix threads, each core's reads and writes by NoC, all other tiles; then Ethernet transmit queues.
THREADS, READS, WRITES, REMOTE = CORES, CORES + 3, CORES + 3 + 2 * CORES, CORES + 3 + 4 * CORES
TRANSMIT = REMOTE + 1
SMALL = 0x80
_AGENT = 31
#: Words of the register space before the overlay, as STOREREG counts.
_OVERLAY_FIRST = 0x10000


@compiled
def acquire(mine: NDArray[np.int64], theirs: NDArray[np.int64]) -> None:
    """Learn what somebody knew."""
    for i in range(AGENTS):
        mine[i] = max(mine[i], theirs[i])


@compiled
def release(chip: Chip, w: Int, agent: Int, to: NDArray[np.int64]) -> None:
    """Leave what an agent knows for others, and go on to its next epoch."""
    mine = chip.clock[w, agent]
    acquire(to, mine)
    mine[agent] += 1


@compiled
def counter_slot(chip: Chip, w: Int, index: Int) -> NDArray[np.int64]:
    """What is left at an overlay register, given its word index."""
    second = 1 if index % STREAM_WORDS == COUNTERS[chip.facts[BLACKHOLE], 1] else 0
    return chip.released[w, 2 * (index // STREAM_WORDS) + second]


@compiled
def synchronise(chip: Chip, w: Int) -> None:
    """Everything before comes before everything after: the host has stopped the tile's cores."""
    for a in range(AGENTS):
        for b in range(AGENTS):
            chip.clock[w, a, b] = max(chip.clock[w, a, b], chip.clock[w, b, b])
    for a in range(AGENTS):
        chip.clock[w, a, a] += 1


@compiled
def conflict(
    chip: Chip, w: Int, granule: Int, agent: Int, at: Int, write: Int, epoch: Int, by: Int, wrote: Int
) -> bool:
    """Record a race. Returns False, for accesses to return."""
    if chip.race[0] == 0:
        chip.race[0] = 1
        chip.race[1] = 16 * granule
        chip.race[2] = agent
        chip.race[3] = at
        chip.race[4] = write
        chip.race[5] = epoch & _AGENT
        chip.race[6] = by
        chip.race[7] = wrote
        core = -1
        if agent < CORES:
            core = agent
        elif agent < READS:
            core = TRISC0 + agent - THREADS
        elif agent < REMOTE:
            core = (agent - READS) // 2 % CORES
        fault(chip, E_RACE, w, core, 16 * granule, 0)
    return False


@compiled
def see(chip: Chip, w: Int, granule: Int, agent: Int, at: Int) -> None:
    """Note a read. Of more than two that nothing orders, two are kept."""
    row = chip.clock[w, agent]
    mine = row[agent] << 8 | agent
    first = chip.seen[w, granule, 0]
    slot = 0 if first & _AGENT == agent or first >> 8 <= row[first & _AGENT] else 1
    chip.seen[w, granule, slot] = mine
    chip.seen_at[w, granule, slot] = at


@compiled
def bulk_read(chip: Chip, w: Int, agent: Int, start: Int, size: Int, at: Int) -> bool:
    """A unit or the NoC reads bytes of L1. Returns False after a race. ``at`` is a PC or an instruction word."""
    row = chip.clock[w, agent]
    for g in range(start >> 4, (start + size + 15) >> 4):
        e = chip.wrote[w, g]
        if e >> 8 > row[e & _AGENT] and not (size <= 4 and e & SMALL):
            return conflict(chip, w, g, agent, at, 0, e, np.int64(chip.wrote_at[w, g]), 1)
        see(chip, w, g, agent, at)
    return True


@compiled
def bulk_write(chip: Chip, w: Int, agent: Int, start: Int, size: Int, at: Int) -> bool:
    """A unit, the NoC or (4 bytes or less) a core writes bytes of L1. Returns False after a race."""
    row = chip.clock[w, agent]
    small = SMALL if size <= 4 else 0
    for g in range(start >> 4, (start + size + 15) >> 4):
        e = chip.wrote[w, g]
        if e >> 8 > row[e & _AGENT] and not (small and e & SMALL):
            return conflict(chip, w, g, agent, at, 1, e, np.int64(chip.wrote_at[w, g]), 1)
        for i in range(2):
            e = chip.seen[w, g, i]
            if e >> 8 > row[e & _AGENT]:
                return conflict(chip, w, g, agent, at, 1, e, np.int64(chip.seen_at[w, g, i]), 0)
            chip.seen[w, g, i] = 0
        chip.wrote[w, g] = row[agent] << 8 | small | agent
        chip.wrote_at[w, g] = at
    return True


@compiled
def core_load(chip: Chip, w: Int, core: Int, at: Int, pc: Int) -> bool:
    """A core loads from L1 what another agent has written. Returns False after a race."""
    g = at >> 4
    e = chip.wrote[w, g]
    row = chip.clock[w, core]
    writer = e & _AGENT
    if e >> 8 > row[writer]:
        if not e & SMALL:
            return conflict(chip, w, g, core, pc, 0, e, np.int64(chip.wrote_at[w, g]), 1)
        known = max(row[writer], e >> 8)
        acquire(row, chip.clock[w, writer])
        row[writer] = known
    if not e & SMALL:
        see(chip, w, g, core, pc)
    return True


@compiled
def core_store(chip: Chip, w: Int, core: Int, at: Int, pc: Int) -> bool:
    """A core stores to L1. Returns False after a race."""
    if not bulk_write(chip, w, core, at, 1, pc):
        return False
    chip.clock[w, core, core] += 1
    return True


@compiled
def transfer(chip: Chip, w: Int, core: Int, agent: Int) -> None:
    """A core gives the NoC a command, which ``agent`` carries out."""
    acquire(chip.clock[w, agent], chip.clock[w, core])
    chip.clock[w, agent, agent] += 1
    chip.clock[w, core, core] += 1


@compiled
def signal(chip: Chip, w: Int, agent: Int) -> None:
    """A word goes to another tile, which may act on it."""
    acquire(chip.clock[w, REMOTE], chip.clock[w, agent])


@compiled
def arrive(chip: Chip, w: Int, agent: Int, start: Int, size: Int, at: Int) -> bool:
    """Bytes come to a tile's L1 by the NoC: from ``agent`` of its own or from REMOTE. Returns False after a race."""
    if chip.facts[STRICT] == 0:
        return True
    if agent == REMOTE:
        chip.clock[w, REMOTE, REMOTE] += 1
    return bulk_write(chip, w, agent, start, size, at)


@compiled
def thread_log(chip: Chip, t: Tensix, w: Int, thread: Int) -> bool:
    """What a coprocessor thread's slice did, in order. Returns False after a race."""
    agent = THREADS + thread
    row = chip.clock[w, agent]
    if t.logged[0]:
        acquire(row, chip.clock[w, TRISC0 + thread])  # which pushed the instructions
    for n in range(t.logged[0]):
        kind, at, size, word = t.log[n, 0], t.log[n, 1], t.log[n, 2], t.log[n, 3]
        if kind == LOG_READ:
            if not bulk_read(chip, w, agent, at, size, word):
                return False
        elif kind == LOG_WRITE:
            if not bulk_write(chip, w, agent, at, size, word):
                return False
        else:
            if thread == 1:  # math follows the unpackers by the source banks
                acquire(row, chip.clock[w, THREADS])
            if kind == LOG_COUNTER:
                release(chip, w, agent, counter_slot(chip, w, at - _OVERLAY_FIRST))
            else:
                for i in range(8):
                    if at >> i & 1:
                        if kind == LOG_POST:
                            release(chip, w, agent, chip.posted[w, i])
                        else:
                            acquire(row, chip.posted[w, i])
    return True
