"""Emulated chips behind the transport protocol of launches: write, read, run, close."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from meshjit.arch import ARCHS, L1, Arch
from meshjit.errors import DeadlockError, DeviceError, DeviceTimeoutError, UsageError
from meshjit.runtime.emulator.counters import WorkerCounters, read_counters
from meshjit.runtime.emulator.faults import E_RACE, FAULTS
from meshjit.runtime.emulator.follow import UNITS, Followed, Step, run_followed, step_core
from meshjit.runtime.emulator.links import Links, all_set, core_names, install, is_ethernet, tile_name
from meshjit.runtime.emulator.noc import MMIO_START, first_unwritten, mark_dram, mark_l1, store_word
from meshjit.runtime.emulator.records import record
from meshjit.runtime.emulator.registers import OK, tile_load, tile_store
from meshjit.runtime.emulator.report import agent_name, report
from meshjit.runtime.emulator.scheduler import DONE, FAULT, MORE, STUCK, run_rounds
from meshjit.runtime.emulator.state import (
    BY_NOC,
    DRAM_GRANULE,
    F_ADDRESS,
    F_CODE,
    F_CORE,
    F_PC,
    F_VALUE,
    F_WORKER,
    L1_GRANULE,
    ROLES,
    STRICT,
    Chip,
    new_chip,
)
from meshjit.runtime.emulator.tensix_state import TENSIX_ERRORS, Tensix, new_stack, reset_tensix
from meshjit.runtime.topology import Link

#: A done flag to wait for: chip, NoC 0 coordinate of the worker, byte address, value.
Flag = tuple[int, tuple[int, int], int, int]

#: Seconds of emulation between two looks at the clock, roughly.
_SLICE_S = 0.02
_GOLDEN = 0x9E3779B97F4A7C15
#: A flag that no word can have: rounds go on.
_NEVER = np.array([[0, 0, -1]], np.int64)


class EmulatedMesh:
    """``num_chips`` emulated chips that run the images made for real ones.

    ``arch`` is "wormhole", "blackhole" or a chip table. Cores are named by NoC 0 coordinates, addresses are those of
    the core's own address space. When ``strict``, reading L1 or DRAM that nothing has written is an error. Runs are
    deterministic; a ``seed`` makes the order and length of the cores' turns and the delays of NoC transfers
    adversarial, and equal for equal seeds. ``links`` joins Ethernet tiles, each ((chip, coordinate), (chip,
    coordinate)) in both directions.

    Raises :class:`~meshjit.errors.UsageError` (MJ6003) for an unknown chip, no chips or an impossible link.
    """

    def __init__(
        self,
        arch: str | Arch,
        num_chips: int,
        *,
        strict: bool = True,
        seed: int | None = None,
        links: Sequence[Link] = (),
    ) -> None:
        if isinstance(arch, str):
            if arch not in ARCHS:
                raise UsageError("MJ6003", f"no chip is called {arch!r}", fix="use one of " + ", ".join(ARCHS))
            arch = ARCHS[arch]
        if num_chips < 1:
            raise UsageError("MJ6003", f"a mesh of {num_chips} chips", fix="give at least one chip")
        self.arch = arch
        made = [new_chip(arch, strict=strict, delays=seed is not None) for _ in range(num_chips)]
        self._chips = [chip for chip, _ in made]
        self._dram = [dram for _, dram in made]
        tiles = len(arch.workers) + len(arch.ethernet)
        self._stacks = [new_stack(arch.is_blackhole, tiles, strict=strict) for _ in range(num_chips)]
        self._random = [
            np.array([0 if seed is None else ((seed + 1) * _GOLDEN + i) % 2**64 or 1], np.uint64)
            for i in range(num_chips)
        ]
        self._coprocessors: dict[tuple[int, int], Tensix] = {}
        self._followed: Followed | None = None
        for chip in self._chips:
            install(chip, arch)
        self._adverse = seed is not None
        self._links = Links(arch, self._chips, self._stacks, links, seed)
        # Compiles on a machine's first use, so that no run's deadline pays for it.
        run_rounds(self._chips[0], self._stacks[0], np.zeros((0, 3), np.int64), 0, self._random[0])

    # ---- the transport

    def write(self, chip: int, core_xy: tuple[int, int], address: int, data: bytes) -> None:
        """Write bytes to memory, or whole words to registers. Raises DeviceError (MJ6004)."""
        state, place = self._place(chip, core_xy)
        if place >= 0 and address >= MMIO_START:
            t = self._tensix(chip, place)
            if address & 3 or len(data) & 3:
                raise self._outside(chip, core_xy, address, len(data))
            for i in range(0, len(data), 4):
                value = int.from_bytes(data[i : i + 4], "little")
                if tile_store(state, t, place, BY_NOC, address + i, value) != OK:
                    raise self._fault(chip)
            if is_ethernet(state, place) and not self._adverse:
                self._links.step()
                self._raise_faults()
            return
        memory = self._memory(chip, core_xy, place, address, len(data))
        if not data:
            return
        if place >= len(self.arch.workers) and len(data) == 4 and address & 3 == 0:
            store_word(state, place, BY_NOC, address, int.from_bytes(data, "little"))
            return
        memory[:] = np.frombuffer(data, np.uint8)
        if place >= 0:
            mark_l1(state, place, address, len(data))
        else:
            mark_dram(state, -2 - place, address, len(data))

    def read(self, chip: int, core_xy: tuple[int, int], address: int, size: int) -> bytes:
        """Read bytes of memory (zeros where nothing was written), or whole words of registers.

        Raises DeviceError (MJ6004).
        """
        state, place = self._place(chip, core_xy)
        if place >= 0 and address >= MMIO_START:
            if address & 3 or size & 3:
                raise self._outside(chip, core_xy, address, size)
            words: list[int] = []
            for at in range(address, address + size, 4):
                status, value = tile_load(state, place, BY_NOC, at)
                if status != OK:
                    raise self._fault(chip)
                words.append(int(value))
            return np.array(words, "<u4").tobytes()
        return self._memory(chip, core_xy, place, address, size).tobytes()

    def discard(self, chip: int, core_xy: tuple[int, int], address: int, size: int) -> None:
        """Make memory unwritten again, as after power-on: its bytes stay, but a strict mesh lets nobody read them.

        Raises DeviceError (MJ6004).
        """
        written = self._written(chip, core_xy, address, size)
        if self._chips[chip].facts[STRICT] and written.any():  # most was never written, and takes no memory
            written[:] = 0

    def unwritten(self, chip: int, core_xy: tuple[int, int], address: int, size: int) -> int | None:
        """The first address in a range of memory that nothing has written, None when all of it was or when not strict.

        Raises DeviceError (MJ6004).
        """
        self._written(chip, core_xy, address, size)
        state, place = self._place(chip, core_xy)
        first = int(first_unwritten(state, place, address, size))
        return None if first < 0 else first

    def run(self, done: Sequence[Flag], timeout_s: float) -> None:
        """Run the chips with flags until each flag has its value.

        Raises :class:`~meshjit.errors.DeviceError` (MJ61xx, MJ62xx) naming chip, core and PC of a fault,
        :class:`~meshjit.errors.DeadlockError` (MJ6001) or :class:`~meshjit.errors.DeviceTimeoutError` (MJ6002), both
        with a line for every core that waits.
        """
        flags: dict[int, list[tuple[int, int, int]]] = {}
        for chip, xy, address, value in done:
            _, place = self._place(chip, xy)
            self._memory(chip, xy, place, address, 4)
            if place < 0 or address & 3:
                raise self._outside(chip, xy, address, 4)
            flags.setdefault(chip, []).append((place, address, value))
        deadline = time.monotonic() + timeout_s
        tables = {chip: np.array(rows, np.int64) for chip, rows in flags.items()}
        results: dict[int, int] = {}
        linked = self._busy()
        if len(tables) == 1 and not linked:
            results = {chip: self._run_chip(chip, table, deadline) for chip, table in tables.items()}
        elif not linked:
            with ThreadPoolExecutor(max_workers=len(tables) or 1) as pool:
                futures = {c: pool.submit(self._run_chip, c, table, deadline) for c, table in tables.items()}
                results = {chip: future.result() for chip, future in futures.items()}
        if linked or (FAULT not in results.values() and self._busy() and not all_set(self._chips, tables)):
            results = self._run_linked(tables, deadline)
        self._raise(results, timeout_s)

    def close(self) -> None:
        """Give the chips' memory back."""
        self._chips.clear()
        self._coprocessors.clear()
        self._stacks.clear()
        self._dram.clear()

    # ---- looking inside

    def load_image(self, chip: int, core_xy: tuple[int, int], role: str, image: bytes) -> None:
        """Write a core's code where a launch puts it; ``role`` is brisc, ncrisc or trisc0 to trisc2."""
        self.write(chip, core_xy, L1.code[role][0], image)

    def trace(self, chip: int, core_xy: tuple[int, int], role: str, limit: int) -> list[Step]:
        """Step one core alone by up to ``limit`` instructions; fewer when it blocks. Raises DeviceError on a fault."""
        state, w = self._place(chip, core_xy)
        core = core_names(self.arch, w, ROLES).index(role)
        stack, t = self._stacks[chip], self._tensix(chip, w)
        steps: list[Step] = []
        while len(steps) < limit:
            step = step_core(state, stack, t, w, core)
            if state.fault[F_CODE]:
                raise self._fault(chip)
            if step is None:
                break
            steps.append(step)
        return steps

    def follow(self, chip: int, core_xy: tuple[int, int], unit: str, limit: int, *, skip: int = 0) -> list[Step]:
        """Single-step one unit of a worker in the runs to come, while everything else runs as ever.

        ``unit`` is a core's role (of an Ethernet tile erisc0 or erisc1), or thread0 to thread2 for what the coprocessor
        executes. The list
        returned fills with up to ``limit`` steps, after ``skip`` instructions; then the unit runs freely again.
        """
        _, w = self._place(chip, core_xy)
        self._tensix(chip, w)
        self._followed = Followed(chip, w, core_names(self.arch, w, UNITS).index(unit), limit, skip)
        return self._followed.steps

    def counters(self) -> list[WorkerCounters]:
        """Counts of every worker that has executed anything; Ethernet tiles are not counted."""
        chips = zip(self._chips, self._stacks, strict=True)
        return [c for i, (chip, stack) in enumerate(chips) for c in read_counters(chip, stack, self.arch, i)]

    # ---- inside

    def _place(self, chip: int, xy: tuple[int, int]) -> tuple[Chip, int]:
        if not 0 <= chip < len(self._chips):
            raise DeviceError("MJ6004", f"chip {chip} of {len(self._chips)}", fix="use a chip of a mesh that is open")
        state = self._chips[chip]
        x, y = xy
        place = int(state.place[0, x | y << 6]) if 0 <= x < 64 and 0 <= y < 64 else -1
        if place == -1:
            raise DeviceError(
                "MJ6004", f"nothing answers at NoC coordinate {xy}", fix="use a tile or a DRAM bank of the chip table"
            )
        return state, place

    def _tensix(self, chip: int, worker: int) -> Tensix:
        t = self._coprocessors.get((chip, worker))
        if t is None:
            t = self._coprocessors[chip, worker] = record(self._stacks[chip], worker)
            if worker < len(self.arch.workers):
                reset_tensix(t)
        return t

    def _memory(self, chip: int, xy: tuple[int, int], place: int, address: int, size: int) -> NDArray[np.uint8]:
        state = self._chips[chip]
        row = (
            state.l1_words[place].view(np.uint8)[: int(state.l1_bytes[place])]
            if place >= 0
            else self._dram[chip][0][-2 - place]
        )
        if address < 0 or address + size > len(row):
            raise self._outside(chip, xy, address, size)
        return row[address : address + size]

    def _written(self, chip: int, xy: tuple[int, int], address: int, size: int) -> NDArray[np.uint8]:
        """The bitmap of the granules of a range."""
        state, place = self._place(chip, xy)
        self._memory(chip, xy, place, address, size)
        flags, granule = (
            (state.l1_written[place], L1_GRANULE) if place >= 0 else (self._dram[chip][1][-2 - place], DRAM_GRANULE)
        )
        return flags[address // granule : -(-(address + size) // granule)]

    def _outside(self, chip: int, xy: tuple[int, int], address: int, size: int) -> DeviceError:
        return DeviceError(
            "MJ6004",
            f"{size} bytes at {address:#x} of chip {chip} core {xy}: misaligned, or beyond what is there",
            fix="access memory inside its size, and registers in whole words",
        )

    def _run_chip(self, chip: int, flags: NDArray[np.int64], deadline: float) -> int:
        state, stack, random = self._chips[chip], self._stacks[chip], self._random[chip]
        rounds = 1
        followed = self._followed
        if followed is not None and followed.chip == chip:
            t = self._tensix(chip, followed.worker)
            result = run_followed(state, stack, t, flags, random, followed, deadline)
            if result != MORE:
                return result
        while True:
            began = time.monotonic()
            result = int(run_rounds(state, stack, flags, rounds, random))
            now = time.monotonic()
            if result != MORE or now > deadline or (self._links and self._links.busy(chip)):
                return result
            rounds = max(rounds // 2, 1) if now - began > _SLICE_S else rounds * 2

    def _busy(self) -> bool:
        """Whether chips may depend on one another now: Ethernet tiles with links run kernels or send packets."""
        return bool(self._links) and any(self._links.busy(chip) for chip in range(len(self._chips)))

    def _run_linked(self, flags: dict[int, NDArray[np.int64]], deadline: float) -> dict[int, int]:
        """Rounds of all chips, with or without flags, and packets between them; returns what became of each."""
        chips = range(len(self._chips))

        def turn(chip: int, rounds: int) -> int:
            state, stack, random = self._chips[chip], self._stacks[chip], self._random[chip]
            what = self._followed
            if what is not None and what.chip == chip and len(what.steps) < what.limit:
                t = self._tensix(chip, what.worker)
                return run_followed(state, stack, t, _NEVER, random, what, deadline, rounds)
            return int(run_rounds(state, stack, _NEVER, rounds, random))

        with ThreadPoolExecutor(max_workers=len(chips)) as pool:
            while not all_set(self._chips, flags):
                if time.monotonic() > deadline:
                    return dict.fromkeys(chips, MORE)
                results = list(pool.map(turn, chips, [self._links.rounds()] * len(chips)))
                if FAULT in results:
                    return dict(enumerate(results))
                moved = self._links.step()
                self._raise_faults()
                if not moved and all(r == STUCK for r in results) and not all_set(self._chips, flags):
                    return dict.fromkeys(chips, STUCK)
        return dict.fromkeys(chips, DONE)

    def _raise_faults(self) -> None:
        for chip, state in enumerate(self._chips):
            if state.fault[F_CODE]:
                raise self._fault(chip)

    def _raise(self, results: dict[int, int], timeout_s: float) -> None:
        for chip, result in results.items():
            if result == FAULT:
                raise self._fault(chip)
        waiting = [chip for chip, result in results.items() if result != DONE]
        if not waiting:
            return
        lines = [line for c in waiting for line in report(self._chips[c], self._stacks[c], self.arch, c)]
        fix = "look for a push, pop, semaphore or counter that these cores wait for and that nobody gives"
        if STUCK in results.values():
            raise DeadlockError("MJ6001", "no core can go on: every one waits for another", operands=lines, fix=fix)
        raise DeviceTimeoutError(
            "MJ6002",
            f"{len(waiting)} of {len(results)} chips had not finished after {timeout_s:g} s",
            operands=lines,
            fix="raise MESHJIT_TIMEOUT when the work is long; else " + fix,
        )

    def _fault(self, chip: int) -> DeviceError:
        state = self._chips[chip]
        record = [int(v) for v in state.fault]
        code, w, core = record[F_CODE], record[F_WORKER], record[F_CORE]
        cores = core_names(self.arch, w, ROLES)
        who = f"chip {chip} {tile_name(self.arch, w)} " + ("through the NoC" if core < 0 else cores[core])
        state.fault[:] = 0
        if code in TENSIX_ERRORS:
            t = self._stacks[chip][w]
            _, thread, word, detail = (int(v) for v in t.error)
            return DeviceError(
                f"MJ{code}",
                f"{who}, Tensix thread {thread}, instruction {word:#010x}: {TENSIX_ERRORS[code]}",
                operands=[f"detail: {detail} ({detail & 0xFFFFFFFF:#x})"],
                fix="check the instruction's fields and the configuration that it uses",
            )
        text, fix = FAULTS[code]
        if code == E_RACE:
            return self._race(chip, w)
        at = f" at pc {record[F_PC]:#x}" if record[F_PC] >= 0 else ""
        return DeviceError(
            f"MJ{code}", f"{who}{at}: " + text.format(address=record[F_ADDRESS], value=record[F_VALUE]), fix=fix
        )

    def _race(self, chip: int, w: int) -> DeviceError:
        _, address, agent, at, write, other, by, wrote = (int(v) for v in self._chips[chip].race)
        self._chips[chip].race[:] = 0
        here = f"chip {chip} {tile_name(self.arch, w)}"
        cores = core_names(self.arch, w, ROLES)
        did = f"{agent_name(agent, cores)} {'writes' if write else 'reads'} it (at {at:#x})"
        before = f"{agent_name(other, cores)} {'wrote' if wrote else 'read'} it (at {by:#x})"
        return DeviceError(
            f"MJ{E_RACE}",
            f"{here}: {FAULTS[E_RACE][0].format(address=address)}: {did}, and nothing orders that after {before}",
            operands=["a core or the NoC at its PC, Tensix at its instruction; addresses to 16 bytes"],
            fix=FAULTS[E_RACE][1],
        )
