"""What a finished test means for the account of a run."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any

import pytest

from . import SUITE
from .failure import from_text
from .identity import ATTRIBUTE
from .ledger import KNOWN, Entry
from .probes import PROBES, UNCLAIMED_CLAUSES
from .state import Judged
from .testee_ids import PROBE, TESTEE, UNCLAIMED, judged_id
from .verdict import Outcome

_WORKER = re.compile(r"\A\[gw\d+\] .*\n")  # what -n puts before a failure: which worker, on which interpreter
_CLAUSES = {judged_id(PROBE, probe.id): probe.clauses for probe in PROBES}


def entry_of(run: Judged, report: pytest.TestReport) -> Entry | None:
    """The entry of a test that ended, None for one that is not of the suite."""
    case_id = getattr(report, ATTRIBUTE, None)
    if case_id is None:
        case_id = _id_in_name(run, report.nodeid)  # pytest-xdist makes reports itself on the end of a worker
    if not case_id:
        return None
    properties: dict[str, Any] = dict(report.user_properties)
    outcome = _outcome(report, properties)
    unnamed, unexpected = bool(properties.get("unnamed")), bool(properties.get("unexpected"))
    detail = _WORKER.sub("", report.longreprtext) if outcome not in (Outcome.PASS, KNOWN) else ""
    kept = getattr(report, "failure", None) if outcome != Outcome.PASS else None
    failure = from_text(kept) if kept else None
    case = run.cases.get(case_id)
    if case is not None:
        unexpected = unexpected and outcome != Outcome.PASS
        return Entry(case.id, case.profile, case.clauses, outcome, unnamed, detail, failure, unexpected)
    refused = UNCLAIMED_CLAUSES if case_id.startswith(judged_id(UNCLAIMED)) else ()
    return Entry(case_id, TESTEE, _CLAUSES.get(case_id, refused), outcome, unnamed, detail, failure, unexpected)


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
