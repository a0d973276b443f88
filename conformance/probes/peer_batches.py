"""The op `peer_batch`: section 6 of specs/testee.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.driver import Answer, AnswerError, Ok, RequestError, Unsupported, WirePeer
from adapters.driver.answer import read_answer

from ..model.peer_requests import CONFIG
from ..model.verdict import PASSED, Verdict
from .basics import OWN_ANSWERS, UNKNOWN, expect_kind, message, wrong
from .peers import HEART, STREAM, NotPerformedError, Talk, link_of, probe_of_peers, said, same

_OTHERS: Sequence[tuple[str, Mapping[str, Any]]] = (
    ("stop", {}),
    ("batch", {"requests": [UNKNOWN]}),
    ("peer_batch", {"requests": [UNKNOWN], "datagrams": [0]}),
    ("tail_hash", {"data": ""}),
    ("no_such_op", {}),
)
_MALFORMED: Mapping[str, Mapping[str, Any]] = {
    "no requests": {"requests": [], "datagrams": []},
    "a request without its number of datagrams": {"requests": [UNKNOWN, UNKNOWN], "datagrams": [0]},
    "301 requests": {"requests": [UNKNOWN] * 301, "datagrams": [0] * 301},
    "a number of datagrams below 0": {"requests": [UNKNOWN], "datagrams": [-1]},
    "no numbers of datagrams": {"requests": [UNKNOWN]},
}


def _request(op: str, **given: Any) -> dict[str, Any]:
    return {"op": op, "case": "", "profile": "", "input": given}


def _batch(talk: Talk, requests: Sequence[Any], datagrams: Sequence[int]) -> tuple[list[Answer], list[Any]]:
    """The answers to the requests, and what was sent with each. Raises NotPerformedError."""
    answer = talk.ask("peer_batch", requests=requests, datagrams=datagrams)
    if isinstance(answer, Unsupported):
        raise NotPerformedError(PASSED)  # it may do without
    value = answer.value if isinstance(answer, Ok) else {}
    replies, sent = value.get("replies"), value.get("datagrams")
    if type(replies) is not list or type(sent) is not list or not len(replies) == len(sent) == len(requests):
        expected = f"ok with replies and datagrams, lists of {len(requests)}"
        raise NotPerformedError(wrong(expected, answer))
    try:
        return [read_answer(reply) for reply in replies], sent
    except AnswerError as error:
        raise NotPerformedError(wrong("replies as they come alone", error)) from error


@probe_of_peers
def peer_batch_bit_by_bit(talk: Talk) -> Verdict:
    """TST-34: each request of a peer_batch takes as many datagrams as it is to, and its reply says what was sent."""
    _batch(talk, [_request("reset"), _request("peer_open", role="server", config=CONFIG)], [0, 0])
    first, second = talk.end(), talk.end()
    for stream_id, end in ((7, first), (2, second), (9, first)):
        talk.ping(end, stream_id)
    heart = _request("peer_send", kind="heart", stream_id=STREAM, link=link_of(second))
    tail = _request("peer_send", kind="tail", stream_id=5, link=link_of(first))
    poll = _request("peer_poll")
    answers, sent = _batch(talk, [poll, heart, poll, tail, poll], [1, 1, 0, 0, 9])
    events = [[(event["link"], event["event"]) for event in _told(answers[at])] for at in (0, 2, 4)]
    established = [[(link_of(end), "established")] for end in (first, second, first)]
    found = same(established, events)
    if found.passed:
        found = same([{link_of(first): 1}, {link_of(second): 2}, {}, {}, {link_of(first): 1}], sent)
    if found.passed:
        found = expect_kind(answers[3], type(talk.ask("peer_send", **tail["input"])), "the reply that it gets alone")
    return found if not found.passed else _judge_frames(first, second)


def _judge_frames(first: WirePeer, second: WirePeer) -> Verdict:
    expected = (["capability 7", "capability 9"], ["capability 2", HEART])
    return same(expected, (said(first.received()), said(second.received())))


def _told(answer: Answer) -> Sequence[Any]:
    if isinstance(answer, Ok):
        events: Sequence[Any] = answer.value["events"]
        return events
    raise NotPerformedError(PASSED if isinstance(answer, OWN_ANSWERS) else wrong("ok", answer))


@probe_of_peers
def not_in_peer_batches(talk: Talk) -> Verdict:
    """TST-35, TST-11: what may not stand in a peer_batch is answered with error there, and not performed."""
    _batch(talk, [_request("reset")], [0])
    for op, given in (("hello", {"token": talk.testee.token}), *_OTHERS):
        request = _request(op, **given)
        (answer,), _ = _batch(talk, [request], [0])
        verdict = expect_kind(answer, RequestError, f"error, for {op} in a peer_batch")
        if not verdict.passed:
            return verdict
    after = talk.testee.exchange(message(UNKNOWN))
    if not isinstance(after, OWN_ANSWERS):
        return wrong("a reply after a peer_batch with stop in it", after)
    for name, given in _MALFORMED.items():
        verdict = expect_kind(talk.ask("peer_batch", **given), RequestError, f"error, for a peer_batch with {name}")
        if not verdict.passed:
            return verdict
    return PASSED
