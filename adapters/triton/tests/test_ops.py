"""The ops against the exact model over every finite binary16, the refusals, and the golden vectors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any

import pytest

if find_spec("triton") is None:  # not imported here: it reads TRITON_INTERPRET once
    pytest.skip("Triton is not installed: nothing of adapters/triton was tested", allow_module_level=True)

from adapters.testee_kit.tests import cases, exact
from adapters.triton.testee import IMPLEMENTATION

OPS = IMPLEMENTATION.performers
GOLDEN = list(cases.golden("quant"))


@pytest.mark.parametrize("bits", [4, 8])
@pytest.mark.parametrize("check", exact.BY_BITS, ids=lambda check: check.__name__)
def test_exact_for_each_width(check: Callable[[exact.Ops, int], None], bits: int) -> None:
    check(OPS, bits)


@pytest.mark.parametrize("check", [*exact.CHECKS, *cases.QUANT], ids=lambda check: check.__name__)
def test_exact(check: Callable[[exact.Ops], None]) -> None:
    check(OPS)


@pytest.mark.parametrize(("op", "given", "code"), [one for one in cases.REFUSALS if one[0] in OPS])
def test_refusal(op: str, given: Mapping[str, Any], code: str) -> None:
    cases.refused(IMPLEMENTATION, op, given, code)


@pytest.mark.parametrize(("op", "given", "expect"), [one[1:] for one in GOLDEN], ids=[one[0] for one in GOLDEN])
def test_golden(op: str, given: Mapping[str, Any], expect: Mapping[str, Any]) -> None:
    cases.agrees(IMPLEMENTATION, op, given, expect)
