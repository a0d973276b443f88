"""What a probe is, and what probes share."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

from adapters.driver import (
    HEAD,
    MAGIC,
    Answer,
    AnswerError,
    Crash,
    GoneError,
    HarnessError,
    Hello,
    Joiner,
    PieceError,
    StartError,
    Testee,
    Timeout,
    parse_answer,
)

from ..answers import not_judged
from ..verdict import PASSED, Outcome, Verdict, short

KEPT = "the testee protocol kept"
UNKNOWN: dict[str, Any] = {"op": "no_such_op", "case": "", "profile": "", "input": {}}


@dataclass(frozen=True, slots=True)
class Probe:
    """One check of the testee protocol.

    needs_process: it starts or ends one, which no testee attached to can stand. profile: only for testees that claim
    it, empty for all. needs_clock: only where the clock of peers is virtual.
    """

    id: str
    about: str
    clauses: tuple[str, ...]
    check: Callable[[Testee], Verdict]
    needs_process: bool = False
    profile: str = ""
    needs_clock: bool = False

    def counts(self, hello: Hello, launch: str) -> bool:
        """Whether a testee with these claims, started in this way, is to be checked by it."""
        if self.needs_process and launch == "attach":
            return False
        return self.profile in ("", *hello.profiles) and not (self.needs_clock and hello.clock != "virtual")


def run_probe(probe: Probe, testee: Testee) -> Verdict:
    """Judge a testee by a probe. Whatever the testee does in the middle of it costs this probe and no other test."""
    try:
        verdict = probe.check(testee)
    except GoneError:
        verdict = not_judged(testee.exchange(message(UNKNOWN)), KEPT)  # which finds it gone, and says how
    except (AnswerError, PieceError) as error:
        verdict = not_judged(HarnessError(str(error), testee.stderr()), KEPT)
    except StartError as error:
        return not_judged(HarnessError(error.text, error.stderr), KEPT)
    if not verdict.passed:
        testee.exchange(message(UNKNOWN))  # a crash or hang that the probe left behind is found here, not later
    return verdict


def message(request: Mapping[str, Any]) -> bytes:
    """A request as the bytes of a control message."""
    return json.dumps(request).encode()


def wrong(expected: str, got: object, summary: str = "the testee protocol is not kept") -> Verdict:
    """A failed probe. An answer that only the driver gives keeps its outcome."""
    if isinstance(got, Crash | Timeout | HarnessError):
        return not_judged(got, expected)
    return Verdict(Outcome.FAIL, summary, expected, short(str(got), 400))


def expect_kind(answer: Answer, kind: type[Answer], expected: str) -> Verdict:
    """Pass if the answer is of that kind."""
    return PASSED if isinstance(answer, kind) else wrong(expected, answer)


def exchange(testee: Testee, datagrams: list[bytes], request_id: int) -> Answer:
    """Send datagrams as they are and wait for the reply with that id, asking once more halfway."""
    deadline = monotonic() + testee.limits.reply_s
    joiner = Joiner(request_id)
    for until in (deadline - testee.limits.reply_s / 2, deadline):
        testee.channel.send_raw(datagrams)
        while (datagram := testee.channel.receive(until)) is not None:
            reply = joiner.add(datagram)
            if reply is not None:
                return parse_answer(reply)
    return Timeout(testee.limits.reply_s, testee.stderr())


def replies_until(testee: Testee, request_id: int, first: int) -> list[int]:
    """The ids of the replies that come, up to the one with that id or to the end of the time for one reply.

    Those to ids before `first` are left out: where a reply was late the driver asked again, and got two in the end.
    Raises PieceError for a datagram that is no piece.
    """
    ids: list[int] = []
    deadline = monotonic() + testee.limits.reply_s
    while request_id not in ids and (datagram := testee.channel.receive(deadline)) is not None:
        if len(datagram) < HEAD.size or not datagram.startswith(MAGIC):
            raise PieceError(f"a reply without a head: {short(datagram.hex())} (TST-4)")
        found: int = HEAD.unpack_from(datagram)[1]
        if not 0 < found < first:
            ids.append(found)
    return ids
