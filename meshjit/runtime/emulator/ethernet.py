"""Registers of an Ethernet tile: transmit queues, by which bytes of its L1 go to the peer's, and reset PCs.

Facts: ISA documentation, EthernetTile/EthernetTxRx (Wormhole), and the register lists published with the official
simulator. A command of a queue is accepted when it is written, and the command register reads 0 while there is room for
another. That says nothing of the bytes: they are read from L1 when the packet is carried over
(:mod:`meshjit.runtime.emulator.links`), so only the peer's answer says that they may be overwritten.

Of the tiles' firmware there is what starts kernels, whether the host writes its words or a core does by NoC.
"""

from __future__ import annotations

import numpy as np

from meshjit.runtime.emulator.compiled import compiled
from meshjit.runtime.emulator.faults import (
    E_ETH_ALIGNMENT,
    E_ETH_COMMAND,
    E_ETH_LINK,
    E_ETH_RANGE,
    E_ETH_UNWRITTEN,
    E_REGISTER,
    fault,
)
from meshjit.runtime.emulator.overlay import Int
from meshjit.runtime.emulator.races import REMOTE, TRANSMIT, acquire, synchronise, transfer
from meshjit.runtime.emulator.state import (
    BLACKHOLE,
    DELAYS,
    L1_GRANULE,
    LOCAL_BASE,
    P_COMMAND,
    P_PC,
    P_SIZE,
    P_START,
    P_TARGET,
    P_VALUE,
    PACKETS,
    STRICT,
    TX_QUEUES,
    Chip,
)

ETH_BASE = 0xFFB90000
ETH_END = ETH_BASE + 0x1000 * TX_QUEUES
#: Blackhole's reset PCs, of core 0 and, 8 bytes on, of core 1.
PC_BASE = 0xFFB14000
#: Words of a queue's registers. Wormhole's status is not documented, so it is not there.
CONTROL, COMMAND, STATUS, START, SIZE, TARGET, VALUE, ACCEPT_AHEAD = 0, 1, 2, 5, 6, 7, 17, 27
#: Commands: bytes of L1, one word to a register.
SEND_BYTES, SEND_WORD = 2, 4
#: Control's value after boot, by chip: packets are acknowledged and sent again by hardware (TT-link).
CONTROL_VALUE = np.array([9, 1], np.int64)
_REGISTERS_START = 0xFFB00000
#: Wormhole: a kernel at 0x9040 runs when 1 is written to 0x9004 (EthernetTile/BabyRISCV/CallingIntoCustomerCode).
_LAUNCH, _ENTRY = 0x9004, 0x9040
#: Blackhole: a message that calls the address after it, and the answer.
_MAILBOX, _CALL, _CALLED = 0x7D000, 0xCA110002, 0xD0E50002
#: Where the firmware waits, by chip: a kernel returns there.
PARK = np.array([0x444, 0x70000], np.int64)


@compiled
def waiting(chip: Chip, w: Int, q: Int) -> bool:
    """Whether a queue has no room: for 16 packets or, when transfers take their time, for one to four."""
    head, tail = chip.packet_ends[w, q, 0], chip.packet_ends[w, q, 1]
    room = 1 + (tail & 3) if chip.facts[DELAYS] else PACKETS
    return tail - head >= room


@compiled
def good_packet(chip: Chip, w: Int, core: Int, q: Int, command: Int) -> bool:
    """Check what a queue's registers describe; a fault and False when it cannot be sent."""
    regs = chip.tx_regs[w, q]
    start, size, target = np.int64(regs[START]), np.int64(regs[SIZE]), np.int64(regs[TARGET])
    last = 1 + chip.facts[BLACKHOLE]
    if chip.linked[w] == 0:
        fault(chip, E_ETH_LINK, w, core, ETH_BASE + 0x1000 * q + 4 * COMMAND, q)
    elif waiting(chip, w, q) or not (command == SEND_BYTES or (command == SEND_WORD and q < last)):
        fault(chip, E_ETH_COMMAND, w, core, ETH_BASE + 0x1000 * q + 4 * COMMAND, command)
    elif command == SEND_WORD:
        if target & 3:
            fault(chip, E_ETH_ALIGNMENT, w, core, target, 4)
        elif target < _REGISTERS_START:
            fault(chip, E_ETH_RANGE, w, core, target, 4)
        else:
            return True
    elif (start | size | target) & 15:
        fault(chip, E_ETH_ALIGNMENT, w, core, start, size)
    elif size == 0 or start + size > chip.l1_bytes[w]:
        fault(chip, E_ETH_RANGE, w, core, start, size)
    elif target + size > chip.l1_bytes[w]:
        fault(chip, E_ETH_RANGE, w, core, target, size)
    else:
        for g in range(start // L1_GRANULE, (start + size) // L1_GRANULE):
            if chip.l1_written[w, g] == 0:
                fault(chip, E_ETH_UNWRITTEN, w, core, g * L1_GRANULE, size)
                return False
        return True
    return False


@compiled
def send(chip: Chip, w: Int, core: Int, q: Int, command: Int) -> bool:
    """Take what a queue's registers describe as a packet. Returns False after a fault."""
    if not good_packet(chip, w, core, q, command):
        return False
    if chip.facts[STRICT]:
        transfer(chip, w, core if core >= 0 else REMOTE, TRANSMIT + q)
    regs = chip.tx_regs[w, q]
    tail = chip.packet_ends[w, q, 1]
    packet = chip.packets[w, q, tail % PACKETS]
    packet[P_COMMAND] = command
    packet[P_START] = regs[START]
    packet[P_SIZE] = regs[SIZE]
    packet[P_TARGET] = regs[TARGET]
    packet[P_VALUE] = regs[VALUE]
    packet[P_PC] = chip.pc[w, core] if core >= 0 else -1
    chip.packet_ends[w, q, 1] = tail + 1
    chip.activity[0] += 1
    return True


@compiled
def eth_store(chip: Chip, w: Int, core: Int, address: Int, value: Int) -> bool:
    """Store a word to a register of an Ethernet tile's own. Returns False after a fault."""
    if address < ETH_BASE:
        if chip.facts[BLACKHOLE] and (address - PC_BASE) & 7 == 0:
            chip.erisc_pc[w, (address - PC_BASE) >> 3] = value
            return True
    else:
        q, word = (address - ETH_BASE) >> 12, (address & 0xFFF) >> 2
        if q < 2 + chip.facts[BLACKHOLE]:
            if word == COMMAND:
                return send(chip, w, core, q, value)
            if word in (START, SIZE, TARGET, VALUE):
                if waiting(chip, w, q):
                    fault(chip, E_ETH_COMMAND, w, core, address, value)
                    return False
                chip.tx_regs[w, q, word] = value
                return True
            if word == ACCEPT_AHEAD or (word == CONTROL and value == CONTROL_VALUE[chip.facts[BLACKHOLE]]):
                return True
    fault(chip, E_REGISTER, w, core, address, value)
    return False


@compiled
def eth_load(chip: Chip, w: Int, core: Int, address: Int) -> Int:
    """Load a word from a register of an Ethernet tile's own; -1 after a fault."""
    if address < ETH_BASE:
        if chip.facts[BLACKHOLE] and (address - PC_BASE) & 7 == 0:
            return np.int64(chip.erisc_pc[w, (address - PC_BASE) >> 3])
    else:
        q, word = (address - ETH_BASE) >> 12, (address & 0xFFF) >> 2
        if q < 2 + chip.facts[BLACKHOLE]:
            if word == COMMAND or (word == STATUS and chip.facts[BLACKHOLE]):
                return 1 if waiting(chip, w, q) else 0
            if word == CONTROL:
                return np.int64(CONTROL_VALUE[chip.facts[BLACKHOLE]])
            if word in (START, SIZE, TARGET):
                return np.int64(chip.tx_regs[w, q, word])
    fault(chip, E_REGISTER, w, core, address, 0)
    return -1


@compiled
def firmware_sees(chip: Chip, w: Int, agent: Int, address: Int, before: Int) -> None:
    """What the firmware of an Ethernet tile does when a word of its L1 was written that was ``before``: start or stop a
    kernel. ``agent`` is who wrote it, -1 the host.
    """
    word = np.int64(chip.l1_words[w, address >> 2])
    if chip.facts[BLACKHOLE]:
        if address == _MAILBOX and word == _CALL:
            mailbox = chip.l1_words[w, address >> 2 : (address >> 2) + 4]
            entry = np.int64(mailbox[1])
            mailbox[:] = 0
            mailbox[0] = _CALLED
            _call(chip, w, agent, entry)
    elif address == _LAUNCH:
        if word == 1 and before != 1:
            _call(chip, w, agent, _ENTRY)
        elif word == 0:
            chip.running[w, 0] = 0


@compiled
def _call(chip: Chip, w: Int, agent: Int, entry: Int) -> None:
    """Start core 0 of an Ethernet tile at a function, which returns to where nothing happens."""
    if chip.facts[STRICT]:
        if agent < 0:
            synchronise(chip, w)
        else:
            acquire(chip.clock[w, 0], chip.clock[w, agent])
    chip.regs[w, 0, 1] = PARK[chip.facts[BLACKHOLE]]
    chip.regs[w, 0, 2] = LOCAL_BASE + chip.local_bytes[0]
    chip.pc[w, 0] = entry
    chip.running[w, 0] = 1
