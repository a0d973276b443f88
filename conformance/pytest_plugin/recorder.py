"""Records every report of a pytest run, turns a run that judged nothing red, and writes run.json."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest
from resonant.console import counted

from reports.cards import cards

from ..session.files import not_written
from ..session.outputs import WRITE_ERRORS, plan_faults, write_files
from ..session.provenance import bound_to
from ..session.run_json import Ending, run_data, write_run
from .entries import entry_of
from .interrupt import KEY as INTERRUPTION
from .junit import guard_junit, note_faults
from .selection import replays, selectors
from .stash import CARDS, FAULTS, JUDGED, OPTIONS, OUTSIDE, WRITTEN
from .summary import result_line, summary
from .terminal import show, wanted

_WIDTH = 80
"""Of lines where there is no terminal reporter."""
_COMPLETE = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)
"""The ends of a run that was not broken off; one that was says nothing of known failures and plans."""


class ResultRecorder:
    """Keeps the results; registered where reports arrive, which with -n is the controller."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._written: tuple[str, ...] = ()
        self._skipped: set[str] = set()
        self._late: list[str] = []
        guard_junit(config, self._late.append)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note each finished test. A plugin may execute a failed one again; what it ended with then counts."""
        run = self._config.stash[JUDGED]
        entry = entry_of(run, report)
        if entry is None or str(report.outcome) == "rerun":
            return
        if report.skipped and not hasattr(report, "wasxfail"):
            self._skipped.add(entry.id)
        elif report.when == "call" or report.failed:
            run.results.add(entry)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> Generator[None]:
        """Turn a run that judged nothing into a failed one, and write run.json."""
        config = self._config
        if config.option.collectonly:
            return (yield)  # nothing was to be judged
        faults = tuple(self._faults(session, exitstatus))
        note_faults(config, faults)
        result = yield  # junit.xml is written
        faults += tuple(self._late)
        if faults and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if self._gave_up(session):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        config.stash[FAULTS] = faults
        try:
            self._write_run(int(session.exitstatus))
        except (OSError, ValueError) as error:
            config.stash[FAULTS] = (*faults, not_written(error))
            session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED
        if not config.pluginmanager.has_plugin("terminalreporter"):
            config.stash[CARDS] = cards(config.stash[JUDGED].results.entries)
            print("\n".join((result_line(config), *self._lines(_WIDTH))))
        return result

    def _gave_up(self, session: pytest.Session) -> bool:
        """Whether -n calls it an interruption that a failure ended the run, which one process does not (-x, a hang)."""
        stopped = getattr(self._config.pluginmanager.getplugin("dsession"), "shouldstop", False)
        signalled = self._config.stash[INTERRUPTION].by
        return bool(stopped and session.testsfailed and not signalled)

    def _faults(self, session: pytest.Session, exitstatus: int) -> Iterator[str]:
        """Whatever keeps the run from being green although no case failed. Writes the files of a gate."""
        config = self._config
        run, options = config.stash[JUDGED], config.stash[OPTIONS]
        interruption = config.stash[INTERRUPTION]
        if interruption.by:
            done = sum(entry.id in run.cases for entry in run.results.entries)
            yield f"{interruption.text} after {done:,} of {counted(len(run.cases), 'case', ',')}"
            return
        stopped = bool(session.shouldfail or session.shouldstop or exitstatus not in _COMPLETE)
        yield from run.results.faults(replay=replays(config))
        if self._skipped:
            yield f"not judged, as pytest skipped them: {len(self._skipped):,}, such as {min(self._skipped)}"
        yield from plan_faults(run, options, tuple(selectors(config)), stopped=stopped)
        if not stopped:
            try:
                self._written = tuple(write_files(run, options))
            except WRITE_ERRORS as error:
                yield not_written(error)

    def _write_run(self, exit_status: int) -> None:
        run, options = self._config.stash[JUDGED], self._config.stash[OPTIONS]
        if options.report is not None:
            bound = bound_to(run.name, run.adapter_file)
            ending = Ending(options.seed, exit_status, self._config.stash[FAULTS])
            data = run_data(run.results, run.hello, bound, ending)
            more = self._config.stash[OUTSIDE].data() if OUTSIDE in self._config.stash else {}
            self._config.stash[WRITTEN] = write_run(options.report, {**data, **more})

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """The result in a sentence, a row a profile, the causes, and whatever keeps the run from being green."""
        if self._config.option.collectonly:
            return
        terminalreporter.write_sep("=", "RESULT")
        terminalreporter.write_line(result_line(self._config))
        if wanted(self._config):
            show(self._config.stash[JUDGED].results.rows())
        for line in self._lines(terminalreporter._tw.fullwidth):
            terminalreporter.write_line(line)

    def _lines(self, width: int) -> Iterator[str]:
        yield from (*summary(self._config, width), *self._written)
