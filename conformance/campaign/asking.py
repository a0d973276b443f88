"""Having a testee perform many requests: the one place that knows how they travel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from adapters.driver import Answer, Testee, ask_many, request_bytes

Request: TypeAlias = tuple[str, str, Mapping[str, Any]]
"""Op, profile, input."""
CASE = "campaign"
_AT_ONCE = 100
"""A testee has the time of one reply for a whole batch of requests (TST-24), also on a busy machine."""


def ask_all(testee: Testee, requests: Sequence[Request]) -> list[Answer]:
    """The answers to stateless requests, in order. A crash or a hang costs its own request only."""
    return ask_messages(testee, [message_of(one) for one in requests])


def message_of(request: Request) -> bytes:
    """The request as it travels, whoever is asked."""
    op, profile, given = request
    return request_bytes(op, given, CASE, profile)


def ask_messages(testee: Testee, messages: Sequence[bytes]) -> list[Answer]:
    """The same for requests that are messages already."""
    groups = (messages[at : at + _AT_ONCE] for at in range(0, len(messages), _AT_ONCE))
    return [answer for group in groups for answer in ask_many(testee, group)]
