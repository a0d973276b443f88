"""The words of a run: its progress, and at its end the failures by their causes in place of each by itself."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from reports.cards import Card, cards

from .card_text import card_lines, in_full
from .identity import ATTRIBUTE, WHOLE
from .stash import CARDS, JUDGED
from .terminal import quiet, wanted

_STEPS = 5
_MANY = 200
"""From so many tests on, a run without a meter says how far it is, in _STEPS lines."""


class Teller:
    """A plugin of the process that sees every report; it tells nothing where pytest is asked for its own way."""

    def __init__(self, session: pytest.Session) -> None:
        self._session = session
        self._config = session.config
        self._done = self._failed = self._said = 0
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        self._reporter = reporter if quiet(session.config) else None
        if self._reporter is not None:
            self._reporter.showfspath = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Count without a letter."""
        if self._reporter is None or hasattr(report, "wasxfail") or not (report.when == "call" or report.failed):
            return None
        return ("error" if report.failed and report.when != "call" else report.outcome), "", ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Say after each fifth of the tests how far the run is, where no meter shows it."""
        self._failed += report.failed
        if report.when != "teardown" and not hasattr(report, WHOLE):
            return
        self._done += 1
        total = self._session.testscollected
        if self._reporter is None or total < _MANY or wanted(self._config) or self._config.option.verbose < 0:
            return
        part = self._done * _STEPS // total
        if part > self._said:
            self._said = part
            failed = f", {self._failed:,} failed" if self._failed else ""
            self._reporter.write_line(f"{part * 100 // _STEPS:>4} %: {self._done:,} of {total:,} judged{failed}")

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Generator[None, object, object]:
        """Keep failures of the suite from pytest, which would print each in full and then each on a line."""
        config = self._config
        if config.option.collectonly:
            return (yield)
        config.stash[CARDS] = cards(config.stash[JUDGED].results.entries)
        style = getattr(config.option, "tbstyle", "auto")
        if style not in ("auto", "no"):
            return (yield)
        kept = {name: terminalreporter.stats.get(name, []) for name in ("failed", "error")}
        for name, reports in kept.items():
            terminalreporter.stats[name] = [report for report in reports if not getattr(report, ATTRIBUTE, "")]
        try:
            if style == "auto":
                self._tell(terminalreporter, config.stash[CARDS])
            return (yield)
        finally:
            terminalreporter.stats.update({name: reports for name, reports in kept.items() if reports})

    def _tell(self, reporter: pytest.TerminalReporter, found: tuple[Card, ...]) -> None:
        if not found:
            return
        shown = in_full(found)
        more = f", {len(shown)} of {len(found)} in full" if len(found) > len(shown) else ""
        reporter.write_sep("=", f"FAILURES BY CAUSE{more}")
        for card in shown:
            for line in card_lines(card, reporter._tw.fullwidth):
                reporter.write_line(line)
            reporter.write_line("")
