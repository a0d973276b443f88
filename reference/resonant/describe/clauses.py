"""The clauses of specs/ as data: what each id says, and where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType

_LOOKS_LIKE_ONE = re.compile(r" {0,3}[-*+] *`?[A-Za-z]{3}[-_ ]?[0-9]+\b")
_CLAUSE = re.compile(r"- `(?P<id>[A-Z]{3}-[1-9][0-9]*)` (?P<text>\S.*)")
# The two marks that may end a clause, and what each looks like.
_MARKS = (
    ("untestable", "reason", re.compile(r"(?P<text>.*\S) \{untestable: (?P<value>[^{}]*[^{}\s])\}")),
    ("judged in", "profile", re.compile(r"(?P<text>.*\S) \{judged in: (?P<value>[a-z]+)\}")),
)
_MUST = re.compile(r"\bMUST\b")


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause. text: the Markdown after the id, without the mark at its end; untestable: the reason in that mark."""

    id: str
    text: str
    untestable: str | None
    file: str
    """The file's name in specs/, such as "frame.md"."""
    line: int
    """The line in that file, from 1."""
    judged_in: str | None = None
    """The profile in which its cases are, where that is not the one of its family."""

    @property
    def must(self) -> bool:
        """Whether the clause obliges: it holds MUST or MUST NOT, and not only SHOULD or MAY."""
        return _MUST.search(self.text) is not None


def specs_folder() -> Traversable:
    """The folder of the specification: the package's data in an installed wheel, the repository's specs/ in a checkout.

    Raises FileNotFoundError if it is in neither place.
    """
    folder = resources.files(__package__.partition(".")[0]) / "specs"
    if not folder.is_dir():
        folder = Path(__file__).resolve().parents[3] / "specs"
    if not folder.is_dir():
        raise FileNotFoundError(f"the specification is neither in the package nor at {folder}")
    return folder


@cache
def load_clauses() -> Mapping[str, Clause]:
    """Every clause of specs/*.md by id, in the order of the files' names and of their lines.

    Raises ValueError for an id that stands twice and for a line that is nearly a clause, FileNotFoundError as
    `specs_folder` does.
    """
    found = (entry for entry in specs_folder().iterdir() if entry.name.endswith(".md"))
    entries = sorted(found, key=lambda entry: entry.name)
    return collect_clauses((entry.name, entry.read_text(encoding="utf-8")) for entry in entries)


def collect_clauses(texts: Iterable[tuple[str, str]]) -> Mapping[str, Clause]:
    """The clauses of (file name, Markdown text) pairs by id; ValueError as for `load_clauses`."""
    clauses: dict[str, Clause] = {}
    for file, text in texts:
        for clause in parse_clauses(file, text):
            if clause.id in clauses:
                first = clauses[clause.id]
                raise ValueError(f"{file}:{clause.line}: {clause.id} stands already at {first.file}:{first.line}")
            clauses[clause.id] = clause
    return MappingProxyType(clauses)


def parse_clauses(file: str, text: str) -> tuple[Clause, ...]:
    """The clauses of one file, in order. Lines in fenced and indented code blocks are examples, not clauses."""
    found = []
    fenced = False
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        if line.startswith("```"):
            fenced = not fenced
        elif not fenced and _LOOKS_LIKE_ONE.match(line):
            following = lines[number] if number < len(lines) else ""
            found.append(_parse(file, number, line, following))
    return tuple(found)


def _parse(file: str, number: int, line: str, following: str) -> Clause:
    where = f"{file}:{number}"
    match = _CLAUSE.fullmatch(line.rstrip())
    if match is None:
        raise ValueError(f'{where}: not of the form "- `FRM-1` text": {line[:60]}')
    if following.strip() and not following.startswith(("-", "#", "```")):
        raise ValueError(f"{where}: {match['id']} goes on in the next line, but a clause is one line")
    text, marks = match["text"], {}
    for name, value, form in _MARKS:
        if f"{{{name}" in match["text"]:
            marked = form.fullmatch(text)
            if marked is None or any(f"{{{other}" in marked["text"] for other, _, _ in _MARKS):
                raise ValueError(f"{where}: {match['id']} has no one mark of the form {{{name}: {value}}} at its end")
            text, marks[name] = marked["text"], marked["value"]
    return Clause(match["id"], text, marks.get("untestable"), file, number, marks.get("judged in"))
