"""Kernels that lack a barrier, a wait or a stall: strict mode names the race or the hazard, whatever the results."""

from __future__ import annotations

import pytest
from corpus.runner import Triple, load, node_of, open_chip, run
from seeding import seed

from meshjit.codegen.tensix import check
from meshjit.errors import DeviceError
from meshjit.toolchain import cache

TRIPLES: dict[str, Triple] = {t.name: t for t in load()}
LIB = "tensix/lib.ll.j2"
#: (what is missing, template, its text, its replacement, corpus program, code, words of the message).
FAULTS = (
    ("the reader's barrier", "tensix/reader_tiles.ll.j2", "{{ t.reads_done('done') }}\n", "", "mul-f32-1", "MJ6116",
     ("Tensix thread 0 reads it", "a NoC 0 read of ncrisc wrote it")),
    ("the writer's barrier", "tensix/writer_range.ll.j2", "{{ t.writes_done('wd') }}\n", "", "mul-f32-1", "MJ6116",
     ("Tensix thread 2 writes it", "a NoC 0 write of brisc read it")),
    ("the writer's wait", "tensix/writer_range.ll.j2", "{{ t.cb_wait('w', out, 1) }}\n", "", "mul-f32-1", "MJ61", ()),
    ("the packer's reserve", "tensix/pack_tiles.ll.j2", "{{ t.cb_reserve('r', out, 1) }}\n", "", "mul-f32-1", "MJ6116",
     ("Tensix thread 2 writes it", "a NoC 0 write of brisc read it")),
    ("the reader's reserve", "tensix/reader_tiles.ll.j2", "{{ t.cb_reserve('rs' ~ k, o.cb, 1) }}\n", "", "mul-f32-1",
     "MJ6116", ("a NoC 0 read of ncrisc", "Tensix thread 0")),
    ("NOPs after WRCFG", LIB, "hw.unpack1_base }} reg={{ hw.gpr_value }}\n  tt DMANOP\n",
     "hw.unpack1_base }} reg={{ hw.gpr_value }}\n", "tiny_add-f32-1", "MJ6219", ("Tensix thread 0",)),
    ("SFPNOP after a multiply-add", "meshjit.codegen.tensix.registers",
     'if not at:\n                out.append("SFPNOP")', "", "exp-f32-2x2", "MJ6218", ("Tensix thread 1",)),
    ("the stall before a count", LIB, "  tt STALLWAIT block=TDMA+THCON wait=UNPACK\n", "", "tiny_add-f32-1", "MJ6217",
     ("Tensix thread 0",)),
    ("the stall before the vector unit", LIB,
     "{% macro sfpu_tile(p, program) %}\n  tt STALLWAIT block=SFPU wait=MATH\n",
     "{% macro sfpu_tile(p, program) %}\n", "exp-bf16-2x2", "MJ6217", ("Tensix thread 1",)),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kernels are built anew, and the static checker lets them pass."""
    monkeypatch.setattr(cache, "get", lambda text, machine, build: build())
    monkeypatch.setattr(check, "check", lambda *args: None)
    monkeypatch.setattr(check, "prove", lambda *args: None)


@pytest.mark.parametrize(
    ("place", "old", "new", "case", "code", "words"),
    [pytest.param(*fault, id=name.replace(" ", "_")) for name, *fault in FAULTS],
)
def test_what_is_missing_is_an_error(
    monkeypatch: pytest.MonkeyPatch, place: str, old: str, new: str, case: str, code: str, words: tuple[str, ...]
) -> None:
    triple = TRIPLES[case]
    seed(monkeypatch, place, old, new)
    with pytest.raises(DeviceError) as caught:
        for options in ({}, {"seed": 1}, {"seed": 2}):
            run(triple, "wormhole", open_chip("emulator", "wormhole", node_of(triple.text)[1], **options))
    error = caught.value
    assert error.code.startswith(code) and all(w in error.summary for w in words), error
