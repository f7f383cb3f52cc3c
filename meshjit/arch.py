"""Chip tables: everything about Wormhole and Blackhole that is a number, as pure data.

Sources: the public ISA documentation (tt-isa-documentation, pages "NoC", "TensixTile", "BackendConfiguration",
"DRAMTile"), the SoC descriptors and register lists published with the simulator (tenstorrent/ttsim, data/), and
blackhole-py for Blackhole's reset and NoC registers. Where the two chips differ, they differ here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

TILE_DIM = 32
FACE_DIM = 16
TILE_ELEMENTS = TILE_DIM * TILE_DIM

#: Data format codes of unpackers, packers and the ALU.
FORMAT_FP32 = 0
FORMAT_TF32 = 4
FORMAT_BF16 = 5
FORMAT_INT32 = 8

#: Bytes of one 32x32 tile in memory, per element size: the page size of tiled buffers.
TILE_BYTES_BY_ITEMSIZE: Mapping[int, int] = MappingProxyType({1: 1024, 2: 2048, 4: 4096})


@dataclass(frozen=True)
class L1Map:
    """Byte addresses of what a launch puts into a worker's L1, and the bytes each code region holds.

    ``config`` holds (register, value) pairs, ``flags`` the done flag. ``arguments`` starts with a header that the
    launcher fills (see ``HEADER_*``), kernel arguments follow at word ``HEADER_WORDS``. Circular buffers start at
    ``data``.
    """

    brisc: int = 0x0
    ncrisc: int = 0x5000
    trisc0: int = 0xA000
    trisc1: int = 0xD000
    trisc2: int = 0x19000
    config: int = 0x1B000
    flags: int = 0x1BF00
    arguments: int = 0x1C000
    data: int = 0x20000

    @property
    def code(self) -> Mapping[str, tuple[int, int]]:
        """(address, room in bytes) of each role's image."""
        return {
            "brisc": (self.brisc, self.ncrisc - self.brisc),
            "ncrisc": (self.ncrisc, self.trisc0 - self.ncrisc),
            "trisc0": (self.trisc0, self.trisc1 - self.trisc0),
            "trisc1": (self.trisc1, self.trisc2 - self.trisc1),
            "trisc2": (self.trisc2, self.config - self.trisc2),
        }


L1 = L1Map()

#: Words of the argument block's header: this worker's NoC coordinate and the DRAM banks' NoC coordinates, both in the
#: form that the NoC command registers take; the number of configuration pairs.
HEADER_NODE = 0
HEADER_CONFIG_PAIRS = 1
HEADER_BANKS = 16
HEADER_WORDS = 64

#: Argument words that a program may have for one core.
MAX_ARGUMENT_WORDS = (L1.data - L1.arguments) // 4 - HEADER_WORDS

#: What BRISC writes to the done flag when everything a launch wrote has been acknowledged, and what the host puts there
#: before the launch.
DONE_VALUE = 0x600DD01E
NOT_DONE_VALUE = 0


@dataclass(frozen=True)
class NocRegisters:
    """One NoC's command buffer and counters. Offsets are bytes from ``base``; buffers repeat every ``stride``.

    NoC 1 has the same registers from ``noc1_base`` on. Where it counts coordinates from the opposite corner,
    ``noc1_corner`` is the largest coordinate: what is (x, y) on NoC 0 is ``noc1_corner - (x, y)`` there.
    ``target_coordinate`` and ``return_coordinate`` take ``(x | y << 6) << coordinate_shift``.
    """

    base: int
    stride: int
    target_lo: int
    target_coordinate: int
    return_lo: int
    return_coordinate: int
    coordinate_shift: int
    packet_tag: int
    ctrl: int
    length: int
    command: int
    data: int
    atomic_responses: int
    write_acks: int
    read_responses: int
    max_packet_bytes: int
    noc1_base: int
    noc1_corner: tuple[int, int] | None


@dataclass(frozen=True)
class Arch:
    """One chip.

    ``workers`` lists the NoC 0 coordinates of the logical worker grid row by row, ``grid`` is its (columns, rows).
    ``dram_banks`` are the NoC 0 coordinates through which each bank is reached, ``dram_bank_bytes`` the bytes of each
    that buffers may use from offset ``dram_base`` on (offsets fit in 32 bits). ``ethernet`` are the coordinates of the
    Ethernet tiles by channel, ``ethernet_l1_bytes`` is the memory of each. ``config`` maps the names of
    configuration registers to their word index, ``thread_config`` those of the per-thread registers (SETC16).
    ``stack`` gives each role's initial stack pointer.
    """

    name: str
    grid: tuple[int, int]
    workers: tuple[tuple[int, int], ...]
    dram_banks: tuple[tuple[int, int], ...]
    dram_base: int
    dram_bank_bytes: int
    dram_alignment: int
    l1_bytes: int
    ethernet: tuple[tuple[int, int], ...]
    ethernet_l1_bytes: int
    noc: NocRegisters
    stack: Mapping[str, int]
    llvm_features: str
    cb_received: int
    cb_acked: int
    soft_reset: int
    reset_all: int
    reset_none: int
    run_brisc: int
    reset_pc: Mapping[str, int]
    config: Mapping[str, int]
    thread_config: Mapping[str, int]
    is_blackhole: bool

    @property
    def dram_bytes(self) -> int:
        """Bytes of one device's DRAM that buffers may use."""
        return self.dram_bank_bytes * len(self.dram_banks)

    @property
    def l1_data_bytes(self) -> int:
        """Bytes of L1 that circular buffers may use on each worker."""
        return self.l1_bytes - L1.data

    def worker(self, core: tuple[int, int]) -> tuple[int, int]:
        """The NoC 0 coordinate of the logical worker ``(x, y)``."""
        x, y = core
        return self.workers[y * self.grid[0] + x]

    def coordinate_word(self, xy: tuple[int, int]) -> int:
        """A NoC coordinate as the command registers take it."""
        return (xy[0] | xy[1] << 6) << self.noc.coordinate_shift

    def cb_register(self, index: int, *, received: bool) -> int:
        """The address of a circular buffer's counter of tiles received, or acknowledged.

        They live in the NoC overlay's stream registers, which RISC-V and Tensix (STOREREG) both reach.
        """
        return 0xFFB40000 + (8 + index) * 0x1000 + (self.cb_received if received else self.cb_acked)


#: Addresses that both chips share.
CONFIG_BASE = 0xFFEF0000
INSTRUCTION_PUSH = 0xFFE40000
MOP_CONFIG_BASE = 0xFFB80000
TENSIX_SYNC = 0xFFE80004
MAX_CIRCULAR_BUFFERS = 16

WORMHOLE_COLUMNS = (1, 2, 3, 4, 6, 7, 8, 9)
WORMHOLE_ROWS = (1, 2, 3, 4, 5, 7, 8, 9)
BLACKHOLE_COLUMNS = (1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14)
BLACKHOLE_ROWS = tuple(range(2, 12))

WORMHOLE = Arch(
    name="wormhole",
    grid=(8, 8),
    workers=tuple((x, y) for y in WORMHOLE_ROWS for x in WORMHOLE_COLUMNS),
    dram_banks=((0, 0), (0, 5), (5, 0), (5, 2), (5, 3), (5, 5)),
    dram_base=0x100000,
    dram_bank_bytes=0x80000000 - 0x100000,
    dram_alignment=32,
    l1_bytes=1464 * 1024,
    ethernet=tuple((x, y) for y in (0, 6) for x in (9, 1, 8, 2, 7, 3, 6, 4)),
    ethernet_l1_bytes=256 * 1024,
    noc=NocRegisters(
        base=0xFFB20000,
        stride=0x400,
        target_lo=0x00,
        target_coordinate=0x04,
        return_lo=0x0C,
        return_coordinate=0x10,
        coordinate_shift=4,
        packet_tag=0x18,
        ctrl=0x1C,
        length=0x20,
        command=0x28,
        data=0x24,
        atomic_responses=0x200,
        write_acks=0x204,
        read_responses=0x208,
        max_packet_bytes=8192,
        noc1_base=0xFFB30000,
        noc1_corner=(9, 11),
    ),
    stack=MappingProxyType(
        {"brisc": 0xFFB01000, "ncrisc": 0xFFB01000, "trisc0": 0xFFB00800, "trisc1": 0xFFB00800, "trisc2": 0xFFB00800}
    ),
    llvm_features="+m",
    cb_received=0x10,
    cb_acked=0x0C,
    soft_reset=0xFFB121B0,
    reset_all=0x47800,
    reset_none=0x0,
    run_brisc=0x47000,
    reset_pc=MappingProxyType(
        {
            "trisc0": CONFIG_BASE + 4 * 158,
            "trisc1": CONFIG_BASE + 4 * 159,
            "trisc2": CONFIG_BASE + 4 * 160,
            "trisc_override": CONFIG_BASE + 4 * 161,
            "ncrisc": CONFIG_BASE + 4 * 162,
            "ncrisc_override": CONFIG_BASE + 4 * 163,
        }
    ),
    config=MappingProxyType(
        {
            "alu_format": 1,
            "zero_flags": 2,
            "pack_xy_stride": 8,
            "pack_zw_stride": 9,
            "pack_read_32b": 14,
            "pack_row_map0": 16,
            "pack_row_map1": 17,
            "pack_edge_mask": 20,
            "pack_edge_mask1": 21,
            "pack_counters0": 24,
            "pack_counters1": 25,
            "pack_counters2": 26,
            "pack_counters3": 27,
            "unpack0_dest_counter": 41,
            "unpack0_xy_stride": 44,
            "unpack0_zw_stride": 45,
            "unpack1_zw_stride": 47,
            "unpack0_tile": 52,
            "unpack0_tile1": 53,
            "pack_section0": 56,
            "pack_dest0": 57,
            "pack_format0": 58,
            "pack_misc0": 59,
            "unpack0_out": 60,
            "unpack0_context": 61,
            "unpack0_base": 64,
            "unpack0_dest": 72,
            "unpack0_x_dim": 74,
            "unpack0_offset": 80,
            "unpack0_offset1": 81,
            "pack_section1": 84,
            "pack_dest1": 85,
            "pack_format1": 86,
            "pack_misc1": 87,
            "unpack1_tile": 92,
            "unpack1_tile1": 93,
            "pack_section2": 96,
            "pack_dest2": 97,
            "pack_format2": 98,
            "pack_misc2": 99,
            "unpack1_out": 100,
            "unpack1_context": 101,
            "unpack1_base": 104,
            "pack_section3": 124,
            "pack_dest3": 125,
            "pack_format3": 126,
            "pack_misc3": 127,
            "pack_dst_row0": 152,
            "pack_dst_row1": 153,
            "pack_dst_row2": 154,
            "pack_dst_row3": 155,
            "icache_invalidate": 157,
        }
    ),
    thread_config=MappingProxyType(
        {
            "state": 0,
            "math_offset": 1,
            "addr_mod_set": 2,
            "srca_set": 3,
            "clear_valid_disable": 5,
            "fidelity_base": 6,
            **{f"addr_mod_ab{i}": 7 + 2 * i for i in range(8)},
            **{f"addr_mod_dst{i}": 23 + i for i in range(8)},
            **{f"addr_mod_pack{i}": 31 + i for i in range(4)},
            "unpack_misc": 39,
            **{f"addr_mod_bias{i}": 48 + i for i in range(8)},
        }
    ),
    is_blackhole=False,
)

BLACKHOLE = Arch(
    name="blackhole",
    grid=(12, 10),
    workers=tuple((x, y) for y in BLACKHOLE_ROWS for x in BLACKHOLE_COLUMNS),
    # Virtual coordinates: the NoC translates them to a live DRAM endpoint of the channel.
    dram_banks=((18, 12), (18, 15), (18, 21), (18, 18), (17, 12), (17, 15), (17, 21), (17, 18)),
    dram_base=0x100000,
    dram_bank_bytes=0xFFF00000 - 0x100000,
    dram_alignment=64,
    l1_bytes=1536 * 1024,
    # Virtual coordinates, as for DRAM.
    ethernet=tuple((20 + channel, 25) for channel in range(14)),
    ethernet_l1_bytes=512 * 1024,
    noc=NocRegisters(
        base=0xFFB20000,
        stride=0x800,
        target_lo=0x00,
        target_coordinate=0x08,
        return_lo=0x0C,
        return_coordinate=0x14,
        coordinate_shift=0,
        packet_tag=0x18,
        ctrl=0x1C,
        length=0x20,
        command=0x40,
        data=0x28,
        atomic_responses=0x200,
        write_acks=0x204,
        read_responses=0x208,
        max_packet_bytes=16384,
        noc1_base=0xFFB30000,
        noc1_corner=None,
    ),
    stack=MappingProxyType(
        {"brisc": 0xFFB02000, "ncrisc": 0xFFB02000, "trisc0": 0xFFB01000, "trisc1": 0xFFB01000, "trisc2": 0xFFB01000}
    ),
    llvm_features="+m,+zba,+zbb",
    cb_received=0x28,
    cb_acked=0x20,
    soft_reset=0xFFB121B0,
    reset_all=0x47800,
    reset_none=0x0,
    run_brisc=0x47000,
    reset_pc=MappingProxyType(
        {
            "trisc0": 0xFFB12228,
            "trisc1": 0xFFB1222C,
            "trisc2": 0xFFB12230,
            "trisc_override": 0xFFB12234,
            "ncrisc": 0xFFB12238,
            "ncrisc_override": 0xFFB1223C,
        }
    ),
    config=MappingProxyType(
        {
            "alu_format": 1,
            "zero_flags": 2,
            "pack_xy_stride": 12,
            "pack_zw_stride": 13,
            "pack_out_xy_stride": 14,
            "pack_out_zw_stride": 15,
            "pack_out_base": 17,
            "pack_read_32b": 18,
            "pack_row_map0": 20,
            "pack_row_map1": 21,
            "pack_edge_mask": 24,
            "pack_edge_mask1": 25,
            "pack_counters0": 28,
            "unpack0_dest_counter": 50,
            "unpack0_xy_stride": 56,
            "unpack0_zw_stride": 57,
            "unpack1_zw_stride": 59,
            "unpack0_tile": 64,
            "unpack0_tile1": 65,
            "pack_section0": 68,
            "pack_dest0": 69,
            "pack_format0": 70,
            "pack_misc0": 71,
            "unpack0_out": 72,
            "unpack0_context": 73,
            "unpack0_base": 76,
            "unpack0_dest": 84,
            "unpack0_x_dim": 86,
            "unpack0_offset": 92,
            "unpack0_offset1": 93,
            "unpack1_tile": 112,
            "unpack1_tile1": 113,
            "unpack1_out": 120,
            "unpack1_context": 121,
            "unpack1_base": 124,
            "pack_dst_row0": 180,
            "pack_dst_row1": 181,
            "pack_dst_row2": 182,
            "pack_dst_row3": 183,
            "icache_invalidate": 185,
            "dest_access": 220,
        }
    ),
    thread_config=MappingProxyType(
        {
            "state": 0,
            "math_offset": 1,
            "disable_implied_srca": 2,
            "disable_implied_srcb": 3,
            "srca_set": 5,
            "clear_valid_disable": 7,
            **{f"addr_mod_ab{i}": 12 + i for i in range(8)},
            **{f"addr_mod_dst{i}": 28 + i for i in range(8)},
            **{f"addr_mod_pack{i}": 37 + i for i in range(4)},
            "unpack_misc": 41,
            **{f"addr_mod_bias{i}": 47 + i for i in range(8)},
        }
    ),
    is_blackhole=True,
)

ARCHS: Mapping[str, Arch] = MappingProxyType({a.name: a for a in (WORMHOLE, BLACKHOLE)})


def tile_bytes(itemsize: int) -> int:
    """Bytes of a 32x32 tile of elements of ``itemsize`` bytes: the page size of a tiled buffer."""
    return TILE_BYTES_BY_ITEMSIZE[itemsize]


def tile_grid(shape: tuple[int, ...]) -> tuple[int, int, int]:
    """How a local shape is tiled: (leading, tile rows, tile columns). Rank 1 counts as (1, c), rank 0 as (1, 1)."""
    rows = shape[-2] if len(shape) > 1 else 1
    columns = shape[-1] if shape else 1
    leading = 1
    for n in shape[:-2]:
        leading *= n
    return leading, -(-rows // TILE_DIM), -(-columns // TILE_DIM)


def num_tiles(shape: tuple[int, ...]) -> int:
    """Tiles of a local shape."""
    leading, rows, columns = tile_grid(shape)
    return leading * rows * columns


def page_location(page: int, page_bytes: int, num_banks: int) -> tuple[int, int]:
    """(bank, byte offset from the buffer's address) of a page: pages go round the banks."""
    return page % num_banks, (page // num_banks) * page_bytes


def row_major(shape: Sequence[int]) -> tuple[int, ...]:
    """Elements per step of each dim."""
    out: list[int] = []
    step = 1
    for n in reversed(shape):
        out.append(step)
        step *= n
    return tuple(reversed(out))
