"""Verdicts as pytest outcomes."""

from __future__ import annotations

import re
import shlex

import pytest

from .cases import Case
from .show import failure_text
from .state import OPTIONS, RUN
from .verdict import Outcome, Verdict

_GAVE_UP = re.compile("^got       gave up: (.*)", re.MULTILINE)  # the driver's own words, and no reply that has them


class Reporter:
    """Turns verdicts into pytest outcomes."""

    def __init__(self, item: pytest.Item, config: pytest.Config) -> None:
        self._item = item
        self._run = config.stash[RUN]
        self._options = config.stash[OPTIONS]

    def case(self, case: Case, verdict: Verdict) -> None:
        """Fail, pass or xfail the running test by the verdict on a case."""
        reason = self._run.known.get(case.id)
        if verdict.unnamed:
            self._item.user_properties.append(("unnamed", True))
        if verdict.passed:
            if reason is not None:
                self.fail(
                    Outcome.FAIL,
                    f"{case.id} is listed as a known failure and passes; remove it from {self._options.known}",
                )
            return
        if reason is not None:
            pytest.xfail(reason)
        self.fail(verdict.outcome, failure_text(case, verdict, self.replay()))

    def fail(self, outcome: Outcome, text: str) -> None:
        """Fail the running test."""
        self._item.user_properties.append(("outcome", str(outcome)))
        gave_up = _GAVE_UP.search(text)
        if gave_up and outcome is Outcome.HARNESS_ERROR:
            self._item.session.shouldfail = gave_up[1]
        pytest.fail(text, pytrace=False)

    def replay(self) -> str:
        """The command that runs this test alone."""
        return f"pytest {shlex.quote(self._item.nodeid)} --impl={shlex.quote(self._options.impl)}"


def reporter_of(request: pytest.FixtureRequest) -> Reporter:
    """How the running test states its verdict. No fixture: one a case would be a tenth of a run's time."""
    return Reporter(request.node, request.config)
