"""The failure of a case as run.json has it, in parts and bounded in size."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import Any

from resonant.console import printable

from reports.dump import Dump
from reports.entry import Failure, failure_from

from .cases import DIALOGUE, Accept, Case
from .difference import path_text
from .verdict import Verdict, short

VALUE_CHARS, STDERR_CHARS, REASON_CHARS = 4_000, 8_000, 400
"""The most characters kept of a value, of standard error, and of a reason. A dump is bounded when it is made."""


def failure_of(case: Case | None, verdict: Verdict, dump: Dump | None, replay: str, about: str = "") -> Failure:
    """The failure that a verdict states. replay: the command that runs it alone.

    case: None for checks without one, which say in `about` what they are about.
    """
    return Failure(
        expected=_bounded(_wanted(case, verdict)),
        got=_bounded(verdict.got if verdict.reply is None else verdict.reply),
        dump=dump,
        differs_at=_place(verdict, dump),
        steps=tuple(asdict(step) for step in verdict.steps) or None,
        stderr=verdict.stderr[-STDERR_CHARS:] or None,
        replay=replay,
        about=about if case is None else case.about,
        reason=short(printable(verdict.summary), REASON_CHARS),
        fault=short(_fault(verdict), REASON_CHARS),
        differs_in=short(path_text(verdict.difference.path), REASON_CHARS) if verdict.difference else "",
    )


def to_text(failure: Failure) -> str:
    """The failure as a line of ASCII, which can go from one process to another whatever it holds."""
    return json.dumps(_members(failure), default=_members)


def _members(value: Any) -> dict[str, Any]:
    """The members of a dataclass, as they are: `asdict` copies all that is in them, which is most of the work."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


def from_text(text: str) -> Failure:
    """The failure that `to_text` wrote."""
    return failure_from(json.loads(text))


def _place(verdict: Verdict, dump: Dump | None) -> int | None:
    """The differing byte, counted where the dump counts, so that the two agree."""
    if verdict.difference is None:
        return None
    marked = dump.differs_at if dump is not None else None
    return verdict.difference.byte if marked is None else marked


def _wanted(case: Case | None, verdict: Verdict) -> Any:
    """The expected answer to one request; for a dialogue, what was due at the step where it stopped."""
    if case is None or case.op == DIALOGUE:
        return verdict.expected
    return {"ok": case.expect.value} if isinstance(case.expect, Accept) else {"reject": {"code": case.expect.code}}


def _fault(verdict: Verdict) -> str:
    return "" if verdict.difference is not None else printable(verdict.fault or verdict.summary)


def _bounded(value: Any) -> Any:
    """JSON data if it is short enough and other parsers can read it, else a text."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except ValueError:  # 1e400 is infinite
        return short(str(value), VALUE_CHARS)
    return value if len(text) <= VALUE_CHARS else short(value, VALUE_CHARS)
