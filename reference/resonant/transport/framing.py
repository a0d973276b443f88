"""Frames behind their lengths: section 1 of specs/transport.md, and the ops of its section 4."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from ..console import counted
from ..errors import CloseCode, RejectCode, ResonantError
from ..wire_values import MAX_FRAME_BYTES, MIN_FRAME_BYTES

LENGTH = struct.Struct("<I")
CloseReason: TypeAlias = RejectCode | CloseCode
"""The code with which a connection is closed."""


def join(frame: bytes) -> bytes:
    """The bytes that carry a frame: its length, then itself. Raises ResonantError for one that no length announces."""
    fault = _fault(len(frame))
    if fault is not None:
        detail = f"{counted(len(frame), 'byte')}; a frame has {MIN_FRAME_BYTES} to {MAX_FRAME_BYTES}"
        raise ResonantError(fault, "TCP-23", detail)
    return LENGTH.pack(len(frame)) + frame


def _fault(length: int) -> RejectCode | None:
    if length < MIN_FRAME_BYTES:
        return RejectCode.FRAME_TOO_SHORT  # TCP-3
    if length > MAX_FRAME_BYTES:
        return RejectCode.FRAME_TOO_LARGE  # TCP-4
    return None


def join_all(frames: Iterable[bytes]) -> bytes:
    """The bytes that carry frames one after the other: the op tcp_join."""
    return b"".join(map(join, frames))


@dataclass(frozen=True, slots=True)
class Split:
    """The frames in bytes, and what becomes of the connection: `open`, `clean` or a code."""

    frames: tuple[bytes, ...]
    end: str
    held: int


def split(chunks: Iterable[bytes], *, ended: bool) -> Split:
    """The frames in chunks of bytes, behind which the other end may stop sending: the op tcp_split."""
    splitter = Splitter()
    frames = tuple(frame for chunk in chunks for frame in splitter.feed(chunk))
    code = splitter.finish() if ended else splitter.fault
    return Split(frames, code or ("clean" if ended else "open"), splitter.held)


class Splitter:
    """Finds the frames in the bytes of one direction, however they are divided (TCP-2)."""

    __slots__ = ("_waiting", "fault")

    def __init__(self) -> None:
        self._waiting = bytearray()
        self.fault: CloseReason | None = None
        """The reason why no byte is looked at any more; None while there is none."""

    @property
    def held(self) -> int:
        """How many bytes wait for the rest of their frame, never more than 65,540 (TCP-5)."""
        return len(self._waiting)

    def feed(self, data: bytes) -> list[bytes]:
        """The frames that these bytes complete; those behind a fault are none (TCP-7)."""
        frames: list[bytes] = []
        rest = memoryview(data)
        while rest and self.fault is None:
            rest = self._take(rest)
            if self._is_whole():
                frames.append(bytes(self._waiting[LENGTH.size :]))
                self._waiting.clear()
        return frames

    def finish(self) -> CloseReason | None:
        """The code with which the connection ends where the other end stops here (TCP-11), None for a clean end."""
        if self.fault is None and self._waiting:
            self._stop(CloseCode.TRUNCATED_FRAME)
        return self.fault

    def _take(self, data: memoryview) -> memoryview:
        """Keep what the length, and then the frame, still lacks; what is left."""
        lacking = self._lacking()
        self._waiting += data[:lacking]
        if len(self._waiting) == LENGTH.size:
            fault = _fault(self._length())
            if fault is not None:
                self._stop(fault)
        return data[lacking:]

    def _lacking(self) -> int:
        if len(self._waiting) < LENGTH.size:
            return LENGTH.size - len(self._waiting)
        return LENGTH.size + self._length() - len(self._waiting)

    def _is_whole(self) -> bool:
        return self.held > LENGTH.size and self.held == LENGTH.size + self._length()

    def _length(self) -> int:
        length: int = LENGTH.unpack_from(self._waiting)[0]
        return length

    def _stop(self, fault: CloseReason) -> None:
        self.fault = fault
        self._waiting.clear()
