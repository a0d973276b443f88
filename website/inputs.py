"""All that a site is made of: what the repository holds, and files that were made of it elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from resonant.describe.clauses import Clause, load_clauses

from reports.files import load_data

from .runs import Judged, load_runs
from .vectors import Group, by_clause, load_groups


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault that a case has to catch. killer: the id of one that does; empty if it survives."""

    id: str
    kind: str
    story: str
    killer: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The files that a site is asked to be made of; each of them may be missing.

    example: a run that failed, for the walk-through. history: a folder of runs. release: that of the vectors' archives.
    older: a site, whose versions of the specification this one takes over.
    """

    runs: tuple[Path, ...] = ()
    example: Path | None = None
    mutants: Path | None = None
    history: Path | None = None
    release: Path | None = None
    older: Path | None = None
    plots: tuple[Path, ...] = ()
    profiles: tuple[str, ...] = ()
    """The profiles whose vectors are shown; all, if it is empty."""


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """The same, read."""

    asked: Asked
    clauses: Mapping[str, Clause]
    groups: tuple[Group, ...]
    of_clause: Mapping[str, tuple[tuple[Group, tuple[str, ...]], ...]]
    runs: tuple[Judged, ...]
    example: Judged | None
    mutants: Mapping[str, tuple[Mutant, ...]]

    @property
    def cases(self) -> int:
        """How many cases there are."""
        return sum(len(group.cases) for group in self.groups)

    @property
    def faults(self) -> int:
        """How many mutants there are."""
        return sum(map(len, self.mutants.values()))


def read(asked: Asked) -> Inputs:
    """Everything, read and checked. Raises DataFileError, OSError, ValueError."""
    groups = load_groups(profiles=asked.profiles)
    return Inputs(
        asked,
        load_clauses(),
        groups,
        by_clause(groups),
        load_runs(asked.runs),
        load_runs([asked.example])[0] if asked.example else None,
        _mutants(asked.mutants) if asked.mutants else {},
    )


def _mutants(path: Path) -> Mapping[str, tuple[Mutant, ...]]:
    found: Mapping[str, Sequence[Mapping[str, str | None]]] = load_data(path, "mutants")["clauses"]
    return {
        clause: tuple(
            Mutant(str(one["id"]), str(one["kind"]), str(one["story"]), str(one["killer"] or "")) for one in those
        )
        for clause, those in found.items()
    }
