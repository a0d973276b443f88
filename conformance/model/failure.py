"""Why a case did not pass, in parts and bounded in size, for run.json."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .cases import DIALOGUE, Accept, Case
from .verdict import Verdict, short

VALUE_CHARS, DUMP_CHARS, STDERR_CHARS = 4_000, 19_000, 8_000
"""What is kept of an expected or given value, of a dump, and of standard error."""
_MARK = re.compile(r"^(?:>>)? +\^\^ byte (\d+)", re.MULTILINE)  # as `show` marks it


@dataclass(frozen=True, slots=True)
class Failure:
    """The members of `failure` in reports/run.schema.json."""

    expected: Any
    got: Any
    dump: str | None
    differs_at: int | None
    steps: tuple[Mapping[str, Any], ...] | None
    stderr: str | None
    replay: str


def failure_of(case: Case | None, verdict: Verdict, dump: Iterable[str], replay: str) -> Failure:
    """What a verdict says. case: None for checks that are no case. replay: the command that runs it alone."""
    text = "\n".join(dump)
    return Failure(
        expected=_bounded(_wanted(case, verdict)),
        got=_bounded(verdict.got if verdict.reply is None else verdict.reply),
        dump=short(text, DUMP_CHARS) or None,
        differs_at=_place(verdict, text),
        steps=tuple(asdict(step) for step in verdict.steps) or None,
        stderr=verdict.stderr[-STDERR_CHARS:] or None,
        replay=replay,
    )


def to_text(failure: Failure) -> str:
    """The failure as a line of ASCII, which can go from one process to another whatever it holds."""
    return json.dumps(asdict(failure))


def from_text(text: str) -> Failure:
    """The failure that `to_text` wrote."""
    return Failure(**json.loads(text))


def _place(verdict: Verdict, dump: str) -> int | None:
    """The differing byte, counted where the dump counts, so that the two agree."""
    marked = _MARK.search(dump)
    if marked:
        return int(marked[1])
    return verdict.difference.byte if verdict.difference else None


def _wanted(case: Case | None, verdict: Verdict) -> Any:
    """What one request is to be answered with; of a dialogue, what was due at the step where it stopped."""
    if case is None or case.op == DIALOGUE:
        return verdict.expected
    return {"ok": case.expect.value} if isinstance(case.expect, Accept) else {"reject": {"code": case.expect.code}}


def _bounded(value: Any) -> Any:
    """JSON data if it is short enough and other parsers can read it, else a text."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except ValueError:  # 1e400 is infinite
        return short(str(value), VALUE_CHARS)
    return value if len(text) <= VALUE_CHARS else short(value, VALUE_CHARS)
