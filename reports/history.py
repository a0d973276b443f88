"""Many runs of one implementation after another: pass rates of the same cases, and verdicts that changed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from resonant.console import printable

from .compare import Change, Kind
from .files import DataFileError, load_data
from .outcome import Outcome

OTHERS = frozenset({"plan.json", "statement.json", "campaign.json", "mutants.json", "mutants-rust.json"})
"""Names of other files of the suite, which may lie beside run files and are none."""
JUNIT = "junit.xml"
_HEAD_BYTES = 4096
_STAMP = re.compile(rb'<testsuite\b[^>]*\btimestamp="([^"<]{1,64})"')


@dataclass(frozen=True, slots=True)
class Past:
    """One run. when: in UTC. outcomes: by id; clauses and profile_of: of all ids of the series."""

    path: str
    when: datetime
    exact: bool
    """Whether the run itself says the time, in junit.xml; it is that of the file otherwise."""
    name: str
    """The implementation, and the adapter that it was run by if that has another name."""
    version: str
    suite: str
    vectors: str
    exit_status: int
    outcomes: Mapping[str, str]
    clauses: Mapping[str, tuple[str, ...]]
    profile_of: Mapping[str, str]

    @property
    def time(self) -> str:
        """The time for people."""
        return f"{self.when:%Y-%m-%d %H:%M}"


@dataclass(frozen=True, slots=True)
class Rate:
    """A profile in one run. same: whether these are the cases of the run before, so that the rates can be compared."""

    at: int
    """The place of the run in the series."""
    passed: int
    executed: int
    same: bool

    @property
    def percent(self) -> float:
        """The share that passed, rounded down, so that 100 means all."""
        return int(10_000 * self.passed / self.executed) / 100


@dataclass(frozen=True, slots=True)
class Flip:
    """A case with another verdict than when it was judged last. before, after: places of the two runs."""

    change: Change
    before: int
    after: int
    clauses: tuple[str, ...]

    @property
    def better(self) -> bool:
        """Whether the verdict became better; one way to fail in place of another is neither."""
        back = Change(Kind.CHANGED, self.change.id, self.change.after, self.change.before)
        return back.worse and not self.change.worse


@dataclass(frozen=True, slots=True)
class Step:
    """A run against those before it."""

    at: int
    releases: tuple[str, ...]
    """Other things that changed: the suite, its vectors, the version of the implementation."""
    flips: tuple[Flip, ...]
    new: int
    """Cases that were never judged before, and how many of them do not pass."""
    new_failing: int
    not_run: int
    """Cases that the run before judged, and this one did not."""

    @property
    def worse(self) -> int:
        """How many verdicts became worse."""
        return sum(flip.change.worse for flip in self.flips)

    @property
    def better(self) -> int:
        """How many became better."""
        return sum(flip.better for flip in self.flips)


@dataclass(frozen=True, slots=True)
class Series:
    """The runs of one implementation in the order of their times."""

    name: str
    runs: tuple[Past, ...]

    def rates(self) -> Mapping[str, tuple[Rate, ...]]:
        """The rates of each profile, in the runs that judged it."""
        found: dict[str, list[Rate]] = {}
        before: dict[str, frozenset[str]] = {}
        for at, run in enumerate(self.runs):
            ids: dict[str, list[str]] = {}
            for case_id in run.outcomes:
                ids.setdefault(run.profile_of[case_id], []).append(case_id)
            for profile, those in sorted(ids.items()):
                passed = sum(run.outcomes[case_id] == Outcome.PASS for case_id in those)
                same = before.get(profile, frozenset(those)) == frozenset(those)  # before the first one there is none
                found.setdefault(profile, []).append(Rate(at, passed, len(those), same))
                before[profile] = frozenset(those)
        return {name: tuple(rates) for name, rates in found.items()}

    def steps(self) -> Iterator[Step]:
        """Every run but the first against those before it. A case is compared with the last run that judged it."""
        last: dict[str, int] = dict.fromkeys(self.runs[0].outcomes, 0)
        for at, run in enumerate(self.runs[1:], start=1):
            flips = sorted(self._flips(at, last), key=lambda one: (not one.change.worse, one.better, one.change.id))
            new = [case_id for case_id in run.outcomes if case_id not in last]
            before = self.runs[at - 1]
            yield Step(
                at,
                tuple(_releases(before, run)),
                tuple(flips),
                len(new),
                sum(run.outcomes[case_id] != Outcome.PASS for case_id in new),
                len(before.outcomes.keys() - run.outcomes.keys()),
            )
            last |= dict.fromkeys(run.outcomes, at)

    def _flips(self, at: int, last: Mapping[str, int]) -> Iterator[Flip]:
        run = self.runs[at]
        for case_id, after in run.outcomes.items():
            before = self.runs[last[case_id]].outcomes[case_id] if case_id in last else after
            if before != after:
                kind = Kind.UNSUPPORTED if after == Outcome.UNSUPPORTED else Kind.CHANGED
                yield Flip(Change(kind, case_id, before, after), last[case_id], at, run.clauses[case_id])


def unsteady(steps: Sequence[Step]) -> list[tuple[str, int]]:
    """Cases that changed more than once, with how often, the most restless first."""
    counted = Counter(flip.change.id for step in steps for flip in step.flips)
    return [(case_id, count) for case_id, count in counted.most_common() if count > 1]


def _releases(before: Past, after: Past) -> Iterator[str]:
    if before.suite != after.suite:
        yield f"suite {before.suite} → {after.suite}"
    if before.vectors != after.vectors:
        yield f"vectors {before.vectors[:8]} → {after.vectors[:8]}"
    if before.version != after.version:
        yield f"version {before.version} → {after.version}"


def gather(folder: Path) -> tuple[tuple[Series, ...], tuple[str, ...]]:
    """The series of all run files below the folder, by name, and why each other JSON file is left out.

    Raises DataFileError if it is no folder.
    """
    if not folder.is_dir():
        raise DataFileError(f"{folder}: not a folder; name one that has run.json files in it, at any depth")
    runs: dict[str, list[Past]] = {}
    left_out: list[str] = []
    shared: dict[Any, Any] = {}
    for path in sorted(folder.rglob("*.json")):
        if path.name in OTHERS or not path.is_file():
            continue
        try:
            one = _past(path, folder, shared)
        except DataFileError as error:
            left_out.append(str(error))
            continue
        runs.setdefault(one.name, []).append(one)
    order = {name: tuple(sorted(those, key=lambda one: (one.when, one.path))) for name, those in runs.items()}
    return tuple(Series(name, order[name]) for name in sorted(order)), tuple(left_out)


def _past(path: Path, folder: Path, shared: dict[Any, Any]) -> Past:
    """shared: ids and clauses that were read already, so that hundreds of runs have them once."""
    data = load_data(path, "run")
    who = data["implementation"]
    when, exact = _when(path)
    names = dict.fromkeys(printable(name) for name in (who["name"], data["adapter"]) if name != "unknown")
    cases = [(shared.setdefault(one["id"], one["id"]), one) for one in data["cases"]]

    def kept(value: Any) -> Any:
        return shared.setdefault(value, value)

    return Past(
        path=printable(path.parent.relative_to(folder).as_posix() if path.name == "run.json" else path.name),
        when=when,
        exact=exact,
        name=" by ".join(names),
        version=printable(who["version"]),
        suite=printable(data["suite"]),
        vectors=data["vectors"]["sha256"],
        exit_status=data["exit_status"],
        outcomes={case_id: kept(one["outcome"]) for case_id, one in cases},
        clauses={case_id: kept(tuple(one["clauses"])) for case_id, one in cases},
        profile_of={case_id: kept(one["profile"]) for case_id, one in cases},
    )


def _when(path: Path) -> tuple[datetime, bool]:
    """The time of a run. run.json has none, as the same run is to give the same bytes; junit.xml beside it does."""
    beside = path.with_name(JUNIT)
    try:
        with beside.open("rb") as file:
            stamp = _STAMP.search(file.read(_HEAD_BYTES))
        if stamp is not None:
            found = datetime.fromisoformat(stamp[1].decode())
            return (found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)), True
    except (OSError, ValueError, OverflowError):
        pass
    return datetime.fromtimestamp(path.stat().st_mtime, UTC), False
