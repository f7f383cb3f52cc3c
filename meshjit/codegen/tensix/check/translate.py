"""A kernel's slice as a Python function that calls a :class:`~meshjit.codegen.tensix.check.follow.Follower`.

Registers become local variables and blocks branches of one loop, so that following a kernel through thousands of tiles
takes milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from meshjit.arch import L1, MOP_CONFIG_BASE
from meshjit.codegen.tensix.check import slicing, touches, values
from meshjit.codegen.tensix.check.events import SOURCES, source_use
from meshjit.codegen.tensix.check.follow import Follower
from meshjit.codegen.tensix.check.machine import CONDITIONS, EXPRESSIONS, HELPERS, Image, Instr
from meshjit.codegen.tensix.check.report import refuse
from meshjit.codegen.tensix.check.transfers import ATOMIC, MULTICAST, WRITE
from meshjit.codegen.tensix.check.values import Access
from meshjit.codegen.tensix.check.words import Word, decode

#: Tensix instructions that others notice, or that name what they notice.
_EFFECTS = frozenset(
    {"SEMINIT", "SEMPOST", "SEMGET", "SEMWAIT", "SETDMAREG", "WRCFG", "STOREREG", "UNPACR", "PACR", "SETRWC", "MOP",
     "REPLAY", *SOURCES}
)  # fmt: skip


class _Translator:
    def __init__(self, image: Image) -> None:
        self.image = image
        entries = values.entries(image)
        self.accesses = values.accesses(image, entries)
        self.places = slicing.Places(image, self.accesses)
        self.words = {
            at: Word(at, *decode(i.imm, image.arch.name)) for at, i in enumerate(image.code) if i.kind == "tensix"
        }
        self.recorded = self._recorded()
        self.wanted = self._noc_registers()
        effects = frozenset(self._effects())
        self.slice = slicing.slice_of(image, self.places, effects)
        touched, regions = touches.find(image, self.accesses, self.places, entries, self.slice)
        if touched or regions:
            self.slice = slicing.slice_of(image, self.places, effects, touched, regions, self.slice)
        self.touched = frozenset(touched) | {at for r in regions.values() for at in r.words}
        #: Loads that only say where a request goes.
        self.where: frozenset[int] = frozenset()
        coordinates = {at for at in effects if at in self.accesses and self.accesses[at].address in self.somewhere}
        if coordinates:
            others = slicing.slice_of(image, self.places, effects - coordinates, touched, regions)
            self.where = self.slice.needed - others.needed
        self.names: set[str] = set()

    def _recorded(self) -> dict[int, tuple[Word, ...]]:
        """The words that each REPLAY records."""
        order = list(self.words)
        out: dict[int, tuple[Word, ...]] = {}
        for n, word in enumerate(self.words.values()):
            if word.name == "REPLAY" and word.get("load"):
                out[word.at] = tuple(self.words[at] for at in order[n + 1 : n + 1 + word.get("length")])
        return out

    def _noc_registers(self) -> frozenset[int]:
        """NoC registers that matter: of a request to DRAM, not those of the side that is there."""
        noc = self.image.arch.noc
        out: set[int] = set()
        self.somewhere: set[int] = set()
        for first in (noc.base, noc.noc1_base):
            for i in range(4):
                base = first + i * noc.stride
                stored = [a.value for a in self.accesses.values() if a.address == base + noc.ctrl]
                out |= {base + noc.ctrl, base + noc.length, base + noc.command}
                if any(v is None or v & (ATOMIC | WRITE) for v in stored):
                    out.add(base + noc.target_lo)
                if any(v is None or not v & WRITE or v & MULTICAST for v in stored):
                    out.add(base + noc.return_lo)
                if any(v is None or v & MULTICAST for v in stored):
                    self.somewhere.add(base + noc.return_coordinate)
                if any(v is None or v & ATOMIC for v in stored):
                    out.add(base + noc.data)
                    self.somewhere.add(base + noc.target_coordinate)
        return frozenset(out | self.somewhere)

    def _effects(self) -> Iterable[int]:
        bodies = {w.at for words in self.recorded.values() for w in words}
        replays = any(w.name in _EFFECTS for words in self.recorded.values() for w in words)
        for at, word in self.words.items():
            if at in bodies or word.name not in _EFFECTS or (word.name == "REPLAY" and not replays):
                continue
            if word.name != "SETRWC" or word.get("clear"):
                yield at
        for at, access in self.accesses.items():
            if self.image.code[at].kind == "store" and self._matters(access):
                yield at

    def _matters(self, access: Access) -> bool:
        where, address = access.region, access.address
        if where == "noc":
            return address is None or address in self.wanted
        if where == "debug":
            return address == self.image.arch.soft_reset
        if where == "l1":
            return address is not None and (address == L1.flags or L1.arguments <= address < L1.data)
        return where in ("overlay", "push", "mop", "gpr", "semaphore")

    # ---- expressions ----

    def name(self, place: int) -> str:
        """The variable of a place."""
        if not place:
            return "0"
        name = f"r{place}"
        self.names.add(name)
        return name

    def address(self, at: int) -> str:
        """The address of a load or store."""
        access, instr = self.accesses[at], self.image.code[at]
        if access.address is not None:
            return str(access.address)
        return f"({self.name(instr.a)} + {instr.imm} & 0xFFFFFFFF)" if instr.imm else self.name(instr.a)

    def operands(self, instr: Instr, known: dict[int, str] | None = None) -> dict[str, str]:
        """The operands of an arithmetic instruction or branch."""
        known = known or {}
        a = known.get(instr.a) or self.name(instr.a)
        if instr.b < 0:
            return {"a": a, "b": str(instr.imm)}
        return {"a": a, "b": known.get(instr.b) or self.name(instr.b)}

    # ---- statements ----

    def statement(self, at: int) -> str:
        """One instruction."""
        instr = self.image.code[at]
        if at in self.touched:
            touch = f"touch({at}, {self.address(at)}, {self.address(at)} + {instr.size}, {instr.kind == 'store'})"
            if instr.kind == "store" or at not in self.slice.valued:
                return touch
        if instr.kind == "alu":
            return f"{self.name(instr.d)} = {EXPRESSIONS[instr.op].format(**self.operands(instr))}"
        if instr.kind == "const":
            return f"{self.name(instr.d)} = {instr.imm}"
        if instr.kind == "load":
            slot = self.places.slot(at)
            if slot is not None:
                return f"{self.name(instr.d)} = {self.name(slot)}"
            return f"{self.name(instr.d)} = {'where' if at in self.where else 'load'}({at}, {self.address(at)})"
        if instr.kind == "store":
            return self.store(at, instr)
        return self.tensix(self.words[at]) if instr.kind == "tensix" else ""

    def store(self, at: int, instr: Instr) -> str:
        """A store: to local memory, or one that somebody notices."""
        slot, value = self.places.slot(at), self.name(max(instr.b, 0))
        if slot is not None:
            return f"{self.name(slot)} = {value}"
        access = self.accesses[at]
        where, address = access.region, access.address
        noc = self.image.arch.noc
        if where == "push":
            return f"push({at}, {value})"
        if address is None:
            raise refuse(self.image, "MJ4147", at, f"a store to a {where} register that varies", "BabyRISCV/README.md")
        if where == "noc":
            first = noc.noc1_base if address >= noc.noc1_base else noc.base
            if (address - first) % noc.stride == noc.command:
                return f"send({at}, {address - noc.command})"
            return f"noc[{address}] = {value}"
        if where == "mop":
            return f"mop[{(address - MOP_CONFIG_BASE) // 4}] = {value}"
        if where == "overlay":
            return f"counter({at}, {address}, {value})"
        if where == "debug":
            return f"release({at})"
        if where == "l1":
            return f"done({at})" if address == L1.flags else f"set_word({at}, {address}, {value}, {instr.size})"
        raise refuse(self.image, "MJ4147", at, f"a store to a {where} register", "BabyRISCV/README.md")

    def touch(self, what: slicing.Touch) -> str:
        """What a loop touches."""
        base = f"{self.name(what.place)} + " if what.place else ""
        return f"touch({what.at}, {base}{what.first}, {base}{what.end}, {what.store})"

    def tensix(self, word: Word) -> str:
        """A Tensix instruction that matters."""
        at, get = word.at, word.get
        if word.name == "SETDMAREG":
            return f"gpr[{get('reg16')}] = {get('value')}"
        if word.name == "WRCFG":
            return f"config[{get('config')}] = gpr[{2 * get('reg')}] | gpr[{2 * get('reg') + 1}] << 16"
        if word.name == "STOREREG":
            value = f"gpr[{2 * get('reg')}] | gpr[{2 * get('reg') + 1}] << 16"
            return f"counter({at}, {0xFFB00000 + 4 * get('address')}, {value})"
        if word.name == "UNPACR":
            return f"unpack({at}, {get('unpacker')}, {get('set_valid')})"
        if word.name == "PACR":
            return f"pack({at})" if get("last") else ""
        if word.name == "SEMWAIT":
            return f"semwait({at}, {get('semaphores')}, {get('condition')})"
        if word.name == "SEMINIT":
            return f"seminit({at}, {get('semaphores')}, {get('value')}, {get('max')})"
        if word.name in ("SEMPOST", "SEMGET"):
            return f"{word.name.lower()}({at}, {get('semaphores')})"
        if word.name == "MOP":
            return f"expand({at}, {get('type')}, {get('count')}, {get('mask')})"
        if word.name == "REPLAY":
            if word.at in self.recorded:
                return f"record({at}, {get('start')}, {get('execute')})"
            return f"replay({at}, {get('start')}, {get('length')})"
        use, hand = source_use(word)
        return f"source({at}, {use}, {hand})"

    def poll(self, number: int) -> list[str]:
        """A block that waits: the test of what it loads, and the rest of its work."""
        load = self.slice.polls[number]
        known: dict[int, str] = {}
        out: list[str] = []
        *body, last = self.image.reach(number)
        changed: set[int] = set()
        for at in body:
            instr = self.image.code[at]
            if at == load:
                if instr.d > 0:
                    known[instr.d] = "seen"
                continue
            expression = ""
            if instr.kind == "alu":
                expression = f"({EXPRESSIONS[instr.op].format(**self.operands(instr, known))})"
            elif instr.kind == "const":
                expression = str(instr.imm)
            elif instr.kind == "load":
                slot = self.places.slot(at)
                assert slot is not None  # a block that waits has one load from elsewhere
                expression = self.name(slot)
            if instr.d > 0:
                known[instr.d] = expression
                if "seen" not in expression:
                    changed.add(instr.d)
                    out.append(f"{self.name(instr.d)} = {expression}")
        branch = self.image.code[last]
        if self.accesses[load].region == "l1":
            return [self.await_word(number, load, branch, known), *out]
        condition = CONDITIONS[branch.op].format(**self.operands(branch, known))
        repeats = self.image.blocks[number].after.index(number)
        test = f"not ({condition})" if repeats == 1 else condition
        if self.accesses[load].address is None and self.image.code[load].a in changed:
            raise refuse(self.image, "MJ4147", load, "a wait changes where it looks", "BabyRISCV/README.md")
        equal = slicing.ends_equal(self.image, number)
        if equal is not None and "seen" not in known.get(equal[1], ""):
            out.append(f"{self.name(equal[0])} = {known.get(equal[1]) or self.name(equal[1])}")
        return [f"poll({load}, {self.address(load)}, lambda seen: {test})", *out]

    def await_word(self, number: int, load: int, branch: Instr, known: dict[int, str]) -> str:
        """A wait until a word of L1 has a value."""
        sides = [known.get(r) or self.name(max(r, 0)) for r in (branch.a, branch.b)]
        equal = slicing.ends_equal(self.image, number)
        if equal is None or sides.count("seen") != 1 or any("seen" in side and side != "seen" for side in sides):
            what = "a wait for a word of L1 that is not for one value"
            raise refuse(self.image, "MJ4147", load, what, "BabyRISCV/README.md")
        sides.remove("seen")
        return f"await_word({load}, {self.address(load)}, {sides[0]})"

    def block(self, number: int) -> list[str]:
        """The statements of a block, without its branch."""
        if number in self.slice.regions:
            return [self.touch(t) for t in self.slice.regions[number].touches]
        if number in self.slice.polls:
            return self.poll(number)
        last = self.image.blocks[number].end - 1
        branches = self.image.code[last].kind in ("branch", "jump")
        out: list[str] = []
        stored: set[tuple[int, int, int]] = set()  # what was stored just now need not be asked for when it is loaded
        for at in self.image.reach(number):
            instr = self.image.code[at]
            place = instr.a, instr.imm, instr.size
            again = at in self.touched and instr.kind == "load" and place in stored and at not in self.slice.valued
            if at in self.slice.needed and not again and not (at == last and branches):
                text = self.statement(at)
                if text:
                    out.append(text)
                if at not in self.touched and " = " not in text:
                    stored.clear()
            if at in self.touched and instr.kind == "store":
                stored.add(place)
            stored = {p for p in stored if p[0] != instr.d}
        return _merge_sources(out)

    def function(self) -> str:
        """The text of the function."""
        chains, where = self._chains()
        arms: list[str] = []
        for index, chain in enumerate(chains):
            lines: list[str] = []
            for number in chain:
                lines += self.block(number)
            end = chain[-1]
            after = self.slice.after[end]
            if not after:
                lines.append("return")
            elif len(after) == 1:
                lines.append(f"pc = {where[after[0]]}")
            else:
                branch = self.image.code[self.image.blocks[end].end - 1]
                condition = CONDITIONS[branch.op].format(**self.operands(branch))
                lines.append(f"pc = {where[after[1]]} if {condition} else {where[after[0]]}")
                if where.get(after[0]) == index or where.get(after[1]) == index:  # a loop of one arm stays in it
                    lines = ["while True:", *("    " + line for line in lines), f"    if pc != {index}: break"]
            arms.append("\n".join(lines))
        tree = _tree(list(enumerate(arms)), "        ")
        setup = "".join(f"    {n} = f.{n}\n" for n in _METHODS)
        zero = "".join(f"    {n} = 0\n" for n in sorted(self.names))
        return f"def run(f):\n{setup}{zero}    pc = 0\n    while True:\n{tree}"

    def _chains(self) -> tuple[list[list[int]], dict[int, int]]:
        """Reachable blocks, joined where one follows only the other; and the chain that starts with each block."""
        after = self.slice.after
        reached, todo = {0}, [0]
        while todo:
            for a in after[todo.pop()]:
                if a not in reached:
                    reached.add(a)
                    todo.append(a)
        before: dict[int, int] = {}
        for number in reached:
            for a in after[number]:
                before[a] = before.get(a, 0) + 1
        heads = [0]
        for number in sorted(reached):
            heads += [a for a in after[number] if a and a not in heads and (len(after[number]) > 1 or before[a] > 1)]
        chains: list[list[int]] = []
        for head in heads:
            chain = [head]
            while len(after[chain[-1]]) == 1 and after[chain[-1]][0] not in heads:
                chain.append(after[chain[-1]][0])
            chains.append(chain)
        return chains, {chain[0]: i for i, chain in enumerate(chains)}


_METHODS = (
    "load", "where", "touch", "poll", "push", "send", "noc", "mop", "counter", "release", "done", "gpr", "config",
    "unpack", "pack", "set_word", "await_word", "semwait", "seminit", "sempost", "semget", "expand", "record", "replay",
    "source",
)  # fmt: skip


def _merge_sources(lines: list[str]) -> list[str]:
    """Instructions in a row that wait for the same source register and hand nothing back count once."""
    out: list[str] = []
    for line in lines:
        waits = line.startswith("source(") and line.endswith(", 0)")
        if waits and out and out[-1].startswith("source(") and out[-1].split(", ", 1)[1] == line.split(", ", 1)[1]:
            continue
        out.append(line)
    return out


def _tree(arms: list[tuple[int, str]], indent: str) -> str:
    """A binary choice of ``pc``."""
    if len(arms) == 1:
        return "".join(f"{indent}{line}\n" for line in arms[0][1].split("\n"))
    half = len(arms) // 2
    first = arms[half][0]
    low, high = _tree(arms[:half], indent + "  "), _tree(arms[half:], indent + "  ")
    return f"{indent}if pc < {first}:\n{low}{indent}else:\n{high}"


def translate(image: Image) -> tuple[str, dict[int, tuple[Word, ...]]]:
    """The function's text and what each REPLAY records.

    Raises :class:`~meshjit.errors.CodegenError` (MJ4140, MJ4147) for a kernel that cannot be followed.
    """
    translator = _Translator(image)
    return translator.function(), translator.recorded


@lru_cache(256)
def compiled(text: str) -> Callable[[Follower], None]:
    """The function of a text that :func:`translate` made: it follows the kernel to its end."""
    names = dict(HELPERS)
    exec(compile(text, "<kernel>", "exec"), names)  # text of our own making
    return names["run"]  # type: ignore[return-value]  # the function that the text defines
