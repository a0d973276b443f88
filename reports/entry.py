"""The outcome of one case of a run, and its failure: the members of `cases` in reports/run.schema.json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .dump import Dump, dump_of
from .outcome import KNOWN, Outcome

DUE_OK = "ok"
"""Of an Entry: its input is to be accepted."""


@dataclass(frozen=True, slots=True)
class Failure:
    """The reasons why a case did not pass, in parts and bounded in size."""

    expected: Any
    got: Any
    dump: Dump | None
    differs_at: int | None
    steps: tuple[Mapping[str, Any], ...] | None
    stderr: str | None
    replay: str
    about: str = ""
    """The case in a sentence."""
    reason: str = ""
    """The fault on one line, with where it is."""
    fault: str = ""
    """The same without its place; empty where two values differ."""
    differs_in: str = ""
    """The path of the member in which two values differ, such as fields.slices[0].payload."""


def failure_from(data: Mapping[str, Any]) -> Failure:
    """The failure that run.json has in this form."""
    dump, steps = data["dump"], data["steps"]
    return Failure(
        **{**data, "dump": dump if dump is None else dump_of(dump), "steps": steps if steps is None else tuple(steps)}
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """The outcome of one case, check, probe or law. outcome: an Outcome, or KNOWN."""

    id: str
    profile: str
    clauses: tuple[str, ...]
    outcome: str
    unnamed: bool = False
    detail: str = ""
    failure: Failure | None = None
    op: str = ""
    """The op that the case asks for; empty for checks without one."""
    due: str = ""
    """DUE_OK, or the code with which its input must be rejected; empty for dialogues and checks."""
    listed: str = ""
    """The place that lists it as a known failure although it passed; outcome is then FAIL."""

    @property
    def unexpected(self) -> bool:
        """Whether it passed, and is listed as a known failure."""
        return bool(self.listed)

    @property
    def green(self) -> bool:
        """Whether it passed, or failed as it was known to."""
        return self.outcome in (Outcome.PASS, KNOWN)
