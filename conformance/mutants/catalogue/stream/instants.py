"""Faults in the order of deadlines that fall on the same instant: STM-28."""

from __future__ import annotations

from ...engine.mutant import Mutant
from ...engine.patches import Change, edited

NEXT = "peer.handlers.timers.next_deadline"


def _ordered(*clauses: str) -> Change:
    """The timers in another order."""
    return edited(NEXT, "enumerate(TIMERS.values())", f"enumerate(TIMERS[clause] for clause in {clauses})")


MUTANTS = (
    Mutant(
        "loss-after-the-others",
        "STM-28",
        "Notices a loss when everything else that is due is done.",
        _ordered("STM-18", "HSK-20", "STM-22", "STM-24"),
    ),
    Mutant(
        "heart-before-the-streams",
        "STM-28",
        "Beats before it says that a stream has failed.",
        _ordered("STM-24", "STM-22", "STM-18", "HSK-20"),
    ),
    Mutant(
        "handshake-before-the-streams",
        "STM-28",
        "Sends its ping again before it says that a stream has failed.",
        _ordered("STM-24", "HSK-20", "STM-18", "STM-22"),
    ),
    Mutant(
        "streams-in-descending-order",
        "STM-28",
        "Goes through its streams from the highest stream_id down.",
        edited(NEXT, "deadline[:3]", "(*deadline[:2], -deadline[2])"),
    ),
)
