"""The dialogues that can be played when the testee's peers live by the real clock (TST-20)."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.cases import DIALOGUE, Case
from .clock import REAL, REAL_LIMIT_MS


def advances_ms(case: Case) -> int | None:
    """By how many milliseconds a case moves the clock, None if it never does."""
    steps = case.input.get("steps", ()) if case.op == DIALOGUE else ()
    advances = [step["advance"] for step in steps if "advance" in step]
    return sum(advances) if advances else None


def playable(cases: Iterable[Case], clock: str, *, real_time: bool) -> tuple[Case, ...]:
    """The cases that can be played by that clock. real_time: the time may really pass, up to a minute a case."""
    return tuple(case for case in cases if clock != REAL or _bearable(case, real_time))


def _bearable(case: Case, real_time: bool) -> bool:
    needed = advances_ms(case)
    return needed is None or (real_time and needed <= REAL_LIMIT_MS)
