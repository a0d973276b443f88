"""The definition of a check of a server, and how one is run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from reports.outcome import Outcome

from ..model.verdict import Verdict
from .capabilities import Learned, Need
from .conversation import WrongError, reachable
from .server import Life, Outside

ADDRESSES = 24
"""How many addresses a run of a sound server uses at most."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a server from outside. judge: gives the verdict, or raises WrongError."""

    id: str
    """Unique in the suite: profile/outside/name."""
    about: str
    clauses: tuple[str, ...]
    judge: Callable[[Outside], Verdict]
    needs: tuple[Need, ...] = ()

    @property
    def profile(self) -> str:
        """The profile it counts for."""
        return self.id.partition("/")[0]

    def lacking(self, learned: Learned) -> str | None:
        """The reason why it cannot be made with this server; None if it can."""
        return next((need.lacking for need in self.needs if not need.met(learned)), None)


def run_check(check: Check, server: Outside) -> Verdict:
    """Judge a server by a check. Never raises for what the server does.

    A server that has stopped answering, and a run that lasts too long, end the run instead of failing every check.
    """
    if server.out_of_time:
        return _given_up("no time is left", "an end of the run in time", "it took too long")
    try:
        with reachable():
            return check.judge(server)
    except WrongError as error:
        verdict = error.verdict
    if verdict.outcome not in (Outcome.TIMEOUT, Outcome.CRASH):
        return verdict
    life = server.life()
    if life is Life.ANSWERS:
        # A connection may end without the server: what lives on did that itself.
        return replace(verdict, outcome=Outcome.FAIL) if server.connects and _crashed(verdict) else verdict
    return _given_up(verdict.summary, verdict.expected, _why(life, server))


def _crashed(verdict: Verdict) -> bool:
    return verdict.outcome is Outcome.CRASH


def _why(life: Life, server: Outside) -> str:
    if life is Life.SILENT:
        return "pings are no longer answered: has the server ended, or does it limit or ban whom it answers?"
    return (
        f"asked from {server.addresses - 1} addresses, the server still answers the first and no new one: its table "
        f"of remote addresses may be full. Wait a minute or restart it; a run needs about {ADDRESSES}, so let it keep "
        "more or forget some"
    )


def _given_up(summary: str, expected: str, why: str) -> Verdict:
    return Verdict(Outcome.HARNESS_ERROR, summary, expected, f"gave up: {why}", gave_up=why)
