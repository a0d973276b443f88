"""What the testees in Python share, without a process. As processes they are tested with each testee."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from typing import Any

import pytest

from adapters.driver import HEAD, MAGIC, MAX_MESSAGE_BYTES, Joiner
from adapters.serve import STOP, BadRequestError, Op, answer, array, boolean, greet, integer, made, named, one_of, text
from adapters.serve.datagrams import cut
from adapters.serve.loop import Testee, as_message
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


def hello(token: str) -> dict[str, Any]:
    return greet(token, name="n", version="1", language="Python", profiles=("frame",))


OPS = {
    "hello": Op({"token": text}, {}, hello),
    "long": Op({"size": integer(0, 10**9)}, {}, lambda size: {"text": "x" * size}),
    "refuse": Op({"why": text}, {"code": text}, refuse),
    "stop": STOP,
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

    def send(self, datagrams: list[bytes], to: tuple[Any, ...]) -> None:
        assert to == RUNNER
        self.sent += datagrams

    def ask(self, request_id: int, message: bytes) -> dict[str, Any]:
        """The reply to a message, all of its datagrams fit for the driver."""
        self.sent = []
        for datagram in cut(message, request_id):
            self.take(datagram, RUNNER)
        joiner = Joiner(request_id)
        whole = [found for datagram in self.sent if (found := joiner.add(datagram)) is not None]
        assert len(whole) == 1
        reply: dict[str, Any] = json.loads(whole[0])
        return reply


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


@pytest.mark.parametrize("constant", [b"NaN", b"Infinity", b"-Infinity"])
def test_constants_that_are_no_json_are_an_error(constant: bytes) -> None:
    _, reply = answer(OPS, NoError, request("long", size=0).replace(b"0", constant))
    assert reply == {"error": f"the message is not JSON: {constant.decode()} is no JSON"}


def test_a_reply_that_no_pieces_hold_is_an_error() -> None:
    around = len(as_message({"ok": {"text": ""}}))
    testee = Heard()
    assert "ok" in testee.ask(1, request("hello", token=SECRET))
    most = MAX_MESSAGE_BYTES - around
    assert testee.ask(2, request("long", size=most)) == {"ok": {"text": "x" * most}}
    assert testee.ask(3, request("long", size=most + 1)).keys() == {"error"}


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
