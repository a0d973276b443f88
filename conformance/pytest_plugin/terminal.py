"""The display of a run for a person at a terminal: progress and bars."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pytest

from .identity import WHOLE

if TYPE_CHECKING:
    from rich.console import ConsoleRenderable


def quiet(config: pytest.Config) -> bool:
    """Whether neither the names of the tests nor what they print is asked for."""
    # Options are not there if their plugins are switched off.
    return getattr(config.option, "verbose", 0) <= 0 and getattr(config.option, "capture", "fd") != "no"


def wanted(config: pytest.Config) -> bool:
    """Whether a person looks on: at a terminal, and not at the names of the tests or at what they print."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return reporter is not None and bool(getattr(reporter, "isatty", False)) and quiet(config)


class Meter:
    """A bar with the time left, in place of a dot for each case. A plugin of the process that sees every report."""

    def __init__(self, session: pytest.Session) -> None:
        # It takes as long to import as to judge some hundred cases, and is for people who look on.
        from rich.console import Console  # noqa: PLC0415
        from rich.progress import (  # noqa: PLC0415
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        self._session = session
        columns = (TextColumn("judging"), BarColumn(), MofNCompleteColumn(), TextColumn("left:"), TimeRemainingColumn())
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._progress.add_task("", total=None)

    def pytest_collection_finish(self) -> None:
        """Show the bar when the first case begins."""
        self._progress.start()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One more is done."""
        if report.when == "teardown" or hasattr(report, WHOLE):
            self._progress.update(self._task, advance=1, total=self._session.testscollected or None)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """The bar goes, and leaves nothing."""
        with contextlib.suppress(OSError):  # the terminal may be gone, and the account is still to be written
            self._progress.stop()


def show(rows: Iterable[tuple[str, Mapping[str, int]]]) -> None:
    """Print the profiles with bars of what passed."""
    from rich.console import Console  # noqa: PLC0415 - as above

    Console().print(picture(rows))


def picture(rows: Iterable[tuple[str, Mapping[str, int]]]) -> ConsoleRenderable:
    """The profiles with bars of what passed."""
    from rich.bar import Bar  # noqa: PLC0415 - as above
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, pad_edge=False)
    for name in ("profile", "", "passed", "failed", "known", "planned"):
        table.add_column(name, justify="left" if name in ("profile", "") else "right")
    for profile, row in rows:
        whole = max(row["planned"], row["executed"], 1)
        bar = Bar(whole, 0, row["passed"], width=30, color="red" if row["failed"] else "green")
        failed = f"[red]{row['failed']}[/]" if row["failed"] else "0"
        table.add_row(profile, bar, str(row["passed"]), failed, str(row["known"]), str(row["planned"]))
    return table
