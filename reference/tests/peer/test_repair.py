"""A sender's repairs: what it sends again, how often, and for how long: STM-20, STM-21."""

from __future__ import annotations

import pytest
from resonant import DType, MessageType, Slice
from resonant.peer import ErrorReceived, Ref
from resonant.peer.state import send_stream as outgoing

from reference.tests.peer.outgoing_support import MESSAGE, ask, assert_state_refused, incomplete, streamed
from reference.tests.peer.support import (
    client,
    error,
    names,
    refused,
    sync,
    think,
)


def test_an_answer_for_a_tail_sends_what_is_missing_again_and_then_the_tail() -> None:
    peer, sent = streamed()
    output = peer.receive(incomplete(4, 0, 2, 2), 100)
    assert output.datagrams == (sent[0], sent[2], sent[4], sent[6])
    assert output.events == (ErrorReceived("STREAM_INCOMPLETE", Ref(3, 6)),)


def test_numbers_that_were_not_sent_are_passed_over() -> None:
    peer, sent = streamed()
    assert peer.receive(incomplete(1, 6, 7, 2**64 - 1), 0).datagrams == (sent[1], sent[6])


def test_a_reply_on_the_stream_id_can_be_repaired_too() -> None:
    peer = client()
    ask(peer, "head")
    (reply,) = peer.receive(think(3, 0, space=7), 0).datagrams
    (last,) = ask(peer, "tail").datagrams
    assert peer.receive(incomplete(1, ref=(3, 2)), 0).datagrams == (reply, last)


def test_at_most_64_frames_are_sent_again_at_a_time() -> None:
    peer, sent = streamed(100)
    output = peer.receive(incomplete(*range(1, 101), ref=(3, 101)), 0)
    assert output.datagrams == (*sent[1:65], sent[101])


@pytest.mark.parametrize("ref", [(3, 5), (4, 6), (1, 0)])
def test_only_the_own_tail_is_repaired(ref: tuple[int, int]) -> None:
    peer, _ = streamed()
    assert peer.receive(incomplete(1, ref=ref), 0).datagrams == ()


def test_an_answer_without_a_ref_or_a_number_repairs_nothing() -> None:
    peer, sent = streamed()
    assert peer.receive(sync(error("STREAM_INCOMPLETE", missing=["1"]), 3, 0), 0).datagrams == ()
    assert peer.receive(sync(error("STREAM_INCOMPLETE", (3, 6)), 3, 1), 0).datagrams == (sent[6],)


def test_an_open_stream_is_not_repaired() -> None:
    peer = client()
    ask(peer, "head")
    assert peer.receive(incomplete(0, ref=(3, 0)), 0).datagrams == ()


def test_at_most_8_answers_a_second_are_followed() -> None:
    peer, sent = streamed()
    followed = [len(peer.receive(incomplete(1, number=number), 10).datagrams) for number in range(10)]
    assert followed == [2] * 8 + [0] * 2
    assert peer.receive(incomplete(1, number=10), 1_009).datagrams == ()
    assert peer.receive(incomplete(1, number=11), 1_010).datagrams == (sent[1], sent[6])


def test_frames_are_kept_for_10_s_after_the_last_tail() -> None:
    peer, sent = streamed()
    assert peer.receive(incomplete(1), 10_000).datagrams == (sent[1], sent[6])
    assert peer.receive(incomplete(2, number=1), 20_000).datagrams == (*[sent[2]], sent[6])
    assert peer.receive(incomplete(2, number=2), 30_001).datagrams == ()
    assert_state_refused(peer, "message")


@pytest.mark.parametrize("code", ["STREAM_CORRUPT", "STREAM_TIMEOUT"])
def test_a_stream_that_failed_at_its_receiver_is_over(code: str) -> None:
    peer, _ = streamed()
    assert names(peer.receive(sync(error(code, (3, 6)), 3, 0), 0).events) == ["ErrorReceived"]
    assert_state_refused(peer, "head", "message", "heart", "tail")
    assert peer.receive(incomplete(1, number=1), 0).datagrams == ()
    assert refused(peer.receive(think(3, 2, space=7), 0))["code"] == "SPACE_MISMATCH", "errors go on"


@pytest.mark.parametrize("code", ["STREAM_CORRUPT", "STREAM_TIMEOUT"])
def test_a_stream_that_has_not_ended_goes_on_whatever_an_error_says(code: str) -> None:
    peer = client()
    ask(peer, "head")
    for number, ref in enumerate(((3, 0), (3, 1), (3, 6))):
        assert names(peer.receive(sync(error(code, ref), 3, number), 0).events) == ["ErrorReceived"]
    ask(peer, "message")
    ask(peer, "tail")


def test_that_concerns_no_stream_but_its_own() -> None:
    peer, sent = streamed()
    peer.receive(sync(error("STREAM_CORRUPT", (5, 6)), 3, 0), 0)
    peer.receive(sync(error("STREAM_CORRUPT"), 3, 1), 0)
    assert peer.receive(incomplete(1, number=2), 0).datagrams == (sent[1], sent[6])


def test_the_oldest_frames_are_let_go_beyond_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "MAX_KEPT_BYTES", 100_000)
    peer = client()
    sent = list(ask(peer, "head").datagrams)
    big = Slice(DType.I8, (30_000,), bytes(30_000))
    for _ in range(4):
        sent += peer.send(MessageType.THINK, (big,), stream_id=3, now_ms=0).datagrams
    sent += ask(peer, "tail").datagrams
    assert peer.receive(incomplete(0, 1, 2, 3, 4, ref=(3, 5)), 0).datagrams == tuple(sent[2:])


def test_small_frames_are_bounded_in_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "MAX_KEPT_BYTES", 10_000)
    peer, sent = streamed(100)
    kept = peer.receive(incomplete(*range(60, 101), ref=(3, 101)), 0).datagrams
    assert kept == tuple(sent[-len(kept) :])
    assert 20 < len(kept) < 40


def test_a_stream_that_is_let_go_leaves_the_others_kept() -> None:
    peer, _ = streamed()
    sent = list(ask(peer, "head", 5, 1).datagrams)
    sent += [*ask(peer, MESSAGE, 5, 1).datagrams, *ask(peer, "tail", 5, 1).datagrams]
    assert peer.receive(incomplete(1), 10_001).datagrams == ()
    assert peer.receive(incomplete(0, 1, ref=(5, 2), number=1), 10_001).datagrams == tuple(sent)
    assert peer.receive(incomplete(1, number=2), 10_002).datagrams == ()
