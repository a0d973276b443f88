"""The mutants of the crate judged: a testee for each, which begins with its fault, by the suite's check functions."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from adapters.driver import Limits, Testee

from ...checks.judge import judge
from ...model.cases import Case
from ...model.transports import plain_cases
from ..engine.price import by_price
from ..rust.build import CHOICE, adapter_of
from .crate import RUST, Change, ToolError, listed
from .journal import FOLDER, Entry, Journal, Verdict, basis, digests, tally_of
from .one_build import build_all, build_alone
from .schedule import Killers, in_order, profiles_of_crate
from .survivors import Survivors, Tally

DECIDES = tuple(f"{RUST}/{place}" for place in ("Cargo.lock", "resonant-protocol/src", "testee/src", "testee-kit/src"))
"""Beside vectors and suite: what a verdict about a mutant depends on."""
LIMITS = Limits(start_s=60.0, reply_s=60.0, lost_s=30.0, restarts=1, silent_s=60.0)
"""A busy machine kills no mutant: what hangs ends by the CPU seconds of its testee."""
CPU_S, MEMORY_KIB = 15, 4 << 20
"""Those of a testee; all cases take the unchanged one 3 s."""
_LIMITED = f'ulimit -t {CPU_S}; ulimit -v {MEMORY_KIB}; exec "$0"'


class Task(NamedTuple):
    """A mutant that is built. number: chooses it in its program, 0 where it is all that the program is."""

    change: Change
    number: int
    program: Path
    owed: Collection[str] | None = None
    """The ids of the cases that are to judge it; None for all of them."""


def find_survivors(
    survivors: Survivors, *, size: int | None, seed: int, jobs: int, done: Callable[[int, int], None]
) -> Tally:
    """Judge about `size` mutants, drawn by `seed`, or all of them; those of the journal are judged already.

    Raises ToolError, also where the crate itself fails a case.
    """
    changes = dict(enumerate(listed(), start=1))
    inside = {number: one for number, one in changes.items() if not _is_outside(survivors, one)}
    chosen = shard(inside, size, seed)
    with Journal(FOLDER / "crate.jsonl", "crate", basis(*DECIDES), digests(plain_cases())) as journal:
        left = {number: one for number, one in chosen.items() if one.key not in journal.done}
        for count, entry in enumerate(_judged(changes, left, journal, jobs), start=len(chosen) - len(left) + 1):
            journal.add(entry)
            done(count, len(chosen))
        return tally_of("cargo-mutants, Rust crate", [journal.done[one.key] for one in chosen.values()])


def _is_outside(survivors: Survivors, change: Change) -> bool:
    return survivors.is_outside(change.mutant.file, change.mutant.function)


def shard(changes: Mapping[int, Change], size: int | None, seed: int) -> Mapping[int, Change]:
    """Every n-th mutant, so that about `size` are tried; n seeds one after the other try all."""
    parts = 1 if size is None else max(1, len(changes) // size)
    return {number: one for number, one in changes.items() if number % parts == seed % parts}


def _judged(changes: Mapping[int, Change], left: Mapping[int, Change], journal: Journal, jobs: int) -> Iterator[Entry]:
    if not left:
        return
    broken = {key for key, entry in journal.done.items() if entry.verdict is Verdict.NONE}
    built = build_all({number: one for number, one in changes.items() if one.key not in broken})
    for number in sorted(built.broken & left.keys()):
        yield Entry(left[number].key, Verdict.NONE, left[number].mutant)
    tasks = [
        Task(one, number, built.program, journal.owed.get(one.key))
        for number, one in left.items()
        if number not in built.broken | built.alone
    ]
    knowledge = journal.killers, [*journal.done.values()]
    with get_context("spawn").Pool(jobs, _begin, knowledge) as pool:
        failing = pool.apply(_failing, (built.program,))
        if failing:
            raise ToolError(f"the crate itself fails {failing}; repair that first")
        yield from pool.imap_unordered(_try, tasks)
    _begin(*knowledge)
    for number in sorted(built.alone & left.keys()):
        program = build_alone(left[number])
        none = Entry(left[number].key, Verdict.NONE, left[number].mutant)
        yield none if program is None else _try(Task(left[number], 0, program, journal.owed.get(left[number].key)))


_KILLERS: list[Killers] = []
"""The knowledge of this process about killers."""


def _begin(before: Mapping[str, str], entries: Sequence[Entry]) -> None:
    _KILLERS[:] = [Killers(before)]
    for entry in entries:
        if entry.killer:
            _KILLERS[0].add(entry.mutant, entry.killer)


def _try(task: Task) -> Entry:
    """Judge a mutant until a case fails."""
    mutant = task.change.mutant
    owed = [case for case in _cases() if task.owed is None or case.id in task.owed]
    cases = in_order(owed, profiles_of_crate(mutant.file), _KILLERS[0].likely(mutant))
    killer = _first_failing(task.number, task.program, cases)
    if killer:
        _KILLERS[0].add(mutant, killer)
    return Entry(task.change.key, Verdict.KILLED if killer else Verdict.SURVIVES, mutant, killer)


def _failing(program: Path) -> str:
    return _first_failing(0, program, _cases())


def _first_failing(number: int, program: Path, cases: Sequence[Case]) -> str:
    os.environ[CHOICE] = str(number)  # of this process, which is one of a pool and has one testee at a time
    plain = adapter_of(program)
    with Testee(replace(plain, run=("/bin/sh", "-c", _LIMITED, *plain.run)), LIMITS) as testee:
        return next((case.id for case in cases if not judge(testee, case).passed), "")


@cache
def _cases() -> list[Case]:
    return by_price(plain_cases())
