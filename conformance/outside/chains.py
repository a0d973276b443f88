"""Checks in chains: those that share local addresses, always made in the same order.

Whichever checks are selected, and in whichever order pytest asks for them, each is made after those before it in its
chain and after no others. So its verdict depends on nothing but the server.
"""

from __future__ import annotations

from collections.abc import Collection

from ..verdict import Outcome, Verdict
from .check import Check, run_check
from .server import Outside
from .table import CHAINS


class _Chain:
    """A chain as far as it has been made."""

    def __init__(self, server: Outside, checks: list[Check]) -> None:
        self._server = server
        self._left = checks
        self._lanes = server.new_lanes()

    def advance(self) -> tuple[str, Verdict]:
        """Make the next check. One fails only if it does so at addresses of its own."""
        check = self._left.pop(0)
        verdict = self._made(check)
        if not verdict.passed and self._lanes.shared and verdict.outcome is not Outcome.HARNESS_ERROR:
            self._lanes = self._server.new_lanes()
            verdict = self._made(check)
        if not verdict.passed:
            self._lanes = self._server.new_lanes()  # late answers may still come to the old ones
        return check.id, verdict

    def _made(self, check: Check) -> Verdict:
        with self._server.sharing(self._lanes):
            return run_check(check, self._server)


class Chains:
    """The checks of a run."""

    def __init__(self, server: Outside, planned: Collection[str]) -> None:
        """planned: ids of the checks that can be made with this server."""
        self._verdicts: dict[str, Verdict] = {}
        self._chains: dict[str, _Chain] = {}
        for checks in CHAINS:
            left = [check for check in checks if check.id in planned]
            self._chains |= dict.fromkeys((check.id for check in left), _Chain(server, left))

    def judge(self, check: Check) -> Verdict:
        """The verdict of a check that is planned."""
        while check.id not in self._verdicts:
            name, verdict = self._chains[check.id].advance()
            self._verdicts[name] = verdict
        return self._verdicts[check.id]
