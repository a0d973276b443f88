"""Any bytes, in any order, at any time: a peer never raises but for what it is asked to send."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resonant import MessageType, ResonantError, decode
from resonant.peer import Config, Output, Peer, Role

from reference.tests.peer.support import (
    CAPABILITY,
    CONFIG,
    HALVES,
    PING,
    PLAIN,
    REQUIRING,
    SEALING,
    error,
    frame_bytes,
    head,
    heart,
    sync,
    tail,
    text,
    think,
)
from reference.tests.strategies import examples, spoiled_frames
from reference.tests.support import KEY

CONFIGS = (PLAIN, CONFIG, SEALING, REQUIRING, replace(REQUIRING, compress=("zstd",), critique=False))
STREAM_IDS = st.sampled_from([0, 1, 3, 2**32 - 1])
NUMBERS = st.one_of(st.integers(0, 8), st.sampled_from([1_024, 2**63, 2**64 - 1]))
FLAGS = st.integers(0, 7)
WORDS = st.one_of(st.text(max_size=5), st.sampled_from(["0", "7", "up", "down"]))
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), WORDS)
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=3), st.dictionaries(st.text(max_size=5), SCALARS, max_size=3))
OBJECTS = st.sampled_from(
    [
        PING,
        PING | {"v": 0},
        CAPABILITY,
        CAPABILITY | {"agreed_proto": 2},
        error("X"),
        error("SPACE_MISMATCH", (1, 0)),
        error("STREAM_INCOMPLETE", (3, 3), missing=["0", "1", "2", "18446744073709551615"]),
        error("STREAM_CORRUPT", (3, 3)),
        head(),
        head("down"),
        tail(1, 47),
        tail(0, 0, "2d06800538d394c2"),
        {"method": "later"},
    ]
)


@st.composite
def objects(draw: st.DrawFn) -> dict[str, Any]:
    members = dict(draw(OBJECTS))
    for name in draw(st.lists(st.sampled_from(sorted(members)), max_size=1)):
        members[name] = draw(VALUES)
    return members


@st.composite
def any_frame(draw: st.DrawFn) -> bytes:
    stream_id, number, flags = draw(STREAM_IDS), draw(NUMBERS), draw(FLAGS)
    salt, space = draw(st.sampled_from([bytes(16), PLAIN.salt])), draw(st.integers(0x1233, 0x1234))
    fields: dict[str, Any] = {"flags": flags, "salt": salt, "space": space}
    match draw(st.sampled_from(["object", "object", "text", "heart", "think", "any"])):
        case "object":
            return sync(draw(objects()), stream_id, number, **fields)
        case "text":
            return text(draw(st.binary(max_size=20)), stream_id, number, **fields)
        case "heart":
            return heart(stream_id, number, **fields)
        case "think":
            return think(stream_id, number, **fields)
        case _:
            slices = [(2, [size], bytes(size)) for size in draw(st.lists(st.integers(0, 40), max_size=3))]
            return frame_bytes(slices, mtype=draw(st.integers(0, 4)), stream_id=stream_id, frame_seq=number, **fields)


def ask(peer: Peer, kind: str, stream_id: int, now_ms: int) -> Output:
    match kind:
        case "ping":
            return peer.ping(stream_id, now_ms)
        case "open":
            return peer.open_stream(stream_id, strong_tail=True, now_ms=now_ms)
        case "close":
            return peer.close_stream(stream_id, now_ms)
        case "heart":
            return peer.heart(stream_id, now_ms)
        case _:
            return peer.send(MessageType.THINK, (HALVES,), stream_id=stream_id, now_ms=now_ms)


STEPS = st.one_of(
    any_frame(),
    any_frame(),
    spoiled_frames(),
    st.binary(max_size=80),
    st.sampled_from([0, 1, 999, 1_000, 10_000, 15_000, 45_000]),
    st.tuples(st.sampled_from(["ping", "open", "close", "heart", "send"]), STREAM_IDS),
)


def assert_sane(peer: Peer, output: Output, now_ms: int) -> None:
    for datagram in output.datagrams:
        assert len(datagram) <= 65_507
        decode(datagram, key=KEY)
    assert peer.deadline_ms is None or peer.deadline_ms > now_ms


@pytest.mark.slow
@examples(150)
@given(st.sampled_from(Role), st.sampled_from(CONFIGS), st.lists(STEPS, max_size=30))
def test_nothing_makes_a_peer_raise_but_what_it_is_asked_for(role: Role, config: Config, steps: list[Any]) -> None:
    peer, now_ms = Peer(role, config), 0
    for step in steps:
        match step:
            case bytes():
                output = peer.receive(step, now_ms)
            case int():
                now_ms += step
                output = peer.advance(now_ms)
            case (kind, stream_id):
                try:
                    output = ask(peer, kind, stream_id, now_ms)
                except ResonantError:
                    output = peer.advance(now_ms)
        assert_sane(peer, output, now_ms)
