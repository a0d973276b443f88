"""The start of every run in pytest: its options read, its files checked, its tests told apart."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from resonant.console import printable

from ..model.verdict import short
from ..session.before import file_faults
from ..session.options import Options
from ..session.testee_run import RunError
from .identity import Identity
from .options import read_options, write_junit
from .stash import OPTIONS

TEXT_CHARS = 20_000  # of one message; it can hold the end of a testee's standard error


@contextlib.contextmanager
def ready(config: pytest.Config) -> Iterator[Options]:
    """Everything up to what is judged, which the body finds; every way to fail in either is one clear line."""
    options = read_options(config)
    config.stash[OPTIONS] = options
    if hasattr(config.option, "xmlpath") and not config.option.collectonly:  # none with -p no:junitxml
        write_junit(config, options)
    if getattr(config.option, "forked", False):
        raise pytest.UsageError("--forked: a testee answers only the process that it was started by; leave it out")
    if not hasattr(config, "workerinput"):
        junit = getattr(config.option, "xmlpath", None)
        for fault in file_faults(options, Path(junit) if junit else None):
            raise pytest.UsageError(fault)
    config.pluginmanager.register(Identity(), "conformance-identity")
    try:
        yield options
    except RunError as error:
        raise pytest.UsageError(printable(short(str(error), TEXT_CHARS), keep="\n")) from error
