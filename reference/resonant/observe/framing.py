"""The frames in the bytes that two ends of a connection sent, each in its place in time."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from ..errors import CloseCode
from ..transport import Pipe
from ..transport.framing import LENGTH
from ..wire_values import MAX_FRAME_BYTES, MIN_FRAME_BYTES, VERSION
from .entries import Carried, What

_SEARCHED_BYTES = 1 << 18
"""So many bytes may wait for a frame behind a gap: four of the largest."""
_TRIES = 20_000
"""So many places behind one gap are tried."""


def frames_of(carried: Iterable[Carried]) -> Iterator[Carried]:
    """The same with frames in place of bytes; what comes on a connection after its fault is left out (TCP-7)."""
    sides = (_Side(), _Side())
    for one in carried:
        if not any(side.ended for side in sides):
            yield from sides[one.side].take(one)


class _Side:
    """One direction. ended: whether its receiver has ended the connection for what came."""

    def __init__(self) -> None:
        self._pipe = Pipe(None)
        self._search: _Search | None = None
        self.ended = False

    def take(self, one: Carried) -> Iterator[Carried]:
        overdue_ms = self._pipe.deadline_ms
        if overdue_ms is not None and one.time_us // 1000 >= overdue_ms:
            yield self._fault(one, CloseCode.FRAME_TIMEOUT)
        elif one.what is What.BYTES:
            yield from self._bytes(one)
        elif one.what is What.GAP:
            self._pipe, self._search = Pipe(None), _Search()
            yield one
        elif one.what is What.END and (code := self._pipe.finish()) is not None:
            yield self._fault(one, code)
        elif one.what is What.RESET:
            yield self._fault(one, CloseCode.CONNECTION_RESET)
        else:
            yield one

    def _bytes(self, one: Carried) -> Iterator[Carried]:
        data = one.data
        if self._search is not None:
            data = self._search.take(data)
            self._search = None if data else self._search
        for frame in self._pipe.feed(data, one.time_us // 1000):
            yield Carried(one.time_us, one.side, frame)
        if self._pipe.fault is not None:
            yield self._fault(one, self._pipe.fault)

    def _fault(self, one: Carried, code: str) -> Carried:
        self.ended = True
        return Carried(one.time_us, one.side, str(code).encode(), What.FAULT)


class _Search:
    """The way back to the frames behind a gap: the first length with a whole frame behind it, CRC and all."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._tried = 0

    def take(self, data: bytes) -> bytes:
        """The bytes from the first frame on; none as long as there is none."""
        room = _SEARCHED_BYTES - len(self._data)
        self._data += data[:room]
        at = -1
        while self._tried < _TRIES and (at := self._data.find(VERSION, at + 1)) >= 0:
            self._tried += 1
            if at >= LENGTH.size and is_frame_at(self._data, at - LENGTH.size):
                return bytes(self._data[at - LENGTH.size :]) + data[room:]
        return b""


def is_frame_at(data: bytes | bytearray, start: int) -> bool:
    """Whether a length stands here and a whole frame with the right CRC behind it."""
    (size,) = LENGTH.unpack_from(data, start)
    begin, end = start + LENGTH.size, start + LENGTH.size + size
    if not MIN_FRAME_BYTES <= size <= MAX_FRAME_BYTES or end > len(data):
        return False
    return zlib.crc32(data[begin : end - 4]) == int.from_bytes(data[end - 4 : end], "little")
