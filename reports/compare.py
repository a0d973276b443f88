"""The changes between two runs: cases that are new or gone, other verdicts, other claims."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from resonant.console import command, printable

from reports.outcome import KNOWN, Outcome

from .files import DataFileError, load_data

OK, WORSE, USAGE = 0, 1, 2
_GOOD = (Outcome.PASS, KNOWN)


class Kind(StrEnum):
    """The kind of change to a case or a profile."""

    NEW = "new case"
    CHANGED = "changed verdict"
    UNSUPPORTED = "newly unsupported"
    GONE = "gone"
    UNCLAIMED = "no longer claimed"
    CLAIMED = "newly claimed"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as it was. before, after: outcomes; empty where there is none."""

    kind: Kind
    id: str
    before: str = ""
    after: str = ""

    @property
    def worse(self) -> bool:
        """Whether somebody must look: lost, unsupported, failing and not so before, or no longer a plain pass."""
        if self.kind in (Kind.GONE, Kind.UNSUPPORTED, Kind.UNCLAIMED):
            return True
        if self.kind is Kind.NEW:
            return self.after not in _GOOD
        return self.kind is Kind.CHANGED and _rank(self.after) > _rank(self.before)

    def text(self) -> str:
        """The change on one line."""
        outcomes = " -> ".join(filter(None, (self.before, self.after)))
        return f"{self.kind}: {self.id}" + (f": {outcomes}" if outcomes else "")


def _rank(outcome: str) -> int:
    return _GOOD.index(outcome) if outcome in _GOOD else len(_GOOD)


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """The changes from one run to another, data that fits reports/run.schema.json, in order of ids."""
    yield from (Change(Kind.UNCLAIMED, name) for name in old["claims"] if name not in new["claims"])
    yield from (Change(Kind.CLAIMED, name) for name in new["claims"] if name not in old["claims"])
    before, after = ({case["id"]: case["outcome"] for case in run["cases"]} for run in (old, new))
    for case_id in sorted(before.keys() | after.keys()):
        change = _change(case_id, before.get(case_id, ""), after.get(case_id, ""))
        if change is not None:
            yield change


def _change(case_id: str, before: str, after: str) -> Change | None:
    if before == after:
        return None
    if not before:
        return Change(Kind.NEW, case_id, after=after)
    if not after:
        return Change(Kind.GONE, case_id, before=before)
    kind = Kind.UNSUPPORTED if after == Outcome.UNSUPPORTED else Kind.CHANGED
    return Change(kind, case_id, before, after)


def _frames(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """The differences in what the two runs were made with."""
    for name in ("spec", "suite", "vectors", "adapter", "adapter_sha256", "implementation", "seed"):
        if old[name] != new[name]:
            yield f"{name} differs: {old[name]} -> {new[name]}"


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Compare two run.json, line by line; `!` marks what is worse.

    Returns the exit status: 0 if nothing is worse, 1 if something is, 2 if a file cannot be used.
    """
    parser = argparse.ArgumentParser(prog="resonant-conformance compare", description=main.__doc__)
    parser.add_argument("old", type=Path, help="run.json of before, or the folder that --report wrote")
    parser.add_argument("new", type=Path, help="run.json of now, or its folder")
    options = parser.parse_args(arguments)
    try:
        old, new = (load_data(path, "run") for path in (options.old, options.new))
    except DataFileError as error:
        print(f"not compared: {printable(str(error))}", file=sys.stderr)
        return USAGE
    found = list(changes(old, new))
    for line in _frames(old, new):
        print(f"  {printable(line)}")
    for change in found:
        print(f"{'!' if change.worse else ' '} {printable(change.text())}")
    worse = sum(change.worse for change in found)
    print(f"{len(found)} changes, {worse} for the worse")
    return WORSE if worse else OK


if __name__ == "__main__":
    sys.exit(main())
