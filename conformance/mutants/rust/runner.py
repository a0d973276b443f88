"""Trials in several processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from multiprocessing import get_context
from multiprocessing.pool import Pool
from pathlib import Path
from typing import TypeAlias

from ...model.cases import Case
from ...model.transports import QUIC as OVER_QUIC
from ...model.transports import cases_of_one, plain_cases
from ..engine.memory import limit_memory
from ..engine.short_campaign import Batch, answered_batches
from ..engine.trial import Suite, suite_of
from .build import numbered
from .patch import FOLDER, Patch, load_patches
from .trial import Trial, failing, try_by_campaign, try_by_vectors

CHUNK = 400
"""Cases of one piece of work, where the copy is judged without a fault."""

Done: TypeAlias = Callable[[int, int], None]
"""Told after each piece of work how many of how many are done."""
_BATCHES: list[Batch] = []


def run_trials(
    patches: Sequence[Patch], program: Path, *, jobs: int, done: Done, folder: Path = FOLDER
) -> dict[str, Trial]:
    """The trials of patches of a catalogue by id."""
    numbers = {patch.id: number for number, patch in numbered(load_patches(folder)).items()}
    with _pool(jobs) as pool:
        work = [partial(_by_vectors, numbers[patch.id], program, folder) for patch in patches]
        trials = {}
        for count, trial in enumerate(pool.imap_unordered(_perform, work), start=1):
            trials[trial.mutant] = trial
            done(count, len(work))
    left = [patch for patch in patches if not trials[patch.id].case and folder == FOLDER]  # it is of frames
    if left:
        with _pool(min(jobs, len(left)), answered_batches()) as pool:
            work = [partial(_by_campaign, numbers[patch.id], program) for patch in left]
            trials |= {trial.mutant: trial for trial in pool.imap_unordered(_perform, work)}
    return {patch.id: trials[patch.id] for patch in patches}


def failing_without_fault(program: Path, *, jobs: int) -> tuple[str, ...]:
    """The cases that the copy fails without any fault."""
    with _pool(jobs) as pool:
        work = [partial(_without_fault, start, program) for start in range(0, len(_cases()), CHUNK)]
        return tuple(sorted(case for found in pool.imap_unordered(_perform_chunk, work) for case in found))


def _pool(jobs: int, batches: Sequence[Batch] = ()) -> Pool:
    """Processes, spawned so that they are the same on every platform."""
    return get_context("spawn").Pool(jobs, _begin, (batches,))


def _begin(batches: Sequence[Batch]) -> None:
    limit_memory()
    _BATCHES[:] = batches


def _perform(work: Callable[[], Trial]) -> Trial:
    return work()


def _perform_chunk(work: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
    return work()


def _by_vectors(number: int, program: Path, folder: Path) -> Trial:
    suite = _suite() if folder == FOLDER else _suite_of_quic()
    return try_by_vectors(number, numbered(load_patches(folder))[number], suite, program)


def _by_campaign(number: int, program: Path) -> Trial:
    return try_by_campaign(number, numbered(load_patches())[number], _BATCHES, program)


def _without_fault(start: int, program: Path) -> tuple[str, ...]:
    return failing(_cases()[start : start + CHUNK], program)


@cache
def _cases() -> tuple[Case, ...]:
    return plain_cases()


@cache
def _suite() -> Suite:
    return suite_of(_cases())


@cache
def _suite_of_quic() -> Suite:
    return suite_of(cases_of_one(OVER_QUIC))
