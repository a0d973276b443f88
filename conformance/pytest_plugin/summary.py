"""The account of a run in words, below whatever pytest says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ..session.judged import Judged
from .stash import FAULTS, JUDGED, OUTSIDE, WRITTEN
from .terminal import cause_lines, wanted


def summary(config: pytest.Config) -> Iterator[str]:
    """A row a profile, unless bars are shown, the failing clauses, and whatever keeps the run from being green."""
    run = config.stash[JUDGED]
    if not wanted(config):
        yield from _table(run)
    if run.results.unnamed:
        yield f"{run.results.unnamed} refusals came without a code"
    if run.results.left_out:
        count = run.results.left_out
        yield f"{count} dialogues need time to pass, which for this testee is real time: not executed (--real-time)"
    failing = run.results.failing_clauses()
    if failing:
        yield "failing clauses: " + ", ".join(f"{clause} ({count})" for clause, count in failing[:12])
        yield from ("likely causes:", *cause_lines(run.results.entries))
    if OUTSIDE in config.stash:
        yield from config.stash[OUTSIDE].summary()
    if WRITTEN in config.stash:
        yield f"report: {config.stash[WRITTEN]}"
    for fault in config.stash.get(FAULTS, ()):
        yield f"FAILED RUN: {fault}"


def _table(run: Judged) -> Iterator[str]:
    yield ""
    yield f"{'profile':<10}{'cases':>8}{'executed':>10}{'passed':>8}{'failed':>8}{'known':>7}"
    for profile, row in run.results.rows():
        cells = f"{row['planned']:>8}{row['executed']:>10}{row['passed']:>8}{row['failed']:>8}{row['known']:>7}"
        yield f"{profile:<10}{cells}"
