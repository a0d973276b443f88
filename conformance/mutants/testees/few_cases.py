"""Testees that are wrong in few things, sound in all others, and so show what a run makes of a failure."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from adapters.testee_kit.requests import VARIABLE, Op

from ..engine.patches import Change, both, entries
from .hostile.attack import ATTACKED, Misdeed, Says, answering, first
from .wrong import Reply, WrongTestee, on_reply

ANOTHER = "frame/tail_hash/lengths/length-2"
CLAUSES = ("FRM-37", "FRM-38")
"""The clauses that all cases of tail_hash cite."""
ZEROS: Reply = {"ok": {"xxhash3_64": "0" * 16}}


def _on(*cases: str, says: Says) -> Change:
    misdeed = Misdeed(says)
    return answering(lambda case: misdeed if case in cases else None)


def _zeros(_op: str, _right: Reply) -> Reply:
    return ZEROS


def _zeros_when(counts: Callable[[int], bool]) -> Says:
    """Wrong at those of its answers to one case whose numbers, from 1, are such."""
    numbers = count(1)
    return lambda op, right: ZEROS if counts(next(numbers)) else right


def _first_encode_rejected() -> Change:
    left: list[Reply] = [{"reject": {"code": "BAD_TYPE"}}]
    return on_reply(lambda op, right: left.pop() if left and op == "encode" else right)


def _encode_and_unknown_op(op: str, right: Reply) -> Reply:
    if op == "encode":
        return {"reject": {"code": "BAD_TYPE"}}
    return {"error": op} if "unsupported" in right else right


# One of each kind of failure that a report has to show.

SHIFTED = "frame/decode/counts/no-slice"
SILENT = "handshake/client/answers/capability-too-late"
CRASHES, LIES, SEEN = (f"frame/tail_hash/lengths/length-{length}" for length in (3, 4, 7))


def _crashes(_op: str, _right: Reply) -> Reply:
    os.write(2, b"x" * 20_000 + b"\nsecret " + os.environ[VARIABLE].encode() + b"\n")
    os._exit(3)


def _shifted(_op: str, right: Reply) -> Reply:
    fields = right["ok"]["fields"]
    return {"ok": {"fields": {**fields, "frame_seq": str(int(fields["frame_seq"]) ^ 256)}}}


def _silent(op: str, right: Reply) -> Reply:
    return {"ok": {"events": []}} if op == "peer_poll" else right


FIVE_KINDS: Mapping[str, Says] = {
    CRASHES: _crashes,
    LIES: lambda op, right: {"ok": {"xxhash3_64": "0" * 100_000}},
    SHIFTED: _shifted,
    SILENT: _silent,
    SEEN: lambda op, right: {"ok": {"xxhash3_64": os.environ[VARIABLE]}},
}
"""By the case that each is about."""


def _five_kinds() -> Change:
    misdeeds = {case: Misdeed(says) for case, says in FIVE_KINDS.items()}
    return answering(misdeeds.get)


# A case, a law and an op of a profile that is not claimed.

HASH, LAW = "frame/space_hash/refused/arch-empty", "law/round-trip"


def _of_three_sorts() -> Change:
    empty: Mapping[str, Misdeed] = {
        HASH: Misdeed(lambda op, right: {"ok": {}}),
        LAW: Misdeed(lambda op, right: {"ok": {}} if op == "encode" else right),
    }

    def change(op: str, right: Reply) -> Reply:
        if op == "hello" and "ok" in right:
            return {"ok": {**right["ok"], "profiles": ["frame"]}}
        return {"error": "what is that?"} if "unsupported" in right else right

    return both(on_reply(change), answering(empty.get))


# What a terminal would obey, wherever a testee may say something.

NAME = "a\x1b[31m\x9b5m\u202eb\x00\x07\nreplay    evil\x7f\ud800"
TEXT = NAME[:-1]


def _for_terminals(op: str, right: Reply) -> Reply:
    if op == "hello" and "ok" in right:
        said: dict[str, Any] = {"name": TEXT, "version": TEXT, "language": TEXT}
        return {"ok": {**right["ok"], **said}}
    return {"ok": {TEXT: TEXT}} if op == "tail_hash" else right


def _library_missing() -> None:
    raise SystemExit("the library is missing")


WRONG = (
    WrongTestee(
        "wrong-hash-of-one-case", "Answers one case of tail_hash with zeros.", CLAUSES, _on(ATTACKED, says=_zeros)
    ),
    WrongTestee(
        "wrong-hash-of-two-cases",
        "Answers two cases of tail_hash with zeros.",
        CLAUSES,
        _on(ATTACKED, ANOTHER, says=_zeros),
    ),
    WrongTestee(
        "wrong-hash-once",
        "Answers one case of tail_hash with zeros the first time that it is asked.",
        CLAUSES,
        _on(ATTACKED, says=_zeros_when(lambda number: number == 1)),
    ),
    WrongTestee(
        "wrong-hash-every-second-time",
        "Answers one case of tail_hash with zeros every second time.",
        CLAUSES,
        _on(ATTACKED, says=_zeros_when(lambda number: number % 2 == 0)),
    ),
    WrongTestee("first-encode-rejected", "Rejects the first encode, and no other.", (), _first_encode_rejected()),
    WrongTestee(
        "encode-and-unknown-op",
        "Rejects every encode, and answers `error` to an op it does not know.",
        ("TST-9",),
        on_reply(_encode_and_unknown_op),
    ),
    WrongTestee(
        "five-kinds-of-failure",
        "Crashes, says 100,000 digits, shifts a number, sends no events and says its secret, at a case each.",
        (*CLAUSES, "FRM-1"),
        _five_kinds(),
    ),
    WrongTestee(
        "three-sorts-of-tests",
        "Claims `frame`, and fails a case, a law and an op of a profile that it does not claim.",
        ("TST-10",),
        _of_three_sorts(),
    ),
    WrongTestee(
        "polls-nothing",
        "Looks at nothing that came when it is polled, and tells no event.",
        ("TST-15", "TST-18"),
        entries("ops.OPS", {"peer_poll": Op({}, {}, lambda: {"events": []})}),
    ),
    WrongTestee(
        "rejects-without-a-code",
        "Answers everything with REJECTED.",
        (),
        on_reply(lambda op, right: right if op in ("hello", "stop") else {"reject": {"code": "REJECTED"}}),
    ),
    WrongTestee(
        "writes-for-terminals",
        "Says what a terminal would obey, in its name and in a member of a reply, and on standard error.",
        CLAUSES,
        first(lambda: sys.stderr.write(ascii(NAME) + TEXT), on_reply(_for_terminals)),
    ),
    WrongTestee("library-missing", "Ends at once, and says that its library is missing.", (), first(_library_missing)),
)
