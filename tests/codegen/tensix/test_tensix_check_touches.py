"""The static checker refuses kernels that touch L1 which is not theirs, or which the NoC is using: each fault is a
replacement in a template."""

from __future__ import annotations

import pytest
from card_run import fused, plain, single
from program_faults import Fault, by_name, check_proved, check_refused

from meshjit.arch import ARCHS
from meshjit.ir.ops import elementwise, linear, reduce, shape
from meshjit.ir.types import BF16, F32

NODES = {
    "transpose": lambda: single(lambda g, x: g.add(shape.TRANSPOSE, [x], {"perm": (1, 0)}), plain(BF16, 100, 70)),
    "reshape": lambda: single(lambda g, x: g.add(shape.RESHAPE, [x], {"shape": (70, 100)}), plain(F32, 100, 70)),
    "concat": lambda: single(
        lambda g, x, y: g.add(shape.CONCAT, [x, y], {"axis": 1}), plain(F32, 64, 64), plain(F32, 64, 64)
    ),
    "pad": lambda: single(
        lambda g, x: g.add(shape.PAD, [x], {"low": (0, 3), "high": (1, 2), "value": 1.0}), plain(BF16, 50, 60)
    ),
    "add_row": lambda: fused(
        lambda g, x, y: g.add(elementwise.EXP, [g.add(elementwise.ADD, [x, y])]), plain(F32, 1, 640),
        plain(F32, 640, 640),
    ),
    "sum": lambda: single(
        lambda g, x: g.add(reduce.SUM, [x], {"axes": (1,), "keepdims": True}), plain(F32, 100, 100)
    ),
    "scatter": lambda: single(
        lambda g, x: g.add(reduce.SUM, [x], {"axes": (1,), "keepdims": False}), plain(F32, 40, 50, 60)
    ),
    "matmul": lambda: single(
        lambda g, x, y: g.add(linear.MATMUL, [x, y]), plain(BF16, 64, 40), plain(BF16, 40, 64)
    ),
}  # fmt: skip
pytestmark = pytest.mark.usefixtures("built_anew")
LIB, COPY, MATMUL = "tensix/lib.ll.j2", "tensix/copy.ll.j2", "tensix/reader_matmul.ll.j2"
ROWS, TILES, SCATTER = "tensix/reader_rows.ll.j2", "tensix/reader_tiles.ll.j2", "tensix/writer_scatter.ll.j2"


_READ, _WRITTEN = "{{ t.reads_done(k ~ '.rdd') }}\n", "{{ t.writes_done('wd') }}\n"
_MISS = "%{{ p }}.miss = icmp ne i32 %{{ p }}.have, %{{ p }}.want"
_REPEATED = "{{ t.broadcast('br' ~ k, o.broadcast, '%to' ~ k, o.cb.page_bytes // 1024) }}\n"
_PUSHED = "{{ t.cb_push('pu' ~ k, o.cb, 1) }}\n"
_DONE = "{{ t.reads_done('done') }}\n"
_COPY_FAULTS = (
    Fault("elements of a page under way", COPY, _READ, "", "transpose", "MJ4155",
          "may still be in use"),
    Fault("page sent before it is there", COPY, _READ, "", "concat", "MJ4155", "may be under way"),
    Fault("tile filled while it is sent", COPY, _WRITTEN, "", "pad", "MJ4155", "stores to"),
    Fault("page read where it is sent from", COPY, _WRITTEN, "", "concat", "MJ4155", "may be under way"),
    Fault("a write that nobody awaits", COPY, "{{ t.finish() }}", "{{ t.stores_done('se', tile) }}\n"
          "{{ t.write_page('we', '%address', '%start', page, tile) }}\n{{ t.finish() }}",
          "concat", "MJ4155", "under way at the end"),
    Fault("writes awaited but for the last tile", COPY, _WRITTEN,
          "  %upto = sub i32 %count, 1\n  %before = icmp ult i32 %i, %upto\n{% call t.when('wl', '%before') %}\n"
          + _WRITTEN + "{% endcall %}\n", "concat", "MJ4155", "may be under way"),
    Fault("a read too many awaited", LIB, _MISS,
          "%{{ p }}.all = add i32 %{{ p }}.want, 1\n  %{{ p }}.miss = icmp ne i32 %{{ p }}.have, %{{ p }}.all",
          "reshape", "MJ4152", "another number of transfers"),
    Fault("all reads but one awaited", LIB, _MISS,
          "%{{ p }}.gap = sub i32 %{{ p }}.want, %{{ p }}.have\n  %{{ p }}.miss = icmp ugt i32 %{{ p }}.gap, 1",
          "reshape", "MJ4155", "may be under way"),
    Fault("what is awaited grows without a read", COPY, "{{ t.in_tile(k ~ '.s', ",
          "{{ t.get(k ~ '.x', 'noc.reads') }}\n  %{{ k }}.x1 = add i32 %{{ k }}.x, 1\n"
          "{{ t.set('noc.reads', '%' ~ k ~ '.x1') }}\n{{ t.in_tile(k ~ '.s', ", "transpose", "MJ4152",
          "another number of transfers"),
    Fault("request initiator is busy", LIB, "icmp ne i32 %{{ p }}.cmd, 0", "icmp eq i32 %{{ p }}.cmd, 9", "reshape",
          "MJ4147", "does not end with one value"),
    Fault("a slot too many", COPY, "%{{ k }}.slot = and i32 %{{ k }}.key, {{ slots - 1 }}",
          "%{{ k }}.slot = and i32 %{{ k }}.key, {{ 2 * slots - 1 }}", "transpose", "MJ4154", "not in one area"),
    Fault("rows beyond the tile", LIB, "%{{ p }}.r0 = and i32 {{ row }}, 16", "%{{ p }}.r0 = and i32 {{ row }}, 48",
          "reshape", "MJ4154", "not in one area"),
    Fault("runs beyond a face", COPY, "sub i32 16, %{{ k }}.f0", "sub i32 64, %{{ k }}.f0", "reshape", "MJ4154",
          "loads from"),
    Fault("tile filled a word too far", COPY, "t.fill_tile('ff', tile, page // 4,",
          "t.fill_tile('ff', tile, page // 4 + 1,", "pad", "MJ4154", "stores to"),
    Fault("tile over the arguments", COPY, "t.fill_tile('ff', tile,", "t.fill_tile('ff', tile - 64,", "pad", "MJ4154",
          "stores to 0x1ffc0"),
    Fault("sent from beyond the tile", COPY, "'%to', page, tile)", "'%to', page, tile + 16)", "concat", "MJ4154",
          "sends from"),
    Fault("stores that may be under way", COPY, "{{ t.stores_done('sd', tile) }}\n", "", "transpose", "MJ4146", "L1"),
    Fault("a word of its own sent", LIB, "poke(hw.noc_write.ctrl, 0x12)", "poke(hw.noc_write.ctrl, 0x1A)", "concat",
          "MJ4155", "not safe to L1 on Blackhole"),
    Fault("more than a packet at once", LIB, "poke(hw.noc_read.length, page_bytes)",
          "poke(hw.noc_read.length, 3 * hw.noc_packet_bytes)", "concat", "MJ4155", "more than one packet"),
)  # fmt: skip
_PAGE_FAULTS = (
    Fault("row repeated before it is there", TILES, _DONE, "", "add_row", "MJ4155",
          "may be under way"),
    Fault("row repeated after it was given away", TILES,
          _REPEATED + _PUSHED, _PUSHED + _REPEATED,
          "add_row", "MJ4154", "outside the pages of buffer"),
    Fault("row repeated over 17 rows of a face", LIB, "{% call repeat(p ~ '.r', 16) %}",
          "{% call repeat(p ~ '.r', 17) %}", "add_row", "MJ4154", "outside the pages of buffer"),
    Fault("mask in the next page", ROWS, "2048 * page, 2, valid[1], 0",
          "2048 * page + 2048, 2, valid[1], 0", "sum", "MJ4154", "no memory of the program's"),
    Fault("mask filled too far", ROWS, "mask.address, 4 * 512,", "mask.address, 4 * 512 + 1,",
          "sum", "MJ4154", "outside the pages of buffer"),
    Fault("K masked before it is there", MATMUL, _DONE, "", "matmul", "MJ4155", "may be under way"),
    Fault("K masked in another buffer", MATMUL, "(k_tail - 1) * x.cb.page_bytes",
          "(k_tail + k_block) * x.cb.page_bytes", "matmul", "MJ4154", "neither makes nor takes"),
    Fault("a word of its own sent by a writer", LIB, "poke(hw.noc_write.ctrl, 0x12)", "poke(hw.noc_write.ctrl, 0x1A)",
          "add_row", "MJ4155", "not safe to L1 on Blackhole"),
    Fault("more than a packet at once for a buffer", LIB, "poke(hw.noc_read.length, page_bytes)",
          "poke(hw.noc_read.length, 3 * hw.noc_packet_bytes)", "add_row", "MJ4155", "more than one packet"),
    Fault("cells over a buffer", SCATTER, "{{ t.l1_word('cell', '%cell.at', cells) }}",
          "{{ t.l1_word('cell', '%cell.at', cells - 4096) }}", "scatter", "MJ4154", "neither makes nor takes"),
    Fault("cells in the arguments", SCATTER, "{{ t.l1_word('cell', '%cell.at', cells) }}",
          "{{ t.l1_word('cell', '%cell.at', hw.arguments) }}", "scatter", "MJ4154", "no memory of the program's"),
    Fault("cells stored while they are sent", SCATTER, "{{ t.writes_done('wd') }}\n", "", "scatter", "MJ4155",
          "may be under way"),
    Fault("elements before they are there", SCATTER, "{{ t.cb_wait('w', out, 1) }}\n", "", "scatter", "MJ4150",
          "both sides of buffer"),
)  # fmt: skip


@pytest.mark.parametrize("node", NODES)
@pytest.mark.parametrize("chip", ARCHS)
def test_programs_are_proved(node, chip):
    check_proved(NODES, node, chip)


@by_name((*_COPY_FAULTS, *_PAGE_FAULTS))
def test_fault_is_refused(fault, monkeypatch):
    check_refused(NODES, fault, monkeypatch)
