"""Trials in several processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from multiprocessing import get_context
from typing import TypeAlias

from ..model.cases import Case, load_cases
from ..model.transports import QUIC, WEBRTC
from .catalogue.table import MUTANTS
from .engine.memory import limit_memory
from .engine.mutant import Mutant
from .engine.short_campaign import Batch, answered_batches, finding_of
from .engine.trial import Suite, Trial, failures, suite_of, try_mutant

CHUNK = 200
"""Cases of one piece of work, where the reference is judged without a change."""

Result: TypeAlias = Trial | tuple[str, ...]
"""Of a mutant, or the failing cases of a chunk."""
Work: TypeAlias = Callable[[], Result]


def run_trials(
    mutants: Sequence[Mutant], *, baseline: bool, full: bool, jobs: int, done: Callable[[int, int], None]
) -> tuple[dict[str, Trial], tuple[str, ...]]:
    """The trials of mutants of the catalogue by id, and the cases that the reference fails as it stands.

    baseline: whether to judge the reference at all. jobs: processes. done: told after each piece of work how many of
    how many are done.
    """
    chunks = range(0, len(_cases()), CHUNK) if baseline else ()
    work: list[Work] = [partial(_judge_chunk, start) for start in chunks]
    work += [partial(_try_by_id, mutant.id, full) for mutant in mutants]
    trials: dict[str, Trial] = {}
    failing: list[str] = []
    with _performed(work, jobs) as results:
        for count, result in enumerate(results, start=1):
            if isinstance(result, Trial):
                trials[result.mutant] = result
            else:
                failing += result
            done(count, len(work))
    return {mutant.id: trials[mutant.id] for mutant in mutants}, tuple(sorted(failing))


def ask_campaign(mutants: Sequence[Mutant], *, jobs: int, done: Callable[[int, int], None]) -> dict[str, str]:
    """For each of these by id the input of the short campaign that shows it, empty where none does."""
    if not mutants:
        return {}
    work = [partial(_find_by_id, mutant.id) for mutant in mutants]
    found: dict[str, str] = {}
    with get_context("spawn").Pool(min(jobs, len(work)), _begin, (answered_batches(),)) as pool:
        for count, (name, finding) in enumerate(pool.imap_unordered(_find, work), start=1):
            found[name] = finding
            done(count, len(work))
    return {mutant.id: found[mutant.id] for mutant in mutants}


_BATCHES: list[Batch] = []
"""The inputs of the short campaign in this process, with what the reference as it stands answers."""


def _begin(batches: Sequence[Batch]) -> None:
    limit_memory()
    _BATCHES[:] = batches


def _find(work: Callable[[], tuple[str, str]]) -> tuple[str, str]:
    return work()


def _find_by_id(mutant_id: str) -> tuple[str, str]:
    return mutant_id, finding_of(_by_id()[mutant_id], _BATCHES)


@contextmanager
def _performed(work: Sequence[Work], jobs: int) -> Iterator[Iterator[Result]]:
    """The results as they come. Processes are spawned, so that they are the same on every platform."""
    with get_context("spawn").Pool(min(jobs, len(work)), limit_memory) as pool:
        yield pool.imap_unordered(_perform, work)


def _perform(work: Work) -> Result:
    return work()


def _try_by_id(mutant_id: str, full: bool) -> Trial:
    return try_mutant(_by_id()[mutant_id], _suite(), full=full)


def _judge_chunk(start: int) -> tuple[str, ...]:
    return failures(_cases()[start : start + CHUNK])


@cache
def _cases() -> tuple[Case, ...]:
    """The cases, but for dialogues of other profiles over QUIC and WebRTC: a run judges these."""
    return tuple(case for case in load_cases() if not case.id.endswith((f"@{QUIC}", f"@{WEBRTC}")))


@cache
def _suite() -> Suite:
    return suite_of(_cases())


@cache
def _by_id() -> dict[str, Mutant]:
    return {mutant.id: mutant for mutant in MUTANTS}
