"""Verdicts as pytest outcomes."""

from __future__ import annotations

import os
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from adapters.driver.launch.guard import VARIABLE
from adapters.driver.running import HIDDEN
from reports.entry import Failure
from reports.outcome import Outcome

from ..model.cases import Case
from ..model.failure import failure_of, to_text
from ..model.verdict import Verdict
from ..session.dumps import dump
from ..session.replay import replay
from .failure_text import failure_text, probe_text
from .identity import id_of
from .stash import JUDGED, OPTIONS, RUN

if TYPE_CHECKING:
    from ..server.check import Check

_FAILURE = pytest.StashKey[str]()


class Reporter:
    """Turns verdicts into pytest outcomes."""

    def __init__(self, item: pytest.Item, config: pytest.Config) -> None:
        self._item = item
        self._config = config
        self._run = config.stash[JUDGED]
        self._options = config.stash[OPTIONS]

    def case(self, case: Case, verdict: Verdict) -> None:
        """Fail, pass or xfail the running test by the verdict on a case."""
        if not verdict.passed:
            self._keep(failure_of(case, verdict, dump(case, verdict), self.replay()))
        if not self._settled(case.id, verdict):
            self._fail(verdict, failure_text(case, verdict, self.replay()))

    def check(self, check: Check, verdict: Verdict) -> None:
        """The same for a check of a server from outside."""
        if not verdict.passed:
            self._keep(failure_of(None, verdict, None, self.replay(), check.about))
        if not self._settled(check.id, verdict):
            self._fail(verdict, probe_text(check.id, check.about, check.clauses, verdict, self.replay()))

    def found(self, name: str, about: str, clauses: tuple[str, ...], verdict: Verdict, *more: str) -> None:
        """Fail the running test by what a probe or a law found. more: options that its replay needs besides."""
        again = self.replay(*more)
        self._keep(failure_of(None, verdict, None, again, about))
        self._fail(verdict, probe_text(name, about, clauses, verdict, again))

    def breach(self, case: Case, verdict: Verdict, file: Path) -> None:
        """Fail the running test by a case that a law made and wrote into a file, which --dialogue plays again."""
        options = replace(self._options, dialogues=(file,))
        again = replay(options, self._config.invocation_params.dir, [case.id])
        self._keep(failure_of(case, verdict, dump(case, verdict), again))
        self._fail(verdict, failure_text(case, verdict, again))

    def _settled(self, case_id: str, verdict: Verdict) -> bool:
        """Whether the case passed; a known failure ends the test here, and so does one that passes."""
        known, path = self._run.known.get(case_id), self._options.known
        if verdict.unnamed:
            self._item.user_properties.append(("unnamed", True))
        if verdict.passed and known is not None:
            self._item.user_properties.append(("listed", known.place(path)))
            self._end(Outcome.FAIL, known.passes(case_id, path))
        if known is not None:
            pytest.xfail(known.text)
        return verdict.passed

    def _fail(self, verdict: Verdict, text: str) -> None:
        """Fail the running test; the whole run with it, where every other test would fail like it."""
        if verdict.gave_up:
            self._item.session.shouldfail = verdict.gave_up
        self._end(verdict.outcome, text)

    def _end(self, outcome: Outcome, text: str) -> None:
        self._item.user_properties.append(("outcome", str(outcome)))
        pytest.fail(self._without_token(text), pytrace=False)

    def _keep(self, failure: Failure) -> None:
        """Have the failure travel with the test's report."""
        self._item.stash[_FAILURE] = self._without_token(to_text(failure))

    def _without_token(self, text: str) -> str:
        """The text without the secret of TST-6. It is hexadecimal digits, or whatever its owner chose."""
        tokens = {os.environ.get(VARIABLE, "")}
        if RUN in self._config.stash:
            tokens |= self._config.stash[RUN].testee.tokens
        for token in tokens - {""}:
            text = text.replace(token, HIDDEN)
        return text

    def replay(self, *more: str) -> str:
        """The command that runs this test alone."""
        return replay(self._options, self._config.invocation_params.dir, [id_of(self._item)], *more)


def reporter_of(request: pytest.FixtureRequest) -> Reporter:
    """The reporter for the running test's verdict. Not a fixture: one per case would take a tenth of a run's time."""
    return Reporter(request.node, request.config)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Give the report the failure as an attribute, which -n carries to the controller; properties go into junit.xml."""
    report = yield
    vars(report)["failure"] = item.stash.get(_FAILURE, None)  # reports carry whatever else they are given
    return report
