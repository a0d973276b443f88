"""Conversations as sequence diagrams: a lifeline for each end, arrows between them in order of time, bytes behind each.

It is HTML and CSS without a script: an arrow is a `details` that opens with a click or a key, and everything is there
for who prints it or reads it aloud. `fragment` is a diagram for any page that has STYLES, `render` a page of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from resonant.describe.clauses import load_clauses

from .dump import Dump, Row
from .dump import rows as rows_of
from .html import TEMPLATES, environment, policy

STYLES = ("report.css", "sequence.css")
"""The files of `reports/templates` that a page with diagrams needs, in this order."""
PAUSE_US = 1_000_000
"""A pause that is longer has a line of its own."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The reason why a receiver objects. clause: its id."""

    code: str
    clause: str
    detail: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """A frame. time_us: since the conversation began. to_right: whether it goes from the left end to the right one.

    label: what it is, in a word or two. about: the rest, a few words each. number: by which others name it; 0 for none.
    anchor, links: ids in the page, of it and of others that it is about, each with a text. text: its content, where
    that is text. dump: its bytes; None where they are not shown.
    """

    time_us: int
    to_right: bool
    label: str
    about: tuple[str, ...] = ()
    fault: Fault | None = None
    dump: Dump | None = None
    number: int = 0
    text: str = ""
    anchor: str = ""
    links: tuple[tuple[str, str], ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """The lines of its bytes."""
        return () if self.dump is None else tuple(rows_of(self.dump))


@dataclass(frozen=True, slots=True)
class Note:
    """Something that happens at an end: the left one, the right one, or both (None). bad: whether it is a failure."""

    time_us: int
    right: bool | None
    text: str
    bad: bool = False


Step: TypeAlias = Arrow | Note


@dataclass(frozen=True, slots=True)
class Diagram:
    """A conversation. left, right: the names of its ends. remarks: what limits what can be said of it."""

    title: str
    left: str
    right: str
    steps: tuple[Step, ...]
    remarks: tuple[str, ...] = ()
    anchor: str = ""

    @property
    def faults(self) -> tuple[Arrow, ...]:
        """The arrows with a fault."""
        return tuple(one for one in self.steps if isinstance(one, Arrow) and one.fault is not None)

    @property
    def lines(self) -> tuple[tuple[str, Any, bool], ...]:
        """The steps in order, with pauses between them: kind, step, and whether its time is another than before."""
        found: list[tuple[str, Any, bool]] = []
        before: int | None = None
        for step in self.steps:
            if step.time_us - (before or 0) > PAUSE_US:
                found.append(("pause", span(step.time_us - (before or 0)), True))
            found.append(("arrow" if isinstance(step, Arrow) else "note", step, step.time_us != before))
            before = max(before or 0, step.time_us)
        return tuple(found)


def span(time_us: int) -> str:
    """A stretch of time, as precise as it is long."""
    if time_us < 1_000:
        return f"{time_us} µs"
    if time_us < 1_000_000:
        return f"{time_us / 1_000:.4g} ms"
    seconds, rest = divmod(time_us // 1_000_000, 60)[::-1]
    minutes, hours = rest % 60, rest // 60
    if rest == 0:
        return f"{time_us / 1_000_000:.4g} s"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s"


def fragment(diagram: Diagram) -> str:
    """The diagram as HTML for the inside of a page; every value in it is escaped."""
    return str(_macros().diagram(diagram, load_clauses()))


@cache
def _macros() -> Any:
    return environment().get_template("sequence_parts.html.j2").module


def render(title: str, sentence: str, diagrams: Sequence[Diagram], notes: Sequence[str] = ()) -> str:
    """A page of diagrams. sentence: the result in words. notes: remarks on all of it."""
    style = "".join((TEMPLATES / name).read_text("utf-8") for name in STYLES)
    return (
        environment()
        .get_template("sequence.html.j2")
        .render(
            title=title,
            sentence=sentence,
            diagrams=diagrams,
            notes=notes,
            faults=sum(len(one.faults) for one in diagrams),
            clauses=load_clauses(),
            style=style,
            policy=policy(style, ""),
        )
    )
