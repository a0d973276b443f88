"""What a probe is, and what probes share."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

from adapters.driver import (
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
    parse_answer,
)

from ..checks import not_judged
from ..verdict import PASSED, Outcome, Verdict, short

HASH_OF_00 = {"op": "tail_hash", "case": "", "profile": "frame", "input": {"data": "00"}}
HASH_OF_01 = {"op": "tail_hash", "case": "", "profile": "frame", "input": {"data": "01"}}


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
