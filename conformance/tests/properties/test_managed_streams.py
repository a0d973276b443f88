"""The law on managed streams: it holds for the reference, repeats with its seed, and finds faults in each part."""

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
from conformance.mutants.engine.testee import InProcess
from conformance.properties.streams import search as searching
from conformance.properties.streams.counterexample import write_found
from conformance.properties.streams.search import MANAGED, search
from conformance.session.implementations import find_adapter
from conformance.tests.forks.testees import forked_testees
from conformance.tests.properties.test_streams import Listening
from conformance.tests.support import ADAPTERS
from reports.outcome import Outcome

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("managed streams")]

FOUND: Mapping[str, str] = {
    "no-credit-at-all": r"no datagram came",
    "blocked-without-credit": r"no datagram came",
    "holding-does-nothing": r"events\[\d+\]",
    "resumed-without-delivery": r"no datagram came|events\[\d+\]",
    "cancelled-in-silence": r"no datagram came",
}
"""Mutants of the receiver of managed streams, and a pattern of what the law then says."""
FOUND_AT_NIGHT: Mapping[str, str] = {
    "credit-after-a-tail": r"fields\.",
    "credit-while-held": r"limit",
    "blocked-without-repair": r"method|no datagram came",
    "held-tails-end": r"events\[\d+\]",
    "never-done": r"no datagram came",
    "resets-leave-streams-open": r"events\[\d+\]",
}
LATER = pytest.mark.nightly(
    "make mutants kills these by their dialogues, and those in FOUND show that the law can fail"
)
SEED, EXAMPLES = 4, 60
"""One whose first conversations that fail say so, and a whole search as the night has it."""
NIGHT = range(int(os.environ.get("RESONANT_SEED", "1")), int(os.environ.get("RESONANT_SEED", "1")) + 10)


@pytest.fixture(scope="module")
def heard() -> list[Listening]:
    """Two short searches with one seed, and longer ones with two others."""
    with InProcess() as testee:
        listening = [Listening(testee) for _ in range(4)]
        for one, seed, examples in zip(listening, (1, 1, 7, 6), (4, 4, 25, 10), strict=True):
            assert search(one, seed, law=MANAGED, examples=examples) is None
        return listening


def test_one_seed_gives_the_same_conversations_and_another_gives_others(heard: list[Listening]) -> None:
    first, again, other, _ = heard
    assert first.asked == again.asked
    assert first.events == again.events
    assert first.events != other.events


def test_the_conversations_reach_what_managed_streams_can_come_to(heard: list[Listening]) -> None:
    told = {event for one in heard for event in one.events}
    assert told >= {
        "established", "opened", "message", "incomplete", "complete", "lost", "failed STREAM_CORRUPT",
        "failed STREAM_TIMEOUT", "failed STREAM_RESET", "failed STREAM_CANCELLED", "failed FLOW_CONTROL",
        "error_sent STREAM_LIMIT", "error_sent STREAM_CANCELLED", "dropped CLOSED",
    }  # fmt: skip
    asked = {given.get("kind") for one in heard for op, given in one.asked if op == "peer_send"}
    assert asked == {"hold", "resume", "cancel"}


@pytest.mark.parametrize(
    ("name", "said"), [*FOUND.items(), *(pytest.param(*one, marks=LATER) for one in FOUND_AT_NIGHT.items())]
)
def test_a_planted_fault_is_found_and_its_dialogue_fails_again(
    name: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "SETTINGS", settings(searching.SETTINGS, phases=(Phase.generate,)))
    forked_testees(monkeypatch)
    with Testee(find_adapter(f"wrong:{name}"), Limits(reply_s=5)) as broken:
        breach = search(broken, SEED, law=MANAGED, examples=EXAMPLES)
        assert breach is not None
        assert breach.verdict.outcome is Outcome.FAIL
        assert re.search(said, breach.verdict.summary), breach.verdict.summary
        (case,) = load_dialogues(write_found(tmp_path, breach.case))
        assert case.profile == "mux"
        again = judge_dialogue(broken, case)
        assert (again.outcome, again.summary) == (breach.verdict.outcome, breach.verdict.summary)
    with Testee(load_adapter("reference", ADAPTERS)) as sound:
        assert judge_dialogue(sound, case).passed


def test_it_holds_for_the_reference_over_connections() -> None:
    """In fewer conversations than a run of the suite has."""
    with InProcess() as testee:
        assert search(testee, 1, ("tcp",), MANAGED, MANAGED.examples // 2) is None


@pytest.mark.nightly("test_it_holds_for_the_reference_over_connections and each run of the suite try fewer")
@pytest.mark.parametrize("seed", NIGHT)
def test_it_holds_in_many_more_conversations(seed: int) -> None:
    with InProcess() as testee:
        assert search(testee, seed, law=MANAGED, examples=10 * EXAMPLES) is None


def test_the_search_is_bounded() -> None:
    assert MANAGED.examples * searching.STEPS < 500
