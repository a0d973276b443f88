"""A mutant of a general tool, by a name that stays when lines above it move."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
ARROW = " ~> "
BODY = "{…}"
"""Stands for the whole body of a function, where that is what is replaced."""
NOTHING = "(nothing)"
ANYTHING = "*"
LINE_END = " ⏎ "


@dataclass(frozen=True, slots=True)
class Mutant:
    """file: its path from the root of the repository. function: with its class; empty for a module's own lines.

    before, after: the changed lines. Equal lines of one function have one name.
    """

    file: str
    function: str
    before: str
    after: str
    source: str = ""
    """The whole changed file, where the tool leaves it to us to put it in place."""

    @property
    def change(self) -> str:
        """Its name in its file."""
        return f"{self.function}: {self.before}{ARROW}{self.after}"

    @property
    def any_change(self) -> str:
        """The name in its file of all that can become of the same lines."""
        return f"{self.function}: {self.before}{ARROW}{ANYTHING}"

    @property
    def name(self) -> str:
        """Its whole name."""
        return f"{self.file} {self.change}"


def differing(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """The places at which lines differ: first and end before, first and end after, counted from 0."""
    for tag, start, stop, new_start, new_stop in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            yield start, stop, new_start, new_stop


def changed_lines(before: Sequence[str], after: Sequence[str]) -> tuple[str, str]:
    """The lines that differ, each without its margin, joined to one."""
    old: list[str] = []
    new: list[str] = []
    for start, stop, new_start, new_stop in differing(before, after):
        old += (line.strip() for line in before[start:stop])
        new += (line.strip() for line in after[new_start:new_stop])
    return LINE_END.join(old) or NOTHING, LINE_END.join(new) or NOTHING
