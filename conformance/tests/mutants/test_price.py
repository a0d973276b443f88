"""Cases are tried in the order of their price, the length of their input as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from conformance.model.cases import Case, load_cases
from conformance.mutants.engine.price import by_price

EVERY = 37
STEP = {"send": "00" * 40}


def plain(case: Case) -> tuple[int, str]:
    return len(json.dumps(dict(case.input))), case.id


def test_the_order_is_that_of_the_lengths_as_json() -> None:
    some = [case for case in load_cases()[::EVERY] if case.profile not in ("mux", "fec")]  # whose inputs are long
    assert {case.op for case in some} >= {"decode", "dialogue"}
    assert by_price(some) == sorted(some, key=plain)


@pytest.mark.parametrize(
    ("shorter", "longer"),
    [
        ({}, {"": []}),
        ({"a": []}, {"a": [1]}),
        ({"a": [1, 1]}, {"a": [1, 10]}),
        ({"a": "\u00e4"}, {"a": "aaaaaaa"}),
        ({"a": [], "b": 1.5}, {"a": [], "b": None}),
        ({"steps": [STEP, STEP]}, {"steps": [STEP, STEP, {}]}),
        ({"a": [[STEP, "\n"]]}, {"a": [[STEP, "aaa"]]}),
    ],
)
def test_shorter_ones_come_first_whatever_is_in_them(shorter: Mapping[str, Any], longer: Mapping[str, Any]) -> None:
    one = load_cases()[0]
    first, last = replace(one, id="z", input=shorter), replace(one, id="a", input=longer)
    assert plain(first) < plain(last)
    assert by_price([last, first]) == [first, last]
