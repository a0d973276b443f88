"""The entries that --fix-known-failures suggests: by cause, in its words, and with a wildcard for a whole group."""

from __future__ import annotations

import textwrap
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from resonant.console import counted, printable

from reports.cards import Card, cards, plain
from reports.entry import Entry

from ..model.verdict import short
from .known_failures import ALL, UNCHECKED, UNFILLED, Known
from .testee_ids import TESTEE

ISSUE = f"{UNFILLED}: https://"
HEADING, MORE = "## cause: ", "##   "
"""The starts of lines of comments that are ours, and go when the last entry below them does."""
_WIDTH, _LINES, _CHARS = 110, 3, 300
_FEW = 2
"""A group of fewer cases is listed by id; a reason names so many causes at most."""


@dataclass(frozen=True, slots=True)
class Section:
    """New entries of one cause. heading: lines of comments."""

    heading: tuple[str, ...]
    entries: tuple[Known, ...]


@dataclass(frozen=True, slots=True)
class Cases:
    """The ids that decide what may be listed. free: those that exist, but for those that an entry fits already."""

    new: Collection[str]
    """Those that failed and are not listed."""
    free: Collection[str]
    existing: Collection[str]
    running: Collection[str]


def sections(cases: Cases, entries: Sequence[Entry]) -> Iterator[Section]:
    """Entries for the new failures, in the order of the causes that they are grouped by."""
    found = cards(entries)
    cause_of = {entry.id: card.number for card in found for entry in card.cause.entries}
    whole = whole_groups(cases, cause_of)
    below: dict[str, list[str]] = defaultdict(list)
    for case_id in sorted(cases.new):
        below[next(filter(whole.__contains__, _prefixes(case_id)), case_id)].append(case_id)
    by_cause: dict[int, list[Known]] = defaultdict(list)
    for name, ids in below.items():
        numbers = [number for number, _ in Counter(cause_of.get(case_id, 0) for case_id in ids).most_common()]
        reason = UNCHECKED + _reason([found[number - 1] for number in numbers if number])
        wild = name in whole
        by_cause[numbers[0]].append(Known(name + ALL if wild else name, reason, ISSUE, whole.get(name)))
    for number, known in sorted(by_cause.items()):
        yield Section(tuple(_heading(found[number - 1])) if number else (), tuple(known))


def whole_groups(cases: Cases, cause_of: Mapping[str, int]) -> Mapping[str, int]:
    """Groups of which every case that counts is a new failure, and the number of cases that exist in each.

    A group of groups is one only if all have the same cause, as one reason is to be true of it.
    """
    new, free, running = set(cases.new), set(cases.free), set(cases.running)
    sizes: Counter[str] = Counter()
    broken: set[str] = {TESTEE}  # probes and laws have nothing in common
    causes: dict[str, set[int]] = defaultdict(set)
    failing: Counter[str] = Counter()
    for case_id in cases.existing:
        sizes.update(_prefixes(case_id))
        if case_id not in free or (case_id in running and case_id not in new):
            broken.update(_prefixes(case_id))
    for case_id in new:
        parent = case_id.rpartition("/")[0]
        for prefix in _prefixes(case_id):
            failing[prefix] += 1
            causes[prefix].add(cause_of.get(case_id, 0) if prefix != parent else 0)
    return {
        prefix: sizes[prefix]
        for prefix, count in failing.items()
        if prefix not in broken and count >= _FEW and len(causes[prefix] - {0}) <= 1
    }


def _prefixes(case_id: str) -> Iterator[str]:
    """The groups that a case is in, the largest first."""
    parts = case_id.split("/")
    return ("/".join(parts[:end]) for end in range(1, len(parts)))


def _reason(those: Sequence[Card]) -> str:
    named = (f"{card.title} ({card.name})" if card.cause.clause else card.title for card in those)
    words = [printable(short(text, _CHARS)) for text in named]
    more = [counted(len(words) - _FEW, "more cause")] if len(words) > _FEW else []
    return "; ".join((*words[:_FEW], *more)) or "it fails"


def _heading(card: Card) -> Iterator[str]:
    yield from _comment(HEADING, f"{card.name}: {card.title}" if card.cause.clause else card.title)
    if card.clause is not None:
        place = f"specs/{card.clause.file}:{card.clause.line}"
        yield from _comment(MORE, f"{card.clause.id} ({place}): {plain(card.clause.text)}")


def _comment(start: str, text: str) -> list[str]:
    lines = textwrap.wrap(printable(text), _WIDTH, initial_indent=start, subsequent_indent=MORE)
    return lines if len(lines) <= _LINES else [*lines[: _LINES - 1], lines[_LINES - 1] + " …"]
