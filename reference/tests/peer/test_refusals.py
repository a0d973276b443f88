"""Received frames are rejected or dropped for the first reason that applies: specs/handshake.md section 4."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from resonant.peer import Config, Delivered, Peer, Role

from reference.tests.peer.support import (
    PLAIN,
    REQUIRING,
    SEALING,
    client,
    dropped,
    frame_bytes,
    head,
    heart,
    names,
    one_frame,
    refused,
    server,
    sync,
    tail,
    think,
)
from reference.tests.support import F16, I8, Q4, SPARSE_COO, XCHACHA, ZSTD

HALF = (F16, [2], bytes(4))
CODES = (I8, [2], b"\x01\x02")


def data(*slices: tuple[int, list[int], bytes], mtype: int = 0, number: int = 0, **fields: Any) -> bytes:
    return frame_bytes(slices, mtype=mtype, stream_id=9, frame_seq=number, **fields)


def without_session(role: Role = Role.SERVER, config: Config = PLAIN) -> Peer:
    return Peer(role, config)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"", "FRAME_TOO_SHORT"),
        (bytes(32), "FRAME_TOO_SHORT"),
        (bytes(65_537), "FRAME_TOO_LARGE"),
        (think(9, 0)[:-1] + b"?", "CRC_MISMATCH"),
        (think(9, 0, flags=XCHACHA), "KEY_REQUIRED"),
    ],
)
def test_what_the_frame_layer_rejects_is_dropped_under_its_code(role: Role, frame: bytes, code: str) -> None:
    assert dropped(without_session(role).receive(frame, 0)) == code


@pytest.mark.parametrize("stream_id", [0, 9, 2**32 - 1])
def test_a_peers_own_frames_are_reflected(stream_id: int) -> None:
    peer = server(REQUIRING)
    own = heart(stream_id, 0, flags=XCHACHA, salt=REQUIRING.salt)
    assert dropped(peer.receive(own, 0)) == "REFLECTED"
    assert peer.receive(heart(stream_id, 0, flags=XCHACHA), 0).events == ()


def test_the_own_salt_is_no_reflection_where_it_belongs_to_another_stream_id() -> None:
    # What begins the own nonces on stream_id 0 begins, on stream_id 9, those of another salt.
    salt = REQUIRING.salt[:12] + bytes([REQUIRING.salt[12] ^ 9]) + REQUIRING.salt[13:]
    assert server(REQUIRING).receive(heart(9, 0, flags=XCHACHA, salt=salt), 0).events == ()


def test_unsealed_frames_are_never_reflections() -> None:
    peer = client()
    sent = peer.heart(9, 0).datagrams[0]
    assert peer.receive(sent, 0).events == ()


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("frame", [data(HALF), sync(head(), 9, 0), sync(tail(0, 0), 9, 1), data(mtype=4, modality=4)])
def test_without_a_session_the_handshake_is_required(role: Role, frame: bytes) -> None:
    members = refused(without_session(role, REQUIRING).receive(frame, 0))
    assert members["code"] == "HANDSHAKE_REQUIRED"


def test_a_heart_without_a_session_is_ignored() -> None:
    assert dropped(without_session().receive(heart(9, 0), 0)) == "IGNORED"


def test_an_error_goes_on_the_frames_stream_id_with_the_next_number_there() -> None:
    peer = without_session()
    for number in range(3):
        frame = one_frame(peer.receive(think(9, 77 + number), 0))
        assert (frame.stream_id, frame.frame_seq, frame.flags, frame.modality) == (9, number, 0, 0)
    assert one_frame(peer.receive(think(10, 0), 0)).frame_seq == 0


@pytest.mark.parametrize(
    ("frame", "code", "adds"),
    [
        (data(HALF, space=7), "SPACE_MISMATCH", {"expected_hash": 0x1234, "got_hash": 7}),
        (data(HALF, space=0), "SPACE_MISMATCH", {"expected_hash": 0x1234, "got_hash": 0}),
        (data(HALF, flags=ZSTD), "UNSUPPORTED_FEATURE", {"feature": "zstd"}),
        (data(HALF, modality=2), "UNSUPPORTED_MODALITY", {"modality": "audio"}),
        (data(), "BAD_MESSAGE", {"detail": "BAD_SLOTS"}),
        (data(CODES, (F16, [1], b"\x00\xfc")), "BAD_MESSAGE", {"detail": "BAD_SCALE"}),
        (data((Q4, [2], b"\x11")), "UNSUPPORTED_DTYPE", {"dtype": "q4"}),
        (data((SPARSE_COO, [2], b""), (I8, [0, 1, 4], b"")), "UNSUPPORTED_DTYPE", {"dtype": "sparse"}),
        (data(HALF, (Q4, [2], b"\x11"), mtype=1), "UNSUPPORTED_DTYPE", {"dtype": "q4"}),
        (data(HALF, (Q4, [2], b"\x11"), mtype=2), "UNSUPPORTED_DTYPE", {"dtype": "q4"}),
    ],
)
def test_a_data_frame_that_was_not_agreed_to_is_refused(frame: bytes, code: str, adds: dict[str, Any]) -> None:
    members = refused(server().receive(frame, 0))
    assert members["code"] == code
    assert members | adds == members


def test_sealed_frames_and_critiques_are_features() -> None:
    key_only = replace(PLAIN, key=SEALING.key)
    assert refused(server(key_only).receive(data(HALF, flags=XCHACHA), 0))["feature"] == "xchacha20poly1305"
    assert refused(server(key_only).receive(heart(9, 0, flags=XCHACHA), 0))["feature"] == "xchacha20poly1305"
    quiet = server(replace(PLAIN, critique=False))
    assert refused(quiet.receive(data(HALF, mtype=4), 0))["feature"] == "critique"
    assert names(server().receive(data(HALF, mtype=4), 0).events) == ["Delivered"]


def test_scales_masks_and_explanations_are_no_tensors_of_their_own() -> None:
    only_i8 = server(replace(PLAIN, dtype=("i8",)))
    scaled = data(CODES, (F16, [1], b"\x00\x3c"))
    assert names(only_i8.receive(scaled, 0).events) == ["Delivered"]
    only_f16 = server(replace(PLAIN, dtype=("f16",)))
    critique = data(HALF, (I8, [2], b"\x00\x01"), (I8, [2], b"{}"), mtype=4)
    assert names(only_f16.receive(critique, 0).events) == ["Delivered"]


def test_a_peer_without_a_space_takes_every_space() -> None:
    nowhere = server(replace(PLAIN, space_hash32=0))
    assert names(nowhere.receive(data(HALF, space=7), 0).events) == ["Delivered"]


def test_a_peer_that_requires_crypto_refuses_what_is_not_sealed() -> None:
    peer = server(REQUIRING)
    for frame in (data(HALF), heart(9, 0), sync(head(), 9, 0), sync(tail(0, 0), 9, 1)):
        assert refused(peer.receive(frame, 0))["code"] == "ENCRYPTION_REQUIRED"
    assert names(peer.receive(data(HALF, flags=XCHACHA), 0).events) == ["Delivered"]


def test_a_delivered_frame_is_told_with_its_slices_and_its_message() -> None:
    (event,) = server().receive(data(HALF, number=5, modality=1), 0).events
    assert isinstance(event, Delivered)
    assert (event.stream_id, event.frame_seq, event.type, event.modality) == (9, 5, 0, 1)
    assert [(one.dtype, one.dims, one.payload) for one in event.slices] == [(F16, (2,), bytes(4))]
    assert event.message.hidden.payload == bytes(4)  # type: ignore[union-attr]
