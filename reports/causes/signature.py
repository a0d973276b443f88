"""The signature of a failure: the event without the numbers of the one case. One fault has few of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from resonant.describe.registry import registry

from ..entry import DUE_OK, Entry, Failure
from ..outcome import KNOWN, Outcome

_NUMBER = re.compile(r"\b[0-9a-f]*\d[0-9a-f,.]*\b")
_INDEX = re.compile(r"\[\d+\]")
_SLICE = re.compile(r"slice \d+ ")
ORDERS: Mapping[str, str] = {"frame": "FRM-29", "message": "MSG-6"}
"""The groups of codes that are in the order of their checks, and the clause that says so."""
_DIGEST = "_sha256"


class Way(StrEnum):
    """The ways in which a case can fail."""

    VALUE = "value"
    """Another value than is due."""
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    OTHER_CODE = "other code"
    """Rejected as is due, and with another code."""
    DIALOGUE = "dialogue"
    SILENT = "silent"
    CRASHED = "crashed"
    UNSUPPORTED = "unsupported"
    REFUSED_REQUEST = "refused request"
    """The testee called a valid request an error."""
    NO_PROTOCOL = "no protocol"
    """The testee protocol broke down."""
    UNEXPECTED = "unexpected"
    """It is listed as a known failure, and passes."""


_BY_OUTCOME = {
    Outcome.CRASH: Way.CRASHED,
    Outcome.TIMEOUT: Way.SILENT,
    Outcome.UNSUPPORTED: Way.UNSUPPORTED,
    Outcome.REQUEST_ERROR: Way.REFUSED_REQUEST,
    Outcome.HARNESS_ERROR: Way.NO_PROTOCOL,
}


@dataclass(frozen=True, slots=True, order=True)
class Signature:
    """The event in short. due: ok, a code, or empty. op: where it matters.

    got: a code, the member that differs, or a few words.
    """

    way: Way
    due: str = ""
    got: str = ""
    op: str = ""


def signature(entry: Entry) -> Signature:
    """The signature of an entry that is not green."""
    way = Way.UNEXPECTED if entry.unexpected else _BY_OUTCOME.get(entry.outcome)  # type: ignore[call-overload]
    if way is not None or entry.failure is None:
        return Signature(way or Way.VALUE, op=entry.op)
    return _of_answer(entry, entry.failure)


def _of_answer(entry: Entry, failure: Failure) -> Signature:
    code, due = reject_code(failure.got), due_of(entry)
    if code and due:
        return _rejected(due, code)
    if due not in ("", DUE_OK):
        return Signature(Way.ACCEPTED, due)
    if due == DUE_OK:
        return Signature(Way.VALUE, due, member(entry), entry.op)
    return Signature(
        Way.DIALOGUE, got=_INDEX.sub("", failure.differs_in).rpartition(".")[2] or _NUMBER.sub("#", failure.fault)
    )


def due_of(entry: Entry) -> str:
    """The answer that was due: ok or a code; empty where no single one was. Older run files have it as `expected`."""
    if entry.due:
        return entry.due
    expected = entry.failure.expected if entry.failure is not None else None
    if isinstance(expected, dict) and "ok" in expected:
        return DUE_OK
    return reject_code(expected)


def reject_code(reply: Any) -> str:
    """The code of a reply that rejects; empty for every other one."""
    reject = reply.get("reject") if isinstance(reply, dict) else None
    code = reject.get("code") if isinstance(reject, dict) else None
    return code if isinstance(code, str) else ""


def member(entry: Entry) -> str:
    """The field or the member in which two values differ; what went wrong where none is known."""
    failure = entry.failure
    if failure is None:
        return ""
    field = next((line.field for line in failure.dump.lines if line.wrong), "") if failure.dump is not None else ""
    name = _INDEX.sub("", failure.differs_in).rpartition(".")[2].removesuffix(_DIGEST)
    return _INDEX.sub("", _SLICE.sub("", field)) or name or _NUMBER.sub("#", failure.fault)


def _rejected(due: str, code: str) -> Signature:
    """A rejection with another code than is due: an earlier check that misfired, or one that was passed by mistake."""
    before = 0 if due in (DUE_OK, code) else later(code, due)
    if due == DUE_OK or before < 0:
        return Signature(Way.REJECTED, DUE_OK, code)
    return Signature(Way.ACCEPTED, due) if before > 0 else Signature(Way.OTHER_CODE, due, code)


def later(code: str, than: str) -> int:
    """1 if the check of the first code comes after that of the second, -1 if before; 0 where neither is laid down."""
    codes = registry().codes
    places = {name: place for place, name in enumerate(codes) if codes[name].group in ORDERS}
    if code not in places or than not in places:
        return 0
    return (places[code] > places[than]) - (places[code] < places[than])


def is_failure(entry: Entry) -> bool:
    """Whether an entry needs an explanation: it neither passed nor is known to fail."""
    return entry.outcome not in (Outcome.PASS, KNOWN)
