"""Known failures: cases that an implementer accepts as failing for now, each with a reason and an issue."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from resonant.console import counted

from adapters.driver.text import decoded

from .known_lines import lines_of
from .testee_ids import TESTEE

EXAMPLE = """\
[[known]]
id = "frame/decode/crc/crc-zero"
reason = "why it fails"
issue = "https://example.org/issues/7"

[[known]]
id = "zstd/decode/*"  # at most max cases
max = 20
reason = "why they fail"
issue = "https://example.org/issues/8\""""
UNFILLED = "FILL IN"
"""The start of a reason or an issue that nobody has written yet."""
UNCHECKED = "unchecked: "
"""The start of a reason that --fix-known-failures suggested; whoever has checked it takes that word out."""
ALL = "/*"
"""The end of an id that stands for every case whose id begins like it."""
_URL = re.compile(r"https?://[^\s/]+(/\S*)?")
_MOST = 8
"""So many entries are named in a message; the others are counted."""
_MEMBERS = {"id", "reason", "issue"}


class KnownFailuresError(Exception):
    """A known-failures file that cannot be used; the text says what to change."""


@dataclass(frozen=True, slots=True)
class Known:
    """An entry. bound: at most so many cases fit an id that ends with ALL; None for the id of one case."""

    id: str
    reason: str
    issue: str
    bound: int | None = None
    line: int = field(default=0, compare=False)
    """The line that it begins in; 0 where nobody knows."""

    @property
    def text(self) -> str:
        """The reason with the issue."""
        return f"{self.reason} ({self.issue})"

    @property
    def named(self) -> str:
        """Its id, with the line that it begins in."""
        return f"{self.id} (line {self.line})" if self.line else self.id

    def place(self, path: Path | None) -> str:
        """Its file and line, to be shown to people; with the id of one that stands for several cases."""
        at = f"{path}:{self.line}" if self.line else str(path)
        return at if self.bound is None else f"{at} ({self.id})"

    def passes(self, case_id: str, path: Path | None) -> str:
        """The text for a case of this entry that passed."""
        return f"{case_id} is listed as a known failure but passes; remove the entry at {self.place(path)}"

    def fits(self, case_id: str) -> bool:
        """Whether the entry is about this case."""
        return case_id == self.id if self.bound is None else case_id.startswith(self.id.removesuffix("*"))

    def among(self, ids: Collection[str]) -> list[str]:
        """Those of the ids that it is about; quick where it is about one, as a list may have thousands of entries."""
        return list(filter(self.fits, ids)) if self.bound is not None else [self.id] if self.id in ids else []

    @property
    def unfilled(self) -> bool:
        """Whether reason or issue are still to be written."""
        return self.reason.startswith(UNFILLED) or self.issue.startswith(UNFILLED)


def load_known(path: Path, *, fixing: bool = False) -> Mapping[str, Known]:
    """The entries by their ids. The file is TOML with one [[known]] table an entry. Raises KnownFailuresError.

    fixing: the file is about to be rewritten, so that it may be absent and may have unfilled reasons.
    """
    if fixing and not path.exists():
        return {}
    try:
        text = decoded(path.read_bytes())
        file = tomllib.loads(text)
    except OSError as error:
        raise KnownFailuresError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise KnownFailuresError(f"{path}: {error}; the file is TOML like this:\n{EXAMPLE}") from error
    known: dict[str, Known] = {}
    entries = file.get("known")
    if file.keys() - {"known"} or not isinstance(entries, list):
        raise KnownFailuresError(f"{path}: it must contain [[known]] tables and nothing else, like this:\n{EXAMPLE}")
    lines = lines_of(text)
    for entry in entries:
        read = _read(entry, path)
        read = replace(read, line=lines.get(read.id, 0))
        if read.id in known:
            raise KnownFailuresError(f"{path}: duplicate entry: {read.id}")
        known[read.id] = read
    unfilled = [entry.named for entry in known.values() if entry.unfilled]
    if unfilled and not fixing:
        lacking = any(entry.reason.startswith(UNFILLED) for entry in known.values())
        what = "reason and issue are" if lacking else "the issue is"
        raise KnownFailuresError(f"{path}: {what} still to be filled in for {_few(unfilled)}")
    return known


def _few(names: list[str]) -> str:
    more = len(names) - _MOST
    return ", ".join(names[:_MOST]) + (f" and {more:,} more" if more > 0 else "")


def _read(entry: Any, path: Path) -> Known:
    def refuse(what: str) -> KnownFailuresError:
        return KnownFailuresError(f"{path}: {what}; this one breaks that: {entry}")

    if not isinstance(entry, dict) or entry.keys() - {"max"} != _MEMBERS:
        raise refuse("each entry has an id, a reason and an issue, all strings")
    name, reason, issue = (entry[name] for name in ("id", "reason", "issue"))
    if not all(isinstance(text, str) and text.strip() for text in (name, reason, issue)):
        raise refuse("each entry has an id, a reason and an issue, all strings")
    found = Known(name, reason, issue, bound=entry.get("max"))
    if not _URL.fullmatch(found.issue) and not found.issue.startswith(UNFILLED):
        raise refuse("the issue of an entry is a URL")
    wild, bound = found.id.endswith(ALL), found.bound
    if "*" in found.id.removesuffix(ALL):
        raise refuse(f"an id has its one * at the end, as {ALL}")
    if wild != (bound is not None) or (wild and (type(bound) is not int or bound < 1)):
        raise refuse("an id that ends with /* has max, the number of cases that may fit it, and no other has")
    return found


def resolve(
    known: Mapping[str, Known],
    running: Collection[str],
    existing: Collection[str],
    *,
    path: Path | None,
    fixing: bool = False,
) -> Mapping[str, Known]:
    """Case id -> entry, of the cases that run. Raises KnownFailuresError for entries that no longer mean anything.

    running: ids of the cases that count for the implementation. existing: ids of all cases. fixing: stale entries are
    about to be removed.
    """
    if not known:
        return {}
    exists = frozenset(existing)
    fitting = {entry.id: entry.among(exists) for entry in known.values()}
    if not fixing:
        _check_stale(known, fitting, set(running), path)
    found: dict[str, Known] = {}
    for entry in known.values():
        cases = fitting[entry.id]
        if entry.bound is not None and len(cases) > entry.bound and not fixing:
            many = f"{entry.named} fits {counted(len(cases), 'case')}, but its max is {entry.bound}"
            raise KnownFailuresError(f"{path}: {many}; look at the new ones, or have --fix-known-failures do it")
        twice = [case_id for case_id in cases if case_id in found]
        if twice:
            both = f"{found[min(twice)].named} and {entry.named}"
            raise KnownFailuresError(f"{path}: two entries match {min(twice)}: {both}; keep one")
        found |= dict.fromkeys(cases, entry)
    runs = set(running)
    return {case_id: entry for case_id, entry in found.items() if case_id in runs}


def _check_stale(
    known: Mapping[str, Known], fitting: Mapping[str, Collection[str]], runs: Collection[str], path: Path | None
) -> None:
    """Refuse entries for cases that do not exist, and for cases of which none runs."""
    gone = [entry.named for entry in known.values() if not fitting[entry.id]]
    if gone:
        raise KnownFailuresError(f"{path}: no such case: {_few(gone)}; remove the stale entries")
    idle = [entry.named for entry in known.values() if not any(case_id in runs for case_id in fitting[entry.id])]
    if idle:
        why = "since its profile is not claimed, or it needs --real-time or a testee that the suite starts"
        raise KnownFailuresError(f"{path}: not run, {why}: {_few(idle)}; remove it")


def concerns(entry: Known, selected: Collection[str], running: Collection[str]) -> bool:
    """Whether an entry says something about the chosen profiles, or about what is judged whatever is chosen."""
    head = entry.id.partition("/")[0]
    return head in selected or (head == TESTEE and any(map(entry.fits, running)))
