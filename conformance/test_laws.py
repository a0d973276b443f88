"""Laws on generated inputs. The seed is printed with the run and set with --seed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import seed as seeded
from hypothesis.errors import Flaky
from hypothesis.strategies import SearchStrategy

from adapters.driver import Testee

from .cases import Accept, load_cases
from .laws import damaged, round_trip, total, valid_fields
from .reporter import reporter_of
from .verdict import Verdict

EXAMPLES = 60
T = TypeVar("T")


@pytest.fixture
def campaign(testee: Testee, seed: int, request: pytest.FixtureRequest) -> Callable[..., None]:
    """Judge a law on EXAMPLES generated inputs; the smallest one that breaks it is reported."""

    reporter = reporter_of(request)

    def run(
        name: str, clauses: tuple[str, ...], law: Callable[[Testee, T], Verdict], inputs: SearchStrategy[T]
    ) -> None:
        failed: list[Verdict] = []

        @seeded(seed)
        @settings(max_examples=EXAMPLES, database=None, deadline=None, suppress_health_check=list(HealthCheck))
        @given(inputs)
        def holds(value: T) -> None:
            verdict = law(testee, value)
            if not verdict.passed:
                failed.append(verdict)
            assert verdict.passed

        try:
            holds()
        except (AssertionError, Flaky):  # Flaky: the same input did not fail again
            about = f"A law on generated inputs, seed {seed}."
            reporter.found(name, about, clauses, failed[-1], "--seed", str(seed))

    return run


@pytest.mark.profile("frame")
def test_decode_inverts_encode(campaign: Callable[..., None]) -> None:
    """decode(encode(fields)) is fields."""
    campaign("round-trip", ("FRM-32",), round_trip, valid_fields())


@pytest.mark.profile("frame")
def test_decode_is_total(campaign: Callable[..., None]) -> None:
    """Damaged frames are decoded or refused, never anything else."""
    plain = [
        bytes.fromhex(case.input["frame"])
        for case in load_cases()
        if case.op == "decode" and case.profile == "frame" and isinstance(case.expect, Accept)
    ]
    frames = [frame for frame in plain if len(frame) < 500]
    campaign("total", ("FRM-30", "FRM-32"), total, damaged(frames))
