"""Cards of causes as lines of a terminal, one failure of each in full."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from resonant.console import counted, printable

from reports.cards import Card, excerpt, other_lines, places, plain
from reports.causes.patterns import PROBE
from reports.causes.signature import Way
from reports.dump import texts
from reports.entry import Entry, Failure

from ..model.verdict import short

FIRST_CARDS, MOST_CARDS, MOST_LISTED = 3, 6, 16
"""So many causes are shown in full whatever they explain, so many at most, and so many in the list of all."""
SHARE = 0.05
"""The share of the failures from which on a cause after the first ones is shown in full."""
_LABEL = 11
_NARROW, _WIDE = 40, 120
_TEXT_LINES, _STEPS, _STDERR, _VALUE, _PLACES = 3, 3, 4, 300, 8
_LISTED, _LISTED_LINES = 3_000, 40
_ABSENT = (": expected nothing, ", ", got nothing")
"""Parts of a sentence about a member that is missing or too much, which does not say what came in its place."""
_EXPLAINED = {Way.ACCEPTED, Way.REJECTED, Way.OTHER_CODE}
"""Ways to fail of which the sentence says everything."""


def in_full(cards: Sequence[Card]) -> Sequence[Card]:
    """Those to be shown in full: the first ones, and after them what explains much."""
    failing = sum(card.cause.count for card in cards)
    much = [card for card in cards[FIRST_CARDS:] if card.cause.count >= SHARE * failing]
    return [*cards[:FIRST_CARDS], *much][:MOST_CARDS]


def card_lines(card: Card, width: int) -> Iterator[str]:
    """The card, with one failure in full."""
    width = min(max(width, _NARROW), _WIDE)
    count = f"{card.cause.count:,} case" + ("" if card.cause.count == 1 else "s")
    yield from _wrapped(f"{card.number}. {card.name}: {card.title} ({count})", width, indent="   ")
    if card.clause is not None:
        place = f"specs/{card.clause.file}:{card.clause.line}"
        yield from _member("clause", f"{card.clause.id} ({place}) {plain(card.clause.text)}", width)
    example = card.cause.example
    about = example.failure.about if example.failure is not None else ""
    yield from _member("example", f"{example.id}" + (f": {about}" if about else ""), width)
    yield from _member("", card.said, width)
    yield from _bytes_and_words(example, card, width)
    yield from _member("it means", card.means, width)
    yield from _member("look at", card.look, width)
    others = ", ".join(other_lines(card))
    if others:
        yield from _member("others", others, width)
    delete = list(places(card))
    for line in delete[:_PLACES]:
        yield f"delete    {printable(line)}"  # no line is broken, as a path is to be copied
    if len(delete) > _PLACES:
        yield f"          and {counted(len(delete) - _PLACES, 'more entry', ',')} of that file"
    if example.failure is not None:
        yield f"replay    {example.failure.replay}"  # one line, to be copied


def _bytes_and_words(example: Entry, card: Card, width: int) -> Iterator[str]:
    """The bytes and messages of the example, as far as the sentence does not say it all."""
    failure = example.failure
    if failure is None:
        yield from (f"     {printable(line)}" for line in example.detail.splitlines()[1 : 1 + _STDERR])
        return
    has_both = failure.differs_in and not any(part in card.said for part in _ABSENT)
    told = card.cause.happened.way in _EXPLAINED or has_both
    if failure.dump is None and not failure.steps and not told:
        probe = example.id.startswith(PROBE)  # it has a list of all that is wrong
        yield from _values(failure, width, *((_LISTED, _LISTED_LINES) if probe else (_VALUE, 2)))
    if failure.dump is not None:
        yield from (f"     {printable(str(line))}"[:_WIDE] for line in texts(excerpt(failure.dump)))
    for step in (failure.steps or ())[-_STEPS:]:
        text = f"{step['t_ms']:,} ms, to the {step['to']}: {step['label']} {step['note']}"
        yield f"     {printable(short(text, width - 5))}".rstrip()
    for line in (failure.stderr or "").splitlines()[-_STDERR:]:
        yield f"     stderr: {printable(short(line, width))}"


def _values(failure: Failure, width: int, most_chars: int, most: int) -> Iterator[str]:
    for label, value in (("expected", failure.expected), ("got", failure.got)):
        if value not in (None, ""):
            yield from _member(label, short(value, most_chars), width, most)


def listed(cards: Sequence[Card], width: int) -> Iterator[str]:
    """A line for each cause; the last ones are counted."""
    width = min(max(width, _NARROW), _WIDE)
    for card in cards[:MOST_LISTED]:
        yield short_line(f"{card.cause.count:>6,} x  {card.name}: {card.title}", width)
    more = cards[MOST_LISTED:]
    if more:
        yield f"{sum(card.cause.count for card in more):>6,} x  {counted(len(more), 'more cause')}"


def short_line(text: str, width: int) -> str:
    """The text on one line of this width."""
    text = printable(text)
    return text if len(text) <= width else text[: width - 3] + "..."


def _member(label: str, text: str, width: int, most: int = _TEXT_LINES) -> Iterator[str]:
    lines = list(_wrapped(text, width - 3 - _LABEL, indent=""))
    if len(lines) > most:
        lines = [*lines[: most - 1], short_line(lines[most - 1] + " ...", width - 3 - _LABEL)]
    for place, line in enumerate(lines):
        yield f"   {label if place == 0 else '':<{_LABEL - 1}} {line}"


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    return textwrap.wrap(printable(text), max(width, 20), subsequent_indent=indent, break_on_hyphens=False)
