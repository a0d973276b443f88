"""The steps that dialogues over WebRTC alone have: texts, channels of other kinds, and offers of the association."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..dialogue.events import message
from ..dialogue.frames import part
from ..dialogue.steps import Steps, events, nothing, send
from ..model import Case, Group

WEBRTC = ("webrtc",)
NOT_BINARY = "NOT_BINARY"
RESET = "CONNECTION_RESET"
STRANGER = "HANDSHAKE_TIMEOUT"
Channel = Mapping[str, Any]


def group(name: str, about: str, cases: Iterator[Case] | list[Case]) -> Group:
    """A group of dialogues over WebRTC alone."""
    return Group("webrtc", name, "dialogue", about, list(cases), transports=WEBRTC)


def text(*texts: str, link: str = "a") -> Steps:
    """Text messages to the peer under test."""
    return [({} if link == "a" else {"link": link}) | {"text": one} for one in texts]


def refused(link: str = "a") -> Steps:
    """The peer under test has closed the channel, and told nobody."""
    return [({} if link == "a" else {"link": link}) | {"expect_end": "fin", "on": "main"}]


def goes_on(number: int = 40) -> Steps:
    """The session is still there: a message is heard."""
    frame = part(number, 9)
    return [*send(frame), *nothing(), *events(message(frame))]


def on_channels(case: Case, **channels: Channel) -> Case:
    """The case on channels with these properties, by the letters of the ends that open them."""
    return replace(case, input={**case.input, "channels": channels})


def associated(case: Case, **members: Any) -> Case:
    """The case on an association that comes about like this."""
    return replace(case, input={**case.input, "association": members})
