"""The carriages of one connection over QUIC as the testee uses them: each frame on the one where it belongs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from resonant.describe.registry import registry

from ..wire.lengths import Frames, LengthError
from ..wire.read import SYNC, UnreadableError, read_frame
from ..wire.sync import SyncError, read_sync
from .ends import EndError

PAGE = "specs/quic.md"
MAIN_ID = 0
"""The number of main, the client's first bidirectional stream."""
DATAGRAMS = None
"""In place of the number of a QUIC stream."""
_LARGEST = registry().limit("max_quic_datagram_bytes")
_HEAD = "head"
_ELSEWHERE = frozenset({"ping", "capability", "error"})
"""Methods whose frames go on main whatever is open on their stream_id (QUI-5)."""
Number: TypeAlias = int | None


@dataclass(slots=True)
class Uni:
    """A uni of the testee. stream_id: of its frames, once there is one."""

    stream_id: int | None = None
    frames: Frames = field(default_factory=Frames)


class Carriages:
    """Everything that came from the testee on one connection. A frame that does not belong there raises EndError."""

    def __init__(self, letter: str, is_over: Callable[[int], bool]) -> None:
        """is_over: whether the testee has ended a QUIC stream of this number."""
        self._letter, self._is_over = letter, is_over
        self.came: list[tuple[Number, bytes]] = []
        """The frames that no step has claimed, each with the number of its stream, oldest first."""
        self._main = Frames()
        self._unis: dict[int, Uni] = {}

    def take(self, number: Number, data: bytes, key: bytes | None) -> Iterator[bytes]:
        """The frames that this piece completes, judged. key: opens sealed ones."""
        for frame in self._frames(number, data):
            self._judge(number, frame, key)
            self.came.append((number, frame))
            yield frame

    def _frames(self, number: Number, data: bytes) -> Iterator[bytes]:
        if number is DATAGRAMS:
            yield data
            return
        try:
            yield from self._reader(number).feed(data)
        except LengthError as error:
            text = f"sent to {self._letter} on {named(number)} what is no frame: {error}"
            raise EndError(text, data.hex()[:80], PAGE) from error

    def _reader(self, number: int) -> Frames:
        return self._main if number == MAIN_ID else self._unis.setdefault(number, Uni()).frames

    def check_whole(self) -> None:
        """No frame is left unfinished on a stream that goes on."""
        for number, frames in ((MAIN_ID, self._main), *((number, uni.frames) for number, uni in self._unis.items())):
            if frames.rest and not self._is_over(number):
                text = f"leaves a frame to {self._letter} unfinished on {named(number)} (TCP-1, QUI-3)"
                raise EndError(text, frames.unfinished(), PAGE)

    def firsts(self) -> list[bytes]:
        """The frames that can be next: the first of each stream, and every datagram, oldest first."""
        seen: set[int] = set()
        found = []
        for number, frame in self.came:
            if number not in seen:
                found.append(frame)
            if number is not None:
                seen.add(number)
        return found

    def claim(self, frame: bytes) -> None:
        """Take away the oldest one of `firsts` that is this frame."""
        seen: set[int] = set()
        for at, (number, one) in enumerate(self.came):
            if number not in seen and one == frame:
                del self.came[at]
                return
            if number is not None:
                seen.add(number)
        raise ValueError("this frame is not next")

    @property
    def unis(self) -> Mapping[int, int]:
        """The number of the latest uni of each stream_id."""
        return {uni.stream_id: number for number, uni in sorted(self._unis.items()) if uni.stream_id is not None}

    def uni_of(self, stream_id: int) -> int | None:
        """The number of the latest uni whose frames have this stream_id, None if there is none."""
        return self.unis.get(stream_id)

    def _judge(self, number: Number, frame: bytes, key: bytes | None) -> None:
        try:
            read = read_frame(frame, key)
            method = read_sync(read).get("method") if read.type == SYNC and read.slices else ""
        except (UnreadableError, SyncError):
            return  # the step that expects a frame says more of it
        stream_id = read.stream_id
        text = self._misplaced(number, stream_id, str(method), is_sync=read.type == SYNC, size=len(frame))
        if text:
            got = f"{method or 'a frame'} on {named(number)} to {self._letter}"
            raise EndError(f"sent {text}", got, PAGE)
        if number not in (DATAGRAMS, MAIN_ID):
            self._unis[number].stream_id = stream_id

    def _misplaced(self, number: Number, stream_id: int, method: str, *, is_sync: bool, size: int) -> str:
        """The rule that a frame breaks on its carriage, in words, or empty."""
        if number is DATAGRAMS:
            return self._wrong_in_datagram(stream_id, is_sync=is_sync, size=size)
        if number == MAIN_ID:
            return self._wrong_on_main(stream_id, method)
        began = self._unis[number].stream_id
        if method in _ELSEWHERE:
            return f"{method} on a uni, not on main (QUI-5)"
        if began is None:
            return "" if method == _HEAD else "on a uni a first frame that is no HEAD (QUI-4, QUI-5)"
        return "" if began == stream_id else f"on one uni frames of stream_id {began} and {stream_id} (QUI-4)"

    def _wrong_on_main(self, stream_id: int, method: str) -> str:
        if method == _HEAD:
            return "a HEAD on main, not on a uni (QUI-4)"
        if method not in _ELSEWHERE and self._is_open(stream_id):
            return f"on main a frame of stream_id {stream_id}, whose HEAD went on a uni (QUI-4)"
        return ""

    def _wrong_in_datagram(self, stream_id: int, *, is_sync: bool, size: int) -> str:
        if is_sync:
            return "a Sync frame as a datagram, not on main or a uni (QUI-4, QUI-5)"
        if self._is_open(stream_id):
            return f"as a datagram a frame of stream_id {stream_id}, whose HEAD went on a uni (QUI-4)"
        return f"a datagram of {size:,} bytes, more than {_LARGEST:,} (QUI-5)" if size > _LARGEST else ""

    def _is_open(self, stream_id: int) -> bool:
        number = self.uni_of(stream_id)
        return number is not None and not self._is_over(number)


def named(number: Number) -> str:
    """A carriage by the number of its QUIC stream, in words."""
    if number is DATAGRAMS:
        return "a datagram"
    return "main" if number == MAIN_ID else f"QUIC stream {number}"
