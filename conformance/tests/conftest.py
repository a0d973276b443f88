"""Tests are shared out among processes by file; and garbage is looked for where there may be some."""

from __future__ import annotations

import gc
from typing import Any

import pytest

FORKS = "resonant forks"
"""The name of the address of the server of forks, in what a worker is given."""
RARELY = (50_000, 20, 50)
"""The allocations after which Python looks for garbage, as in runs of the suite."""


@pytest.hookimpl(tryfirst=True, optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    if config.getoption("dist") != "loadgroup":
        return None
    # pytest reads this file in every run of the suite in a checkout.
    from conformance.tests.handing_out import distribute  # noqa: PLC0415

    return distribute(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Begin the server that all workers ask for forks while they collect, if it is all tests that run."""
    if node.config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        from conformance.tests.forks.client import CAN_FORK, OF_SUITE  # noqa: PLC0415

        if CAN_FORK:
            node.workerinput[FORKS] = OF_SUITE.share()


def pytest_configure(config: pytest.Config) -> None:
    """Ask that server, in a worker."""
    if address := getattr(config, "workerinput", {}).get(FORKS):
        from conformance.tests.forks.client import OF_SUITE  # noqa: PLC0415

        OF_SUITE.join(address)


def pytest_collection() -> None:
    """Keep the garbage collector from walking thousands of tests and cases, which live to the end, again and again."""
    gc.set_threshold(*RARELY)


def pytest_collection_finish() -> None:
    """Keep it from those that were collected, too."""
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Keep it from everything, once pytest has had it look for what tests left open: Python's end looks twice more."""
    gc.freeze()
