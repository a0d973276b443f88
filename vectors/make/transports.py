"""The transports over which a dialogue can be played: UDP alone for what only datagrams can be or do."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, TypeAlias

Json: TypeAlias = Mapping[str, Any]
DATAGRAMS = ("udp",)
FRAME_BYTES = range(33, 65_537)
"""TCP-3, TCP-4."""
SESSION_MS = 15_000
"""TCP-9."""
_LIMIT_OF_DATAGRAMS = "HSK-1"
_REFUSED = "FRAME_TOO_LARGE"
_FIRST = "a"


def transports_of(given: Json, clauses: Collection[str]) -> tuple[str, ...]:
    """The transports of the dialogue with this input, empty for any."""
    bound = any((_has_strangers(given), _has_other_sizes(given), _is_on_sizes(given, clauses), _waits(given)))
    return DATAGRAMS if bound else ()


def _has_strangers(given: Json) -> bool:
    """Whether a client hears somebody who is not its server: nobody else is on its connection."""
    return given["role"] == "client" and any(step.get("link", _FIRST) != _FIRST for step in given["steps"])


def _has_other_sizes(given: Json) -> bool:
    """Whether a datagram is sent whose size no length announces."""
    return any(len(step["send"]) // 2 not in FRAME_BYTES for step in given["steps"] if "send" in step)


def _is_on_sizes(given: Json, clauses: Collection[str]) -> bool:
    """Whether it is on the size of datagrams, and one is exceeded."""
    return _LIMIT_OF_DATAGRAMS in clauses and _REFUSED in _codes(given)


def _codes(given: Json) -> Iterator[str]:
    for step in given["steps"]:
        yield step.get("reject", "")
        yield from (event.get("code", "") for event in step.get("events", ()))


def _waits(given: Json) -> bool:
    """Whether a server has no session on some link when a connection of that age is closed."""
    if given["role"] != "server":
        return False
    now_ms, without = 0, {link for step in given["steps"] for link in _links(step)}
    for step in given["steps"]:
        now_ms += step.get("advance", 0)
        if now_ms >= SESSION_MS:
            return bool(without)
        without -= {event.get("link", _FIRST) for event in step.get("events", ()) if event["event"] == "established"}
    return False


def _links(step: Json) -> Iterator[str]:
    if "advance" not in step and "events" not in step:
        yield step.get("link", _FIRST)
    yield from (event.get("link", _FIRST) for event in step.get("events", ()))
