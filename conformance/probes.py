"""Checks of the testee protocol itself, run against every testee (specs/testee.md).

Like the checks of cases these are plain functions over (testee, probe) that return a Verdict.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

from adapters.driver import (
    HEAD,
    MAGIC,
    PIECE_BYTES,
    Answer,
    GoneError,
    HarnessError,
    Joiner,
    Ok,
    PieceError,
    Reject,
    RequestError,
    Testee,
    Unsupported,
    cut,
    parse_answer,
)

from .checks import not_judged
from .verdict import PASSED, Outcome, Verdict, short

HASH_OF_00 = {"op": "tail_hash", "case": "", "profile": "frame", "input": {"data": "00"}}
HASH_OF_01 = {"op": "tail_hash", "case": "", "profile": "frame", "input": {"data": "01"}}
END_S = 5.0  # for a testee to exit once it is told to


@dataclass(frozen=True, slots=True)
class Probe:
    """One check of the testee protocol. ends_testee: it makes the testee exit, which one attached to cannot survive."""

    id: str
    about: str
    clauses: tuple[str, ...]
    check: Callable[[Testee], Verdict]
    ends_testee: bool = False


def message(request: Mapping[str, Any]) -> bytes:
    """A request as the bytes of a control message."""
    return json.dumps(request).encode()


def wrong(expected: str, got: object, summary: str = "the testee protocol is not kept") -> Verdict:
    """A failed probe."""
    return Verdict(Outcome.FAIL, summary, expected, short(str(got), 400))


def expect_kind(answer: Answer, kind: type[Answer], expected: str) -> Verdict:
    """Pass if the answer is of that kind."""
    if isinstance(answer, kind):
        return PASSED
    return wrong(expected, answer) if isinstance(answer, Ok | Reject) else _outcome(answer, expected)


def _outcome(answer: Answer, expected: str) -> Verdict:
    if isinstance(answer, Unsupported | RequestError):
        return wrong(expected, answer)
    return not_judged(answer, expected)


def exchange(testee: Testee, datagrams: list[bytes], request_id: int) -> Answer:
    """Send datagrams as they are and wait for the reply with that id, asking once more halfway."""
    deadline = monotonic() + testee.limits.reply_s
    joiner = Joiner(request_id)
    try:
        for until in (deadline - testee.limits.reply_s / 2, deadline):
            testee.channel.send_raw(datagrams)
            while (datagram := testee.channel.receive(until)) is not None:
                reply = joiner.add(datagram)
                if reply is not None:
                    return parse_answer(reply)
    except (PieceError, GoneError, ValueError) as error:
        return HarnessError(f"{type(error).__name__}: {error}")
    return HarnessError(f"no reply within {testee.limits.reply_s:g} s (TST-8)", testee.stderr())


def unknown_op(testee: Testee) -> Verdict:
    """TST-9: an op that does not exist."""
    for op in ("no_such_op", "Decode", "decode ", "peer_teleport"):
        answer = testee.ask(op, {})
        verdict = expect_kind(answer, Unsupported, f"unsupported, for the op {op!r}")
        if not verdict.passed:
            return verdict
    return PASSED


MALFORMED: Mapping[str, bytes] = {
    "no JSON": b"decode, please",
    "an array": b"[]",
    "not UTF-8": b'{"op": "\xff"}',
    "no op": message({"case": "", "profile": "", "input": {}}),
    "op a number": message(HASH_OF_00 | {"op": 7}),
    "no input": message({"op": "tail_hash", "case": "", "profile": ""}),
    "input an array": message(HASH_OF_00 | {"input": []}),
    "a member missing": message(HASH_OF_00 | {"input": {}}),
    "an unknown member": message(HASH_OF_00 | {"input": {"data": "00", "seed": 1}}),
    "data a number": message(HASH_OF_00 | {"input": {"data": 0}}),
    "upper-case hex": message(HASH_OF_00 | {"input": {"data": "AB"}}),
    "half a byte": message(HASH_OF_00 | {"input": {"data": "0"}}),
    "no hex": message(HASH_OF_00 | {"input": {"data": "0g"}}),
    "a key of 31 bytes": message(HASH_OF_00 | {"op": "decode", "input": {"frame": "00", "key": "00" * 31}}),
}

FIELDS: Mapping[str, Any] = {
    "type": 0, "flags": 0, "stream_id": 0, "frame_seq": "0", "space_hash32": 0, "modality": 0, "slices": [],
}  # fmt: skip
BAD_FIELDS: Mapping[str, Any] = {
    "stream_id": 2**32,
    "space_hash32": -1,
    "type": 256,
    "flags": 65_536,
    "modality": "0",
    "frame_seq": 0,
    "slices": [{"dtype": 2, "dims": [2**32], "payload": ""}],
}
BAD_SEQUENCES = ("", "01", "-1", "1.0", " 1", str(2**64), "1" * 25)


def _bad_requests() -> Mapping[str, bytes]:
    changed = {f"{name} {value!r}": {name: value} for name, value in BAD_FIELDS.items()}
    changed |= {f"frame_seq {text!r}": {"frame_seq": text} for text in BAD_SEQUENCES}
    encodes = {
        name: message(HASH_OF_00 | {"op": "encode", "input": {"fields": {**FIELDS, **change}}})
        for name, change in changed.items()
    }
    return {**MALFORMED, **encodes}


def malformed_requests(testee: Testee) -> Verdict:
    """TST-11: each malformed request is answered with error, and the next good one as ever."""
    for name, text in _bad_requests().items():
        verdict = expect_kind(testee.exchange(text), RequestError, f"error, for a request with {name}")
        if not verdict.passed:
            return verdict
    return expect_kind(testee.exchange(message(HASH_OF_00)), Ok, "ok, for a good request after the malformed ones")


def pieces_in_any_order(testee: Testee) -> Verdict:
    """TST-4: a long request in reverse order and with every piece twice; the reply in pieces of its own."""
    data = "00" * 100_000
    request = message(HASH_OF_00 | {"input": {"data": data}})
    expected = testee.exchange(request)
    request_id = testee.channel.next_id()
    datagrams = cut(request, request_id)
    assert len(datagrams) > 3
    twice = [datagram for datagram in reversed(datagrams) for _ in range(2)]
    got = exchange(testee, twice, request_id)
    if not isinstance(expected, Ok) or got != expected:
        return wrong(f"{expected}, as for the pieces in order", got)
    return PASSED


def long_reply(testee: Testee) -> Verdict:
    """TST-4: a reply of more than one piece, none longer than 60,000 bytes."""
    count = 40_000
    fields = {**FIELDS, "slices": [{"dtype": 2, "dims": [count], "payload": "5a" * count}]}
    request_id = testee.channel.next_id()
    testee.channel.send_raw(cut(message(HASH_OF_00 | {"op": "encode", "input": {"fields": fields}}), request_id))
    joiner, deadline = Joiner(request_id), monotonic() + testee.limits.reply_s
    while (datagram := testee.channel.receive(deadline)) is not None:
        if len(datagram) > HEAD.size + PIECE_BYTES:
            return wrong(f"at most {PIECE_BYTES} bytes a piece", f"{len(datagram) - HEAD.size} bytes")
        reply = joiner.add(datagram)
        if reply is not None:
            return expect_kind(parse_answer(reply), Ok, "ok, in two pieces")
    return wrong("a reply in two pieces", "none in time")


def bad_heads(testee: Testee) -> Verdict:
    """TST-5: datagrams that are no pieces are ignored."""
    text = message(HASH_OF_00)
    channel = testee.channel
    bad = [
        b"",
        b"RTP1",
        text,
        HEAD.pack(b"RTP2", channel.next_id(), 0, 1) + text,
        HEAD.pack(MAGIC, channel.next_id(), 0, 0) + text,
        HEAD.pack(MAGIC, channel.next_id(), 1, 1) + text,
        HEAD.pack(MAGIC, channel.next_id(), 0, 301) + text,
        HEAD.pack(MAGIC, channel.next_id(), 65_535, 65_535) + text,
        HEAD.pack(MAGIC, channel.next_id(), 0, 1) + text.ljust(PIECE_BYTES + 1),
    ]
    channel.send_raw(bad)
    ids = []
    request_id = channel.next_id()
    channel.send_raw(cut(text, request_id))
    deadline = monotonic() + testee.limits.reply_s
    while (datagram := channel.receive(deadline)) is not None:
        ids.append(HEAD.unpack_from(datagram)[1])
        if ids[-1] == request_id:
            break
    if ids != [request_id]:
        return wrong(f"one reply, to request {request_id}", f"replies to {ids}")
    return PASSED


def stranger_ignored(testee: Testee) -> Verdict:
    """TST-6: another address is not answered, even with the right token."""
    testee.start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.setblocking(False)
        stranger.connect(testee.control_address)
        hello = HASH_OF_00 | {"op": "hello", "input": {"token": testee.token}}
        for request_id, request in enumerate((HASH_OF_01, hello, HASH_OF_01), start=1):
            stranger.send(cut(message(request), request_id)[0])
        # The reply to this one comes after the testee has taken the stranger's datagrams: they were there before it.
        verdict = expect_kind(testee.exchange(message(HASH_OF_00)), Ok, "ok, for the runner's own request")
        try:
            return wrong("silence towards a stranger", stranger.recv(65_536))
        except BlockingIOError:
            return verdict


def kept_replies(testee: Testee) -> Verdict:
    """TST-7: the last 64 replies are kept by id, and a repeated id performs nothing."""
    first = testee.channel.next_id()
    expected = exchange(testee, cut(message(HASH_OF_00), first), first)
    for _ in range(63):
        other = testee.channel.next_id()
        verdict = expect_kind(exchange(testee, cut(message(HASH_OF_01), other), other), Ok, "ok")
        if not verdict.passed:
            return verdict
    again = exchange(testee, cut(message(HASH_OF_01), first), first)
    if not isinstance(expected, Ok) or again != expected:
        return wrong(f"the kept reply to request {first}, {expected}", again)
    return PASSED


def one_reply_each(testee: Testee) -> Verdict:
    """TST-8: each request has exactly one reply."""
    channel = testee.channel
    ids = [channel.next_id() for _ in range(3)]
    got: list[int] = []
    for request_id in ids:
        channel.send_raw(cut(message(HASH_OF_00), request_id))
        deadline = monotonic() + testee.limits.reply_s
        while (datagram := channel.receive(deadline)) is not None:
            got.append(HEAD.unpack_from(datagram)[1])
            if got[-1] == request_id:
                break
    return PASSED if got == ids else wrong(f"replies to {ids}", f"replies to {got}")


def refusal_has_a_code(testee: Testee) -> Verdict:
    """TST-13: reject holds a code."""
    request = HASH_OF_00 | {"op": "decode", "input": {"frame": ""}}
    answer = testee.exchange(message(request))
    if isinstance(answer, Reject) and answer.code in ("FRAME_TOO_SHORT", "REJECTED"):
        return PASSED
    return wrong("reject with the code FRAME_TOO_SHORT", answer)


def hello_again(testee: Testee) -> Verdict:
    """TST-12: hello describes the testee; said again, it says the same."""
    hello = testee.hello
    answer = testee.ask("hello", {"token": testee.token})
    said = answer.value if isinstance(answer, Ok) else {}
    expected = {"name": hello.name, "version": hello.version, "language": hello.language, "spec": hello.spec}
    return PASSED if said == expected | {"profiles": list(hello.profiles)} else wrong(f"{hello} again", answer)


def ports_line(testee: Testee) -> Verdict:
    """TST-1: two sockets of 127.0.0.1 and one line of standard output, asked after many requests."""
    testee.start()
    control, wire = testee.control_address, testee.wire_address
    if wire is None or control[1] == wire[1] or control[0] != "127.0.0.1":
        return wrong("two different ports of 127.0.0.1", f"{control}, {wire}")
    stray = testee.stray_stdout()
    return wrong("one line of standard output", stray) if stray else PASSED


def stop_exits(testee: Testee) -> Verdict:
    """TST-3: stop is answered, and the process then exits with status 0."""
    answer = testee.ask("stop", {})
    if answer != Ok({}):
        return wrong("ok {} for stop", answer)
    status = testee.ended(END_S)
    return PASSED if status == "exit status 0" else wrong("exit status 0 after stop", status or "it runs on")


def exits_without_input(testee: Testee) -> Verdict:
    """TST-2: the testee exits when its standard input ends."""
    testee.start()
    testee.end_input()
    return PASSED if testee.ended(END_S) else wrong("an end of the process once its input ends", "it runs on")


PROBES = (
    Probe("unknown-op", "Ops that do not exist.", ("TST-9",), unknown_op),
    Probe("malformed-requests", "Requests that fit no schema.", ("TST-11",), malformed_requests),
    Probe("pieces-in-any-order", "A long request, its pieces reversed and doubled.", ("TST-4",), pieces_in_any_order),
    Probe("long-reply", "A reply of more than 60,000 bytes.", ("TST-4",), long_reply),
    Probe("bad-heads", "Datagrams that are no pieces.", ("TST-5",), bad_heads),
    Probe("stranger-ignored", "Requests from another address.", ("TST-6",), stranger_ignored),
    Probe("kept-replies", "A request_id that is used again.", ("TST-7",), kept_replies),
    Probe("one-reply-each", "Replies are counted.", ("TST-8",), one_reply_each),
    Probe("refusal-has-a-code", "The form of reject.", ("TST-13",), refusal_has_a_code),
    Probe("hello-again", "hello, a second time.", ("TST-12",), hello_again),
    Probe("ports-line", "What it bound and printed.", ("TST-1",), ports_line, ends_testee=True),
    Probe("stop-exits", "The op stop.", ("TST-3",), stop_exits, ends_testee=True),
    Probe("exits-without-input", "The end of standard input.", ("TST-2",), exits_without_input, ends_testee=True),
)
