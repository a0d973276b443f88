"""The steps of a dialogue (vectors/dialogues.md), and dialogues as cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from ..model import Case, accepts
from .configs import CONFIG, DATA_STREAM, HANDSHAKE_STREAM, HASH, Config
from .events import Event, error_sent, established
from .frames import CAPABILITY, PING, Frame, brief_ping, capable, slices_json

Steps = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Said:
    """A Sync frame with JSON that the peer under test is to send; members that are not given are free."""

    members: Mapping[str, Any]
    stream_id: int
    frame_seq: int
    flags: int = 0
    space_hash32: int = HASH
    nonce: bytes | None = None
    absent: tuple[str, ...] = ()

    def json(self) -> dict[str, Any]:
        """The FRAME of vectors/dialogues.md."""
        frame = {"type": 3, "flags": self.flags, "stream_id": self.stream_id, "frame_seq": str(self.frame_seq)}
        frame |= {"space_hash32": self.space_hash32, "modality": 0, "json": self.members}
        frame |= {"absent": self.absent} if self.absent else {}
        return frame | ({} if self.nonce is None else {"nonce": self.nonce.hex()})


def capability(frame_seq: int = 0, stream: int = HANDSHAKE_STREAM, **members: Any) -> Said:
    """The capability by which the default configuration answers the default ping, some members others."""
    supports = {"critique": True, "dtype": CAPABILITY["supports"]["dtype"]} | members.pop("supports", {})
    space = members.pop("header_hash", HASH)
    return Said(CAPABILITY | {"supports": supports} | members, stream, frame_seq, space_hash32=space)


def first_ping(frame_seq: int = 0, stream: int = HANDSHAKE_STREAM, **members: Any) -> Said:
    """The ping of a client with the default configuration."""
    space = members.pop("header_hash", HASH)
    return Said(PING | members, stream, frame_seq, space_hash32=space)


def error(code: str, ref: tuple[int, int], frame_seq: int = 0, **adds: Any) -> Said:
    """An error on the stream_id of the frame that it answers. ref: stream_id and frame_seq of that frame."""
    named = {"stream_id": ref[0], "frame_seq": str(ref[1])}
    space = adds.pop("header_hash", HASH)
    return Said({"method": "error", "code": code, "ref": named} | adds, ref[0], frame_seq, space_hash32=space)


def _at(link: str) -> dict[str, str]:
    return {} if link == "a" else {"link": link}


def send(*frames: Frame | bytes, link: str = "a") -> Steps:
    """Datagrams to the peer under test, one frame or any bytes each."""
    wires = (frame.wire() if isinstance(frame, Frame) else frame for frame in frames)
    return [_at(link) | {"send": wire.hex()} for wire in wires]


def write(*pieces: Frame | bytes, link: str = "a") -> Steps:
    """Bytes on the connection in one piece: frames behind their lengths, and any other bytes as they are."""
    data = b"".join(carried(one) if isinstance(one, Frame) else one for one in pieces)
    return [_at(link) | {"write": data.hex()}]


def carried(frame: Frame) -> bytes:
    """The frame behind its length (TCP-1)."""
    data = frame.wire()
    return len(data).to_bytes(4, "little") + data


def finish(how: str, link: str = "a") -> Steps:
    """The other end ends the connection: half, clean or reset."""
    return [_at(link) | {"close": how}]


def send_each(frame: Frame, first: int, last: int, link: str = "a") -> Steps:
    """The frame once for each frame_seq from first to last."""
    return [_at(link) | {"send_each": {"frame": frame.wire().hex(), "from": first, "to": last}}]


def expect(*frames: Frame | Said, name: str = "", link: str = "a") -> Steps:
    """The next datagrams are these. name: for `again`, of the one frame."""
    named = {"as": name} if name else {}
    return [_at(link) | {"expect": frame.json()} | named for frame in frames]


def expect_bytes(*datagrams: bytes, link: str = "a") -> Steps:
    """The next datagrams are these, byte for byte, whether they are frames or repair."""
    return [_at(link) | {"expect_bytes": datagram.hex()} for datagram in datagrams]


def again(*names: str, link: str = "a") -> Steps:
    """The next datagrams are those so named, byte for byte."""
    return [_at(link) | {"expect_again": name} for name in names]


def perhaps_again(name: str, link: str = "a") -> Steps:
    """The next datagrams may be the one so named, byte for byte: none, one or any number of them."""
    return [_at(link) | {"expect_again": name, "optional": True}]


def nothing(link: str = "a") -> Steps:
    """No datagram has come that no step has claimed."""
    return [_at(link) | {"expect_nothing": True}]


def advance(ms: int) -> Steps:
    """The clock moves."""
    return [{"advance": ms}]


def events(*told: Event) -> Steps:
    """These are all events since the last such step."""
    return [{"events": list(told)}]


def act(kind: str, stream: int = DATA_STREAM, reject: str = "", **members: Any) -> Steps:
    """The program asks for something other than a message. reject: the code with which it is refused."""
    return [{"act": {"kind": kind, "stream_id": stream} | members} | ({"reject": reject} if reject else {})]


def say(frame: Frame, reject: str = "") -> Steps:
    """The program asks for this data frame."""
    asked = {"type": frame.type, "modality": frame.modality, "slices": slices_json(frame.slices)}
    return act("message", frame.stream_id, reject, **asked)


def refusal(frame: Frame, code: str, frame_seq: int = 0, **adds: Any) -> Steps:
    """The frame is answered with this error, which has that number, and told as refused."""
    ref = (frame.stream_id, frame.frame_seq)
    return [*expect(error(code, ref, frame_seq, **adds)), *events(error_sent(code, frame.frame_seq, frame.stream_id))]


# Handshakes before what a dialogue is about, said shortly; `lists`, `spaces` and `client` look at every member.
_CAPABILITY = Said({"method": "capability"}, HANDSHAKE_STREAM, 0)
_PING = Said({"method": "ping"}, HANDSHAKE_STREAM, 0)
OPEN: Steps = [*send(brief_ping()), *expect(_CAPABILITY, name="capability"), *events(established())]
JOIN: Steps = [*expect(_PING, name="ping"), *send(capable(gone="modality")), *events(established())]


def server(case_id: str, about: str, clauses: str, *parts: Steps, config: Config = CONFIG) -> Case:
    """A dialogue with a server."""
    given = {"role": "server", "config": config.json(), "steps": list(chain.from_iterable(parts))}
    return accepts(case_id, about, clauses, given, {})


def client(
    case_id: str, about: str, clauses: str, *parts: Steps, config: Config = CONFIG, stream_id: int = HANDSHAKE_STREAM
) -> Case:
    """A dialogue with a client whose first ping goes on stream_id; the first step has to claim it."""
    given = {"role": "client", "config": config.json(), "stream_id": stream_id}
    return accepts(case_id, about, clauses, given | {"steps": list(chain.from_iterable(parts))}, {})
