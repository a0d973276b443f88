"""The ways in which a canary is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Entry = dict[str, Any]
"""A case as it stands in a vector file."""


class Kind(StrEnum):
    """The kind of change."""

    ACCEPTED = "accepted"
    """A reject was made ok."""
    REFUSED = "refused"
    """An ok was made a reject."""
    CODE = "code"
    """Another reject code. Nobody can report it whose implementation names no codes (TST-14)."""
    BIT = "bit"
    """One bit of the expected bytes."""
    VALUE = "value"
    """An expected value."""
    DIALOGUE = "dialogue"
    """A step of a dialogue."""


@dataclass(frozen=True, slots=True)
class Lie:
    """A change of a case's verdict, in place. Its input stays, but for what the steps of a dialogue expect."""

    kind: Kind
    change: Callable[[Entry], None]


@dataclass(frozen=True, slots=True)
class Canary:
    """One vector made wrong."""

    case: str
    """The id of the case that is copied."""
    lie: Lie
    wrong: str
    """The fault in it, for people."""


def accepted(**ok: Any) -> Lie:
    """A case that must be rejected, expected to give this."""
    return Lie(Kind.ACCEPTED, lambda entry: entry.update(expect={"ok": ok}))


def refused(code: str) -> Lie:
    """A valid case, expected to be rejected."""
    return Lie(Kind.REFUSED, lambda entry: entry.update(expect={"reject": code}))


def coded(code: str) -> Lie:
    """The reject is expected to have another code."""
    return Lie(Kind.CODE, lambda entry: entry.update(expect={"reject": code}))


def bit(path: str, byte: int = 0, mask: int = 1) -> Lie:
    """One bit of expected bytes is another. path: below ok, with dots; byte: from the end if negative."""

    def change(old: Any) -> str:
        data = bytearray.fromhex(old)
        data[byte] ^= mask
        return data.hex()

    return Lie(Kind.BIT, lambda entry: _change(entry["expect"]["ok"], path, change))


def value(path: str, new: Any) -> Lie:
    """An expected value is another."""
    return Lie(Kind.VALUE, lambda entry: _change(entry["expect"]["ok"], path, lambda _: new))


def step(number: int, path: str, new: Any) -> Lie:
    """Let a step of a dialogue expect another value. path: below the step."""
    return Lie(Kind.DIALOGUE, lambda entry: _change(entry["input"]["steps"][number], path, lambda _: new))


def replaced(number: int, new: Mapping[str, Any]) -> Lie:
    """A step that expects something is another step."""

    def change(entry: Entry) -> None:
        entry["input"]["steps"][number] = dict(new)

    return Lie(Kind.DIALOGUE, change)


def without(number: int) -> Lie:
    """A step that expects something is not there, and nothing claims what happens."""
    return Lie(Kind.DIALOGUE, lambda entry: entry["input"]["steps"].pop(number))


def swapped(first: int, second: int) -> Lie:
    """Two steps have changed places."""

    def change(entry: Entry) -> None:
        steps = entry["input"]["steps"]
        steps[first], steps[second] = steps[second], steps[first]

    return Lie(Kind.DIALOGUE, change)


def events_swapped(number: int, first: int, second: int) -> Lie:
    """Two events of one step have changed places."""

    def change(entry: Entry) -> None:
        events = entry["input"]["steps"][number]["events"]
        events[first], events[second] = events[second], events[first]

    return Lie(Kind.DIALOGUE, change)


def _change(top: Any, path: str, change: Callable[[Any], Any]) -> None:
    """Change the one value at a path that is there."""
    *above, last = (int(part) if part.isdigit() else part for part in path.split("."))
    for part in above:
        top = top[part]
    top[last] = change(top[last])
