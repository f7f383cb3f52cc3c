"""Faults seeded in card kernels, their tables and the emulator: the corpus, strict mode, deadlock detection or the
static checker catch each of them.

A fault is a replacement in a module's or template's source. The corpus program named with it must leave the digests of
the official simulator as the code stands, and not with the fault. Faults of the emulator run it in plain Python.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from corpus.runner import Triple, load, node_of, open_chip, run
from plain_emulator import plain_card
from seeding import seed

from meshjit.errors import MeshJitError

TRIPLES: dict[str, Triple] = {t.name: t for t in load()}
LIB = "tensix/lib.ll.j2"
pytestmark = pytest.mark.usefixtures("built_anew")
#: Refusals that say no more than that the replacement is no program.
NO_PROGRAM = ("MJ4101", "MJ4102", "MJ4103", "MJ4104", "MJ4105", "MJ4201", "MJ4202", "MJ4203")


@dataclass(frozen=True)
class Fault:
    """``old`` becomes ``new`` in a module's or template's source; the corpus program ``case`` notices on ``chip``."""

    name: str
    place: str
    old: str
    new: str
    case: str
    chip: str = "wormhole"


def holds(fault: Fault) -> None:
    """The corpus program leaves what the official simulator leaves, whatever the order of turns."""
    triple = TRIPLES[fault.case]
    for options in ({}, {"seed": 1}):
        card = open_chip("emulator", fault.chip, node_of(triple.text)[1], **options)
        dram, l1 = run(triple, fault.chip, card)
        assert dram == triple.digests[fault.chip][0]
        assert options or l1 == triple.digests[fault.chip][1]


def holds_plainly(fault: Fault, *faults: tuple[str, str, str]) -> None:
    """As :func:`holds`, on the emulator in plain Python with its faults."""
    triple = TRIPLES[fault.case]
    with plain_card(fault.chip, node_of(triple.text)[1], faults) as card:
        assert run(triple, fault.chip, card) == triple.digests[fault.chip]


TENSIX = "meshjit.codegen.tensix"
KERNELS = (
    Fault("wrong face order", LIB, "%{{ p }}.fo = mul i32 %{{ p }}.face, {{ 256 * size }}\n  %{{ p }}.wo",
          "%{{ p }}.fo = mul i32 %{{ p }}.face, {{ 512 * size }}\n  %{{ p }}.wo", "add_row-f32-2x2"),
    Fault("faces of a tile swapped", LIB, ".r1 = shl i32 %{{ p }}.r0, 5", ".r1 = shl i32 %{{ p }}.r0, 4",
          "transpose-f32-2x2"),
    Fault("missing NOP after WRCFG", LIB, "hw.unpack1_base }} reg={{ hw.gpr_value }}\n  tt DMANOP\n",
          "hw.unpack1_base }} reg={{ hw.gpr_value }}\n",
          "tiny_add-f32-1"),
    Fault("missing NOP after a multiply-add", f"{TENSIX}.registers",
          'if not at:\n                out.append("SFPNOP")', "", "exp-f32-2x2"),
    Fault("missing STALLWAIT before a count", LIB, "  tt STALLWAIT block=TDMA+THCON wait=UNPACK\n", "",
          "tiny_add-f32-1"),
    Fault("stall for the wrong unit", LIB, "tt STALLWAIT block=TDMA+THCON wait=PACK",
          "tt STALLWAIT block=TDMA+THCON wait=THCON", "tiny_add-f32-1"),
    Fault("vector unit starts early", LIB, "{% macro sfpu_tile(p, program) %}\n  tt STALLWAIT block=SFPU wait=MATH\n",
          "{% macro sfpu_tile(p, program) %}\n", "exp-bf16-2x2"),
    Fault("unpacker does not wait for its page", "tensix/unpack_tiles.ll.j2",
          "{{ t.cb_wait('w' ~ k, o.cb, 1) }}\n{% if mixed", "{% if mixed", "silu-bf16-1"),
    Fault("writer does not wait for its page", "tensix/writer_range.ll.j2", "{{ t.cb_wait('w', out, 1) }}\n", "",
          "exp-f32-2x2"),
    Fault("reader ignores that a buffer is full", LIB, "icmp ugt i32 %{{ p }}.used, {{ cb.pages - pages }}",
          "icmp ugt i32 %{{ p }}.used, 1024", "mul-f32-1"),
    Fault("wrong capacity of a buffer", LIB, "{{ cb.address + cb.pages * cb.page_bytes }}",
          "{{ cb.address + (cb.pages + 1) * cb.page_bytes }}", "mul-f32-1"),
    Fault("ring never comes round", LIB, "select i1 %{{ p }}.wrap, i32 {{ cb.address }}",
          "select i1 %{{ p }}.wrap, i32 %{{ p }}.moved", "mul-f32-1"),
    Fault("missing pop", "tensix/writer_range.ll.j2", "{{ t.cb_pop('pop', out, 1) }}\n", "", "mul-f32-1"),
    Fault("missing barrier after configuration", LIB, "{{ await('boot.back', hw.config_base + 4 * hw.alu_format) }}\n",
          "", "tiny_add-f32-1"),
    Fault("reader gives pages that are under way", "tensix/reader_tiles.ll.j2", "{{ t.reads_done('done') }}\n", "",
          "mul-f32-1"),
    Fault("writer gives back pages that are read", "tensix/writer_range.ll.j2", "{{ t.writes_done('wd') }}\n", "",
          "mul-f32-1"),
    Fault("elements of pages that are under way", "tensix/copy.ll.j2", "{{ t.reads_done(k ~ '.rdd') }}\n", "",
          "transpose-f32-2x2"),
    Fault("macro operation may not be stored yet", "tensix/math_matmul.ll.j2", "{{ t.tensix_sync('mop') }}\n", "",
          "tiny_matmul_lofi-bf16-1"),
    Fault("epilogue's modes while products run", "tensix/math_matmul.ll.j2", "  tt STALLWAIT block=CFG wait=MATH\n", "",
          "matmul_bias_gelu-bf16-1"),
    Fault("Dst given back before it is packed", "tensix/pack_tiles.ll.j2",
          "{{ t.cb_push_after_pack('p', out, 1) }}\n{% endcall %}\n{{ t.pack_release() }}\n",
          "{{ t.pack_release() }}\n{{ t.cb_push_after_pack('p', out, 1) }}\n{% endcall %}\n", "mul-f32-1"),
    Fault("data cache is never emptied", LIB, "  fence seq_cst\n", "", "mul-f32-1", "blackhole"),
    Fault("multiply-add's result read unseen", f"{TENSIX}.folds",
          "if rotated or slow & hazards.late(name, get, blackhole=arch.is_blackhole):", "if rotated:",
          "sum_columns-f32-2x2", "blackhole"),
    Fault("Dst said to be filled too early", "tensix/unpack_tiles.ll.j2",
          "{{ t.cb_pop_after_unpack('p' ~ k, o.cb, 1) }}\n{% if loop.last %}\n  tt SEMPOST semaphores=4\n",
          "{% if loop.last %}\n  tt SEMPOST semaphores=4\n{{ t.cb_pop_after_unpack('p' ~ k, o.cb, 1) }}\n",
          "mul-f32-1"),
    Fault("tile filled while it is sent", "tensix/copy.ll.j2", "{{ t.writes_done('wd') }}\n", "", "transpose-f32-2x2"),
    Fault("elements sent before they are there", "tensix/copy.ll.j2", "{{ t.stores_done('sd', tile) }}\n", "",
          "transpose-f32-2x2"),
    Fault("mask over what is under way", "tensix/reader_matmul.ll.j2", "{{ t.reads_done('done') }}\n", "",
          "matmul_37_70_101-bf16-2x2"),
    Fault("row repeated before it is there", "tensix/reader_tiles.ll.j2", "{{ t.reads_done('done') }}\n", "",
          "add_row-f32-2x2"),
    Fault("mask in the next page", "tensix/reader_rows.ll.j2", "mask.address + 2048 * page, 2, valid[1]",
          "mask.address + 2048 * page + 2048, 2, valid[1]", "sum_columns-f32-2x2"),
    Fault("mask in the wrong page", "tensix/reader_rows.ll.j2", "mask.address + 2048 * page, 2, valid[1]",
          "mask.address + 4096, 2, valid[1]", "sum_columns-f32-2x2"),
    Fault("math never hands over", LIB, "  tt STALLWAIT block=SYNC wait=MATH+SFPU\n  tt SEMPOST semaphores=1\n", "",
          "tiny_add-f32-1"),
    Fault("math never waits for the packer", "tensix/math_matmul.ll.j2", "{{ t.dst_acquire() }}\n", "",
          "matmul_bias_gelu-bf16-1"),
    Fault("forgotten SETRWC clear", f"{TENSIX}.products", "SETRWC mask=15 clear=3", "SETRWC mask=15 clear=1",
          "matmul-bf16-1"),
    Fault("the packer empties the other half", "tensix/pack_matmul.ll.j2", "%half = and i32 %blk, 1",
          "%half = xor i32 0, 1", "matmul-bf16-1"),
    Fault("sender does not wait for room", "tensix/reader_matmul.ll.j2", "{{ m.wait_free(k ~ '.wf', x.group) }}\n", "",
          "matmul_long-bf16-8x8"),
    Fault("receiver does not wait for tiles", "tensix/reader_matmul.ll.j2",
          "{{ m.wait_valid(x.key ~ '.wv', x.group) }}\n", "", "matmul-bf16-8x8"),
    Fault("receiver never says that it has room", "tensix/reader_matmul.ll.j2",
          "{{ m.begin_step(x.key ~ '.bs', x.group) }}\n", "", "matmul-bf16-8x8"),
    Fault("a rectangle is forgotten", f"{TENSIX}.multicast", "len(cores) - 1, len(words),", "len(cores) - 1, 1,",
          "matmul-bf16-8x8"),
    Fault("off-by-one tile", f"{TENSIX}.eltwise", "(*addresses, share.start, share.count,",
          "(*addresses, share.start + 1, share.count,", "exp-f32-2x2"),
    Fault("swapped operands", f"{TENSIX}.matmul", '"h", cbs[0], 0, cut', '"h", cbs[0], 1, cut',
          "tiny_matmul_lofi-bf16-1"),
    Fault("forgotten mask of K", "tensix/reader_matmul.ll.j2", "{% if k_valid %}", "{% if false %}",
          "matmul_37_70_101-bf16-2x2"),
    Fault("dropped pad mask", f"{TENSIX}.rows", "if not self.layout.masked:", "if True:", "sum_columns-f32-2x2"),
    Fault("mask of rows for columns", "tensix/reader_rows.ll.j2", "2, valid[1], 0)", "2, valid[0], 0)",
          "sum_columns-f32-2x2"),
    Fault("a kept row popped too early", f"{TENSIX}.keeping", "pops=phase == users[operand][-1]",
          "pops=phase == users[operand][0]", "softmax-bf16-1"),
    Fault("wrong tile of a kept row in a later phase", "tensix/unpack_rows.ll.j2", ".tile, {{ cb.page_bytes }}",
          ".tile, {{ cb.page_bytes * x.waits }}", "softmax-bf16-1", "blackhole"),
    Fault("a kept row across the end of its ring", f"{TENSIX}.keeping", "rows * tiles if", "rows * tiles + 1 if",
          "softmax-bf16-1"),
    Fault("Dst said to be filled while a tile that stays is unpacked", "tensix/unpack_rows.ll.j2",
          "  tt STALLWAIT block=SYNC wait=UNPACK\n", "", "layer_norm-f32-1"),
    Fault("wrong fidelity phase", f"{TENSIX}.products", "_FIDELITY_CLEAR = 1 << 13,", "_FIDELITY_CLEAR = 2 << 13,",
          "tiny_matmul_hifi4-bf16-1"),
    Fault("missing fidelity phase", f"{TENSIX}.matmul", '"hifi4": 4', '"hifi4": 3', "tiny_matmul_hifi4-bf16-1",
          "blackhole"),
    Fault("wrong address-mode step", f"{TENSIX}.products", "_ab(48, 8)", "_ab(32, 8)", "tiny_matmul_lofi-bf16-1"),
    Fault("wrong Dst row of a product", f"{TENSIX}.products", "_DST_ROWS = (0, 8, 0, 8, 32,",
          "_DST_ROWS = (0, 8, 0, 8, 16,", "tiny_matmul_lofi-bf16-1"),
    Fault("accumulation starts anew", "tensix/math_matmul.ll.j2", "{% call t.repeat('k', k_tiles) %}\n",
          "{% call t.repeat('k', k_tiles) %}\n  tt ZEROACC mode=3\n", "matmul_lofi_f32-bf16-mixed-2x2"),
    Fault("epilogue's modes stay", "tensix/math_matmul.ll.j2", "{% for config, value in restore %}",
          "{% for config, value in [] %}", "matmul_bias_gelu-bf16-1"),
    Fault("packer takes the first tile", "tensix/pack_matmul.ll.j2", "%inner = add i32 %first, %j",
          "%inner = add i32 %first, 0", "matmul-bf16-1"),
    Fault("wrong SFPU constant", f"{TENSIX}.functions", "1.381422187e-3", "1.42e-3", "exp-f32-2x2"),
    Fault("one Newton step less", f"{TENSIX}.functions", "2 if b.fast else 3):\n        y = b.mad(y, b.mad(minus",
          "2):\n        y = b.mad(y, b.mad(minus", "reciprocal-f32-2x2"),
    Fault("comparison includes equality", f"{TENSIX}.comparisons", "return _order(b, x, y, 2)",
          "return _order(b, y, x, 6)", "lt-f32-2x2"),
    Fault("rounding ties away", f"{TENSIX}.functions", "b.const_bits(0x7FFF)), odd)", "b.const_bits(0x8000)), ZERO)",
          "cast-f32-bf16-2x2"),
    Fault("wrong core split", f"{TENSIX}.grid", "base + (i < extra)", "base + (i <= extra)", "exp-f32-2x2"),
    Fault("wrong broadcast stride", f"{TENSIX}.eltwise", "0 if one_column else 1", "1", "add_column-f32-2x2"),
    Fault("one rotation less", f"{TENSIX}.folds", "for turns in (1, 2, 4):", "for turns in (1, 2):",
          "tiny_max1-f32-1"),
    Fault("maximum starts from zero", f"{TENSIX}.folds", '"max": sfpu.bits(-math.inf)', '"max": 0',
          "max_negative-bf16-2x2"),
    Fault("unaligned slice moved as pages", f"{TENSIX}.copy", "if row % TILE_DIM or column % TILE_DIM:",
          "if column % TILE_DIM:", "slice_unaligned-bf16-2x2"),
    Fault("page in the next bank", LIB, "urem i32 {{ page }}, {{ hw.num_banks }}",
          "urem i32 {{ page }}, {{ hw.num_banks - 1 }}", "transpose_heads-f32-2x2", "blackhole"),
    Fault("packer writes 16 bits of 32", f"{TENSIX}.config", '"pack_read_32b": wide', '"pack_read_32b": 0',
          "tiny_add-f32-1"),
    Fault("faces of a transposed operand stay", f"{TENSIX}.products", "_TRANSPOSED if b_transposed else _ADDR_MODES",
          "_TRANSPOSED if False else _ADDR_MODES", "matmul_transposed-bf16-1"),
    Fault("faces are not transposed", f"{TENSIX}.config", "_HALOIZE * transpose", "0", "matmul_transposed-f32-1"),
    Fault("K is masked across", "tensix/reader_matmul.ll.j2", "{% if x.k_last %}", "{% if k == 'a' %}",
          "matmul_transposed-bf16-1", "blackhole"),
    Fault("rows of A read as columns", f"{TENSIX}.matmul", "cut.rows, problem.a_stride, 1",
          "cut.rows, problem.a_stride[::-1], 1", "matmul-bf16-2x2", "blackhole"),
    Fault("forgotten TRNSPSRCB", f"{TENSIX}.products", '"TRNSPSRCB", f"REPLAY', '"NOP", f"REPLAY',
          "tiny_matmul_transposed_first-bf16-1"),
    Fault("forgotten TRNSPSRCB of two faces", f"{TENSIX}.products", "mop=(2, 1, turn, turn, other,",
          "mop=(2, 1, turn, other, nop,", "tiny_matmul_transposed_first-f32-1", "blackhole"),
    Fault("wrong face order of a transposed first operand", f"{TENSIX}.products", "*_face(32, phases, second)",
          "*_face(16, phases, second)", "matmul_transposed_first-bf16-1"),
    Fault("every other face twice", LIB, "valid=1 addr_mode=1 unpacker=1", "valid=1 addr_mode=2 unpacker=1",
          "tiny_matmul_transposed_first-bf16-1", "blackhole"),
    Fault("faces where TRNSPSRCB does not work", LIB, "mask=4 z1=1", "mask=4 z1=2",
          "tiny_matmul_transposed_first-f32-1"),
    Fault("TF32 faces counted as bf16", f"{TENSIX}.config", "== FORMAT_BF16 else 4)", "== FORMAT_BF16 else 2)",
          "tiny_matmul_transposed_first-f32-1", "blackhole"),
    Fault("Z counts on into the next tile", LIB, "  tt SETADCZW units=2 mask=1\n", "", "matmul_transposed_first-f32-1"),
    Fault("a face is never handed back", f"{TENSIX}.products", '" clear=2" if j', '"" if j',
          "tiny_matmul_transposed_first-bf16-1"),
    Fault("fidelity phases go on in the next face", f"{TENSIX}.products", "1 << 13, 1 << 15", "1 << 13, 0",
          "matmul_transposed_first_hifi2-bf16-mixed-2x2"),
    Fault("K of a transposed first operand is masked across", f"{TENSIX}.matmul", "1, not spec.a_transposed, cut.keep",
          "1, True, cut.keep", "matmul_transposed_first_lofi-bf16-mixed-2x2", "blackhole"),
    Fault("columns of a transposed first operand read as rows", f"{TENSIX}.matmul", "cut.rows, problem.a_stride, 1",
          "cut.rows, (problem.k, 1), 1", "matmul_transposed_first-f32-1"),
    Fault("both transposed, faces of the second one stay", f"{TENSIX}.products", "(32, 48) if b_transposed",
          "(16, 48) if b_transposed", "matmul_transposed_both-bf16-1"),
)  # fmt: skip

EMULATOR = (
    Fault("multiply-add rounds half up", "tensix_fma", "r += int((m & 7) + (r & 1) > 4)",
          "r += int(m & 7 >= 4)", "tiny_add-f32-1"),
    Fault("no sticky bit", "tensix_fma", "int((shifted != 0) & (shifted << by != value))", "0", "tiny_add-f32-1",
          "blackhole"),
    Fault("denormals are numbers", "tensix_fma", "(x & 0x7FFFFF | 0x800000) * int(xe != 0)",
          "x & 0x7FFFFF | 0x800000 * int(xe != 0)", "tiny_mul-f32-1", "blackhole"),
    Fault("sign of NaN", "tensix_fma", "sign = p_sign if invalid", "sign = 0 if invalid",
          "tiny_mul-f32-1"),
    Fault("NaN packs as NaN", "tensix_pack", "value = value & 0x80000000 | 0x7F800000", "pass", "tiny_exp-bf16-1"),
    Fault("denormals are packed", "tensix_pack", "if value & 0x7FFFFFFF < 0x800000:", "if False:",
          "tiny_cast-f32-bf16-1"),
    Fault("packer's rows in another order", "tensix_pack", "        at = row + i\n", "        at = row + (i ^ 1)\n",
          "tiny_mul-f32-1"),
    Fault("unpacker's bytes swapped", "tensix_unpack", "as_int(l1[b]) << 16 | as_int(l1[b + 1]) << 24",
          "as_int(l1[b + 1]) << 16 | as_int(l1[b]) << 24", "tiny_mul-bf16-1"),
    Fault("TF32 cut to bf16", "tensix_unpack", "keep = 0xFFFFE000", "keep = 0xFFFF0000", "tiny_matmul_hifi4-f32-1"),
    Fault("low mantissa bits in every phase", "tensix_fpu", "(mantissa >> 1 & 31) if phase & 1 else mantissa >> 6",
          "mantissa >> 6", "tiny_matmul_hifi4-bf16-1"),
    Fault("products are cut, not rounded", "tensix_fpu", "((product << 1) + (1 << d)) >> (d + 1)", "product >> d",
          "tiny_matmul_lofi-bf16-1"),
    Fault("sums are cut, not rounded", "tensix_fpu", "r = ((m << left) + (1 << right >> 1)) >> right",
          "r = (m << left) >> right", "tiny_matmul_hifi4-f32-1", "blackhole"),
    Fault("total order of negative numbers", "tensix_bits", "(bits ^ 0x7FFFFFFF) - 0x100000000", "bits - 0x100000000",
          "tiny_maximum-f32-1"),
    Fault("shift by four bits only", "tensix_lane", "value << (by & 31)", "value << (by & 15)", "tiny_cast-f32-bf16-1"),
    Fault("condition of sign", "tensix_sfpu", "(_ALL if mode & 2 else 0x80000000), mode >> 2",
          "(_ALL if mode & 2 else 0x80000000), 0", "tiny_reciprocal-f32-1"),
    Fault("unsigned branch is signed", "riscv", "    if f3 == 6:\n        return a < b",
          "    if f3 == 6:\n        return signed(a) > signed(b)", "tiny_transpose-f32-1"),
    Fault("high half of a product", "alu", ">> np.uint64(32)", ">> np.uint64(31)", "tiny_transpose-f32-1"),
    Fault("bank of the source registers stays", "tensix_unpack", "t.banks[3 * unit + UNPACK_BANK] = bank ^ 1", "pass",
          "tiny_max1-bf16-1"),
    Fault("half of a face is transposed", "tensix_move", "        for j in range(i):\n",
          "        for j in range(i // 2):\n", "tiny_matmul_transposed_first-f32-1"),
    Fault("NoC reads from the next bank", "noc", "-2 - ", "-3 - ", "tiny_add-f32-1"),
)  # fmt: skip


def named(faults: tuple[Fault, ...]) -> list[object]:
    return [pytest.param(f, id=f.name.replace(" ", "_")) for f in faults]


@pytest.mark.parametrize("fault", named(KERNELS))
def test_fault_of_kernels_is_caught(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    seed(monkeypatch, fault.place, fault.old, fault.new)
    with pytest.raises((AssertionError, MeshJitError)) as caught:
        holds(fault)
    assert getattr(caught.value, "code", "") not in NO_PROGRAM, caught.value


@pytest.mark.parametrize("fault", named(EMULATOR))
def test_fault_of_the_emulator_is_caught(fault: Fault) -> None:
    with pytest.raises((AssertionError, MeshJitError)):
        holds_plainly(fault, (fault.place, fault.old, fault.new))


@pytest.mark.parametrize(("case", "chip"), sorted({(f.case, f.chip) for f in KERNELS}))
def test_kernels_hold_without_faults(case: str, chip: str) -> None:
    holds(Fault("", "", "", "", case, chip))


@pytest.mark.parametrize(("case", "chip"), sorted({(f.case, f.chip) for f in EMULATOR}))
def test_plain_emulator_holds_without_faults(case: str, chip: str) -> None:
    holds_plainly(Fault("", "", "", "", case, chip))
