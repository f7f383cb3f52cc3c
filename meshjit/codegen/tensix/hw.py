"""What templates know of a chip: one record of addresses and register numbers, made from the chip tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from meshjit.arch import (
    ARCHS,
    CONFIG_BASE,
    DONE_VALUE,
    HEADER_BANKS,
    HEADER_CONFIG_PAIRS,
    HEADER_NODE,
    HEADER_WORDS,
    INSTRUCTION_PUSH,
    L1,
    MOP_CONFIG_BASE,
    TENSIX_SYNC,
    Arch,
)
from meshjit.ir.program import CircularBuffer
from meshjit.ir.types import DType


@dataclass(frozen=True)
class NocBuffer:
    """Addresses of one NoC command buffer's registers."""

    target_lo: int
    target_coordinate: int
    return_lo: int
    return_coordinate: int
    packet_tag: int
    ctrl: int
    length: int
    data: int
    command: int


@dataclass(frozen=True)
class Hw:
    """Addresses and register numbers, as templates use them.

    ``noc_*`` are command buffers of NoC 0, ``noc1_write`` one of NoC 1; a coordinate word of NoC 0 is ``noc1_mirror``
    minus that word on NoC 1, or the same when ``noc1_mirror`` is 0.
    """

    is_blackhole: bool
    num_banks: int
    arguments: int
    header_node: int
    header_config_pairs: int
    header_banks: int
    config_table: int
    config_base: int
    done_flag: int
    done_value: int
    push: int
    sync: int
    mop: int
    soft_reset: int
    release: int
    reset_trisc0: int
    reset_trisc1: int
    reset_trisc2: int
    reset_trisc_override: int
    reset_ncrisc: int
    reset_ncrisc_override: int
    pc_trisc0: int
    pc_trisc1: int
    pc_trisc2: int
    pc_ncrisc: int
    noc_read: NocBuffer
    noc_write: NocBuffer
    noc_multicast: NocBuffer
    noc_atomic: NocBuffer
    noc1_write: NocBuffer
    noc_read_responses: int
    noc_write_acks: int
    noc_atomic_responses: int
    noc1_write_acks: int
    noc1_mirror: int
    noc_packet_bytes: int
    alu_format: int
    unpack0_base: int
    unpack1_base: int
    unpack0_tile: int
    unpack0_out: int
    unpack0_context: int
    unpack0_dest: int
    pack_dest0: int
    srca_set: int
    unpack_misc: int
    math_offset: int
    addr_mod_ab: tuple[int, ...]
    addr_mod_dst: tuple[int, ...]
    addr_mod_bias: tuple[int, ...]
    addr_mod_pack: tuple[int, ...]
    math_thread_config: tuple[tuple[int, int], ...]
    gpr_value: int = 4
    gpr_count: int = 8


@dataclass(frozen=True)
class Cb:
    """A circular buffer as templates see it: where its pages and its two counters are.

    ``*_store`` are the counters' addresses as STOREREG takes them.
    """

    index: int
    address: int
    page_bytes: int
    pages: int
    received: int
    acked: int
    received_store: int
    acked_store: int

    def declare(self, dtype: DType) -> CircularBuffer:
        """The same buffer as a program lists it."""
        return CircularBuffer(self.index, self.address, self.page_bytes, self.pages, dtype)


def circular_buffer(arch: Arch, index: int, address: int, page_bytes: int, pages: int) -> Cb:
    """Circular buffer ``index`` of ``pages`` pages at L1 ``address``."""
    received, acked = arch.cb_register(index, received=True), arch.cb_register(index, received=False)
    return Cb(
        index, address, page_bytes, pages, received, acked, (received - 0xFFB00000) >> 2, (acked - 0xFFB00000) >> 2
    )


@cache
def hw(name: str) -> Hw:
    """The record of the chip called ``name``."""
    arch = ARCHS[name]
    noc, config, thread = arch.noc, arch.config, arch.thread_config

    def buffer(i: int, base: int = noc.base) -> NocBuffer:
        at = base + i * noc.stride
        return NocBuffer(
            target_lo=at + noc.target_lo,
            target_coordinate=at + noc.target_coordinate,
            return_lo=at + noc.return_lo,
            return_coordinate=at + noc.return_coordinate,
            packet_tag=at + noc.packet_tag,
            ctrl=at + noc.ctrl,
            length=at + noc.length,
            data=at + noc.data,
            command=at + noc.command,
        )

    disable_implied = [(thread[k], 1) for k in ("disable_implied_srca", "disable_implied_srcb") if k in thread]
    clear = [(thread["state"], 0), (thread["clear_valid_disable"], 0)]
    if "addr_mod_set" in thread:
        clear += [(thread["addr_mod_set"], 0), (thread["fidelity_base"], 0)]
    return Hw(
        is_blackhole=arch.is_blackhole,
        num_banks=len(arch.dram_banks),
        arguments=L1.arguments + 4 * HEADER_WORDS,
        header_node=L1.arguments + 4 * HEADER_NODE,
        header_config_pairs=L1.arguments + 4 * HEADER_CONFIG_PAIRS,
        header_banks=L1.arguments + 4 * HEADER_BANKS,
        config_table=L1.config,
        config_base=CONFIG_BASE,
        done_flag=L1.flags,
        done_value=DONE_VALUE,
        push=INSTRUCTION_PUSH,
        sync=TENSIX_SYNC,
        mop=MOP_CONFIG_BASE,
        soft_reset=arch.soft_reset,
        release=arch.reset_none,
        reset_trisc0=arch.reset_pc["trisc0"],
        reset_trisc1=arch.reset_pc["trisc1"],
        reset_trisc2=arch.reset_pc["trisc2"],
        reset_trisc_override=arch.reset_pc["trisc_override"],
        reset_ncrisc=arch.reset_pc["ncrisc"],
        reset_ncrisc_override=arch.reset_pc["ncrisc_override"],
        pc_trisc0=L1.trisc0,
        pc_trisc1=L1.trisc1,
        pc_trisc2=L1.trisc2,
        pc_ncrisc=L1.ncrisc,
        noc_read=buffer(0),
        noc_write=buffer(1),
        noc_multicast=buffer(2),
        noc_atomic=buffer(3),
        noc1_write=buffer(1, noc.noc1_base),
        noc_read_responses=noc.base + noc.read_responses,
        noc_write_acks=noc.base + noc.write_acks,
        noc_atomic_responses=noc.base + noc.atomic_responses,
        noc1_write_acks=noc.noc1_base + noc.write_acks,
        noc1_mirror=arch.coordinate_word(noc.noc1_corner) if noc.noc1_corner else 0,
        noc_packet_bytes=noc.max_packet_bytes,
        alu_format=config["alu_format"],
        unpack0_base=config["unpack0_base"],
        unpack1_base=config["unpack1_base"],
        unpack0_tile=config["unpack0_tile"],
        unpack0_out=config["unpack0_out"],
        unpack0_context=config["unpack0_context"],
        unpack0_dest=config["unpack0_dest"],
        pack_dest0=config["pack_dest0"],
        srca_set=thread["srca_set"],
        unpack_misc=thread["unpack_misc"],
        math_offset=thread["math_offset"],
        addr_mod_ab=tuple(thread[f"addr_mod_ab{i}"] for i in range(4)),
        addr_mod_dst=tuple(thread[f"addr_mod_dst{i}"] for i in range(4)),
        addr_mod_bias=tuple(thread[f"addr_mod_bias{i}"] for i in range(4)),
        addr_mod_pack=tuple(thread[f"addr_mod_pack{i}"] for i in range(2)),
        math_thread_config=tuple(clear + disable_implied),
    )
