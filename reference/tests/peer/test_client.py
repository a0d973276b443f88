"""A client's handshake: HSK-20 to HSK-30."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from resonant import RejectCode
from resonant.peer import Config, ErrorReceived, Established, Output, Peer, Ref, Role

from reference.tests.peer.support import (
    CAPABILITY,
    CONFIG,
    REQUIRING,
    SPACE,
    dropped,
    error,
    names,
    one_frame,
    sent_object,
    sync,
    without,
)
from reference.tests.support import KEY

XCHACHA = "xchacha20poly1305"
FULL = replace(CONFIG, crypto=("none", XCHACHA), key=KEY)
QUIET = Output((), ())


def pinged(config: Config = FULL, now_ms: int = 0) -> tuple[Peer, Output]:
    peer = Peer(Role.CLIENT, config, now_ms)
    return peer, peer.ping(5, now_ms)


def heard(config: Config, capability: dict[str, Any]) -> tuple[object, ...]:
    peer, _ = pinged(config)
    return peer.receive(sync(capability, 5, 0), 0).events


def test_a_ping_has_all_members_and_the_own_lists() -> None:
    config = replace(FULL, compress=("lz4", "zstd"), crypto=("aes256gcm", XCHACHA))
    _, output = pinged(config, 61_999)
    frame = one_frame(output)
    assert (frame.stream_id, frame.frame_seq, frame.flags, frame.space_hash32) == (5, 0, 0, SPACE)
    assert sent_object(output) == {
        "method": "ping",
        "ts": 61,
        "v": 1,
        "d_model": 2,
        "embedding_space_id": "wiki:model:v1",
        "space_hash32": SPACE,
        "modality": ["text", "image"],
        "compress": ["lz4", "zstd"],
        "crypto": ["aes256gcm", XCHACHA],
        "supports": {"critique": True, "dtype": ["f16", "i8"]},
    }
    assert output.events == ()


def test_a_ping_without_a_key_leaves_xchacha_out() -> None:
    _, output = pinged(replace(FULL, key=None))
    assert sent_object(output)["crypto"] == ["none"]


def test_a_ping_is_sent_again_after_1_3_and_7_seconds_and_given_up_after_15() -> None:
    peer, first = pinged(now_ms=100)
    for due in (1_100, 3_100, 7_100):
        assert peer.deadline_ms == due
        assert peer.advance(due - 1) == QUIET
        assert peer.advance(due) == first
    assert peer.deadline_ms == 15_100
    assert peer.advance(15_099) == QUIET
    assert peer.advance(15_100) == Output((), (ErrorReceived(RejectCode.HANDSHAKE_TIMEOUT),))
    assert peer.deadline_ms is None
    assert peer.advance(10**9) == QUIET


def test_one_long_step_meets_every_deadline_in_order() -> None:
    peer, first = pinged()
    output = peer.advance(86_400_000)
    assert output.datagrams == first.datagrams * 3
    assert output.events == (ErrorReceived(RejectCode.HANDSHAKE_TIMEOUT),)


def test_an_answer_ends_the_repeating() -> None:
    peer, _ = pinged()
    peer.receive(sync(CAPABILITY, 5, 0), 999)
    assert peer.advance(14_999) == QUIET
    peer, _ = pinged()
    peer.receive(sync(error("SPACE_MISMATCH", (5, 0)), 5, 0), 999)
    assert peer.advance(50_000) == QUIET


@pytest.mark.parametrize(
    ("config", "said", "event"),
    [
        (FULL, {}, Established(1, "zstd", "none", ("f16", "i8"), ("text", "image"), True)),
        (FULL, {"compress": ["none", "zstd"]}, Established(1, "zstd", "none", ("f16", "i8"), ("text", "image"), True)),
        (FULL, {"compress": ["none"]}, Established(1, "none", "none", ("f16", "i8"), ("text", "image"), True)),
        (FULL, {"compress": []}, Established(1, "none", "none", ("f16", "i8"), ("text", "image"), True)),
        (FULL, {"modality": ["image", "smell"]}, Established(1, "zstd", "none", ("f16", "i8"), ("image",), True)),
        (
            FULL,
            {"supports": {"critique": False, "dtype": ["q4", "i8"]}},
            Established(1, "zstd", "none", ("i8",), ("text", "image"), False),
        ),
        (
            FULL,
            {"supports": {"critique": True, "dtype": [], "require_crypto": True}},
            Established(1, "zstd", XCHACHA, (), ("text", "image"), True),
        ),
        (
            replace(FULL, compress=("lz4", "none")),
            {"compress": ["lz4", "none"]},
            Established(1, "none", "none", ("f16", "i8"), ("text", "image"), True),
        ),
        (
            replace(FULL, critique=False),
            {},
            Established(1, "zstd", "none", ("f16", "i8"), ("text", "image"), False),
        ),
        (
            replace(REQUIRING, crypto=("none", XCHACHA)),
            {},
            Established(1, "none", XCHACHA, ("f16", "i8"), ("text", "image"), True),
        ),
    ],
)
def test_a_capability_establishes_what_both_can(config: Config, said: dict[str, Any], event: Established) -> None:
    assert heard(config, CAPABILITY | said) == (event,)


def test_a_capability_without_modality_agrees_to_all_of_them() -> None:
    (event,) = heard(FULL, without(CAPABILITY, "modality"))
    assert isinstance(event, Established)
    assert event.modality == ("text", "image")


@pytest.mark.parametrize(
    ("config", "said", "code"),
    [
        (FULL, {"agreed_proto": 2}, "UNSUPPORTED_VERSION"),
        (FULL, {"agreed_proto": 0, "space_hash32": 9}, "UNSUPPORTED_VERSION"),
        (FULL, {"space_hash32": 9}, "SPACE_MISMATCH"),
        (FULL, {"embedding_space_id": "b:c:d"}, "SPACE_MISMATCH"),
        (REQUIRING, {"crypto": ["none"], "space_hash32": 9}, "SPACE_MISMATCH"),
        (REQUIRING, {"crypto": ["none"]}, "CRYPTO_REQUIRED"),
        (REQUIRING, {"crypto": ["aes256gcm"]}, "CRYPTO_REQUIRED"),
        (replace(REQUIRING, key=None), {}, "CRYPTO_REQUIRED"),
        (
            replace(FULL, crypto=("none",)),
            {"supports": {"critique": True, "dtype": [], "require_crypto": True}},
            "CRYPTO_REQUIRED",
        ),
    ],
)
def test_a_capability_that_cannot_be_used_ends_the_handshake(config: Config, said: dict[str, Any], code: str) -> None:
    peer, _ = pinged(config)
    output = peer.receive(sync(CAPABILITY | said, 5, 0), 0)
    assert output == Output((), (ErrorReceived(code),))
    assert peer.deadline_ms is None


@pytest.mark.parametrize("said", [{"space_hash32": 0}, {"embedding_space_id": ""}])
def test_what_names_no_space_contradicts_nothing(said: dict[str, Any]) -> None:
    assert names(heard(FULL, CAPABILITY | said)) == ["Established"]  # type: ignore[arg-type]


def test_a_capability_on_another_stream_id_has_no_effect() -> None:
    peer, _ = pinged()
    assert peer.receive(sync(CAPABILITY, 6, 0), 0) == QUIET
    assert dropped(peer.receive(sync(CAPABILITY, 6, 0), 0)) == "DUPLICATE"
    assert names(peer.receive(sync(CAPABILITY, 5, 0), 0).events) == ["Established"]
    assert peer.receive(sync(CAPABILITY | {"compress": ["none"]}, 5, 1), 0) == QUIET


def test_a_malformed_capability_is_as_if_it_had_not_come() -> None:
    peer, _ = pinged()
    assert dropped(peer.receive(sync(without(CAPABILITY, "d_model"), 5, 0), 0)) == "BAD_MESSAGE"
    assert peer.deadline_ms == 1_000
    assert names(peer.receive(sync(CAPABILITY, 5, 0), 0).events) == ["Established"]


@pytest.mark.parametrize("code", ["SPACE_MISMATCH", "STREAM_INCOMPLETE", "NOT_OF_THE_REGISTRY"])
def test_an_error_for_the_ping_ends_the_handshake_with_its_code(code: str) -> None:
    peer, _ = pinged()
    output = peer.receive(sync(error(code, (5, 0)), 5, 0), 0)
    assert output == Output((), (ErrorReceived(code, Ref(5, 0)),))
    assert peer.deadline_ms is None


@pytest.mark.parametrize("ref", [None, (5, 1), (6, 0)])
def test_an_error_about_something_else_is_told_and_the_ping_goes_on(ref: tuple[int, int] | None) -> None:
    peer, first = pinged()
    output = peer.receive(sync(error("SPACE_MISMATCH", ref), 5, 0), 0)
    assert output.events == (ErrorReceived("SPACE_MISMATCH", None if ref is None else Ref(*ref)),)
    assert peer.advance(1_000) == first
