"""Finished tests as entries in the account of a run."""

from __future__ import annotations

from copy import copy
from pathlib import PurePosixPath
from typing import Any

import pytest

from reports.entry import DUE_OK, Entry
from reports.outcome import KNOWN, Outcome

from .. import SUITE
from ..model.cases import DIALOGUE, Accept, Case
from ..model.failure import from_text
from ..probes import PROBES, UNCLAIMED_CLAUSES
from ..session.judged import Judged
from ..session.testee_ids import PROBE, TESTEE, UNCLAIMED, judged_id
from .identity import ATTRIBUTE, WHOLE

_PASS = str(Outcome.PASS)
_CLAUSES = {judged_id(PROBE, probe.id): probe.clauses for probe in PROBES}


def entry_of(run: Judged, report: pytest.TestReport) -> Entry | None:
    """The entry of a test that ended, None for one that is not of the suite."""
    case_id = getattr(report, ATTRIBUTE, None)
    if case_id is None:
        case_id = _id_in_name(run, report.nodeid)  # pytest-xdist makes reports itself on the end of a worker
    if not case_id:
        return None
    case = run.cases.get(case_id)
    if hasattr(report, WHOLE) and isinstance(case, Case):  # most of a run: nothing is said of it but that it passed
        return Entry(case.id, case.profile, case.clauses, _PASS, op=case.op, due=_due(case))
    properties: dict[str, Any] = dict(report.user_properties)
    outcome = _outcome(report, properties)
    unnamed = bool(properties.get("unnamed"))
    listed = str(properties.get("listed", "")) if outcome != Outcome.PASS else ""
    detail = _text(report) if outcome not in (Outcome.PASS, KNOWN) else ""
    kept = getattr(report, "failure", None) if outcome != Outcome.PASS else None
    failure = from_text(kept) if kept else None
    if case is not None:
        op, due = (case.op, _due(case)) if isinstance(case, Case) else ("", "")
        return Entry(case.id, case.profile, case.clauses, outcome, unnamed, detail, failure, op, due, listed)
    refused = UNCLAIMED_CLAUSES if case_id.startswith(judged_id(UNCLAIMED)) else ()
    clauses = _CLAUSES.get(case_id, refused)
    return Entry(case_id, TESTEE, clauses, outcome, unnamed, detail, failure, listed=listed)


def _due(case: Case) -> str:
    """The outcome that a case must have, in one word; empty where each step of a dialogue has one of its own."""
    if case.op == DIALOGUE:
        return ""
    return DUE_OK if isinstance(case.expect, Accept) else case.expect.code


def _text(report: pytest.TestReport) -> str:
    """The report's text, without the line that names a worker of -n and its interpreter."""
    bare = copy(report)
    vars(bare).pop("node", None)
    return bare.longreprtext


def _outcome(report: pytest.TestReport, properties: dict[str, Any]) -> str:
    if report.passed:
        return str(Outcome.PASS)
    if hasattr(report, "wasxfail"):
        return KNOWN
    return str(properties.get("outcome", Outcome.HARNESS_ERROR))


def _id_in_name(run: Judged, nodeid: str) -> str:
    file, _, name = nodeid.partition("::")
    if not (SUITE / PurePosixPath(file).name).is_file():
        return ""
    case_id = name.partition("[")[2].removesuffix("]")
    return case_id if case_id in run.cases else f"{TESTEE}/{name}"
