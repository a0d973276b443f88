"""The law on streams: it holds for the reference, repeats with its seed, and finds faults that are then replayed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings

from adapters.driver import Address, Answer, Crash, Hello, Limits, Ok, Testee, load_adapter
from adapters.driver.later import Later
from conformance.dialogue.judge import judge_dialogue
from conformance.dialogue.load import load_dialogues
from conformance.dialogue.player import Player, StoppedError
from conformance.dialogue.steps import Step
from conformance.model.cases import Case
from conformance.model.testee import AsksPeers
from conformance.model.verdict import PASSED, Verdict
from conformance.mutants.engine.testee import InProcess
from conformance.properties.streams import search as searching
from conformance.properties.streams.counterexample import write_found
from conformance.properties.streams.search import MANAGED, PLAIN, SENT, Law, search
from conformance.session.implementations import find_adapter
from conformance.tests.forks.testees import forked_testees
from conformance.tests.stand_in import Reaction, StandIn
from conformance.tests.support import ADAPTERS, replayed, replays, run_suite
from reports.outcome import Outcome

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("streams")]

FOUND: Mapping[str, str] = {
    "stream-held-backwards": r"events\[\d+\]\.frame_seq",
    "stream-delivered-twice": r"DUPLICATE",
    "stream-nothing-compared": r"STREAM_CORRUPT|no datagram came",
    "stream-says-one-missing": r"missing\[1\]",
}
"""Wrong implementations whose peers are wrong in streams, and a pattern of what the law then says."""
SEED = 4
"""One whose first conversations that fail say so."""
SOON_SMALL = 3
"""One whose conversation that fails is soon made small."""


class Listening:
    """A testee whose ops are noted, all but the ports in them."""

    def __init__(self, testee: AsksPeers) -> None:
        self._testee = testee
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self.events: list[str] = []

    @property
    def wires(self) -> Mapping[str, Address]:
        return self._testee.wires

    @property
    def hello(self) -> Hello:
        return self._testee.hello

    def ask(self, op: str, input: Mapping[str, Any], *, case: str = "", profile: str = "") -> Answer:
        answer = self._testee.ask(op, input, case=case, profile=profile)
        self.asked.append((op, {name: value for name, value in input.items() if name != "link"}))
        if op == "peer_poll" and isinstance(answer, Ok):
            self.events += [f"{event['event']} {event.get('code', '')}".strip() for event in answer.value["events"]]
        return answer


class Signalled(Listening):
    """A testee at one of whose ops, by its number, somebody ends the run."""

    def __init__(self, testee: AsksPeers, at: int) -> None:
        super().__init__(testee)
        self._at = at

    def ask(self, op: str, input: Mapping[str, Any], *, case: str = "", profile: str = "") -> Answer:
        if len(self.asked) == self._at:
            self.asked.append((op, {}))
            raise KeyboardInterrupt
        return super().ask(op, input, case=case, profile=profile)


@pytest.mark.parametrize("law", [PLAIN, MANAGED, SENT], ids=["plain", "managed", "sent"])
def test_a_signal_in_the_middle_of_a_conversation_accuses_nobody(law: Law) -> None:
    with InProcess() as testee:
        for at in range(1, 60):
            with pytest.raises(KeyboardInterrupt):
                search(Signalled(testee, at), 1, law=law)


class Interrupting(Testee):
    """A testee at one of whose messages, by its number, somebody ends the run."""

    at = sent = 0

    def attempt_later(self, message: bytes, within_s: float) -> Later:
        self._count()
        return super().attempt_later(message, within_s)

    def _exchange(self, message: bytes, within_s: float) -> Answer:
        self._count()
        return super()._exchange(message, within_s)

    def _count(self) -> None:
        self.sent += 1
        if self.sent == self.at:
            raise KeyboardInterrupt


def test_a_signal_in_a_conversation_that_is_played_whole_accuses_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    forked_testees(monkeypatch)
    with Interrupting(find_adapter("reference")) as testee:
        for at in range(1, 20):
            testee.sent, testee.at = 0, at
            with pytest.raises(KeyboardInterrupt):
                search(testee, 1)


@pytest.mark.parametrize("law", [PLAIN, MANAGED, SENT], ids=["plain", "managed", "sent"])
def test_conversations_are_the_same_over_each_transport_and_step_by_step(
    law: Law, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole: dict[str, list[object]] = {"udp": [], "tcp": []}
    steps: list[object] = []

    def judged(_testee: AsksPeers, case: Case) -> Verdict:
        whole[case.transport] += case.input["steps"]
        return PASSED

    def take(self: Player, step: Step) -> None:
        steps.append(step.raw)
        right(self, step)

    right = Player.take
    monkeypatch.setattr(searching, "judge_dialogue", judged)
    forked_testees(monkeypatch)
    with Testee(find_adapter("reference")) as testee:
        assert search(testee, 1, ("udp", "tcp"), law, 3) is None
    monkeypatch.setattr(Player, "take", take)
    with InProcess() as alone:
        assert search(alone, 1, law=law, examples=3) is None
    assert whole["udp"] == whole["tcp"] == steps
    assert len(steps) > searching.STEPS


def test_conversations_that_hold_take_few_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    forked_testees(monkeypatch)
    with Interrupting(find_adapter("reference")) as testee:
        assert search(testee, 1, ("udp", "tcp"), examples=10) is None
        assert 10 * 2 <= testee.sent < 10 * 2 * 8


def test_what_fails_once_and_not_again_is_told_as_it_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def judged(_testee: AsksPeers, _case: Case) -> Verdict:
        return Verdict(Outcome.FAIL, "wrong but once")

    monkeypatch.setattr(searching, "judge_dialogue", judged)
    forked_testees(monkeypatch)
    with Testee(find_adapter("reference")) as testee:
        breach = search(testee, 1, ("udp", "tcp"), examples=2)
    assert breach is not None
    assert (breach.case.transport, breach.verdict.summary) == ("udp", "wrong but once")


@pytest.fixture(scope="module")
def heard() -> list[Listening]:
    """Two short searches with one seed, and longer ones with two others."""
    with InProcess() as testee:
        listening = [Listening(testee) for _ in range(4)]
        for one, seed, examples in zip(listening, (1, 1, 2, 5), (5, 5, 15, 15), strict=True):
            assert search(one, seed, examples=examples) is None
        return listening


def test_one_seed_gives_the_same_conversations_and_another_gives_others(heard: list[Listening]) -> None:
    first, again, other, _ = heard
    assert first.asked == again.asked
    assert first.events == again.events
    assert first.events != other.events


def test_the_conversations_reach_what_streams_can_come_to(heard: list[Listening]) -> None:
    told = {event for one in heard for event in one.events}
    assert told >= {
        "established", "opened", "message", "incomplete", "complete", "lost", "failed STREAM_CORRUPT",
        "failed STREAM_TIMEOUT", "dropped DUPLICATE", "dropped AFTER_TAIL", "dropped CLOSED", "dropped STALE",
        "dropped BUFFER_LIMIT", "dropped REPLY_LIMIT", "error_sent STREAM_FLAG_MISMATCH",
        "error_sent HANDSHAKE_REQUIRED",
    }  # fmt: skip


@pytest.mark.parametrize("name", FOUND)
def test_a_planted_fault_is_found_and_its_dialogue_fails_again(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever conversation shows it first: test_a_run_prints_how_to_replay_what_was_found has a small one."""
    monkeypatch.setattr(searching, "SETTINGS", settings(searching.SETTINGS, phases=(Phase.generate,)))
    forked_testees(monkeypatch)
    with Testee(find_adapter(f"wrong:{name}"), Limits(reply_s=5)) as broken:
        breach = search(broken, SEED)
        assert breach is not None
        assert breach.verdict.outcome is Outcome.FAIL
        assert re.search(FOUND[name], breach.verdict.summary), breach.verdict.summary
        (case,) = load_dialogues(write_found(tmp_path, breach.case))
        again = judge_dialogue(broken, case)
        assert (again.outcome, again.summary) == (breach.verdict.outcome, breach.verdict.summary)
    with Testee(load_adapter("reference", ADAPTERS)) as sound:
        assert judge_dialogue(sound, case).passed


def test_a_run_prints_how_to_replay_what_was_found(tmp_path: Path) -> None:
    impl = "wrong:stream-delivered-twice"
    law = "conformance/test_stream_law.py::test_a_server_does_with_streams_what_the_model_does"
    run = run_suite(impl, tmp_path / "report", f"--seed={SOON_SMALL}", what=law)
    assert run.status == 1, run.out
    path = tmp_path / "report" / f"stream-found-seed-{SOON_SMALL}.json"
    (case,) = load_dialogues(path)
    assert len(case.input["steps"]) < 40
    (line,) = replays(run.out)
    assert f" --impl {impl} --dialogue {path} --case stream/found/seed-{SOON_SMALL}" in line
    assert re.search(r"^ +0 ms, to the (testee|peer): ", run.out, re.MULTILINE)  # the last steps before the fault
    assert replayed(line).outcomes == {f"stream/found/seed-{SOON_SMALL}": "fail"}
    sound = replayed(line.replace(impl, "reference"))
    assert (sound.status, sound.outcomes) == (0, {f"stream/found/seed-{SOON_SMALL}": "pass"}), sound.out


def test_a_testee_that_ends_is_found_as_a_crash() -> None:
    class Ending(StandIn):
        def ask(self, op: str, input: Mapping[str, Any], *, case: str = "", profile: str = "") -> Answer:
            return Crash("exit status 3") if op == "peer_poll" else Ok({})

    breach = search(Ending(wire_address=("127.0.0.1", 9)), 1)
    assert breach is not None
    assert breach.verdict.outcome is Outcome.CRASH


def test_it_holds_for_the_reference_over_connections() -> None:
    """In fewer conversations than a run of the suite has."""
    with InProcess() as testee:
        assert search(testee, 1, ("tcp",), examples=searching.PLAIN.examples // 4) is None


def test_a_testee_out_of_reach_is_no_breach() -> None:
    with pytest.raises(StoppedError, match=r"testee protocol failed"):
        search(StandIn({"reset": [Reaction()]}, wire_address=None), 1)


def test_the_search_is_bounded() -> None:
    assert searching.PLAIN.examples * searching.STEPS < 3000
    assert searching.SETTINGS.stateful_step_count == searching.STEPS
    assert searching.SETTINGS.database is None
