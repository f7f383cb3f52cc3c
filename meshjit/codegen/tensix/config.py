"""Configuration tables: the values that BRISC plays into the backend configuration registers before a launch.

All formats and strides are computed here, so kernels hold only loops. Register meanings: ISA documentation, pages
UNPACR_Regular, Packers/FormatConversion, Packers/InputAddressGenerator, Packers/OutputAddressGenerator, MatrixUnit.
"""

from __future__ import annotations

from dataclasses import dataclass

from meshjit.arch import FORMAT_BF16, FORMAT_FP32, FORMAT_INT32, FORMAT_TF32, Arch
from meshjit.ir.types import BF16, F32, I32, DType


@dataclass(frozen=True)
class UnpackFormat:
    """How unpacker 0 (or 1) reads a tile: register values. ``to_dst`` says that it writes Dst rather than SrcA."""

    tile: int
    out: int
    context: int
    to_dst: bool


#: Unpacker throttle mode 2 (up to four words a cycle) in the output format register.
_THROTTLE = 2 << 4
_CONTEXT = 0x000F000F
_HALOIZE = 1 << 8


def unpack_format(dtype: DType, *, to_dst: bool, transpose: bool = False) -> UnpackFormat:
    """The format of one operand: bf16 goes to a source register, f32 to one (as TF32) or exactly to Dst.

    ``transpose`` transposes each face on its way to SrcA (UNPACR_Regular, Haloize_mode).
    """
    turn = _HALOIZE * transpose
    if dtype == BF16:
        return UnpackFormat(FORMAT_BF16 | 1 << 4, FORMAT_BF16 | _THROTTLE | turn, _CONTEXT, to_dst=False)
    code = {F32: FORMAT_FP32, I32: FORMAT_INT32}[dtype]
    if to_dst:
        return UnpackFormat(code | 1 << 4, code | _THROTTLE, _CONTEXT | 0x30, to_dst=True)
    return UnpackFormat(FORMAT_FP32 | 1 << 4, FORMAT_TF32 | _THROTTLE | turn, _CONTEXT, to_dst=False)


def table(
    arch: Arch, *, unpack0: UnpackFormat, unpack1: UnpackFormat, out: DType, dst32: bool
) -> tuple[tuple[int, int], ...]:
    """The (register, value) pairs of a launch.

    ``dst32``: the Dst register file holds 32-bit values (f32), else bf16. ``out`` is the packer's output.
    """
    inner = FORMAT_BF16 if out == BF16 else FORMAT_INT32 if out == I32 else FORMAT_FP32
    source = FORMAT_TF32 if dst32 else FORMAT_BF16
    size = 2 if inner == FORMAT_BF16 else 4
    wide = int(dst32)
    values = {
        "alu_format": source << 17 | source << 21 | inner << 25 | wide << 29 | wide << 30,
        "zero_flags": 0,
        "pack_read_32b": wide,
        "pack_row_map0": 0,
        "pack_row_map1": 0,
        "pack_edge_mask": 0xFFFF,
        "pack_edge_mask1": 0xFFFF,
        "unpack0_dest_counter": 1 << 8,
        "unpack0_zw_stride": 512,
        "unpack1_zw_stride": 16 * 16 * (2 if unpack1.out & 15 == FORMAT_BF16 else 4),  # a face
        "unpack0_tile": unpack0.tile,
        "unpack0_tile1": 1 | 4 << 16,
        "unpack0_out": unpack0.out,
        "unpack0_context": unpack0.context,
        "unpack0_dest": 64 | 64 << 16,
        "unpack0_x_dim": 256 | 256 << 16,
        "unpack0_offset": 0,
        "unpack0_offset1": 0,
        "unpack1_tile": unpack1.tile | 256 << 16,
        "unpack1_tile1": 1 | 4 << 16,
        "unpack1_out": unpack1.out,
        "unpack1_context": unpack1.context,
    }
    shift = 16 if arch.is_blackhole else 12
    values["pack_xy_stride"] = size | 16 * size << shift
    values["pack_zw_stride"] = 256 * size | 1024 * size << shift
    values["unpack0_xy_stride"] = 32 << shift
    packed = 1 | inner << 4 | inner << 8
    for i in range(1 if arch.is_blackhole else 4):
        values[f"pack_counters{i}"] = 1 << 8
        values[f"pack_section{i}"] = 0
        values[f"pack_format{i}"] = packed
        values[f"pack_misc{i}"] = 0
        values[f"pack_dst_row{i}"] = 16 * i
        if i:  # relative to packer 0's destination: one face further each
            values[f"pack_dest{i}"] = i * 256 * size // 16 - 1
    if arch.is_blackhole:
        values |= {"pack_out_xy_stride": 0, "pack_out_zw_stride": 0, "pack_out_base": 0, "dest_access": 0}
    return tuple((arch.config[name], value) for name, value in values.items())
