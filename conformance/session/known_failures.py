"""Known failures: cases that an implementer accepts as failing for now, each with a reason and an issue."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.driver.text import decoded

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
ALL = "/*"
"""The end of an id that stands for every case whose id begins like it."""
_URL = re.compile(r"https?://[^\s/]+(/\S*)?")
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

    def fits(self, case_id: str) -> bool:
        """Whether the entry is about this case."""
        return case_id == self.id if self.bound is None else case_id.startswith(self.id.removesuffix("*"))

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
        file = tomllib.loads(decoded(path.read_bytes()))
    except OSError as error:
        raise KnownFailuresError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise KnownFailuresError(f"{path}: {error}; the file is TOML like this:\n{EXAMPLE}") from error
    known: dict[str, Known] = {}
    entries = file.get("known")
    if file.keys() - {"known"} or not isinstance(entries, list):
        raise KnownFailuresError(f"{path}: it must contain [[known]] tables and nothing else, like this:\n{EXAMPLE}")
    for entry in entries:
        read = _read(entry, path)
        if read.id in known:
            raise KnownFailuresError(f"{path}: duplicate entry: {read.id}")
        known[read.id] = read
    unfilled = [entry.id for entry in known.values() if entry.unfilled]
    if unfilled and not fixing:
        raise KnownFailuresError(f"{path}: reason and issue are still to be filled in for {', '.join(unfilled)}")
    return known


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
) -> Mapping[str, str]:
    """Case id -> reason, of the cases that run. Raises KnownFailuresError for entries that no longer mean anything.

    running: ids of the cases that count for the implementation. existing: ids of all cases. fixing: stale entries are
    about to be removed.
    """
    reasons: dict[str, str] = {}
    fitting = {entry.id: [case_id for case_id in existing if entry.fits(case_id)] for entry in known.values()}
    gone = [name for name, cases in fitting.items() if not cases]
    if gone and not fixing:
        raise KnownFailuresError(f"{path}: no such case: {', '.join(gone)}; remove the stale entries")
    runs = set(running)
    idle = [name for name, cases in fitting.items() if cases and not runs.intersection(cases)]
    if idle and not fixing:
        raise KnownFailuresError(f"{path}: not run, since its profile is not claimed: {', '.join(idle)}; remove it")
    for entry in known.values():
        cases = fitting[entry.id]
        if entry.bound is not None and len(cases) > entry.bound:
            raise KnownFailuresError(f"{path}: {entry.id} fits {len(cases)} cases, but its max is {entry.bound}")
        twice = [case_id for case_id in cases if case_id in reasons]
        if twice:
            raise KnownFailuresError(f"{path}: two entries match {min(twice)}; keep one")
        reasons |= dict.fromkeys(cases, f"{entry.reason} ({entry.issue})")
    return {case_id: reason for case_id, reason in reasons.items() if case_id in runs}
