"""`--fix-known-failures`: the file rewritten by what a run found, with its comments and everything that still holds."""

from __future__ import annotations

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
from .known_failures import UNFILLED, Known, KnownFailuresError, load_known
from .testee_run import concerns

REASON, ISSUE = f"{UNFILLED}: why it fails", f"{UNFILLED}: https://"
_NOT_KNOWN = (Outcome.PASS, Outcome.HARNESS_ERROR)


@dataclass(frozen=True, slots=True)
class Found:
    """The run's findings on the cases that count."""

    failing: frozenset[str]
    passing: frozenset[str]
    existing: Collection[str]
    running: Collection[str]
    """Of the existing, those of claimed and chosen profiles."""


def found(entries: Iterable[Entry], existing: Collection[str], running: Collection[str]) -> Found:
    """The run's account as far as known failures go: what can be one, and no harness errors."""
    cases = [entry for entry in entries if entry.id in running]
    passing = {entry.id for entry in cases if entry.outcome == Outcome.PASS or entry.unexpected}
    failing = {entry.id for entry in cases if entry.outcome == KNOWN or entry.outcome not in _NOT_KNOWN} - passing
    return Found(frozenset(failing), frozenset(passing), existing, running)


def fix_file(path: Path, run: Found, profiles: Collection[str]) -> tuple[int, int]:
    """Rewrite the file; how many entries were removed or changed, and how many are new.

    profiles: those that --profile chose, empty for all; entries of others stay. Raises KnownFailuresError, OSError.
    """
    known = load_known(path, fixing=True)
    text = decoded(path.read_bytes()) if path.exists() else ""
    document = tomlkit.parse(text)
    tables = document.get("known")
    if tables and not isinstance(tables, AoT):
        raise KnownFailuresError(f"{path}: it can be rewritten only if each entry is a [[known]] table of its own")
    changed = {name: _still(entry, run) for name, entry in known.items() if _judged(entry, run, profiles)}
    fitted = {case_id for case_id in run.failing if any(entry.fits(case_id) for entry in known.values())}
    new = [Known(case_id, REASON, ISSUE) for case_id in sorted(run.failing - fitted)]
    removed = {name: left for name, left in changed.items() if left != (known[name],)}
    if not removed and not new:
        return 0, 0
    write_whole(path, "".join(_text(document, removed, new)).rstrip("\n") + "\n")
    return len(removed), len(new)


def _judged(entry: Known, run: Found, profiles: Collection[str]) -> bool:
    return not profiles or concerns(entry, profiles, run.running)


def _still(entry: Known, run: Found) -> tuple[Known, ...]:
    """The entries that replace this one: itself, an entry for each case of it that still fails, or none."""
    fitting = {case_id for case_id in run.existing if entry.fits(case_id)}
    if not fitting.intersection(run.running):
        return ()
    if not fitting & run.passing:
        return (entry,)
    rest = sorted(fitting.intersection(run.running) - run.passing)
    return tuple(replace(entry, id=case_id, bound=None) for case_id in rest)


def _text(document: Any, removed: Mapping[str, tuple[Known, ...]], new: Sequence[Known]) -> Iterator[str]:
    """The new file. It is put together by tables, as a comment before a table belongs to the table before it."""
    tables = document.get("known")
    if tables is not None:
        del document["known"]
    yield document.as_string()
    for table in tables or ():
        left = removed.get(str(table["id"]))
        if left is None:
            yield _header(table) + table.as_string()
        else:
            yield "".join(map(_entry_text, left)) + _comments_behind(table)
    if new and tables:
        yield "\n"
    for entry in new:
        yield _entry_text(entry)


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
    table.add("reason", entry.reason)
    table.add("issue", entry.issue)
    return f"[[known]]\n{table.as_string()}\n"
