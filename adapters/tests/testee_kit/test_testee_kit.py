"""What the testees in Python share, without a process. As processes they are tested with each testee."""

from __future__ import annotations

import errno
import json
import socket
import subprocess
import sys
from typing import Any

import pytest

from adapters.driver import HEAD, MAGIC, MAX_MESSAGE_BYTES, Exchange, ask_for, enlarge_buffers
from adapters.testee_kit import (
    STOP,
    BadRequestError,
    Op,
    UnsupportedError,
    answer,
    array,
    boolean,
    greet,
    integer,
    made,
    named,
    one_of,
    text,
)
from adapters.testee_kit import server as loop
from adapters.testee_kit.pieces import cut
from adapters.testee_kit.server import Testee, as_message
from adapters.tests.made_testees import ADAPTERS

RUNNER = ("127.0.0.1", 1)
SECRET = "s3cret"


class NoError(Exception):
    """A refusal."""

    def __init__(self, why: str = "", **members: str) -> None:
        super().__init__(why)
        self.__dict__.update(members)


def refuse(why: str, code: str | None = None) -> dict[str, Any]:
    raise NoError(why, **({} if code is None else {"code": code}))


def unclaimed(profile: str) -> dict[str, Any]:
    raise UnsupportedError(profile)


def hello(token: str) -> dict[str, Any]:
    return greet(token, name="n", version="1", language="Python", profiles=("frame",))


OPS = {
    "hello": Op({"token": text}, {}, hello),
    "long": Op({"size": integer(0, 10**9)}, {}, lambda size: {"text": "x" * size}),
    "refuse": Op({"why": text}, {"code": text}, refuse),
    "stop": STOP,
    "unclaimed": Op({"profile": text}, {}, unclaimed),
}


def request(op: str, **given: Any) -> bytes:
    return json.dumps({"op": op, "case": "", "profile": "", "input": given}).encode()


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESONANT_TOKEN", SECRET)


class Heard(Testee):
    """A testee that keeps what it sends."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        with socket.socket(type=socket.SOCK_DGRAM) as control:
            super().__init__(control, lambda message: answer(OPS, NoError, message), attached=False)

    def send(self, datagram: bytes, to: tuple[Any, ...]) -> None:
        assert to == RUNNER
        self.sent.append(datagram)

    def answers(self, datagram: bytes, sender: tuple[Any, ...] = RUNNER) -> list[bytes]:
        """What it sends for a datagram."""
        self.sent = []
        self.take(datagram, sender)
        return self.sent

    def ask(self, request_id: int, message: bytes) -> dict[str, Any]:
        """The reply to a message, which comes piece by piece to the driver; never two datagrams for one."""
        exchange = Exchange(message, request_id)
        (datagram,) = exchange.begin()
        while True:
            (answered,) = self.answers(datagram)
            whole, sending = exchange.take(answered)
            if whole is not None:
                reply: dict[str, Any] = json.loads(whole)
                return reply
            (datagram,) = sending


@pytest.mark.parametrize(
    ("given", "reject"),
    [
        ({"why": "too short", "code": "BAD"}, {"code": "BAD", "detail": "too short"}),
        ({"why": "", "code": "BAD"}, {"code": "BAD"}),
        ({"why": "no idea"}, {"code": "REJECTED", "detail": "no idea"}),
    ],
)
def test_a_refusal_has_a_code_and_what_it_says(given: dict[str, str], reject: dict[str, str]) -> None:
    assert answer(OPS, NoError, request("refuse", **given)) == ("refuse", {"reject": reject})


def test_what_is_no_refusal_is_let_through() -> None:
    with pytest.raises(NoError):
        answer(OPS, KeyError, request("refuse", why=""))


def test_a_profile_that_is_not_claimed_is_unsupported_as_an_unknown_op_is() -> None:
    assert answer(OPS, NoError, request("unclaimed", profile="zstd")) == ("unclaimed", {"unsupported": "zstd"})
    assert answer(OPS, NoError, request("unknown", profile=1)) == ("unknown", {"unsupported": "unknown"})
    assert answer(OPS, NoError, request("unclaimed"))[1].keys() == {"error"}


@pytest.mark.parametrize("constant", [b"NaN", b"Infinity", b"-Infinity"])
def test_constants_that_are_no_json_are_an_error(constant: bytes) -> None:
    _, reply = answer(OPS, NoError, request("long", size=0).replace(b"0", constant))
    assert reply == {"error": f"the message is not JSON: {constant.decode()} is not JSON"}


def test_a_reply_that_no_pieces_hold_is_an_error() -> None:
    around = len(as_message({"ok": {"text": ""}}))
    testee = Heard()
    assert "ok" in testee.ask(1, request("hello", token=SECRET))
    most = MAX_MESSAGE_BYTES - around
    assert testee.ask(2, request("long", size=most)) == {"ok": {"text": "x" * most}}
    assert testee.ask(3, request("long", size=most + 1)).keys() == {"error"}


def greeted() -> Heard:
    testee = Heard()
    assert "ok" in testee.ask(1, request("hello", token=SECRET))
    return testee


def test_the_first_piece_of_a_reply_comes_alone_and_each_when_it_is_asked_for() -> None:
    testee = greeted()
    (first,) = testee.answers(cut(request("long", size=130_000), 2)[0])
    assert HEAD.unpack_from(first) == (MAGIC, 2, 0, 3)
    for index in (2, 0, 1, 2):
        (piece,) = testee.answers(ask_for(2, index, 3))
        assert HEAD.unpack_from(piece) == (MAGIC, 2, index, 3)
    assert testee.answers(cut(request("long", size=130_000), 2)[0]) == [first]  # TST-7


@pytest.mark.parametrize(
    "ask",
    [ask_for(2, 0, 2), ask_for(2, 3, 3), ask_for(3, 0, 3), ask_for(2, 0, 0), ask_for(2, 0, 3) + b"x", b"RTPA"],
    ids=["another count", "an index past it", "an unknown id", "no pieces", "13 bytes", "4 bytes"],
)
def test_an_ask_for_no_piece_is_ignored(ask: bytes) -> None:
    testee = greeted()
    assert len(testee.answers(cut(request("long", size=130_000), 2)[0])) == 1
    assert testee.answers(ask) == []


def test_the_first_missing_piece_is_asked_for_once_there_is_a_runner() -> None:
    message = b" " * 180_001 + request("stop")
    pieces = cut(message, 7)
    assert len(pieces) == 4
    assert Heard().answers(pieces[0]) == []  # TST-6
    testee = greeted()
    for given, wanted in ((2, 0), (0, 1), (0, 1), (1, 3)):
        assert testee.answers(pieces[given]) == [ask_for(7, wanted, 4)]
    assert testee.answers(pieces[3])[0].endswith(b'{"ok":{}}')


class Stingy(socket.socket):
    """A socket of a system that refuses larger buffers than this, and says so."""

    most_bytes = 0

    def setsockopt(self, *given: Any) -> None:
        if given[2] > self.most_bytes:
            raise OSError(errno.ENOBUFS, "no buffer space available")
        super().setsockopt(*given)


@pytest.mark.parametrize("enlarge", [loop.enlarge_buffers, enlarge_buffers], ids=["testee", "driver"])
@pytest.mark.parametrize("most_bytes", [0, 1 << 20, 3 << 20])
def test_a_system_that_refuses_large_buffers_is_no_obstacle(enlarge: Any, most_bytes: int) -> None:
    with Stingy(type=socket.SOCK_DGRAM) as sock, socket.socket(type=socket.SOCK_DGRAM) as usual:
        sock.most_bytes = most_bytes
        enlarge(sock)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            granted, usually = (one.getsockopt(socket.SOL_SOCKET, option) for one in (sock, usual))
            assert (granted > usually) is (most_bytes > 0)


def test_an_empty_message_is_one_piece() -> None:
    assert cut(b"", 5) == [HEAD.pack(MAGIC, 5, 0, 1)]


@pytest.mark.parametrize(
    ("check", "value", "found"),
    [
        (boolean, True, True),
        (one_of(4, "four"), "four", "four"),
        (named({1: "one", "1": "text"}), "1", "text"),
        (array(integer(0, 9), 1, 2), [9, 0], (9, 0)),
        (made(dict, {"a": boolean}, {"b": boolean}), {"a": False}, {"a": False}),
    ],
    ids=lambda one: one.__qualname__ if callable(one) else str(one),
)
def test_what_fits_is_given_as_wanted(check: Any, value: object, found: object) -> None:
    assert check("here", value) == found


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (boolean, 1),
        (one_of(1), True),
        (one_of(1), 1.0),
        (one_of(1), [1]),
        (named({"a": 1}), 1),
        (array(integer(0, 9), 1, 2), []),
        (array(integer(0, 9), 1, 2), [1, 1, 1]),
        (array(integer(0, 9)), [1, 10]),
        (array(boolean), {}),
        (made(dict, {}), {"a": 1}),
        (made(lambda a: bytes([1000]), {"a": boolean}), {"a": True}),
    ],
    ids=lambda one: one.__qualname__ if callable(one) else str(one),
)
def test_what_does_not_fit_says_where(check: Any, value: object) -> None:
    with pytest.raises(BadRequestError, match=r"^here"):
        check("here", value)


@pytest.mark.parametrize("name", ["reference", "cuda-host"])
def test_a_testee_without_a_secret_ends_with_one_line(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RESONANT_TOKEN")
    command = [sys.executable, "testee.py", *(["none.so"] if name == "cuda-host" else [])]
    done = subprocess.run(
        command, cwd=ADAPTERS / name, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert "RESONANT_TOKEN" in line
