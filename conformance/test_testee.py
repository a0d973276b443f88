"""The testee protocol, judged for every implementation whatever it claims."""

from __future__ import annotations

import pytest

from adapters.driver import Testee, Unsupported

from .model.cases import Case
from .probes import UNCLAIMED_CLAUSES, Probe, expect_kind, run_probe
from .pytest_plugin.outcomes import reporter_of


def test_probe(probe: Probe, testee: Testee, request: pytest.FixtureRequest) -> None:
    """The testee keeps the protocol."""
    reporter = reporter_of(request)
    verdict = run_probe(probe, testee)
    if not verdict.passed:
        reporter.found(probe.id, probe.about, probe.clauses, verdict)


def test_unclaimed_profile_is_refused(unclaimed: Case, testee: Testee, request: pytest.FixtureRequest) -> None:
    """A request that needs an unclaimed profile is answered with `unsupported`."""
    reporter = reporter_of(request)
    answer = testee.ask(unclaimed.op, unclaimed.input, case=unclaimed.id, profile=unclaimed.profile)
    verdict = expect_kind(answer, Unsupported, f"unsupported: {unclaimed.profile} is not claimed")
    if not verdict.passed:
        name = f"unclaimed {unclaimed.profile}, op {unclaimed.op}"
        reporter.found(name, unclaimed.about, UNCLAIMED_CLAUSES, verdict)
