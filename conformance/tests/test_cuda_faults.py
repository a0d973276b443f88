"""The suite bites real faults of CUDA code: the same kernels built wrong fail the cases that are there for them."""

from __future__ import annotations

import pytest

from adapters.driver import Testee, build_adapter, load_adapter
from conformance.checks.judge import judge
from conformance.model.cases import Case, load_cases
from conformance.tests.support import ADAPTERS

CASES = {case.id: case for case in load_cases() if case.profile == "quant"}
# build -> words of which each is in the id of a case that this build must fail
FAULTS = {
    "reciprocal": ("reciprocal",),
    "roundf": ("half-away",),
    "fast-math": ("flush", "subnormal"),
}


def failing(build: str) -> list[str]:
    adapter = load_adapter(str(ADAPTERS / "cuda-host" / build), ADAPTERS)
    build_adapter(adapter)
    with Testee(adapter) as testee:
        return [case_id for case_id, case in CASES.items() if not passes(testee, case)]


def passes(testee: Testee, case: Case) -> bool:
    return judge(testee, case).passed


@pytest.mark.slow
def test_the_right_build_passes_every_case() -> None:
    assert failing("adapter.toml") == []


@pytest.mark.slow
@pytest.mark.parametrize("build", FAULTS)
def test_a_wrong_build_fails_the_cases_that_are_there_for_it(build: str) -> None:
    found = failing(f"faults/{build}.toml")
    assert len(found) < len(CASES)
    for word in FAULTS[build]:
        assert any(word in case_id for case_id in found), f"{build} fails {len(found)} cases, none of them for {word}"
