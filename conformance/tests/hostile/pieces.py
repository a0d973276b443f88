"""The findings on testees whose replies come in wrong pieces, or to the wrong question, or in a flood."""

from __future__ import annotations

from collections.abc import Mapping

from reports.outcome import Outcome

from .table import NO_REPLY, REPLY_S, Expected

_TIMEOUT = Outcome.TIMEOUT
_WRONG = Outcome.HARNESS_ERROR

PIECES: Mapping[str, Expected] = {
    "answers-twice": Expected(probes={"one-reply-each": Outcome.FAIL}),
    "answers-another-id": Expected(_TIMEOUT, "its request_id is", waits_s=REPLY_S),
    "answers-in-advance": Expected(Outcome.REQUEST_ERROR, "error early", after=Outcome.REQUEST_ERROR),
    "half-the-pieces": Expected(_TIMEOUT, NO_REPLY, waits_s=REPLY_S),
    "pieces-out-of-order": Expected(),
    "pieces-that-overlap": Expected(_WRONG, "not UTF-8 JSON"),
    "a-piece-twice": Expected(),
    "pieces-that-contradict": Expected(_WRONG, "announce 2 and 3"),
    "piece-of-65000-bytes": Expected(_WRONG, "65000 bytes"),
    "counts-0-pieces": Expected(_TIMEOUT, "its index is 0 and its count 0", waits_s=REPLY_S),
    "counts-65535-pieces": Expected(_TIMEOUT, "its count 65535", waits_s=REPLY_S),
    "no-head": Expected(_TIMEOUT, "shorter than a head", waits_s=REPLY_S),
    "answers-100-megabytes": Expected(_TIMEOUT, "its count 1667", waits_s=REPLY_S),
    "answers-all-that-pieces-hold": Expected(Outcome.FAIL, "(17,999,9"),
    "six-million-lists": Expected(_WRONG, "500,000 is the limit"),
    "half-a-million-objects": Expected(Outcome.FAIL, "xxhash3_64: expected"),
    "200-datagrams-before-the-answer": Expected(),
    "datagrams-without-end": Expected(_TIMEOUT, "datagrams besides the reply: ", waits_s=REPLY_S),
    "floods-from-another-port": Expected(),
}
