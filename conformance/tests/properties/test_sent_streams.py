"""The laws on managed streams that are sent, and on clients: they hold, and find faults in each part."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import Phase, settings

from adapters.driver import Limits, Testee, load_adapter
from conformance.dialogue.judge import judge_dialogue
from conformance.dialogue.load import load_dialogues
from conformance.properties.streams import search as searching
from conformance.properties.streams.counterexample import write_found
from conformance.properties.streams.search import MANAGED_BY_CLIENTS, SENT, SENT_BY_CLIENTS, Law, search
from conformance.session.implementations import find_adapter
from conformance.tests.forks.testees import forked_testees
from conformance.tests.properties.test_streams import Listening
from conformance.tests.support import ADAPTERS
from reports.outcome import Outcome

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("sent streams")]

FOUND: Mapping[str, tuple[Law, str]] = {
    "credits-are-not-heard": (SENT_BY_CLIENTS, r"no datagram came"),
    "no-repair-without-a-tail": (SENT, r"no datagram came"),
    "no-credit-at-all": (MANAGED_BY_CLIENTS, r"no datagram came"),
}
"""Mutants, one for each law, which finds it, and a pattern of what it then says."""
FOUND_AT_NIGHT: Mapping[str, tuple[Law, str]] = {
    "one-beyond-the-limit": (SENT, r"expected 3, got 0"),
    "resumed-without-delivery": (MANAGED_BY_CLIENTS, r"no datagram came|events\[\d+\]"),
    "the-last-credit-counts": (SENT, r"limit"),
    "cancelled-in-silence": (MANAGED_BY_CLIENTS, r"no datagram came"),
}
LATER = pytest.mark.nightly(
    "make mutants kills these by their dialogues, and those in FOUND show that each law can fail"
)
SEED, EXAMPLES = 4, 60
NIGHT = range(int(os.environ.get("RESONANT_SEED", "1")), int(os.environ.get("RESONANT_SEED", "1")) + 5)
LAWS = {"sent": SENT, "sent-by-clients": SENT_BY_CLIENTS, "by-clients": MANAGED_BY_CLIENTS}


@pytest.mark.nightly(
    "test_a_planted_fault_is_found_and_its_dialogue_fails_again shows that a law reaches what it is about"
)
def test_the_conversations_reach_what_senders_can_come_to() -> None:
    with Testee(load_adapter("reference", ADAPTERS)) as testee:
        heard = [Listening(testee), Listening(testee)]
        for seed, one in enumerate(heard, start=1):
            assert search(one, seed, law=SENT, examples=20) is None
    told = {event for one in heard for event in one.events}
    assert told >= {"established", "done", "error_received STREAM_INCOMPLETE", "error_received STREAM_CANCELLED"}
    asked = {given.get("kind") for one in heard for op, given in one.asked if op == "peer_send"}
    assert asked == {"head", "message", "tail", "reset", "cork", "uncork"}


def test_one_seed_gives_the_same_conversations() -> None:
    with Testee(load_adapter("reference", ADAPTERS)) as testee:
        first, again = Listening(testee), Listening(testee)
        for one in (first, again):
            assert search(one, 1, law=SENT, examples=2) is None
    assert first.asked == again.asked


@pytest.mark.parametrize(
    ("name", "law", "said"),
    [
        *((name, *rest) for name, rest in FOUND.items()),
        *(pytest.param(name, *rest, marks=LATER) for name, rest in FOUND_AT_NIGHT.items()),
    ],
)
def test_a_planted_fault_is_found_and_its_dialogue_fails_again(
    name: str, law: Law, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "SETTINGS", settings(searching.SETTINGS, phases=(Phase.generate,)))
    forked_testees(monkeypatch)
    with Testee(find_adapter(f"wrong:{name}"), Limits(reply_s=5)) as broken:
        breach = search(broken, SEED, law=law, examples=EXAMPLES)
        assert breach is not None
        assert breach.verdict.outcome is Outcome.FAIL
        assert re.search(said, breach.verdict.summary), breach.verdict.summary
        (case,) = load_dialogues(write_found(tmp_path, breach.case))
        again = judge_dialogue(broken, case)
        assert (again.outcome, again.summary) == (breach.verdict.outcome, breach.verdict.summary)
    with Testee(load_adapter("reference", ADAPTERS)) as sound:
        assert judge_dialogue(sound, case).passed


@pytest.mark.nightly(
    "test_a_planted_fault_is_found_and_its_dialogue_fails_again, and each run of the suite tries fewer"
)
@pytest.mark.parametrize("seed", NIGHT)
@pytest.mark.parametrize("law", LAWS)
def test_they_hold_in_many_more_conversations(law: str, seed: int) -> None:
    with Testee(load_adapter("reference", ADAPTERS)) as testee:
        assert search(testee, seed, law=LAWS[law], examples=5 * EXAMPLES) is None
