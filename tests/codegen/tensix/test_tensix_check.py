"""The static checker refuses a kernel that breaks a rule, and passes the same kernel with the rule kept."""

from __future__ import annotations

import pytest

from meshjit.arch import BLACKHOLE, CONFIG_BASE, INSTRUCTION_PUSH, MOP_CONFIG_BASE, TENSIX_SYNC, WORMHOLE
from meshjit.codegen import riscv
from meshjit.codegen.tensix import isa
from meshjit.errors import CodegenError
from meshjit.ir.program import Role

LOOP = """
  br label %loop
loop:
  %i = phi i32 [ 0, %entry ], [ %n, %loop ]
{body}
  %n = add i32 %i, 1
  %more = icmp ult i32 %n, 32
  br i1 %more, label %loop, label %halt
"""
MAD = "  tt SFPMAD d=0 a=1 b=2 c=9\n"
NOP = "  tt SFPNOP\n"
STORE = "  tt SFPSTORE d=0 mode=3 addr_mode=3\n"
LOAD = "  tt SFPLOAD d=1 mode=3\n"
STALL = "  tt STALLWAIT block=CFG wait=THCON+UNPACK0\n"
WRITE = "  tt WRCFG config=64 reg=4\n"
DMANOP = "  tt DMANOP\n"
UNPACK = "  tt UNPACR override=1 last=1 set_valid=1\n"
PACK = "  tt PACR addr_mode=0 pack_sel=15 last=1\n"
FPU = "  tt MOVA2D mode=2\n"
STOREREG = "  tt STOREREG reg=8 address=73731\n"
COUNT = "  tt STALLWAIT block=TDMA+THCON wait=UNPACK\n" + STOREREG
MODE = "  tt SETC16 config={} value=0\n"


def poke(address: int, value: str = "7") -> str:
    return f"  store volatile i32 {value}, ptr inttoptr (i32 {address} to ptr)\n"


def peek(name: str, address: int, *, use: bool = True) -> str:
    load = f"  %{name} = load volatile i32, ptr inttoptr (i32 {address} to ptr)\n"
    return load + (f"  store volatile i32 %{name}, ptr inttoptr (i32 {0xFFB00010} to ptr)\n" if use else "")


L1, CONFIG, SYNC, MOP = 0x20000, CONFIG_BASE + 4 * 64, TENSIX_SYNC, MOP_CONFIG_BASE
COUNTER = WORMHOLE.cb_register(0, received=True)
#: A macro operation of MOVA2Ds, known to have been stored.
MACRO = poke(MOP + 4 * 5, str(isa.encode_line("MOVA2D mode=2", "wormhole"))) + poke(SYNC) + peek("m", SYNC)
WAIT = "  tt SEMWAIT semaphores=1 condition=1 block=TDMA+SYNC+PACK\n"
#: SETADC of the packer, with an operand from memory.
PUSHED = (
    peek("slot", 0x1C000, use=False)
    + f"  %word = or i32 %slot, {isa.encode_line('SETADC units=4 dimension=3', 'wormhole')}\n"
    + poke(INSTRUCTION_PUSH, "%word")
)
RELEASE = poke(WORMHOLE.soft_reset, "0")
AB0, PACK0 = (WORMHOLE.thread_config[name] for name in ("addr_mod_ab0", "addr_mod_pack0"))
#: Two rows of Dst that MOVA2D writes, and a sum onto one of them; no address mode steps Dst.
MOVES = MODE.format(WORMHOLE.thread_config["addr_mod_dst0"]) + FPU
SUM = "  tt ELWADD accumulate=1 dst={}\n"
_CTRL = poke(WORMHOLE.noc.base + WORMHOLE.noc.stride + WORMHOLE.noc.ctrl, "18")
SEND = _CTRL + "{}" + poke(WORMHOLE.noc.base + WORMHOLE.noc.stride + WORMHOLE.noc.command, "1")


def kernel(body: str) -> str:
    head = "define void @kernel() null_pointer_is_valid noreturn nounwind {\nentry:\n"
    tail = "halt:\n  br label %halt\n}\n"
    return head + (body if "br label %loop" in body or "label %halt" in body else body + "  br label %halt\n") + tail


#: (code, kernel that breaks a rule, the same kernel in order)
CASES = {
    "mad_then_store": ("MJ4141", MAD + STORE, MAD + NOP + STORE),
    "mad_then_dependent_add": (
        "MJ4141", MAD + "  tt SFPADD d=3 a=10 b=0 c=1\n", MAD + NOP + "  tt SFPADD d=3 a=10 b=0\n",
    ),
    "mad_to_the_register_that_another_names": (
        "MJ4141", "  tt SFPMAD d=0 a=1 b=2 c=9 mode=8\n  tt SFPSTORE d=5 mode=3\n",
        "  tt SFPMAD d=0 a=1 b=2 c=9 mode=8\n" + NOP + "  tt SFPSTORE d=5 mode=3\n",
    ),
    "mad_of_the_register_that_another_names": (
        "MJ4141", MAD + "  tt SFPMAD d=3 a=1 b=2 c=9 mode=4\n", MAD + NOP + "  tt SFPMAD d=3 a=1 b=2 c=9 mode=4\n",
    ),
    "mad_across_the_back_edge": (
        "MJ4141",
        LOOP.format(body="  tt SFPSTORE d=0 mode=3\n" + MAD),
        LOOP.format(body="  tt SFPSTORE d=0 mode=3\n" + MAD + NOP),
    ),
    "mad_across_a_replay": (
        "MJ4141",
        "  tt REPLAY load=1 length=2\n" + STORE + MAD + "  tt REPLAY length=2\n  tt REPLAY length=2\n",
        "  tt REPLAY load=1 length=3\n" + STORE + MAD + NOP + "  tt REPLAY length=3\n  tt REPLAY length=3\n",
    ),
    "rotation_without_nop": (
        "MJ4141", "  tt SFPSHFT2 d=1 c=0 mode=3\n" + LOAD, "  tt SFPSHFT2 d=1 c=0 mode=3\n" + NOP + LOAD,
    ),
    "write_without_stall": ("MJ4142", WRITE + DMANOP * 2 + UNPACK, STALL + WRITE + DMANOP * 2 + UNPACK),
    "write_waits_for_wrong_unit": (
        "MJ4142",
        "  tt STALLWAIT block=CFG wait=THCON\n" + WRITE + DMANOP * 2 + UNPACK,
        STALL + WRITE + DMANOP * 2 + UNPACK,
    ),
    "write_with_one_nop": ("MJ4142", STALL + WRITE + DMANOP + UNPACK, STALL + WRITE + DMANOP * 2 + UNPACK),
    "count_before_unpack_is_done": (
        "MJ4143",
        UNPACK + "  tt STOREREG reg=8 address=73731\n",
        UNPACK + "  tt STALLWAIT block=TDMA+THCON wait=UNPACK\n  tt STOREREG reg=8 address=73731\n",
    ),
    "count_before_pack_is_done": (
        "MJ4143",
        PACK + "  tt STALLWAIT block=TDMA+THCON wait=THCON\n  tt STOREREG reg=8 address=73732\n",
        PACK + "  tt STALLWAIT block=TDMA+THCON wait=PACK\n  tt STOREREG reg=8 address=73732\n",
    ),
    "count_waits_for_the_other_unit": (
        "MJ4143", UNPACK + "  tt STALLWAIT block=TDMA+THCON wait=PACK\n" + STOREREG, UNPACK + COUNT,
    ),
    "count_after_another_tile": (
        "MJ4143", UNPACK + COUNT + UNPACK + STOREREG, UNPACK + COUNT + UNPACK + COUNT,
    ),
    "write_waits_for_the_other_unpacker": (
        "MJ4142", "  tt STALLWAIT block=CFG wait=THCON+UNPACK1\n" + WRITE + DMANOP * 2 + UNPACK,
        STALL + WRITE + DMANOP * 2 + UNPACK,
    ),
    "mode_while_matrix_unit_runs": (
        "MJ4142", FPU + MODE.format(AB0), FPU + "  tt STALLWAIT block=CFG wait=MATH\n" + MODE.format(AB0),
    ),
    "mode_while_a_macro_operation_runs": (
        "MJ4142", MACRO + "  tt MOP type=1\n" + MODE.format(AB0),
        MACRO + "  tt MOP type=1\n  tt STALLWAIT block=CFG wait=MATH\n" + MODE.format(AB0),
    ),
    "mode_while_packer_runs": (
        "MJ4142", PACK + MODE.format(PACK0), PACK + "  tt STALLWAIT block=CFG wait=PACK\n" + MODE.format(PACK0),
    ),
    "address_counter_while_packer_runs": (
        "MJ4142", PACK + "  tt SETADC units=4 dimension=3 value=1\n",
        PACK + "  tt STALLWAIT block=TDMA wait=PACK\n  tt SETADC units=4 dimension=3 value=1\n",
    ),
    "address_counter_while_unpacker_runs": (
        "MJ4142", UNPACK + "  tt SETADCZW units=1 mask=4 z1=1\n", UNPACK + "  tt SETADCZW units=1 mask=1 z0=1\n",
    ),
    "address_counter_built_at_run_time": (
        "MJ4142", PACK + PUSHED, PACK + "  tt STALLWAIT block=TDMA wait=PACK\n" + PUSHED,
    ),
    "post_waits_for_the_other_unit": (
        "MJ4144", FPU + "  tt STALLWAIT block=SYNC wait=SFPU\n  tt SEMPOST semaphores=1\n",
        FPU + "  tt STALLWAIT block=SYNC wait=MATH+SFPU\n  tt SEMPOST semaphores=1\n",
    ),
    "post_while_a_replay_runs": (
        "MJ4144", "  tt REPLAY load=1 length=1\n" + FPU + "  tt REPLAY length=1\n  tt SEMPOST semaphores=1\n",
        "  tt REPLAY load=1 length=1\n" + FPU + "  tt SEMPOST semaphores=1\n",
    ),
    "dst_given_back_before_it_is_packed": (
        "MJ4144", WAIT + PACK + "  tt SEMGET semaphores=1\n",
        PACK + WAIT + "  tt SEMGET semaphores=1\n" + WAIT + PACK
        + "  tt STALLWAIT block=SYNC wait=PACK\n  tt SEMGET semaphores=1\n",
    ),
    "wait_that_another_replaces": (
        "MJ4144", FPU + "  tt STALLWAIT block=MATH wait=MATH\n" + WAIT + "  tt SEMPOST semaphores=2\n",
        FPU + "  tt STALLWAIT block=MATH+SYNC wait=MATH\n" + WAIT + "  tt SEMPOST semaphores=2\n",
    ),
    "semaphore_does_not_hold_back": (
        "MJ4144", "  tt SEMWAIT semaphores=1 condition=1 block=SYNC\n" + PACK, WAIT + PACK,
    ),
    "moved_rows_summed_at_once": (
        "MJ4145", MOVES + NOP * 2 + SUM.format(0), MOVES + NOP * 3 + SUM.format(0) + FPU + SUM.format(8),
    ),
    "source_register_not_waited_for": (
        "MJ4145", "  tt ZEROSRC sources=1 write=1\n", FPU + "  tt ZEROSRC sources=1 write=1\n",
    ),
    "post_before_work_is_done": (
        "MJ4144", FPU + "  tt SEMPOST semaphores=1\n",
        FPU + "  tt STALLWAIT block=SYNC wait=MATH\n  tt SEMPOST semaphores=1\n",
    ),
    "vector_unit_after_matrix_unit": ("MJ4145", FPU + LOAD, FPU + "  tt STALLWAIT block=SFPU wait=MATH\n" + LOAD),
    "matrix_unit_after_vector_unit": (
        "MJ4145", LOAD + FPU, LOAD + "  tt STALLWAIT block=MATH wait=SFPU\n" + FPU,
    ),
    "page_published_under_way": ("MJ4146", poke(L1) + poke(COUNTER), poke(L1) + peek("a", L1) + poke(COUNTER)),
    "page_read_back_elsewhere": (
        "MJ4146", poke(L1) + peek("a", L1 + 4) + poke(COUNTER), poke(L1 + 4) + peek("a", L1 + 4) + poke(COUNTER),
    ),
    "page_stored_again": (
        "MJ4146", poke(L1) + peek("a", L1, use=False) + poke(L1) + poke(0xFFB00010, "%a") + poke(COUNTER),
        poke(L1) + poke(L1) + peek("a", L1) + poke(COUNTER),
    ),
    "page_read_back_unused": (
        "MJ4146", poke(L1) + peek("a", L1, use=False) + poke(COUNTER), poke(L1) + peek("a", L1) + poke(COUNTER),
    ),
    "sent_under_way": ("MJ4146", SEND.format(poke(L1)), SEND.format(poke(L1) + peek("a", L1))),
    "instruction_after_configuration": (
        "MJ4146", poke(CONFIG) + UNPACK, poke(CONFIG) + "  tt STALLWAIT block=TDMA wait=MMIO\n" + UNPACK,
    ),
    "release_after_configuration": ("MJ4146", poke(CONFIG) + RELEASE, poke(CONFIG) + peek("a", CONFIG) + RELEASE),
    "release_after_counters": ("MJ4146", poke(COUNTER) + RELEASE, poke(COUNTER) + peek("a", COUNTER) + RELEASE),
    "macro_changed_while_expanding": (
        "MJ4146", "  tt MOP type=1\n" + poke(MOP), "  tt MOP type=1\n" + poke(SYNC) + peek("a", SYNC) + poke(MOP),
    ),
    "macro_expanded_while_changing": (
        "MJ4146", MACRO.removesuffix(peek("m", SYNC)) + "  tt MOP type=1\n", MACRO + "  tt MOP type=1\n",
    ),
    "configuration_while_instructions_run": (
        "MJ4146", UNPACK + poke(CONFIG), UNPACK + poke(SYNC) + peek("a", SYNC) + poke(CONFIG),
    ),
    "synchronised_too_early": (
        "MJ4146", "  tt MOP type=1\n" + peek("a", SYNC), "  tt MOP type=1\n" + poke(SYNC) + peek("a", SYNC),
    ),
    "row_counter_while_vector_unit_runs": (
        "MJ4145", LOAD + "  tt SETRWC mask=4\n", LOAD + "  tt STALLWAIT block=MATH wait=SFPU\n  tt SETRWC mask=4\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_rule(case: str) -> None:
    code, broken, kept = CASES[case]
    riscv.compile_image(kernel(kept), Role.TRISC1, WORMHOLE)
    with pytest.raises(CodegenError) as caught:
        riscv.compile_image(kernel(broken), Role.TRISC1, WORMHOLE)
    assert caught.value.code == code
    assert "ISA documentation, WormholeB0" in str(caught.value)


#: What reads L0 unseen by Blackhole's vector unit right after L0 = L1 * L2 (SFPMAD, instruction scheduling), and alike
#: instructions that it sees.
UNSEEN = {
    "and_of_two_others": ("tt SFPAND mode=1 d=3 c=4", "tt SFPAND d=0 c=4"),
    "or_of_two_others": ("tt SFPOR mode=1 d=3 c=4", "tt SFPOR d=3 c=0"),
    "integer_sum": ("tt SFPIADD d=0 c=3 mode=4", "tt SFPIADD d=3 c=0 mode=4"),
    "integer_sum_with_conditions": ("tt SFPIADD d=0 c=3 mode=10", "tt SFPIADD d=3 c=0 mode=5 imm=1"),
    "shift": ("tt SFPSHFT d=0 c=3", "tt SFPSHFT d=3 c=0"),
    "shift_by_a_constant": ("tt SFPSHFT d=0 mode=1 imm=3", "tt SFPSHFT d=3 c=0 mode=5 imm=3"),
    "constant_register": ("tt SFPCONFIG d=12", "tt SFPMOV d=3 c=0"),
    "minimum": ("tt SFPSWAP d=3 c=0 mode=1", "tt SFPSWAP d=3 c=0"),
    "maximum": ("tt SFPSWAP d=0 c=3 mode=9", "tt SFPSWAP d=0 c=3"),
    "rotation": ("tt SFPSHFT2 d=1 c=0 mode=3", "tt SFPSHFT2 d=0 mode=0"),
    "rotation_that_shifts_in": ("tt SFPSHFT2 d=1 c=0 mode=4", "tt SFPSHFT2 d=0 c=3 mode=4"),
    "rotation_and_copies": ("tt SFPSHFT2 d=4 c=0 mode=2", "tt SFPSHFT2 d=4 c=5 mode=2"),
    "shift_of_another": ("tt SFPSHFT2 d=3 c=4 imm=0 mode=5", "tt SFPSHFT2 d=3 c=0 imm=4 mode=5"),
    "shift_of_another_by_a_constant": ("tt SFPSHFT2 d=3 imm=16 mode=6", "tt SFPSHFT2 d=3 imm=17 mode=6"),
}


@pytest.mark.parametrize("case", UNSEEN)
def test_blackhole_holds_back_what_it_sees(case: str) -> None:
    unseen, seen = (f"  {line}\n" for line in UNSEEN[case])
    for kept in (MAD + seen, MAD + NOP + unseen):
        riscv.compile_image(kernel(kept), Role.TRISC1, BLACKHOLE)
    with pytest.raises(CodegenError, match="reads L0, which the vector unit does not see") as caught:
        riscv.compile_image(kernel(MAD + unseen), Role.TRISC1, BLACKHOLE)
    assert caught.value.code == "MJ4141"


@pytest.mark.parametrize(
    "body",
    [MAD + STORE, MAD + "  tt SFPMAD d=3 a=1 b=2 c=9 mode=4\n", "  tt SFPSHFT2 d=1 c=0 mode=3\n" + LOAD],
    ids=["multiply_add", "multiply_add_of_any_register", "rotation"],
)
def test_blackhole_waits_itself(body: str) -> None:
    riscv.compile_image(kernel(body), Role.TRISC1, BLACKHOLE)


def test_blackhole_does_not_see_what_a_result_may_be_in():
    body = "  tt SFPMAD d=0 a=1 b=2 c=9 mode=8\n  tt SFPSHFT2 d=1 c=5 mode=3\n"
    with pytest.raises(CodegenError, match="SFPSHFT2, reads L5, which the vector unit does not see"):
        riscv.compile_image(kernel(body), Role.TRISC1, BLACKHOLE)


def test_every_wait_holds_back_another_on_blackhole():
    _, broken, _ = CASES["wait_that_another_replaces"]
    riscv.compile_image(kernel(broken), Role.TRISC1, BLACKHOLE)


def test_a_stall_without_conditions_waits_for_other_units_on_each_chip():
    post = "  tt STALLWAIT block=SYNC\n  tt SEMPOST semaphores=1\n"
    for arch in (WORMHOLE, BLACKHOLE):
        riscv.compile_image(kernel(UNPACK + PACK + post), Role.TRISC1, arch)
        with pytest.raises(CodegenError, match="without a stall for the matrix unit"):
            riscv.compile_image(kernel(FPU + post), Role.TRISC1, arch)


def test_pages_that_blackhole_has_not_are_wormholes():
    with pytest.raises(CodegenError, match=r"WormholeB0, RWCs\.md"):
        riscv.compile_image(kernel(LOAD + "  tt SETRWC mask=4\n"), Role.TRISC1, BLACKHOLE)
    with pytest.raises(CodegenError, match=r"BlackholeA0, BabyRISCV/ManualTTSync\.md"):
        riscv.compile_image(kernel("  tt MOP type=1\n" + peek("a", SYNC)), Role.TRISC1, BLACKHOLE)


def test_a_recording_fits_the_replay_buffer():
    riscv.compile_image(kernel("  tt REPLAY load=1\n" + NOP * 32 + "  tt REPLAY\n"), Role.TRISC1, WORMHOLE)
    with pytest.raises(CodegenError, match="more than the replay buffer holds"):
        riscv.compile_image(kernel("  tt REPLAY load=1 length=33\n" + NOP * 33), Role.TRISC1, WORMHOLE)


FENCE = "  fence seq_cst\n"
PAGE, ARRIVED = 0x20000, BLACKHOLE.noc.base + BLACKHOLE.noc.read_responses
POLL = """
  br label %poll
poll:
{fence}  %have = load volatile i32, ptr inttoptr (i32 114688 to ptr)
  %other = icmp ne i32 %have, 1
  br i1 %other, label %poll, label %halt
"""
COPY = peek("old", PAGE, use=False) + poke(PAGE + 64, "%old")
#: The same for the data cache of Blackhole's cores: (code, kernel that breaks a rule, the same kernel in order).
CACHED = {
    "arguments_of_the_launch_before": ("MJ4157", peek("a", 0x1C000), FENCE + peek("a", 0x1C000)),
    "word_polled_in_the_cache": ("MJ4157", FENCE + POLL.format(fence=""), POLL.format(fence=FENCE)),
    "page_kept_from_before_it_came": (
        "MJ4157", FENCE + peek("n", ARRIVED) + COPY, FENCE + peek("n", ARRIVED) + FENCE + COPY,
    ),
    "page_fenced_but_not_read_back": (
        "MJ4146",
        FENCE + poke(L1) + FENCE + poke(BLACKHOLE.cb_register(0, received=True)),
        FENCE + poke(L1) + peek("a", L1) + poke(BLACKHOLE.cb_register(0, received=True)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CACHED)
def test_rule_of_the_data_cache(case: str) -> None:
    code, broken, kept = CACHED[case]
    riscv.compile_image(kernel(kept), Role.NCRISC, BLACKHOLE)
    with pytest.raises(CodegenError) as caught:
        riscv.compile_image(kernel(broken), Role.NCRISC, BLACKHOLE)
    assert caught.value.code == code
    assert "rule: ISA documentation, BlackholeA0, BabyRISCV/MemoryOrdering.md" in str(caught.value)


def test_a_fence_is_refused_on_wormhole():
    with pytest.raises(CodegenError, match="does nothing on Wormhole") as caught:
        riscv.compile_image(kernel(FENCE), Role.NCRISC, WORMHOLE)
    assert caught.value.code == "MJ4157"
