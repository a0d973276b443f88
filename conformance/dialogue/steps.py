"""The steps of a dialogue as typed values (vectors/dialogues.md); reading.py reads them from JSON."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from adapters.driver import input_bytes

_NUMBER, _CRC = struct.Struct("<Q"), struct.Struct("<I")
Raw: TypeAlias = Mapping[str, Any]
FIRST = "a"
MAIN, DATAGRAM = "main", "datagram"
"""Carriages of QUIC, besides the streams `uni-1`, `bi-1` and so on of the other end's (specs/quic.md section 1)."""


@dataclass(frozen=True, slots=True)
class Send:
    """One frame to the peer under test. on: the carriage, over QUIC alone."""

    raw: Raw
    link: str
    datagram: bytes
    on: str = MAIN


@dataclass(frozen=True, slots=True)
class SendEach:
    """A frame once for each frame_seq from first to last."""

    raw: Raw
    link: str
    frame: bytes
    first: int
    last: int
    on: str = MAIN

    def datagrams(self) -> Iterator[bytes]:
        """The frames, each with its number and the CRC that follows."""
        before, behind = self.frame[:8], self.frame[16:-4]
        for number in range(self.first, self.last + 1):
            data = before + _NUMBER.pack(number) + behind
            yield data + _CRC.pack(zlib.crc32(data))


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes on the connection, as they are."""

    raw: Raw
    link: str
    data: bytes
    on: str = MAIN


@dataclass(frozen=True, slots=True)
class Text:
    """A text message to the peer under test, over WebRTC alone."""

    raw: Raw
    link: str
    text: str


@dataclass(frozen=True, slots=True)
class Close:
    """The other end ends the connection: `half`, it stops sending, `clean` or `reset`.

    on: over QUIC, empty for the connection, or the carriage that it ends (`half`, `reset`) or does not want to read any
    more (`stop`). of: in its place, the stream_id on the uni of the peer under test. code: the number that it gives.
    """

    raw: Raw
    link: str
    how: str
    on: str = ""
    of: int | None = None
    code: int = 0


@dataclass(frozen=True)
class Act:
    """The program above the peer asks for something; reject: the code by which the peer must refuse it."""

    raw: Raw
    link: str
    request: Raw
    reject: str | None

    @cached_property
    def text(self) -> bytes:
        """The request as JSON, made once, as it may be long and is sent over each transport."""
        return input_bytes(self.request)


@dataclass(frozen=True, slots=True)
class Advance:
    """The clock moves by ms milliseconds."""

    raw: Raw
    ms: int


@dataclass(frozen=True, slots=True)
class FrameWanted:
    """A frame that the peer under test is to send. Exactly one of json and slices is given."""

    header: Raw
    nonce: str | None
    json: Raw | None
    absent: tuple[str, ...]
    slices: list[Any] | None
    fitted: list[tuple[bytes, bytes | None]] = field(default_factory=list, compare=False, repr=False)
    """The frame that was found to fit last, and the key. The same one often comes over the next transport."""


@dataclass(frozen=True, slots=True)
class Expect:
    """The next frame is this one; name: how later steps call it, empty for not at all."""

    raw: Raw
    link: str
    frame: FrameWanted
    name: str


@dataclass(frozen=True, slots=True)
class ExpectAgain:
    """The next frame is the same, byte for byte, as the one so named. optional: none, one or more are."""

    raw: Raw
    link: str
    name: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class ExpectBytes:
    """The next datagram is this one, byte for byte, whether it is a frame or repair."""

    raw: Raw
    link: str
    datagram: bytes


@dataclass(frozen=True, slots=True)
class ExpectEnd:
    """The peer under test has ended a carriage in this way: `fin`, `reset`, `stop`, or not yet, `none`.

    Exactly one of on, a carriage of the other end's, and of is given, the stream_id on a uni of the peer's. code: the
    number that came with a reset or stop.
    """

    raw: Raw
    link: str
    how: str
    on: str = ""
    of: int | None = None
    code: int = 0


@dataclass(frozen=True, slots=True)
class ExpectNothing:
    """No frame has come to this end that no step expects."""

    raw: Raw
    link: str


@dataclass(frozen=True, slots=True)
class Events:
    """These are all events since the last such step, each with the letter of its link, in this order."""

    raw: Raw
    events: tuple[Raw, ...]


Step: TypeAlias = (
    Send
    | SendEach
    | Write
    | Text
    | Close
    | Act
    | Advance
    | Expect
    | ExpectAgain
    | ExpectBytes
    | ExpectEnd
    | ExpectNothing
    | Events
)


_NO_LINK = (Advance, Events)


@dataclass(frozen=True)
class Dialogue:
    """A whole dialogue. stream_id: on which a client sends its first ping.

    datagrams: the largest datagram of QUIC that the other ends take, 0 for none, None for any. channels: over WebRTC,
    properties of the channels that the ends of these letters open. association: how the association comes about.
    """

    role: str
    config: Raw
    stream_id: int | None
    steps: tuple[Step, ...]
    datagrams: int | None = None
    channels: Mapping[str, Raw] = field(default_factory=dict)
    association: Raw = field(default_factory=dict)

    @cached_property
    def links(self) -> tuple[str, ...]:
        """The letters of the other ends, in order."""
        told = {event["link"] for step in self.steps if isinstance(step, Events) for event in step.events}
        spoken = {step.link for step in self.steps if not isinstance(step, _NO_LINK)}
        return tuple(sorted({FIRST} | told | spoken))

    @property
    def advances_ms(self) -> int:
        """By how much the clock moves in all."""
        return sum(step.ms for step in self.steps if isinstance(step, Advance))
