"""The judgement of a case by a lane, as it travels to the process that reports it."""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol

from reports.outcome import Outcome

from ..model.verdict import PASSED, Verdict

_GONE: Final = (Outcome.CRASH, Outcome.TIMEOUT)


class Finding(NamedTuple):
    """The judgement of a case."""

    place: int
    seconds: float
    found: Verdict | None = None
    """None for a case that passed, and of which nothing else is to be said."""
    lost_s: float = 0.0
    """The seconds that its hang, or that of others asked for along with it, has cost."""
    tokens: frozenset[str] = frozenset()
    """The secrets of the lane's testees so far, none of which may be shown."""
    alone: bool = False
    """Whether its testee needs each request in a message of its own."""

    @property
    def verdict(self) -> Verdict:
        """The verdict."""
        return self.found or PASSED

    @property
    def gone(self) -> bool:
        """Whether the testee ended, or was ended, over it."""
        return self.verdict.outcome in _GONE


class FindsAhead(Protocol):
    """The interface of lanes that whoever judges along with them relies on."""

    def has(self, case_id: str) -> bool:
        """Whether it is judged by a lane, or may be."""

    def take(self, case_id: str) -> Finding | None:
        """The finding on a case, once; it is waited for. None if it is to be judged by whoever asks."""
