"""The ledger behind a pytest run: every report noted, a run that judged nothing turned red, run.json written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from rich.console import Console

from .failure import from_text
from .gate.bound import bound_to
from .gate.ends import WRITE_ERRORS, plan_faults, write_files
from .ledger import KNOWN, Entry
from .probes import PROBES, UNCLAIMED_CLAUSES
from .runfile import Ending, run_data, write_run
from .state import FAULTS, JUDGED, OPTIONS, OUTSIDE, Judged
from .terminal import causes, picture, wanted
from .verdict import Outcome

_COMPLETE = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)
"""How a run ends that was not broken off; what was broken off says nothing of known failures and plans."""


_WORKER = re.compile(r"\A\[gw\d+\] .*\n")  # what -n puts before a failure: which worker, on which interpreter


def _id_of(nodeid: str) -> str:
    return nodeid.partition("[")[2].removesuffix("]")


def _entry(run: Judged, report: pytest.TestReport) -> Entry:
    case_id = _id_of(report.nodeid)
    properties: dict[str, Any] = dict(report.user_properties)
    if report.passed:
        outcome = str(Outcome.PASS)
    elif hasattr(report, "wasxfail"):
        outcome = KNOWN
    else:
        outcome = str(properties.get("outcome", Outcome.HARNESS_ERROR))
    detail = _WORKER.sub("", report.longreprtext) if outcome not in (Outcome.PASS, KNOWN) else ""
    unnamed, unexpected = bool(properties.get("unnamed")), bool(properties.get("unexpected"))
    kept = getattr(report, "failure", None)
    failure = from_text(kept) if kept else None
    case = run.cases.get(case_id)
    if case is not None:
        return Entry(case.id, case.profile, case.clauses, outcome, unnamed, detail, failure, unexpected)
    probe = next((probe for probe in PROBES if probe.id == case_id), None)
    name = report.nodeid.rpartition("::")[2]
    clauses = probe.clauses if probe else UNCLAIMED_CLAUSES if "unclaimed" in name else ()
    return Entry(f"testee/{name}", "testee", clauses, outcome, unnamed, detail, failure)


class Accounts:
    """Keeps the ledger; registered where reports arrive, which with -n is the controller."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._written: tuple[str, ...] = ()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note each finished test."""
        if report.when == "call" or report.failed:
            run = self._config.stash[JUDGED]
            run.ledger.add(_entry(run, report))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Turn a run that judged nothing into a failed one, and write run.json."""
        config = self._config
        run, options = config.stash[JUDGED], config.stash[OPTIONS]
        replay = bool(options.cases) or any("::" in argument for argument in config.args)
        faults = () if config.option.collectonly else tuple(self._faults(replay=replay))
        broken_off = session.shouldfail or session.shouldstop or exitstatus not in _COMPLETE
        if not config.option.collectonly and not broken_off:
            faults += tuple(self._write_files())
        config.stash[FAULTS] = faults
        if faults and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if options.report is not None:
            bound = bound_to(run.name, run.adapter_file)
            data = run_data(run.ledger, run.hello, bound, Ending(options.seed, int(session.exitstatus), faults))
            more = config.stash[OUTSIDE].data() if OUTSIDE in config.stash else {}
            write_run(options.report, {**data, **more})

    def _faults(self, *, replay: bool) -> Iterator[str]:
        run = self._config.stash[JUDGED]
        yield from run.ledger.faults(replay=replay)
        yield from plan_faults(run, self._config.stash[OPTIONS])

    def _write_files(self) -> Iterator[str]:
        """Write the files that the command line asks for; why one could not be written is a fault."""
        try:
            self._written = tuple(write_files(self._config.stash[JUDGED], self._config.stash[OPTIONS]))
        except WRITE_ERRORS as error:
            yield str(error)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """A row a profile, the failing clauses, and whatever keeps the run from being green."""
        if wanted(self._config):
            Console().print(picture(self._config.stash[JUDGED].ledger.rows()))
        for line in (*_summary(self._config), *self._written):
            terminalreporter.write_line(line)


def _table(run: Judged) -> Iterator[str]:
    yield ""
    yield f"{'profile':<10}{'cases':>8}{'executed':>10}{'passed':>8}{'failed':>8}{'known':>7}"
    for profile, row in run.ledger.rows():
        cells = f"{row['planned']:>8}{row['executed']:>10}{row['passed']:>8}{row['failed']:>8}{row['known']:>7}"
        yield f"{profile:<10}{cells}"


def _summary(config: pytest.Config) -> Iterator[str]:
    run, options = config.stash[JUDGED], config.stash[OPTIONS]
    if not wanted(config):
        yield from _table(run)
    if run.ledger.unnamed:
        yield f"{run.ledger.unnamed} refusals came without a code"
    if run.ledger.left_out:
        count = run.ledger.left_out
        yield f"{count} dialogues need time to pass, which for this testee is real time: not executed (--real-time)"
    failing = run.ledger.failing_clauses()
    if failing:
        yield "failing clauses: " + ", ".join(f"{clause} ({count})" for clause, count in failing[:12])
        yield from ("likely causes:", *causes(run.ledger.entries))
    if OUTSIDE in config.stash:
        yield from config.stash[OUTSIDE].summary()
    if options.report is not None:
        yield f"report: {options.report / 'run.json'}"
    for fault in config.stash.get(FAULTS, ()):
        yield f"FAILED RUN: {fault}"
