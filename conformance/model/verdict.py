"""The result of checking one case."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from resonant.console import counted

from reports.outcome import Outcome

from .difference import Difference


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was said in a dialogue, or happened in it. to: peer or testee, whoever received it."""

    t_ms: int
    to: str
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one case."""

    outcome: Outcome
    summary: str = ""
    """One sentence on what went wrong."""
    expected: str = ""
    got: str = ""
    difference: Difference | None = None
    """The place where expected and got differ, if both are data."""
    produced: str = ""
    """The bytes an encoder made, as hex, where they can be shown."""
    stderr: str = ""
    transcript: tuple[str, ...] = ()
    """The dialogue so far, a line each."""
    steps: tuple[Step, ...] = ()
    """The same in parts."""
    reply: Any = None
    """The answer as JSON data, where one answer was judged."""
    gave_up: str = ""
    """The reason why nothing more is asked of the implementation, if so; every later verdict would say the same."""
    fault: str = ""
    """The summary without the step of the dialogue; empty outside dialogues."""
    unnamed: bool = False
    """The input was refused as expected, but without a code (TST-14)."""

    @property
    def passed(self) -> bool:
        """Whether the case passed."""
        return self.outcome is Outcome.PASS


PASSED = Verdict(Outcome.PASS)
PASSED_UNNAMED = Verdict(Outcome.PASS, unnamed=True)


def short(value: Any, limit: int = 160) -> str:
    """A value on one line, cut where it is long."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= limit else f"{text[:limit]}… ({counted(len(text), 'character', ',')})"
