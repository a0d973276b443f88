"""The account of a run for people: a sentence of result, and a card for each cause. Terminal and page show the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from resonant.describe.clauses import Clause, load_clauses

from .causes import Cause, causes
from .causes.signature import is_failure
from .causes.words import joined, look, said, what
from .dump import WINDOWS, Dump
from .entry import Entry
from .meaning import meaning
from .outcome import KNOWN

AROUND = 1
"""How many fields are shown before and after a wrong one."""
MOST_LINES = 6
_NAMES = 4
_NAMELESS = "The implementation"
"""One that says neither its name nor its version."""


@dataclass(frozen=True, slots=True)
class Card:
    """A cause, ready to be told."""

    number: int
    anchor: str
    """Unique on a page, and the same from run to run as long as the cause is."""
    cause: Cause
    clause: Clause | None
    title: str
    said: str
    """Of the example: what was due, and what came instead."""
    means: str
    look: str
    others: tuple[tuple[str, int], ...]
    """The other failures, counted by the group that they are in."""

    @property
    def name(self) -> str:
        """The clause, also the other one that may be meant; what else the cause is called if there is none."""
        names = filter(None, (self.cause.clause, self.cause.also))
        return " or ".join(names) or self.cause.kind.capitalize()


def cards(entries: Iterable[Entry]) -> tuple[Card, ...]:
    """The causes of the failures among these entries as cards."""
    clauses, taken = load_clauses(), Counter[str]()
    found = []
    for number, cause in enumerate(causes(entries), start=1):
        name = "-".join(filter(None, (cause.clause or cause.example.id, "" if cause.kind == "clause" else cause.kind)))
        taken[name] += 1
        anchor = "cause-" + (name if taken[name] == 1 else f"{name}-{taken[name]}")
        found.append(
            Card(
                number,
                anchor,
                cause,
                clauses.get(cause.clause),
                what(cause),
                said(cause.example),
                meaning(cause.example),
                look(cause),
                groups(cause.entries[1:]),
            )
        )
    return tuple(found)


def groups(entries: Sequence[Entry]) -> tuple[tuple[str, int], ...]:
    """The groups of these cases, the largest first; what has none counts by itself."""
    return tuple(Counter(entry.id.rpartition("/")[0] for entry in entries).most_common())


@dataclass(frozen=True, slots=True)
class Account:
    """The numbers that the sentence of result is made of. who: name and version."""

    who: str
    profiles: Mapping[str, Mapping[str, int]]
    entries: Sequence[Entry]
    causes: int
    green: bool
    """Whether the exit status is 0."""
    whole: bool = True
    """Whether nothing of the judged profiles was left out."""
    outside: bool = False
    """Whether a server was judged by its datagrams alone."""


def sentence(account: Account) -> str:
    """The result of a run in a sentence."""
    account = account if account.who else replace(account, who=_NAMELESS)
    failing = sum(map(is_failure, account.entries))
    if not account.entries:
        return f"{account.who} is not judged: no case was executed."
    if failing:
        return f"{account.who} {_does_not(account)}: {_counted(account.causes, 'cause')}, {_share(failing, account)}."
    known = sum(entry.outcome == KNOWN for entry in account.entries)
    passed = len(account.entries) - known
    names = joined(account.profiles)
    seen = " as far as can be seen from outside" if account.outside else ""
    if not account.green:
        return f"{account.who} passed {_share(passed, account)}, but the run failed for another reason."
    if known:
        return f"{account.who} has no new failures in {names}: {_counted(known, 'known failure')} in {_all(account)}."
    if not account.whole or _planned(account) > _executed(account):
        return f"{account.who} passed what was run: {_share(passed, account)}."
    return f"{account.who} conforms to {names}{seen}: it passed {_all(account)}."


def _does_not(account: Account) -> str:
    names = [name for name, row in account.profiles.items() if row["failed"]]
    return f"does not conform to {joined(names)}" if names else "does not keep the testee protocol"


def _planned(account: Account) -> int:
    return sum(row["planned"] for row in account.profiles.values())


def _executed(account: Account) -> int:
    return sum(row["executed"] for row in account.profiles.values())


def _share(count: int, account: Account) -> str:
    skipped = _planned(account) - _executed(account)
    rest = f"; {skipped:,} more were not run" if skipped > 0 else ""
    return f"{count:,} of {_all(account)}{rest}"


def _all(account: Account) -> str:
    return _counted(len(account.entries), "case")


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}" + ("" if count == 1 else "s")


def excerpt(dump: Dump) -> Dump:
    """The wrong fields of a dump and their neighbours; all of a short one. Its remarks are those of the cause."""
    lines = dump.lines
    if len(lines) <= MOST_LINES or lines[0].part in WINDOWS:
        return Dump(lines)
    wrong = [place for place, line in enumerate(lines) if line.marked or line.wrong]
    near = sorted(
        {place for at in wrong[:2] for place in range(at - AROUND, at + AROUND + 1) if 0 <= place < len(lines)}
    )
    return Dump(tuple(lines[place] for place in near[:MOST_LINES]) or lines[:2])


def other_lines(card: Card) -> Iterator[str]:
    """The groups of the other failures, a few by name and the rest as a number."""
    for name, count in card.others[:_NAMES]:
        yield f"{name} ({count})"
    more = sum(count for _, count in card.others[_NAMES:])
    if more:
        yield f"{more:,} elsewhere"


def places(card: Card) -> Iterator[str]:
    """The places in the list of known failures of what passed, each with the cases that did."""
    passed: dict[str, list[str]] = {}
    for entry in card.cause.entries:
        if entry.listed:
            passed.setdefault(entry.listed, []).append(entry.id.rpartition("/")[2])
    for place, names in passed.items():
        more = f" and {len(names) - _NAMES:,} more" if len(names) > _NAMES else ""
        yield f"{place}: {', '.join(names[:_NAMES])}{more} passed"


def plain(text: str) -> str:
    """Markdown of a clause without its marks."""
    return re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text).replace("`", "")
