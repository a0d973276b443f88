"""Every golden vector, one test each."""

from __future__ import annotations

from adapters.driver import Testee

from .cases import Case
from .checks import judge
from .conftest import Reporter


def test_case(case: Case, testee: Testee, reporter: Reporter) -> None:
    """The implementation does what the vector says."""
    reporter.case(case, judge(testee, case))
