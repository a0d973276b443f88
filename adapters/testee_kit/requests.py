"""From a message to the reply to it (specs/testee.md section 5)."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence, Set
from typing import Any, Final, NamedTuple, TypeAlias

from .schema import BadRequestError, Shape, any_object, any_value, array, members, parse, some_text, text

VARIABLE: Final = "RESONANT_TOKEN"
"""The environment variable with the secret (TST-6)."""
REQUEST: Final[Shape] = {"op": some_text, "case": text, "profile": text, "input": any_object}
_BATCH: Final[Shape] = {"requests": array(any_value, 1, 300)}
_PEER_OPS: Final = ("peer_open", "peer_send", "peer_poll", "peer_advance", "peer_batch", "peer_close", "reset")
_ALONE: Final = frozenset({"hello", "stop", "batch", *_PEER_OPS})
"""Ops that may not stand in a batch (TST-25)."""

Performer: TypeAlias = Callable[..., dict[str, Any]]
"""Takes the members of an input as keywords and returns the result; called with what fits the shape only."""


class UnsupportedError(Exception):
    """The input needs a profile that is not claimed, or whatever else the text names (TST-10)."""


class Op(NamedTuple):
    """One op: the members its input needs, those it may have, and the call behind it."""

    needed: Shape
    optional: Shape
    perform: Performer


STOP: Final = Op({}, {}, dict)
"""The loop ends after it (TST-3)."""


def greet(
    token: str, *, name: str, version: str, language: str, profiles: Sequence[str], transports: Sequence[str] = ()
) -> dict[str, Any]:
    """The result of hello (TST-12, TST-27). Raises BadRequestError for another token than the environment's."""
    if token != os.environ[VARIABLE]:
        raise BadRequestError("input.token is not the token")
    told = {"name": name, "version": version, "language": language, "spec": "1.0", "profiles": profiles}
    return told | ({"transports": transports} if transports else {})


def answer(ops: Mapping[str, Op], refusal: type[Exception], message: bytes) -> tuple[str, dict[str, Any]]:
    """The op of a message, empty if it has none, and the reply to it (TST-8).

    refusal: what a performer raises to refuse its input; it has the attribute `code`, or the code is REJECTED. Whatever
    else is raised ends the process (specs/testee.md section 7).
    """
    try:
        request = parse(message)
    except BadRequestError as error:
        return "", {"error": str(error)}
    return _answer(ops, refusal, request)


def _answer(
    ops: Mapping[str, Op], refusal: type[Exception], request: Any, *, batched: bool = False
) -> tuple[str, dict[str, Any]]:
    """The op of a request, empty if it has none, and the reply to it. batched: it stands in a batch."""
    op = ""
    try:
        request = members("the message", request, REQUEST, {})
        op = request["op"]
        if batched and op in _ALONE:
            raise BadRequestError(f"{op} may not stand in a batch")
        if op == "batch":
            given = members("input", request["input"], _BATCH, {})
            return op, {"ok": {"replies": [_answer(ops, refusal, one, batched=True)[1] for one in given["requests"]]}}
        if op not in ops:
            raise UnsupportedError(op)  # TST-9
        needed, optional, perform = ops[op]
        return op, {"ok": perform(**members("input", request["input"], needed, optional))}
    except UnsupportedError as error:
        return op, {"unsupported": str(error)}  # TST-9, TST-10
    except BadRequestError as error:
        return op, {"error": str(error)}  # TST-11
    except refusal as error:
        code, why = str(getattr(error, "code", "REJECTED")), str(error)
        return op, {"reject": {"code": code, "detail": why} if why else {"code": code}}  # TST-13, TST-14


def reply_to(
    ops: Mapping[str, Op], refusal: type[Exception], request: Any, only: Set[str], within: str
) -> dict[str, Any]:
    """The reply to a request that stands in another one, of the op `within`, where only these may stand."""
    op = request.get("op") if type(request) is dict else None
    if type(op) is str and op not in only:
        return {"error": f"{op} may not stand in a {within}"}
    return _answer(ops, refusal, request)[1]


def shows_token(message: bytes) -> bool:
    """Whether this is a hello with the right token (TST-6)."""
    try:
        request = parse(message)
    except BadRequestError:
        return False
    given = request.get("input") if type(request) is dict and request.get("op") == "hello" else None
    return type(given) is dict and given.get("token") == os.environ[VARIABLE]
