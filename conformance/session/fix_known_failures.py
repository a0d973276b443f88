"""`--fix-known-failures`: the file rewritten by what a run found, with its comments and everything that still holds."""

from __future__ import annotations

import codecs
import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import AoT, Table

from adapters.driver.text import decoded
from reports.entry import Entry
from reports.outcome import KNOWN, Outcome

from .files import write_whole
from .known_failures import Known, KnownFailuresError, concerns, load_known
from .suggested import HEADING, MORE, Cases, Section, sections

_NOT_KNOWN = (Outcome.PASS, Outcome.HARNESS_ERROR)


@dataclass(frozen=True, slots=True)
class Found:
    """The run's findings on the cases that count."""

    failing: frozenset[str]
    passing: frozenset[str]
    existing: Collection[str]
    running: Collection[str]
    """Of the existing, those of claimed and chosen profiles."""
    entries: tuple[Entry, ...] = ()


def found(entries: Iterable[Entry], existing: Collection[str], running: Collection[str]) -> Found:
    """The run's account as far as known failures go: what can be one, and no harness errors."""
    everything = tuple(entries)
    cases = [entry for entry in everything if entry.id in running]
    passing = {entry.id for entry in cases if entry.outcome == Outcome.PASS or entry.unexpected}
    failing = {entry.id for entry in cases if entry.outcome == KNOWN or entry.outcome not in _NOT_KNOWN} - passing
    return Found(frozenset(failing), frozenset(passing), existing, running, everything)


def fix_file(path: Path, run: Found, profiles: Collection[str]) -> tuple[int, int]:
    """Rewrite the file; how many entries were removed or changed, and how many are new.

    profiles: those that --profile chose, empty for all; entries of others stay. Raises KnownFailuresError, OSError.
    """
    known = load_known(path, fixing=True)
    data = path.read_bytes() if path.exists() else b""
    document = tomlkit.parse(decoded(data))
    tables = document.get("known")
    if tables and not isinstance(tables, AoT):
        raise KnownFailuresError(f"{path}: it can be rewritten only if each entry is a [[known]] table of its own")
    changed = {name: _still(entry, run) for name, entry in known.items() if _judged(entry, run, profiles)}
    exists = frozenset(run.existing)
    free = exists.difference(*(entry.among(exists) for entry in known.values()))
    cases = Cases(run.failing & free, free, run.existing, run.running)
    new = tuple(sections(cases, run.entries))
    removed = {name: left for name, left in changed.items() if left != (known[name],)}
    if not removed and not new:
        return 0, 0
    text = _without_idle_headings("".join(_text(document, removed, new))).rstrip("\n") + "\n"
    mark = "\ufeff" if data.startswith(codecs.BOM_UTF8) else ""
    write_whole(path.resolve(), mark + (text.replace("\n", "\r\n") if b"\r\n" in data else text))
    return len(removed), sum(len(section.entries) for section in new)


def _judged(entry: Known, run: Found, profiles: Collection[str]) -> bool:
    return not profiles or concerns(entry, profiles, run.running)


def _still(entry: Known, run: Found) -> tuple[Known, ...]:
    """The entries that replace this one: itself, an entry for each case of it that still fails, or none."""
    fitting = set(entry.among(run.existing))
    if not fitting.intersection(run.running):
        return ()
    if not fitting & run.passing:
        return (entry if entry.bound is None else replace(entry, bound=max(entry.bound, len(fitting))),)
    rest = sorted(fitting.intersection(run.running) - run.passing)
    return tuple(replace(entry, id=case_id, bound=None) for case_id in rest)


def _text(document: Any, removed: Mapping[str, tuple[Known, ...]], new: Sequence[Section]) -> Iterator[str]:
    """The new file. It is put together by tables, as a comment before a table belongs to the table before it."""
    tables = document.get("known")
    if tables is not None:
        del document["known"]
    yield document.as_string()
    for table in tables or ():
        name = str(table["id"])
        left = removed.get(name)
        if left is not None and [entry.id for entry in left] == [name]:
            table["max"] = left[0].bound
            left = None
        if left is None:
            yield _header(table) + table.as_string()
        else:
            yield "".join(map(_entry_text, left)) + _comments_behind(table)
    if new and (tables or document.as_string().strip()):
        yield "\n"
    for section in new:
        yield "".join(f"{line}\n" for line in section.heading)
        yield from map(_entry_text, section.entries)


def _without_idle_headings(text: str) -> str:
    """The file without those of our headings below which no entry is left, up to the next one."""
    lines = text.split("\n")
    starts = [at for at, line in enumerate(lines) if line.startswith(HEADING)]
    idle: set[int] = set()
    for at, end in itertools.zip_longest(starts, starts[1:], fillvalue=len(lines)):
        if not any(line.lstrip().startswith("[[") for line in lines[at:end]):
            behind = itertools.takewhile(lambda line: line.startswith(MORE), lines[at + 1 : end])
            idle.update(range(at, at + 1 + len(list(behind))))
    return "\n".join(line for at, line in enumerate(lines) if at not in idle)


def _header(table: Table) -> str:
    return f"[[known]]{table.trivia.comment_ws}{table.trivia.comment}\n"


def _comments_behind(table: Table) -> str:
    """The text after the last member of the table: the comments on whatever comes next."""
    body = table.value.body
    last = max((at for at, (key, _) in enumerate(body) if key is not None), default=-1)
    return "".join(item.as_string() for _, item in body[last + 1 :]).lstrip("\n")


def _entry_text(entry: Known) -> str:
    table = tomlkit.table()
    table.add("id", entry.id)
    if entry.bound is not None:
        table.add("max", entry.bound)
    table.add("reason", entry.reason)
    table.add("issue", entry.issue)
    return f"[[known]]\n{table.as_string()}\n"
