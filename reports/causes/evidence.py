"""The evidence for a clause: how many failures of one signature cite it, how many of its cases fail, what it says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from resonant.describe.clauses import load_clauses
from resonant.describe.registry import registry

from ..entry import Entry
from .signature import Signature, Way

FIRST, LATER = 1.0, 0.6
"""The weights of the clause that a case cites first, and of those after it."""
OF_ITS_CODE = 0.5
"""The share of the failures for which a clause speaks at least, if it is the one that lays down their code."""
OF_ITS_FIELD = 0.5
"""The same for a clause that names the field in which values differ."""
UNSAID, SAID, NAMED = 1.0, 2.0, 6.0
"""The weights of a clause by what its text says: nothing of it, something, the very name of the field."""
OWN = 0.6
"""From this share of failing cases on, a clause is a cause of its own."""
_FEW = 2
_NO_WORDS = {"bad", "mismatch", "failed", "required", "large", "short", "too", "bytes"}


@dataclass(frozen=True, slots=True)
class Counts:
    """The cases of a profile by clause: all of them, and those that failed."""

    total: Mapping[str, int]
    failed: Mapping[str, int]

    def share(self, clause: str) -> float:
        """The share of the clause's cases that fail."""
        return self.failed.get(clause, 0) / max(self.total.get(clause, 0), 1)

    def is_own(self, clause: str) -> bool:
        """Whether so many of its cases fail that it must be a cause itself."""
        return self.total.get(clause, 0) > _FEW and self.share(clause) >= OWN


def counts(entries: Iterable[Entry], failing: Iterable[Entry]) -> Counts:
    """The counts of these entries, of which some fail."""
    total = Counter(clause for entry in entries for clause in entry.clauses)
    return Counts(total, Counter(clause for entry in failing for clause in entry.clauses))


def ranked(cluster: Sequence[Entry], happened: Signature, counted: Counts) -> list[tuple[str, float]]:
    """The clauses that could explain failures of one signature, with their scores, the likeliest first."""
    cited: dict[str, float] = {}
    for entry in cluster:
        for place, clause in enumerate(entry.clauses):
            cited[clause] = cited.get(clause, 0.0) + (LATER if place else FIRST)
    for code in (happened.due, happened.got):
        clause = _clause_of_code(code)
        if clause in counted.failed and happened.way in _ABOUT_CODES:
            cited[clause] = max(cited.get(clause, 0.0), OF_ITS_CODE * len(cluster))
    for clause in [clause for clause in cited if speaks_of(clause, happened) == NAMED]:
        cited[clause] = max(cited[clause], OF_ITS_FIELD * len(cluster))
    found = ((clause, _score(clause, weight / len(cluster), happened, counted)) for clause, weight in cited.items())
    return sorted(found, key=lambda one: (-one[1], one[0]))


_ABOUT_CODES = (Way.ACCEPTED, Way.REJECTED, Way.OTHER_CODE)


def _score(clause: str, recall: float, happened: Signature, counted: Counts) -> float:
    speaks = speaks_of(clause, happened)
    share = max(counted.share(clause), OF_ITS_FIELD if speaks == NAMED else 0.0)  # few values may show it
    return round(recall * float(share**0.5) * speaks, 9)


def _clause_of_code(code: str) -> str:
    found = registry().codes.get(code)
    return found.clause if found is not None else ""


@cache
def speaks_of(clause: str, happened: Signature) -> float:
    """How much the clause's text speaks of what came out wrong, the member or a code that was due or came."""
    known = load_clauses().get(clause)
    words = _words(happened) if known is not None else ()
    if known is None or not any(_word(word).search(known.text) for word in words):
        return UNSAID
    return NAMED if happened.way is Way.VALUE and f"`{happened.got}`" in known.text else SAID


@cache
def _word(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)


def _words(happened: Signature) -> tuple[str, ...]:
    match happened.way:
        case Way.VALUE | Way.DIALOGUE:
            return (happened.got, happened.got.removesuffix("s")) if happened.got.isidentifier() else ()
        case Way.ACCEPTED | Way.OTHER_CODE:
            return (happened.due,)
        case Way.REJECTED:
            parts = (word for word in happened.got.lower().split("_") if word not in _NO_WORDS)
            return happened.got, *parts
    return ()
