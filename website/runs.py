"""Runs of implementations, the files that a site is given, and how each case and clause went in them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, count
from pathlib import Path
from typing import Any

from resonant.describe.registry import registry

from reports.files import file_of
from reports.model import Cell, Row, bar, cells, rows, told_apart
from reports.outcome import KNOWN, Outcome
from reports.read import Run, read_run
from reports.statement.statement import statement_of

from .places import ROOT, slug
from .vectors import TRANSPORTS

LETTERS: Mapping[str, str] = {
    Outcome.PASS: "p",
    KNOWN: "k",
    Outcome.FAIL: "f",
    Outcome.UNSUPPORTED: "u",
    Outcome.REQUEST_ERROR: "e",
    Outcome.CRASH: "c",
    Outcome.TIMEOUT: "t",
    Outcome.HARNESS_ERROR: "h",
}
"""One letter for each outcome, as the data of pages has it; `NOT_RUN` where there is none."""
NOT_RUN = "-"
MOST_FOLDER_CHARS = 60
"""Of the name of a folder; file systems take 255 bytes."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A run as the site shows it. outcomes: by the id of the case."""

    run: Run
    slug: str
    path: Path
    statement: Mapping[str, Any]
    rows: tuple[Row, ...]
    cells: Mapping[str, Cell]
    outcomes: Mapping[str, str]

    @property
    def page(self) -> str:
        """The path of its page."""
        return f"matrix/{self.slug}/index.html"

    @property
    def of_other_vectors(self) -> bool:
        """Whether it was judged by other vectors than this site shows, those of another release."""
        return self.run.vectors != own_vectors()

    @property
    def conforms(self) -> bool:
        """Whether every case that was run passed."""
        return self.run.exit_status == 0


@cache
def own_vectors() -> str:
    """The hash of the vectors of this checkout, as runs name it."""
    return str(json.loads((ROOT / "vectors" / "manifest.json").read_bytes())["sha256"])


def load_runs(paths: Sequence[Path]) -> tuple[Judged, ...]:
    """The runs in these files or folders, each under a name of its own. Raises DataFileError."""
    found = told_apart([read_run(path) for path in paths])
    folders = _folders(run.name for run in found)
    return tuple(_judged(*one) for one in zip(found, folders, paths, strict=True))


def _folders(names: Iterable[str]) -> Iterator[str]:
    """A folder for each name, which may be as long as its author likes and differ from another in its signs alone."""
    taken: set[str] = set()
    for name in names:
        short = slug(name)[:MOST_FOLDER_CHARS].strip("-")
        choices = chain((short,), (f"{short}-{number}" for number in count(2)))
        folder = next(one for one in choices if one not in taken)
        taken.add(folder)
        yield folder


def _judged(run: Run, folder: str, path: Path) -> Judged:
    outcomes = {entry.id: entry.outcome for entry in run.entries}
    statement = statement_of(path)
    return Judged(run, folder, file_of(path, "run"), statement, rows(run), cells(run), outcomes)


def letters(case_id: str, runs: Iterable[Judged]) -> str:
    """The outcome of a case in each run, a letter each."""
    return "".join(LETTERS.get(one.outcomes.get(case_id, ""), NOT_RUN) for one in runs)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the matrix: a profile, or its cases over one transport. cells: one for each run, None if not judged."""

    profile: str
    transport: str
    cells: tuple[Row | None, ...]


def matrix(runs: Sequence[Judged]) -> Iterator[Line]:
    """The lines of the matrix in the order of profiles; below one of dialogues a line for each transport.

    Profiles that this suite does not know, such as those of a later one, come last.
    """
    tables = [_by_transport(one) for one in runs]
    ours = (*registry().profiles, registry().testee.name)
    others = sorted({profile for table in tables for profile, _ in table} - set(ours))
    for profile in (*ours, *others):
        known = [name for name in TRANSPORTS if any((profile, name) in table for table in tables)]
        yield Line(profile, "", tuple(_whole(table, profile) for table in tables))
        if len(known) > 1:
            for transport in known:
                found = (table.get((profile, transport)) for table in tables)
                yield Line(profile, transport, tuple(_row(transport, one) for one in found))


_Counts = Counter[str]


def _by_transport(one: Judged) -> Mapping[tuple[str, str], _Counts]:
    """The numbers of the cases of each profile over each transport, whatever profile they count under."""
    found: dict[tuple[str, str], _Counts] = {}
    dialogues = {name for name, profile in registry().profiles.items() if profile.dialogues}
    for entry in one.run.entries:
        profile, transport = entry.profile, ""
        if entry.profile != registry().testee.name:
            plain, _, over = entry.id.partition("@")
            profile = plain.partition("/")[0]
            own = profile if profile in TRANSPORTS else TRANSPORTS[0]
            transport = (over or own) if profile in dialogues and not entry.op.startswith(profile) else ""
            transport = transport if entry.op in ("", "dialogue") else ""
        counts = found.setdefault((profile, transport), Counter())
        counts["executed"] += 1
        counts["passed"] += entry.outcome == Outcome.PASS
        counts["known"] += entry.outcome == KNOWN
        counts["failed"] += not entry.green
    return found


def _whole(table: Mapping[tuple[str, str], _Counts], profile: str) -> Row | None:
    total: _Counts = Counter()
    for (name, _), counts in table.items():
        total.update(counts if name == profile else {})
    return _row(profile, total or None)


def _row(name: str, counts: _Counts | None) -> Row | None:
    if counts is None:
        return None
    numbers = {key: counts[key] for key in ("executed", "passed", "failed", "known")} | {"planned": counts["executed"]}
    return Row(name=name, bar=bar(numbers), **numbers)
