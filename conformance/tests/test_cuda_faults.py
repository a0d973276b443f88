"""The suite bites real faults of CUDA code: the same kernels built wrong fail the cases that are there for them."""

from __future__ import annotations

import pytest

from adapters.driver import Testee, build_adapter
from conformance.checks.judge import judge
from conformance.model.cases import Case, load_cases
from conformance.mutants.testees.registry import WRONG
from conformance.session.implementations import find_adapter

CASES = {case.id: case for case in load_cases() if case.profile == "quant"}
# wrong:NAME -> words of which each is in the id of a case that this build must fail
FAULTS = {
    "wrong:cuda-reciprocal": ("reciprocal",),
    "wrong:cuda-roundf": ("half-away",),
    "wrong:cuda-fast-math": ("flush", "subnormal"),
}


def failing(impl: str) -> list[str]:
    adapter = find_adapter(impl)
    build_adapter(adapter)
    with Testee(adapter) as testee:
        return [case_id for case_id, case in CASES.items() if not passes(testee, case)]


def passes(testee: Testee, case: Case) -> bool:
    return judge(testee, case).passed


@pytest.mark.slow
def test_the_right_build_passes_every_case() -> None:
    assert failing("cuda-host") == []


@pytest.mark.slow
@pytest.mark.parametrize("impl", FAULTS)
def test_a_wrong_build_fails_the_cases_that_are_there_for_it(impl: str) -> None:
    found = failing(impl)
    cited = {clause for case_id in found for clause in CASES[case_id].clauses}
    assert set(WRONG[impl.removeprefix("wrong:")].clauses) <= cited
    assert len(found) < len(CASES)
    for word in FAULTS[impl]:
        assert any(word in case_id for case_id in found), f"{impl} fails {len(found)} cases, none of them for {word}"
