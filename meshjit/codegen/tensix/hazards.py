"""What the next vector instruction must not read of a multiply-add's result, which takes two cycles.

Wormhole's vector unit holds nothing back: the next instruction must not read the result at all. Blackhole's stalls the
thread by itself when it sees that the next instruction reads it, but it does not see every operand (Blackhole's ISA
documentation, TensixCoprocessor/SFPMAD, instruction scheduling; SFPADD, SFPMUL, SFPADDI and SFPMULI are alike).
"""

from __future__ import annotations

from collections.abc import Callable

#: The value of an operand field, 0 when the instruction has none of that name.
Get = Callable[[str], int]

#: A multiply-add's first operand, or its result, is in the register that L7 names (SFPMAD).
_INDIRECT_VA, _INDIRECT_VD = 4, 8
_ANY = frozenset(range(16))
_NONE: frozenset[int] = frozenset()
#: Modes of SFPSHFT2 that move values between lanes, for two cycles.
ROTATIONS = frozenset({2, 3, 4})


def parse(line: str) -> tuple[str, Get]:
    """Name and operand fields of a line such as ``SFPMAD d=0 a=1 b=2 c=9``."""
    name, *fields = line.split()
    values = {key: int(value) for key, _, value in (f.partition("=") for f in fields)}
    return name, lambda field: values.get(field, 0)


def written(get: Get) -> frozenset[int]:
    """The LRegs that a multiply-add writes, all when L7 names it."""
    return _ANY if get("mode") & _INDIRECT_VD else frozenset({get("d")})


def late(name: str, get: Get, *, blackhole: bool) -> frozenset[int]:
    """The LRegs that a vector instruction reads and that the chip does not hold it back for."""
    return _unseen(name, get) if blackhole else _reads(name, get)


def _reads(name: str, get: Get) -> frozenset[int]:
    """The LRegs that a vector instruction reads on Wormhole."""
    mode = get("mode")
    two = ("c",) if mode & 1 else ("c", "d")  # the other operand is in the instruction
    by_name: dict[str, tuple[str, ...]] = {
        "SFPMAD": ("a", "b", "c"), "SFPADD": ("a", "b", "c"), "SFPMUL": ("a", "b", "c"),
        "SFPSTORE": ("d",), "SFPMULI": ("d",), "SFPADDI": ("d",), "SFPNOP": (), "SFPENCC": (), "SFPLOAD": (),
        "SFPLOADI": ("d",) if mode in (8, 10) else (),
        "SFPSWAP": ("c", "d"), "SFPAND": ("c", "d"), "SFPOR": ("c", "d"), "SFPXOR": ("c", "d"),
        "SFPIADD": two, "SFPSETEXP": two, "SFPSETMAN": two, "SFPSETSGN": two,
        "SFPSHFT": ("d",) if mode & 1 else ("c", "d"),
    }  # fmt: skip
    if name == "SFPTRANSP":
        return frozenset(range(8))
    if name == "SFPCONFIG":
        return frozenset({0})
    if name == "SFPSHFT2":
        return _shuffled(get)
    if name in ("SFPMAD", "SFPADD", "SFPMUL") and mode & _INDIRECT_VA:
        return _ANY
    return frozenset(get(f) for f in by_name.get(name, ("c",) if name.startswith("SFP") else ()))


def _shuffled(get: Get) -> frozenset[int]:
    """The LRegs that SFPSHFT2 reads (SFPSHFT2, functional model)."""
    mode, b, c = get("mode"), get("imm") & 15, get("c")
    by_mode = {0: {1, 2, 3}, 1: {0, 1, 2, 3}, 2: {1, 2, 3, c}, 3: {c}, 4: {c}, 5: {b, c}, 6: {b}}
    return frozenset(by_mode.get(mode, _ANY))


def _unseen(name: str, get: Get) -> frozenset[int]:
    """The LRegs that an instruction reads without Blackhole's vector unit seeing it: the list of hardware bugs of
    SFPMAD's page, one line each."""
    mode, b, c, d = get("mode"), get("b"), get("c"), get("d")
    if name in ("SFPAND", "SFPOR"):  # taken to read d, not b
        return frozenset({b}) - {c, d} if mode & 1 else _NONE
    if name == "SFPIADD":
        return _NONE if mode & 1 else frozenset({d}) - {c}
    if name == "SFPSHFT":
        return _NONE if mode & 5 == 5 else frozenset({d}) if mode & 1 else frozenset({d}) - {c}
    if name == "SFPCONFIG":
        return frozenset({0})
    if name == "SFPSWAP":  # an exchange of any values is seen
        return frozenset({c, d}) if mode else _NONE
    if name == "SFPSHFT2" and mode in ROTATIONS:
        return _shuffled(get)
    if name == "SFPSHFT2" and mode in (5, 6):  # taken to read d, not b
        return frozenset({get("imm") & 15}) - {d}
    return _NONE
