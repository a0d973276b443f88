"""The outcomes of a request: the testee's four replies, and three that only the driver gives."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from .strict_json import read_json


@dataclass(frozen=True, slots=True)
class Ok:
    """The op was performed."""

    value: dict[str, Any]
    """The op's result as it came, not checked against the schema of the op."""


@dataclass(frozen=True, slots=True)
class Reject:
    """The implementation refused the input."""

    code: str
    """A name in capitals; whether the registry has it is not checked here."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Unsupported:
    """The testee does not know the op, or does not claim the profile (TST-9, TST-10)."""

    feature: str


@dataclass(frozen=True, slots=True)
class RequestError:
    """The testee found the request itself wrong (TST-11)."""

    text: str


@dataclass(frozen=True, slots=True)
class Crash:
    """The testee ended, or closed its control socket, instead of answering."""

    status: str
    """The way it ended: "exit status 3", "killed by SIGSEGV"."""
    stderr: str = ""


@dataclass(frozen=True, slots=True)
class Timeout:
    """No complete reply came in time."""

    seconds: float
    stderr: str = ""
    note: str = ""
    """A remark on what came instead, if anything did."""


@dataclass(frozen=True, slots=True)
class HarnessError:
    """The protocol itself failed: an invalid reply, a testee that does not start, a runner that gave up."""

    text: str
    stderr: str = ""
    gave_up: str = ""
    """The reason why the runner asks nothing more, if it gave up; every later answer would say the same."""


Answer: TypeAlias = Ok | Reject | Unsupported | RequestError | Crash | Timeout | HarnessError


class AnswerError(Exception):
    """A reply that is not one; the text cites the clause."""


_CODE: Final = re.compile(r"[A-Z][A-Z0-9_]*")
_SHOWN_CHARS: Final = 200
# What a reply may be made of, so that reading and showing it is bounded: 18 MB can be six million empty lists.
MAX_PARTS: Final = 500_000
_DONE: Final = b'{"ok":{}}'
_NO_EVENTS: Final = b'{"ok":{"events":[]}}'
"""The replies to most ops on peers."""
MAX_DEPTH: Final = 64  # an ok with the JSON of a message nests 20 deep (MSG-17)


def parse_answer(reply: bytes) -> Answer:
    """Read the reply to a request (specs/ops/reply.json). Raises AnswerError and nothing else."""
    if reply == _DONE:
        return Ok({})
    if reply == _NO_EVENTS:
        return Ok({"events": []})
    if len(reply) > MAX_PARTS:
        parts = reply.count(b",") + reply.count(b"[") + reply.count(b"{")
        if parts > MAX_PARTS:
            text = f"the reply has {parts:,} commas and brackets; {MAX_PARTS:,} is the limit"
            raise AnswerError(f"{text}: {_shown(reply)}")
    try:
        members = read_json(reply)
    except (ValueError, RecursionError) as error:
        raise AnswerError(f"the reply is not UTF-8 JSON ({error}): {_shown(reply)} (TST-8)") from None
    if _may_be_deep(reply) and _is_deep(members):
        raise AnswerError(f"the reply nests deeper than {MAX_DEPTH}: {_shown(reply)}")
    return read_answer(members, reply)


def read_answer(members: object, shown: object = None) -> Answer:
    """A reply that is parsed already. shown: what an error quotes of it. Raises AnswerError and nothing else."""
    reply = members if shown is None else shown
    if type(members) is not dict:
        raise AnswerError(f"the reply is not a JSON object: {_shown(reply)} (TST-8)")
    if len(members) != 1:
        raise AnswerError(f"the reply has {len(members)} members instead of one: {_shown(reply)} (TST-8)")
    ((member, value),) = members.items()
    read = _MEMBERS.get(member)
    if read is None:
        raise AnswerError(f"the reply's member is not one of {', '.join(_MEMBERS)}: {_shown(reply)} (TST-8)")
    return read(value)


def _ok(value: object) -> Ok:
    if type(value) is not dict:
        raise AnswerError(f"ok is not an object: {_shown(value)} (TST-8)")
    return Ok(value)


def _reject(value: object) -> Reject:
    if type(value) is not dict or "code" not in value or not value.keys() <= {"code", "detail"}:
        raise AnswerError(f"reject is not an object with code and optionally detail: {_shown(value)} (TST-13)")
    code, detail = value["code"], value.get("detail", "")
    if type(code) is not str or not _CODE.fullmatch(code):
        raise AnswerError(f"the code of reject is not an upper-case name: {_shown(code)} (TST-13)")
    if type(detail) is not str:
        raise AnswerError(f"the detail of reject is not a string: {_shown(detail)} (TST-13)")
    return Reject(code, detail)


def _unsupported(value: object) -> Unsupported:
    if type(value) is not str:
        raise AnswerError(f"unsupported is not a string: {_shown(value)} (TST-9)")
    return Unsupported(value)


def _error(value: object) -> RequestError:
    if type(value) is not str:
        raise AnswerError(f"error is not a string: {_shown(value)} (TST-11)")
    return RequestError(value)


_MEMBERS: Final[dict[str, Callable[[object], Answer]]] = {
    "ok": _ok,
    "reject": _reject,
    "unsupported": _unsupported,
    "error": _error,
}


def _may_be_deep(reply: bytes) -> bool:
    """Whether its value has to be looked at. Most replies are too short, or have too few brackets."""
    return len(reply) > 2 * MAX_DEPTH and reply.count(b"[") + reply.count(b"{") > MAX_DEPTH


def _is_deep(value: object) -> bool:
    level: list[object] = [value]
    for _ in range(MAX_DEPTH):
        within: list[object] = []
        for one in level:
            if type(one) is dict:
                within += one.values()
            elif type(one) is list:
                within += one
        if not within:
            return False
        level = within
    return any(type(one) is dict or type(one) is list for one in level)


def _shown(value: object) -> str:
    text = repr(value[: _SHOWN_CHARS + 1] if isinstance(value, bytes | str) else value)
    return text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS]}…"
