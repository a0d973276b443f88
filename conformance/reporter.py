"""Verdicts as pytest outcomes."""

from __future__ import annotations

import re
import shlex

import pytest

from .cases import Case
from .outside.check import Check
from .show import failure_text, probe_text
from .state import JUDGED, OPTIONS
from .verdict import Outcome, Verdict

_GAVE_UP = re.compile("^got       gave up: (.*)", re.MULTILINE)  # the driver's own words, and no reply that has them


class Reporter:
    """Turns verdicts into pytest outcomes."""

    def __init__(self, item: pytest.Item, config: pytest.Config) -> None:
        self._item = item
        self._run = config.stash[JUDGED]
        self._options = config.stash[OPTIONS]

    def case(self, case: Case, verdict: Verdict) -> None:
        """Fail, pass or xfail the running test by the verdict on a case."""
        if not self._settled(case.id, verdict):
            self.fail(verdict.outcome, failure_text(case, verdict, self.replay()))

    def check(self, check: Check, verdict: Verdict) -> None:
        """The same for a check of a server from outside."""
        if not self._settled(check.id, verdict):
            self.fail(verdict.outcome, probe_text(check.id, check.about, check.clauses, verdict, self.replay()))

    def _settled(self, case_id: str, verdict: Verdict) -> bool:
        """Whether the case passed; a known failure ends the test here, and so does one that passes."""
        reason = self._run.known.get(case_id)
        if verdict.unnamed:
            self._item.user_properties.append(("unnamed", True))
        if verdict.passed and reason is not None:
            text = f"{case_id} is listed as a known failure and passes; remove it from {self._options.known}"
            self.fail(Outcome.FAIL, text)
        if reason is not None:
            pytest.xfail(reason)
        return verdict.passed

    def fail(self, outcome: Outcome, text: str) -> None:
        """Fail the running test."""
        self._item.user_properties.append(("outcome", str(outcome)))
        gave_up = _GAVE_UP.search(text)
        if gave_up and outcome is Outcome.HARNESS_ERROR:
            self._item.session.shouldfail = gave_up[1]
        pytest.fail(text, pytrace=False)

    def replay(self) -> str:
        """The command that runs this test alone."""
        more = [f"--dialogue={path}" for path in self._options.dialogues]
        more += ["--real-time"] if self._options.real_time else []
        return shlex.join(["pytest", self._item.nodeid, f"--impl={self._options.impl}", *more])


def reporter_of(request: pytest.FixtureRequest) -> Reporter:
    """How the running test states its verdict. No fixture: one a case would be a tenth of a run's time."""
    return Reporter(request.node, request.config)
