"""The identity of a test's case, from the test itself: plugins rename tests, repeat them, and skip them."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from reports.outcome import Outcome

from .. import of_suite
from ..session.testee_ids import TESTEE, UNCLAIMED, judged_id, unclaimed_name
from .stash import JUDGED, OPTIONS

ATTRIBUTE = "conformance_id"
"""Of a report: the id that run.json gives the case; empty for a test that is none of the suite."""

WHOLE = "conformance_whole"
"""Of a report: set if it is the only one of its test."""


def id_of(item: pytest.Item) -> str:
    """The id of the case, probe, law or check that a test executes, whatever its name is; empty for other tests."""
    if not of_suite(item.path):
        return ""
    case = getattr(item, "case", None)
    if case is not None:
        return str(case.id)
    given: dict[str, Any] = item.callspec.params if hasattr(item, "callspec") else {}
    for kind in ("case", "check"):
        if kind in given:
            return str(getattr(given[kind], "id", ""))  # pytest itself gives a test a mark, if there is nothing for it
    function = str(getattr(item, "originalname", None) or item.name.partition("[")[0])
    if "probe" in given:
        return judged_id(function, given["probe"].id)
    if "unclaimed" in given:
        return judged_id(UNCLAIMED, unclaimed_name(given["unclaimed"]))
    return judged_id(function)


class Identity:
    """Gives each report the id of its case, and settles known failures that no case's verdict settles."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Reports carry what else they are given, with -n as well."""
        report = yield
        case_id = id_of(item)
        vars(report)[ATTRIBUTE] = case_id
        if call.excinfo is not None and isinstance(call.excinfo.value, pytest.xfail.Exception):
            _expect(item, report, str(call.excinfo.value))  # pytest's own plugin for it may be switched off
        elif call.when == "call" and case_id.startswith(f"{TESTEE}/"):
            _settle(item, report, case_id)
        return report


def _settle(item: pytest.Item, report: pytest.TestReport, case_id: str) -> None:
    """A probe or law that is a known failure is to fail, and by a verdict: an error of the suite's own is none."""
    known = item.config.stash[JUDGED].known.get(case_id)
    if known is None:
        return
    if report.passed:
        path = item.config.stash[OPTIONS].known
        report.outcome = "failed"
        report.longrepr = known.passes(case_id, path)
        report.user_properties += [("outcome", str(Outcome.FAIL)), ("listed", known.place(path))]
    elif report.failed and "outcome" in dict(report.user_properties):
        _expect(item, report, known.text)


def _expect(item: pytest.Item, report: pytest.TestReport, reason: str) -> None:
    if hasattr(report, "wasxfail"):
        return
    path, line, _ = item.location
    report.outcome = "skipped"
    report.longrepr = (path, line or 0, reason)
    vars(report)["wasxfail"] = reason
