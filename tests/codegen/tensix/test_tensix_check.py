"""The static checker refuses a kernel that breaks a rule, and passes the same kernel with the rule kept."""

from __future__ import annotations

import pytest

from meshjit.arch import BLACKHOLE, CONFIG_BASE, MOP_CONFIG_BASE, TENSIX_SYNC, WORMHOLE
from meshjit.codegen import riscv
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


def poke(address: int, value: str = "7") -> str:
    return f"  store volatile i32 {value}, ptr inttoptr (i32 {address} to ptr)\n"


def peek(name: str, address: int, *, use: bool = True) -> str:
    load = f"  %{name} = load volatile i32, ptr inttoptr (i32 {address} to ptr)\n"
    return load + (f"  store volatile i32 %{name}, ptr inttoptr (i32 {0xFFB00010} to ptr)\n" if use else "")


L1, CONFIG, SYNC, MOP = 0x20000, CONFIG_BASE + 4 * 64, TENSIX_SYNC, MOP_CONFIG_BASE
COUNTER = WORMHOLE.cb_register(0, received=True)
RELEASE = poke(WORMHOLE.soft_reset, "0")
_CTRL = poke(WORMHOLE.noc.base + WORMHOLE.noc.stride + WORMHOLE.noc.ctrl, "18")
SEND = _CTRL + "{}" + poke(WORMHOLE.noc.base + WORMHOLE.noc.stride + WORMHOLE.noc.command, "1")


def kernel(body: str) -> str:
    head = "define void @kernel() null_pointer_is_valid noreturn nounwind {\nentry:\n"
    tail = "halt:\n  br label %halt\n}\n"
    return head + (body if "br label %loop" in body else body + "  br label %halt\n") + tail


#: (code, kernel that breaks a rule, the same kernel in order)
CASES = {
    "mad_then_store": ("MJ4141", MAD + STORE, MAD + NOP + STORE),
    "mad_then_dependent_add": (
        "MJ4141", MAD + "  tt SFPADD d=3 a=10 b=0 c=1\n", MAD + NOP + "  tt SFPADD d=3 a=10 b=0\n",
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
    "synchronised_too_early": (
        "MJ4146", "  tt MOP type=1\n" + peek("a", SYNC), "  tt MOP type=1\n" + poke(SYNC) + peek("a", SYNC),
    ),
    "row_counter_while_vector_unit_runs": (
        "MJ4145", LOAD + "  tt SETRWC mask=4\n", LOAD + "  tt STALLWAIT block=MATH wait=SFPU\n  tt SETRWC mask=4\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_rule(case):
    code, broken, kept = CASES[case]
    riscv.compile_image(kernel(kept), Role.TRISC1, WORMHOLE)
    with pytest.raises(CodegenError) as caught:
        riscv.compile_image(kernel(broken), Role.TRISC1, WORMHOLE)
    assert caught.value.code == code
    assert "ISA documentation" in str(caught.value)


def test_blackhole_waits_for_multiply_adds_itself():
    riscv.compile_image(kernel(MAD + STORE), Role.TRISC1, BLACKHOLE)
