"""The pytest shell around the suite: options, one test a case, and an exit status that cannot be green by accident."""

from __future__ import annotations

import gc
import shlex
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.driver import Testee

from .cases import Case
from .ledger import KNOWN, Entry
from .options import Options, add_options, read_options
from .probes import PROBES
from .run import Run, RunError, prepare
from .runfile import run_data, write_run
from .show import failure_text
from .verdict import Outcome, Verdict

OPTIONS = pytest.StashKey[Options]()
RUN = pytest.StashKey[Run]()
FAULTS = pytest.StashKey[tuple[str, ...]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare --impl and its companions."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Build and start the testee before anything is collected; every way to fail here is one clear line."""
    options = read_options(config)
    config.stash[OPTIONS] = options
    worker = hasattr(config, "workerinput")
    try:
        run = prepare(options, build=options.build and not worker)
    except RunError as error:
        raise pytest.UsageError(str(error)) from error
    parallel = bool(getattr(config.option, "numprocesses", None) or getattr(config.option, "tx", None))
    if parallel and not worker:
        if run.adapter.launch == "attach":
            run.testee.close()
            raise pytest.UsageError("a testee that is attached to serves one runner; leave out -n")
        run.testee.close()  # each worker starts its own
    config.stash[RUN] = run


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the testee."""
    if RUN in config.stash:
        config.stash[RUN].testee.close()


def pytest_report_header(config: pytest.Config) -> str:
    """Who is judged, by how many cases, with which seed."""
    run, options = config.stash[RUN], config.stash[OPTIONS]
    hello = run.hello
    who = f"{run.adapter.name}: {hello.name} {hello.version} ({hello.language})"
    claims = ", ".join(hello.profiles) or "nothing"
    return (
        f"conformance of {who} to Resonant {hello.spec}; claims {claims}; {len(run.cases)} cases; seed {options.seed}"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test a case, one a probe, one for each op of a profile that is not claimed."""
    run = metafunc.config.stash[RUN]
    if "case" in metafunc.fixturenames:
        metafunc.parametrize("case", run.cases.values(), ids=list(run.cases))
    if "unclaimed" in metafunc.fixturenames:
        ids = [f"{case.profile}-{case.op}" for case in run.probes]
        metafunc.parametrize("unclaimed", run.probes, ids=ids)
    if "probe" in metafunc.fixturenames:
        probes = [probe for probe in PROBES if run.adapter.launch == "process" or not probe.ends_testee]
        metafunc.parametrize("probe", probes, ids=[probe.id for probe in probes])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what does not count here: laws of profiles that are not judged, and probes when there are none."""
    run = config.stash[RUN]

    def counts(item: pytest.Item) -> bool:
        marker = item.get_closest_marker("profile")
        if marker is not None and marker.args[0] not in run.ledger.selected:
            return False
        return "unclaimed" not in getattr(item, "fixturenames", ()) or bool(run.probes)

    items[:] = filter(counts, items)


@pytest.fixture(scope="session")
def testee(pytestconfig: pytest.Config) -> Testee:
    """The implementation under test."""
    return pytestconfig.stash[RUN].testee


@pytest.fixture(scope="session")
def seed(pytestconfig: pytest.Config) -> int:
    """The seed of generated inputs."""
    return pytestconfig.stash[OPTIONS].seed


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
        if "gave up: " in text and outcome is Outcome.HARNESS_ERROR:
            self._item.session.shouldfail = text.split("gave up: ", 1)[1].splitlines()[0]
        pytest.fail(text, pytrace=False)

    def replay(self) -> str:
        """The command that runs this test alone."""
        return f"pytest {shlex.quote(self._item.nodeid)} --impl={shlex.quote(self._options.impl)}"


def reporter_of(request: pytest.FixtureRequest) -> Reporter:
    """How the running test states its verdict. No fixture: one a case would be a tenth of a run's time."""
    return Reporter(request.node, request.config)


def pytest_collection_finish() -> None:
    """Keep the garbage collector from walking thousands of cases, which live to the end, again and again."""
    gc.freeze()


def _id_of(nodeid: str) -> str:
    return nodeid.partition("[")[2].removesuffix("]")


def _entry(run: Run, report: pytest.TestReport) -> Entry:
    case_id = _id_of(report.nodeid)
    properties: dict[str, Any] = dict(report.user_properties)
    if report.passed:
        outcome = str(Outcome.PASS)
    elif hasattr(report, "wasxfail"):
        outcome = KNOWN
    else:
        outcome = str(properties.get("outcome", Outcome.HARNESS_ERROR))
    detail = report.longreprtext if outcome not in (Outcome.PASS, KNOWN) else ""
    unnamed = bool(properties.get("unnamed"))
    case = run.cases.get(case_id)
    if case is not None:
        return Entry(case.id, case.profile, case.clauses, outcome, unnamed, detail)
    probe = next((probe for probe in PROBES if probe.id == case_id), None)
    name = report.nodeid.rpartition("::")[2]
    return Entry(f"testee/{name}", "testee", probe.clauses if probe else (), outcome, unnamed, detail)


class Accounts:
    """Keeps the ledger; registered where reports arrive, which with -n is the controller."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note each finished test."""
        if report.when == "call" or report.failed:
            run = self._config.stash[RUN]
            run.ledger.add(_entry(run, report))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Turn a run that judged nothing into a failed one, and write run.json."""
        config = self._config
        run, options = config.stash[RUN], config.stash[OPTIONS]
        replay = any("::" in argument for argument in config.args)
        faults = () if config.option.collectonly else tuple(run.ledger.faults(replay=replay))
        config.stash[FAULTS] = faults
        if faults and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if options.report is not None:
            data = run_data(
                run.ledger,
                run.hello,
                adapter=run.adapter.name,
                seed=options.seed,
                exit_status=int(session.exitstatus),
                faults=faults,
            )
            write_run(options.report, data)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """A row a profile, the failing clauses, and whatever keeps the run from being green."""
        for line in _summary(self._config):
            terminalreporter.write_line(line)


def _summary(config: pytest.Config) -> Iterator[str]:
    run, options = config.stash[RUN], config.stash[OPTIONS]
    yield ""
    yield f"{'profile':<10}{'cases':>8}{'executed':>10}{'passed':>8}{'failed':>8}{'known':>7}"
    for profile, row in run.ledger.rows():
        cells = f"{row['planned']:>8}{row['executed']:>10}{row['passed']:>8}{row['failed']:>8}{row['known']:>7}"
        yield f"{profile:<10}{cells}"
    if run.ledger.unnamed:
        yield f"{run.ledger.unnamed} refusals came without a code"
    failing = run.ledger.failing_clauses()
    if failing:
        yield "failing clauses: " + ", ".join(f"{clause} ({count})" for clause, count in failing[:12])
    if options.report is not None:
        yield f"report: {options.report / 'run.json'}"
    for fault in config.stash.get(FAULTS, ()):
        yield f"FAILED RUN: {fault}"


def pytest_sessionstart(session: pytest.Session) -> None:
    """Keep accounts in the process that sees every report."""
    config = session.config
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Accounts(config), "conformance-accounts")
