"""Faults of servers that need a memory: what they saw before makes them wrong now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ...server.reply import read_reply
from ...wire.build import Type, build, sync
from .changes import Asked, asked, error_for, rewritten
from .serving import CONFIG, Fault, Receive, peer_of

Step = Callable[[Receive, Asked, int], list[bytes]]
FAR = 1 << 40
SECOND = 1000


def remembering(make: Callable[[], Step]) -> Fault:
    """A fault whose step is made anew, with a memory of its own, for each conversation."""

    def fault(receive: Receive) -> Receive:
        step = make()
        return lambda raw, now_ms: step(receive, asked(raw), now_ms)

    return fault


def numbers_over_all_streams() -> Step:
    """Answers are numbered in the order in which they are sent, whatever their stream."""
    sent = 0

    def step(receive: Receive, got: Asked, now_ms: int) -> list[bytes]:
        nonlocal sent
        answers = []
        for reply in map(read_reply, receive(got.raw, now_ms)):
            answers.append(rewritten(reply, reply.message, frame_seq=sent))
            sent += 1
        return answers

    return step


def renumbers(condition: Callable[[Asked], bool]) -> Callable[[], Step]:
    """Each ping is taken for a new one; the answer is told apart by its own number alone."""

    def make() -> Step:
        count = 0

        def step(receive: Receive, got: Asked, now_ms: int) -> list[bytes]:
            nonlocal count
            if got.frame is None or not condition(got):
                return receive(got.raw, now_ms)
            count += 1
            return receive(build(replace(got.frame, frame_seq=FAR + count)), now_ms)

        return step

    return make


def repeats_but_obeys() -> Step:
    """A ping of known numbers gets the old answer, and what it says holds."""
    answers: dict[tuple[int, int], list[bytes]] = {}

    def step(receive: Receive, got: Asked, now_ms: int) -> list[bytes]:
        if got.frame is None or got.method != "ping" or got.number not in answers:
            answers[got.number] = receive(got.raw, now_ms)
            return answers[got.number]
        receive(build(replace(got.frame, frame_seq=FAR)), now_ms)
        return answers[got.number]

    return step


def sessions_of_refused_pings() -> Step:
    """A ping that gets an error begins a session all the same."""

    def step(receive: Receive, got: Asked, now_ms: int) -> list[bytes]:
        answers = receive(got.raw, now_ms)
        if got.method == "ping" and answers and read_reply(answers[0]).method == "error":
            receive(build(sync(5, FAR + got.number[1], {"method": "ping", "ts": 0})), now_ms)
        return answers

    return step


def ends_at_errors() -> Step:
    """An error in answer to a ping ends the session that there was."""
    peers = [peer_of(CONFIG)]

    def step(_: Receive, got: Asked, now_ms: int) -> list[bytes]:
        answers = peers[-1](got.raw, now_ms)
        if got.method == "ping" and got.number[0] != 0xFFFF_FFFE and read_reply(answers[0]).method == "error":
            peers.append(peer_of(CONFIG))
        return answers

    return step


def agrees_once() -> Step:
    """Later pings are answered as they should be, and change nothing."""
    other = peer_of(CONFIG)
    agreed = False

    def step(receive: Receive, got: Asked, now_ms: int) -> list[bytes]:
        nonlocal agreed
        if got.method != "ping":
            return receive(got.raw, now_ms)
        answers = other(got.raw, now_ms)
        if not agreed and read_reply(answers[0]).method == "capability":
            agreed = bool(receive(got.raw, now_ms))
        return answers

    return step


def keeps_refused_numbers() -> Step:
    """The number of a refused data frame counts as accepted."""
    refused: set[tuple[int, int]] = set()

    def step(receive: Receive, got: Asked, now_ms: int) -> list[bytes]:
        if got.kind == Type.SYNC and not got.method.startswith(("head", "tail")):
            return receive(got.raw, now_ms)
        if got.number in refused:
            return []
        answers = receive(got.raw, now_ms)
        if answers:
            refused.add(got.number)
        return answers

    return step


def accepts_any_age() -> Step:
    """Numbers far below the highest are as good as others."""

    def step(receive: Receive, got: Asked, now_ms: int) -> list[bytes]:
        if got.frame is None or got.kind == Type.SYNC:
            return receive(got.raw, now_ms)
        return receive(build(replace(got.frame, frame_seq=got.frame.frame_seq + FAR)), now_ms)

    return step


def answers_without_end() -> Step:
    """A second passes with every datagram."""
    count = 0

    def step(receive: Receive, got: Asked, now_ms: int) -> list[bytes]:
        nonlocal count
        count += 1
        return receive(got.raw, now_ms + SECOND * count)

    return step


def obeys_unanswered_pings() -> Step:
    """A ping whose answer the limit forbids takes effect all the same."""
    late = 0

    def step(receive: Receive, got: Asked, now_ms: int) -> list[bytes]:
        nonlocal late
        answers = receive(got.raw, now_ms + late)
        if not answers and got.method == "ping":
            late += 2 * SECOND
            receive(got.raw, now_ms + late)
        return answers

    return step


def forgets_closed_streams() -> Step:
    """Answer frames for a stream that is over as if there had been none."""
    over: set[int] = set()

    def step(receive: Receive, got: Asked, now_ms: int) -> list[bytes]:
        answers = receive(got.raw, now_ms)
        if got.method == "tail" and not answers:
            if got.number[0] in over:
                return [error_for(got, "STREAM_INCOMPLETE", missing=["0"])]
            over.add(got.number[0])
        return answers

    return step


def answers_corrupt_again() -> Step:
    """Each TAIL of a stream that failed gets the error again."""
    failed: dict[int, list[bytes]] = {}

    def step(receive: Receive, got: Asked, now_ms: int) -> list[bytes]:
        answers = receive(got.raw, now_ms)
        if got.method == "tail" and answers and read_reply(answers[0]).message["code"] == "STREAM_CORRUPT":
            failed[got.number[0]] = answers
        return answers or (failed.get(got.number[0], []) if got.method == "tail" else [])

    return step


def counts_after_tail() -> Step:
    """A number above a TAIL that was answered spoils the stream."""
    ends: dict[int, int] = {}

    def step(receive: Receive, got: Asked, now_ms: int) -> list[bytes]:
        answers = receive(got.raw, now_ms)
        stream_id, seq = got.number
        if got.is_heart and seq > ends.get(stream_id, seq):
            return [error_for(got, "STREAM_CORRUPT", what="frame_seq")]
        if got.method == "tail" and answers:
            ends[stream_id] = seq
        return answers

    return step


def all_fail_together() -> Step:
    """Leave the other streams unanswered once one has failed."""
    failed = False

    def step(receive: Receive, got: Asked, now_ms: int) -> list[bytes]:
        nonlocal failed
        if failed and got.method == "tail":
            return []
        answers = receive(got.raw, now_ms)
        failed |= any(read_reply(one).message.get("code") == "STREAM_CORRUPT" for one in answers)
        return answers

    return step
