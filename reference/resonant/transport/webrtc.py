"""A data channel as an endpoint sees it: frames as messages, and the deadlines of a connection (specs/webrtc.md)."""

from __future__ import annotations

import re

from ..wire_values import MAX_FRAME_BYTES
from .pipe import Pipe

PROTOCOL = "resonant/1"
"""RTC-1."""
LABEL = "resonant"
MAX_BUFFERED_BYTES = 1 << 20
"""The bufferedAmount above which no frame is handed to a channel (RTC-9)."""
_UNTOLD_BYTES = 65_536
_SIZE = re.compile(r"^a=max-message-size:(\d{1,20})\s*$", re.MULTILINE)


def message_limit(description: str) -> int:
    """The largest frame that may be sent to the end with this description (SDP), in bytes (RTC-8)."""
    found = _SIZE.search(description)
    announced = _UNTOLD_BYTES if found is None else int(found[1])
    return min(announced or MAX_FRAME_BYTES, MAX_FRAME_BYTES)


class ChannelPipe(Pipe):
    """One channel of an endpoint. It holds no bytes: a message is a whole frame."""

    __slots__ = ("max_frame_bytes",)

    def __init__(
        self, accepted_ms: int | None, max_frame_bytes: int = MAX_FRAME_BYTES, *, reliable: bool = True
    ) -> None:
        """accepted_ms: as of `Pipe`. max_frame_bytes: `message_limit` of the other end's description.

        reliable: whether no message is lost, which is what neither maxRetransmits nor maxPacketLifeTime means (FEC-11).
        """
        super().__init__(accepted_ms)
        self.max_frame_bytes = max_frame_bytes
        if not reliable:
            self.lone_bytes = None
