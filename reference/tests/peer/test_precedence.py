"""The precedence of several reasons, and the traces left by a frame that does not pass: HSK-35 to HSK-39."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from resonant.peer import Config, Output, Peer, Role

from reference.tests.peer.support import (
    CAPABILITY,
    OTHER_SALT,
    PING,
    PLAIN,
    REQUIRING,
    client,
    dropped,
    error,
    frame_bytes,
    head,
    heart,
    method_of,
    names,
    refused,
    server,
    sync,
    tail,
    text,
)
from reference.tests.support import F16, I8, STRONG_TAIL, XCHACHA, ZSTD

HALF = (F16, [2], bytes(4))
CODES = (I8, [2], b"\x01\x02")


def data(*slices: tuple[int, list[int], bytes], mtype: int = 0, number: int = 0, **fields: Any) -> bytes:
    return frame_bytes(slices, mtype=mtype, stream_id=9, frame_seq=number, **fields)


def without_session(role: Role = Role.SERVER, config: Config = PLAIN) -> Peer:
    return Peer(role, config)


# Faults of a data frame in the order of HSK-36: a frame with all of them, which are then taken away one by one.
FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("SPACE_MISMATCH", {"space": 7}),
    ("ENCRYPTION_REQUIRED", {"flags": ZSTD}),
    ("UNSUPPORTED_FEATURE", {"flags": ZSTD | XCHACHA}),
    ("UNSUPPORTED_FEATURE", {"mtype": 4}),
    ("UNSUPPORTED_MODALITY", {"modality": 4}),
    ("BAD_MESSAGE", {"slices": ()}),
    ("UNSUPPORTED_DTYPE", {"slices": ((I8, [2], b"\x01\x02"),)}),
]
RIGHT = {"space": 0x1234, "flags": XCHACHA, "mtype": 0, "modality": 0, "slices": (HALF,)}
STRICT = replace(REQUIRING, critique=False, dtype=("f16",))


@pytest.mark.parametrize("first", range(len(FAULTS)))
def test_the_first_fault_of_a_data_frame_is_answered(first: int) -> None:
    fields: dict[str, Any] = dict(RIGHT)
    for _, fault in reversed(FAULTS[first:]):
        fields |= fault
    frame = data(*fields.pop("slices"), **fields)
    assert refused(server(STRICT).receive(frame, 0))["code"] == FAULTS[first][0]


def test_without_faults_that_data_frame_is_delivered() -> None:
    frame = data(HALF, **without_slices(RIGHT))
    assert names(server(STRICT).receive(frame, 0).events) == ["Delivered"]


def without_slices(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name != "slices"}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"flags": ZSTD}, "ENCRYPTION_REQUIRED"),
        ({"flags": ZSTD | XCHACHA}, "UNSUPPORTED_FEATURE"),
        ({"flags": XCHACHA}, "BAD_MESSAGE"),
    ],
)
def test_the_first_fault_of_a_head_is_answered_and_its_space_is_none(fields: dict[str, Any], code: str) -> None:
    assert refused(server(REQUIRING).receive(sync(head("down"), 9, 0, space=7, **fields), 0))["code"] == code


def test_a_head_heart_or_tail_of_another_space_is_taken() -> None:
    peer = server()
    assert names(peer.receive(sync(head(), 9, 0, space=7, modality=4), 0).events) == ["Opened"]
    assert peer.receive(heart(9, 1, space=7), 0).events == ()
    assert names(peer.receive(sync(tail(0, 0), 9, 2, space=7), 0).events) == ["Completed"]


@pytest.mark.parametrize("members", [error("X"), error("X", (9, 0)), {"method": "error"}])
def test_an_error_is_never_answered(members: dict[str, Any]) -> None:
    for config in (PLAIN, REQUIRING):
        for peer in (without_session(config=config), server(config), client(config)):
            assert peer.receive(sync(members, 9, 0, flags=STRONG_TAIL, space=7), 0).datagrams == ()


def test_a_refused_frame_leaves_nothing_behind() -> None:
    peer = server()
    refused(peer.receive(data(HALF, space=7), 0))
    refused(peer.receive(data(HALF, space=7), 0))
    assert names(peer.receive(data(HALF), 0).events) == ["Delivered"]


def test_a_dropped_frame_leaves_no_number_behind() -> None:
    peer = server()
    for frame in (sync({"method": "error"}, 9, 0), heart(9, 0)[:-1]):
        dropped(peer.receive(frame, 0))
    assert names(peer.receive(data(HALF), 0).events) == ["Delivered"]


def test_the_number_is_looked_at_before_the_content() -> None:
    peer = server()
    peer.receive(data(HALF), 0)
    assert dropped(peer.receive(data(HALF, space=7), 0)) == "DUPLICATE"
    assert dropped(peer.receive(text(b"{", 9, 0), 0)) == "DUPLICATE"
    assert dropped(peer.receive(sync(PING, 9, 0), 0)) == "DUPLICATE"
    assert dropped(peer.receive(sync(tail(0, 0), 9, 0), 0)) == "DUPLICATE"


@pytest.mark.parametrize("unsealed", [lambda: sync(error("X"), 9, 2**64 - 1), lambda: sync({"method": "x"}, 9, 5)])
def test_where_crypto_is_required_unsealed_frames_leave_no_trace(unsealed: Callable[[], bytes]) -> None:
    for peer in (server(REQUIRING), client(REQUIRING)):
        for _ in range(2):
            assert all(event in ("ErrorReceived", "ErrorSent") for event in names(peer.receive(unsealed(), 0).events))
        for number in (5, 2**64 - 1):
            peer.receive(heart(9, number, flags=XCHACHA), 0)
            assert dropped(peer.receive(heart(9, number, flags=XCHACHA), 0)) == "DUPLICATE"
        output = peer.receive(unsealed(), 0)
        assert all(event in ("ErrorReceived", "ErrorSent") for event in names(output.events)), (
            "nor are numbers looked for"
        )


def test_a_ping_is_answered_again_where_crypto_is_required() -> None:
    peer = server(REQUIRING)
    again = peer.receive(sync(PING, 1, 0), 0)
    assert method_of(again) == "capability"
    assert again.events == ()


def test_a_ping_to_a_client_and_a_capability_to_a_server_have_no_effect() -> None:
    assert client().receive(sync(PING | {"v": 0}, 9, 0), 0) == Output((), ())
    assert server().receive(sync(CAPABILITY | {"v": []}, 9, 0), 0).events == ()


def test_salts_of_the_tests_differ() -> None:
    assert PLAIN.salt != OTHER_SALT
