"""The changes between two releases: cases that are new or gone, and those that judge otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from .canonical import canonical
from .cases import DIALOGUE, ReleasedCase

JSON, MARKDOWN = "changes.json", "CHANGES.md"
SHORT = 160


class Change(StrEnum):
    """The kind of change to a case."""

    NEW = "new"
    VERDICT = "verdict changed"
    INPUT = "input changed"
    GONE = "gone"
    TEXT = "text or clauses changed"


@dataclass(frozen=True, slots=True)
class Changed:
    """One case, and its verdicts before and after as text; "" where there is none."""

    case: str
    change: Change
    before: str
    after: str


def changes(old: Sequence[ReleasedCase], new: Sequence[ReleasedCase]) -> tuple[Changed, ...]:
    """Every case that is not the same in both, in order of id."""
    before, after = ({case.id: case for case in cases} for cases in (old, new))
    return tuple(_all_changes(before, after))


def _all_changes(before: Mapping[str, ReleasedCase], after: Mapping[str, ReleasedCase]) -> Iterator[Changed]:
    for case_id in sorted(before.keys() | after.keys()):
        old, new = before.get(case_id), after.get(case_id)
        if old is None or new is None:
            yield Changed(case_id, Change.GONE if new is None else Change.NEW, _verdict(old), _verdict(new))
        elif old.sha256 != new.sha256 or old.file != new.file:
            yield Changed(case_id, _kind(old, new), _verdict(old), _verdict(new))


def _kind(old: ReleasedCase, new: ReleasedCase) -> Change:
    if old.verdict != new.verdict or old.file.op != new.file.op:
        return Change.VERDICT
    return Change.INPUT if canonical(old.input) != canonical(new.input) else Change.TEXT


def _verdict(case: ReleasedCase | None) -> str:
    """The verdict on one line, cut where it is long."""
    if case is None:
        return ""
    if case.file.op == DIALOGUE:
        return f"dialogue of {len(case.input['steps'])} steps, {case.verdict[:16]}"
    text = f"reject {case.expect['reject']}" if "reject" in case.expect else f"ok {canonical(case.expect['ok'])}"
    return text if len(text) <= SHORT else f"{text[:SHORT]}… ({len(text):,} characters, {case.verdict[:16]})"


def change_files(since: str, version: str, found: Sequence[Changed]) -> dict[str, bytes]:
    """The changes as JSON and as Markdown. since, version: of the older and of this release."""
    entries = [{"case": one.case, "change": str(one.change), "before": one.before, "after": one.after} for one in found]
    lines = ",\n".join(f"  {json.dumps(entry, ensure_ascii=False)}" for entry in entries)
    head = f'{{\n "since": {json.dumps(since)},\n "version": {json.dumps(version)},\n "changes": [\n'
    return {
        JSON: f"{head}{lines}\n ]\n}}\n".encode(),
        MARKDOWN: ("\n".join(_markdown(since, version, found)) + "\n").encode(),
    }


def _markdown(since: str, version: str, found: Sequence[Changed]) -> Iterator[str]:
    yield f"# Changes of the vectors from {since} to {version}\n"
    yield ", ".join(f"{sum(one.change is change for one in found)} {change}" for change in Change) + "."
    for change in Change:
        cases = [one for one in found if one.change is change]
        if cases:
            yield f"\n## {str(change).capitalize()}\n"
            yield from (_line(one) for one in cases)


def _line(one: Changed) -> str:
    verdicts = f": {one.before} → {one.after}" if one.change is Change.VERDICT else ""
    return f"- `{one.case}`{verdicts}"
