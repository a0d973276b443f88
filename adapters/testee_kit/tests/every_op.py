"""The ops of an array framework against the exact model for every finite binary16, the refusals, the golden vectors.

A test module of an adapter imports all of this, and has a fixture `implementation`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ..arrays import Implementation
from . import cases, choices, exact

GOLDEN = list(cases.golden("quant", "sparse", "adapt"))


@pytest.mark.parametrize("bits", [4, 8])
@pytest.mark.parametrize("check", exact.BY_BITS, ids=lambda check: check.__name__)
def test_exact_for_each_width(
    implementation: Implementation, check: Callable[[exact.Ops, int], None], bits: int
) -> None:
    check(implementation.performers, bits)


@pytest.mark.parametrize("check", [*exact.CHECKS, *cases.CHECKS], ids=lambda check: check.__name__)
def test_exact(implementation: Implementation, check: Callable[[exact.Ops], None]) -> None:
    check(implementation.performers)


@pytest.mark.parametrize("check", choices.CHECKS, ids=lambda check: check.__name__)
def test_choice(implementation: Implementation, check: Callable[[Implementation], None]) -> None:
    check(implementation)


@pytest.mark.parametrize(("op", "given", "code"), cases.REFUSALS)
def test_refusal(implementation: Implementation, op: str, given: Mapping[str, Any], code: str) -> None:
    cases.refused(implementation, op, given, code)


@pytest.mark.parametrize(("op", "given", "expect"), [one[1:] for one in GOLDEN], ids=[one[0] for one in GOLDEN])
def test_golden(implementation: Implementation, op: str, given: Mapping[str, Any], expect: Mapping[str, Any]) -> None:
    cases.agrees(implementation, op, given, expect)
