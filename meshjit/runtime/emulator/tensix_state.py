"""State of one emulated Tensix coprocessor, and what its error and block codes mean.

Functional model of what the kernels use of the coprocessor. Facts: the public ISA documentation, pages under
TensixTile/TensixCoprocessor (SrcASrcB, Dst, LReg, RWCs, ADCs, BackendConfiguration, MOPExpander, SyncUnit), checked
byte for byte against the official simulator.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from meshjit.arch import ARCHS
from meshjit.runtime.emulator.records import record_type, sparse

#: Reasons in ``Tensix.blocked``; 0 means that the thread is not blocked.
BLOCKED_SRCA_EMPTY = 1
BLOCKED_SRCB_EMPTY = 2
BLOCKED_SRCA_FULL = 3
BLOCKED_SRCB_FULL = 4
BLOCKED_SEMAPHORE_ZERO = 16
BLOCKED_SEMAPHORE_MAX = 32
BLOCK_REASONS: dict[int, str] = {
    BLOCKED_SRCA_EMPTY: "waits until the unpacker fills SrcA",
    BLOCKED_SRCB_EMPTY: "waits until the unpacker fills SrcB",
    BLOCKED_SRCA_FULL: "waits until math hands SrcA back",
    BLOCKED_SRCB_FULL: "waits until math hands SrcB back",
    **{BLOCKED_SEMAPHORE_ZERO + i: f"waits while semaphore {i} is 0" for i in range(8)},
    **{BLOCKED_SEMAPHORE_MAX + i: f"waits while semaphore {i} is at its maximum" for i in range(8)},
}

#: Codes in ``Tensix.error[0]`` (MJ62xx); ``error[3]`` holds what the text calls the detail.
E_OPCODE = 6201
E_FIELD = 6202
E_CONFIG = 6203
E_ROW = 6204
E_ADDRESS = 6205
E_UNINITIALISED = 6206
E_FORMAT = 6207
E_BANK = 6208
E_SEMAPHORE = 6209
E_FLAG_STACK = 6210
E_EXPANDER = 6211
E_STOREREG = 6212
E_POOL_SCALER = 6213
E_LANES = 6214
E_COUNTER = 6215
E_REGISTER = 6216
E_HAZARD = 6217
E_LATENCY = 6218
E_CONFIG_NOPS = 6219
TENSIX_ERRORS: dict[int, str] = {
    E_OPCODE: "no such instruction (detail: its opcode)",
    E_FIELD: "an operand field asks for what the emulator does not model (detail: the field's value)",
    E_CONFIG: "a configuration register has a value that the emulator does not model (detail: its index)",
    E_ROW: "a register row is misaligned or out of range (detail: the row)",
    E_ADDRESS: "an L1 address is misaligned or out of range (detail: the byte address)",
    E_UNINITIALISED: "the unpacker reads L1 bytes that nothing has written (detail: the byte address)",
    E_FORMAT: "a data format, or a conversion, that the emulator does not model (detail: the format codes)",
    E_BANK: "a source bank is handed over twice (detail: 0 SrcA, 1 SrcB)",
    E_SEMAPHORE: "a semaphore is misused: posted at its maximum, taken at 0, or selected wrongly (detail: the mask)",
    E_FLAG_STACK: "the SFPU's flag stack overflows or underflows (detail: its depth)",
    E_EXPANDER: "a MOP or REPLAY that the expanders do not take (detail: the length or count)",
    E_STOREREG: "STOREREG outside the overlay's stream registers (detail: the address)",
    E_POOL_SCALER: "GMPOOL needs a SrcB of 1.0 (detail: the bits found)",
    E_LANES: "the instruction needs all lanes active and equal (detail: the active lanes)",
    E_COUNTER: "an address counter has a value that the emulator does not model (detail: the value)",
    E_REGISTER: "the SFPU instruction cannot write this LReg (detail: the LReg)",
    E_HAZARD: "a unit that it needs may still be busy: a STALLWAIT is missing (detail: 1 and 2 unpackers, 4 packer, "
    "8 matrix unit, 16 vector unit, 32 scalar unit)",
    E_LATENCY: "it reads an LReg in the cycle after the instruction that writes it: an SFPNOP is missing (detail: the "
    "LReg, -1 after a rotation)",
    E_CONFIG_NOPS: "a configuration write came just before: NOPs are missing (detail: how many)",
}

#: Rows of ``Tensix.source`` bookkeeping in ``Tensix.banks``: for unit u (0 SrcA, 1 SrcB) three words from 3*u on
#: (valid bits, unpacker's bank, matrix unit's bank), then the format last unpacked to each bank from 6 + 2*u on.
VALID, UNPACK_BANK, MATRIX_BANK, FORMATS = 0, 1, 2, 6
#: Columns of ``Tensix.rwc``.
RWC_A, RWC_A_CR, RWC_B, RWC_B_CR, RWC_D, RWC_D_CR, FIDELITY, BIAS = range(8)
#: Last index of ``Tensix.adc``: channel 0 x y z w, channel 1 x y z w, then the eight carriage-return values.
X0, Y0, Z0, W0, X1, Y1, Z1, W1, ADC_CR = range(9)
#: Index in ``Tensix.chip`` of the number of lanes: loops to a constant LLVM would unroll, not make vectors of.
LANES = 2
#: Rows of ``Tensix.lreg`` after the 16 LRegs: what the emulator's vector instructions compute, and an operand.
RESULT, OTHER = 16, 17
#: Entries of ``Tensix.lanes``: active lanes as bits, whether they count, depth of the flag stack, lane configuration.
CC, CC_ENABLE, CC_DEPTH, LANE_CONFIG, CC_STACK = range(5)
#: Columns of ``Tensix.expander``.
(
    MOP_AT,
    MOP_END,
    REPLAY_AT,
    REPLAY_LEFT,
    LOAD_AT,
    LOAD_LEFT,
    LOAD_EXECUTE,
    PENDING,
    PENDING_WORD,
    MASK_HIGH,
    EXECUTED,
    BUSY,
    LATE,
) = range(13)

FIFO_MASK = 1023
REPLAY_SIZE = 32
MOP_WORDS = 32 * (1 + 128 + 2)
SRC_ROWS = 64
DST_ROWS = 1024
FLAG_STACK_DEPTH = 8
#: Entries of ``Tensix.log``: (kind, first byte or index, bytes, instruction), in order, of a thread's last slice.
LOG_SIZE = 512
LOG_READ, LOG_WRITE, LOG_COUNTER, LOG_POST, LOG_WAIT = range(5)


#: Arrays as compiled functions take them: state is int64, so that numba's arithmetic stays in it.
Ints = NDArray[np.int64]
Words = NDArray[np.uint32]
Halves = NDArray[np.int32]
Bytes = NDArray[np.uint8]
#: The coprocessors of all workers, as an array of records (:func:`new_stack`): an element is a :class:`Tensix`.
Stack = NDArray[Any]


class Tensix:
    """One coprocessor, as a record, shared by threads 0 (unpack), 1 (math) and 2 (pack).

    ``fifo`` is the instruction ring of each thread: RISC-V writes ``fifo[thread, tail & 1023]`` and then advances
    ``fifo_tail``; both indices grow without wrap. ``source`` holds SrcA and SrcB (unit, bank, row, column) as float32
    bits of which the upper 19 count. ``dst`` has 1024 rows of 16 halves in plain bf16 bit order (``swap_halves`` gives
    the hardware's order). 32-bit row ``r`` takes its upper halves from row ``wide_row(r)``; the row 8 below holds the
    lower ones, in the hardware's order. Rows with ``dst_valid`` 0 read as zero.
    ``counts`` has the instructions executed by (thread, opcode), ``moved`` the bytes of unpacker 0, unpacker 1 and the
    packers. ``log`` has ``logged`` accesses to L1 and synchronisations of the last slice, when strict.
    """

    chip: Ints  # [0]: 1 on Blackhole, [1]: strict, [LANES]: 32
    fifo: Words
    fifo_head: Ints
    fifo_tail: Ints
    config: Words
    thread_config: Ints
    gpr: Words
    mop_config: Words
    mop: Ints
    replay: Ints
    expander: Ints
    semaphore_value: Ints
    semaphore_max: Ints
    adc: Ints
    rwc: Ints
    source: Ints
    banks: Ints
    dst: Halves
    dst_valid: Bytes
    lreg: Ints
    lanes: Ints
    packer: Ints
    work: Halves
    blocked: Ints
    error: Ints
    counts: Ints
    moved: Ints
    log: Ints
    logged: Ints


TENSIX = record_type(
    {
        "chip": (np.int64, (3,)),
        "fifo": (np.uint32, (3, FIFO_MASK + 1)),
        "fifo_head": (np.int64, (3,)),
        "fifo_tail": (np.int64, (3,)),
        "config": (np.uint32, (1024,)),
        "thread_config": (np.int64, (3, 256)),
        "gpr": (np.uint32, (3, 64)),
        "mop_config": (np.uint32, (3, 9)),
        "mop": (np.int64, (3, MOP_WORDS)),
        "replay": (np.int64, (3, REPLAY_SIZE)),
        "expander": (np.int64, (3, 16)),
        "semaphore_value": (np.int64, (8,)),
        "semaphore_max": (np.int64, (8,)),
        "adc": (np.int64, (3, 3, 16)),
        "rwc": (np.int64, (3, 8)),
        "source": (np.int64, (2, 2, SRC_ROWS, 16)),
        "banks": (np.int64, (16,)),
        "dst": (np.int32, (DST_ROWS, 16)),
        "dst_valid": (np.uint8, (DST_ROWS,)),
        "lreg": (np.int64, (18, 32)),
        "lanes": (np.int64, (CC_STACK + 2 * FLAG_STACK_DEPTH,)),
        "packer": (np.int64, (5, 8)),
        "work": (np.int32, (1024,)),
        "blocked": (np.int64, (3,)),
        "error": (np.int64, (4,)),
        "counts": (np.int64, (3, 256)),
        "moved": (np.int64, (3,)),
        "log": (np.int64, (LOG_SIZE, 4)),
        "logged": (np.int64, (1,)),
    }
)


def new_tensix(blackhole: bool) -> Tensix:
    """A coprocessor as after reset.

    LReg 8 and 10 to 15 hold the constants that the documentation's page LReg gives.
    """
    t = new_stack(blackhole, 1)[0]
    reset_tensix(t)
    return t


def new_stack(blackhole: bool, workers: int, *, strict: bool = False) -> Stack:
    """The coprocessors of ``workers`` workers as an array of records, each all zero: to be reset before use.

    ``strict`` makes hazards errors (:mod:`meshjit.runtime.emulator.tensix_hazards`) and logs accesses to L1.
    """
    stack = sparse(workers, TENSIX)
    stack["chip"][:] = (blackhole, strict, 32)
    return stack


def reset_tensix(t: Tensix) -> None:
    """Bring a coprocessor back to its state after reset."""
    for name in TENSIX.names or ():
        if name != "chip":
            getattr(t, name)[...] = 0
    t.dst_valid[:] = 1  # the hardware's zero flags reset to 0
    constants = {8: 0x3F56594B, 10: 0x3F800000, 11: 0xBF800000, 12: 0x3B000000, 13: 0xBF2CC4C7, 14: 0xBEB08FF9}
    for register, bits in constants.items():
        t.lreg[register] = bits
    t.lreg[15] = 2 * np.arange(32, dtype=np.uint32)
    t.lanes[CC] = 0xFFFFFFFF
    t.lanes[CC_ENABLE] = 1


def _indices(kind: str, names: tuple[str, ...]) -> NDArray[np.int64]:
    """Register indices by (chip, name), -1 for a register that the chip lacks."""
    tables = [getattr(ARCHS[arch], kind) for arch in ("wormhole", "blackhole")]
    return np.array([[table.get(name, -1) for name in names] for table in tables], np.int64)


_CONFIG_NAMES = (
    "alu_format", "zero_flags", "pack_xy_stride", "pack_zw_stride", "pack_read_32b", "pack_row_map0", "pack_edge_mask",
    "pack_edge_mask1", "pack_counters0", "unpack0_dest_counter", "unpack0_xy_stride", "unpack0_zw_stride",
    "unpack1_zw_stride", "unpack0_tile", "unpack0_tile1", "pack_section0", "pack_dest0", "pack_format0", "pack_misc0",
    "unpack0_out", "unpack0_context", "unpack0_base", "unpack0_dest", "unpack0_x_dim", "unpack0_offset",
    "unpack1_tile", "unpack1_tile1", "unpack1_out", "unpack1_context", "unpack1_base", "pack_dst_row0",
    "pack_out_xy_stride", "pack_out_zw_stride", "pack_out_base", "dest_access", "pack_row_map1", "pack_dest1",
    "pack_dest2", "pack_dest3", "pack_format1", "pack_format2", "pack_format3", "pack_misc1", "pack_misc2",
    "pack_misc3", "pack_counters1", "pack_counters2", "pack_counters3", "pack_section1", "pack_section2",
    "pack_section3", "unpack0_offset1", "pack_dst_row1", "pack_dst_row2", "pack_dst_row3",
)  # fmt: skip
#: Backend configuration registers: ``CONFIG[chip, C_NAME]`` is the word index (chip 0 Wormhole, 1 Blackhole).
CONFIG = _indices("config", _CONFIG_NAMES)
(
    C_ALU, C_ZERO_FLAGS, C_PACK_XY, C_PACK_ZW, C_PACK_READ, C_PACK_ROW_MAP, C_PACK_EDGE, C_PACK_EDGE1, C_PACK_COUNTERS,
    C_UNP0_DEST_COUNTER, C_UNP0_XY, C_UNP0_ZW, C_UNP1_ZW, C_UNP0_TILE, C_UNP0_TILE1, C_PACK_SECTION, C_PACK_DEST,
    C_PACK_FORMAT, C_PACK_MISC, C_UNP0_OUT, C_UNP0_CONTEXT, C_UNP0_BASE, C_UNP0_DEST, C_UNP0_X_DIM, C_UNP0_OFFSET,
    C_UNP1_TILE, C_UNP1_TILE1, C_UNP1_OUT, C_UNP1_CONTEXT, C_UNP1_BASE, C_PACK_DST_ROW, C_PACK_OUT_XY, C_PACK_OUT_ZW,
    C_PACK_OUT_BASE, C_DEST_ACCESS, C_PACK_ROW_MAP1, C_PACK_DEST1, C_PACK_DEST2, C_PACK_DEST3, C_PACK_FORMAT1,
    C_PACK_FORMAT2, C_PACK_FORMAT3, C_PACK_MISC1, C_PACK_MISC2, C_PACK_MISC3, C_PACK_COUNTERS1, C_PACK_COUNTERS2,
    C_PACK_COUNTERS3, C_PACK_SECTION1, C_PACK_SECTION2, C_PACK_SECTION3, C_UNP0_OFFSET1, C_PACK_DST_ROW1,
    C_PACK_DST_ROW2, C_PACK_DST_ROW3,
) = range(len(_CONFIG_NAMES))  # fmt: skip

_THREAD_NAMES = (
    "state", "math_offset", "srca_set", "clear_valid_disable", "unpack_misc", "addr_mod_set", "fidelity_base",
    "disable_implied_srca", "disable_implied_srcb", "addr_mod_ab0", "addr_mod_dst0", "addr_mod_bias0", "addr_mod_pack0",
)  # fmt: skip
#: Thread configuration registers (SETC16), in the same way.
THREAD = _indices("thread_config", _THREAD_NAMES)
(
    T_STATE, T_MATH_OFFSET, T_SRCA_SET, T_CLEAR_DISABLE, T_UNPACK_MISC, T_ADDR_MOD_SET, T_FIDELITY_BASE,
    T_IMPLIED_A, T_IMPLIED_B, T_AB, T_DST, T_BIAS, T_PACK,
) = range(len(_THREAD_NAMES))  # fmt: skip


def _known(kind: str, extra: tuple[tuple[int, ...], tuple[int, ...]]) -> NDArray[np.uint8]:
    """1 for every register index that the emulator knows, by (chip, index)."""
    out = np.zeros((2, 1024), np.uint8)
    for chip, arch in enumerate(("wormhole", "blackhole")):
        out[chip, [*getattr(ARCHS[arch], kind).values(), *extra[chip]]] = 1
    return out


#: Which configuration and thread registers exist here; others are errors on write.
CONFIG_KNOWN = _known("config", ((0, 2), (0, 2)))
THREAD_KNOWN = _known("thread_config", ((), ()))
