"""The frames and events that a server owes the remote peer and its application, as a dialogue expects them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...model.peer_requests import SPACE_HASH
from .sender import Sent

REPLIES, REPLIES_MS = 8, 999  # HSK-42


@dataclass(slots=True)
class Expectation:
    """The frames and events owed since the last `told`, and the state that numbers and limits depend on."""

    now_ms: int = 0
    sent_ms: int = 0
    replied_ms: list[int] = field(default_factory=list)
    own: dict[int, int] = field(default_factory=dict)
    frames: list[Mapping[str, Any]] = field(default_factory=list)
    events: list[Mapping[str, Any]] = field(default_factory=list)

    def take(self) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
        """The frames and events that are expected, once."""
        frames, self.frames = self.frames, []
        events, self.events = self.events, []
        return frames, events

    @property
    def limited(self) -> bool:
        """Whether no reply may be sent at this moment (HSK-42)."""
        return sum(self.now_ms - at <= REPLIES_MS for at in self.replied_ms) >= REPLIES

    def drop(self, code: str) -> None:
        """A frame is dropped."""
        self.events.append({"event": "dropped", "code": code})

    def refuse(self, sent: Sent, code: str) -> None:
        """A frame is answered with error, and without effect."""
        if self.error(sent, code):
            named = {"stream_id": sent.stream_id, "frame_seq": str(sent.number)}
            self.events.append({"event": "error_sent", "code": code, **named})

    def error(self, sent: Sent, code: str, **adds: Any) -> bool:
        """A frame is answered with error; False where no reply may be sent."""
        ref = {"stream_id": sent.stream_id, "frame_seq": str(sent.number)}
        return self.reply(sent.stream_id, {"method": "error", "code": code, "ref": ref, **adds})

    def reply(self, stream_id: int, message: Mapping[str, Any]) -> bool:
        """A reply is sent; False where none may be, so that the frame is dropped (HSK-42)."""
        if self.limited:
            self.drop("REPLY_LIMIT")
            return False
        self.replied_ms.append(self.now_ms)
        self.send(stream_id, {"json": message})
        return True

    def send(self, stream_id: int, content: Mapping[str, Any]) -> None:
        """A Sync frame is sent. content: its json, or its slices."""
        number = self.own.get(stream_id, 0)
        self.own[stream_id] = number + 1  # HSK-2
        self.sent_ms = self.now_ms
        header = {"type": 3, "flags": 0, "stream_id": stream_id, "frame_seq": str(number)}
        self.frames.append({**header, "space_hash32": SPACE_HASH, "modality": 0, **content})
