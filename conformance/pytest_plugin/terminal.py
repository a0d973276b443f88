"""The display of a run for a person at a terminal: progress, bars, and failures by their likely causes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping

import pytest
from rich.bar import Bar
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from reports.causes import causes
from reports.entry import Entry

from .identity import WHOLE

MOST_CAUSES = 8


def wanted(config: pytest.Config) -> bool:
    """Whether a person looks on: at a terminal, and not at the names of the tests or at what they print."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not getattr(reporter, "isatty", False):
        return False
    # An option is not there if its plugin is switched off.
    return config.option.verbose <= 0 and getattr(config.option, "capture", "fd") != "no"


class Meter:
    """A bar with the time left, in place of a dot for each case. A plugin of the process that sees every report."""

    def __init__(self, session: pytest.Session) -> None:
        self._session = session
        columns = (TextColumn("judging"), BarColumn(), MofNCompleteColumn(), TextColumn("left:"), TimeRemainingColumn())
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._progress.add_task("", total=None)

    def pytest_collection_finish(self) -> None:
        """Show the bar when the first case begins."""
        self._progress.start()

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Count without a letter; the failures come in full at the end."""
        if hasattr(report, "wasxfail") or not (report.when == "call" or report.failed):
            return None
        return report.outcome, "", ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One more is done."""
        if report.when == "teardown" or hasattr(report, WHOLE):
            self._progress.update(self._task, advance=1, total=self._session.testscollected or None)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """The bar goes, and leaves nothing."""
        with contextlib.suppress(OSError):  # the terminal may be gone, and the account is still to be written
            self._progress.stop()


def picture(rows: Iterable[tuple[str, Mapping[str, int]]]) -> Table:
    """The profiles with bars of what passed."""
    table = Table(box=None, pad_edge=False)
    for name in ("profile", "", "passed", "failed", "known", "planned"):
        table.add_column(name, justify="left" if name in ("profile", "") else "right")
    for profile, row in rows:
        whole = max(row["planned"], row["executed"], 1)
        bar = Bar(whole, 0, row["passed"], width=30, color="red" if row["failed"] else "green")
        failed = f"[red]{row['failed']}[/]" if row["failed"] else "0"
        table.add_row(profile, bar, str(row["passed"]), failed, str(row["known"]), str(row["planned"]))
    return table


def cause_lines(entries: Iterable[Entry]) -> list[str]:
    """The likely causes, the most frequent first."""
    found = causes(entries)
    lines = [f"{cause.count:>5} × {cause.clause}: {cause.what}" for cause in found[:MOST_CAUSES]]
    more = len(found) - MOST_CAUSES
    return [*lines, *([f"and {more} more causes"] if more > 0 else [])]
