"""The planned cases, those that ran, and whether that may be called a result."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from reports.entry import Entry
from reports.outcome import KNOWN, Outcome

_GOOD = (str(Outcome.PASS), KNOWN)


class Planned(Protocol):
    """Something to run: a case of the vectors, or a check of a server."""

    @property
    def id(self) -> str:
        """Unique in the suite."""

    @property
    def profile(self) -> str:
        """The profile that it counts for."""

    @property
    def clauses(self) -> tuple[str, ...]:
        """The clauses that it judges."""


def _badness(entry: Entry) -> int:
    return _GOOD.index(entry.outcome) if entry.outcome in _GOOD else len(_GOOD)


@dataclass(slots=True)
class Results:
    """The results of a run. A run that tested nothing is a failed run, however green it looks."""

    selected: tuple[str, ...]
    """The profiles to judge."""
    planned: Mapping[str, Planned]
    """The cases that are to run, by id."""
    entries: list[Entry] = field(default_factory=list)
    left_out: int = 0
    """Cases that were not planned because they need time to pass, and the testee's clock is real."""
    _places: dict[str, int] = field(default_factory=dict, repr=False, compare=False)

    def add(self, entry: Entry) -> None:
        """Note how a case ended. One that is executed again counts once, by the worst of its ends."""
        place = self._places.setdefault(entry.id, len(self.entries))
        if place == len(self.entries):
            self.entries.append(entry)
        elif _badness(entry) > _badness(self.entries[place]):
            self.entries[place] = entry

    def faults(self, *, replay: bool) -> Iterator[str]:
        """Reasons why the run must not end green although no case failed.

        replay: single cases were named on the command line, so that the rest is not missed.
        """
        executed = Counter(entry.profile for entry in self.entries if entry.id in self.planned)
        if not executed and not (replay and self.entries):
            yield "no case was executed: nothing is judged"
        elif not replay:
            for profile in self.selected:
                if not executed[profile]:
                    yield f"no case of profile {profile} was executed although it is claimed"

    def rows(self) -> Iterator[tuple[str, Mapping[str, int]]]:
        """A row a profile: planned, executed, pass, fail, known."""
        planned = Counter(case.profile for case in self.planned.values())
        entries: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            if entry.id in self.planned:
                entries[entry.profile].append(entry)
        for profile in self.selected:
            mine = entries[profile]
            passed = sum(entry.outcome == Outcome.PASS for entry in mine)
            known = sum(entry.outcome == KNOWN for entry in mine)
            yield (
                profile,
                {
                    "planned": planned[profile],
                    "executed": len(mine),
                    "passed": passed,
                    "failed": len(mine) - passed - known,
                    "known": known,
                },
            )

    def failing_clauses(self) -> Sequence[tuple[str, int]]:
        """Clauses with the number of failed cases that cite them, most first."""
        bad = (entry for entry in self.entries if not entry.green)
        return Counter(clause for entry in bad for clause in entry.clauses).most_common()

    @property
    def unnamed(self) -> int:
        """How many refusals came without a code (TST-14)."""
        return sum(entry.unnamed for entry in self.entries)
