"""Pings that come again, and others after the first: HSK-17, HSK-18."""

from __future__ import annotations

from dataclasses import replace

from resonant.peer import Established, Peer, Role

from reference.tests.peer.support import (
    CONFIG,
    PING,
    dropped,
    names,
    one_frame,
    refused,
    sync,
    think,
)
from reference.tests.support import KEY

FULL = replace(CONFIG, crypto=("xchacha20poly1305", "none"), key=KEY)
XCHACHA = "xchacha20poly1305"


def test_the_same_ping_is_answered_with_the_same_bytes_whatever_it_says() -> None:
    peer = Peer(Role.SERVER, FULL)
    first = peer.receive(sync(PING, 7, 3), 0)
    again = peer.receive(sync(PING | {"compress": ["none"], "v": 0}, 7, 3), 5)
    assert (again.datagrams, again.events) == (first.datagrams, ())
    peer.receive(think(9, 0, flags=1), 5)
    assert peer.receive(think(9, 1, flags=1), 5).events, "the agreement is still the first one"


def test_an_error_for_a_ping_is_repeated_and_told_again() -> None:
    peer = Peer(Role.SERVER, FULL)
    first = peer.receive(sync(PING | {"v": 0}, 7, 3), 0)
    again = peer.receive(sync(PING, 7, 3), 5)
    assert again == first
    assert refused(again)["code"] == "UNSUPPORTED_VERSION"


def test_64_answers_are_remembered_and_a_repeated_one_counts_as_the_latest() -> None:
    peer = Peer(Role.SERVER, FULL)
    answers = {number: peer.receive(sync(PING, 7, number), 1000 * number).datagrams for number in range(64)}
    for number in (63, 0, 1):
        assert peer.receive(sync(PING, 7, number), 64_000).datagrams == answers[number]
    fresh = peer.receive(sync(PING, 7, 64), 65_000)
    assert one_frame(fresh).frame_seq == 64
    assert peer.receive(sync(PING, 7, 0), 66_000).datagrams == answers[0]
    assert dropped(peer.receive(sync(PING, 7, 2), 66_000)) == "DUPLICATE"


def test_another_ping_replaces_the_agreement_and_an_error_does_not() -> None:
    peer = Peer(Role.SERVER, FULL)
    peer.receive(sync(PING, 7, 0), 0)
    assert names(peer.receive(sync(PING | {"v": 0}, 7, 1), 0).events) == ["ErrorSent"]
    assert names(peer.receive(think(9, 0, flags=1), 0).events) == ["Delivered"]
    again = peer.receive(sync(PING | {"compress": ["none"]}, 7, 1 + 1), 0)
    assert again.events == (Established(1, "none", XCHACHA, ("f16", "i8"), ("text", "image"), True),)
    assert refused(peer.receive(think(9, 1, flags=1), 0))["feature"] == "zstd"
