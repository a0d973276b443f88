"""Known failures: cases that an implementer accepts as failing for now, each with a reason."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path

EXAMPLE = '[[known]]\nid = "frame/decode/crc/crc-zero"\nreason = "why, and where it is tracked"'


class KnownFailuresError(Exception):
    """A known-failures file that cannot be used; the text says what to change."""


def load_known(path: Path) -> Mapping[str, str]:
    """Case id -> reason. The file is TOML with one [[known]] table a case. Raises KnownFailuresError."""
    try:
        file = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise KnownFailuresError(f"{path}: {error}; the file is TOML like this:\n{EXAMPLE}") from error
    known: dict[str, str] = {}
    entries = file.get("known")
    if file.keys() - {"known"} or not isinstance(entries, list):
        raise KnownFailuresError(f"{path}: it is to hold [[known]] tables and nothing else, like this:\n{EXAMPLE}")
    for entry in entries:
        case_id, reason = (entry.get("id"), entry.get("reason")) if isinstance(entry, dict) else (None, None)
        if not isinstance(case_id, str) or not isinstance(reason, str) or not reason.strip() or len(entry) != 2:
            raise KnownFailuresError(f"{path}: each entry has an id and a reason, two texts; this one has not: {entry}")
        if case_id in known:
            raise KnownFailuresError(f"{path}: {case_id} stands there twice")
        known[case_id] = reason
    return known


def check_known(path: Path, known: Mapping[str, str], running: Collection[str], existing: Collection[str]) -> None:
    """Refuse entries that no longer mean anything: cases that do not exist, or that this implementation does not run.

    running: ids of the cases that count for the implementation. existing: ids of all cases.
    """
    gone = [case_id for case_id in known if case_id not in existing]
    if gone:
        raise KnownFailuresError(f"{path}: no such case: {', '.join(gone)}; remove what is stale")
    idle = [case_id for case_id in known if case_id not in running]
    if idle:
        raise KnownFailuresError(f"{path}: not run, since its profile is not claimed: {', '.join(idle)}; remove it")
