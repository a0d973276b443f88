"""A server's answers to pings: HSK-11 to HSK-19, as far as they depend on the ping and the configuration alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from resonant.peer import Config, ErrorSent, Established, Peer, Role

from reference.tests.peer.support import (
    CONFIG,
    PING,
    REQUIRING,
    SEALING,
    SPACE,
    dropped,
    frame_bytes,
    method_of,
    one_frame,
    refused,
    sent_object,
    sync,
    text,
    without,
)
from reference.tests.support import KEY

FULL = replace(CONFIG, crypto=("xchacha20poly1305", "none"), key=KEY)
XCHACHA = "xchacha20poly1305"


def answered(ping: dict[str, Any], config: Config = FULL) -> dict[str, Any]:
    return sent_object(Peer(Role.SERVER, config).receive(sync(ping, 7, 3), 0))


def test_a_capability_says_what_the_server_is_and_what_both_can() -> None:
    output = Peer(Role.SERVER, FULL).receive(sync(PING, 7, 3), 0)
    frame = one_frame(output)
    assert (frame.stream_id, frame.frame_seq, frame.flags) == (7, 0, 0)
    assert (frame.space_hash32, frame.modality) == (SPACE, 0)
    assert sent_object(output) == {
        "method": "capability",
        "v": 1,
        "agreed_proto": 1,
        "d_model": 2,
        "embedding_space_id": "wiki:model:v1",
        "space_hash32": SPACE,
        "modality": ["text", "image"],
        "compress": ["zstd", "none"],
        "crypto": [XCHACHA, "none"],
        "supports": {"critique": True, "dtype": ["f16", "i8"], "require_crypto": False},
    }
    assert output.events == (Established(1, "zstd", XCHACHA, ("f16", "i8"), ("text", "image"), True),)


def test_the_smallest_ping_gets_the_servers_own_lists_without_critique() -> None:
    members = answered({"method": "ping", "ts": 0})
    assert (members["compress"], members["crypto"]) == (["zstd", "none"], [XCHACHA, "none"])
    assert (members["modality"], members["supports"]["dtype"]) == (["text", "image"], ["f16", "i8"])
    assert members["supports"]["critique"] is False


@pytest.mark.parametrize(
    ("own", "said", "agreed"),
    [
        (("zstd", "none"), ["none", "zstd"], ["zstd", "none"]),
        (("none", "zstd"), ["zstd", "none"], ["none", "zstd"]),
        (("zstd", "none"), ["none"], ["none"]),
        (("zstd",), ["none"], ["none"]),
        (("zstd",), [], ["none"]),
        ((), None, ["none"]),
        (("lz4", "zstd"), ["lz4", "zstd"], ["zstd"]),
        (("lz4",), ["lz4"], ["none"]),
        (("lz4", "none"), None, ["none"]),
        (("zstd", "none"), ["brotli", "zstd", "ZSTD"], ["zstd"]),
    ],
)
def test_compress_keeps_the_servers_order_and_loses_what_the_ping_lacks(
    own: tuple[str, ...], said: list[str] | None, agreed: list[str]
) -> None:
    ping = without(PING, "compress") if said is None else PING | {"compress": said}
    assert answered(ping, replace(FULL, compress=own))["compress"] == agreed


@pytest.mark.parametrize(
    ("own", "key", "said", "agreed"),
    [
        ((XCHACHA, "none"), KEY, [XCHACHA], [XCHACHA]),
        ((XCHACHA, "none"), None, [XCHACHA, "none"], ["none"]),
        ((XCHACHA,), None, [XCHACHA], ["none"]),
        (("aes256gcm", XCHACHA), KEY, ["aes256gcm", XCHACHA], [XCHACHA]),
        (("aes256gcm",), KEY, ["aes256gcm"], ["none"]),
    ],
)
def test_crypto_is_agreed_only_where_it_can_be_done(
    own: tuple[str, ...], key: bytes | None, said: list[str], agreed: list[str]
) -> None:
    assert answered(PING | {"crypto": said}, replace(FULL, crypto=own, key=key))["crypto"] == agreed


def test_dtype_and_modality_may_be_left_empty() -> None:
    ping = PING | {"modality": ["audio"], "supports": {"dtype": ["q4"]}}
    output = Peer(Role.SERVER, FULL).receive(sync(ping, 7, 3), 0)
    members = sent_object(output)
    assert (members["modality"], members["supports"]["dtype"]) == ([], [])
    assert output.events == (Established(1, "zstd", XCHACHA, (), (), False),)


@pytest.mark.parametrize(("own", "said", "agreed"), [(1, 1, True), (1, 0, False), (0, 1, False), (1, None, False)])
def test_critique_needs_both(own: int, said: int | None, agreed: bool) -> None:
    supports = {} if said is None else {"critique": bool(said)}
    members = answered(PING | {"supports": supports}, replace(FULL, critique=bool(own)))
    assert members["supports"]["critique"] is agreed


@pytest.mark.parametrize(("v", "agreed"), [(1, 1), (2, 1), (2**53 - 1, 1), (None, 1)])
def test_the_protocol_is_the_lower_of_1_and_v(v: int | None, agreed: int) -> None:
    members = answered(without(PING, "v") if v is None else PING | {"v": v})
    assert (members["agreed_proto"], members["v"]) == (agreed, 1)


@pytest.mark.parametrize("v", [0, -1, -(2**53) + 1])
def test_a_version_below_1_is_unsupported(v: int) -> None:
    members = refused(Peer(Role.SERVER, FULL).receive(sync(PING | {"v": v}, 7, 3), 0))
    assert (members["code"], members["min"], members["max"]) == ("UNSUPPORTED_VERSION", 1, 1)


@pytest.mark.parametrize(
    ("own_id", "own_hash", "said", "fits"),
    [
        ("a", 1, {"embedding_space_id": "a", "space_hash32": 1}, True),
        ("a", 1, {"embedding_space_id": "b", "space_hash32": 1}, False),
        ("a", 1, {"embedding_space_id": "a", "space_hash32": 2}, False),
        ("a", 1, {"embedding_space_id": "", "space_hash32": 1}, True),
        ("a", 1, {"embedding_space_id": "a", "space_hash32": 0}, True),
        ("a", 1, {}, True),
        ("", 0, {"embedding_space_id": "b", "space_hash32": 2}, True),
        ("", 1, {"embedding_space_id": "b", "space_hash32": 2}, False),
        ("a", 0, {"embedding_space_id": "b"}, False),
    ],
)
def test_a_space_is_another_one_where_two_names_differ(own_id: str, own_hash: int, said: Any, fits: bool) -> None:
    config = replace(FULL, embedding_space_id=own_id, space_hash32=own_hash)
    members = answered(without(PING, "embedding_space_id", "space_hash32") | said, config)
    assert members["method"] == ("capability" if fits else "error")
    if not fits:
        assert members["code"] == "SPACE_MISMATCH"
        assert (members["expected"], members["expected_hash"]) == (own_id, own_hash)
        assert (members["got"], members["got_hash"]) == (
            said.get("embedding_space_id", ""),
            said.get("space_hash32", 0),
        )


def test_the_first_fault_of_a_ping_is_answered() -> None:
    spoiled = PING | {"ts": "now", "v": 0, "space_hash32": 9}
    assert [answered(spoiled)["code"], answered(spoiled | {"ts": 0})["code"]] == ["BAD_MESSAGE", "UNSUPPORTED_VERSION"]
    assert answered(spoiled | {"ts": 0, "v": 1})["code"] == "SPACE_MISMATCH"


def test_a_ping_may_be_compressed_sealed_and_of_any_space_in_its_header() -> None:
    for flags in (1, 2, 3):
        output = Peer(Role.SERVER, FULL).receive(sync(PING, 7, 3, flags=flags, space=99), 0)
        assert method_of(output) == "capability"


@pytest.mark.parametrize(
    ("payload", "detail"), [(b"{", "BAD_JSON"), (b'{"method":1}', "BAD_JSON"), (b"{}", "BAD_JSON")]
)
def test_a_sync_that_cannot_be_read_is_refused(payload: bytes, detail: str) -> None:
    members = refused(Peer(Role.SERVER, FULL).receive(text(payload, 7, 3), 0))
    assert (members["code"], members["detail"]) == ("BAD_MESSAGE", detail)


def test_a_sync_with_two_slices_is_refused_with_the_message_layers_code() -> None:
    two = frame_bytes([(2, [2], b"{}")] * 2, mtype=3, stream_id=7, frame_seq=3)
    assert refused(Peer(Role.SERVER, FULL).receive(two, 0))["detail"] == "BAD_SLOTS"


def test_what_a_server_has_no_use_for_is_accepted_in_silence() -> None:
    peer = Peer(Role.SERVER, FULL)
    for number, members in enumerate(({"method": "capability"}, {"method": "later"}, {"method": "Ping", "ts": []})):
        output = peer.receive(sync(members, 7, number), 0)
        assert (output.datagrams, output.events) == ((), ())
        assert dropped(peer.receive(sync(members, 7, number), 0)) == "DUPLICATE"


def test_a_server_that_requires_crypto_and_gets_none_says_so_and_is_mute_otherwise() -> None:
    peer = Peer(Role.SERVER, REQUIRING)
    output = peer.receive(sync(PING | {"crypto": ["none"]}, 7, 0), 0)
    members = sent_object(output)
    assert (members["crypto"], members["supports"]["require_crypto"]) == (["none"], True)
    assert output.events == (Established(1, "none", "none", ("f16", "i8"), ("text", "image"), True),)
    assert peer.deadline_ms == 45_000, "no HEART is due"


@pytest.mark.parametrize(
    ("config", "said", "chosen"),
    [
        (replace(SEALING, crypto=("none", XCHACHA)), ["none", XCHACHA], "none"),
        (replace(SEALING, crypto=("none", XCHACHA), require_crypto=True), ["none", XCHACHA], XCHACHA),
        (replace(SEALING, crypto=("none", XCHACHA), require_crypto=True), ["none"], "none"),
        (SEALING, ["none", XCHACHA], XCHACHA),
    ],
)
def test_a_server_passes_over_none_where_it_requires_crypto(config: Config, said: list[str], chosen: str) -> None:
    (event,) = Peer(Role.SERVER, config).receive(sync(PING | {"crypto": said}, 7, 0), 0).events
    assert isinstance(event, Established)
    assert event.crypto == chosen


def test_an_embedding_space_id_has_at_most_1024_characters() -> None:
    peer = Peer(Role.SERVER, FULL)
    ping = {"method": "ping", "ts": 0, "embedding_space_id": "\u00e9" * 1024}
    assert [event.code for event in peer.receive(sync(ping, 7, 0), 0).events] == ["SPACE_MISMATCH"]  # type: ignore[union-attr]
    longer = ping | {"embedding_space_id": "\u00e9" * 1025}
    assert [event.code for event in peer.receive(sync(longer, 7, 1), 0).events] == ["BAD_MESSAGE"]  # type: ignore[union-attr]


def test_a_refused_ping_leaves_no_number_behind() -> None:
    peer = Peer(Role.SERVER, FULL)
    assert isinstance(peer.receive(text(b"{", 7, 0), 0).events[0], ErrorSent)
    assert method_of(peer.receive(sync(PING, 7, 0), 0)) == "capability"
