"""The static checker refuses programs whose kernels do not fit together: each fault is a replacement in a template."""

from __future__ import annotations

import re

import pytest
from card_run import ONE, fused, plain, single
from program_faults import Fault, by_name, check_proved, check_refused
from seeding import seed

from meshjit.arch import ARCHS
from meshjit.codegen.tensix.lower import lower
from meshjit.errors import CodegenError
from meshjit.ir.ops import elementwise, linear, reduce
from meshjit.ir.ops.shape import TRANSPOSE
from meshjit.ir.types import BF16, F32


def chain(dtype, *shape):
    return fused(
        lambda g, x, y: g.add(elementwise.EXP, [g.add(elementwise.DIV, [x, y])]),
        plain(dtype, *shape),
        plain(dtype, *shape),
    )


#: 400 tiles give every core of both chips several.
NODES = {
    "chain-bf16": lambda: chain(BF16, 640, 640),
    "chain-f32": lambda: chain(F32, 640, 640),
    "one-tile": lambda: chain(BF16, 32, 32),
    "matmul": lambda: single(
        lambda g, x, y: g.add(linear.MATMUL, [x, y]), plain(BF16, 256, 192), plain(BF16, 192, 256)
    ),
    "shared": lambda: single(
        lambda g, x, y: g.add(linear.MATMUL, [x, y]), plain(BF16, 512, 512), plain(BF16, 512, 512)
    ),
    "turned": lambda: fused(
        lambda g, x, y: g.add(linear.MATMUL, [g.add(TRANSPOSE, [x], {"perm": (1, 0)}), y]),
        plain(BF16, 192, 256), plain(BF16, 192, 256),
    ),
    "long": lambda: single(
        lambda g, x, y: g.add(linear.MATMUL, [x, y]), plain(BF16, 512, 4096), plain(BF16, 4096, 512)
    ),
    "blocks": lambda: single(
        lambda g, x, y: g.add(linear.MATMUL, [x, y]), plain(BF16, 1024, 64), plain(BF16, 64, 2048)
    ),
    "sum": lambda: single(
        lambda g, x: g.add(reduce.SUM, [x], {"axes": (1,), "keepdims": True}), plain(F32, 100, 100)
    ),
    "softmax": lambda: single(lambda g, x: g.add(reduce.SOFTMAX, [x], {"axis": 1}), plain(BF16, 10_000, 128)),
}  # fmt: skip
pytestmark = pytest.mark.usefixtures("built_anew")
LIB, READER, WRITER = "tensix/lib.ll.j2", "tensix/reader_tiles.ll.j2", "tensix/writer_range.ll.j2"
SHARED, CAST = "tensix/reader_matmul.ll.j2", "tensix/multicast.ll.j2"
UNPACK_MATMUL, MATH_MATMUL = "tensix/unpack_matmul.ll.j2", "tensix/math_matmul.ll.j2"
WRITER_MATMUL = "tensix/writer_matmul.ll.j2"
PRODUCTS = "meshjit.codegen.tensix.products"
UNPACK_ROWS = "tensix/unpack_rows.ll.j2"
UNPACK, MATH = "tensix/unpack_tiles.ll.j2", "tensix/math_tiles.ll.j2"


_END = "{{ t.instructions(products.end) }}\n"
_EXTRA = "{{ t.cb_reserve('xr', operands[0].cb, 1) }}\n{{ t.cb_push('xp', operands[0].cb, 1) }}\n{{ t.end() }}"
_ROOM = (
    "{{ t.cb_reserve(x.key ~ '.rs', x.cb, x.lines * k_block) }}\n",
    "{% if x.group %}\n{{ m.begin_step(x.key ~ '.bs', x.group) }}\n{% endif %}\n",
)
_PEEKED = "  %data = load volatile i32, ptr inttoptr (i32 131072 to ptr)\n{% call t.repeat('i', '%data') %}"
_POP = "{{ t.cb_pop_after_unpack(x.key ~ '.p', x.cb, x.lines * k_block) }}\n"
_FREE, _VALID = "{{ m.wait_free(k ~ '.wf', x.group) }}\n", "{{ m.wait_valid(x.key ~ '.wv', x.group) }}\n"
_TOLD = "{{ casts_done(p ~ '.casts') }}\n"
_CLEAR = "{% for g in groups %}\n{{ t.poke(g.valid, 0) }}\n{% endfor %}\n"
_WRITTEN = "{{ m.writes_done('wd') }}\n"


def unless_late(lines: str, key: str, late: str) -> str:
    """Lines of a template that do not run in the last block, when ``late`` too; ``key`` is an expression for names."""
    name = f"%{{{{ {key} }}}}"
    return (
        f"  {name}.lb = sub i32 %count, 1\n  {name}.le = icmp eq i32 %blk, {name}.lb\n"
        f"  {name}.ll = and i1 {name}.le, {late}\n  {name}.go = xor i1 {name}.ll, true\n"
        f"{{% call t.when({key} ~ '.gw', '%' ~ {key} ~ '.go') %}}\n{lines}{{% endcall %}}\n"
    )


#: What goes wrong only in the last step of K of the last block: the checker must not skip it as one more of the same.
_LATE = (
    Fault("pages kept in the last step", UNPACK_MATMUL, _POP, unless_late(_POP, "(x.key ~ 'lt')", "%last"), "long",
          "MJ4151", "are consumed"),
    Fault("pages kept in the last block", UNPACK_MATMUL, _POP, unless_late(_POP, "(x.key ~ 'lt')", "%last"), "blocks",
          "MJ4151", "are consumed"),
    Fault("room not waited for in the last step", SHARED, _FREE, unless_late(_FREE, "(k ~ 'lt')", "%last"), "long",
          "MJ4154", "may not have room there yet"),
    Fault("tiles not waited for in the last step", SHARED, _VALID, unless_late(_VALID, "(x.key ~ 'lt')", "%last"),
          "long", "MJ4154", "goes on without waiting for it"),
    Fault("write not waited for in the last block", WRITER_MATMUL, _WRITTEN, unless_late(_WRITTEN, "'lt'", "true"),
          "blocks", "MJ4155", "may not have been read over the NoC yet"),
    Fault("SrcB kept in the last block", MATH_MATMUL, _END, unless_late(_END, "'lt'", "true"), "blocks", "MJ4156", ""),
)  # fmt: skip
#: What several phases read stays in L1 until the last of them.
_KEPT = (
    Fault("a row is popped in the first phase", UNPACK_ROWS, "{% if x.pops %}\n{{ t.cb_pop_after_unpack",
          "{% if x.waits %}\n{{ t.cb_pop_after_unpack", "softmax", "MJ4154", "outside the pages of buffer 0"),
    Fault("the first phase does not wait", UNPACK_ROWS, "{% if x.waits %}\n{{ t.cb_wait",
          "{% if x.waits and x.pops %}\n{{ t.cb_wait", "softmax", "MJ4154", "outside the pages of buffer 0"),
    Fault("the tile after the one that came", UNPACK_ROWS, ".tile, {{ cb.page_bytes }}", ".need, {{ cb.page_bytes }}",
          "softmax", "MJ4154", "outside the pages of buffer 0"),
    Fault("a tile that begins inside a page", UNPACK_ROWS, ".tile, {{ cb.page_bytes }}",
          ".tile, {{ cb.page_bytes // 2 }}", "softmax", "MJ4154", "where no page begins"),
)  # fmt: skip
FAULTS = (
    *_LATE,
    *_KEPT,
    Fault("pops more than it waited for", WRITER, "{{ t.cb_pop('pop', out, 1) }}", "{{ t.cb_pop('pop', out, 2) }}",
          "chain-bf16", "MJ4150", "pops 2 pages of buffer 2, 1 were waited for"),
    Fault("pushes without room", LIB, "icmp ugt i32 %{{ p }}.used, {{ cb.pages - pages }}",
          "icmp ugt i32 %{{ p }}.used, 60000", "sum", "MJ4154", "outside the pages of buffer 0"),
    Fault("a tile too many", READER, "{{ t.end() }}", _EXTRA, "chain-bf16", "MJ4151", "buffer 0 on core"),
    Fault("a page is never popped", WRITER, "{{ t.cb_pop('pop', out, 1) }}\n", "", "chain-bf16", "MJ4152",
          "waits for ever on core"),
    Fault("counters are not cleared", LIB, "{{ poke(cb.received, 0) }}\n{{ poke(cb.acked, 0) }}\n",
          "{{ poke(cb.acked, 0) }}\n", "one-tile", "MJ4151", "counters are not cleared"),
    Fault("waits for more than fits", WRITER, "{{ t.cb_wait('w', out, 1) }}",
          "{{ t.cb_wait('w', out, 3) }}", "one-tile", "MJ4152", "waits for more pages than the 2"),
    Fault("waits for a read that was not begun", LIB, "%{{ p }}.miss = icmp ne i32 %{{ p }}.have, %{{ p }}.want",
          "%{{ p }}.all = add i32 %{{ p }}.want, 1\n  %{{ p }}.miss = icmp ne i32 %{{ p }}.have, %{{ p }}.all",
          "one-tile", "MJ4152", "another number of transfers"),
    Fault("Dst handed over twice", LIB, "wait=MATH+SFPU\n  tt SEMPOST semaphores=1\n{% endmacro %}",
          "wait=MATH+SFPU\n  tt SEMPOST semaphores=1\n  tt STALLWAIT block=SYNC wait=MATH\n  tt SEMPOST semaphores=1\n"
          "{% endmacro %}", "one-tile", "MJ4153", "posted above its maximum"),
    Fault("Dst taken before it is full", LIB, "  tt SEMWAIT semaphores=1 condition=1 block=TDMA+SYNC+PACK\n", "",
          "one-tile", "MJ4153", "semaphore 0 may be taken from when it is 0"),
    Fault("operands in Dst without leave", UNPACK, "  tt SEMWAIT semaphores=2 condition=1 block=TDMA+SYNC+UNPACK\n", "",
          "chain-f32", "MJ4153", "semaphore 1 may be taken from"),
    Fault("Dst taken twice", LIB, "  tt SEMGET semaphores=1\n", "  tt SEMGET semaphores=1\n" * 2, "one-tile", "MJ4153",
          "may be taken from when it is 0"),
    Fault("Dst never given back", LIB, "  tt SEMGET semaphores=1\n", "",
          "one-tile", "MJ4153", "ends at 1"),
    Fault("math does not wait for Dst", MATH, "{{ t.dst_acquire() }}\n", "", "chain-bf16", "MJ4153",
          "posted above its maximum"),
    Fault("semaphore set too late", LIB, "  tt SEMINIT semaphores=1 value=0 max=1\n",
          "{{ tensix_sync('late') }}\n  tt SEMINIT semaphores=1 value=1 max=1\n", "one-tile", "MJ4153",
          "does not start from 0"),
    Fault("unpacks before the page is there", UNPACK, "{{ t.cb_wait('w' ~ k, o.cb, 1) }}\n", "", "chain-bf16",
          "MJ4154", "unpacks from"),
    Fault("ring of another length", LIB, "{{ cb.address + cb.pages * cb.page_bytes }}",
          "{{ cb.address + (cb.pages + 1) * cb.page_bytes }}", "chain-bf16", "MJ4154", "outside the pages"),
    Fault("packs elsewhere", LIB, "%{{ p }}.dec = sub i32 %{{ p }}.units, 1",
          "%{{ p }}.dec = add i32 %{{ p }}.units, 127", "chain-f32", "MJ4154", "packs to"),
    Fault("read has not arrived", READER, "{{ t.reads_done('done') }}\n", "", "one-tile", "MJ4155",
          "may not have arrived over the NoC yet"),
    Fault("waits for all reads but one", LIB, "%{{ p }}.miss = icmp ne i32 %{{ p }}.have, %{{ p }}.want",
          "%{{ p }}.gap = sub i32 %{{ p }}.want, %{{ p }}.have\n  %{{ p }}.miss = icmp ugt i32 %{{ p }}.gap, 1",
          "one-tile", "MJ4155", "may not have arrived over the NoC yet"),
    Fault("write has not been read", WRITER, "{{ t.writes_done('wd') }}\n", "", "one-tile", "MJ4155",
          "may not have been read over the NoC yet"),
    Fault("request initiator is busy", LIB, "icmp ne i32 %{{ p }}.cmd, 0", "icmp eq i32 %{{ p }}.cmd, 9", "one-tile",
          "MJ4155", "does not wait for the request initiator"),
    Fault("source register is kept", LIB, "  tt SETRWC clear=1\n", "", "one-tile", "MJ4156", "never handed back"),
    Fault("source register is given back twice", LIB, "  tt SETRWC clear=1\n", "  tt SETRWC clear=1\n" * 2, "one-tile",
          "MJ4156", "without having used it"),
    Fault("matmul keeps SrcB", PRODUCTS, "SETRWC mask=15 clear=3", "SETRWC mask=15 clear=1", "matmul", "MJ4156",
          "SrcB is used and never handed back"),
    Fault("a transposed face is kept", PRODUCTS, '" clear=2" if j', '"" if j', "turned", "MJ4156",
          "SrcB is used and never handed back"),
    Fault("a face is not unpacked", LIB, "{% for face in range(4) %}\n  tt UNPACR",
          "{% for face in range(3) %}\n  tt UNPACR", "turned", "MJ4152", "waits for ever"),
    Fault("room told of before it is there", SHARED, _ROOM[0] + _ROOM[1], _ROOM[1] + _ROOM[0], "shared", "MJ4154",
          "may not have room there yet"),
    Fault("multicast without room", SHARED, "{{ m.wait_free(k ~ '.wf', x.group) }}\n", "", "shared", "MJ4154",
          "may not have room there yet"),
    Fault("multicast told of too early", SHARED, "{{ m.casts_done('cd') }}\n", "", "shared", "MJ4155",
          "may not have arrived there yet"),
    Fault("multicast not waited for", SHARED, "{{ m.wait_valid(x.key ~ '.wv', x.group) }}\n", "", "shared", "MJ4154",
          "goes on without waiting for it"),
    Fault("words cleared before all are told", CAST, _TOLD, _CLEAR + _TOLD, "shared", "MJ4155",
          "of which others may not have been told yet"),
    Fault("words are not the steps", CAST, "{{ t.poke(g.valid, '%' ~ p ~ '.step') }}\n",
          "{{ t.poke(g.valid, '%' ~ g.key ~ '.receivers') }}\n", "shared", "MJ4153",
          "before its step is over"),
    Fault("words left over", CAST, "{{ t.poke(g.free, 0) }}\n", "", "shared", "MJ4153", "ends at"),
    Fault("room never told of", CAST, "{{ t.poke(hw.noc_atomic.command, 1) }}\n", "", "shared", "MJ4152", ""),
    Fault("number of tiles from data", READER, "{% call t.repeat('i', '%count') %}", _PEEKED, "one-tile", "MJ4147",
          "depends on data in memory"),
    Fault("work built at run time", LIB, "  tt PACR addr_mode=0 pack_sel=15 last=1\n",
          "  %{{ p }}.op = add i32 {{ address }}, 0\n  %{{ p }}.pk = and i32 %{{ p }}.op, 15\n"
          "  %{{ p }}.pp = or i32 %{{ p }}.pk, 1090519040\n{{ push('%' ~ p ~ '.pp') }}\n", "one-tile", "MJ4147",
          "pushes PACR"),
)  # fmt: skip


@pytest.mark.parametrize("node", NODES)
@pytest.mark.parametrize("chip", ARCHS)
def test_programs_are_proved(node, chip):
    check_proved(NODES, node, chip)


@by_name(FAULTS)
def test_fault_is_refused(fault, monkeypatch):
    check_refused(NODES, fault, monkeypatch)


def test_the_message_names_kernel_core_instruction_and_line(monkeypatch):
    seed(monkeypatch, MATH, "{{ t.dst_acquire() }}\n", "")
    with pytest.raises(CodegenError) as caught:
        lower(NODES["chain-bf16"]().nodes[0], ONE, ARCHS["wormhole"])
    text = str(caught.value)
    assert "math_tiles on trisc1" in text
    assert "tt SEMPOST semaphores=1" in text
    assert re.search(r"lib\.ll\.j2:\d+ < math_tiles\.ll\.j2:\d+: tt SEMPOST semaphores=1", text)
