"""Frames in bytes and back, without a connection: the ops tcp_split and tcp_join (specs/transport.md section 4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..model import Case, Group, accepts, refuses
from ..writer.raw_frame import Raw, ramp

LENGTH = 4
HEARTBEAT = Raw(type=3).frame()
"""The shortest frame, of 33 bytes."""
LONGER = bytes(range(0x80, 0xB5))
"""53 bytes that are no frame: nobody asks what is in one."""
OPEN, CLEAN, CUT = "open", "clean", "TRUNCATED_FRAME"
SHORT, LARGE = "FRAME_TOO_SHORT", "FRAME_TOO_LARGE"


def groups() -> Iterator[Group]:
    """Splits at each place, lengths, ends, what is no frame, and the way back."""
    yield _split("places", "Two frames and the beginning of a third in two chunks, for each place between.", _places())
    yield _split("chunks", "The same bytes in other divisions.", _chunks())
    yield _split("lengths", "Each length that is no frame's, by its bytes and beside the limits.", _lengths())
    yield _split("ends", "The other end stops sending after each byte of two frames.", _ends())
    yield _split("strangers", "Bytes of other protocols, and of frames without lengths.", _strangers())
    yield _split("faults", "What comes before a fault, and behind it.", _faults())
    yield Group("tcp", "join", "tcp_join", "Frames behind their lengths.", list(_joined()))


def _split(name: str, about: str, cases: Iterator[Case]) -> Group:
    return Group("tcp", f"split/{name}", "tcp_split", about, list(cases))


def behind_length(frame: bytes) -> bytes:
    """The frame behind its length (TCP-1)."""
    return u32(len(frame)) + frame


def u32(value: int) -> bytes:
    """A length, little-endian."""
    return value.to_bytes(LENGTH, "little")


@dataclass(frozen=True, slots=True)
class Came:
    """The outcome of the chunks."""

    frames: Sequence[bytes] = ()
    end: str = OPEN
    held: int = 0

    def case(self, case_id: str, about: str, clauses: str, *chunks: bytes, ended: bool = False) -> Case:
        """The case in which these chunks come."""
        given = {"chunks": [chunk.hex() for chunk in chunks], "ended": ended}
        ok = {"frames": [frame.hex() for frame in self.frames], "end": self.end, "held": self.held}
        return accepts(case_id, about, f"{clauses} TCP-22", given, ok)


TWO = (HEARTBEAT, LONGER)
STREAM = b"".join(map(behind_length, TWO))
BEGUN = STREAM + u32(len(HEARTBEAT)) + HEARTBEAT[:1]
ALL = Came(TWO, OPEN, LENGTH + 1)


def _places() -> Iterator[Case]:
    for at in range(1, len(BEGUN)):
        yield ALL.case(f"at-{at}", f"Divided after {at} bytes.", "TCP-2", BEGUN[:at], BEGUN[at:])


def _chunks() -> Iterator[Case]:
    yield ALL.case("one-chunk", "Everything in one chunk.", "TCP-2 TCP-5", BEGUN)
    for size in (1, 2, 3, 5, 8, 36, 38):
        chunks = [BEGUN[at : at + size] for at in range(0, len(BEGUN), size)]
        yield ALL.case(f"by-{size}", f"Chunks of {size} bytes.", "TCP-2 TCP-5", *chunks)
    spread = [piece for at in range(0, len(BEGUN), 16) for piece in (b"", BEGUN[at : at + 16])]
    yield ALL.case("empty-between", "Empty chunks between others.", "TCP-2", *spread, b"")
    yield Came().case("nothing", "No chunk at all.", "TCP-2")
    yield Came().case("empty", "An empty chunk.", "TCP-2", b"")
    yield Came(TWO).case(
        "whole", "Two frames, a chunk each, and nothing behind them.", "TCP-2", *map(behind_length, TWO)
    )
    for size in range(1, LENGTH):
        part = u32(len(HEARTBEAT))[:size]
        yield Came(held=size).case(f"held-{size}", f"{size} bytes of a length.", "TCP-5", part)
    yield Came(held=36).case("held-36", "A frame but for its last byte.", "TCP-5", behind_length(HEARTBEAT)[:-1])
    many = [HEARTBEAT] * 40
    yield Came(many).case("forty", "Forty frames in one chunk.", "TCP-2 TCP-5", b"".join(map(behind_length, many)))


def _lengths() -> Iterator[Case]:
    for length in (0, 1, 2, 4, 8, 16, 31, 32):
        yield Came((), SHORT).case(f"length-{length}", f"A length of {length}.", "TCP-3", u32(length))
    for length in (33, 34, 64, 127, 128, 255, 256, 257, 512, 4096, 8448, 32_767, 32_768, 65_535, 65_536):
        begun = Came(held=LENGTH)
        yield begun.case(f"length-{length}", f"A length of {length}, and no frame yet.", "TCP-3 TCP-4", u32(length))
    beyond = (65_537, 65_569, 2**17, 2**23, 2**24, 2**24 + 33, 2**31 - 1, 2**31, 2**31 + 33, 2**32 - 1)
    for length in beyond:
        yield Came((), LARGE).case(f"length-{length}", f"A length of {length}.", "TCP-4", u32(length))
    swapped = len(HEARTBEAT).to_bytes(LENGTH, "big")
    yield Came((), LARGE).case("big-endian", "A length that is big-endian.", "TCP-4", swapped + HEARTBEAT)
    yield Came((), SHORT).case("in-pieces", "A length of 32, a byte at a time.", "TCP-3", *_bytes(u32(32)))
    yield Came((), LARGE).case("large-in-pieces", "One of 65,537 in two chunks.", "TCP-4", b"\1\0", b"\1\0")
    yield Came(held=3).case(
        "not-yet", "Three bytes of a length of 2^32 − 1: it is not there yet.", "TCP-4", b"\xff" * 3
    )
    for size in (289, 545):  # the second byte of the length is not 0
        frame = ramp(size)
        about = f"A frame of {size} bytes, and another one."
        chunks = behind_length(frame), behind_length(HEARTBEAT)
        yield Came((frame, HEARTBEAT)).case(f"whole-{size}", about, "TCP-2 TCP-3", *chunks)


def _bytes(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]


def _ends() -> Iterator[Case]:
    bounds = {0: 0, len(behind_length(HEARTBEAT)): 1, len(STREAM): 2}
    for at in range(len(STREAM) + 1):
        whole = sum(at >= bound > 0 for bound in bounds)
        end = CLEAN if at in bounds else CUT
        clauses = "TCP-10" if at in bounds else "TCP-11"
        yield Came(TWO[:whole], end).case(f"after-{at}", f"After {at} bytes.", clauses, STREAM[:at], ended=True)
    about = "The end after an empty chunk."
    yield Came((HEARTBEAT,), CLEAN).case("empty-last", about, "TCP-10", behind_length(HEARTBEAT), b"", ended=True)
    yield Came((), CLEAN).case("no-chunk", "The end, and no chunk at all.", "TCP-10", ended=True)
    about = "The end behind a length that is no frame's: the length was there first."
    yield Came((), LARGE).case("after-large", about, "TCP-4 TCP-11", u32(65_537), ended=True)
    yield Came((), SHORT).case("after-short", about, "TCP-3 TCP-11", u32(32) + b"\0", ended=True)


def _strangers() -> Iterator[Case]:
    hello = bytes.fromhex("1603010200010001fc0303")
    for case_id, about, data, end in (
        ("tls", "A TLS ClientHello.", hello, LARGE),
        ("http", "A request of HTTP.", b"GET / HTTP/1.1\r\n\r\n", LARGE),
        ("http2", "The preface of HTTP/2.", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", LARGE),
        ("ssh", "The banner of SSH.", b"SSH-2.0-a\r\n", LARGE),
        ("json", "JSON.", b'{"op": "hello"}', LARGE),
        ("control", "A control message of the testee protocol.", b"RTP1" + bytes(8), LARGE),
        ("zeros", "Zero bytes.", bytes(40), SHORT),
        ("line-ends", "Line ends.", b"\r\n\r\n", LARGE),
    ):
        yield Came((), end).case(case_id, about, "TCP-3 TCP-4", data)
    about = "A frame without its length: its first four bytes announce 769 bytes."
    yield Came(held=len(HEARTBEAT)).case("no-length", about, "TCP-4 TCP-5", HEARTBEAT)


def _faults() -> Iterator[Case]:
    good = behind_length(HEARTBEAT)
    for end, length, clause in ((SHORT, 32, "TCP-3"), (LARGE, 65_537, "TCP-4")):
        bad, name = u32(length), end.rpartition("_")[2].lower()
        one, none, clauses = Came((HEARTBEAT,), end), Came((), end), f"{clause} TCP-7"
        yield one.case(f"{name}-behind", "A frame, and a fault behind it.", clauses, good + bad)
        yield one.case(f"{name}-behind-apart", "The same, a chunk each.", clauses, good, bad)
        yield none.case(f"{name}-before", "A fault, and a frame behind it.", clauses, bad + good)
        yield none.case(f"{name}-before-apart", "The same, a chunk each.", clauses, bad, good)
        yield one.case(f"{name}-between", "A fault between two frames.", clauses, good + bad + good)
        yield one.case(f"{name}-between-ended", "The same, and the end.", clauses, good + bad + good, ended=True)
        yield none.case(f"{name}-twice", "A fault, and another one.", clauses, bad, u32(1), u32(2**31))
    broken = HEARTBEAT[:-1] + b"\0"
    about = "A frame whose CRC is wrong is one all the same."
    yield Came((broken, HEARTBEAT)).case("wrong-crc", about, "TCP-6", behind_length(broken), good)


def _joined() -> Iterator[Case]:
    def joined(case_id: str, about: str, *frames: bytes) -> Case:
        given = {"frames": [frame.hex() for frame in frames]}
        return accepts(case_id, about, "TCP-1 TCP-23", given, {"bytes": b"".join(map(behind_length, frames)).hex()})

    def refused(case_id: str, about: str, code: str, *frames: bytes) -> Case:
        return refuses(case_id, about, "TCP-23", {"frames": [frame.hex() for frame in frames]}, code)

    yield joined("nothing", "No frame.")
    yield joined("shortest", "The shortest frame.", HEARTBEAT)
    yield joined("two", "Two frames.", *TWO)
    yield joined("zeros", "33 zero bytes: nobody asks what is in a frame.", bytes(33))
    for size in (34, 127, 128, 255, 256, 257, 511, 512):
        yield joined(f"size-{size}", f"{size} bytes.", ramp(size))
    for size in (0, 1, 32):
        yield refused(f"short-{size}", f"{size} bytes.", SHORT, bytes(size))
    yield refused("short-second", "A frame that is too short behind another one.", SHORT, HEARTBEAT, bytes(32))
    yield refused("large", "65,537 bytes.", LARGE, bytes(65_537))
