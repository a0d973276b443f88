"""The findings on testees whose replies are wrong, and on each bad reply."""

from __future__ import annotations

from collections.abc import Mapping

from reports.outcome import Outcome

from .table import NO_REPLY, REPLY_S, Expected

_WRONG = Outcome.HARNESS_ERROR
_NO_HASH = "xxhash3_64: expected"

EVERYWHERE: Mapping[str, Expected] = {
    "never-answers": Expected(Outcome.TIMEOUT, NO_REPLY, last=_WRONG, waits_s=6 * REPLY_S),
    "answers-late": Expected(),
    "ok-to-everything": Expected(Outcome.FAIL, _NO_HASH),
    "rejects-everything": Expected(Outcome.FAIL, "rejected a valid input"),
    "supports-nothing": Expected(Outcome.UNSUPPORTED, "answered `unsupported`"),
    "supports-not-all": Expected(Outcome.UNSUPPORTED, "for a profile that it claims"),
    "errors-at-length": Expected(Outcome.REQUEST_ERROR, "rejected a request that"),
}
BAD_REPLIES: Mapping[str, tuple[Outcome, str]] = {
    "ok, at length": (Outcome.FAIL, "(50,018 characters)"),
    "a member with a long name": (Outcome.FAIL, "(50,0"),
    "values of wrong types": (Outcome.FAIL, _NO_HASH),
    "a code of 50,000 characters": (Outcome.FAIL, "reject XXX"),
    "two kinds at once": (_WRONG, "2 members instead of one"),
    "a kind of its own": (_WRONG, "not one of ok, reject"),
    "ok, which is a number": (_WRONG, "ok is not an object: 5"),
    "the request": (_WRONG, "4 members instead of one"),
    "no JSON": (_WRONG, "not UTF-8 JSON"),
    "nothing": (_WRONG, "not UTF-8 JSON"),
    "no UTF-8": (_WRONG, "not UTF-8 JSON"),
    "half a surrogate pair": (_WRONG, "not UTF-8 JSON"),
    "a member twice": (_WRONG, "duplicate member in an object"),
    "NaN": (_WRONG, "NaN is not JSON"),
    "a number beyond all numbers": (_WRONG, "beyond binary64"),
    "an integer of 4,000 digits": (Outcome.FAIL, _NO_HASH),
    "an integer of 50,000 digits": (_WRONG, "not UTF-8 JSON"),
    "as deep as a parser goes": (_WRONG, "nests deeper than 64"),
    "deeper than a parser goes": (_WRONG, "not UTF-8 JSON"),
    "the words of a driver that gives up": (_WRONG, "gave up: hangs"),
}
"""The outcome of the case for each, and the text about it."""
