"""The price of a case, which is the length of its input as JSON: what judges mutants begins with the cheapest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ...model.cases import Case


def by_price(cases: Iterable[Case]) -> list[Case]:
    """The cases with the shortest input first."""
    prices = _Prices()
    return sorted(cases, key=lambda case: (prices.of(case.input), case.id))


class _Prices:
    """The prices of inputs. Dialogues share steps, and one over several transports its input: each is written once.

    They are told apart by their identities, which hold while the cases that are sorted do.
    """

    def __init__(self) -> None:
        self._inputs: dict[int, int] = {}
        self._elements: dict[int, int] = {}

    def of(self, given: Mapping[str, Any]) -> int:
        """As many characters as `json.dumps(dict(given))` has."""
        if id(given) not in self._inputs:
            members = [len(json.dumps(name)) + self._of_member(value) for name, value in given.items()]
            self._inputs[id(given)] = _enclosed(members, len(": "))
        return self._inputs[id(given)]

    def _of_member(self, value: Any) -> int:
        return _enclosed([self._of_element(one) for one in value]) if type(value) is list else len(json.dumps(value))

    def _of_element(self, value: Any) -> int:
        if not isinstance(value, dict | list):
            return len(json.dumps(value))
        if id(value) not in self._elements:
            self._elements[id(value)] = len(json.dumps(value))
        return self._elements[id(value)]


def _enclosed(lengths: list[int], more: int = 0) -> int:
    """The length of a list or an object with elements of these lengths. more: what each has besides."""
    return len("[]") + sum(lengths) + more * len(lengths) + len(", ") * max(0, len(lengths) - 1)
