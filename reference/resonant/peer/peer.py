"""A peer: bytes and times in, bytes and events out. It knows no socket and no clock of its own."""

from __future__ import annotations

from collections.abc import Callable

from ..arguments import boolean, field, instance, instances, integer, octets, text, unlike
from ..message.messages import Heart, Message, slices_of, type_of
from ..tensor.adapt import Dense
from ..wire_values import MAX_DATAGRAM_BYTES, MessageType, Modality, Slice
from .config import Announce, Config, Role
from .events import Output
from .handlers import adaptive, client, mux_receive, mux_send, streams, timers
from .handlers import requests as asking
from .handlers.dispatch import receive
from .state.peer_state import PeerState


def _role(role: object) -> Role:
    if not isinstance(role, str) or role not in set(Role):
        raise TypeError(unlike("role", "Role.CLIENT or Role.SERVER", role))
    return Role(role)


class Peer:
    """One end of one conversation with one remote address (specs/handshake.md, specs/stream.md).

    Times are whole milliseconds of any clock that does not go back. Every method first meets the deadlines that are
    due, and gives what is to be sent and told since the last call. A request that is refused raises ResonantError
    and changes nothing; what deadlines gave before it comes with the next call. An argument of another type raises
    TypeError, a stream_id that is no integer FIELD_RANGE, before anything else.
    """

    def __init__(
        self,
        role: Role,
        config: Config,
        now_ms: int = 0,
        *,
        max_frame_bytes: int = MAX_DATAGRAM_BYTES,
        credit: bool = True,
    ) -> None:
        """max_frame_bytes: of the frames that it sends; over UDP as many as a datagram holds.

        credit: False over a transport whose streams have flow control of their own (specs/mux.md section 2).
        """
        self._talk = PeerState(
            _role(role), instance("config", config, Config), integer("now_ms", now_ms), max_frame_bytes, credit
        )

    def _meet_due(self, now_ms: int) -> None:
        timers.meet_due(self._talk, integer("now_ms", now_ms))

    def receive(self, datagram: bytes, now_ms: int, *, alone: bool = True) -> Output:
        """Handle a datagram from the other end, whatever bytes it is. Never raises for any of them.

        alone: whether it came as one, and not as a frame behind others, where there is no repair (FEC-12).
        """
        datagram = octets("datagram", datagram)
        self._meet_due(now_ms)
        receive(self._talk, datagram, alone=alone)
        return self._talk.flush()

    def advance(self, now_ms: int) -> Output:
        """Meet every deadline due at or before now_ms, each at its own time."""
        self._meet_due(now_ms)
        return self._talk.flush()

    def end(self) -> Output:
        """End the conversation with the connection that carried it (TCP-14). Deadlines that are due are met no more."""
        self._talk.end()
        return self._talk.flush()

    def limit_room(self, room: int | None) -> None:
        """Refuse requests with BUFFER_LIMIT for frames of more bytes than these (TCP-20); None lets any pass."""
        self._talk.send_streams.room = room

    def limit_datagrams(self, most: int | None) -> None:
        """Protect single messages of so many bytes at most, which go as datagrams (FEC-27); None: all goes as these."""
        self._talk.lone_bytes = most

    def cut_stream(self, stream_id: int) -> Output:
        """Fail a stream of the other end, if it is open: what carried it has ended before it (QUI-9).

        Deadlines that are due come later, at which the stream is not open any more (TCP-17).
        """
        streams.cut(self._talk, stream_id)
        return self._talk.flush()

    def stop_stream(self, stream_id: int, now_ms: int) -> Output:
        """Break off a stream that was opened here: the other end has stopped what carries it (QUI-10)."""
        self._meet_due(now_ms)
        self._talk.send_streams.stop(stream_id)
        return self._talk.flush()

    @property
    def release_ms(self) -> int | None:
        """The latest time for a call of `advance` that tells in `released` what is not kept any more (QUI-12)."""
        return self._talk.send_streams.release_ms

    @property
    def deadline_ms(self) -> int | None:
        """The latest time for the next call of `advance`; None while nothing is due."""
        deadline = timers.next_deadline(self._talk)
        return None if deadline is None else deadline.at_ms

    def ping(self, stream_id: int, now_ms: int) -> Output:
        """Begin a handshake, or renegotiate, on a stream_id on which nothing was sent.

        Raises STREAM_STATE for another stream_id, and for a server, which sends no ping.
        """
        stream_id = field("stream_id", stream_id)
        self._meet_due(now_ms)
        client.ping(self._talk, stream_id)
        return self._talk.flush()

    def send(
        self,
        type: MessageType,
        slices: tuple[Slice, ...],
        *,
        stream_id: int,
        modality: Modality = Modality.TEXT,
        now_ms: int,
    ) -> Output:
        """Send a data frame.

        Raises what the other end would refuse it with (HSK-6), STREAM_STATE where its stream has ended,
        FRAME_TOO_LARGE for what no datagram holds (over other transports: no frame), and ValueError for the type Sync.
        """
        stream_id = field("stream_id", stream_id)
        self._meet_due(now_ms)
        asking.send_data(self._talk, type, slices, stream_id, modality)
        return self._talk.flush()

    def send_message(
        self, message: Message, *, stream_id: int, modality: Modality = Modality.TEXT, now_ms: int
    ) -> Output:
        """Send a typed message, as `send` does; a Heart is sent as `heart` does."""
        if isinstance(message, Heart):
            return self.heart(stream_id, now_ms)
        kind, slices = type_of(message), slices_of(message)
        return self.send(kind, slices, stream_id=stream_id, modality=modality, now_ms=now_ms)

    def send_adaptive(
        self,
        type: MessageType,
        tensors: tuple[Dense, ...],
        slices: tuple[Slice, ...] = (),
        *,
        stream_id: int,
        modality: Modality = Modality.TEXT,
        now_ms: int,
    ) -> Output:
        """Send a data frame whose tensors, in the order of their slots, take the forms that are chosen for them.

        slices: what follows them, such as an explanation. Raises as `send` does, and besides UNSUPPORTED_FEATURE for a
        peer without the own value `adaptive`, and LENGTH_MISMATCH or TOLERANCE for a tensor (ADA-13).
        """
        stream_id, tensors = field("stream_id", stream_id), instances("tensors", tensors, Dense)
        self._meet_due(now_ms)
        adaptive.send(self._talk, type, tensors, slices, stream_id, modality)
        return self._talk.flush()

    def send_quality(self, stream_id: int, tolerance: int, now_ms: int) -> Output:
        """Tell the other end how much error its tensors on this stream_id may have, 0 to 16,777,216 (ADA-16).

        Raises FIELD_RANGE, and STREAM_STATE on a stream_id on which this peer has opened a stream itself.
        """
        stream_id, tolerance = field("stream_id", stream_id), field("tolerance", tolerance)
        self._meet_due(now_ms)
        adaptive.send_quality(self._talk, stream_id, tolerance)
        return self._talk.flush()

    def open_stream(
        self,
        stream_id: int,
        *,
        strong_tail: bool,
        announce: Announce | None = None,
        urgency: int | None = None,
        now_ms: int,
    ) -> Output:
        """Send HEAD on a stream_id on which nothing was sent; STREAM_STATE otherwise.

        announce: what HEAD says of the stream in advance; BAD_MESSAGE where the other end would not take it.
        urgency: 0 to 7, the lowest goes first; 3 for None. It is told only where multiplexing is agreed, where
        STREAM_LIMIT refuses one stream more than the other end allows (specs/mux.md).
        """
        stream_id, strong_tail = field("stream_id", stream_id), boolean("strong_tail", strong_tail)
        if announce is not None:
            instance("announce", announce, Announce)
        self._meet_due(now_ms)
        if urgency is not None:
            urgency = integer("urgency", urgency)
        asking.open_stream(self._talk, stream_id, announce, strong=strong_tail, urgency=urgency)
        return self._talk.flush()

    @property
    def free_stream_id(self) -> int:
        """The lowest stream_id to open a stream on: odd from 3 for a client, even from 4 for a server."""
        return self._talk.send_streams.free_id(3 if self._talk.role is Role.CLIENT else 4)

    def close_stream(self, stream_id: int, now_ms: int) -> Output:
        """Send TAIL. Raises STREAM_STATE where the stream is not open."""
        stream_id = field("stream_id", stream_id)
        self._meet_due(now_ms)
        asking.close_stream(self._talk, stream_id)
        return self._talk.flush()

    def heart(self, stream_id: int, now_ms: int) -> Output:
        """Send HEART. Raises HANDSHAKE_REQUIRED without a session, STREAM_STATE after a TAIL."""
        stream_id = field("stream_id", stream_id)
        self._meet_due(now_ms)
        asking.send_heart(self._talk, stream_id)
        return self._talk.flush()

    def reset_stream(self, stream_id: int, code: str, now_ms: int) -> Output:
        """End a managed stream before its TAIL; what waits is thrown away (MUX-25).

        code: 1 to 64 characters of A to Z, 0 to 9 and _, for the other end. Raises STREAM_STATE where none is open.
        """
        stream_id = field("stream_id", stream_id)
        self._meet_due(now_ms)
        asking.reset_stream(self._talk, stream_id, text("code", code))
        return self._talk.flush()

    def cancel_stream(self, stream_id: int, now_ms: int) -> Output:
        """Fail a managed stream of the other end (MUX-26). Raises STREAM_STATE where none is open."""
        return self._of_received(mux_receive.cancel, stream_id, now_ms)

    def hold_stream(self, stream_id: int, now_ms: int) -> Output:
        """Deliver nothing of a managed stream of the other end, and grant it no credit, until `resume_stream`."""
        return self._of_received(mux_receive.hold, stream_id, now_ms)

    def resume_stream(self, stream_id: int, now_ms: int) -> Output:
        """Deliver what has come for a held stream, and go on (MUX-20)."""
        return self._of_received(mux_receive.resume, stream_id, now_ms)

    def _of_received(self, act: Callable[[PeerState, int], None], stream_id: int, now_ms: int) -> Output:
        stream_id = field("stream_id", stream_id)
        self._meet_due(now_ms)
        act(self._talk, stream_id)
        return self._talk.flush()

    def cork(self, now_ms: int) -> Output:
        """Let the data frames of managed streams wait until `uncork` (MUX-21)."""
        self._meet_due(now_ms)
        mux_send.cork(self._talk)
        return self._talk.flush()

    def uncork(self, now_ms: int) -> Output:
        """Let go what waits and may go, in the order of urgency (MUX-30)."""
        self._meet_due(now_ms)
        mux_send.uncork(self._talk)
        return self._talk.flush()
