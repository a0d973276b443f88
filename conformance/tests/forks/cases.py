"""The golden cases, read before a program is a fork that would read them."""

from __future__ import annotations

from conformance.model.cases import load_cases
from conformance.model.profiles import PROFILES


def read() -> None:
    """Read them, and find what every run asks of them."""
    cases = load_cases()
    assert cases.citing
    assert list(cases.of_profiles(PROFILES)) == list(cases)
