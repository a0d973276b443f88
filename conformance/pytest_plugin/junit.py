"""Additions to pytest's junit.xml: it tells what keeps a run from being green, and its loss is no crash."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest


def _writer(config: pytest.Config) -> Any:
    """The plugin that pytest registers for --junitxml, None if there is none."""
    return next((one for one in config.pluginmanager.get_plugins() if type(one).__name__ == "LogXML"), None)


def guard_junit(config: pytest.Config, told: Callable[[str], None]) -> None:
    """Have a junit.xml that cannot be written be a line for the user, and a part of one be removed.

    What pytest's plugin raises would otherwise be a traceback, in place of the account of the whole run.
    """
    xml = _writer(config)
    if xml is None:
        return
    write: Callable[[], None] = xml.pytest_sessionfinish

    def pytest_sessionfinish() -> None:
        try:
            write()
        except OSError as error:
            told(f"{xml.logfile}: cannot be written: {error.strerror}")
            with contextlib.suppress(OSError):
                Path(xml.logfile).unlink()

    config.pluginmanager.unregister(xml)
    xml.pytest_sessionfinish = pytest_sessionfinish
    config.pluginmanager.register(xml)


def note_faults(config: pytest.Config, faults: Iterable[str]) -> None:
    """Give junit.xml what keeps the run from being green, as properties of its suite."""
    xml = _writer(config)
    for fault in faults if xml is not None else ():
        xml.add_global_property("fault", fault)
