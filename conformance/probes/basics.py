"""The definition of a probe, and helpers that probes share."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from time import monotonic
from typing import Any

from adapters.driver import (
    ASK_MAGIC,
    HEAD,
    MAGIC,
    RESEND_S,
    Answer,
    AnswerError,
    Crash,
    GoneError,
    HarnessError,
    Hello,
    Joiner,
    Ok,
    PieceError,
    Reject,
    RequestError,
    StartError,
    Testee,
    Timeout,
    Unsupported,
    cut,
    not_started,
    parse_answer,
)
from reports.outcome import Outcome

from ..model.transports import CONTAINER, WEBRTC
from ..model.unanswered import not_judged
from ..model.verdict import PASSED, Verdict, short

KEPT = "the testee protocol followed"
OWN_ANSWERS = (Ok, Reject, Unsupported, RequestError)
"""The answers that come from a testee; of the others the driver makes."""
_SHOWN = 400
UNKNOWN: dict[str, Any] = {"op": "no_such_op", "case": "", "profile": "", "input": {}}


@dataclass(frozen=True, slots=True)
class Probe:
    """One check of the testee protocol.

    needs_process: it starts or ends one, which no testee attached to can stand. profile: only for testees that claim
    it, empty for all. needs_clock: only where the clock of peers is virtual. transport: only for testees with peers on
    it. costly: it takes a second or more, and counts only where its profile is among those that a run judges.
    """

    id: str
    about: str
    clauses: tuple[str, ...]
    check: Callable[[Testee], Verdict]
    needs_process: bool = False
    profile: str = ""
    needs_clock: bool = False
    transport: str = ""
    costly: bool = False

    def counts(self, hello: Hello, launch: str, selected: Collection[str] | None = None) -> bool:
        """Whether a testee with these claims, started in this way, is to be checked by it. selected: None for all."""
        if self.costly and selected is not None and self.profile not in selected:
            return False
        if (self.needs_process and launch == "attach") or (self.profile == WEBRTC and launch == CONTAINER):
            return False
        if self.transport not in ("", *hello.transports):
            return False
        return self.profile in ("", *hello.profiles) and not (self.needs_clock and hello.clock != "virtual")


def run_probe(probe: Probe, testee: Testee) -> Verdict:
    """Judge a testee by a probe. Whatever the testee does in the middle of it costs this probe and no other test."""
    try:
        verdict = probe.check(testee)
    except GoneError:
        verdict = not_judged(testee.exchange(message(UNKNOWN)), KEPT)  # which finds it gone, and says how
    except UnansweredError as error:
        verdict = not_judged(error.answer, KEPT)
    except (AnswerError, PieceError) as error:
        verdict = not_judged(HarnessError(str(error), testee.stderr()), KEPT)
    except StartError as error:
        return not_judged(not_started(error), KEPT)
    if not verdict.passed:
        testee.exchange(message(UNKNOWN))  # a crash or hang that the probe left behind is found here, not later
    return verdict


class UnansweredError(Exception):
    """The testee did not answer a request that has nothing to do with what is judged."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(str(answer))
        self.answer = answer


def message(request: Mapping[str, Any]) -> bytes:
    """A request as the bytes of a control message."""
    return json.dumps(request).encode()


def wrong(expected: str, got: object, summary: str = "does not follow the testee protocol") -> Verdict:
    """A failed probe. An answer that only the driver gives keeps its outcome."""
    if isinstance(got, Crash | Timeout | HarnessError):
        return not_judged(got, expected)
    expected, text = _shown_apart(expected, str(got))
    return Verdict(Outcome.FAIL, summary, expected, text)


def _shown_apart(expected: str, got: str) -> tuple[str, str]:
    """Both texts, cut so that they can be read, and from where they part if that would be cut off."""
    differing = (at for at, pair in enumerate(zip(expected, got, strict=False)) if pair[0] != pair[1])
    start = next(differing, min(len(expected), len(got))) - _SHOWN // 4
    if start < _SHOWN // 2:
        return short(expected, _SHOWN), short(got, _SHOWN)
    return _tail(expected, start), _tail(got, start)


def _tail(text: str, start: int) -> str:
    return f"from character {start + 1:,} on …{short(text[start:], _SHOWN)}"


def expect_kind(answer: Answer, kind: type[Answer], expected: str) -> Verdict:
    """Pass if the answer is of that kind."""
    return PASSED if isinstance(answer, kind) else wrong(expected, answer)


def exchange(testee: Testee, datagrams: list[bytes], request_id: int) -> Answer:
    """Send datagrams as they are and wait for the reply with that id, sending them once more halfway."""
    deadline = monotonic() + testee.limits.reply_s
    joiner, ask = Joiner(request_id), None
    for until in (deadline - testee.limits.reply_s / 2, deadline):
        testee.channel.send_raw(datagrams)
        while (datagram := testee.channel.receive(until)) is not None:
            reply = joiner.add(datagram)
            if reply is not None:
                return parse_answer(reply)
            if joiner.ask not in (None, ask):
                ask = joiner.ask
                testee.channel.send_raw([ask] if ask else [])
    return Timeout(testee.limits.reply_s, testee.stderr())


@dataclass(frozen=True, slots=True)
class Heard:
    """A piece, or an ask for one."""

    is_ask: bool
    request_id: int
    index: int
    count: int
    piece: bytes


def read(datagram: bytes) -> Heard:
    """Read a testee's datagram. Raises PieceError for anything that no testee may send."""
    if len(datagram) < HEAD.size or datagram[:4] not in (MAGIC, ASK_MAGIC):
        raise PieceError(f"a reply without a head: {short(datagram.hex())} (TST-4)")
    magic, request_id, index, count = HEAD.unpack_from(datagram)
    return Heard(magic == ASK_MAGIC, request_id, index, count, datagram[HEAD.size :])


def heard(testee: Testee, datagrams: Sequence[bytes]) -> list[Heard]:
    """Send datagrams, then a request, and return all that came up to the reply to that.

    A testee handles one datagram after the other, so what it sends for those before the request is all there by then.
    Among them may be what belongs to earlier ids: where a reply was late it was asked for again, and came twice in the
    end. Raises PieceError for a datagram that is none, UnansweredError if the request was not answered.
    """
    channel = testee.channel
    request_id, came = channel.next_id(), list[Heard]()
    channel.send_raw(datagrams)
    deadline, intervals = monotonic() + testee.limits.reply_s, chain(RESEND_S, repeat(RESEND_S[-1]))
    while monotonic() < deadline:
        channel.send_raw(cut(message(UNKNOWN), request_id))
        until = min(deadline, monotonic() + next(intervals))
        while (datagram := channel.receive(until)) is not None:
            one = read(datagram)
            if one.request_id == request_id:
                return came
            came.append(one)
    raise UnansweredError(Timeout(testee.limits.reply_s, testee.stderr()))
