"""Dialogues whose requests travel together: the same verdicts, in fewer messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from adapters.driver import Limits, Testee, ask_step_by_step, load_adapter, takes_peer_batches
from conformance.checks.judge import judge
from conformance.dialogue import judge as judging
from conformance.model.cases import DIALOGUE, Case, load_cases
from conformance.mutants.engine.patches import Change
from conformance.session.implementations import find_adapter
from conformance.tests import doubles
from conformance.tests.support import ADAPTERS, adapter_at

LIMITS = Limits(reply_s=5)
FEW = 20


def dialogues(transport: str) -> list[Case]:
    """A few dialogues of the profiles that the reference has."""
    of = {
        "handshake",
        "message",
        "frame",
        "stream",
        "mux",
        "fec",
        "zstd",
        "xchacha",
        "tcp",
        "rs",
        "adapt",
        "quant",
        "sparse",
    }
    found = [case for case in load_cases() if case.op == DIALOGUE and case.transport == transport and case.needs <= of]
    return found[:: len(found) // FEW]


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_what_holds_is_seen_at_once(transport: str, messages: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    monkeypatch.setattr(judging, "ask_step_by_step", lambda _: steps.append("in vain"))
    cases = dialogues(transport)
    with Testee(load_adapter("reference", ADAPTERS), LIMITS) as testee:
        assert [case.id for case in cases if not judge(testee, case).passed] == []
        together = len(messages)
        ask_step_by_step(testee)
        assert [case.id for case in cases if not judge(testee, case).passed] == []
    assert steps == []
    assert together < (len(messages) - together) / 2


WRONG = ("stream-held-backwards", "send-rejects-as-errors", "deadlines-jumped", "events-of-the-last-peer")


@pytest.mark.slow
@pytest.mark.parametrize("name", WRONG)
def test_faults_are_told_as_they_are_step_by_step(name: str) -> None:
    adapter, cases = find_adapter(f"wrong:{name}"), [*dialogues("udp"), *dialogues("tcp")]
    with Testee(adapter, LIMITS) as at_once, Testee(adapter, LIMITS) as step_by_step:
        ask_step_by_step(step_by_step)
        for case in cases:
            assert judge(at_once, case) == judge(step_by_step, case), case.id
        assert takes_peer_batches(at_once)


def double(folder: Path, make: Callable[..., Change], *given: str) -> Testee:
    return Testee(adapter_at(doubles.write_double(folder, make, *given)), LIMITS)


BREAKING: Mapping[str, tuple[Callable[..., Change], tuple[str, ...]]] = {
    "does not know it": (doubles.without_ops, ("peer_batch",)),
    "ends": (doubles.ending_op, ("peer_batch",)),
    "refuses it": (doubles.failing_op, ("peer_batch", '{"error": "not now"}')),
    "answers with nothing": (doubles.failing_op, ("peer_batch", '{"ok": {}}')),
    "answers with other replies": (
        doubles.failing_op,
        ("peer_batch", '{"ok": {"replies": [7, 7], "datagrams": [{}, {}]}}'),
    ),
    "counts in words": (
        doubles.failing_op,
        ("peer_batch", '{"ok": {"replies": [{"ok": {}}, {"ok": {}}], "datagrams": [{}, {"udp-1": "one"}]}}'),
    ),
    "names links that there are not": (
        doubles.failing_op,
        ("peer_batch", '{"ok": {"replies": [{"ok": {}}, {"ok": {}}], "datagrams": [{}, {"udp-1": 1}]}}'),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("how", BREAKING)
def test_whoever_cannot_do_it_is_judged_step_by_step(how: str, tmp_path: Path, messages: list[bytes]) -> None:
    make, given = BREAKING[how]
    with double(tmp_path, make, *given) as testee:
        for case in dialogues("udp")[:3]:
            assert judge(testee, case).passed
        assert not takes_peer_batches(testee)
        assert testee.lost_s == 0
    assert sum(message.startswith(b'{"op":"peer_batch"') for message in messages) in (1, 2)


def test_real_time_passes_step_by_step(tmp_path: Path, messages: list[bytes]) -> None:
    case = next(case for case in dialogues("udp") if "advance" not in str(case.input))
    with double(tmp_path, doubles.real_clock) as testee:
        assert judge(testee, case).passed
    assert not any(message.startswith(b'{"op":"peer_batch"') for message in messages)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["peer-batch-does-not-count", "peer-batch-takes-all", "peer-batch-counts-at-the-end"])
def test_a_batch_that_is_wrong_accuses_nobody(name: str) -> None:
    with Testee(find_adapter(f"wrong:{name}"), LIMITS) as testee:
        assert [case.id for case in dialogues("udp")[:20] if not judge(testee, case).passed] == []
        assert not takes_peer_batches(testee)
