"""A plugin for runs in which it matters which tests there are: functions pass without being called."""

from __future__ import annotations

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call() -> bool:
    return True
