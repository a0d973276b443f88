"""The ops against the exact model over every finite binary16, the refusals, and the golden vectors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

pytest.importorskip("jax", reason="JAX is not installed: nothing of adapters/jax was tested")

from adapters.jax.testee import IMPLEMENTATION
from adapters.testee_kit.arrays import Implementation
from adapters.testee_kit.tests import cases, choices, exact

OPS = IMPLEMENTATION.performers
GOLDEN = list(cases.golden("quant", "sparse", "adapt"))


@pytest.mark.parametrize("bits", [4, 8])
@pytest.mark.parametrize("check", exact.BY_BITS, ids=lambda check: check.__name__)
def test_exact_for_each_width(check: Callable[[exact.Ops, int], None], bits: int) -> None:
    check(OPS, bits)


@pytest.mark.parametrize("check", [*exact.CHECKS, *cases.CHECKS], ids=lambda check: check.__name__)
def test_exact(check: Callable[[exact.Ops], None]) -> None:
    check(OPS)


@pytest.mark.parametrize("check", choices.CHECKS, ids=lambda check: check.__name__)
def test_choice(check: Callable[[Implementation], None]) -> None:
    check(IMPLEMENTATION)


@pytest.mark.parametrize(("op", "given", "code"), cases.REFUSALS)
def test_refusal(op: str, given: Mapping[str, Any], code: str) -> None:
    cases.refused(IMPLEMENTATION, op, given, code)


@pytest.mark.parametrize(("op", "given", "expect"), [one[1:] for one in GOLDEN], ids=[one[0] for one in GOLDEN])
def test_golden(op: str, given: Mapping[str, Any], expect: Mapping[str, Any]) -> None:
    cases.agrees(IMPLEMENTATION, op, given, expect)
