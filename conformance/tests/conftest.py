"""Tests are shared out among processes by file; and garbage is looked for where there may be some."""

from __future__ import annotations

import gc
from typing import Any

import pytest

RARELY = (50_000, 20, 50)
"""The allocations after which Python looks for garbage, as in runs of the suite."""


@pytest.hookimpl(tryfirst=True, optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    if config.getoption("dist") != "loadgroup":
        return None
    # pytest reads this file in every run of the suite in a checkout.
    from conformance.tests.handing_out import distribute  # noqa: PLC0415

    return distribute(config, log)


def pytest_collection() -> None:
    """Keep the garbage collector from walking thousands of tests and cases, which live to the end, again and again."""
    gc.set_threshold(*RARELY)


def pytest_collection_finish() -> None:
    """Keep it from those that were collected, too."""
    gc.freeze()
