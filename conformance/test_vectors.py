"""Every golden vector, one test each."""

from __future__ import annotations

import pytest

from adapters.driver import Testee

from .checks.judge import judge
from .model.cases import Case
from .pytest_plugin.outcomes import reporter_of


def test_case(case: Case, testee: Testee, request: pytest.FixtureRequest) -> None:
    """The implementation does what the vector says."""
    reporter_of(request).case(case, judge(testee, case))
