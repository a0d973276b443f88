"""An endpoint whose links are data channels of WebRTC (specs/webrtc.md)."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TypeVar

from ..errors import DropCode
from ..peer import Dropped, Output, Peer
from ..transport import Pipe
from ..transport.webrtc import ChannelPipe
from ..wire_values import MAX_FRAME_BYTES
from .endpoint import Endpoint

L = TypeVar("L", bound=Hashable)


class ChannelEndpoint(Endpoint[L]):
    """An `Endpoint` with channels beside its other links.

    What `take_datagrams` gives for one is a frame to send as one binary message. `written`, `take_ended`,
    `receive_end`, for a channel that was closed, and `receive_reset`, for an association that is gone, are as over TCP.
    """

    def connect_channel(self, link: L, stream_id: int, now_ms: int, max_frame_bytes: int = MAX_FRAME_BYTES) -> None:
        """Begin a handshake on a channel of our own. max_frame_bytes: what the other end takes (RTC-8).

        Raises what `Peer.ping` does, and then begins none.
        """
        pipe = ChannelPipe(None, max_frame_bytes)
        peer = self._new_peer(now_ms, pipe)
        output = peer.ping(stream_id, now_ms)
        self._tell_forgotten(self._connections.add(link, peer, pipe))
        self._collect(link, output)

    def accept_channel(
        self, link: L, now_ms: int, max_frame_bytes: int = MAX_FRAME_BYTES, *, reliable: bool = True
    ) -> bool:
        """Begin a connection on a channel that the other end has opened; False, and none begins, without room.

        reliable: as of `ChannelPipe`.
        """
        self.pass_time(now_ms)
        if self._connections.full and link not in self._connections:
            return False
        pipe = ChannelPipe(now_ms, max_frame_bytes, reliable=reliable)
        self._tell_forgotten(self._connections.add(link, self._new_peer(now_ms, pipe), pipe))
        return True

    def receive_message(self, link: L, message: bytes | str, now_ms: int) -> None:
        """Handle a message of a channel; those of one that has ended are nothing to anybody."""
        self.pass_time(now_ms)
        if self._open_pipe(link) is None:
            return
        self._tell_forgotten(self._connections.hear(link))
        if isinstance(message, str):
            self._collect(link, Output((), (Dropped(DropCode.NOT_BINARY),)))  # RTC-6
        else:
            self._collect(link, self._connections[link].peer.receive(message, now_ms))

    def _new_peer(self, now_ms: int, pipe: Pipe | None) -> Peer:
        if not isinstance(pipe, ChannelPipe):
            return super()._new_peer(now_ms, pipe)
        return self._peer(now_ms, pipe, pipe.max_frame_bytes)

    def _carry(self, link: L, output: Output) -> None:
        pipe = self._connections[link].pipe
        if not isinstance(pipe, ChannelPipe):
            super()._carry(link, output)
            return
        for frame in output.datagrams:
            if len(frame) <= min(pipe.room, pipe.max_frame_bytes):  # otherwise it is lost (TCP-20, RTC-8, FEC-33)
                pipe.unsent += len(frame)
                self._datagrams.append((link, frame))
