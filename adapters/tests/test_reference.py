from __future__ import annotations

import socket
from collections.abc import Iterator
from time import monotonic

import pytest
from resonant.describe.registry import registry

from adapters.driver import HEAD, MAGIC, Ok, Reject, RequestError, Testee, Unsupported, ask_for, cut, load_adapter
from adapters.driver.hello import parse_hello
from adapters.tests.made_testees import ADAPTERS, END_S

pytestmark = pytest.mark.xdist_group("reference")

HASH = b'{"op":"tail_hash","case":"","profile":"","input":{"data":"%s"}}'
FIELDS = {
    "type": 0, "flags": 0, "stream_id": 1, "frame_seq": str(2**64 - 1), "space_hash32": 0, "modality": 0,
    "slices": [{"dtype": 2, "dims": [2], "payload": "0102"}],
}  # fmt: skip
OPTIONAL = ("quic", "webrtc")
"""Profiles with libraries of their own, which other adapters of the reference claim."""


@pytest.fixture(scope="module")
def testee() -> Iterator[Testee]:
    with Testee(load_adapter("reference", ADAPTERS)) as testee:
        testee.start()
        yield testee


def reply_to(testee: Testee, datagrams: list[bytes]) -> bytes | None:
    testee.channel.send_raw(datagrams)
    return testee.channel.receive(monotonic() + END_S)


def test_it_claims_every_profile(testee: Testee) -> None:
    assert testee.hello.name == "resonant"
    assert testee.hello.profiles == tuple(name for name in registry().profiles if name not in OPTIONAL)
    assert testee.hello.clock == "virtual"


@pytest.mark.parametrize("op", ["peer_drop", "no_such_op"])
def test_an_unknown_op_is_unsupported_by_name(testee: Testee, op: str) -> None:
    assert testee.ask(op, {"anything": 1}) == Unsupported(op)


def test_a_frame_goes_there_and_back(testee: Testee) -> None:
    encoded = testee.ask("encode", {"fields": FIELDS})
    assert isinstance(encoded, Ok)
    assert testee.ask("decode", encoded.value) == Ok({"fields": FIELDS})


def test_a_wrong_value_reaches_the_implementation(testee: Testee) -> None:
    answer = testee.ask("encode", {"fields": {**FIELDS, "type": 7}})
    assert isinstance(answer, Reject)
    assert answer.code == "BAD_TYPE"


@pytest.mark.parametrize(
    ("there", "back", "member"),
    [("compress", "decompress", "zstd"), ("seal", "open", "sealed")],
)
def test_paired_ops(testee: Testee, there: str, back: str, member: str) -> None:
    sealing = {"key": "00" * 32, "nonce": "00" * 24, "aad": "0a"} if member == "sealed" else {}
    done = testee.ask(there, {**sealing, "plain": "0102"})
    assert isinstance(done, Ok)
    assert testee.ask(back, {**sealing, member: done.value[member]}) == Ok({"plain": "0102"})


def test_space_hash_is_a_number(testee: Testee) -> None:
    answer = testee.ask("space_hash", {"space_id": "a", "arch": "b", "data_sig": "c"})
    assert isinstance(answer, Ok)
    assert type(answer.value["space_hash32"]) is int


@pytest.mark.parametrize(
    ("op", "input"),
    [
        ("tail_hash", {}),
        ("tail_hash", {"data": "00", "more": 1}),
        ("tail_hash", {"data": "0"}),
        ("tail_hash", {"data": "AB"}),
        ("tail_hash", {"data": "00 00"}),
        ("tail_hash", {"data": "\u0660\u0660"}),
        ("tail_hash", {"data": 0}),
        ("decode", {"frame": "", "key": "00" * 31}),
        ("encode", {"fields": {**FIELDS, "type": 256}}),
        ("encode", {"fields": {**FIELDS, "type": True}}),
        ("encode", {"fields": {**FIELDS, "type": 1.0}}),
        ("encode", {"fields": {**FIELDS, "frame_seq": 1}}),
        ("encode", {"fields": {**FIELDS, "frame_seq": "01"}}),
        ("encode", {"fields": {**FIELDS, "frame_seq": "1\n"}}),
        ("encode", {"fields": {**FIELDS, "frame_seq": str(2**64)}}),
        ("encode", {"fields": {**FIELDS, "slices": [{"dtype": 2, "dims": []}]}}),
        ("encode", {"fields": FIELDS, "level": 0}),
        ("space_hash", {"space_id": "\ud800", "arch": "b", "data_sig": "c"}),
        ("hello", {"token": "guess"}),
        ("stop", {"now": True}),
        ("", {}),
    ],
)
def test_what_fits_no_schema_is_an_error(testee: Testee, op: str, input: dict[str, object]) -> None:
    assert isinstance(testee.ask(op, input), RequestError)


@pytest.mark.parametrize(
    "message",
    [b"", b"no", b"[]", b"{}", b"\xff", b"[" * 100_000, HASH.replace(b'"case":"",', b""), b'{"op":"no","input":[]}'],
    ids=lambda message: message[:12].hex(),
)
def test_what_is_no_request_is_an_error(testee: Testee, message: bytes) -> None:
    assert isinstance(testee.exchange(message), RequestError)


def test_a_resent_id_is_answered_from_the_kept_reply(testee: Testee) -> None:
    request_id = testee.channel.next_id()
    first = reply_to(testee, cut(HASH % b"00", request_id))
    assert first is not None
    assert reply_to(testee, cut(HASH % b"01", request_id)) == first
    assert reply_to(testee, cut(HASH % b"01", testee.channel.next_id())) not in (None, first)


def test_a_reply_is_forgotten_after_64_others(testee: Testee) -> None:
    request_id = testee.channel.next_id()
    first = reply_to(testee, cut(HASH % b"00", request_id))
    for _ in range(64):
        reply_to(testee, cut(HASH % b"00", testee.channel.next_id()))
    assert reply_to(testee, cut(HASH % b"01", request_id)) not in (None, first)


def test_pieces_of_another_count_replace_those_before(testee: Testee) -> None:
    request_id = testee.channel.next_id()
    assert reply_to(testee, [HEAD.pack(MAGIC, request_id, 0, 2) + b"half"]) == ask_for(request_id, 1, 2)
    reply = reply_to(testee, cut(HASH % b"00", request_id))
    assert reply is not None
    assert b'"ok"' in reply


def test_a_strangers_datagram_is_ignored(testee: Testee) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as stranger:
        stranger.connect(testee.control_address)
        stranger.setblocking(False)
        hello = b'{"op":"hello","case":"","profile":"","input":{"token":"%s"}}' % testee.token.encode()
        for request_id, message in enumerate((HASH % b"00", hello), start=1):
            stranger.send(cut(message, request_id)[0])
        assert isinstance(testee.ask("tail_hash", {"data": "00"}), Ok)  # by now it has seen the stranger's
        with pytest.raises(BlockingIOError):
            stranger.recv(65_536)


def test_hello_says_the_same_again(testee: Testee) -> None:
    answer = testee.ask("hello", {"token": testee.token})
    assert isinstance(answer, Ok)
    assert parse_hello(answer.value) == testee.hello


@pytest.mark.slow
def test_it_exits_when_told_to_and_at_the_end_of_its_input() -> None:
    with Testee(load_adapter("reference", ADAPTERS)) as fresh:
        assert fresh.ask("stop", {}) == Ok({})
        assert fresh.ended(END_S) == "exit status 0"
        fresh.end_input()
        assert fresh.ended(END_S) == "exit status 0"
        assert fresh.starts == 2
        assert fresh.stray_stdout() == b""
