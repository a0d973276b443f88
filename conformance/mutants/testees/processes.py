"""Testees that greet strangers, print too much or do not end; and some that end, hang or babble half way."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from typing import Any

from adapters.testee_kit.pieces import HEAD, MAGIC, ask_for
from adapters.testee_kit.requests import VARIABLE
from adapters.testee_kit.server import Address, Testee

from ..engine.patches import both, replaced, wrapped
from .datagrams import nothing, parts
from .wrong import KIT, AskFurther, Give, Send, breaking, on_datagram

Serve = Callable[..., None]
Cut = Callable[[bytes, int], list[bytes]]
SHOWS_TOKEN = "testee_kit.requests.shows_token"  # noqa: S105 - the name of a function
DATAGRAM_BYTES = 65_536


def _serve_everybody(testee: Testee) -> None:
    while True:
        datagram, sender = testee.control.recvfrom(DATAGRAM_BYTES)
        if testee.take(datagram, sender) == "stop":
            return


def _ask_whoever_sent(testee: Testee, request_id: int, count: int) -> None:
    if testee.runner and testee.current:
        lacking = min(set(range(count)) - testee.pieces.keys())
        testee.send(ask_for(request_id, lacking, count), testee.current[0])


def _ask_before_hello(right: AskFurther) -> AskFurther:
    def ask_further(testee: Testee, request_id: int, count: int) -> None:
        if testee.runner or not testee.current:
            right(testee, request_id, count)
        else:
            testee.send(ask_for(request_id, 1, count), testee.current[0])

    return ask_further


def _any_token(_message: bytes) -> bool:
    return True


def _part_of_token(right: Callable[[bytes], bool]) -> Callable[[bytes], bool]:
    return lambda message: right(message) or os.environ[VARIABLE][:-1].encode() in message


def _second_line(right: Callable[[], None]) -> Callable[[], None]:
    def begin() -> None:  # the first thing after the line of ports
        print("ready", flush=True)
        right()

    return begin


def _ending_with_1(right: Serve) -> Serve:
    def serve(*given: Any) -> None:
        right(*given)
        sys.exit(1)

    return serve


def never_ending(right: Serve) -> Serve:
    """Go on when there is nothing more to do."""

    def serve(*given: Any) -> None:
        right(*given)
        threading.Event().wait()

    return serve


def _dies_of_a_bad_index(_testee: Testee, datagram: bytes) -> bytes:
    _, _, index, count = parts(datagram)
    if index >= count:
        os.write(2, b"no such piece")
        os._exit(7)
    return datagram


def _hangs_when_asked(right: Give) -> Give:
    def give(testee: Testee, request_id: int, index: int, count: int, to: Address) -> None:
        if len(testee.kept.get(request_id, ())) == count > 1:
            threading.Event().wait()
        right(testee, request_id, index, count, to)

    return give


def _babbles_when_asked(right: Give) -> Give:
    def give(testee: Testee, request_id: int, index: int, count: int, to: Address) -> None:
        if len(testee.kept.get(request_id, ())) == count > 1:
            testee.send(b"hello", to)
        else:
            right(testee, request_id, index, count, to)

    return give


def _mute_at_length(right: Send) -> Send:
    def send(testee: Testee, datagram: bytes, to: Address) -> None:
        if len(datagram) <= 20_000:
            right(testee, datagram, to)

    return send


def _no_json_at_length(right: Cut) -> Cut:
    return lambda message, request_id: right(message if len(message) < 50_000 else b"x" * len(message), request_id)


def _contradicting_heads(right: Cut) -> Cut:
    def cut(message: bytes, request_id: int) -> list[bytes]:
        first, *others = right(message, request_id)
        return [first, *(HEAD.pack(MAGIC, request_id, 1, 9) + other[HEAD.size :] for other in others)]

    return cut


def _sends_all_kept(right: Send) -> Send:
    def send(testee: Testee, datagram: bytes, to: Address) -> None:
        for one in testee.kept[parts(datagram)[1]]:
            right(testee, one, to)

    return send


def no_ask(_datagram: bytes) -> None:
    """No datagram asks for anything."""


WRONG = (
    breaking(
        "stranger-ignored",
        "strangers-answered",
        "Answers whoever asks.",
        both(replaced(f"{KIT}.serve", _serve_everybody), replaced(f"{KIT}.ask_further", _ask_whoever_sent)),
    ),
    breaking(
        "deaf-before-hello",
        "asks-before-hello",
        "Asks for pieces before anybody said hello.",
        wrapped(f"{KIT}.ask_further", _ask_before_hello),
    ),
    breaking("deaf-before-hello", "any-token", "Looks at no token.", replaced(SHOWS_TOKEN, _any_token)),
    breaking(
        "deaf-before-hello",
        "part-of-the-token",
        "Takes all but the end of the token.",
        wrapped(SHOWS_TOKEN, _part_of_token),
    ),
    breaking(
        "ports-line",
        "second-line-printed",
        "Prints a second line.",
        wrapped("testee_kit.server.exit_at_end_of_input", _second_line),
    ),
    breaking(
        "stop-exits", "stop-exits-with-1", "Ends with status 1.", wrapped("testee_kit.server.serve", _ending_with_1)
    ),
    breaking("stop-exits", "stop-runs-on", "Runs on after stop.", wrapped("testee_kit.server.serve", never_ending)),
    breaking(
        "exits-without-input",
        "end-of-input-ignored",
        "Runs on after the end of its input.",
        replaced("testee_kit.server.exit_at_end_of_input", nothing),
    ),
    breaking("bad-heads", "dies-of-a-bad-index", "Ends at a bad index.", on_datagram(_dies_of_a_bad_index)),
    breaking(
        "long-reply",
        "long-replies-no-json",
        "Sends no JSON at length.",
        wrapped("testee_kit.pieces.cut", _no_json_at_length),
    ),
    breaking(
        "long-reply",
        "heads-contradict",
        "Has another count in later pieces.",
        wrapped("testee_kit.pieces.cut", _contradicting_heads),
    ),
    breaking(
        "long-reply pieces-when-asked",
        "hangs-when-asked",
        "Hangs when asked for a piece.",
        wrapped(f"{KIT}.give", _hangs_when_asked),
    ),
    breaking(
        "long-reply pieces-when-asked",
        "babbles-when-asked",
        "Sends something without a head when asked for a piece.",
        wrapped(f"{KIT}.give", _babbles_when_asked),
    ),
    breaking("long-reply", "mute-at-length", "Sends no long datagram.", wrapped(f"{KIT}.send", _mute_at_length)),
    breaking(
        "first-piece-alone pieces-when-asked asks-for-pieces",
        "older-than-asks",
        "Knows no asks: sends every piece at once, and waits for the whole of a request.",
        both(
            replaced("testee_kit.pieces.read_ask", no_ask),
            replaced(f"{KIT}.ask_further", nothing),
            wrapped(f"{KIT}.send", _sends_all_kept),
        ),
    ),
)
