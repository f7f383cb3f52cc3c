"""How the matrix unit multiplies two tiles: sequences of MVMULs for the replay buffer, and the MOP that runs them.

One MVMUL adds 8 rows of SrcB (A's tile) times 16 rows of SrcA (B's tile) to 8 rows of Dst: 16 of them are a tile
product of one fidelity phase. ISA documentation, pages MVMUL, RWCs, REPLAY, MOPExpander, TRNSPSRCB.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from meshjit.arch import Arch
from meshjit.codegen.tensix import isa

#: SrcA's step after each of the 16 MVMULs, as address modes (0: 0 rows, 1: 32, 2: 48, 3: 16 and the next phase), and
#: the Dst row each adds to. SrcB steps by 8 rows, so MVMUL i reads rows 8 i mod 64 of SrcB.
_ADDR_MODES = (0, 1, 0, 1, 0, 1, 0, 2, 0, 1, 0, 1, 0, 1, 0, 3)
_DST_ROWS = (0, 8, 0, 8, 32, 40, 32, 40, 16, 24, 16, 24, 48, 56, 48, 56)

#: The same when SrcA holds a tile whose faces were transposed one by one while they were unpacked: the tile transposed
#: has faces 1 and 2 in each other's place, so SrcA steps by 0, 16 or 48 rows.
_ADDR_MODES_TRANSPOSED = (0, 1, 0, 2, 0, 1, 0, 1, 0, 1, 0, 2, 0, 1, 0, 3)

_FIDELITY_STEP, _FIDELITY_CLEAR = 1 << 13, 1 << 15


def _ab(a: int, b: int) -> int:
    """The SrcA/SrcB word of an address mode: rows to step each by."""
    return a | b << 8


@dataclass(frozen=True)
class Products:
    """What the math kernel of a matmul pushes.

    ``modes`` are its address modes as (SrcA/SrcB word, Dst word), ``replay`` the replay buffer, ``mop`` the nine words
    of the MOP template that runs a tile product. Lines to push: ``begin`` before a block's products, ``step`` after a
    product whose held tile stays, ``end`` after the last product of a held tile.
    """

    modes: tuple[tuple[int, int], ...]
    replay: tuple[str, ...]
    mop: tuple[int, ...]
    begin: tuple[str, ...]
    step: tuple[str, ...]
    end: tuple[str, ...]


def products(
    phases: int, arch: Arch, *, hold: Literal["a", "b"], a_transposed: bool = False, b_transposed: bool = False
) -> Products:
    """The products of tiles of A and B in 1 to 4 fidelity phases; the tile of ``hold`` stays in its source register.

    A transposed A cannot be held.
    """
    if a_transposed:
        return _by_faces(phases, arch, b_transposed=b_transposed)
    a_modes = _ADDR_MODES_TRANSPOSED if b_transposed else _ADDR_MODES
    nop, replay = isa.encode_line("NOP", arch.name), isa.encode_line("REPLAY length=16 start=0", arch.name)
    return Products(
        modes=((_ab(0, 8), 0), (_ab(16 if b_transposed else 32, 8), 0), (_ab(48, 8), 0), (_ab(16, 8), _FIDELITY_STEP)),
        replay=tuple(f"MVMUL dst={dst} addr_mode={mode}" for dst, mode in zip(_DST_ROWS, a_modes, strict=True)),
        mop=(1, phases, nop, nop, nop, replay, nop, replay, replay),
        begin=(),
        step=(f"SETRWC mask=15 clear={1 if hold == 'a' else 2}",),
        end=("SETRWC mask=15 clear=3",),
    )


#: Address modes of products face by face. SrcB steps to the face's other half and back; after both, mode 1 goes to the
#: next fidelity phase, modes 2 and 3 to other rows of SrcA.
_OTHER_HALF, _NEXT_PHASE, _NEXT_FACE, _LAST_FACE = range(4)


def _by_faces(phases: int, arch: Arch, *, b_transposed: bool) -> Products:
    """Products with a transposed A.

    A's tile is stored transposed: its face (k, i) comes alone, in rows 16 to 31 of SrcB, where TRNSPSRCB transposes it
    in one cycle (MatrixUnit), so that no NOP is needed. It meets the faces (k, 0) and (k, 1) of B's tile, then SrcB is
    handed back. The MOP's outer loop is k; its start and end instructions transpose for i = 0 and 1.
    """
    # SrcA's rows are 32 k + 16 j, or 16 k + 32 j when B was transposed face by face. From the last face for i = 0 the
    # way leads back, from the last one for i = 1 to the next k.
    there, back = (32, 48) if b_transposed else (16, 48)
    first, second = (_NEXT_FACE, _LAST_FACE) if b_transposed else (_LAST_FACE, _NEXT_FACE)
    body = [*_face(0, phases, first), *_face(32, phases, second)]
    half = len(body) // 2
    nop, turn, one, other = (
        isa.encode_line(line, arch.name)
        for line in ("NOP", "TRNSPSRCB", f"REPLAY length={half} start=0", f"REPLAY length={half} start={half}")
    )
    # With faces 1 and 2 of B exchanged, two rounds do not lead back to row 0.
    home = ("SETRWC mask=1",) if b_transposed else ()
    return Products(
        modes=(
            (_ab(0, 8), 0),
            (_ab(0, 56), _FIDELITY_STEP),
            (_ab(there, 56), _FIDELITY_CLEAR),
            (_ab(back, 56), _FIDELITY_CLEAR),
        ),
        replay=tuple(body),
        mop=(2, 1, turn, turn, other, one, nop, one, one),
        begin=("SETRWC mask=15 b=8", "INCRWC b=8"),
        step=home,
        end=("SETRWC mask=1 clear=1",),
    )


def _face(dst: int, phases: int, last: int) -> Iterator[str]:
    """The MVMULs of one face of A, to Dst rows from ``dst`` on; address mode ``last`` follows the last."""
    for j in (0, 1):
        for phase in range(phases):
            mode = _NEXT_PHASE if phase + 1 < phases else last if j else _NEXT_FACE
            clear = " clear=2" if j and phase + 1 == phases else ""
            yield f"MVMUL dst={dst + 16 * j} addr_mode={_OTHER_HALF}"
            yield f"MVMUL dst={dst + 16 * j + 8} addr_mode={mode}{clear}"
