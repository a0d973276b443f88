"""Streams through the ops on peers of the reference's testee (specs/stream.md)."""

from __future__ import annotations

import pytest

from adapters.driver import WirePeer
from adapters.tests.peers import MESSAGE, Talk, link_of, said, sync, think

pytestmark = pytest.mark.xdist_group("peer-streams")


def test_a_stream_is_sent_and_told(talk: Talk, end: WirePeer) -> None:
    talk.serve()
    talk.greet(end)
    announce = {"frames": "1", "total_len": "47", "md5": "0" * 32, "xxhash3_64": "0" * 16}
    talk.ask("peer_send", kind="head", stream_id=2, strong_tail=False, announce=announce)
    talk.ask("peer_send", **{**MESSAGE, "stream_id": 2})
    talk.ask("peer_send", kind="tail", stream_id=2)
    head, data, tail = end.received()
    assert said(head) == {"method": "head", "dir": "down", **announce}
    assert data == think(2, 1)
    assert said(tail) == {"method": "tail", "frames": "1", "total_len": str(len(data))}


def test_a_stream_is_received_and_told(talk: Talk, end: WirePeer) -> None:
    talk.serve()
    talk.greet(end)
    data = think(3, 1)
    end.send(sync(3, 0, {"method": "head", "dir": "up"}), talk.wire)
    end.send(sync(3, 2, {"method": "tail", "frames": "1", "total_len": str(len(data))}), talk.wire)
    assert talk.events() == [
        {"link": link_of(end), "event": "opened", "stream_id": 3, "sized": False},
        {"link": link_of(end), "event": "incomplete", "stream_id": 3, "missing": ["1"]},
    ]
    end.send(data, talk.wire)
    *_, complete = talk.events()
    hashed = complete.pop("xxhash3_64")
    sizes = {"frames": "1", "total_len": str(len(data))}
    assert complete == {"link": link_of(end), "event": "complete", "stream_id": 3, **sizes}
    assert talk.ask("tail_hash", data=data.hex()) == {"xxhash3_64": hashed}


def test_a_stream_that_differs_says_in_what(talk: Talk, end: WirePeer) -> None:
    talk.serve()
    talk.greet(end)
    end.send(sync(3, 0, {"method": "head", "dir": "up"}), talk.wire)
    end.send(sync(3, 1, {"method": "tail", "frames": "1", "total_len": "0"}), talk.wire)
    end.send(think(3, 1), talk.wire)
    failed = {"event": "failed", "stream_id": 3, "code": "STREAM_CORRUPT", "what": "frames"}
    assert {"link": link_of(end), **failed} in talk.events()
    end.send(think(3, 2), talk.wire)
    assert talk.events() == [{"link": link_of(end), "event": "dropped", "code": "CLOSED"}]
