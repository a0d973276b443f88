"""Requests to peers of the reference's testee that are wrong, or come at the wrong time (TST-11, TST-19)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from adapters.driver import Reject, RequestError, WirePeer
from adapters.tests.peers import CONFIG, MESSAGE, SLICE, Talk, link_of, said, think

pytestmark = pytest.mark.xdist_group("peer-requests")

DAY_MS = 86_400_000
TARGET: Mapping[str, Any] = {"link": "a", "transport": "udp", "remote": 1, "stream_id": 1}
GOOD: Mapping[str, Mapping[str, Any]] = {"peer_poll": {}, "peer_advance": {"ms": 1}, "peer_send": MESSAGE}


@pytest.mark.parametrize("op", GOOD)
def test_without_open_peers_an_op_is_an_error(talk: Talk, op: str) -> None:
    assert isinstance(talk.testee.ask(op, GOOD[op]), RequestError)


def test_peers_are_opened_once(talk: Talk, end: WirePeer) -> None:
    talk.serve()
    talk.greet(end)
    assert isinstance(talk.testee.ask("peer_open", {"role": "server", "config": CONFIG}), RequestError)
    talk.ask("peer_send", **MESSAGE)  # and those that are open live on
    assert end.received() == [think(9, 0)]


@pytest.mark.parametrize("op", ["peer_close", "reset"])
def test_closing_forgets_sessions_and_what_waits_and_may_come_twice(talk: Talk, end: WirePeer, op: str) -> None:
    talk.serve()
    talk.greet(end)
    end.send(think(9, 0), talk.wire)
    talk.ask(op)
    talk.ask(op)
    end.send(think(9, 1), talk.wire)  # comes while nothing is open
    talk.serve()
    assert talk.events() == []
    end.send(think(9, 2), talk.wire)
    assert talk.named() == [(link_of(end), "error_sent")]


@pytest.mark.parametrize(("op", "ts"), [("peer_close", 20), ("reset", 0)])
def test_reset_alone_sets_the_clock_back(talk: Talk, end: WirePeer, op: str, ts: int) -> None:
    talk.serve()
    talk.ask("peer_advance", ms=20_000)
    talk.ask(op)
    talk.connect(end)
    assert [said(datagram)["ts"] for datagram in end.received()] == [ts]


@pytest.mark.parametrize(
    "change",
    [
        {"role": "both"},
        {"role": ["server"]},
        TARGET,
        {"role": "client"},
        {"role": "client", **TARGET, "remote": 0},
        {"role": "client", **TARGET, "stream_id": 2**32},
        {"role": "client", **TARGET, "link": ""},
        {"role": "client", **TARGET, "link": "x" * 65},
        {"role": "client", **TARGET, "link": "the server"},
        {"role": "client", **TARGET, "link": 1},
        {"role": "client", **TARGET, "transport": "ip"},
        {"config": {}},
        {"config": {**CONFIG, "d_model": 0}},
        {"config": {**CONFIG, "embedding_space_id": "x" * 70_000}},
        {"config": {**CONFIG, "critique": 1}},
        {"config": {**CONFIG, "salt": "00" * 15}},
        {"config": {**CONFIG, "key": None}},
        {"config": {**CONFIG, "key": "00" * 31}},
        {"config": {**CONFIG, "dtype": "f16"}},
        {"config": {**CONFIG, "dtype": [1]}},
        {"config": {**CONFIG, "name": ""}},
    ],
    ids=str,
)
def test_an_opening_that_fits_no_schema_is_an_error(talk: Talk, change: dict[str, Any]) -> None:
    given = {"role": "server", "config": CONFIG, **change}
    assert isinstance(talk.testee.ask("peer_open", given), RequestError)
    talk.serve()  # nothing was opened


@pytest.mark.parametrize(
    ("op", "given"),
    [
        ("peer_send", {}),
        ("peer_send", {"kind": "capability", "stream_id": 1}),
        ("peer_send", {"kind": "ping"}),
        ("peer_send", {"kind": "ping", "stream_id": 1, "link": 1}),
        ("peer_send", {"kind": "ping", "stream_id": 1, "slices": []}),
        ("peer_send", {**MESSAGE, "type": 3}),
        ("peer_send", {**MESSAGE, "type": 5}),
        ("peer_send", {**MESSAGE, "type": False}),
        ("peer_send", {**MESSAGE, "modality": 5}),
        ("peer_send", {**MESSAGE, "slices": [{**SLICE, "length": 4}]}),
        ("peer_send", {"kind": "head", "stream_id": 1}),
        ("peer_send", {"kind": "head", "stream_id": 1, "strong_tail": 0}),
        ("peer_send", {"kind": "head", "stream_id": 1, "strong_tail": True, "announce": {}}),
        ("peer_advance", {}),
        ("peer_advance", {"ms": -1}),
        ("peer_advance", {"ms": DAY_MS + 1}),
        ("peer_advance", {"ms": 1.0}),
        ("peer_poll", {"ms": 1}),
        ("peer_close", {"role": "server"}),
        ("reset", {"clock": 1}),
    ],
    ids=str,
)
def test_a_request_that_fits_no_schema_is_an_error_and_does_nothing(
    talk: Talk, end: WirePeer, op: str, given: dict[str, Any]
) -> None:
    talk.serve()
    talk.greet(end)
    assert isinstance(talk.testee.ask(op, given), RequestError)
    assert talk.events() == []
    assert end.received() == []


def test_a_client_that_cannot_ping_is_not_opened(talk: Talk, end: WirePeer) -> None:
    config = {**CONFIG, "dtype": ["x" * 70_000]}  # more than a datagram holds
    answer = talk.testee.ask("peer_open", {"role": "client", "config": config, **TARGET, "remote": end.port})
    assert isinstance(answer, Reject | RequestError)
    assert end.received() == []
    talk.serve()
