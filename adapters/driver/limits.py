"""Limits on what a testee may cost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on the time and restarts that a testee may cost, so that every run ends."""

    start_s: float = 10.0
    """Seconds from its start to its reply to hello."""
    reply_s: float = 5.0
    """Seconds for one reply."""
    lost_s: float = 30.0
    """Seconds that hangs and failed starts may cost together; once they have cost that, every further ask is given up.

    The one that reaches it still has its full time, so the bound of the whole is lost_s + the longer of the other two.
    """
    restarts: int = 200
    """How often it may be started again."""
    silent_s: float = 15.0
    """Seconds that hangs may cost in a row, with no reply in between: then it answers hello and nothing else."""
