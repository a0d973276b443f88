"""Malformed Sync objects: HSK-8, HSK-10, STM-2, by the tables of specs/handshake.md and specs/stream.md."""

from __future__ import annotations

from typing import Any

import pytest
from resonant.peer import ErrorReceived, Peer, Ref, Role

from reference.tests.peer.support import (
    CAPABILITY,
    PING,
    PLAIN,
    Json,
    client,
    dropped,
    error,
    head,
    method_of,
    names,
    refused,
    server,
    sync,
    tail,
    without,
)

INTEGERS: list[Any] = [1.0, "1", True, None, [1]]
STRINGS: list[Any] = [1, None, ["a"], {}]
BOOLEANS: list[Any] = [1, 0, "true", None]
LISTS: list[Any] = ["none", None, [1], ["none", None], {}]
OBJECTS: list[Any] = [None, [], "x", True]
U32: list[Any] = [*INTEGERS, -1, 2**32]
DECIMALS: list[Any] = [1, "", "01", "-1", "+1", "1.0", " 1", "0x1", str(2**64), "9" * 30, None]
XXH3 = "0123456789abcdef"
MD5 = XXH3 * 2
SIZED = {"frames": "1", "total_len": "2", "md5": MD5, "xxhash3_64": XXH3}


def spoiled(members: Json, wrong: dict[str, list[Any]]) -> list[dict[str, Any]]:
    return [members | {name: value} for name, values in wrong.items() for value in values]


def in_supports(members: Json, wrong: dict[str, list[Any]]) -> list[dict[str, Any]]:
    return [members | {"supports": one} for one in spoiled(members["supports"], wrong)]


SINGLE = {"d_model": [*INTEGERS, 0, -1], "embedding_space_id": STRINGS, "space_hash32": U32}
NAMED = dict.fromkeys(("modality", "compress", "crypto"), LISTS)
BAD_PINGS = [
    without(PING, "ts"),
    *spoiled(PING, {"ts": INTEGERS, "v": INTEGERS, "supports": OBJECTS} | SINGLE | NAMED),
    *in_supports(PING, {"critique": BOOLEANS, "dtype": LISTS}),
]
BAD_CAPABILITIES = [
    *(without(CAPABILITY, name) for name in CAPABILITY if name not in ("method", "modality")),
    *(CAPABILITY | {"supports": without(CAPABILITY["supports"], name)} for name in ("critique", "dtype")),
    *spoiled(CAPABILITY, {"v": INTEGERS, "agreed_proto": INTEGERS, "supports": OBJECTS} | SINGLE | NAMED),
    *in_supports(CAPABILITY, {"critique": BOOLEANS, "dtype": LISTS, "require_crypto": BOOLEANS}),
]
ERROR = error("X", (1, 2))
BAD_ERRORS = [
    without(ERROR, "code"),
    without(ERROR, "message"),
    *spoiled(ERROR, {"code": STRINGS, "message": STRINGS, "ref": [*OBJECTS, {}], "missing": [1, ["x"], [1], None]}),
    *(ERROR | {"ref": one} for one in spoiled(ERROR["ref"], {"stream_id": U32, "frame_seq": DECIMALS})),
    *(ERROR | {"ref": without(ERROR["ref"], name)} for name in ("stream_id", "frame_seq")),
]
HASHES = {"md5": [MD5[1:], MD5.upper(), MD5 + "0", 1], "xxhash3_64": [XXH3[1:], XXH3.upper(), 1]}
BAD_HEADS = [
    without(head(), "dir"),
    *spoiled(head(), {"dir": ["down", "UP", "", 1, None]}),
    *(head(**without(SIZED, name)) for name in SIZED),
    *(head(**{name: SIZED[name]}) for name in SIZED),
    *(head() | one for one in spoiled(SIZED, {"frames": DECIMALS, "total_len": DECIMALS} | HASHES)),
]
BAD_TAILS = [
    without(tail(0, 0), "frames"),
    without(tail(0, 0), "total_len"),
    *spoiled(tail(0, 0), {"frames": DECIMALS, "total_len": DECIMALS}),
    tail(0, 0, XXH3),
]


def ids(cases: list[dict[str, Any]]) -> list[str]:
    return [f"{number}" for number, _ in enumerate(cases)]


@pytest.mark.parametrize("ping", BAD_PINGS, ids=ids(BAD_PINGS))
def test_a_malformed_ping_is_refused(ping: dict[str, Any]) -> None:
    members = refused(Peer(Role.SERVER, PLAIN).receive(sync(ping, 1, 0), 0))
    assert (members["code"], members["detail"]) == ("BAD_MESSAGE", "BAD_JSON")


@pytest.mark.parametrize("name", [name for name in PING if name not in ("method", "ts")])
def test_everything_else_in_a_ping_may_be_missing(name: str) -> None:
    assert method_of(Peer(Role.SERVER, PLAIN).receive(sync(without(PING, name), 1, 0), 0)) == "capability"


def test_members_that_are_not_known_are_ignored() -> None:
    ping = PING | {"later": [None], "supports": PING["supports"] | {"require_crypto": "x", "later": 1}}
    assert method_of(Peer(Role.SERVER, PLAIN).receive(sync(ping, 1, 0), 0)) == "capability"


@pytest.mark.parametrize("capability", BAD_CAPABILITIES, ids=ids(BAD_CAPABILITIES))
def test_a_malformed_capability_is_dropped(capability: dict[str, Any]) -> None:
    peer = Peer(Role.CLIENT, PLAIN)
    peer.ping(1, 0)
    assert dropped(peer.receive(sync(capability, 1, 0), 0)) == "BAD_MESSAGE"


def test_require_crypto_may_be_missing_from_a_capability() -> None:
    supports = without(CAPABILITY["supports"], "require_crypto")
    assert client(PLAIN, CAPABILITY | {"supports": supports}).deadline_ms == 15_000


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("members", BAD_ERRORS, ids=ids(BAD_ERRORS))
def test_a_malformed_error_is_dropped_and_not_answered(members: dict[str, Any], role: Role) -> None:
    assert dropped(Peer(role, PLAIN).receive(sync(members, 9, 0), 0)) == "BAD_MESSAGE"


def test_what_an_error_adds_may_be_missing_or_unknown() -> None:
    output = Peer(Role.SERVER, PLAIN).receive(sync(error("LATER", (1, 2**64 - 1), more={}), 9, 0), 0)
    assert (output.datagrams, output.events) == ((), (ErrorReceived("LATER", Ref(1, 2**64 - 1)),))


@pytest.mark.parametrize("members", BAD_HEADS, ids=ids(BAD_HEADS))
def test_a_malformed_head_is_refused(members: dict[str, Any]) -> None:
    answer = refused(server().receive(sync(members, 3, 0), 0))
    assert (answer["code"], answer["detail"]) == ("BAD_MESSAGE", "BAD_JSON")


def test_a_head_says_its_direction_and_has_number_0() -> None:
    assert names(client().receive(sync(head("down"), 4, 0), 0).events) == ["Opened"]
    assert refused(client().receive(sync(head("up"), 4, 0), 0))["code"] == "BAD_MESSAGE"
    assert refused(server().receive(sync(head("up"), 3, 1), 0))["code"] == "BAD_MESSAGE"


@pytest.mark.parametrize("members", BAD_TAILS, ids=ids(BAD_TAILS))
def test_a_malformed_tail_is_refused(members: dict[str, Any]) -> None:
    peer = server()
    peer.receive(sync(head(), 3, 0), 0)
    answer = refused(peer.receive(sync(members, 3, 1), 0))
    assert (answer["code"], answer["detail"]) == ("BAD_MESSAGE", "BAD_JSON")


def test_a_tail_has_a_hash_exactly_if_it_has_strong_tail_and_is_never_number_0() -> None:
    peer = server()
    peer.receive(sync(head(), 3, 0, flags=4), 0)
    assert refused(peer.receive(sync(tail(0, 0), 3, 1, flags=4), 0))["code"] == "BAD_MESSAGE"
    assert refused(peer.receive(sync(tail(0, 0), 5, 0), 0))["code"] == "BAD_MESSAGE"
