"""A dialogue as classes look at it: what is sent, what is told of it, and when, without the reference."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

SYNC = 3
_TRANSFORMED = 3
_NAMES = {bool: "boolean", int: "integer", float: "fraction", str: "string", list: "list", dict: "object"}


@dataclass(frozen=True, slots=True)
class Sent:
    """A frame to the peer under test. content: the object of a Sync that is not transformed, or empty."""

    type: int
    stream_id: int
    frame_seq: int
    content: Mapping[str, Any]


@dataclass(frozen=True)
class Talk:
    """The input of a dialogue, written out."""

    given: Mapping[str, Any]

    @property
    def role(self) -> str:
        """The role of the peer under test."""
        return str(self.given["role"])

    @cached_property
    def sent(self) -> tuple[Sent, ...]:
        """Frames in order, but for those of a `send_each` and what is too short for a frame."""
        every = (bytes.fromhex(step["send"]) for step in self.given["steps"] if "send" in step)
        return tuple(_read(data) for data in every if len(data) >= 33)

    def acts(self, *kinds: str) -> Iterator[tuple[Mapping[str, Any], str]]:
        """Requests of these kinds in order, each with the code that refuses it, or an empty text."""
        for step in self.given["steps"]:
            if step.get("act", {}).get("kind") in kinds:
                yield step["act"], step.get("reject", "")

    def events(self, *kinds: str) -> Iterator[Mapping[str, Any]]:
        """Events of these kinds in order."""
        return (event for event in self._told if event["event"] in kinds)

    @cached_property
    def _told(self) -> tuple[Mapping[str, Any], ...]:
        """All events in order: classes ask for them fifteen times."""
        return tuple(event for step in self.given["steps"] for event in step.get("events", ()))

    def instants(self) -> Iterator[int]:
        """The clock at each of its stops, in milliseconds."""
        now_ms = 0
        for step in self.given["steps"]:
            now_ms += step.get("advance", 0)
            yield now_ms


def _read(data: bytes) -> Sent:
    kind, flags, stream_id, frame_seq, count = struct.unpack_from("<xBHIQQ", data)
    clear = kind == SYNC and count == 1 and not flags & _TRANSFORMED
    return Sent(kind, stream_id, frame_seq, _content(data[39:-4]) if clear else {})


def _content(text: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def type_of(value: Any) -> str:
    """The name of a value's type in JSON, integers apart from other numbers."""
    return "null" if value is None else _NAMES[type(value)]
