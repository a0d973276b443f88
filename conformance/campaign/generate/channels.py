"""Dialogues of the profile webrtc: messages of any kind on channels of any manner, and what is too large to be sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ...model.cases import DIALOGUE
from ..inputs import Draw, Input, Kind
from .dialogues import Numbers, Steps, data_frame, passing, request, send, sync_frame
from .slices import I8
from .streams import planned
from .sync import capability, config, frame_of

_NEEDS = ("handshake", "stream", "webrtc")
_ASKED = ("message", "message", "heart", "ping", "head", "tail")
_TEXTS = ("", "ping", "V", "ünï", "x" * 1000)
_LIMITS = (None, None, None, 0, 1200, 65_536)
"""Limits on messages that the other end announces, and none; 0 is no limit."""
_MANNERS: tuple[Mapping[str, Any], ...] = (
    {},
    {},
    {"ordered": False},
    {"ordered": True, "label": ""},
    {"ordered": False, "max_retransmits": 0},
)


def _large(draw: Draw, limit: int | None) -> Mapping[str, Any]:
    """A request for a message that is about as long as the limit allows."""
    asked = request(draw, ("message",))
    length = max(0, (limit or 65_536) - 43 + draw.randrange(-1, 2))
    return {"act": asked | {"slices": [{"dtype": I8, "dims": [length], "payload": bytes(length).hex()}]}}


def _messages(draw: Draw, limit: int | None) -> Steps:
    """The messages that come on the channel, and requests of the application meanwhile."""
    numbers = Numbers(draw)
    steps: Steps = []
    stream = [one.datagram for one in planned(draw, draw.choice((3, 5))).frames]
    makers: tuple[Callable[[], Mapping[str, Any]], ...] = (
        lambda: {"text": draw.choice(_TEXTS)},
        lambda: {"send": draw.randbytes(draw.choice((0, 0, 1, 32, 33, 100))).hex()},
        lambda: send(stream.pop(0)) if stream else {"send": ""},
        lambda: send(stream.pop(0)) if stream else {"send": ""},
        lambda: send(data_frame(draw, numbers)),
        lambda: send(sync_frame(draw, numbers)),
        lambda: {"act": request(draw, _ASKED)},
        lambda: _large(draw, limit),
        lambda: passing(draw),
    )
    for _ in range(draw.randrange(2, 12)):
        steps.append(draw.choice(makers)())
    return steps


def _given(draw: Draw, role: Mapping[str, Any], first: bytes, limit: int | None) -> Input:
    began: Steps = [{"send": first.hex()}] if draw.randrange(6) else []
    ended: Steps = [{"close": draw.choice(("clean", "clean", "reset"))}] if not draw.randrange(3) else []
    asked: Steps = [{"act": request(draw, _ASKED)}, passing(draw)] if draw.randrange(3) else [passing(draw)]
    given = {**role, "config": config(draw), "steps": [*began, *_messages(draw, limit), *ended, *asked]}
    if limit is not None:
        given["association"] = {"max_message_size": limit}
    return Input(DIALOGUE, given, _NEEDS)


def servers(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """A server on which somebody opens a channel, and mostly pings."""
    hello = frame_of({"method": "ping", "ts": 0, "supports": {"critique": True}}, 1, 0).data()
    limit = draw.choice(_LIMITS)  # one association for all
    for _ in range(count):
        one = _given(draw, {"role": "server"}, hello, limit)
        manner = draw.choice(_MANNERS)
        yield replace(one, given={**one.given, "channels": {"a": manner}}) if manner else one


def clients(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """A client whose server answers, mostly."""
    limit = draw.choice(_LIMITS)
    for _ in range(count):
        yield _given(draw, {"role": "client", "stream_id": 7}, frame_of(capability(draw), 7, 0).data(), limit)


KINDS = (Kind("webrtc/servers", servers, 10), Kind("webrtc/clients", clients, 10))
