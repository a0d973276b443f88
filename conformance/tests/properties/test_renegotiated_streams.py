"""The laws on managed streams that outlast their agreement: they hold, and find faults of MUX-4, MUX-33 and MUX-34."""

from __future__ import annotations

import os
from collections.abc import Mapping

import pytest
from hypothesis import Phase, settings

from conformance.mutants.catalogue.table import MUTANTS
from conformance.mutants.engine.patches import applied
from conformance.mutants.engine.testee import InProcess
from conformance.properties.streams import search as searching
from conformance.properties.streams.search import (
    RENEGOTIATED,
    RENEGOTIATED_BY_CLIENTS,
    SENT_ANEW,
    SENT_ANEW_BY_CLIENTS,
    Law,
    search,
)
from reports.outcome import Outcome

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("renegotiated streams")]

FOUND: Mapping[str, tuple[Law, int]] = {
    "methods-follow-the-agreement": (RENEGOTIATED, 4),
    "no-repair-without-management": (RENEGOTIATED_BY_CLIENTS, 4),
    "streams-follow-the-agreement": (SENT_ANEW, 4),
}
"""Mutants, and the law and seed that find them."""
FOUND_AT_NIGHT: Mapping[str, tuple[Law, int]] = {
    "limits-follow-the-agreement": (RENEGOTIATED, 4),
    "methods-of-the-agreement-before": (RENEGOTIATED, 4),
    "no-limit-is-not-told": (RENEGOTIATED, 5),
    "no-limit-is-what-has-come": (RENEGOTIATED, 5),
}
LATER = pytest.mark.nightly("make mutants kills these by their dialogues, and those in FOUND show that laws can fail")
EXAMPLES = 60
LAWS = {
    "received": RENEGOTIATED,
    "received-by-clients": RENEGOTIATED_BY_CLIENTS,
    "sent": SENT_ANEW,
    "sent-by-clients": SENT_ANEW_BY_CLIENTS,
}
NIGHT = range(int(os.environ.get("RESONANT_SEED", "1")), int(os.environ.get("RESONANT_SEED", "1")) + 5)


@pytest.mark.parametrize("name", LAWS)
def test_the_reference_holds_to_it(name: str) -> None:
    with InProcess() as testee:
        assert search(testee, 1, law=LAWS[name], examples=10) is None


@pytest.mark.parametrize(
    ("name", "law", "seed"),
    [
        *((name, *rest) for name, rest in FOUND.items()),
        *(pytest.param(name, *rest, marks=LATER) for name, rest in FOUND_AT_NIGHT.items()),
    ],
)
def test_a_planted_fault_is_found(name: str, law: Law, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "SETTINGS", settings(searching.SETTINGS, phases=(Phase.generate,)))
    (mutant,) = (one for one in MUTANTS if one.id == name)
    with InProcess() as broken, applied(mutant.change):
        breach = search(broken, seed, law=law, examples=EXAMPLES)
    assert breach is not None
    assert breach.verdict.outcome is Outcome.FAIL


@pytest.mark.nightly("test_the_reference_holds_to_it and each run of the suite try fewer")
@pytest.mark.parametrize("seed", NIGHT)
@pytest.mark.parametrize("name", LAWS)
def test_it_holds_in_many_more_conversations(name: str, seed: int) -> None:
    with InProcess() as testee:
        assert search(testee, seed, law=LAWS[name], examples=5 * EXAMPLES) is None
