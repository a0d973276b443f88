"""The carriages of one QUIC connection: frames in what comes, their deadlines, and where each frame goes."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from ...errors import CloseCode
from ..framing import CloseReason, join
from ..pipe import Pipe
from .acts import MAIN, Act, Datagram, Finish, Reset, Write

MAX_DATAGRAM_BYTES = 1_100
"""QUI-5."""
_STREAM_ID = struct.Struct("<4xI")
"""The start of a frame: its stream_id at offset 4 (specs/frame.md)."""
_STEP = 4
"""The number of a QUIC stream is its place among those of its sort, times 4, and the sort (RFC 9000 section 2.1)."""
_UNI, _OF_SERVER = 2, 1


class Uni:
    """A unidirectional stream of the other end. It ends once: by FIN, by reset, or because it was stopped here."""

    __slots__ = ("_stream_id", "fault", "opened", "over", "pipe")

    def __init__(self) -> None:
        self.pipe = Pipe(None)
        self.over = False
        self.fault: CloseReason | None = None
        """The fault for which it has to be stopped."""
        self.opened: int | None = None
        """The stream that was opened by a HEAD on it, if that came in this session (QUI-9)."""
        self._stream_id: int | None = None

    @property
    def deadline_ms(self) -> int | None:
        """The time at which it has to be stopped, as things stand (TCP-8)."""
        return None if self.over else self.pipe.deadline_ms

    def feed(self, data: bytes, now_ms: int) -> Iterator[bytes]:
        """The frames that these bytes complete, up to one of another stream_id than the first (QUI-7)."""
        for frame in self.pipe.feed(data, now_ms):
            stream_id: int = _STREAM_ID.unpack_from(frame)[0]
            if self._stream_id not in (None, stream_id):
                self.fault = CloseCode.STREAM_MISMATCH
                return
            self._stream_id = stream_id
            yield frame
        self.fault = self.pipe.fault


class Carriages:
    """The unis of a connection, of both ends; `main` has the frames, deadlines and room of main and all of them.

    It speaks of bytes and frames, and knows no peer: `resonant.endpoint` brings them together.
    """

    def __init__(self, *, server: bool, accepted_ms: int | None) -> None:
        """server: whether this end is the server. accepted_ms: when a server accepted the connection."""
        self.main = Pipe(accepted_ms)
        self.allow_datagrams(0)
        self._server = server
        self._next = _UNI | (_OF_SERVER if server else 0)
        self._own: dict[int, int] = {}
        self._theirs: dict[int, Uni] = {}

    def allow_datagrams(self, most: int) -> None:
        """Note the largest datagram that the connection takes now; 0 if it takes none, as at first."""
        self._datagram_bytes = most
        self._lone_bytes = self.main.lone_bytes = min(MAX_DATAGRAM_BYTES, most)

    def hold(self) -> None:
        """Nobody reads the connection for a while."""
        self.main.hold()
        for uni in self._theirs.values():
            uni.pipe.hold()

    def read_on(self, now_ms: int) -> None:
        """It is read again (TCP-24)."""
        self.main.release(now_ms)
        for uni in self._theirs.values():
            uni.pipe.release(now_ms)

    def is_foreign(self, on: int) -> bool:
        """Whether a QUIC stream of the other end is one that must not be (QUI-11)."""
        return on != MAIN and not on & _UNI

    def uni(self, on: int) -> Uni:
        """A uni of the other end, which begins when it is first asked for."""
        return self._theirs.setdefault(on, Uni())

    def drop(self, on: int) -> None:
        """Forget a uni of the other end that has ended on both sides."""
        self._theirs.pop(on, None)

    def end_session(self) -> None:
        """Remember no stream of the session any more."""
        for uni in self._theirs.values():
            uni.opened = None

    @property
    def deadline_ms(self) -> int | None:
        """The time at which a uni has to be stopped next; None for not at all."""
        return min((at_ms for at_ms, _ in self._deadlines()), default=None)

    @property
    def overdue(self) -> int | None:
        """The uni whose deadline comes first; of two at the same instant the older one."""
        return min(self._deadlines(), default=(0, None))[1]

    def _deadlines(self) -> Iterator[tuple[int, int]]:
        if not self.main.ended:
            for on, uni in self._theirs.items():
                if uni.deadline_ms is not None:
                    yield uni.deadline_ms, on

    def carry(self, frame: bytes, stream_id: int | None, *, alone: bool) -> Iterator[Act]:
        """Send a frame (QUI-4, QUI-5); one for which there is no room is lost (TCP-20).

        stream_id: of the opened stream that it belongs to. alone: whether it is a message of its own.
        """
        if len(frame) > self.main.room or self.main.ended:
            return
        if alone and len(frame) <= self._lone_bytes:
            self.main.unsent += len(frame)
            yield Datagram(frame)
            return
        data = join(frame)
        self.main.unsent += len(data)
        yield Write(MAIN if stream_id is None else self._uni_of(stream_id), data)

    def carry_repair(self, datagram: bytes) -> Iterator[Act]:
        """Send repair, as a datagram or not at all (FEC-12, FEC-33)."""
        if len(datagram) <= min(self.main.room, self._datagram_bytes) and not self.main.ended:
            self.main.unsent += len(datagram)
            yield Datagram(datagram)

    def release(self, stream_id: int) -> Iterator[Act]:
        """End the uni of a stream whose frames are not kept any more (QUI-12)."""
        on = self._own.pop(stream_id, None)
        if on is not None and not self.main.ended:
            yield Finish(on)

    def stopped(self, on: int, number: int) -> tuple[int, Reset] | None:
        """Break off a uni that the other end has stopped (QUI-10): its stream, and the act; None if it has ended."""
        for stream_id, mine in self._own.items():
            if mine == on:
                del self._own[stream_id]
                return stream_id, Reset(on, number)
        return None

    def _uni_of(self, stream_id: int) -> int:
        if stream_id not in self._own:
            self._own[stream_id] = self._next
            self._next += _STEP
        return self._own[stream_id]
